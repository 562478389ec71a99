#![doc = include_str!("hpa_without_request.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::config::World;
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, ContainerRole};
use crate::practice::image::is_injected;
use crate::practice::resources::has_request;
use crate::practice::scaling::{Share, resource_triggers, shares};

pub(super) static CHECK: Check = Check {
    id: "hpa-without-request",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an autoscaler on a share of a request that is not made",
    page: include_str!("hpa_without_request.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !matches!(object.kind(), Kind::HorizontalPodAutoscaler | Kind::ScaledObject) {
        return;
    }
    let target =
        cx.graph.edges_from(object.id).iter().find(|edge| edge.row.path == "spec.scaleTargetRef.name");
    let Some(pod) = target.and_then(|edge| edge.target()).and_then(|target| cx.graph.pod_of(target)) else {
        return;
    };
    let wanted = match (object.kind(), pod.owner().kind()) {
        (Kind::HorizontalPodAutoscaler, _) => shares(object),
        // The admission webhook of KEDA asks of these only, and of no sidecar (`verifyCPUMemoryScalers`).
        (_, Kind::Deployment | Kind::StatefulSet) => resource_triggers(object),
        _ => return,
    };
    let counts = |container: &Container<'_>| {
        !is_injected(*container)
            && (object.kind() != Kind::ScaledObject || container.role == ContainerRole::Main)
    };
    for share in wanted {
        let lacking: Vec<_> = running_containers(pod.template)
            .filter(|container| share.container.is_none_or(|name| name == container.name()))
            .filter(counts)
            .filter(|container| !has_request(cx.graph, pod.template, *container, share.resource))
            .collect();
        if !lacking.is_empty() {
            report(cx, object, share, pod.owner(), &lacking, sink);
        }
    }
}

fn report<'p>(
    cx: &Context<'p>,
    object: ObjectRef<'p>,
    share: Share<'p>,
    owner: ObjectRef<'p>,
    lacking: &[Container<'p>],
    sink: &mut Sink<'_>,
) {
    let title = |object: ObjectRef<'_>| format!("{} `{}`", object.kind_name(), object.name());
    let (scaler, workload) = (title(object), title(owner));
    let (resource, first) = (share.resource, lacking[0].name());
    let (message, consequence) = match object.kind() {
        Kind::ScaledObject => (
            format!(
                "{scaler} has a {resource} trigger, and container `{first}` of {workload} requests none: KEDA refuses it"
            ),
            format!("the container {first} doesn't have the {resource} request defined"),
        ),
        _ => (
            format!(
                "{scaler} scales on a share of the {resource} request, and container `{first}` of {workload} has none"
            ),
            format!("missing request for {resource} in container {first}"),
        ),
    };
    let severity = if cx.settings.world == World::Closed { Severity::Error } else { Severity::Warning };
    let mut report = sink.report(object, share.node, message).severity(severity);
    for container in lacking {
        let name = container.get("name").unwrap_or(container.node);
        report = report.related(owner.span(name), format!("requests no {resource}"));
    }
    report.help(format!(
        "set `resources.requests.{resource}`: without it the metric cannot be computed (\"{consequence}\")"
    ));
}
