#![doc = include_str!("wildcard_rbac_rule.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::role::own_rules_of;

pub(super) static CHECK: Check = Check {
    id: "wildcard-rbac-rule",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a role that permits more than anybody listed",
    page: include_str!("wildcard_rbac_rule.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for rule in own_rules_of(object) {
        let (verbs, resources) = (rule.wildcard("verbs"), rule.wildcard("resources"));
        let is_every_group = rule.wildcard("apiGroups").is_some() || rule.grants("apiGroups", "").is_some();
        let (node, what) = match (verbs, resources) {
            (Some(_), Some(node)) if is_every_group => (node, "do everything with every resource"),
            (Some(node), _) => (node, "do everything with these resources"),
            (None, Some(node)) => (node, "reach every resource of these groups, and those to come"),
            (None, None) => continue,
        };
        // An operator may well own all there is in the groups of its own kinds.
        let severity = if resources.is_some() && is_every_group { Severity::Warning } else { Severity::Note };
        let message = format!("{} `{}` permits to {what}", object.kind_name(), object.name());
        sink.report(object, node, message).severity(severity).help("list what is needed");
    }
}
