//! What objects select that are no pods: the Services of a monitor, the ClusterRoles that make up another one.

use crate::graph::selector::Selector;
use crate::graph::{Graph, KindRef, Labels, Pod};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

/// The selectors of a ClusterRole that is put together from others, in source order; none of any other object.
pub fn role_selectors(role: ObjectRef<'_>) -> impl Iterator<Item = (NodeRef<'_>, Selector<'_>)> {
    let is_role = role.kind() == Kind::ClusterRole;
    let list = is_role.then(|| role.get("aggregationRule.clusterRoleSelectors")).flatten();
    let nodes = list.into_iter().flat_map(NodeRef::items).filter(|node| node.is_mapping());
    nodes.map(|node| (node, Selector::from_label_selector(node)))
}

/// The ClusterRoles that a selector takes into a role, in order. Mirrors `syncClusterRole` of the controller
/// `clusterroleaggregation`: a role is never part of itself, and an empty selector takes in all others.
pub fn selected_roles<'p>(
    graph: &Graph<'p>,
    role: ObjectRef<'p>,
    selector: &Selector<'p>,
) -> impl Iterator<Item = ObjectRef<'p>> {
    let others = graph.all(KindRef::Known(Kind::ClusterRole), None);
    let others = others.filter(move |other| !selector.malformed && other.name() != role.name());
    others.filter(|other| selector.matches(&Labels::of(other.labels())))
}

/// The namespaces that a ServiceMonitor or PodMonitor looks in; `None` for all of them.
pub fn monitored_namespaces(monitor: ObjectRef<'_>) -> Option<Vec<&str>> {
    let Some(selector) = monitor.get("spec.namespaceSelector") else {
        return Some(vec![monitor.namespace()?]);
    };
    if selector.get("any").and_then(NodeRef::as_bool) == Some(true) {
        return None;
    }
    let names = selector.get("matchNames").into_iter().flat_map(NodeRef::items);
    let named: Vec<&str> = names.filter_map(NodeRef::as_str).collect();
    if named.is_empty() { Some(vec![monitor.namespace()?]) } else { Some(named) }
}

/// The Services that a ServiceMonitor selects, and the workloads whose pods a PodMonitor does; by namespace, in order.
pub fn monitored<'p>(graph: &Graph<'p>, monitor: ObjectRef<'p>) -> Vec<ObjectRef<'p>> {
    let selector = monitor.get("spec.selector").map(Selector::from_label_selector);
    let Some(selector) = selector.filter(|selector| !selector.malformed) else { return Vec::new() };
    let namespaces = monitored_namespaces(monitor);
    if monitor.kind() == Kind::PodMonitor {
        let pods: Vec<&Pod<'p>> = match &namespaces {
            Some(names) => names.iter().flat_map(|name| graph.pods_in(name)).collect(),
            None => graph.pods().iter().collect(),
        };
        let selected = pods.into_iter().filter(|pod| selector.matches(&pod.labels));
        return selected.map(|pod| pod.owner()).collect();
    }
    let mut services = Vec::new();
    match &namespaces {
        Some(names) => {
            for name in names {
                services.extend(graph.all(KindRef::Known(Kind::Service), Some(name)));
            }
        }
        None => services.extend(graph.program().objects_of_kind(Kind::Service)),
    }
    services.retain(|service| selector.matches(&Labels::of(service.labels())));
    services
}
