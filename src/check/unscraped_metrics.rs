#![doc = include_str!("unscraped_metrics.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::Labels;
use crate::graph::Pod;
use crate::graph::ports::{ContainerPort, ports_of_pod};
use crate::graph::selector::Selector;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "unscraped-metrics",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a port for metrics that nobody asks",
    page: include_str!("unscraped_metrics.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(pod) = cx.graph.pod_of(object.id) else { return };
    let is_for_metrics = |port: &ContainerPort<'p>| {
        port.name()
            .is_some_and(|name| name == "metrics" || name.ends_with("-metrics") || name == "prometheus")
    };
    let Some(port) = ports_of_pod(pod.template).find(is_for_metrics) else { return };
    if is_annotated(cx, pod) || is_monitored(cx, pod) {
        return;
    }
    let message = format!(
        "nobody scrapes port `{}` of {} `{}`",
        port.name().unwrap_or_default(),
        object.kind_name(),
        object.name()
    );
    sink.report(object, port.number, message).help("add a PodMonitor, or a ServiceMonitor for its Service");
}

/// The annotation by which many Prometheus configurations find pods and Services.
fn is_annotated(cx: &Context<'_>, pod: &Pod<'_>) -> bool {
    let says_scrape = |object: ObjectRef<'_>| object.annotation("prometheus.io/scrape").is_some();
    let annotations = pod.template.node.get_path("metadata.annotations");
    annotations.is_some_and(|annotations| annotations.get("prometheus.io/scrape").is_some())
        || services(cx, pod).into_iter().any(says_scrape)
}

fn services<'p>(cx: &Context<'p>, pod: &Pod<'_>) -> Vec<ObjectRef<'p>> {
    cx.graph.pod_of(pod.owner().id).map(|pod| cx.graph.services_of_pod(pod)).unwrap_or_default()
}

/// A monitor may be in any namespace; what it selects is told by labels.
fn is_monitored(cx: &Context<'_>, pod: &Pod<'_>) -> bool {
    let services = services(cx, pod);
    let is_monitor = |kind| matches!(kind, Kind::PodMonitor | Kind::ServiceMonitor);
    cx.program.objects_of_kinds(is_monitor).any(|monitor| {
        let Some(node) = monitor.get("spec.selector") else { return false };
        match monitor.kind() {
            Kind::PodMonitor => Selector::from_label_selector(node).matches(&pod.labels),
            Kind::ServiceMonitor => {
                let selector = Selector::from_label_selector(node);
                services.iter().any(|service| selector.matches(&Labels::of(service.labels())))
            }
            _ => false,
        }
    })
}
