#![doc = include_str!("missing_requests.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::image::is_injected;
use crate::practice::resources::has_request;

pub(super) static CHECK: Check = Check {
    id: "missing-requests",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a container that requests no cpu or no memory",
    page: include_str!("missing_requests.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let severity = severity_for(object);
    if object.is_broken() || !sink.wants(severity) {
        return;
    }
    for container in running_containers(template).filter(|container| !is_injected(*container)) {
        let lacks = |resource| !has_request(cx.graph, template, container, resource);
        let what = match (lacks("cpu"), lacks("memory")) {
            (true, true) => "no cpu and no memory",
            (true, false) => "no cpu",
            (false, true) => "no memory",
            (false, false) => continue,
        };
        let node = container.get("name").unwrap_or(container.node);
        let message =
            format!("{} of {} `{}` requests {what}", container.title(), object.kind_name(), object.name());
        sink.report(object, node, message)
            .severity(severity)
            .help("set `resources.requests`: by them the scheduler finds a node with room");
    }
}

/// A pod on its own, and one that comes to an end, is more often a trial than a service.
pub(super) fn severity_for(owner: ObjectRef<'_>) -> Severity {
    match owner.kind() {
        // Knative fills in what its own configuration says.
        Kind::Other if owner.group() == "serving.knative.dev" => Severity::Note,
        Kind::Pod | Kind::Job | Kind::CronJob | Kind::PodTemplate => Severity::Note,
        _ => Severity::Warning,
    }
}
