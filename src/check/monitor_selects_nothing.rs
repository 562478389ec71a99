#![doc = include_str!("monitor_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::ports::{ContainerPort, PortRef, ports_of_container, ports_of_service};
use crate::graph::selected::{monitored, monitored_namespaces};
use crate::graph::selector::Selector;
use crate::graph::{KindRef, Pod, typo};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "monitor-selects-nothing",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a ServiceMonitor or PodMonitor selects nothing, or a port that is not there",
    page: include_str!("monitor_selects_nothing.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let endpoints = match object.kind() {
        Kind::ServiceMonitor => "spec.endpoints",
        Kind::PodMonitor => "spec.podMetricsEndpoints",
        _ => return,
    };
    let Some(node) = object.get("spec.selector").filter(|_| !object.is_broken()) else { return };
    let Some(namespaces) = monitored_namespaces(object) else { return };
    let selector = Selector::from_label_selector(node);
    if selector.malformed || selector.is_empty() || context.graph.is_patch(object) {
        return;
    }
    let is_pods = object.kind() == Kind::PodMonitor;
    let has_none = |namespace: &&str| match is_pods {
        true => context.graph.pods_in(namespace).next().is_none(),
        false => context.graph.all(KindRef::Known(Kind::Service), Some(namespace)).next().is_none(),
    };
    // What a namespace is for that the input has none of them in, stands elsewhere.
    if namespaces.iter().any(has_none) && !context.graph.is_closed() {
        return;
    }
    let what = if is_pods { "pod" } else { "Service" };
    let is_open = |name: &&str| context.graph.may_have_other_pods(name);
    let selected = monitored(context.graph, object);
    if selected.is_empty() {
        let place = selector.requirements.first().map_or(node, |first| first.node);
        if namespaces.iter().any(is_open) || context.graph.is_selected_in_template(&selector) {
            return;
        }
        let message =
            format!("{} selects no {what}: none has `{}`", absence::title(object), selector.describe());
        sink.report(object, place, message)
            .label(format!("no {what} has these labels"))
            .help(format!("select by labels of the {what} itself, in `metadata.labels`"));
        return;
    }
    let names: Vec<&str> = selected.iter().flat_map(|one| names_of_ports(context, *one)).collect();
    for endpoint in items_at(object.root(), endpoints) {
        let name = endpoint.get("port").filter(|port| !port.content().is_empty());
        if let Some(port) = name {
            if port.as_str().is_some_and(|name| !names.contains(&name)) {
                report_port(object, port, what, &names, sink);
            }
        } else if !namespaces.iter().any(is_open)
            && let Some(port) = endpoint.get("portNumber").or_else(|| endpoint.get("targetPort"))
        {
            check_container_port(context, object, port, &selected, sink);
        }
    }
}

/// A port by which the operator asks for one that a container declares (`generateServiceMonitorConfig`): what listens and
/// is not declared is not found.
fn check_container_port<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    port: NodeRef<'p>,
    selected: &[ObjectRef<'p>],
    sink: &mut Sink<'_>,
) {
    let Some(wanted) = PortRef::of(port) else { return };
    let behind: Vec<_> = selected.iter().map(|one| pods_behind(context, *one)).collect();
    let is_there = |pod: &&Pod<'_>| declared_by(pod).any(|port| port.is(wanted));
    if behind.iter().any(Vec::is_empty) || behind.iter().flatten().any(is_there) {
        return;
    }
    let title = absence::title(object);
    let message = format!("{title} scrapes port `{wanted}`, which no container of the pods declares");
    let report = sink.report(object, port, message).label("no container port of this name or number");
    report.help("name a port as it stands in the `ports` of a container, or declare it there");
}

/// The names of the ports of a Service, or of the pods of a workload.
fn names_of_ports<'p>(context: &Context<'p>, selected: ObjectRef<'p>) -> Vec<&'p str> {
    if selected.kind() == Kind::Service {
        return ports_of_service(selected).filter_map(|port| port.name()).collect();
    }
    let pods = pods_behind(context, selected).into_iter();
    pods.flat_map(declared_by).filter_map(|port| port.name()).collect()
}

/// The pods that a Service sends to, or that a workload makes.
fn pods_behind<'c, 'p>(context: &Context<'c>, selected: ObjectRef<'p>) -> Vec<&'c Pod<'c>> {
    match selected.kind() {
        Kind::Service => context.graph.pods_of_service(selected.id).collect(),
        _ => context.graph.pod_of(selected.id).into_iter().collect(),
    }
}

fn declared_by<'p>(pod: &Pod<'p>) -> impl Iterator<Item = ContainerPort<'p>> + use<'p> {
    pod.template.containers().flat_map(ports_of_container)
}

fn report_port(object: ObjectRef<'_>, port: NodeRef<'_>, what: &str, names: &[&str], sink: &mut Sink<'_>) {
    let name = port.content();
    let message =
        format!("{} scrapes port `{name}`, which no {what} that it selects has", absence::title(object));
    let meant = names.iter().find(|other| typo::is_typo(name, other));
    let severity = if meant.is_some() { Severity::Error } else { Severity::Warning };
    let report = sink.report(object, port, message).severity(severity).label("no port of this name");
    let Some(meant) = meant else {
        report.help(format!("name a port of the {what} as it stands in its `ports[].name`"));
        return;
    };
    let report = report.help(format!("write `{meant}`"));
    if let Some(text) = edit::in_style_of(port, meant) {
        report.fix(format!("write `{meant}`"), Safety::Safe, object.span(port), text);
    }
}
