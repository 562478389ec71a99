//! Volumes of a pod, and the mounts and devices of its containers that name them.

use crate::parse::kind::Kind;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;

/// The names of the volumes that a pod has, where they stand: its own, and those that the claim templates of a StatefulSet
/// give it (`updateStorage` in the StatefulSet controller), or those of a custom workload that has the same field.
pub fn volume_names(template: PodTemplate<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let own = template.get("volumes").into_iter().flat_map(NodeRef::items);
    let own = own.filter_map(|volume| volume.get("name"));
    let is_set = template.owner.kind() == Kind::StatefulSet || template.owner.custom_template().is_some();
    let claims = template.owner.get("spec.volumeClaimTemplates").filter(|_| is_set);
    let claims = claims.into_iter().flat_map(NodeRef::items);
    own.chain(claims.filter_map(|claim| claim.get_path("metadata.name")))
}

/// How a container uses a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseAs {
    /// Its files, by `volumeMounts`.
    Mount,
    /// The block device itself, by `volumeDevices`.
    Device,
}

impl UseAs {
    /// What a container does to the volume: "mounts", or "uses".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Mount => "mounts",
            Self::Device => "uses",
        }
    }
}

/// One `volumeMounts` or `volumeDevices` entry's `name`, with its container.
#[derive(Clone, Copy, Debug)]
pub struct VolumeUse<'p> {
    /// The container.
    pub container: Container<'p>,
    /// The scalar that names the volume.
    pub name: NodeRef<'p>,
    /// The list that it stands in.
    pub used_as: UseAs,
}

/// Every place in a pod that names one of its volumes.
pub fn volume_uses(template: PodTemplate<'_>) -> impl Iterator<Item = VolumeUse<'_>> {
    template.containers().flat_map(|container| {
        [("volumeMounts", UseAs::Mount), ("volumeDevices", UseAs::Device)]
            .into_iter()
            .filter_map(move |(list, used_as)| Some((container.node.get(list)?, used_as)))
            .flat_map(|(list, used_as)| list.items().map(move |entry| (entry, used_as)))
            .filter_map(move |(entry, used_as)| {
                Some(VolumeUse { container, name: entry.get("name")?, used_as })
            })
    })
}
