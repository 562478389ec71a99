#![doc = include_str!("gateway_listener.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::host;
use crate::practice::listener::{self, Admission, Listener};

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
    if object.group() != "gateway.networking.k8s.io" || object.is_broken() {
        return;
    }
    for (parent, holder) in listener::parents_of(context.graph, object).0 {
        check_parent(context, object, holder, parent, sink);
    }
}

fn check_parent<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    holder: NodeRef<'p>,
    parent: ObjectRef<'p>,
    sink: &mut Sink<'_>,
) {
    let all: Vec<Listener<'p>> = listener::listeners_of(parent).collect();
    let section = holder.get("sectionName").filter(|name| name.as_str().is_some_and(|text| !text.is_empty()));
    if section.is_some_and(|section| host::is_placeholder(section.content())) {
        return;
    }
    if let Some(section) = section.filter(|section| !all.iter().any(|one| one.name() == section.as_str())) {
        report_name(object, section, parent, &all, sink);
        return;
    }
    let meant: Vec<Listener<'p>> =
        all.iter().copied().filter(|listener| listener::is_meant(holder, *listener)).collect();
    if meant.is_empty() {
        let Some(port) = holder.get("port") else { return };
        let (title, parent) = (absence::title(object), absence::title(parent));
        let message =
            format!("{title} is for port {} of {parent}, which has no such listener", port.content());
        sink.report(object, port, message).label("no listener on this port");
        return;
    }
    let field = holder.get("name").unwrap_or(holder);
    let namespace = object.namespace().unwrap_or_default();
    let admissions: Vec<Admission> =
        meant.iter().map(|listener| listener.takes_namespace(context.graph, namespace)).collect();
    if admissions.iter().all(|admission| matches!(admission, Admission::No | Admission::NotByLabels)) {
        report_namespace(context, object, field, &meant, &admissions, sink);
        return;
    }
    let near = meant.iter().zip(&admissions).filter(|(_, admission)| **admission != Admission::No);
    let near: Vec<Listener<'p>> = near.map(|(listener, _)| *listener).collect();
    if !near.iter().any(|listener| listener.takes_kind(object)) {
        report_kind(object, field, &near, sink);
    }
}

fn report_namespace<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    field: NodeRef<'p>,
    meant: &[Listener<'p>],
    admissions: &[Admission],
    sink: &mut Sink<'_>,
) {
    // Others may give the Namespace labels that the input does not.
    let by_labels = admissions.iter().position(|admission| *admission == Admission::NotByLabels);
    let listener = meant[by_labels.unwrap_or_default()];
    let says = listener.node.get_path("allowedRoutes.namespaces");
    let selector = says.and_then(|says| says.get("selector"));
    let (fault, what) = match (selector, says) {
        (Some(_), _) => ("select namespaces, and not its own", "its namespace is not selected"),
        (None, Some(_)) => ("take routes of their own namespace only", "this listener does not take it"),
        (None, None) => {
            ("take routes of their own namespace only", "this listener says nothing of other namespaces")
        }
    };
    let message = format!(
        "{} is for {}, whose listeners {fault}",
        absence::title(object),
        absence::title(listener.parent)
    );
    let place = selector.or(says).map_or_else(|| listener.place(), |node| listener.parent.span(node));
    let is_certain = by_labels.is_none() || context.graph.is_closed();
    let severity = if is_certain { Severity::Error } else { Severity::Warning };
    let help = match selector {
        Some(_) => "give the Namespace the labels that the selector asks for, or select it too",
        None => "write `allowedRoutes.namespaces.from: All`, or `Selector`, at the listener",
    };
    sink.report(object, field, message).severity(severity).label("not taken").related(place, what).help(help);
}

fn report_kind<'p>(object: ObjectRef<'p>, field: NodeRef<'p>, near: &[Listener<'p>], sink: &mut Sink<'_>) {
    let Some(listener) = near.first() else { return };
    let (title, kind) = (absence::title(object), object.kind_name());
    let message =
        format!("{title} is for {}, whose listeners take no {kind}", absence::title(listener.parent));
    let report = sink.report(object, field, message).label("not taken");
    let Some(kinds) = listener.kinds_of_protocol().filter(|kinds| !kinds.contains(&object.kind())) else {
        let node = listener.node.get_path("allowedRoutes.kinds");
        let place = node.map_or_else(|| listener.place(), |node| listener.parent.span(node));
        let help = format!("add `kind: {kind}` to `allowedRoutes.kinds` of the listener");
        report.related(place, "these kinds are taken").help(help);
        return;
    };
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let what = format!("protocol {} is for {}", listener.protocol().unwrap_or_default(), names.join(" and "));
    report.related(listener.place(), what).help("name a listener whose protocol carries such routes");
}

fn report_name(
    object: ObjectRef<'_>,
    section: NodeRef<'_>,
    parent: ObjectRef<'_>,
    listeners: &[Listener<'_>],
    sink: &mut Sink<'_>,
) {
    let written = section.content();
    let (title, parent_title) = (absence::title(object), absence::title(parent));
    let message =
        format!("{title} is for listener `{written}` of {parent_title}, which has no such listener");
    let names: Vec<&str> = listeners.iter().filter_map(|listener| listener.name()).collect();
    let report = sink
        .report(object, section, message)
        .label("no listener of this name")
        .related(parent.name_span(), format!("its listeners are `{}`", names.join("`, `")));
    if let Some(meant) = names.iter().find(|name| typo::is_typo(written, name)) {
        absence::write_instead(report, object, section, meant, Safety::Safe);
    } else if let [only] = names[..] {
        absence::write_instead(report, object, section, only, Safety::Unsafe);
    }
}
