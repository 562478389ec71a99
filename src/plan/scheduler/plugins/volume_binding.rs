//! Claims and the volumes for them: bound, to be bound, to be made.

use std::collections::BTreeSet;

use crate::plan::node::Node;
use crate::plan::pod::{Pod, PodVolume};
use crate::plan::scheduler::plugins::Refusal;
use crate::plan::scheduler::plugins::node_volume_limits::not_owner;
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Plugin, Rejection};
use crate::plan::volume::{Claim, ClaimReference, StorageClass, Volume};

/// The provisioner of classes whose volumes are made by hand.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// The claims of a pod (`PodVolumeClaims`).
#[derive(Debug)]
pub(in crate::plan::scheduler) struct PodClaims<'c> {
    bound: Vec<&'c Claim>,
    /// Claims that wait for their first pod, smallest first, with the node for which a placement has one made.
    waiting: Vec<(&'c Claim, Option<usize>)>,
}

/// What placing a pod on a node does to its claims (`PodVolumes`).
#[derive(Debug, Default)]
pub(in crate::plan::scheduler) struct PodVolumes<'c> {
    bindings: Vec<(&'c Claim, &'c Volume)>,
    provisions: Vec<&'c Claim>,
}

/// Sorts the pod's claims; `None` if it has none (`VolumeBinding.PreFilter`).
pub(in crate::plan::scheduler) fn pre_filter<'c>(
    state: &SchedulerState<'c>,
    pod: &Pod,
) -> Result<Option<PodClaims<'c>>, Refusal> {
    let claims = claims_of(state, pod).map_err(Refusal::Unresolvable)?;
    if claims.is_empty() {
        return Ok(None);
    }
    let mut sorted = PodClaims { bound: Vec::new(), waiting: Vec::new() };
    for claim in claims {
        let class = state.cluster.storage_classes.get(&claim.storage_class);
        if claim.is_bound {
            sorted.bound.push(claim);
        } else if class.is_some_and(|class| class.waits_for_first_consumer) && claim.volume_name.is_none() {
            let assumed = state.selected_nodes.get(&(claim.namespace.clone(), claim.name.clone()));
            sorted.waiting.push((claim, assumed.copied()));
        } else {
            let message = "pod has unbound immediate PersistentVolumeClaims";
            return Err(Refusal::Unresolvable(message.to_owned()));
        }
    }
    sorted.waiting.sort_by_key(|(claim, _)| claim.requested.unwrap_or_default());
    Ok(Some(sorted))
}

/// Looks the pod's claims up (`podHasPVCs`).
fn claims_of<'c>(state: &SchedulerState<'c>, pod: &Pod) -> Result<Vec<&'c Claim>, String> {
    let mut claims = Vec::new();
    for volume in &pod.template.volumes {
        let (name, is_ephemeral) = match volume {
            PodVolume::Claim(name) => (name, false),
            PodVolume::Ephemeral { claim } => (claim, true),
            _ => continue,
        };
        let Some(claim) = state.cluster.claims.get(&(pod.template.namespace.clone(), name.clone())) else {
            return Err(if is_ephemeral {
                format!(
                    "waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}"
                )
            } else {
                format!("persistentvolumeclaim {name:?} not found")
            });
        };
        if claim.is_lost {
            let volume = claim.volume_name.as_deref().unwrap_or_default();
            return Err(format!(
                "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
            ));
        }
        if claim.is_terminating {
            return Err(format!("persistentvolumeclaim {name:?} is being deleted"));
        }
        if is_ephemeral && claim.owner_pod.as_ref() != Some(&pod.name) {
            return Err(not_owner(pod, claim));
        }
        claims.push(claim);
    }
    Ok(claims)
}

/// Mirrors `VolumeBinding.Filter`.
pub(in crate::plan::scheduler) fn filter(
    state: &SchedulerState<'_>,
    claims: &PodClaims<'_>,
    index: usize,
) -> Result<Option<Rejection>, String> {
    let reasons = find_pod_volumes(state, claims, index)?.err();
    Ok(reasons.map(|reasons| Rejection {
        plugin: Plugin::VolumeBinding,
        reasons: reasons.into_iter().map(str::to_owned).collect(),
        resolvable: false,
    }))
}

/// Gives the volumes to the claims, as the placement on the node has it (`AssumePodVolumes`).
pub(in crate::plan::scheduler) fn reserve(
    state: &mut SchedulerState<'_>,
    claims: &PodClaims<'_>,
    index: usize,
) {
    let Ok(Ok(volumes)) = find_pod_volumes(state, claims, index) else {
        return;
    };
    for (claim, volume) in volumes.bindings {
        if !volume.is_for(claim) {
            let reference = ClaimReference {
                namespace: claim.namespace.clone(),
                name: claim.name.clone(),
                uid: claim.uid.clone(),
            };
            state.given_volumes.insert(volume.name.clone(), reference);
        }
    }
    for claim in volumes.provisions {
        state.selected_nodes.insert((claim.namespace.clone(), claim.name.clone()), index);
    }
}

/// Finds volumes for the claims on a node, or the reasons why there are none (`FindPodVolumes`).
fn find_pod_volumes<'c>(
    state: &SchedulerState<'c>,
    claims: &PodClaims<'c>,
    index: usize,
) -> Result<Result<PodVolumes<'c>, Vec<&'static str>>, String> {
    let node = &state.cluster.nodes[index];
    let mut reasons = Vec::new();
    let (bound_are_reached, bound_exist) = check_bound(state, claims, node);
    let mut volumes = PodVolumes::default();
    let mut unbound_are_satisfied = true;
    let mut has_enough_storage = true;

    let mut to_provision = Vec::new();
    let mut to_match = Vec::new();
    for &(claim, assumed) in &claims.waiting {
        let selected = assumed.map(|node| state.cluster.nodes[node].name.as_str());
        match selected.or(claim.selected_node.as_deref()) {
            Some(selected) if selected != node.name => {
                // Another node was selected: nothing else about this one matters.
                unbound_are_satisfied = false;
                to_provision.clear();
                to_match.clear();
                break;
            }
            Some(_) => to_provision.push(claim),
            None => to_match.push(claim),
        }
    }
    if unbound_are_satisfied {
        let mut chosen = BTreeSet::new();
        for claim in to_match {
            match find_matching_volume(state, claim, node, &chosen)? {
                Some(volume) => {
                    chosen.insert(volume.name.as_str());
                    volumes.bindings.push((claim, volume));
                }
                None => to_provision.push(claim),
            }
        }
        for claim in to_provision {
            match check_provision(state, claim, node)? {
                Provision::Possible => volumes.provisions.push(claim),
                Provision::Impossible => unbound_are_satisfied = false,
                Provision::NotEnoughStorage => has_enough_storage = false,
            }
            if !unbound_are_satisfied || !has_enough_storage {
                break;
            }
        }
    }
    if !bound_are_reached {
        reasons.push("node(s) didn't match PersistentVolume's node affinity");
    }
    if !unbound_are_satisfied {
        reasons.push("node(s) didn't find available persistent volumes to bind");
    }
    if !has_enough_storage {
        reasons.push("node(s) did not have enough free storage");
    }
    if !bound_exist {
        reasons.push("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    }
    Ok(if reasons.is_empty() { Ok(volumes) } else { Err(reasons) })
}

/// Whether the node reaches all bound volumes, and whether they exist (`checkBoundClaims`, which stops at the first
/// claim that is not in order).
fn check_bound(state: &SchedulerState<'_>, claims: &PodClaims<'_>, node: &Node) -> (bool, bool) {
    for claim in &claims.bound {
        let volume = claim.volume_name.as_ref().and_then(|name| state.cluster.volumes.get(name));
        match volume {
            None => return (true, false),
            Some(volume) if !volume.is_reached_by(&node.labels) => return (false, true),
            Some(_) => {}
        }
    }
    (true, true)
}

/// The smallest volume that suits the claim, or the one that is kept for it (`volume.FindMatchingVolume`).
fn find_matching_volume<'c>(
    state: &SchedulerState<'c>,
    claim: &Claim,
    node: &Node,
    chosen: &BTreeSet<&str>,
) -> Result<Option<&'c Volume>, String> {
    let selector = match &claim.selector {
        None => None,
        Some(Ok(selector)) => Some(selector),
        Some(Err(error)) => {
            let key = format!("{}/{}", claim.namespace, claim.name);
            return Err(format!("error creating internal label selector for claim: {key}: {error}"));
        }
    };
    let requested = claim.requested.unwrap_or_default();
    let mut smallest: Option<&Volume> = None;
    for volume in state.cluster.volumes.values() {
        let given = state.given_volumes.get(&volume.name);
        let is_given_to_claim = given.is_some_and(|given| {
            given.namespace == claim.namespace && given.name == claim.name && given.uid == claim.uid
        });
        let is_for_claim = if given.is_some() { is_given_to_claim } else { volume.is_for(claim) };
        if volume.storage_class != claim.storage_class
            || chosen.contains(volume.name.as_str())
            || (state.claim_of(volume).is_some() && !is_for_claim)
            || volume.capacity < requested
            || volume.volume_mode != claim.volume_mode
            || volume.attributes_class != claim.attributes_class
            || volume.is_terminating
        {
            continue;
        }
        let is_reached = volume.is_reached_by(&node.labels);
        if is_for_claim {
            return Ok(is_reached.then_some(volume));
        }
        let has_access_modes = claim.access_modes.iter().all(|mode| volume.access_modes.contains(mode));
        if volume.is_available
            && is_reached
            && has_access_modes
            && selector.is_none_or(|selector| selector.matches(&volume.labels))
            && smallest.is_none_or(|smallest| smallest.capacity > volume.capacity)
        {
            smallest = Some(volume);
        }
    }
    Ok(smallest)
}

/// Whether a volume can be made for a claim.
enum Provision {
    Possible,
    Impossible,
    NotEnoughStorage,
}

/// Mirrors one round of `checkVolumeProvisions`.
fn check_provision(state: &SchedulerState<'_>, claim: &Claim, node: &Node) -> Result<Provision, String> {
    if claim.storage_class.is_empty() {
        return Err(format!("no class for claim \"{}/{}\"", claim.namespace, claim.name));
    }
    let Some(class) = state.cluster.storage_classes.get(&claim.storage_class) else {
        return Err(format!("failed to find storage class {:?}", claim.storage_class));
    };
    if class.provisioner.is_empty()
        || class.provisioner == NO_PROVISIONER
        || !class.can_provision_for(&node.labels)
    {
        return Ok(Provision::Impossible);
    }
    Ok(if has_enough_capacity(state, claim, class, node) {
        Provision::Possible
    } else {
        Provision::NotEnoughStorage
    })
}

/// Whether the driver has room for the claim where the node reaches it (`hasEnoughCapacity`).
fn has_enough_capacity(state: &SchedulerState<'_>, claim: &Claim, class: &StorageClass, node: &Node) -> bool {
    let Some(requested) = claim.requested else {
        return true;
    };
    if !state.cluster.capacity_tracking_drivers.contains(&class.provisioner) {
        return true;
    }
    state.cluster.storage_capacities.iter().any(|capacity| {
        capacity.storage_class == class.name
            && capacity.largest_volume.is_some_and(|largest| largest.value() >= requested.value())
            && capacity.node_topology.as_ref().is_some_and(|topology| topology.matches(&node.labels))
    })
}
