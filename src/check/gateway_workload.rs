#![doc = include_str!("gateway_workload.md")]

use std::collections::BTreeSet;

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::reference::{Edge, Resolution};
use crate::graph::selector::Selector;

use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "gateway-workload",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a Gateway of Istio selects no pod, or a certificate is not where its pods are",
    page: include_str!("gateway_workload.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let is_gateway = object.kind() == Kind::Other
        && object.kind_name() == "Gateway"
        && object.group() == "networking.istio.io";
    if !is_gateway || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let Some(node) = object.get("spec.selector") else { return };
    let selector = Selector::from_pairs(node);
    if selector.is_empty() || selector.malformed {
        return;
    }
    let namespaces: BTreeSet<&'p str> =
        context.graph.select_anywhere(&selector).map(|pod| pod.namespace).collect();
    if namespaces.is_empty() {
        report_selector(context, object, &selector, sink);
        return;
    }
    for edge in context.graph.edges_from(object.id) {
        if edge.row.path == "spec.servers[].tls.credentialName" {
            check_credential(context, object, edge, &namespaces, sink);
        }
    }
}

/// The pods are usually those of the mesh, which is installed by others: only a slip of the pen is certain.
fn report_selector<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    selector: &Selector<'p>,
    sink: &mut Sink<'_>,
) {
    let near = [object.namespace().unwrap_or_default(), "istio-system"].into_iter().find_map(|namespace| {
        let near = context.graph.nearest_pod(namespace, selector).filter(|near| near.is_typo)?;
        let failing = selector.failing(&near.pod.labels).next()?;
        let value = near.pod.labels.get(&failing.key)?;
        Some((near.pod.owner(), failing.node, value))
    });
    if near.is_none() && (!context.graph.is_closed() || context.graph.is_selected_in_template(selector)) {
        return;
    }
    let Some(place) = near.map(|(_, node, _)| node).or(selector.requirements.first().map(|one| one.node))
    else {
        return;
    };
    let message = format!("{} selects no pod: none has `{}`", absence::title(object), selector.describe());
    let report = sink.report(object, place, message).severity(Severity::Error).label("no pod has this label");
    let Some((owner, node, value)) = near else {
        report.help("select by labels of the pods of a gateway of the mesh");
        return;
    };
    let what = format!("{} `{}` has `{value}`", owner.kind_name(), owner.name());
    absence::write_instead(report.related(owner.name_span(), what), object, node, value, Safety::Safe);
}

/// The Secret is read by the pods of the gateway, in their namespace.
fn check_credential<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    edge: &Edge<'p>,
    namespaces: &BTreeSet<&'p str>,
    sink: &mut Sink<'_>,
) {
    let graph = context.graph;
    let is_there = |namespace: &&str| {
        graph.resolve(object, edge.kind, Some(namespace), edge.name) != Resolution::Missing
    };
    // What is nowhere in a world that is known to the end is a dangling reference.
    if namespaces.iter().any(is_there) || (graph.is_closed() && edge.resolution == Resolution::Missing) {
        return;
    }
    let Some(namespace) = namespaces.iter().next() else { return };
    let secret = KindRef::Known(Kind::Secret);
    let closest = graph.closest_name(secret, Some(namespace), edge.name).filter(|closest| closest.is_typo);
    let message = format!(
        "{} names Secret `{}`, which is not in namespace `{namespace}`, where its pods are",
        absence::title(object),
        edge.name
    );
    let is_certain = closest.is_some() || graph.is_closed();
    let severity = if is_certain { Severity::Error } else { Severity::Warning };
    let mut report =
        sink.report(object, edge.field, message).severity(severity).label("not found by the pods");
    if let Some(elsewhere) = edge.target().map(|target| context.program.object(target)) {
        report = report.related(elsewhere.name_span(), "this one is in another namespace");
    }
    let Some(closest) = closest else {
        report.help(format!("put the Secret into namespace `{namespace}`"));
        return;
    };
    let name = closest.object.name();
    let report = report.help(format!("write `{name}`"));
    if let Some(text) = edit::in_style_of(edge.field, name).filter(|_| edge.field.content() == edge.name) {
        report.fix(format!("write `{name}`"), Safety::Safe, object.span(edge.field), text);
    }
}
