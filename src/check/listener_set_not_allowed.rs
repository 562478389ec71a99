#![doc = include_str!("listener_set_not_allowed.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::listener::{Admission, admission};

pub(super) static CHECK: Check = Check {
    id: "listener-set-not-allowed",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a ListenerSet is for a Gateway that does not take it",
    page: include_str!("listener_set_not_allowed.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !matches!(object.kind(), Kind::ListenerSet | Kind::XListenerSet) || object.is_broken() {
        return;
    }
    let mut edges = context.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.parentRef.name") else { return };
    // Of two definitions either may be the one that is applied.
    let mut found =
        context.graph.find(edge.kind, edge.namespace, edge.name).filter(|_| edge.target().is_some());
    let (Some(gateway), None) = (found.next(), found.next()) else { return };
    if gateway.kind() != Kind::Gateway || gateway.is_broken() {
        return;
    }
    let rule = gateway.get("spec.allowedListeners.namespaces");
    let namespace = object.namespace().unwrap_or_default();
    let severity = match admission(context.graph, gateway, rule, "None", namespace) {
        Admission::No => Severity::Error,
        Admission::NotByLabels if context.graph.is_closed() => Severity::Error,
        Admission::NotByLabels => Severity::Warning,
        Admission::Yes | Admission::Unknown => return,
    };
    let message =
        format!("{} is for {}, which does not take it", absence::title(object), absence::title(gateway));
    let place = rule.map_or_else(|| gateway.name_span(), |rule| gateway.span(rule));
    let what = match rule {
        Some(_) => "these namespaces may add listeners",
        None => "it says nothing of `allowedListeners`, so nobody may add any",
    };
    sink.report(object, edge.field, message)
        .severity(severity)
        .label("not attached")
        .related(place, what)
        .help("write `allowedListeners.namespaces.from: Same`, `All` or `Selector` at the Gateway");
}
