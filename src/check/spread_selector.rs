#![doc = include_str!("spread_selector.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, selection};
use crate::diagnostic::{Safety, Severity};
use crate::graph::Pod;
use crate::graph::selector::{Operator, Requirement, Selector};
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "spread-selector",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a topology spread constraint that does not count the pods that have it",
    page: include_str!("spread_selector.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(pod) = context.graph.pod_of(object.id) else { return };
    let Some(constraints) = pod.template.get("topologySpreadConstraints") else { return };
    if object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for constraint in constraints.items().filter(|constraint| constraint.is_mapping()) {
        match constraint.get("labelSelector").filter(|selector| !selector.is_null()) {
            Some(node) => check(context, pod, &Selector::from_label_selector(node), sink),
            None if object.kind() != Kind::Other => report_absent(object, constraint, sink),
            None => {}
        }
    }
}

/// Mirrors `filterTopologySpreadConstraints`: no selector counts no pods, so that every place is as good as any.
fn report_absent(object: ObjectRef<'_>, constraint: NodeRef<'_>, sink: &mut Sink<'_>) {
    let place = constraint.get("topologyKey").unwrap_or(constraint);
    let message = format!(
        "{} has a spread constraint without `labelSelector`: it counts no pods and spreads none",
        absence::title(object)
    );
    sink.report(object, place, message)
        .label("which pods are to be spread?")
        .help("add a `labelSelector` with the labels of the pods");
}

fn check<'p>(context: &Context<'p>, pod: &Pod<'p>, selector: &Selector<'p>, sink: &mut Sink<'_>) {
    let object = pod.owner();
    // The keys of `matchLabelKeys` have the values of the pod itself.
    if selector.malformed || selector.matches(&pod.labels) {
        return;
    }
    let is_slip = selector.is_missed_by_slip(&pod.labels);
    // What is no kind of Kubernetes itself may get labels from its operator.
    if !is_slip && (object.kind() == Kind::Other || absence::is_hook(object)) {
        return;
    }
    let failing: Vec<&Requirement<'_>> = selector.failing(&pod.labels).collect();
    let Some(first) = failing.first() else { return };
    let terms: Vec<_> = failing.iter().map(|requirement| format!("`{}`", requirement.describe())).collect();
    let message = format!(
        "a spread constraint of {} does not count its own pods, which do not match {}",
        absence::title(object),
        terms.join(" and ")
    );
    let severity = if is_slip { Severity::Error } else { Severity::Warning };
    let report =
        sink.report(object, first.node, message).severity(severity).label("does not match these pods");
    let labels = pod.template.labels();
    let near = labels.and_then(|labels| selection::nearest_label(first, labels));
    let report = match near {
        Some((key, value)) => {
            report.related(object.span(key), format!("the pods have `{}: {}`", key.key(), value.content()))
        }
        None => report,
    };
    let other = context.graph.select(pod.namespace, selector).next();
    let report = match other {
        Some(other) => report.related(other.owner().name_span(), "it counts these pods instead"),
        None => report,
    };
    let is_pair = matches!(first.operator, Operator::Is(_));
    let Some((key, value)) = near.filter(|_| failing.len() == 1 && is_pair) else {
        report.help("select by labels that the pods of this template have");
        return;
    };
    let help = format!("write `{}: {}`", key.key(), value.content());
    let report = report.help(help.clone());
    if let Some(text) = selection::repaired(first, key, value) {
        let safety = if is_slip { Safety::Safe } else { Safety::Unsafe };
        report.fix(help, safety, object.span(first.node), text);
    }
}
