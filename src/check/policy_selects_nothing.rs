#![doc = include_str!("policy_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, selection};
use crate::diagnostic::Severity;
use crate::graph::selector::Selector;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "policy-selects-nothing",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "the selector of a PodDisruptionBudget or NetworkPolicy matches no pod",
    page: include_str!("policy_selects_nothing.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let (path, consequence) = match object.kind() {
        Kind::PodDisruptionBudget => ("spec.selector", "protects no pod"),
        Kind::NetworkPolicy => ("spec.podSelector", "applies to no pod"),
        _ => return,
    };
    let Some(node) = object.get(path) else { return };
    let selector = Selector::from_label_selector(node);
    // An empty selector is meant for every pod that will ever be there.
    if selector.is_empty() {
        return;
    }
    selection::report_if_empty(context, object, &selector, sink, |terms| {
        format!("{} {consequence}: none has {terms}", absence::title(object))
    });
}
