#![doc = include_str!("scale_to_zero.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::scaling::resource_triggers;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "scale-to-zero",
    group: Group::Reliability,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a ScaledObject that may go down to zero, and would never come back",
    page: include_str!("scale_to_zero.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::ScaledObject || object.is_broken() || cx.graph.is_patch(object) {
        return;
    }
    let least = object.get("spec.minReplicaCount").filter(|node| !node.is_null());
    let triggers = resource_triggers(object);
    let is_measured_only = triggers.len() == items_at(object.root(), "spec.triggers").count();
    let (Some(trigger), true) = (triggers.first(), is_measured_only && is_looked_at(object)) else { return };
    if least.is_some_and(|least| least.as_i64() != Some(0)) {
        return;
    }
    let message = format!(
        "ScaledObject `{}` may go down to zero and scales on what its pods use alone: KEDA refuses it",
        object.name()
    );
    let report = sink
        .report(object, least.unwrap_or(trigger.node), message)
        .help("set `minReplicaCount: 1`, or add a trigger that does not need a pod to measure");
    if let Some((least, text)) = least.and_then(|least| Some((least, edit::in_style_of(least, "1")?))) {
        report.fix("write `minReplicaCount: 1`", Safety::Unsafe, object.span(least), text);
    }
}

/// Whether KEDA looks at the containers of what is scaled, and so comes to the question. Mirrors
/// `verifyCPUMemoryScalers`, for which it must be a Deployment, the default, or a StatefulSet.
fn is_looked_at(object: ObjectRef<'_>) -> bool {
    let said = |path: &str| object.get(path).and_then(NodeRef::as_str).filter(|text| !text.is_empty());
    matches!(said("spec.scaleTargetRef.kind"), None | Some("Deployment" | "StatefulSet"))
        && matches!(said("spec.scaleTargetRef.apiVersion"), None | Some("apps/v1"))
}
