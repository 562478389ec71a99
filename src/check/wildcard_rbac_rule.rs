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
        let scope = if rule.wildcard("apiGroups").is_some() {
            "every resource there is and will be"
        } else {
            "every resource of these groups, and those to come"
        };
        let (node, what) = match (verbs, resources) {
            (Some(_), Some(node)) => (node, format!("every verb on {scope}")),
            (Some(node), None) => (node, "every verb on these resources".to_owned()),
            (None, Some(node)) => (node, format!("these verbs on {scope}")),
            (None, None) => continue,
        };
        // An operator may well own all there is in the groups of its own kinds.
        let severity = if resources.is_some() && is_every_group { Severity::Warning } else { Severity::Note };
        let message = format!("{} `{}` permits {what}", object.kind_name(), object.name());
        sink.report(object, node, message)
            .severity(severity)
            .help("list the resources and the verbs that are needed");
    }
}
