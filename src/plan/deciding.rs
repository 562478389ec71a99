//! The place in a manifest that decides where its pods can go.

use std::cmp::Reverse;

use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::plan::explain::Obstacle;
use crate::plan::quantity::Quantity;

/// The node of the source that the first of the obstacles with a place comes from: the largest request of the resource,
/// the pair of the selector, the tolerations, the volumes. `None` if the object states nothing of the kind.
pub fn deciding_node<'p>(object: ObjectRef<'p>, obstacles: &[Obstacle]) -> Option<NodeRef<'p>> {
    let template = PodTemplate::of(object)?;
    obstacles.iter().find_map(|obstacle| place_of(object, template, obstacle))
}

fn place_of<'p>(
    object: ObjectRef<'p>,
    template: PodTemplate<'p>,
    obstacle: &Obstacle,
) -> Option<NodeRef<'p>> {
    match obstacle {
        Obstacle::Resource(shortage) => largest_request(template, &shortage.resource),
        Obstacle::Cordoned | Obstacle::Taint(_) => template.get("tolerations"),
        Obstacle::OtherNodeName { .. } => template.get("nodeName"),
        Obstacle::NodeSelector { requirement, .. } => template.get("nodeSelector")?.get(&requirement.key),
        Obstacle::NodeAffinity { term, .. } => {
            let path =
                "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
            let terms = template.get(path)?;
            terms.items().nth(*term).or(Some(terms))
        }
        Obstacle::HostPort(port) => template
            .containers()
            .flat_map(|container| container.get("ports").into_iter().flat_map(NodeRef::items))
            .filter_map(|item| item.get("hostPort").or_else(|| item.get("containerPort")))
            .find(|number| number.as_i64() == Some(i64::from(port.port))),
        Obstacle::PodLimit { .. } => None,
        Obstacle::Other { plugin, .. } => match *plugin {
            "PodTopologySpread" => template.get("topologySpreadConstraints"),
            "InterPodAffinity" => {
                let affinity = ["affinity.podAntiAffinity", "affinity.podAffinity", "affinity"];
                affinity.iter().find_map(|path| template.get(path))
            }
            "VolumeRestrictions" | "NodeVolumeLimits" | "VolumeBinding" | "VolumeZone" => {
                object.get("spec.volumeClaimTemplates").or_else(|| claims_of(template))
            }
            _ => None,
        },
    }
}

/// The volume that takes its content from a claim, else all volumes.
fn claims_of(template: PodTemplate<'_>) -> Option<NodeRef<'_>> {
    let volumes = template.get("volumes")?;
    let claims = volumes.items().filter_map(|volume| volume.get_path("persistentVolumeClaim.claimName"));
    claims.into_iter().next().or(Some(volumes))
}

/// The largest amount of a resource that a container states: its request, or the limit that stands for it.
fn largest_request<'p>(template: PodTemplate<'p>, resource: &str) -> Option<NodeRef<'p>> {
    let lists = template.containers().filter_map(|container| container.get("resources"));
    let lists = lists.chain(template.get("resources"));
    let stated = lists.filter_map(|resources| {
        ["requests", "limits"].iter().find_map(|list| resources.get(list)?.get(resource))
    });
    // The first of equal ones, as one reads.
    stated.min_by_key(|node| Reverse(Quantity::parse(node.content()).map_or(0, Quantity::nanos)))
}
