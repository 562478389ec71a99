#![doc = include_str!("unknown_rbac_group.md")]

use crate::check::rbac_group::{in_style_of, name, role, written};
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::graph::{KindRef, typo};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::lifecycle;
use crate::parse::schema::table::Table;
use crate::parse::tree::NodeRef;
use crate::practice::permission::{base_of, groups_with};
use crate::practice::role::{Rule, own_rules_of};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unknown-rbac-group",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a rule of a role names an API group that there is not",
    page: include_str!("unknown_rbac_group.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.is_broken() {
        return;
    }
    let table = Table::of(context.settings.target);
    for rule in own_rules_of(object) {
        check_rule(context, object, rule, table, sink);
    }
}

fn check_rule(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    rule: Rule<'_>,
    table: &Table,
    sink: &mut Sink<'_>,
) {
    for node in items_at(rule.node, "apiGroups") {
        let group = node.content();
        if group == "*" || table.has_group(group) || is_custom(context, group) {
            continue;
        }
        if lifecycle::rows().iter().any(|row| group_of(row.api_version) == group) {
            report_removed(object, rule, table, node, sink);
            continue;
        }
        let meant = meant_group(table, group);
        // Groups of custom resources are domains (`ValidateCustomResourceDefinitionSpec`): a word alone can be none.
        if meant.is_none() && (group.contains(['.', '$', '{']) || group.is_empty()) {
            continue;
        }
        let message = format!("{} names API group `{group}`, which does not exist", role(object));
        let report = sink.report(object, node, message).label("no such API group");
        let Some(meant) = meant else {
            report.help("write the group that `kubectl api-resources` shows");
            continue;
        };
        let report = report.help(format!("write `{}`", written(meant)));
        if let Some(text) = in_style_of(node, meant) {
            report.fix(format!("write `{}`", written(meant)), Safety::Safe, object.span(node), text);
        }
    }
}

fn group_of(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

/// A group that a CustomResourceDefinition or an APIService of the input brings.
fn is_custom(context: &Context<'_>, group: &str) -> bool {
    let brings = |kind, path: &str| {
        let mut all = context.graph.all(KindRef::Known(kind), None);
        all.any(|object| object.get(path).is_some_and(|node| node.content() == group))
    };
    brings(Kind::CustomResourceDefinition, "spec.group") || brings(Kind::APIService, "spec.group")
}

/// What is meant by a group that cannot be: one with a version (`apps/v1`, `v1`), or a slip of the pen. Groups that end
/// in a domain may be those of custom resources which are not in the input.
fn meant_group(table: &Table, written: &str) -> Option<&'static str> {
    let known = || table.kinds().map(|kind| kind.group());
    let bare = match written.split_once('/') {
        Some((group, _)) => group,
        None if matches!(written, "v1" | "core") => "",
        None => written,
    };
    let bare = if bare == "core" { "" } else { bare };
    if bare != written {
        return known().find(|group| *group == bare);
    }
    let is_short_for = |group: &&str| group.split_once('.').is_some_and(|(first, _)| first == written);
    known().find(|group| typo::is_typo(written, group)).or_else(|| known().find(is_short_for))
}

/// A group that Kubernetes had. Where the role permits all of it in the groups of today as well, it only is of no use.
fn report_removed(
    object: ObjectRef<'_>,
    rule: Rule<'_>,
    table: &Table,
    node: NodeRef<'_>,
    sink: &mut Sink<'_>,
) {
    let homes = |resource: NodeRef<'_>| groups_with(table, base_of(resource.content()));
    let is_permitted = |resource: NodeRef<'_>| {
        homes(resource).iter().any(|home| {
            own_rules_of(object).any(|other| {
                other.grants("apiGroups", home).is_some()
                    && other.grants("resources", resource.content()).is_some()
            })
        })
    };
    let lost: Vec<NodeRef<'_>> = items_at(rule.node, "resources")
        .filter(|one| !homes(*one).is_empty() && !is_permitted(*one))
        .collect();
    let severity = if lost.is_empty() { Severity::Note } else { Severity::Warning };
    let message =
        format!("{} names API group `{}`, which Kubernetes no longer has", role(object), node.content());
    let report = sink.report(object, node, message).severity(severity).label("permits nothing");
    let Some(first) = lost.first() else {
        report.help("remove it, unless the role is for older clusters too");
        return;
    };
    let home = homes(*first)[0];
    let report = report.help(format!("`{}` are in {} now", first.content(), name(home)));
    let is_home_of_all = items_at(rule.node, "resources").all(|one| homes(one).contains(&home));
    if let Some(text) = in_style_of(node, home).filter(|_| is_home_of_all) {
        // The rule permits nothing as it stands: the fix gives rights, and that is for a person to decide.
        report.fix(format!("write `{}`", written(home)), Safety::Unsafe, object.span(node), text);
    }
}
