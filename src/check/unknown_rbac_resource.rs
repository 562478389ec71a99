#![doc = include_str!("unknown_rbac_resource.md")]

use crate::check::absence::write_instead;
use crate::check::rbac_group::{self, role};
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::Table;
use crate::parse::tree::NodeRef;
use crate::practice::permission::{
    base_of, exists, fate_elsewhen, groups_with, meant_resource, subresources,
};
use crate::practice::role::{Rule, own_rules_of};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unknown-rbac-resource",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a rule of a role names a resource that its API groups do not have",
    page: include_str!("unknown_rbac_resource.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.is_broken() {
        return;
    }
    let table = Table::of(context.settings.target);
    for rule in own_rules_of(object) {
        let groups: Vec<NodeRef<'_>> = items_at(rule.node, "apiGroups").collect();
        let names: Vec<&str> = groups.iter().map(|group| group.content()).collect();
        // What there is in other groups nobody here can tell; whether there are such is for `unknown-rbac-group`.
        if names.iter().any(|group| !table.has_group(group)) {
            check_custom(context, object, rule, table, &names, sink);
            continue;
        }
        for resource in items_at(rule.node, "resources") {
            let base = base_of(resource.content());
            if base.is_empty() || base == "*" || names.is_empty() {
                continue;
            }
            match names.iter().find(|group| exists(table, group, base)) {
                Some(group) => check_subresource(object, group, resource, sink),
                None => report(object, rule, table, &names, resource, sink),
            }
        }
    }
}

/// A rule about custom resources: only what is nearly one that there is, is a fault.
fn check_custom<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    rule: Rule<'p>,
    table: &Table,
    groups: &[&str],
    sink: &mut Sink<'_>,
) {
    let definitions = rbac_group::definitions_of(context, groups);
    for resource in items_at(rule.node, "resources").filter(|_| !groups.contains(&"*")) {
        let base = base_of(resource.content());
        if groups.iter().any(|group| exists(table, group, base)) {
            continue;
        }
        let Some((plural, by)) = rbac_group::meant_custom(&definitions, groups, base) else { continue };
        let here = rbac_group::names(groups);
        let message = format!("{} permits `{base}`, but {here} has no such resource", role(object));
        let report = sink.report(object, resource, message).label("no such resource");
        let report = match by {
            Some(by) => report.related(by.name_span(), format!("it defines `{plural}`")),
            None => report,
        };
        let text = resource.content().replacen(base, &plural, 1);
        write_instead(report, object, resource, &text, Safety::Safe);
    }
}

/// A subresource that is nearly one that there is, is a fault; another one permits nothing, and does no harm.
fn check_subresource(object: ObjectRef<'_>, group: &str, resource: NodeRef<'_>, sink: &mut Sink<'_>) {
    let Some((base, written)) = resource.content().split_once('/') else { return };
    let Some(known) = subresources(group, base) else { return };
    if matches!(written, "*" | "finalizers") || known.contains(&written) {
        return;
    }
    let meant = closest(written, known.iter().copied());
    let message =
        format!("{} permits `{}`, but `{base}` have no such subresource", role(object), resource.content());
    let severity = if meant.is_some() { Severity::Warning } else { Severity::Note };
    let report = sink.report(object, resource, message).severity(severity).label("no such subresource");
    let Some(meant) = meant else {
        report.help(format!("they have `{}`", known.join("`, `")));
        return;
    };
    write_instead(report, object, resource, &format!("{base}/{meant}"), Safety::Safe);
}

fn report(
    object: ObjectRef<'_>,
    rule: Rule<'_>,
    table: &Table,
    groups: &[&str],
    resource: NodeRef<'_>,
    sink: &mut Sink<'_>,
) {
    let written = resource.content();
    let base = base_of(written);
    let here = rbac_group::names(groups);
    if let Some(fate) = fate_elsewhen(table, groups, base) {
        let message = format!("{} permits `{written}`, which {fate}", role(object));
        let report = sink.report(object, resource, message).severity(Severity::Note);
        report
            .label("permits nothing")
            .help("remove it, unless the role is for clusters of other versions too");
        return;
    }
    let homes = groups_with(table, base);
    if let Some(home) = homes.first() {
        let message = format!(
            "{} permits `{written}` in {here}, but they are in {}",
            role(object),
            rbac_group::name(home)
        );
        let help = format!("write `apiGroups: [{}]`", rbac_group::written(home));
        let report =
            sink.report(object, resource, message).label(format!("not in {here}")).help(help.clone());
        if let Some(edit) = rbac_group::moved(object, rule, table, homes[0]) {
            report.edits(help, Safety::Safe, vec![edit]);
        }
        return;
    }
    let message = format!("{} permits `{written}`, but {here} has no such resource", role(object));
    let report = sink.report(object, resource, message).label("no such resource");
    let Some(meant) = meant_resource(table, base) else {
        report.help("write the plural that `kubectl api-resources` shows");
        return;
    };
    let text = written.replacen(base, meant, 1);
    let report = report.help(format!("write `{text}`"));
    let is_here = groups.iter().any(|group| exists(table, group, meant));
    if let Some(new) = edit::in_style_of(resource, &text).filter(|_| is_here) {
        report.fix(format!("write `{text}`"), Safety::Safe, object.span(resource), new);
    }
}
