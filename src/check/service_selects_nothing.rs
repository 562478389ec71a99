#![doc = include_str!("service_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, selection};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "service-selects-nothing",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "the selector of a Service matches no pod",
    page: include_str!("service_selects_nothing.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(selector) = context.graph.service_selector(object.id) else { return };
    // Somebody who writes the endpoints by hand does not wait for the selector to find any.
    let endpoints = KindRef::Known(Kind::Endpoints);
    if context.graph.find(endpoints, object.namespace(), object.name()).next().is_some() {
        return;
    }
    selection::report_if_empty(context, object, selector, sink, |terms| {
        format!("{} selects no pod: none has {terms}", absence::title(object))
    });
}
