#![doc = include_str!("hpa_without_request.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::config::World;
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::resources::has_request;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "hpa-without-request",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an autoscaler on a share of a request that is not made",
    page: include_str!("hpa_without_request.md"),
    run: Run::Object(run),
};

/// A metric that is a share of what containers request.
struct Share<'p> {
    resource: &'p str,
    /// The one container that counts; all of them without it.
    container: Option<&'p str>,
    node: NodeRef<'p>,
}

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::HorizontalPodAutoscaler {
        return;
    }
    let target =
        cx.graph.edges_from(object.id).iter().find(|edge| edge.row.path == "spec.scaleTargetRef.name");
    let Some(pod) = target.and_then(|edge| edge.target()).and_then(|target| cx.graph.pod_of(target)) else {
        return;
    };
    for share in shares(object) {
        let lacking: Vec<_> = running_containers(pod.template)
            .filter(|container| share.container.is_none_or(|name| name == container.name()))
            .filter(|container| !has_request(cx.graph, pod.template, *container, share.resource))
            .collect();
        let Some(first) = lacking.first() else { continue };
        let message = format!(
            "HorizontalPodAutoscaler `{}` scales on a share of the {} request, and container `{}` of {} `{}` has none",
            object.name(),
            share.resource,
            first.name(),
            pod.owner().kind_name(),
            pod.owner().name()
        );
        let severity = if cx.settings.world == World::Closed { Severity::Error } else { Severity::Warning };
        let mut report = sink.report(object, share.node, message).severity(severity);
        for container in &lacking {
            let name = container.get("name").unwrap_or(container.node);
            report = report.related(pod.owner().span(name), format!("requests no {}", share.resource));
        }
        report.help(format!(
            "set `resources.requests.{}`: without it the metric cannot be computed (\"missing request for {0} in container {}\")",
            share.resource,
            first.name()
        ));
    }
}

/// The metrics of an autoscaler that are shares, in any version of the API. Without metrics it is 80 % of the cpu
/// (`SetDefaults_HorizontalPodAutoscaler`).
fn shares<'p>(object: ObjectRef<'p>) -> Vec<Share<'p>> {
    let cpu = |node| vec![Share { resource: "cpu", container: None, node }];
    if let Some(node) = object.get("spec.targetCPUUtilizationPercentage") {
        return cpu(node);
    }
    let metrics: Vec<_> = items_at(object.root(), "spec.metrics").collect();
    if metrics.is_empty() {
        return object.get("spec.maxReplicas").map(cpu).unwrap_or_default();
    }
    metrics.into_iter().filter_map(share).collect()
}

fn share(metric: NodeRef<'_>) -> Option<Share<'_>> {
    let source = metric.get("resource").or_else(|| metric.get("containerResource"))?;
    let node = source
        .get_path("target.averageUtilization")
        .or_else(|| source.get("targetAverageUtilization"))
        .filter(|node| !node.is_null())?;
    let container = source.get("container").map(NodeRef::content);
    Some(Share { resource: source.get("name")?.content(), container, node })
}
