//! What a NetworkPolicy does to the pods that it selects.

use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// Whether a policy isolates its pods in a direction, `Ingress` or `Egress`. Without `policyTypes` it is about incoming
/// traffic, and about outgoing traffic where it has rules for that (`SetDefaults_NetworkPolicy`).
pub fn is_isolated(policy: ObjectRef<'_>, direction: &str) -> bool {
    let mut types = items_at(policy.root(), "spec.policyTypes").peekable();
    if types.peek().is_some() {
        return types.any(|kind| kind.content() == direction);
    }
    direction == "Ingress" || items_at(policy.root(), "spec.egress").next().is_some()
}

/// Whether any rule of a policy lets its pods reach port 53 of somebody.
pub fn allows_dns(policy: ObjectRef<'_>) -> bool {
    items_at(policy.root(), "spec.egress").any(|rule| {
        let mut ports = items_at(rule, "ports").peekable();
        ports.peek().is_none() || ports.any(is_dns)
    })
}

fn is_dns(port: NodeRef<'_>) -> bool {
    let number = |key: &str| port.get(key).filter(|node| !node.is_null());
    match (number("port"), number("endPort").and_then(NodeRef::as_i64)) {
        (None, _) => true,
        (Some(first), Some(last)) => first.as_i64().is_some_and(|first| (first..=last).contains(&53)),
        (Some(only), None) => only.as_i64() == Some(53) || only.content().starts_with("dns"),
    }
}
