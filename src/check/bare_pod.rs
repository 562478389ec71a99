#![doc = include_str!("bare_pod.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::runs_for_good;

pub(super) static CHECK: Check = Check {
    id: "bare-pod",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a pod that nobody makes again",
    page: include_str!("bare_pod.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    // What a cluster dumped has an owner or is a static pod's mirror, and is there to take up room.
    let is_made = object.get("metadata.ownerReferences").is_some()
        || object.annotation("kubernetes.io/config.source").is_some()
        || object.get("status.phase").is_some();
    if object.kind() != Kind::Pod || is_made || !runs_for_good(object) {
        return;
    }
    let message = format!("Pod `{}` has no controller: when its node goes, so does the pod", object.name());
    sink.report_span(object.name_span(), message).object(object).help("make it the template of a Deployment");
}
