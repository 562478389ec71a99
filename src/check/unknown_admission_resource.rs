#![doc = include_str!("unknown_admission_resource.md")]

use crate::check::absence::{title, write_instead};
use crate::check::{Check, Context, Group, Run, Sink, rbac_group};
use crate::diagnostic::{Safety, Severity};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::Table;
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;
use crate::practice::permission::{base_of, groups_with, is_removed, meant_resource, subresources};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unknown-admission-resource",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a rule of a webhook or an admission policy is for a resource that its API groups do not have",
    page: include_str!("unknown_admission_resource.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for rule in rules_of(object) {
        check_rule(context, object, rule, sink);
    }
}

/// The rules that say which requests a webhook or an admission policy is asked about.
fn rules_of(object: ObjectRef<'_>) -> Vec<NodeRef<'_>> {
    let lists: &[&str] = match object.kind() {
        Kind::ValidatingWebhookConfiguration | Kind::MutatingWebhookConfiguration => {
            let webhooks = items_at(object.root(), "webhooks");
            return webhooks.flat_map(|webhook| items_at(webhook, "rules")).collect();
        }
        Kind::ValidatingAdmissionPolicy | Kind::MutatingAdmissionPolicy => {
            &["spec.matchConstraints.resourceRules", "spec.matchConstraints.excludeResourceRules"]
        }
        Kind::ValidatingAdmissionPolicyBinding | Kind::MutatingAdmissionPolicyBinding => {
            &["spec.matchResources.resourceRules", "spec.matchResources.excludeResourceRules"]
        }
        _ => return Vec::new(),
    };
    lists.iter().flat_map(|list| items_at(object.root(), list)).collect()
}

/// Mirrors `Matcher.Matches` of the package `predicates/rules`: each of the groups is combined with each of the resources.
fn check_rule<'p>(context: &Context<'p>, object: ObjectRef<'p>, rule: NodeRef<'p>, sink: &mut Sink<'_>) {
    let table = Table::of(context.settings.target);
    let groups: Vec<&str> = items_at(rule, "apiGroups").map(NodeRef::content).collect();
    if groups.is_empty() || groups.contains(&"*") {
        return;
    }
    let is_known = groups.iter().all(|group| table.has_group(group));
    let definitions = if is_known { Vec::new() } else { rbac_group::definitions_of(context, &groups) };
    for resource in items_at(rule, "resources") {
        let base = base_of(resource.content());
        if base.is_empty() || base == "*" {
            continue;
        }
        // At whichever version: a rule may be for clusters of several.
        let is_served = |group: &&&str| {
            is_removed(group, base) || Version::built_in().any(|one| Table::of(one).has_resource(group, base))
        };
        if let Some(group) = groups.iter().find(is_served) {
            check_subresource(object, group, resource, sink);
        } else if is_known {
            report(object, table, &groups, resource, sink);
        } else if let Some((plural, by)) = rbac_group::meant_custom(&definitions, &groups, base) {
            let report =
                sink.report(object, resource, message(object, resource, &groups)).label("no such resource");
            let report = match by {
                Some(by) => report.related(by.name_span(), format!("it defines `{plural}`")),
                None => report,
            };
            let text = resource.content().replacen(base, &plural, 1);
            write_instead(report, object, resource, &text, Safety::Safe);
        }
    }
}

fn message(object: ObjectRef<'_>, resource: NodeRef<'_>, groups: &[&str]) -> String {
    let (written, here) = (resource.content(), rbac_group::names(groups));
    format!("{} has a rule for `{written}`, but {here} has no such resource", title(object))
}

/// A subresource that is nearly one that there is.
fn check_subresource(object: ObjectRef<'_>, group: &str, resource: NodeRef<'_>, sink: &mut Sink<'_>) {
    let Some((base, written)) = resource.content().split_once('/') else { return };
    let Some(known) = subresources(group, base) else { return };
    if written == "*" || known.contains(&written) {
        return;
    }
    let Some(meant) = closest(written, known.iter().copied()) else { return };
    let message = format!(
        "{} has a rule for `{}`, but `{base}` have no such subresource",
        title(object),
        resource.content()
    );
    let report = sink.report(object, resource, message).label("no such subresource");
    write_instead(report, object, resource, &format!("{base}/{meant}"), Safety::Safe);
}

fn report(object: ObjectRef<'_>, table: &Table, groups: &[&str], resource: NodeRef<'_>, sink: &mut Sink<'_>) {
    let written = resource.content();
    let base = base_of(written);
    let here = rbac_group::names(groups);
    if let Some(home) = groups_with(table, base).first() {
        let message = format!(
            "{} has a rule for `{written}` in {here}, but they are in {}",
            title(object),
            rbac_group::name(home)
        );
        let help = format!("write `apiGroups: [{}]`", rbac_group::written(home));
        sink.report(object, resource, message).label(format!("not in {here}")).help(help);
        return;
    }
    let report = sink.report(object, resource, message(object, resource, groups)).label("no such resource");
    let Some(meant) = meant_resource(table, base) else {
        report.help("write the plural that `kubectl api-resources` shows");
        return;
    };
    let text = written.replacen(base, meant, 1);
    if groups.iter().any(|group| table.has_resource(group, meant)) {
        write_instead(report, object, resource, &text, Safety::Safe);
    } else {
        report.help(format!("write `{text}`, in the API group that has it"));
    }
}
