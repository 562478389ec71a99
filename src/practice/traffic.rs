//! What a NetworkPolicy does to the pods that it selects.

use crate::graph::ports::protocol;
use crate::graph::selector::{Operator, Selector};
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// Whether pods share the network of their node, where policies do not reach them.
pub fn is_on_host_network(template: PodTemplate<'_>) -> bool {
    template.get("hostNetwork").is_some_and(|value| value.as_bool() == Some(true))
}

/// Whether a policy isolates its pods in a direction, `Ingress` or `Egress`. Without `policyTypes` it is about incoming
/// traffic, and about outgoing traffic where it has rules for that (`SetDefaults_NetworkPolicy`).
pub fn is_isolated(policy: ObjectRef<'_>, direction: &str) -> bool {
    let mut types = items_at(policy.root(), "spec.policyTypes").peekable();
    if types.peek().is_some() {
        return types.any(|kind| kind.content() == direction);
    }
    direction == "Ingress" || items_at(policy.root(), "spec.egress").next().is_some()
}

/// Whether any rule of a policy lets its pods ask somebody for a name: UDP to port 53, which resolvers try first.
pub fn allows_dns(policy: ObjectRef<'_>) -> bool {
    items_at(policy.root(), "spec.egress").any(|rule| {
        let mut ports = items_at(rule, "ports").peekable();
        match ports.peek() {
            // Who writes a port may have a name server of its own.
            Some(_) => ports.any(|port| is_dns(port) && protocol(port) == "UDP"),
            None => may_reach_name_server(policy, rule),
        }
    })
}

/// Whether the peers of a rule may be the name server of the cluster, whose pods are in `kube-system`.
fn may_reach_name_server(policy: ObjectRef<'_>, rule: NodeRef<'_>) -> bool {
    let mut peers = items_at(rule, "to").peekable();
    let is_there = |namespace: &str| namespace == "kube-system";
    peers.peek().is_none()
        || peers.any(|peer| match peer.get("namespaceSelector").filter(|node| !node.is_null()) {
            Some(selector) => {
                let selector = Selector::from_label_selector(selector);
                // The API server gives every namespace a label with its name; of other labels nothing is known.
                let mut names =
                    selector.requirements.iter().filter(|term| term.key == "kubernetes.io/metadata.name");
                names.all(|term| match &term.operator {
                    Operator::Is(name) => is_there(name),
                    Operator::In(names) => names.iter().any(|name| is_there(name)),
                    Operator::NotIn(names) => !names.iter().any(|name| is_there(name)),
                    Operator::Exists | Operator::DoesNotExist => true,
                })
            }
            None => peer.get("podSelector").is_none() || policy.namespace().is_some_and(is_there),
        })
}

/// The entry of a policy by which its pods may reach port 53, and no other, over TCP.
pub fn dns_over_tcp(policy: ObjectRef<'_>) -> Option<NodeRef<'_>> {
    let ports = items_at(policy.root(), "spec.egress").flat_map(|rule| items_at(rule, "ports"));
    let is_single = |port: &NodeRef<'_>| port.get("port").and_then(NodeRef::as_i64) == Some(53);
    ports.filter(is_single).find(|port| protocol(*port) == "TCP")
}

/// Whether a port of a rule may be that of a name server.
fn is_dns(port: NodeRef<'_>) -> bool {
    let number = |key: &str| port.get(key).filter(|node| !node.is_null());
    match (number("port"), number("endPort").and_then(NodeRef::as_i64)) {
        (None, _) => true,
        (Some(first), Some(last)) => first.as_i64().is_some_and(|first| (first..=last).contains(&53)),
        (Some(only), None) => only.as_i64() == Some(53) || only.content().starts_with("dns"),
    }
}

/// The directions that a policy has rules for and, by the `policyTypes` that it lists, is not about: its rules have no
/// effect. For each, the field of the rules and the type that is missing.
pub fn rules_without_type(policy: ObjectRef<'_>) -> impl Iterator<Item = (&'static str, &'static str)> {
    let has_types = items_at(policy.root(), "spec.policyTypes").next().is_some();
    let directions = [("ingress", "Ingress"), ("egress", "Egress")];
    directions.into_iter().filter(move |(field, kind)| {
        let rules = policy.get("spec").and_then(|spec| spec.get(field));
        has_types && rules.is_some_and(|rules| rules.items().next().is_some()) && !is_isolated(policy, kind)
    })
}
