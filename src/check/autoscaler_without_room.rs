#![doc = include_str!("autoscaler_without_room.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::replicas::autoscaler;

pub(super) static CHECK: Check = Check {
    id: "autoscaler-without-room",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "an autoscaler whose bounds are equal",
    page: include_str!("autoscaler_without_room.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(scaler) = autoscaler(object).filter(|scaler| scaler.least == scaler.most) else { return };
    let field = object.get("spec.maxReplicas").or_else(|| object.get("spec.maxReplicaCount"));
    let Some(node) = field else { return };
    let message = format!(
        "{} `{}` keeps {} replicas, whatever the load",
        object.kind_name(),
        object.name(),
        scaler.most
    );
    sink.report(object, node, message).help("raise the upper bound, or set `replicas` instead");
}
