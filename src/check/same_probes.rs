#![doc = include_str!("same_probes.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::probe::{action, asks_same, patience};

pub(super) static CHECK: Check = Check {
    id: "same-probes",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a liveness probe that fails as soon as the readiness probe does",
    page: include_str!("same_probes.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for container in running_containers(template) {
        let (Some(liveness), Some(readiness)) =
            (container.get("livenessProbe"), container.get("readinessProbe"))
        else {
            continue;
        };
        let (Some((name, asked)), Some((_, same))) = (action(liveness), action(readiness)) else { continue };
        let is_same = readiness.get(name).is_some() && asks_same(container, name, asked, same);
        if !is_same || patience(liveness) > patience(readiness) {
            continue;
        }
        let message = format!(
            "the liveness probe of {} asks the same as its readiness probe, and gives up just as soon",
            container.title()
        );
        // An open port says little of load: who does not accept connections is seldom merely busy.
        let severity = if name == "tcpSocket" { Severity::Note } else { Severity::Warning };
        let node = asked.get("path").or_else(|| asked.get("port")).unwrap_or(asked);
        let other = same.get("path").or_else(|| same.get("port")).unwrap_or(same);
        sink.report(object, node, message)
            .severity(severity)
            .related(object.span(other), "the readiness probe asks this")
            .help("let liveness ask whether the process is stuck, or raise its `failureThreshold`");
    }
}
