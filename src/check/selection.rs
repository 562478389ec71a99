//! Reports a selector that matches no pod of the input: what failed on the pod that comes nearest.

use crate::check::{Context, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::selector::{Operator, Requirement, Selector};
use crate::graph::{NearMiss, typo};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::object::ObjectRef;

/// Reports `selector` of `object` if it matches no pod in the object's namespace. `message` is given the terms that the
/// nearest pod does not fulfil, or all terms where none is near.
pub(super) fn report_if_empty<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    selector: &Selector<'p>,
    sink: &mut Sink<'_>,
    message: impl Fn(&str) -> String,
) {
    if let Some(namespace) = object.namespace() {
        report_if_empty_in(context, object, namespace, selector, sink, message);
    }
}

/// The same for the pods of any namespace.
pub(super) fn report_if_empty_in<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    namespace: &'p str,
    selector: &Selector<'p>,
    sink: &mut Sink<'_>,
    message: impl Fn(&str) -> String,
) {
    if selector.malformed
        || object.is_broken()
        || context.graph.is_patch(object)
        || context.graph.select(namespace, selector).next().is_some()
        || context.graph.is_selected_in_template(selector)
    {
        return;
    }
    let nearest = context.graph.nearest_pod(namespace, selector);
    let is_typo = nearest.is_some_and(|nearest| nearest.is_typo);
    let severity = absence::severity_of_selection_in(context, object, namespace, selector, is_typo);
    let Some(severity) = severity else { return };
    let label = format!("no pod in namespace `{namespace}` has this");
    report_near(object, selector, (nearest, severity, label), sink, message);
}

/// Reports `selector` of `object`, which matches no pod; `nearest` comes nearest to it. `message` is given what the nearest
/// lacks.
pub(super) fn report_near<'p>(
    object: ObjectRef<'p>,
    selector: &Selector<'p>,
    (nearest, severity, label): (Option<NearMiss<'_, 'p>>, Severity, String),
    sink: &mut Sink<'_>,
    message: impl Fn(&str) -> String,
) {
    let failing: Vec<&Requirement<'_>> = match &nearest {
        Some(nearest) => selector.failing(&nearest.pod.labels).collect(),
        None => selector.requirements.iter().collect(),
    };
    let Some(first) = failing.first() else { return };
    let terms: Vec<_> = failing.iter().map(|requirement| format!("`{}`", requirement.describe())).collect();
    let report =
        sink.report(object, first.node, message(&terms.join(" and "))).severity(severity).label(label);
    let Some(nearest) = nearest else {
        report.help("give the pods these labels, or select by labels that they have");
        return;
    };
    let owner = nearest.pod.owner();
    let labels = nearest.pod.template.labels();
    let near_label = labels.and_then(|labels| nearest_label(first, labels));
    let place = near_label.map(|(key, _)| key).or(labels).map_or(owner.name_span(), |node| owner.span(node));
    let report = report.related(place, describe(owner, near_label));
    let Some((key, value)) = near_label.filter(|_| nearest.is_typo && !is_right(first, owner)) else {
        report.help("give the pods this label, or select by labels that they have");
        return;
    };
    let help = format!("write `{}: {}`", key.key(), value.content());
    let report = report.help(help.clone());
    if let Some(text) = repaired(first, key, value) {
        report.fix(help, Safety::Safe, object.span(first.node), text);
    }
}

/// Whether the owner of a pod that lacks a label selects its pods by this label too: it is not the term that is misspelt.
fn is_right(requirement: &Requirement<'_>, owner: ObjectRef<'_>) -> bool {
    let own = owner.get("spec.selector.matchLabels").and_then(|labels| labels.get(&requirement.key));
    matches!((own.and_then(NodeRef::as_str), &requirement.operator), (Some(own), Operator::Is(value)) if own == *value)
}

/// The entry of `labels` that a failing term is about: the one of its key, else one whose key is a slip away.
pub(super) fn nearest_label<'p>(
    requirement: &Requirement<'_>,
    labels: NodeRef<'p>,
) -> Option<(NodeRef<'p>, NodeRef<'p>)> {
    let similar = |key: NodeRef<'_>| typo::is_typo(&requirement.key, &key.key());
    labels.get_entry(&requirement.key).or_else(|| labels.entries().find(|(key, _)| similar(*key)))
}

fn describe(owner: ObjectRef<'_>, label: Option<(NodeRef<'_>, NodeRef<'_>)>) -> String {
    match label {
        Some((key, value)) => {
            format!("{} `{}` has `{}: {}`", owner.kind_name(), owner.name(), key.key(), value.content())
        }
        None => format!("{} `{}` comes nearest", owner.kind_name(), owner.name()),
    }
}

/// The new text of a pair's value; only where the value is all that is wrong.
pub(super) fn repaired(
    requirement: &Requirement<'_>,
    key: NodeRef<'_>,
    value: NodeRef<'_>,
) -> Option<String> {
    let is_pair = matches!(requirement.operator, Operator::Is(_));
    (is_pair && key.key() == requirement.key)
        .then(|| edit::in_style_of(requirement.node, value.content()))
        .flatten()
}
