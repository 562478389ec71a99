//! The zones of bound volumes, as old volumes state them: in labels.

use std::collections::BTreeSet;

use crate::plan::node::Node;
use crate::plan::pod::{PodTemplate, PodVolume};
use crate::plan::scheduler::plugins::{Refusal, unresolvable};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Plugin, Rejection};
use crate::plan::volume::Volume;

/// The labels that say where a volume is, each with its name today.
const TOPOLOGY_LABELS: [(&str, &str); 4] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "topology.kubernetes.io/region"),
];

/// A label that a node must have, with one of the values.
#[derive(Debug)]
pub(in crate::plan::scheduler) struct VolumeTopology {
    key: &'static str,
    key_today: &'static str,
    values: BTreeSet<String>,
}

/// Where the pod's bound volumes are; `None` if they do not say (`VolumeZone.PreFilter`).
pub(in crate::plan::scheduler) fn pre_filter(
    state: &SchedulerState<'_>,
    pod: &PodTemplate,
) -> Result<Option<Vec<VolumeTopology>>, Refusal> {
    let mut topologies = Vec::new();
    for volume in &pod.volumes {
        let PodVolume::Claim(name) = volume else { continue };
        let Some(claim) = state.cluster.claims.get(&(pod.namespace.clone(), name.clone())) else {
            return Err(Refusal::Unresolvable(format!("persistentvolumeclaim {name:?} not found")));
        };
        let Some(volume_name) = &claim.volume_name else {
            if claim.storage_class.is_empty() {
                let message = "PersistentVolumeClaim had no pv name and storageClass name";
                return Err(Refusal::Unresolvable(message.to_owned()));
            }
            let Some(class) = state.cluster.storage_classes.get(&claim.storage_class) else {
                let message = format!("storageclass.storage.k8s.io {:?} not found", claim.storage_class);
                return Err(Refusal::Unresolvable(message));
            };
            if class.waits_for_first_consumer {
                continue;
            }
            return Err(Refusal::Unresolvable("PersistentVolume had no name".to_owned()));
        };
        let Some(volume) = state.cluster.volumes.get(volume_name) else {
            return Err(Refusal::Unresolvable(format!("persistentvolume {volume_name:?} not found")));
        };
        topologies.extend(volume_topologies(volume));
    }
    Ok((!topologies.is_empty()).then_some(topologies))
}

/// Reads the labels of a volume (`getPVTopologies`); zones are separated by two underscores, and a label with an empty
/// zone is ignored.
fn volume_topologies(volume: &Volume) -> impl Iterator<Item = VolumeTopology> + '_ {
    TOPOLOGY_LABELS.into_iter().filter_map(|(key, key_today)| {
        let values: BTreeSet<String> =
            volume.labels.get(key)?.split("__").map(|zone| zone.trim().to_owned()).collect();
        (!values.contains("")).then_some(VolumeTopology { key, key_today, values })
    })
}

/// Mirrors `VolumeZone.Filter`.
pub(in crate::plan::scheduler) fn filter(topologies: &[VolumeTopology], node: &Node) -> Option<Rejection> {
    // A node without any such label is taken to be in the only zone there is.
    if !TOPOLOGY_LABELS.iter().any(|(key, _)| node.labels.contains_key(*key)) {
        return None;
    }
    let is_elsewhere = |topology: &VolumeTopology| {
        let value = node.label(topology.key).or_else(|| node.label(topology.key_today));
        !value.is_some_and(|value| topology.values.contains(value))
    };
    topologies
        .iter()
        .any(is_elsewhere)
        .then(|| unresolvable(Plugin::VolumeZone, "node(s) had no available volume zone"))
}
