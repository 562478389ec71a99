#![doc = include_str!("missing_liveness_probe.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{ContainerRole, PodTemplate};
use crate::practice::runs_for_good;

pub(super) static CHECK: Check = Check {
    id: "missing-liveness-probe",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a container that nothing restarts when it hangs",
    page: include_str!("missing_liveness_probe.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    if object.is_broken() || !runs_for_good(object) {
        return;
    }
    let main = running_containers(template).filter(|container| container.role == ContainerRole::Main);
    for container in main.filter(|container| container.get("livenessProbe").is_none()) {
        let node = container.get("name").unwrap_or(container.node);
        let message =
            format!("{} has no liveness probe: when it hangs, nothing restarts it", container.title());
        sink.report(object, node, message);
    }
}
