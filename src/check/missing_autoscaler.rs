#![doc = include_str!("missing_autoscaler.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::replicas::{Replicas, replicas_of};

pub(super) static CHECK: Check = Check {
    id: "missing-autoscaler",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a Deployment behind a Service whose size nobody adapts",
    page: include_str!("missing_autoscaler.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Deployment {
        return;
    }
    let (Some(Replicas::Fixed { count, .. }), Some(pod)) =
        (replicas_of(cx.graph, object), cx.graph.pod_of(object.id))
    else {
        return;
    };
    if count < 2 || cx.graph.services_of_pod(pod).is_empty() {
        return;
    }
    let message = format!("Deployment `{}` keeps {count} replicas, whatever the traffic", object.name());
    sink.report_span(object.name_span(), message).object(object).help("add a HorizontalPodAutoscaler");
}
