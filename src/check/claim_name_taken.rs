#![doc = include_str!("claim_name_taken.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "claim-name-taken",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a claim that a pod would make for its ephemeral volume is there already, and not the pod's",
    page: include_str!("claim_name_taken.md"),
    run: Run::Object(run),
};

/// Mirrors `VolumeClaimName` and `VolumeIsForPod` of `component-helpers/storage/ephemeral`.
fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    // Of all others the names of the pods are not known.
    if !matches!(object.kind(), Kind::Pod | Kind::StatefulSet) {
        return;
    }
    let Some(template) = PodTemplate::of(object).filter(|_| !context.graph.is_patch(object)) else { return };
    for volume in items_at(template.spec, "volumes") {
        let (Some(name), Some(_)) = (volume.get("name"), volume.get("ephemeral")) else { continue };
        let claims = context.graph.all(KindRef::Known(Kind::PersistentVolumeClaim), object.namespace());
        let taken = claims
            .filter(|claim| claim.get("metadata.ownerReferences").is_none())
            .find(|claim| is_for(claim.name(), object, name.content()));
        let Some(claim) = taken else { continue };
        let message = format!(
            "{} makes claim `{}` for its volume `{}`, which is there already and is not the pod's",
            absence::title(object),
            claim.name(),
            name.content()
        );
        sink.report(object, name, message)
            .label("the claim is called after pod and volume")
            .related(claim.name_span(), "this claim has the name")
            .help(
                "give the volume or the claim another name, or mount the claim with `persistentVolumeClaim`",
            );
    }
}

/// Whether a claim has the name that a pod of this object gives to the claim of a volume.
fn is_for(claim: &str, object: ObjectRef<'_>, volume: &str) -> bool {
    let pod = claim.strip_suffix(volume).and_then(|rest| rest.strip_suffix('-'));
    if object.kind() == Kind::Pod {
        return pod == Some(object.name());
    }
    let ordinal = pod.and_then(|pod| pod.strip_prefix(object.name())?.strip_prefix('-'));
    let ordinal = ordinal.and_then(|ordinal| ordinal.parse::<i64>().ok());
    let number = |path: &str| object.get(path).and_then(NodeRef::as_i64);
    let first = number("spec.ordinals.start").unwrap_or(0);
    let count = number("spec.replicas").unwrap_or(1);
    ordinal.is_some_and(|ordinal| ordinal >= first && ordinal - first < count)
}
