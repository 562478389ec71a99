#![doc = include_str!("statefulset_service.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::{Edge, Resolution};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "statefulset-service",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a StatefulSet has no headless Service that gives its pods their names",
    page: include_str!("statefulset_service.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::StatefulSet {
        return;
    }
    let mut edges = context.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.serviceName") else { return };
    if edge.resolution == Resolution::Missing {
        return report_missing(context, object, edge, sink);
    }
    let Some(target) = edge.target() else { return };
    let services: Vec<_> = context.graph.find(edge.kind, edge.namespace, edge.name).collect();
    if services.iter().any(|service| is_headless(*service) || service.is_broken()) {
        return report_unselected(context, object, edge, &services, sink);
    }
    let service = context.program.object(target);
    let message = format!(
        "Service `{}`, which is to give the pods of {} their names, is not headless",
        edge.name,
        absence::title(object)
    );
    let place = service.get("spec.clusterIP").or_else(|| service.get("spec.type"));
    // Nobody asks for a single pod by its own name: that of the Service leads to it.
    let replicas = object.get("spec.replicas").and_then(NodeRef::as_i64);
    let severity = if replicas.unwrap_or(1) <= 1 { Severity::Note } else { Severity::Warning };
    sink.report(object, edge.field, message)
        .severity(severity)
        .label("its pods get no DNS names of their own")
        .related(place.map_or(service.name_span(), |node| service.span(node)), "has an address of its own")
        .help("name a Service with `clusterIP: None` and the same selector here");
}

fn is_headless(service: ObjectRef<'_>) -> bool {
    service.get("spec.clusterIP").and_then(NodeRef::as_str) == Some("None")
}

fn report_missing(context: &Context<'_>, object: ObjectRef<'_>, edge: &Edge<'_>, sink: &mut Sink<'_>) {
    let closest = context.graph.closest_name(edge.kind, edge.namespace, edge.name);
    let is_slip = closest.is_some_and(|closest| closest.is_typo);
    let Some(severity) = absence::severity_of_edge(context, edge, is_slip) else { return };
    let fate = if context.graph.is_closed() { "does not exist" } else { "is not in the input" };
    let message = format!(
        "{} takes the names of its pods from Service `{}`, which {fate}",
        absence::title(object),
        edge.name
    );
    let report = sink.report(object, edge.field, message).severity(severity).label("no Service of this name");
    let Some(closest) = closest else {
        report.help(format!(
            "add a Service `{}` with `clusterIP: None` and a selector that matches the pods",
            edge.name
        ));
        return;
    };
    let right = closest.object.name();
    let report = report.related(closest.object.name_span(), "this Service has a similar name");
    let report = report.help(format!("did you mean `{right}`?"));
    if closest.is_typo
        && is_headless(closest.object)
        && let Some(text) = edit::in_style_of(edge.field, right)
    {
        report.fix(format!("write `{right}`"), Safety::Safe, object.span(edge.field), text);
    }
}

/// A headless Service names only the pods that it selects.
fn report_unselected(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    edge: &Edge<'_>,
    services: &[ObjectRef<'_>],
    sink: &mut Sink<'_>,
) {
    let Some(pod) = context.graph.pod_of(object.id) else { return };
    let selectors: Vec<_> =
        services.iter().filter_map(|service| context.graph.service_selector(service.id)).collect();
    let Some(first) = selectors.first() else { return };
    if selectors.iter().any(|selector| selector.malformed || selector.matches(&pod.labels)) {
        return;
    }
    let failing: Vec<_> =
        first.failing(&pod.labels).map(|requirement| format!("`{}`", requirement.describe())).collect();
    let message = format!(
        "Service `{}`, which is to give the pods of {} their names, does not select them: they lack {}",
        edge.name,
        absence::title(object),
        failing.join(" and ")
    );
    let service = context.program.object(edge.target().unwrap_or(object.id));
    let place = service.get("spec.selector").map_or(service.name_span(), |node| service.span(node));
    sink.report(object, edge.field, message)
        .label("its pods get no DNS names of their own")
        .related(place, "selects other pods");
}
