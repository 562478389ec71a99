//! Names that mean something inside one pod: its volumes and its containers.

use crate::graph::volumes::{volume_names, volume_uses};
use crate::ide::View;
use crate::ide::cursor::Cursor;
use crate::ide::entity::{Entity, Occurrence};
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// The annotation that says which container kubectl means.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

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
    if is_named || container_uses(template).into_iter().any(is_it) {
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
    found.extend(
        container_uses(template).into_iter().filter(is_it).map(|node| Occurrence::of(owner, node, false)),
    );
    for edge in view.graph.edges_to(owner.id) {
        let from = view.program.object(edge.from);
        let metrics = items_at(from.root(), "spec.metrics");
        let named = metrics.filter_map(|metric| metric.get_path("containerResource.container"));
        let policies = items_at(from.root(), "spec.resourcePolicy.containerPolicies");
        let named = named.chain(policies.filter_map(|policy| policy.get("containerName")));
        let named: Vec<_> = named.filter(is_it).collect();
        found.extend(named.into_iter().map(|node| Occurrence::of(from, node, false)));
    }
    found
}

/// The fields of a pod that name one of its containers.
pub(in crate::ide) fn container_uses(template: PodTemplate<'_>) -> Vec<NodeRef<'_>> {
    let of_env = template.containers().flat_map(|container| items_at(container.node, "env"));
    let of_env = of_env.filter_map(|env| env.get_path("valueFrom.resourceFieldRef.containerName"));
    let volumes = || items_at(template.spec, "volumes");
    let projected = volumes().flat_map(|volume| items_at(volume, "projected.sources"));
    let files = volumes()
        .flat_map(|volume| items_at(volume, "downwardAPI.items"))
        .chain(projected.flat_map(|source| items_at(source, "downwardAPI.items")));
    let of_files = files.filter_map(|file| file.get_path("resourceFieldRef.containerName"));
    let of_debuggers =
        items_at(template.spec, "ephemeralContainers").filter_map(|one| one.get("targetContainerName"));
    let annotations = template.node.get_path("metadata.annotations");
    let of_annotation = annotations.and_then(|annotations| annotations.get(DEFAULT_CONTAINER));
    of_env.chain(of_files).chain(of_debuggers).chain(of_annotation).collect()
}
