#![doc = include_str!("gateway_listener.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::Edge;
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "gateway-listener",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a route is for a listener that its Gateway does not have, or that does not take it",
    page: include_str!("gateway_listener.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for edge in context.graph.edges_from(object.id) {
        if edge.row.path != "spec.parentRefs[].name" {
            continue;
        }
        let gateways: Vec<ObjectRef<'p>> = match edge.target() {
            Some(_) => context.graph.find(edge.kind, edge.namespace, edge.name).collect(),
            None => continue,
        };
        // Defined twice, the listener may be in either.
        let [gateway] = gateways[..] else { continue };
        if gateway.kind() == Kind::Gateway && !gateway.is_broken() && !object.is_broken() {
            check_parent(object, edge, gateway, sink);
        }
    }
}

fn check_parent<'p>(object: ObjectRef<'p>, edge: &Edge<'p>, gateway: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let all: Vec<NodeRef<'p>> = gateway.get("spec.listeners").into_iter().flat_map(NodeRef::items).collect();
    let section = edge.holder.get("sectionName").filter(|name| name.as_str().is_some());
    let port = edge.holder.get("port").filter(|port| port.as_i64().is_some());
    let by_name = |listener: &&NodeRef<'p>| {
        section.is_none_or(|section| text(**listener, "name") == Some(section.content()))
    };
    let by_port = |listener: &&NodeRef<'p>| {
        port.is_none_or(|port| listener.get("port").and_then(NodeRef::as_i64) == port.as_i64())
    };
    if all.is_empty() {
        return;
    }
    if let Some(section) = section.filter(|_| !all.iter().any(|one| by_name(&one))) {
        report_name(object, section, gateway, &all, sink);
        return;
    }
    let meant: Vec<&NodeRef<'p>> = all.iter().filter(by_name).filter(by_port).collect();
    if let Some(port) = port.filter(|_| meant.is_empty()) {
        let message = format!(
            "{} is for port {} of Gateway `{}`, which has no such listener",
            absence::title(object),
            port.content(),
            gateway.full_name()
        );
        sink.report(object, port, message).label("no listener on this port");
        return;
    }
    let is_abroad = object.namespace() != gateway.namespace();
    if is_abroad && meant.iter().all(|listener| takes_own_only(**listener)) {
        let message = format!(
            "{} is for Gateway `{}`, whose listeners take routes of their own namespace only",
            absence::title(object),
            gateway.full_name()
        );
        let place = meant.first().and_then(|listener| listener.get("name")).map(|name| gateway.span(name));
        sink.report(object, edge.field, message)
            .label("not taken")
            .related(
                place.unwrap_or_else(|| gateway.name_span()),
                "this listener says nothing of other namespaces",
            )
            .help("write `allowedRoutes.namespaces.from: All`, or `Selector`, at the listener");
    }
}

/// `allowedRoutes.namespaces.from` is `Same` where it is absent, by the type `RouteNamespaces` of the Gateway API.
fn takes_own_only(listener: NodeRef<'_>) -> bool {
    let from = listener.get_path("allowedRoutes.namespaces.from").and_then(NodeRef::as_str);
    matches!(from, None | Some("Same"))
}

fn text<'p>(node: NodeRef<'p>, key: &str) -> Option<&'p str> {
    node.get(key).and_then(NodeRef::as_str)
}

fn report_name(
    object: ObjectRef<'_>,
    section: NodeRef<'_>,
    gateway: ObjectRef<'_>,
    listeners: &[NodeRef<'_>],
    sink: &mut Sink<'_>,
) {
    let written = section.content();
    let message = format!(
        "{} is for listener `{written}` of Gateway `{}`, which has no such listener",
        absence::title(object),
        gateway.full_name()
    );
    let names: Vec<&str> = listeners.iter().filter_map(|listener| text(*listener, "name")).collect();
    let report = sink
        .report(object, section, message)
        .label("no listener of this name")
        .related(gateway.name_span(), format!("its listeners are `{}`", names.join("`, `")));
    let meant = names.iter().find(|name| typo::is_typo(written, name)).or(match &names[..] {
        [only] => Some(only),
        _ => None,
    });
    let Some(meant) = meant else { return };
    let safety = if typo::is_typo(written, meant) { Safety::Safe } else { Safety::Unsafe };
    let report = report.help(format!("write `{meant}`"));
    if let Some(new) = edit::in_style_of(section, meant) {
        report.fix(format!("write `{meant}`"), safety, object.span(section), new);
    }
}
