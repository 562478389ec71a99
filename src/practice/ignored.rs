//! Fields that are accepted and do nothing, or something other than they say.

use std::sync::LazyLock;

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::label_value;
use crate::practice::place::{Owner, Places, written_path};

/// Something in a mapping that is of no effect.
struct Row {
    owner: Owner,
    /// Where the mapping, or the value, stands.
    path: &'static str,
    /// The node that is to blame, if there is one.
    find: for<'p> fn(NodeRef<'p>) -> Option<NodeRef<'p>>,
    /// The words of the API server, `{path}` standing for the place; our own where it has none.
    words: &'static str,
    help: &'static str,
}

const SERVICE: Owner = Owner::Kinds(&[Kind::Service]);

const fn service(
    find: for<'p> fn(NodeRef<'p>) -> Option<NodeRef<'p>>,
    words: &'static str,
    help: &'static str,
) -> Row {
    Row { owner: SERVICE, path: "spec", find, words, help }
}

const fn null_selector(owner: Owner, path: &'static str) -> Row {
    Row {
        owner,
        path,
        find: |term| {
            term.get("labelSelector").is_none_or(NodeRef::is_null).then(|| grip(term, "topologyKey"))
        },
        words: "{path}.labelSelector: a null labelSelector results in matching no pod",
        help: "write a `labelSelector` with the labels of the pods that are meant; `{}` is all of the namespace",
    }
}

/// Mirrors `GetWarningsForService`, `warningsForPodSpecAndMeta` and the strategy of StatefulSets;
/// `EnforceDataSourceBackwardsCompatibility` drops without a word.
static ROWS: &[Row] = &[
    service(
        |spec| given(spec, "loadBalancerIP").filter(|_| is_headless(spec)),
        "spec.loadBalancerIP is ignored for headless services",
        HEADLESS,
    ),
    service(
        |spec| given(spec, "externalIPs").filter(|_| is_headless(spec)),
        "spec.externalIPs is ignored for headless services",
        HEADLESS,
    ),
    service(
        |spec| given(spec, "sessionAffinity").filter(|node| node.content() != "None" && is_headless(spec)),
        "spec.SessionAffinity is ignored for headless services",
        HEADLESS,
    ),
    service(
        |spec| given(spec, "externalIPs").filter(|_| text(spec, "type") == "ExternalName"),
        "spec.externalIPs is ignored when spec.type is \"ExternalName\"",
        "drop it: the Service is nothing but a name in DNS",
    ),
    service(
        |spec| given(spec, "externalName").filter(|_| text(spec, "type") != "ExternalName"),
        "spec.externalName is ignored when spec.type is not \"ExternalName\"",
        "write `type: ExternalName`, or drop the name",
    ),
    Row {
        owner: Owner::Kinds(&[Kind::StatefulSet]),
        path: "spec.revisionHistoryLimit",
        find: negative,
        words: "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended",
        help: "write how many old revisions are to be kept; 10 is the default",
    },
    Row {
        owner: Owner::Pod,
        path: "spec.terminationGracePeriodSeconds",
        find: negative,
        words: "{path}: must be >= 0; negative values are invalid and will be treated as 1",
        help: "write `0` to kill at once, or how long the containers may take to end",
    },
    null_selector(Owner::Pod, "spec.topologySpreadConstraints[]"),
    null_selector(Owner::Affinity, "podAffinity.requiredDuringSchedulingIgnoredDuringExecution[]"),
    null_selector(
        Owner::Affinity,
        "podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
    ),
    null_selector(Owner::Affinity, "podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[]"),
    null_selector(
        Owner::Affinity,
        "podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
    ),
    Row {
        owner: Owner::Affinity,
        path: "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference.matchExpressions[].values[]",
        find: |value| (!label_value::is_valid(value.content())).then_some(value),
        words: label_value::INVALID,
        help: "no node has such a label: the preference is for none",
    },
    Row {
        owner: Owner::Kinds(&[Kind::PersistentVolumeClaim]),
        path: "spec",
        find: dropped_source,
        words: "{path} is dropped, for it names neither a claim nor a VolumeSnapshot: the volume will be empty",
        help: "write it as `dataSourceRef`",
    },
];

const HEADLESS: &str =
    "drop it, or drop `clusterIP: None`: clients of a headless Service connect to the pods themselves";

/// Visits what is of no effect in an object: the place, the words and what to do about it.
pub fn each_ignored<'p>(object: ObjectRef<'p>, visit: &mut dyn FnMut(NodeRef<'p>, String, &'static str)) {
    static READ: LazyLock<Places<&'static Row>> =
        LazyLock::new(|| Places::new(ROWS.iter().map(|row| (row.owner, row.path, row))));
    READ.each(object, &mut |row, _, node, _| {
        let Some(place) = (row.find)(node) else { return };
        // What is missing is missing in the node itself.
        let named = if row.words.starts_with("{path}.") { node } else { place };
        let words = row.words.replace("{path}", &written_path(object, named));
        visit(place, words.replace("{value}", place.content()), row.help);
    });
}

/// A field that is not null, and not empty.
fn given<'p>(node: NodeRef<'p>, key: &str) -> Option<NodeRef<'p>> {
    let value = node.get(key).filter(|value| !value.is_null())?;
    let is_empty = if value.is_scalar() { value.content().is_empty() } else { value.items().len() == 0 };
    (!is_empty).then_some(value)
}

fn text<'p>(node: NodeRef<'p>, key: &str) -> &'p str {
    node.get(key).map_or("", NodeRef::content)
}

fn is_headless(spec: NodeRef<'_>) -> bool {
    matches!(text(spec, "type"), "" | "ClusterIP") && text(spec, "clusterIP") == "None"
}

fn negative(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    node.as_i64().is_some_and(|number| number < 0).then_some(node)
}

/// What to point at for something that is not there.
fn grip<'p>(node: NodeRef<'p>, key: &str) -> NodeRef<'p> {
    node.get(key).unwrap_or(node)
}

fn dropped_source(spec: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let source = spec.get("dataSource").filter(|source| source.is_mapping())?;
    let is_kept = matches!(
        (text(source, "apiGroup"), text(source, "kind")),
        ("", "PersistentVolumeClaim") | ("snapshot.storage.k8s.io", "VolumeSnapshot")
    );
    let has_other = spec.get("dataSourceRef").is_some_and(|node| !node.is_null());
    (!is_kept && !has_other).then(|| grip(source, "kind"))
}
