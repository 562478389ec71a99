//! Whether a PersistentVolume can hold what a PersistentVolumeClaim asks for, as the volume controller decides it.

use crate::graph::{Graph, KindRef};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::plan::quantity::Quantity;
use crate::practice::selection::items_at;
use crate::source::Span;

/// What a claim asks for and a volume does not give.
#[derive(Clone, Debug)]
pub(super) struct Misfit<'p> {
    /// In the words of the controller.
    pub(super) reason: &'static str,
    /// Where the claim asks for it; `None` where it only leaves it out.
    pub(super) asked: Option<NodeRef<'p>>,
    /// What it asks for.
    pub(super) wanted: String,
    /// Where the volume gives something else.
    pub(super) place: Span,
    /// What the volume has.
    pub(super) given: String,
}

/// Why a volume that a claim names, and that is reserved for nobody, is not given to it. Mirrors
/// `checkVolumeSatisfyClaim`: the selector of the claim is not asked.
pub(super) fn misfit<'p>(
    graph: &Graph<'p>,
    claim: ObjectRef<'p>,
    volume: ObjectRef<'p>,
) -> Option<Misfit<'p>> {
    size(claim, volume)
        .or_else(|| class(graph, claim, volume))
        .or_else(|| mode(claim, volume))
        .or_else(|| access(claim, volume))
}

/// Why a volume that is reserved for a claim is not found for it. Mirrors `FindMatchingVolume` and
/// `allPossibleMatchingAccessModes`: the class of a reserved volume is not asked.
pub(super) fn misfit_of_reserved<'p>(claim: ObjectRef<'p>, volume: ObjectRef<'p>) -> Option<Misfit<'p>> {
    size(claim, volume).or_else(|| mode(claim, volume)).or_else(|| access(claim, volume))
}

/// The size that a claim asks for, and where.
pub(super) fn requested(claim: ObjectRef<'_>) -> Option<(NodeRef<'_>, Quantity)> {
    amount(claim.get("spec.resources.requests.storage")?)
}

fn amount(node: NodeRef<'_>) -> Option<(NodeRef<'_>, Quantity)> {
    Some((node, Quantity::parse(node.content()).ok()?))
}

fn size<'p>(claim: ObjectRef<'p>, volume: ObjectRef<'p>) -> Option<Misfit<'p>> {
    let (asked, wanted) = requested(claim)?;
    let (place, given) = amount(volume.get("spec.capacity.storage")?)?;
    (given.value() < wanted.value()).then(|| Misfit {
        reason: "requested PV is too small",
        asked: Some(asked),
        wanted: format!("asks for {}", asked.content()),
        place: volume.span(place),
        given: format!("it has {}", place.content()),
    })
}

/// The class that an object names, where it stands. Mirrors `GetPersistentVolumeClaimClass` and `GetPersistentVolumeClass`.
fn written_class(object: ObjectRef<'_>) -> Option<NodeRef<'_>> {
    let annotation = object.annotation("volume.beta.kubernetes.io/storage-class");
    annotation.or_else(|| object.get("spec.storageClassName")).filter(|class| !class.is_null())
}

fn class<'p>(graph: &Graph<'p>, claim: ObjectRef<'p>, volume: ObjectRef<'p>) -> Option<Misfit<'p>> {
    let asked = written_class(claim);
    let wanted = match asked {
        Some(class) => class.content(),
        None => default_class(graph)?,
    };
    let place = written_class(volume);
    let given = place.map_or("", NodeRef::content);
    let quoted = |class: &str| match class {
        "" => "no class".to_owned(),
        class => format!("class `{class}`"),
    };
    (given != wanted).then(|| Misfit {
        reason: "storageClassName does not match",
        asked,
        wanted: match asked {
            Some(_) => format!("asks for {}", quoted(wanted)),
            None => format!("the claim says none, and is given the default: {}", quoted(wanted)),
        },
        place: place.map_or_else(|| volume.name_span(), |place| volume.span(place)),
        given: format!("it has {}", quoted(given)),
    })
}

/// The class that a claim without one is given; `Some("")` where there is certainly no default, `None` where that cannot
/// be told. Mirrors `claimDefaulterPlugin.Admit`.
fn default_class<'p>(graph: &Graph<'p>) -> Option<&'p str> {
    let classes = KindRef::Known(Kind::StorageClass);
    let mut defaults = graph.all(classes, None).filter(|class| is_default(*class));
    match (defaults.next(), defaults.next()) {
        (Some(only), None) => Some(only.name()),
        (None, _) if graph.is_closed_for(classes, None) => Some(""),
        _ => None,
    }
}

fn is_default(class: ObjectRef<'_>) -> bool {
    let keys =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    keys.iter().filter_map(|key| class.annotation(key)).any(|value| value.content() == "true")
}

fn mode<'p>(claim: ObjectRef<'p>, volume: ObjectRef<'p>) -> Option<Misfit<'p>> {
    let written = |object: ObjectRef<'p>| object.get("spec.volumeMode").filter(|mode| !mode.is_null());
    let (asked, place) = (written(claim), written(volume));
    let mode = |node: Option<NodeRef<'p>>| node.map_or("Filesystem", NodeRef::content);
    (mode(asked) != mode(place)).then(|| Misfit {
        reason: "incompatible volumeMode",
        asked,
        wanted: format!("asks for `{}`", mode(asked)),
        place: place.map_or_else(|| volume.name_span(), |place| volume.span(place)),
        given: format!("it is `{}`", mode(place)),
    })
}

fn access<'p>(claim: ObjectRef<'p>, volume: ObjectRef<'p>) -> Option<Misfit<'p>> {
    let given: Vec<&str> = items_at(volume.root(), "spec.accessModes").map(NodeRef::content).collect();
    let asked = items_at(claim.root(), "spec.accessModes").find(|mode| !given.contains(&mode.content()))?;
    let place = volume.get("spec.accessModes");
    Some(Misfit {
        reason: "incompatible accessMode",
        asked: Some(asked),
        wanted: format!("asks for `{}`", asked.content()),
        place: place.map_or_else(|| volume.name_span(), |place| volume.span(place)),
        given: match given[..] {
            [] => "it has no access modes".to_owned(),
            _ => format!("it can be `{}`", given.join("`, `")),
        },
    })
}

/// Mirrors `IsVolumeBoundToClaim`. A claim whose namespace is not written is in whichever it is applied to.
pub(super) fn is_reserved_for(volume: ObjectRef<'_>, claim: ObjectRef<'_>) -> bool {
    let says = |path: &str, wanted: &str| volume.get(path).is_some_and(|node| node.content() == wanted);
    says("spec.claimRef.name", claim.name())
        && (says("spec.claimRef.namespace", claim.namespace().unwrap_or_default())
            || (claim.get("metadata.namespace").is_none() && volume.get("spec.claimRef.namespace").is_some()))
}

/// Whether the controller has bound it already, or it is not known whole.
pub(super) fn is_bound(object: ObjectRef<'_>) -> bool {
    object.is_broken()
        || object.annotation("pv.kubernetes.io/bind-completed").is_some()
        || object.get("spec.claimRef.uid").is_some()
        || object.get("status.phase").is_some_and(|phase| phase.content() == "Bound")
}

/// Namespace and name as messages write them.
pub(super) fn full_name(namespace: Option<NodeRef<'_>>, name: NodeRef<'_>) -> String {
    namespace.map_or_else(
        || name.content().to_owned(),
        |namespace| format!("{}/{}", namespace.content(), name.content()),
    )
}
