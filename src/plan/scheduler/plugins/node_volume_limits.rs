//! How many volumes a node takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::node::Node;
use crate::plan::pod::{Pod, PodVolume};
use crate::plan::scheduler::plugins::{resolvable, unresolvable};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Plugin, Rejection};
use crate::plan::volume::{Claim, CsiNode, Driver};

/// A volume as a driver knows it: driver and handle.
type Attached = (String, String);

/// Mirrors `CSILimits.Filter`: the volumes of the pods on the node, and those attached to it without a pod, against
/// the limits that the node's CSINode states.
pub(in crate::plan::scheduler) fn filter(
    state: &SchedulerState<'_>,
    pod: &Pod,
    index: usize,
) -> Result<Option<Rejection>, String> {
    let node: &Node = &state.cluster.nodes[index];
    let csi_node = state.cluster.csi_nodes.get(&node.name);
    if csi_node.is_none_or(|csi_node| csi_node.limits.is_empty()) {
        // Claims that are missing were found before any node was looked at.
        return Ok(None);
    }
    let mut added = BTreeSet::new();
    match attachable(state, pod, csi_node, &mut added) {
        Ok(()) => {}
        Err(Missing::Claim(name)) => {
            let namespace = &pod.template.namespace;
            let reason =
                format!("looking up PVC {namespace}/{name}: persistentvolumeclaim {name:?} not found");
            return Ok(Some(unresolvable(Plugin::NodeVolumeLimits, &reason)));
        }
        Err(Missing::Owner(message)) => return Err(message),
    }
    let Some(csi_node) = csi_node.filter(|csi_node| !csi_node.limits.is_empty() && !added.is_empty()) else {
        return Ok(None);
    };
    let mut attached = BTreeSet::new();
    for other in &state.nodes[index].pods {
        // A claim of a placed pod that does not exist is not counted.
        let _ = attachable(state, other, Some(csi_node), &mut attached);
    }
    let without_pod = state.cluster.attachments.iter().filter(|(on, _, _)| *on == node.name);
    attached.extend(without_pod.map(|(_, driver, volume)| (driver.clone(), volume.clone())));

    let count = |volumes: &mut dyn Iterator<Item = &Attached>| {
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        for (driver, _) in volumes {
            *counts.entry(driver).or_default() += 1;
        }
        counts.into_iter().map(|(driver, count)| (driver.to_owned(), count)).collect::<BTreeMap<_, _>>()
    };
    let present = count(&mut attached.iter());
    let exceeds = |(driver, added): (&String, &i64)| {
        let limit = csi_node.limits.get(driver);
        limit.is_some_and(|&limit| present.get(driver).copied().unwrap_or(0) + added > limit)
    };
    let new = count(&mut added.difference(&attached));
    if new.iter().any(exceeds) {
        return Ok(Some(resolvable(Plugin::NodeVolumeLimits, "node(s) exceed max volume count")));
    }
    Ok(None)
}

/// What the volumes of a pod need and lack.
enum Missing {
    Claim(String),
    Owner(String),
}

/// Collects the volumes of a pod that drivers attach (`filterAttachableVolumes`).
fn attachable(
    state: &SchedulerState<'_>,
    pod: &Pod,
    csi_node: Option<&CsiNode>,
    volumes: &mut BTreeSet<Attached>,
) -> Result<(), Missing> {
    let mut missing = None;
    for volume in &pod.template.volumes {
        let (name, is_ephemeral) = match volume {
            PodVolume::Claim(name) => (name, false),
            PodVolume::Ephemeral { claim } => (claim, true),
            PodVolume::AwsElasticBlockStore { id } => {
                volumes.extend(
                    driver_name(&Driver::of_provisioner("kubernetes.io/aws-ebs"), csi_node)
                        .map(|driver| (driver, id.clone())),
                );
                continue;
            }
            PodVolume::GcePersistentDisk { name, .. } => {
                volumes.extend(
                    driver_name(&Driver::of_provisioner("kubernetes.io/gce-pd"), csi_node)
                        .map(|driver| (driver, name.clone())),
                );
                continue;
            }
            PodVolume::Iscsi { .. } | PodVolume::Rbd { .. } => continue,
        };
        let Some(claim) = state.cluster.claims.get(&(pod.template.namespace.clone(), name.clone())) else {
            missing.get_or_insert_with(|| Missing::Claim(name.clone()));
            continue;
        };
        if is_ephemeral && claim.owner_pod.as_ref() != Some(&pod.name) {
            return Err(Missing::Owner(not_owner(pod, claim)));
        }
        volumes.extend(attached_volume(state, claim, csi_node));
    }
    missing.map_or(Ok(()), Err)
}

/// The message of `ephemeral.VolumeIsForPod`.
pub(in crate::plan::scheduler) fn not_owner(pod: &Pod, claim: &Claim) -> String {
    format!(
        "PVC {}/{} was not created for pod {} (pod is not owner)",
        claim.namespace,
        claim.name,
        pod.full_name()
    )
}

/// The driver that will attach a claim's volume, and the volume's handle (`getCSIDriverInfo`).
fn attached_volume(
    state: &SchedulerState<'_>,
    claim: &Claim,
    csi_node: Option<&CsiNode>,
) -> Option<Attached> {
    let volume = claim.volume_name.as_ref().and_then(|name| state.cluster.volumes.get(name));
    if let Some(volume) = volume {
        let (driver, handle) = volume.attachable.as_ref()?;
        return Some((driver_name(driver, csi_node)?, handle.clone()));
    }
    // A volume that is still to be made counts under its claim's name.
    let class = state.cluster.storage_classes.get(&claim.storage_class)?;
    let driver = driver_name(&Driver::of_provisioner(&class.provisioner), csi_node)?;
    Some((driver, format!("{}/{}", claim.namespace, claim.name)))
}

/// The name of the driver on a node; none if it has not taken its in-tree plugin over there (`isCSIMigrationOn`).
fn driver_name(driver: &Driver, csi_node: Option<&CsiNode>) -> Option<String> {
    match driver {
        Driver::Csi(name) => Some(name.clone()),
        Driver::Migrated { plugin, driver } => {
            csi_node?.migrated_plugins.contains(*plugin).then(|| (*driver).to_owned())
        }
    }
}
