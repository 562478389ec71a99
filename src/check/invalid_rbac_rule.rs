#![doc = include_str!("invalid_rbac_rule.md")]

use crate::check::rbac_group::role;
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::role::{Rule, rules_of};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "invalid-rbac-rule",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "the API server rejects a rule of a role",
    page: include_str!("invalid_rbac_rule.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for rule in rules_of(object) {
        if let Some((node, fault, help)) = fault(object, rule) {
            let message = format!("{} has a rule that is rejected: {fault}", role(object));
            sink.report(object, node, message).help(help);
        }
    }
}

/// Mirrors `validation.ValidatePolicyRule`, in its words; the first fault of a rule.
fn fault<'p>(object: ObjectRef<'p>, rule: Rule<'p>) -> Option<(NodeRef<'p>, &'static str, &'static str)> {
    let has = |list: &str| items_at(rule.node, list).next().is_some();
    // A list that is no list at all is the matter of the schema.
    if LISTS.iter().filter_map(|list| rule.node.get(list)).any(|list| !list.is_sequence() && !list.is_null())
    {
        return None;
    }
    if !has("verbs") {
        return Some((
            rule.node,
            "verbs must contain at least one value",
            "list `verbs`, such as `[get, list, watch]`",
        ));
    }
    if has("nonResourceURLs") {
        let node = rule.node.get("nonResourceURLs")?;
        if object.kind() == Kind::Role {
            let help = "move the rule to a ClusterRole, and bind that with a ClusterRoleBinding";
            return Some((node, "namespaced rules cannot apply to non-resource URLs", help));
        }
        let is_mixed = ["apiGroups", "resources", "resourceNames"].iter().any(|list| has(list));
        return is_mixed.then_some((
            node,
            "rules cannot apply to both regular resources and non-resource URLs",
            "write two rules",
        ));
    }
    if !has("apiGroups") {
        let help = "list `apiGroups`; that of Pods and Services is `\"\"`";
        return Some((rule.node, "resource rules must supply at least one api group", help));
    }
    let help = "list `resources`, in the plural";
    (!has("resources")).then_some((rule.node, "resource rules must supply at least one resource", help))
}

const LISTS: &[&str] = &["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"];
