#![doc = include_str!("monitor_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::ports::{ContainerPort, PortRef, ports_of_container, ports_of_service};
use crate::graph::selected::monitored_namespaces;
use crate::graph::selector::Selector;
use crate::graph::{KindRef, Labels, Pod, typo};
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
    let candidates: Vec<_> =
        namespaces.iter().map(|namespace| candidates(context, object.kind(), namespace)).collect();
    // What a namespace is for that the input has none of them in, stands elsewhere.
    if candidates.iter().any(Vec::is_empty) && !context.graph.is_closed() {
        return;
    }
    let what = if object.kind() == Kind::ServiceMonitor { "Service" } else { "pod" };
    let is_open = |name: &&str| context.graph.may_have_other_pods(name);
    let selected: Vec<&Candidate<'p>> =
        candidates.iter().flatten().filter(|one| selector.matches(&one.labels)).collect();
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
    for endpoint in items_at(object.root(), endpoints) {
        let name = endpoint.get("port").filter(|port| !port.content().is_empty());
        if let Some(port) = name {
            let mut names = selected.iter().flat_map(|one| &one.ports);
            if port.as_str().is_some_and(|name| !names.any(|other| *other == name)) {
                report_port(object, port, what, &selected, sink);
            }
        } else if !namespaces.iter().any(is_open)
            && let Some(port) = endpoint.get("portNumber").or_else(|| endpoint.get("targetPort"))
        {
            check_container_port(object, port, &selected, sink);
        }
    }
}

/// A port by which the operator asks for one that a container declares (`generateServiceMonitorConfig`): what listens and
/// is not declared is not found.
fn check_container_port(
    object: ObjectRef<'_>,
    port: NodeRef<'_>,
    selected: &[&Candidate<'_>],
    sink: &mut Sink<'_>,
) {
    let Some(wanted) = PortRef::of(port) else { return };
    let is_there = |one: &&Candidate<'_>| one.declared.iter().any(|port| port.is(wanted));
    if selected.iter().any(|one| !one.has_pods) || selected.iter().any(is_there) {
        return;
    }
    let title = absence::title(object);
    let message = format!("{title} scrapes port `{wanted}`, which no container of the pods declares");
    let report = sink.report(object, port, message).label("no container port of this name or number");
    report.help("name a port as it stands in the `ports` of a container, or declare it there");
}

/// A Service or pod with its labels and the names of its ports.
struct Candidate<'p> {
    labels: Labels<'p>,
    ports: Vec<&'p str>,
    /// What the containers declare of the pods that it is, or sends to.
    declared: Vec<ContainerPort<'p>>,
    has_pods: bool,
}

fn candidates<'p>(context: &Context<'p>, kind: Kind, namespace: &str) -> Vec<Candidate<'p>> {
    if kind == Kind::ServiceMonitor {
        let services = context.graph.all(KindRef::Known(Kind::Service), Some(namespace));
        let candidate = |service: ObjectRef<'p>| {
            let mut pods = context.graph.pods_of_service(service.id).peekable();
            Candidate {
                labels: Labels::of(service.labels()),
                ports: ports_of_service(service).filter_map(|port| port.name()).collect(),
                has_pods: pods.peek().is_some(),
                declared: pods.flat_map(|pod| declared_by(pod)).collect(),
            }
        };
        return services.map(candidate).collect();
    }
    let pods = context.graph.pods_in(namespace).map(|pod| {
        let declared: Vec<_> = declared_by(pod).collect();
        let ports = declared.iter().filter_map(|port| port.name()).collect();
        Candidate { labels: pod.labels.clone(), ports, declared, has_pods: true }
    });
    pods.collect()
}

fn declared_by<'p>(pod: &Pod<'p>) -> impl Iterator<Item = ContainerPort<'p>> + use<'p> {
    pod.template.containers().flat_map(ports_of_container)
}

fn report_port(
    object: ObjectRef<'_>,
    port: NodeRef<'_>,
    what: &str,
    selected: &[&Candidate<'_>],
    sink: &mut Sink<'_>,
) {
    let name = port.content();
    let message =
        format!("{} scrapes port `{name}`, which no {what} that it selects has", absence::title(object));
    let meant = selected.iter().flat_map(|one| &one.ports).find(|other| typo::is_typo(name, other));
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
