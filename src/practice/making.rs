//! What the programs of the input may make when they run, by the rights that their roles give them: what then is there
//! although nobody wrote it.

use crate::graph::selected::{role_selectors, selected_roles};
use crate::graph::{Graph, KindRef};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::role::{Rule, own_rules_of, subjects_of};
use crate::practice::selection::items_at;

/// What is, or makes, pods that live on.
const PODS: [(&str, &str); 5] = [
    ("", "pods"),
    ("apps", "daemonsets"),
    ("apps", "deployments"),
    ("apps", "replicasets"),
    ("apps", "statefulsets"),
];

/// Whether a Role of a namespace permits to create Secrets, and so somebody makes some there, such as the certificates of a
/// webhook. Not by a wildcard, which says nothing of what it is for; and where it names some, it is these that are made.
pub fn makes_secrets(graph: &Graph<'_>, namespace: &str) -> bool {
    let is_about_secrets =
        |rule: &Rule<'_>| items_at(rule.node, "resources").any(|item| item.content() == "secrets");
    let mut roles = graph.all(KindRef::Known(Kind::Role), Some(namespace));
    roles.any(|role| {
        let mut rules = own_rules_of(role).filter(is_about_secrets);
        rules.any(|rule| rule.grants("verbs", "create").is_some())
            && !own_rules_of(role).filter(is_about_secrets).any(Rule::is_narrow)
    })
}

/// Whether a pod of a namespace runs as somebody who may create pods: an operator, whose own pods have labels that only it
/// knows.
pub fn makes_pods(graph: &Graph<'_>, namespace: &str) -> bool {
    let accounts: Vec<&str> = graph
        .pods_in(namespace)
        .filter_map(|pod| pod.template.get("serviceAccountName"))
        .map(NodeRef::content)
        .collect();
    if accounts.is_empty() {
        return false;
    }
    let own = graph.all(KindRef::Known(Kind::RoleBinding), Some(namespace));
    let mut bindings = own.chain(graph.all(KindRef::Known(Kind::ClusterRoleBinding), None));
    bindings.any(|binding| {
        let mut subjects = subjects_of(binding);
        subjects.any(|subject| is_one_of(subject, binding, namespace, &accounts))
            && roles_of(graph, binding).into_iter().any(may_make_pods)
    })
}

/// Whether a role permits to create pods, or what makes them.
pub fn may_make_pods(role: ObjectRef<'_>) -> bool {
    own_rules_of(role).any(|rule| {
        let is_granted = |(group, resource): &(&str, &str)| {
            rule.grants("apiGroups", group).is_some() && rule.grants("resources", resource).is_some()
        };
        rule.grants("verbs", "create").is_some() && PODS.iter().any(is_granted)
    })
}

fn is_one_of(subject: NodeRef<'_>, binding: ObjectRef<'_>, namespace: &str, accounts: &[&str]) -> bool {
    let text = |key: &str| subject.get(key).map(NodeRef::content).unwrap_or_default();
    // Left out, it is that of the RoleBinding (`appliesToUser`).
    let place = Some(text("namespace")).filter(|place| !place.is_empty()).or(binding.namespace());
    text("kind") == "ServiceAccount" && place == Some(namespace) && accounts.contains(&text("name"))
}

fn roles_of<'p>(graph: &Graph<'p>, binding: ObjectRef<'p>) -> Vec<ObjectRef<'p>> {
    let text = |path: &str| binding.get(path).map(NodeRef::content).unwrap_or_default();
    let (kind, namespace) = match text("roleRef.kind") {
        "Role" => (Kind::Role, binding.namespace()),
        _ => (Kind::ClusterRole, None),
    };
    let mut roles: Vec<ObjectRef<'p>> =
        graph.find(KindRef::Known(kind), namespace, text("roleRef.name")).collect();
    // The rules of one that is put together from others are theirs.
    for at in 0..roles.len() {
        for (_, selector) in role_selectors(roles[at]) {
            roles.extend(selected_roles(graph, roles[at], &selector));
        }
    }
    roles
}
