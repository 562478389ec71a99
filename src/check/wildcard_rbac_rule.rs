#![doc = include_str!("wildcard_rbac_rule.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::escalation::way_up;
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

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
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
            (Some(node), None) if rule.node.get("nonResourceURLs").is_some() => {
                (node, "every verb on these URLs".to_owned())
            }
            (Some(node), None) => (node, "every verb on these resources".to_owned()),
            (None, Some(node)) => (node, format!("these verbs on {scope}")),
            (None, None) => continue,
        };
        // An operator may well own all there is in the groups of its own kinds, if it does not gain rights by it.
        let is_wide = resources.is_some() && is_every_group;
        let way = way_up(object, rule, cx.settings.target, false).filter(|_| !is_wide && !rule.is_narrow());
        let severity = if is_wide || way.is_some() { Severity::Warning } else { Severity::Note };
        let consequence = way.map_or_else(String::new, |(way, _)| {
            format!(": by `{}` on `{}`, its holder {}", way.verb, way.resource, way.leads_to)
        });
        let message = format!("{} `{}` permits {what}{consequence}", object.kind_name(), object.name());
        sink.report(object, node, message)
            .severity(severity)
            .help("list the resources and the verbs that are needed");
    }
}
