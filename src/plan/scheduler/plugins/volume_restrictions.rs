//! Volumes that cannot be shared.

use std::collections::BTreeSet;

use crate::plan::pod::{PodTemplate, PodVolume};
use crate::plan::scheduler::plugins::{Refusal, resolvable};
use crate::plan::scheduler::state::{NodeState, SchedulerState};
use crate::plan::scheduler::{Plugin, Rejection};

/// Whether a claim that only one pod may use is in use; `None` if the plugin has nothing to do
/// (`VolumeRestrictions.PreFilter`).
pub(in crate::plan::scheduler) fn pre_filter(
    state: &SchedulerState<'_>,
    pod: &PodTemplate,
) -> Result<Option<bool>, Refusal> {
    let mut exclusive = BTreeSet::new();
    for volume in &pod.volumes {
        if let PodVolume::Claim(name) = volume {
            let key = (pod.namespace.clone(), name.clone());
            let Some(claim) = state.cluster.claims.get(&key) else {
                return Err(Refusal::Unresolvable(format!("persistentvolumeclaim {name:?} not found")));
            };
            if claim.access_modes.iter().any(|mode| mode == "ReadWriteOncePod") {
                exclusive.insert(key);
            }
        }
    }
    let is_in_use = exclusive.iter().any(|key| state.claim_users.get(key).is_some_and(|&users| users > 0));
    let needs_check =
        pod.volumes.iter().any(|volume| !matches!(volume, PodVolume::Claim(_) | PodVolume::Ephemeral { .. }));
    Ok((needs_check || is_in_use).then_some(is_in_use))
}

/// Mirrors `VolumeRestrictions.Filter`.
pub(in crate::plan::scheduler) fn filter(
    claim_is_in_use: bool,
    pod: &PodTemplate,
    state: &NodeState,
) -> Option<Rejection> {
    let theirs = || state.pods.iter().flat_map(|other| &other.template.volumes);
    if pod.volumes.iter().any(|volume| theirs().any(|other| conflict(volume, other))) {
        return Some(resolvable(Plugin::VolumeRestrictions, "node(s) had no available disk"));
    }
    claim_is_in_use.then(|| {
        resolvable(
            Plugin::VolumeRestrictions,
            "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by \
             another pod",
        )
    })
}

/// Whether two volumes are the same disk in a way that it cannot be shared (`isVolumeConflict`).
fn conflict(volume: &PodVolume, other: &PodVolume) -> bool {
    match (volume, other) {
        (
            PodVolume::GcePersistentDisk { name, read_only },
            PodVolume::GcePersistentDisk { name: other, read_only: other_read_only },
        ) => name == other && !(*read_only && *other_read_only),
        (PodVolume::AwsElasticBlockStore { id }, PodVolume::AwsElasticBlockStore { id: other }) => {
            id == other
        }
        (
            PodVolume::Iscsi { iqn, read_only },
            PodVolume::Iscsi { iqn: other, read_only: other_read_only },
        ) => iqn == other && !(*read_only && *other_read_only),
        (
            PodVolume::Rbd { monitors, pool, image, read_only },
            PodVolume::Rbd {
                monitors: other_monitors,
                pool: other_pool,
                image: other_image,
                read_only: other_read_only,
            },
        ) => {
            pool == other_pool
                && image == other_image
                && !(*read_only && *other_read_only)
                && monitors.iter().any(|monitor| other_monitors.contains(monitor))
        }
        _ => false,
    }
}
