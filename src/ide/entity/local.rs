//! Names that mean something inside one pod: its volumes and its containers.

use crate::graph::containers::{container_uses, uses_of_scaler};
use crate::graph::volumes::{volume_names, volume_uses};
use crate::ide::View;
use crate::ide::cursor::Cursor;
use crate::ide::entity::{Entity, Occurrence};
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

/// The volume or container that the name at a place is of.
pub(super) fn at<'p>(cursor: &Cursor<'p>) -> Option<Entity<'p>> {
    let object = cursor.object;
    let node = cursor.trail.node()?;
    let name = node.as_str().filter(|name| !name.is_empty())?;
    let template = PodTemplate::of(object)?;
    let is_it = |other: NodeRef<'p>| other.id() == node.id();
    if volume_names(template).any(is_it) || volume_uses(template).any(|used| is_it(used.name)) {
        return Some(Entity::Volume { owner: object.id, name });
    }
    let is_named = template.containers().filter_map(|container| container.node.get("name")).any(is_it);
    if is_named || container_uses(template).any(|used| is_it(used.name)) {
        return Some(Entity::Container { owner: object.id, name });
    }
    None
}

/// Every place that names a volume of a pod.
pub(super) fn volumes<'p>(owner: ObjectRef<'p>, name: &str) -> Vec<Occurrence<'p>> {
    let Some(template) = PodTemplate::of(owner) else { return Vec::new() };
    let is_it = |node: &NodeRef<'p>| node.as_str() == Some(name);
    let defined = volume_names(template).filter(is_it).map(|node| Occurrence::of(owner, node, true));
    let used = volume_uses(template).map(|used| used.name).filter(is_it);
    defined.chain(used.map(|node| Occurrence::of(owner, node, false))).collect()
}

/// Every place that names a container of a pod: in the pod itself, and in the autoscalers of its workload.
pub(super) fn containers<'p>(view: &View<'p>, owner: ObjectRef<'p>, name: &str) -> Vec<Occurrence<'p>> {
    let Some(template) = PodTemplate::of(owner) else { return Vec::new() };
    let is_it = |node: &NodeRef<'p>| node.as_str() == Some(name);
    let defined = template.containers().filter_map(|container| container.node.get("name")).filter(is_it);
    let mut found: Vec<_> = defined.map(|node| Occurrence::of(owner, node, true)).collect();
    let used = container_uses(template).map(|used| used.name).filter(is_it);
    found.extend(used.map(|node| Occurrence::of(owner, node, false)));
    for edge in view.graph.edges_to(owner.id) {
        let from = view.program.object(edge.from);
        if !edge.row.path.ends_with("argetRef.name") {
            continue;
        }
        let named = uses_of_scaler(from).into_iter().map(|used| used.name).filter(is_it);
        found.extend(named.map(|node| Occurrence::of(from, node, false)));
    }
    found
}
