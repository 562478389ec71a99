#![doc = include_str!("hpa_without_request.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::config::World;
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::resources::has_request;
use crate::practice::scaling::shares;

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
