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
        let message = format!(
            "{} is for port {} of {} `{}`, which has no such listener",
            absence::title(object),
            port.content(),
            parent.kind_name(),
            parent.full_name()
        );
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
    let parent = meant[0].parent;
    let by_labels = meant.iter().zip(admissions).find(|(_, one)| **one == Admission::NotByLabels);
    let (listener, severity, message) = match by_labels {
        Some((listener, _)) => {
            let severity = if context.graph.is_closed() { Severity::Error } else { Severity::Warning };
            (listener, severity, "select namespaces by labels that its own does not have")
        }
        None if meant.iter().any(|one| one.node.get_path("allowedRoutes.namespaces.selector").is_some()) => {
            (&meant[0], Severity::Error, "select namespaces, and not its own")
        }
        None => (&meant[0], Severity::Error, "take routes of their own namespace only"),
    };
    let message = format!(
        "{} is for {} `{}`, whose listeners {message}",
        absence::title(object),
        parent.kind_name(),
        parent.full_name()
    );
    let says = listener.node.get_path("allowedRoutes.namespaces");
    let what = match says {
        Some(_) => "this listener does not take it",
        None => "this listener says nothing of other namespaces",
    };
    let place = says.and_then(|node| node.get("selector").or_else(|| node.get("from")));
    let place = place.map_or_else(|| listener.place(), |node| parent.span(node));
    let help = match by_labels {
        Some(_) => "give the Namespace the labels that the selector asks for",
        None => "write `allowedRoutes.namespaces.from: All`, or `Selector`, at the listener",
    };
    sink.report(object, field, message).severity(severity).label("not taken").related(place, what).help(help);
}

fn report_kind<'p>(object: ObjectRef<'p>, field: NodeRef<'p>, near: &[Listener<'p>], sink: &mut Sink<'_>) {
    let Some(listener) = near.first() else { return };
    let parent = listener.parent;
    let message = format!(
        "{} is for {} `{}`, whose listeners take no {}",
        absence::title(object),
        parent.kind_name(),
        parent.full_name(),
        object.kind_name()
    );
    let report = sink.report(object, field, message).label("not taken");
    let kinds = listener.kinds_of_protocol().filter(|kinds| !kinds.contains(&object.kind()));
    let Some(kinds) = kinds else {
        let node = listener.node.get_path("allowedRoutes.kinds");
        let place = node.map_or_else(|| listener.place(), |node| parent.span(node));
        report
            .related(place, "these kinds are taken")
            .help(format!("add `kind: {}` to `allowedRoutes.kinds` of the listener", object.kind_name()));
        return;
    };
    let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let protocol = listener.protocol().unwrap_or_default();
    report
        .related(listener.place(), format!("protocol {protocol} is for {}", names.join(" and ")))
        .help("name a listener whose protocol carries such routes");
}

fn report_name(
    object: ObjectRef<'_>,
    section: NodeRef<'_>,
    parent: ObjectRef<'_>,
    listeners: &[Listener<'_>],
    sink: &mut Sink<'_>,
) {
    let written = section.content();
    let message = format!(
        "{} is for listener `{written}` of {} `{}`, which has no such listener",
        absence::title(object),
        parent.kind_name(),
        parent.full_name()
    );
    let names: Vec<&str> = listeners.iter().filter_map(|listener| listener.name()).collect();
    let report = sink
        .report(object, section, message)
        .label("no listener of this name")
        .related(parent.name_span(), format!("its listeners are `{}`", names.join("`, `")));
    let meant = names.iter().find(|name| typo::is_typo(written, name)).or(match &names[..] {
        [only] => Some(only),
        _ => None,
    });
    let Some(meant) = meant else { return };
    let safety = if typo::is_typo(written, meant) { Safety::Safe } else { Safety::Unsafe };
    let report = report.help(format!("write `{meant}`"));
    if let Some(new) = absence::in_style_of(section, meant) {
        report.fix(format!("write `{meant}`"), safety, object.span(section), new);
    }
}
