//! What the rules of roles permit, and to whom bindings give it.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// One rule of a Role or ClusterRole.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'p> {
    /// The mapping.
    pub node: NodeRef<'p>,
}

/// The rules of a Role or ClusterRole; none for other objects.
pub fn rules_of(role: ObjectRef<'_>) -> impl Iterator<Item = Rule<'_>> {
    let is_role = matches!(role.kind(), Kind::Role | Kind::ClusterRole);
    let rules = is_role.then(|| role.get("rules")).flatten();
    rules.into_iter().flat_map(NodeRef::items).filter(|node| node.is_mapping()).map(|node| Rule { node })
}

/// The rules of a role that somebody wrote; none of one that the API server makes and keeps up.
pub fn own_rules_of(role: ObjectRef<'_>) -> impl Iterator<Item = Rule<'_>> {
    rules_of(role).take_while(move |_| !is_system(role))
}

impl<'p> Rule<'p> {
    /// The entry of a list (`verbs`, `resources`, `apiGroups`) that is this, or the wildcard.
    pub fn grants(self, list: &str, wanted: &str) -> Option<NodeRef<'p>> {
        items_at(self.node, list).find(|item| item.content() == wanted || item.content() == "*")
    }

    /// The wildcard in a list.
    pub fn wildcard(self, list: &str) -> Option<NodeRef<'p>> {
        items_at(self.node, list).find(|item| item.content() == "*")
    }

    /// The entry of `resourceNames` that is this.
    pub fn names(self, wanted: &str) -> Option<NodeRef<'p>> {
        items_at(self.node, "resourceNames").find(|item| item.content() == wanted)
    }

    /// Whether it is about single objects, by name.
    pub fn is_narrow(self) -> bool {
        items_at(self.node, "resourceNames").next().is_some()
    }
}

/// The subjects of a binding; none for other objects.
pub fn subjects_of(binding: ObjectRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let is_binding = matches!(binding.kind(), Kind::RoleBinding | Kind::ClusterRoleBinding);
    let subjects = is_binding.then(|| binding.get("subjects")).flatten();
    subjects.into_iter().flat_map(NodeRef::items).filter(|node| node.is_mapping())
}

/// Whether a role is one of those that the API server makes and keeps up.
pub fn is_system(object: ObjectRef<'_>) -> bool {
    let is_rbac = matches!(
        object.kind(),
        Kind::Role | Kind::ClusterRole | Kind::RoleBinding | Kind::ClusterRoleBinding
    );
    is_rbac && is_system_name_or_label(object)
}

fn is_system_name_or_label(object: ObjectRef<'_>) -> bool {
    object.name().starts_with("system:")
        || object
            .labels()
            .and_then(|labels| labels.get("kubernetes.io/bootstrapping"))
            .is_some_and(|label| label.content() == "rbac-defaults")
}
