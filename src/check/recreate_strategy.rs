#![doc = include_str!("recreate_strategy.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "recreate-strategy",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a Deployment behind a Service that stops before it starts again",
    page: include_str!("recreate_strategy.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Deployment {
        return;
    }
    let strategy = object.get("spec.strategy.type").filter(|kind| kind.content() == "Recreate");
    let (Some(node), Some(pod)) = (strategy, cx.graph.pod_of(object.id)) else { return };
    let services = cx.graph.services_of_pod(pod);
    let Some(service) = services.first() else { return };
    let message = format!(
        "each rollout of Deployment `{}` stops all pods of Service `{}` before new ones start",
        object.name(),
        service.name()
    );
    sink.report(object, node, message)
        .related(service.name_span(), "has nobody to send traffic to meanwhile")
        .help("use `RollingUpdate`, unless two versions must not run side by side");
}
