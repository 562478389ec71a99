#![doc = include_str!("volume_mode.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::volumes::{UseAs, VolumeUse, volume_uses};
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "volume-mode",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a block volume that is mounted, or a file system that is used as a device",
    page: include_str!("volume_mode.md"),
    run: Run::Object(run),
};

/// What stands behind a volume of a pod.
enum Source<'p> {
    /// A claim, or the template of one, that can be seen.
    Claim {
        /// The object that it stands in.
        owner: ObjectRef<'p>,
        /// Its `spec`, if it has one.
        spec: Option<NodeRef<'p>>,
        /// What to point at where it has no `volumeMode`.
        place: NodeRef<'p>,
    },
    /// A claim that is not in the input.
    UnknownClaim,
    /// Anything else.
    Other(NodeRef<'p>),
}

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object)
        .filter(|template| template.get("volumes").is_some() || object.kind() == Kind::StatefulSet)
        .filter(|_| !object.is_broken() && !context.graph.is_patch(object))
    else {
        return;
    };
    for used in volume_uses(template) {
        match source_of(context, template, used.name.content()) {
            Some(Source::Claim { owner, spec, place }) => {
                check_claim(object, &used, (owner, spec, place), sink);
            }
            Some(Source::Other(volume)) if used.used_as == UseAs::Device => {
                let name = used.name.content();
                let message = format!(
                    "container `{}` of {} uses volume `{name}` as a device, which only a claim can be",
                    used.container.name(),
                    absence::title(object)
                );
                sink.report(object, used.name, message)
                    .label("no block device")
                    .related(object.span(volume), "this volume has files")
                    .help("mount it with `volumeMounts`, or make it a claim with `volumeMode: Block`");
            }
            _ => {}
        }
    }
}

/// What a name stands for: the claim templates of a StatefulSet go before its volumes (`updateStorage`).
fn source_of<'p>(context: &Context<'p>, template: PodTemplate<'p>, name: &str) -> Option<Source<'p>> {
    let owner = template.owner;
    if owner.kind() == Kind::StatefulSet {
        let mut claims = items_at(owner.root(), "spec.volumeClaimTemplates")
            .filter_map(|claim| Some((claim, claim.get_path("metadata.name")?)));
        if let Some((claim, place)) = claims.find(|(_, own)| own.content() == name) {
            return Some(Source::Claim { owner, spec: claim.get("spec"), place });
        }
    }
    let mut volumes =
        items_at(template.spec, "volumes").filter_map(|volume| Some((volume, volume.get("name")?)));
    let (volume, place) = volumes.find(|(_, own)| own.content() == name)?;
    if let Some(template) = volume.get_path("ephemeral.volumeClaimTemplate") {
        return Some(Source::Claim { owner, spec: template.get("spec"), place });
    }
    if volume.get("ephemeral").is_some() {
        return None;
    }
    let Some(named) = volume.get("persistentVolumeClaim") else { return Some(Source::Other(place)) };
    let mut edges = context.graph.edges_from(owner.id).iter();
    let target = edges.find(|edge| edge.holder.id() == named.id()).and_then(|edge| edge.target());
    let Some(claim) = target.map(|id| context.program.object(id)) else { return Some(Source::UnknownClaim) };
    let place = claim.get("metadata.name").unwrap_or_else(|| claim.root());
    Some(Source::Claim { owner: claim, spec: claim.get("spec"), place })
}

/// Mirrors `createVolumeSpec` of the kubelet's volume manager; without a mode a claim is for a file system.
fn check_claim<'p>(
    object: ObjectRef<'p>,
    used: &VolumeUse<'p>,
    (owner, spec, place): (ObjectRef<'p>, Option<NodeRef<'p>>, NodeRef<'p>),
    sink: &mut Sink<'_>,
) {
    let mode = spec.and_then(|spec| spec.get("volumeMode")).filter(|mode| !mode.is_null());
    let mode_is = mode.map_or("Filesystem", NodeRef::content);
    let (wanted, how, list, other_list) = match used.used_as {
        UseAs::Mount => ("Filesystem", "", "volumeMounts", "volumeDevices"),
        UseAs::Device => ("Block", " as a device", "volumeDevices", "volumeMounts"),
    };
    // A mode that is neither is refused for itself.
    if mode_is == wanted || !matches!(mode_is, "Filesystem" | "Block") {
        return;
    }
    let name = used.name.content();
    let does = used.used_as.verb();
    let message = format!(
        "container `{}` of {} {does} volume `{name}`{how}, whose claim has `volumeMode: {mode_is}`",
        used.container.name(),
        absence::title(object)
    );
    let said = match mode {
        Some(_) => "this claim".to_owned(),
        None => "without `volumeMode`, this claim is for a file system".to_owned(),
    };
    sink.report(object, used.name, message)
        .label(format!("`{list}` is for `volumeMode: {wanted}`"))
        .related(owner.span(mode.unwrap_or(place)), said)
        .help(format!("list it under `{other_list}`, or give the claim `volumeMode: {wanted}`"));
}
