#![doc = include_str!("aggregated_role.md")]

use crate::check::selection::{nearest_label, repaired};
use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::selected::{role_selectors, selected_roles};
use crate::graph::selector::{Operator, Requirement, Selector};
use crate::graph::{KindRef, Labels, typo};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::role::{is_system, rules_of};

pub(super) static CHECK: Check = Check {
    id: "aggregated-role",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a ClusterRole that is made up of others misses some, or rules of its own that are written over",
    page: include_str!("aggregated_role.md"),
    run: Run::Object(run),
};

/// What the labels begin with by which ClusterRoles add to those of every cluster.
const ADDS_TO: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// The ClusterRoles of every cluster that are made up of others (`ClusterRolesToAggregate` of `bootstrappolicy`).
const OF_EVERY_CLUSTER: [&str; 3] = ["admin", "edit", "view"];

const ROLES: KindRef<'static> = KindRef::Known(Kind::ClusterRole);

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let is_other = object.kind() != Kind::ClusterRole || is_system(object);
    if is_other || object.is_broken() || cx.graph.is_patch(object) {
        return;
    }
    for (node, selector) in role_selectors(object) {
        let is_filled = selected_roles(cx.graph, object, &selector).next().is_some()
            || selector.malformed
            || is_filled_by_cluster(&selector)
            || cx.graph.is_selected_in_template(&selector);
        if !is_filled {
            report_selector(cx, object, node, &selector, sink);
        }
    }
    let is_gathered = object.get("aggregationRule").is_some_and(NodeRef::is_mapping);
    // Read from a cluster, it has what the controller wrote.
    if is_gathered
        && object.get("metadata.uid").is_none()
        && let Some(rule) = rules_of(object).next()
    {
        let message = format!("{} has rules of its own, which are written over", absence::title(object));
        let related = object.root().get_entry("aggregationRule").map(|(key, _)| object.span(key));
        let report = sink.report(object, rule.node, message).label("gone as soon as it is in the cluster");
        let report = match related {
            Some(span) => report.related(span, "its rules are those of the ClusterRoles that this selects"),
            None => report,
        };
        report.help("move the rules to a ClusterRole that has the label which is selected");
    }
    for (key, _) in object.labels().into_iter().flat_map(NodeRef::entries) {
        report_label(cx, object, key, sink);
    }
}

/// Whether every cluster has a role that a selector selects: those that `admin`, `edit` and `view` begin with.
fn is_filled_by_cluster(selector: &Selector<'_>) -> bool {
    let is_common = |term: &Requirement<'_>| {
        let to = term.key.strip_prefix(ADDS_TO);
        let is_true = matches!(term.operator, Operator::Is("true") | Operator::Exists);
        is_true && to.is_some_and(|to| OF_EVERY_CLUSTER.contains(&to))
    };
    !selector.is_empty() && selector.requirements.iter().all(is_common)
}

fn report_selector<'p>(
    cx: &Context<'p>,
    object: ObjectRef<'p>,
    node: NodeRef<'p>,
    selector: &Selector<'p>,
    sink: &mut Sink<'_>,
) {
    let others = cx.graph.all(ROLES, None).filter(|other| other.id != object.id);
    let near = others.filter_map(|other| {
        let labels = other.labels()?;
        selector.is_missed_by_slip(&Labels::of(Some(labels))).then_some((other, labels))
    });
    let near = near.min_by_key(|(other, _)| other.id);
    if near.is_none() && !cx.graph.is_closed_for(ROLES, None) {
        return;
    }
    let failing = near.and_then(|(_, labels)| selector.failing(&Labels::of(Some(labels))).next());
    let term = failing.or(selector.requirements.first());
    let message = format!(
        "{} is made up of no ClusterRole: none has `{}`",
        absence::title(object),
        selector.describe()
    );
    let report = sink
        .report(object, term.map_or(node, |term| term.node), message)
        .severity(Severity::Error)
        .label("no ClusterRole has this");
    let found = near.zip(failing).and_then(|((other, labels), term)| {
        let (key, value) = nearest_label(term, labels)?;
        Some((other, term, key, value))
    });
    let Some((other, term, key, value)) = found else {
        report.help("give the ClusterRoles this label, or select by labels that they have");
        return;
    };
    let help = format!("write `{}: {}`", key.key(), value.content());
    let said = format!("ClusterRole `{}` has `{}: {}`", other.name(), key.key(), value.content());
    let report = report.related(other.span(key), said).help(help.clone());
    if let Some(text) = repaired(term, key, value) {
        report.fix(help, Safety::Safe, object.span(term.node), text);
    }
}

/// A label by which a role nearly adds to one of those that every cluster has.
fn report_label<'p>(cx: &Context<'p>, object: ObjectRef<'p>, key: NodeRef<'p>, sink: &mut Sink<'_>) {
    let name = key.key();
    let Some(to) = name.strip_prefix(ADDS_TO).filter(|to| !OF_EVERY_CLUSTER.contains(to)) else { return };
    let is_asked_for = |role: ObjectRef<'p>| {
        role_selectors(role).any(|(_, selector)| selector.requirements.iter().any(|term| term.key == name))
    };
    if cx.graph.all(ROLES, None).any(is_asked_for) {
        return;
    }
    let is_slip = |role: &&&str| typo::is_typo_among_few(to, role);
    if let Some(meant) = OF_EVERY_CLUSTER.iter().find(is_slip) {
        let message = format!("{} adds to no ClusterRole: none asks for `{name}`", absence::title(object));
        let right = format!("{ADDS_TO}{meant}");
        let report = sink.report(object, key, message).label(format!("`{meant}` asks for `{right}`"));
        let report = report.help(format!("write `{right}`"));
        if let Some(text) = edit::in_style_of(key, &right) {
            report.fix(format!("write `{right}`"), Safety::Safe, object.span(key), text);
        }
    }
}
