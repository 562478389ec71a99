//! Ports: of containers with the probes, Services, policies and monitors that name them, and of Services with the
//! backends that name those.

use std::collections::BTreeSet;

use crate::graph::KindRef;
use crate::graph::ports::{PortRef, ports_of_container, ports_of_service};
use crate::graph::reference::Edge;
use crate::graph::selected::monitored;
use crate::graph::selector::Selector;
use crate::ide::View;
use crate::ide::cursor::Cursor;
use crate::ide::entity::{Entity, Occurrence};
use crate::ide::selection::sites_of;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef};
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::{NodeId, NodeRef};
use crate::practice::backend::each_wanted_port;
use crate::practice::selection::items_at;

/// The port that the name or number at a place is of.
pub(super) fn at<'p>(view: &View<'p>, cursor: &Cursor<'p>) -> Option<Entity<'p>> {
    let object = cursor.object;
    let node = cursor.trail.node()?;
    let port = PortRef::of(node)?;
    let is_it = |other: &NodeRef<'p>| other.id() == node.id();
    if let Some(template) = PodTemplate::of(object) {
        let declared = template.containers().flat_map(ports_of_container);
        let mut declared = declared.flat_map(|own| [Some(own.number), own.node.get("name")]).flatten();
        let is_use = || template.containers().flat_map(uses_in).any(|used| is_it(&used));
        let is_port = declared.any(|own| is_it(&own)) || is_use();
        return is_port.then_some(Entity::ContainerPort { owner: object.id, port });
    }
    if object.kind() == Kind::Service {
        for own in ports_of_service(object) {
            if is_it(&own.port) || own.node.get("name").is_some_and(|name| is_it(&name)) {
                return Some(Entity::ServicePort { service: object.id, port });
            }
        }
    }
    if uses_of_pods(object).iter().any(is_it) {
        let pods = pods_of(view, object);
        let has = |owner: &ObjectId| {
            PodTemplate::of(view.program.object(*owner)).is_some_and(|pod| declares(pod, port))
        };
        let owner = pods.iter().find(|owner| has(owner)).or(pods.first())?;
        return Some(Entity::ContainerPort { owner: *owner, port });
    }
    let graph = view.graph;
    let edges = graph.edges_from(object.id).iter().filter(|edge| edge.kind == KindRef::Known(Kind::Service));
    let mut backends = edges.filter(|edge| ports_beside(object, edge).iter().any(is_it));
    Some(Entity::ServicePort { service: backends.next()?.target()?, port })
}

/// Every place that names a port of containers. What names it elsewhere may name it in several workloads: those are in
/// it as well.
pub(super) fn of_containers<'p>(view: &View<'p>, owner: ObjectId, port: PortRef<'p>) -> Vec<Occurrence<'p>> {
    let mut found = Vec::new();
    let mut seen: BTreeSet<ObjectId> = BTreeSet::new();
    let mut users: BTreeSet<ObjectId> = BTreeSet::new();
    let mut rules: BTreeSet<(ObjectId, NodeId)> = BTreeSet::new();
    let mut pending = vec![owner];
    while let Some(owner) = pending.pop() {
        let object = view.program.object(owner);
        let Some(template) = PodTemplate::of(object).filter(|_| seen.insert(owner)) else { continue };
        if !declares(template, port) && seen.len() > 1 {
            continue;
        }
        for container in template.containers() {
            found.extend(in_container(object, container, port));
        }
        let Some(pod) = view.graph.pod_of(owner) else { continue };
        let policies = view.graph.all(KindRef::Known(Kind::NetworkPolicy), Some(pod.namespace));
        // Monitors say themselves where they look.
        let monitors = [Kind::PodMonitor, Kind::ServiceMonitor]
            .into_iter()
            .flat_map(|kind| view.program.objects_of_kind(kind));
        let others = policies.chain(monitors);
        for user in view.graph.services_of_pod(pod).into_iter().chain(others) {
            let uses: Vec<_> =
                uses_of_pods(user).into_iter().filter(|node| PortRef::of(*node) == Some(port)).collect();
            if uses.is_empty() || users.contains(&user.id) {
                continue;
            }
            let pods = pods_of(view, user);
            if pods.contains(&owner) {
                users.insert(user.id);
                found.extend(uses.into_iter().map(|node| Occurrence::of(user, node, false)));
                pending.extend(pods);
            }
        }
        // A policy may be about the pods of another namespace that it names.
        for policy in view.program.objects_of_kind(Kind::NetworkPolicy) {
            for rule in items_at(policy.root(), "spec.egress") {
                let uses = items_at(rule, "ports").filter_map(|own| own.get("port"));
                let uses: Vec<_> = uses.filter(|node| PortRef::of(*node) == Some(port)).collect();
                let pods = if uses.is_empty() { Vec::new() } else { peers_of(view, policy, rule) };
                if pods.contains(&owner) && rules.insert((policy.id, rule.id())) {
                    found.extend(uses.into_iter().map(|node| Occurrence::of(policy, node, false)));
                    pending.extend(pods);
                }
            }
        }
    }
    found
}

/// The objects whose pods the peers of a NetworkPolicy's rule select in its own namespace, or in one that they name.
fn peers_of<'p>(view: &View<'p>, policy: ObjectRef<'p>, rule: NodeRef<'p>) -> Vec<ObjectId> {
    let selectors = items_at(rule, "to").filter_map(|peer| {
        let namespace = match peer.get("namespaceSelector") {
            None => policy.namespace()?,
            Some(node) => Selector::from_label_selector(node).named_namespace()?,
        };
        Some((namespace, Selector::from_label_selector(peer.get("podSelector")?)))
    });
    selectors
        .flat_map(|(namespace, selector)| {
            let pods = view.graph.select(namespace, &selector).map(|pod| pod.owner().id);
            pods.collect::<Vec<_>>()
        })
        .collect()
}

fn in_container<'p>(
    owner: ObjectRef<'p>,
    container: Container<'p>,
    port: PortRef<'p>,
) -> Vec<Occurrence<'p>> {
    let mut found = Vec::new();
    let mut is_declared = false;
    for own in ports_of_container(container).filter(|own| own.is(port)) {
        is_declared = true;
        let node = match port {
            PortRef::Name(_) => own.node.get("name"),
            PortRef::Number(_) => Some(own.number),
        };
        found.extend(node.map(|node| Occurrence::of(owner, node, true)));
    }
    // A probe means a port of its own container (`probe.ResolveContainerPort`).
    if is_declared {
        let uses = uses_in(container).into_iter().filter(|node| PortRef::of(*node) == Some(port));
        found.extend(uses.map(|node| Occurrence::of(owner, node, false)));
    }
    found
}

fn declares(template: PodTemplate<'_>, port: PortRef<'_>) -> bool {
    template.containers().flat_map(ports_of_container).any(|own| own.is(port))
}

/// The ports that the probes and hooks of a container ask at.
pub(in crate::ide) fn uses_in(container: Container<'_>) -> Vec<NodeRef<'_>> {
    let probes =
        ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];
    let handlers = probes.into_iter().filter_map(|probe| container.get(probe));
    handlers
        .flat_map(|probe| {
            ["httpGet.port", "tcpSocket.port"].into_iter().filter_map(move |path| probe.get_path(path))
        })
        .collect()
}

/// The fields of an object that name ports of pods which it selects.
pub(in crate::ide) fn uses_of_pods(object: ObjectRef<'_>) -> Vec<NodeRef<'_>> {
    match object.kind() {
        Kind::Service => ports_of_service(object).map(|port| port.target().unwrap_or(port.port)).collect(),
        Kind::NetworkPolicy => {
            let rules = items_at(object.root(), "spec.ingress");
            rules.flat_map(|rule| items_at(rule, "ports")).filter_map(|port| port.get("port")).collect()
        }
        Kind::PodMonitor => items_at(object.root(), "spec.podMetricsEndpoints")
            .flat_map(|endpoint| ["port", "targetPort"].map(|name| endpoint.get(name)))
            .flatten()
            .collect(),
        Kind::ServiceMonitor => items_at(object.root(), "spec.endpoints")
            .filter_map(|endpoint| endpoint.get("targetPort"))
            .collect(),
        _ => Vec::new(),
    }
}

/// The objects whose pods an object selects as a whole.
fn pods_of(view: &View<'_>, object: ObjectRef<'_>) -> Vec<ObjectId> {
    let object = view.program.object(object.id);
    if object.kind() == Kind::ServiceMonitor {
        let services = monitored(view.graph, object).into_iter();
        let pods = services.flat_map(|service| view.graph.pods_of_service(service.id));
        return pods.map(|pod| pod.owner().id).collect();
    }
    let sites = sites_of(object).into_iter().filter(|site| site.is_main);
    sites.flat_map(|site| site.pods(view)).map(|pod| pod.owner().id).collect()
}

/// Every place that names a port of a Service.
pub(super) fn of_service<'p>(view: &View<'p>, service: ObjectId, port: PortRef<'p>) -> Vec<Occurrence<'p>> {
    let object = view.program.object(service);
    let own = ports_of_service(object).filter(|own| own.is(port)).filter_map(|own| match port {
        PortRef::Name(_) => own.node.get("name"),
        PortRef::Number(_) => Some(own.port),
    });
    let mut found: Vec<_> = own.map(|node| Occurrence::of(object, node, true)).collect();
    for edge in view.graph.edges_to(service) {
        let from = view.program.object(edge.from);
        let named = ports_beside(from, edge).into_iter().filter(|node| PortRef::of(*node) == Some(port));
        found.extend(named.map(|node| Occurrence::of(from, node, false)));
    }
    for monitor in view.program.objects_of_kind(Kind::ServiceMonitor) {
        let selector = monitor.get("spec.selector").map(Selector::from_label_selector);
        let is_for_it = || monitored(view.graph, monitor).iter().any(|selected| selected.id == service);
        if selector.is_none_or(|selector| selector.is_empty()) || !is_for_it() {
            continue;
        }
        let named = items_at(monitor.root(), "spec.endpoints").filter_map(|endpoint| endpoint.get("port"));
        let named = named.filter(|node| PortRef::of(*node) == Some(port));
        found.extend(named.map(|node| Occurrence::of(monitor, node, false)));
    }
    found
}

/// All ports that a reference to a Service names, where they stand.
fn ports_beside<'p>(object: ObjectRef<'p>, edge: &Edge<'p>) -> Vec<NodeRef<'p>> {
    let mut found: Vec<NodeRef<'p>> = backend_port(edge.holder).into_iter().collect();
    each_wanted_port(object, edge, &mut |place, port| {
        let is_new = found.iter().all(|other| other.id() != place.id());
        // Where none is written, the place is the name of the Service.
        if port.is_some() && is_new && place.id() != edge.field.id() {
            found.push(place);
        }
    });
    found
}

/// The port that stands beside the name of a Service in a backend: of today's Ingress, of those before it, of a route.
pub(in crate::ide) fn backend_port(holder: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let port = holder.get("port").or_else(|| holder.get("servicePort"))?;
    if port.is_mapping() { port.get("name").or_else(|| port.get("number")) } else { Some(port) }
}
