#![doc = include_str!("single_replica.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::replicas::replicas_of;

pub(super) static CHECK: Check = Check {
    id: "single-replica",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a Service with one pod behind it",
    page: include_str!("single_replica.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(replicas) = replicas_of(cx.graph, object).filter(|replicas| replicas.least() == 1) else {
        return;
    };
    let Some(pod) = cx.graph.pod_of(object.id) else { return };
    let services = cx.graph.services_of_pod(pod);
    let Some(service) = services.first() else { return };
    let when = if replicas.most() > 1 { ", when scaled down," } else { "" };
    let message = format!(
        "{} `{}`{when} is one pod behind Service `{}`: while it is away, nobody answers",
        object.kind_name(),
        object.name(),
        service.name()
    );
    let node = object.get("spec.replicas").or_else(|| object.get("metadata.name"));
    sink.report(object, node.unwrap_or_else(|| object.root()), message)
        .related(service.name_span(), "sends all of its traffic to it")
        .help("run two or more, if the program can");
}
