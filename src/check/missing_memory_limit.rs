#![doc = include_str!("missing_memory_limit.md")]

use crate::check::missing_requests::severity_for;
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::image::is_injected;
use crate::practice::resources::has_limit;

pub(super) static CHECK: Check = Check {
    id: "missing-memory-limit",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a container whose memory has no limit",
    page: include_str!("missing_memory_limit.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let severity = severity_for(object);
    if object.is_broken() || !sink.wants(severity) {
        return;
    }
    for container in running_containers(template).filter(|container| !is_injected(*container)) {
        if has_limit(cx.graph, template, container, "memory") {
            continue;
        }
        let node = container.get("name").unwrap_or(container.node);
        let message = format!(
            "{} of {} `{}` has no memory limit",
            container.title(),
            object.kind_name(),
            object.name()
        );
        sink.report(object, node, message)
            .severity(severity)
            .help("set `resources.limits.memory`: without it, a leak takes the node's other pods along");
    }
}
