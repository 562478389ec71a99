//! The deployment controller: `RollingUpdate`, `Recreate`, and scaling.

use crate::plan::rollout::amount::{Amount, Round};
use crate::plan::rollout::{End, Fleet, Generation, Nodes, PodId, PodState, Simulation, run};

/// How a Deployment replaces its pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A few at a time.
    RollingUpdate {
        /// Pods that may be there beyond `replicas`.
        max_surge: Amount,
        /// Pods of `replicas` that may be unavailable.
        max_unavailable: Amount,
    },
    /// All old ones go before new ones come.
    Recreate,
}

/// A change of a Deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// `replicas` before the change.
    pub old_replicas: u32,
    /// `replicas` after it.
    pub replicas: u32,
    /// The strategy after it.
    pub strategy: Strategy,
    /// Whether the pod template changes.
    pub template_changes: bool,
    /// `paused` after it.
    pub paused: bool,
}

/// What `maxSurge` and `maxUnavailable` come to for a number of replicas. Mirrors `deploymentutil.ResolveFenceposts`:
/// surge is rounded up, unavailability down, and if both are 0, one pod may be unavailable.
pub fn resolve_fenceposts(max_surge: Amount, max_unavailable: Amount, desired: i64) -> (i64, i64) {
    let surge = max_surge.scaled(desired, Round::Up);
    let unavailable = max_unavailable.scaled(desired, Round::Down);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

/// How many pods may be unavailable. Mirrors `deploymentutil.MaxUnavailable`: 0 for `Recreate` and for no replicas, and
/// never more than the replicas.
pub fn max_unavailable(strategy: Strategy, replicas: i64) -> i64 {
    match strategy {
        Strategy::RollingUpdate { max_surge, max_unavailable } if replicas != 0 => {
            resolve_fenceposts(max_surge, max_unavailable, replicas).1.min(replicas)
        }
        _ => 0,
    }
}

/// How many pods may be there beyond the replicas. Mirrors `deploymentutil.MaxSurge`.
pub fn max_surge(strategy: Strategy, replicas: i64) -> i64 {
    match strategy {
        Strategy::RollingUpdate { max_surge, max_unavailable } => {
            resolve_fenceposts(max_surge, max_unavailable, replicas).0
        }
        Strategy::Recreate => 0,
    }
}

/// The size of the new replica set, which has `new` of all `total` pods now. Mirrors `deploymentutil.NewRSNewReplicas`:
/// it grows up to the surge, and not beyond the replicas.
pub fn new_replica_set_size(strategy: Strategy, replicas: i64, total: i64, new: i64) -> i64 {
    match strategy {
        Strategy::Recreate => replicas,
        Strategy::RollingUpdate { max_surge, .. } => {
            let most = replicas + max_surge.scaled(replicas, Round::Up);
            if total >= most {
                return new;
            }
            new + (most - total).min(replicas - new)
        }
    }
}

/// A replica set, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaSet {
    /// `spec.replicas`.
    pub size: i64,
    /// `status.availableReplicas`.
    pub available: i64,
}

/// How many pods the old replica set loses now: those that are not available first, then available ones. Mirrors
/// `reconcileOldReplicaSets` with `cleanupUnhealthyReplicas` and `scaleDownOldReplicaSetsForRollingUpdate`, for one old
/// replica set.
pub fn old_replica_set_loss(
    strategy: Strategy,
    replicas: i64,
    old: ReplicaSet,
    new: ReplicaSet,
) -> (i64, i64) {
    if old.size == 0 {
        return (0, 0);
    }
    let least_available = replicas - max_unavailable(strategy, replicas);
    let most = old.size + new.size - least_available - (new.size - new.available);
    if most <= 0 {
        return (0, 0);
    }
    let unhealthy = most.min(old.size - old.available);
    let spare = (old.available + new.available - least_available).max(0);
    (unhealthy, spare.min(old.size - unhealthy))
}

/// Simulates the change with every new pod becoming ready that finds a node.
///
/// If `replicas` and the template change together, the controller first takes the change of `replicas` for a scaling
/// event (`isScalingEvent`) and scales the old replica set.
pub fn simulate(rollout: &Rollout, nodes: &mut Nodes<'_>) -> Simulation {
    let Rollout { old_replicas, replicas, strategy, template_changes, paused } = *rollout;
    let old = (0..old_replicas).map(PodId::old).collect();
    let rolls = template_changes && !paused;
    let mut next_old = old_replicas;
    let mut next_new = 0;
    let mut scaled = false;
    let mut simulation = run(nodes, old, replicas, |fleet| {
        if !scaled {
            scaled = true;
            let mut acted = false;
            while fleet.count(Generation::Old) > replicas {
                remove_one(fleet, Generation::Old);
                acted = true;
            }
            while fleet.count(Generation::Old) < replicas && old_replicas != 0 {
                fleet.create(PodId::old(next_old));
                next_old += 1;
                acted = true;
            }
            // A deployment of no pods has no active replica set to scale; with an unchanged template its own is scaled.
            while !rolls && fleet.count(Generation::Old) < replicas {
                fleet.create(PodId::old(next_old));
                next_old += 1;
                acted = true;
            }
            if acted {
                return true;
            }
        }
        if !rolls {
            return false;
        }
        match strategy {
            Strategy::Recreate => recreate(fleet, replicas, &mut next_new),
            Strategy::RollingUpdate { .. } => roll(fleet, strategy, replicas, &mut next_new),
        }
    });
    if template_changes && paused && simulation.end == End::Complete {
        simulation.end = End::Waits;
    }
    simulation
}

/// Mirrors `rolloutRolling`: the new replica set grows, else the old one shrinks.
fn roll(fleet: &mut Fleet<'_, '_>, strategy: Strategy, replicas: u32, next_new: &mut u32) -> bool {
    let set = |generation| ReplicaSet {
        size: i64::from(fleet.count(generation)),
        available: i64::from(fleet.ready(generation)),
    };
    let (old, new) = (set(Generation::Old), set(Generation::New));
    let replicas = i64::from(replicas);
    if new.size < replicas {
        let size = new_replica_set_size(strategy, replicas, old.size + new.size, new.size);
        if size > new.size {
            for _ in new.size..size {
                fleet.create(PodId::new(*next_new));
                *next_new += 1;
            }
            return true;
        }
    }
    let (unhealthy, healthy) = old_replica_set_loss(strategy, replicas, old, new);
    for _ in 0..unhealthy + healthy {
        remove_one(fleet, Generation::Old);
    }
    unhealthy + healthy > 0
}

/// Mirrors `rolloutRecreate`: the old replica set goes to 0, and only when its pods are gone the new one is made.
fn recreate(fleet: &mut Fleet<'_, '_>, replicas: u32, next_new: &mut u32) -> bool {
    if fleet.count(Generation::Old) > 0 {
        while fleet.count(Generation::Old) > 0 {
            remove_one(fleet, Generation::Old);
        }
        return true;
    }
    let missing = replicas.saturating_sub(fleet.count(Generation::New));
    for _ in 0..missing {
        fleet.create(PodId::new(*next_new));
        *next_new += 1;
    }
    missing > 0
}

/// The replica set controller deletes pods without a node first, then those that are not ready, then the youngest
/// (`controller.ActivePodsWithRanks`).
fn remove_one(fleet: &mut Fleet<'_, '_>, generation: Generation) {
    let candidates = fleet.pods.iter().enumerate().filter(|(_, pod)| pod.id.generation == generation);
    let last = candidates.max_by_key(|(_, pod)| {
        let rank = match pod.state {
            PodState::Pending(_) => 2,
            PodState::Starting => 1,
            PodState::Ready => 0,
        };
        (rank, pod.id.index)
    });
    if let Some((at, _)) = last {
        fleet.delete(at);
    }
}

#[cfg(test)]
mod tests;
