//! The StatefulSet controller: ordinals, partitions, `OnDelete`, `Parallel` and `maxUnavailable`.

use crate::parse::version::Version;
use crate::plan::rollout::amount::{Amount, Round};
use crate::plan::rollout::{End, Fleet, Generation, Nodes, PodId, PodState, Simulation, run};

/// `updateStrategy` of a StatefulSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// From the highest ordinal down.
    RollingUpdate {
        /// So many pods, from the lowest ordinal up, keep the old template.
        partition: u32,
        /// How many pods may be unavailable, where the version has it.
        max_unavailable: Option<Amount>,
    },
    /// Pods take the new template when somebody deletes them.
    OnDelete,
}

/// `podManagementPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Management {
    /// One pod after the other, each ready before the next.
    OrderedReady,
    /// All at once where scaling is concerned.
    Parallel,
}

/// A change of a StatefulSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// First ordinal before the change.
    pub old_start: u32,
    /// `replicas` before the change.
    pub old_replicas: u32,
    /// `ordinals.start` after it.
    pub start: u32,
    /// `replicas` after it.
    pub replicas: u32,
    /// The strategy after it.
    pub strategy: Strategy,
    /// The pod management policy, which cannot change.
    pub management: Management,
    /// Whether the pod template changes.
    pub template_changes: bool,
    /// The Kubernetes version: it says whether `maxUnavailable` is heeded.
    pub version: Version,
}

/// Whether the feature gate `MaxUnavailableStatefulSet` is on by default: it is beta from 1.35.
pub fn heeds_max_unavailable(version: Version) -> bool {
    version >= Version { minor: 35 }
}

/// How many pods may be unavailable during an update. Mirrors `getStatefulSetMaxUnavailable`: percentages are rounded
/// down, and it is never less than 1.
pub fn max_unavailable(amount: Option<Amount>, replicas: i64) -> i64 {
    amount.unwrap_or(Amount::Pods(1)).scaled(replicas, Round::Down).max(1)
}

/// The template of a pod that is made now. Mirrors `newVersionedStatefulSetPod`: below the partition, which counts from
/// the first ordinal, it is the old one.
fn generation_of(rollout: &Rollout, ordinal: u32) -> Generation {
    match rollout.strategy {
        _ if !rollout.template_changes => Generation::Old,
        Strategy::RollingUpdate { partition, .. } if ordinal < rollout.start.saturating_add(partition) => {
            Generation::Old
        }
        _ => Generation::New,
    }
}

/// Simulates the change with every new pod becoming ready that finds a node. Mirrors `updateStatefulSet`.
pub fn simulate(rollout: &Rollout, nodes: &mut Nodes<'_>) -> Simulation {
    let old = rollout.old_start..rollout.old_start.saturating_add(rollout.old_replicas);
    let mut simulation =
        run(nodes, old.map(PodId::old).collect(), rollout.replicas, |fleet| sync(rollout, fleet));
    let kept_back = match rollout.strategy {
        Strategy::OnDelete => rollout.old_replicas > 0,
        Strategy::RollingUpdate { partition, .. } => partition > 0 && rollout.replicas > 0,
    };
    if rollout.template_changes && kept_back && simulation.end == End::Complete {
        simulation.end = End::Waits;
    }
    simulation
}

fn sync(rollout: &Rollout, fleet: &mut Fleet<'_, '_>) -> bool {
    let wanted = rollout.start..rollout.start.saturating_add(rollout.replicas);
    let ordered = rollout.management == Management::OrderedReady;
    let mut acted = false;
    for ordinal in wanted.clone() {
        match fleet.pods.iter().find(|pod| pod.id.index == ordinal) {
            None => {
                fleet.create(PodId { generation: generation_of(rollout, ordinal), index: ordinal });
                if ordered {
                    return true;
                }
                acted = true;
            }
            Some(pod) if ordered && pod.state != PodState::Ready => return acted,
            Some(_) => {}
        }
    }
    let mut condemned: Vec<u32> =
        fleet.pods.iter().map(|pod| pod.id.index).filter(|ordinal| !wanted.contains(ordinal)).collect();
    condemned.sort_unstable();
    while let Some(ordinal) = condemned.pop() {
        delete(fleet, ordinal);
        if ordered {
            return true;
        }
        acted = true;
    }
    if acted || !rollout.template_changes {
        return acted;
    }
    let Strategy::RollingUpdate { partition, max_unavailable: amount } = rollout.strategy else {
        return false;
    };
    let lowest = rollout.start.saturating_add(partition);
    let budget = if heeds_max_unavailable(rollout.version) {
        max_unavailable(amount, i64::from(rollout.replicas))
    } else {
        1
    };
    update(fleet, lowest, budget)
}

/// Mirrors `updateStatefulSetAfterInvariantEstablished`; with a budget of 1 it is the rule without the feature gate as
/// well: the highest old ordinal goes when nothing is unavailable.
fn update(fleet: &mut Fleet<'_, '_>, lowest: u32, budget: i64) -> bool {
    let unavailable = fleet.pods.iter().filter(|pod| pod.state != PodState::Ready).count();
    let room = usize::try_from(budget).unwrap_or(0).saturating_sub(unavailable);
    let mut outdated: Vec<u32> = fleet
        .pods
        .iter()
        .filter(|pod| pod.id.generation == Generation::Old && pod.id.index >= lowest)
        .map(|pod| pod.id.index)
        .collect();
    outdated.sort_unstable();
    let mut acted = false;
    for _ in 0..room {
        let Some(ordinal) = outdated.pop() else { break };
        delete(fleet, ordinal);
        acted = true;
    }
    acted
}

fn delete(fleet: &mut Fleet<'_, '_>, ordinal: u32) {
    if let Some(at) = fleet.pods.iter().position(|pod| pod.id.index == ordinal) {
        fleet.delete(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::rollout::{Answer, Move, everywhere};

    const OLD: Version = Version { minor: 33 };

    fn rollout(replicas: u32, partition: u32) -> Rollout {
        Rollout {
            old_start: 0,
            old_replicas: replicas,
            start: 0,
            replicas,
            strategy: Strategy::RollingUpdate { partition, max_unavailable: None },
            management: Management::OrderedReady,
            template_changes: true,
            version: Version::NEWEST,
        }
    }

    fn deleted(simulation: &Simulation) -> Vec<Vec<u32>> {
        let steps = simulation.steps.iter();
        steps.map(|step| step.deleted.iter().map(|pod| pod.index).collect()).collect()
    }

    fn created(simulation: &Simulation) -> Vec<Vec<u32>> {
        let steps = simulation.steps.iter();
        steps.map(|step| step.created.iter().map(|made| made.pod.index).collect()).collect()
    }

    #[test]
    fn an_update_goes_from_the_highest_ordinal_down_one_at_a_time() {
        let simulation = simulate(&rollout(3, 0), &mut everywhere);
        assert_eq!(deleted(&simulation), [vec![2], vec![1], vec![0]]);
        assert_eq!(created(&simulation), [vec![2], vec![1], vec![0]]);
        assert_eq!((simulation.peak_surge(), simulation.peak_unavailable()), (0, 1));
        assert_eq!(simulation.end, End::Complete);
    }

    #[test]
    fn a_partition_keeps_the_lower_ordinals() {
        let simulation = simulate(&rollout(4, 3), &mut everywhere);
        assert_eq!((deleted(&simulation), simulation.end.clone()), (vec![vec![3]], End::Waits));
        assert!(simulate(&rollout(3, 5), &mut everywhere).steps.is_empty());
    }

    #[test]
    fn a_partition_counts_from_the_first_ordinal() {
        let from_five = Rollout { old_start: 5, start: 5, ..rollout(3, 1) };
        assert_eq!(deleted(&simulate(&from_five, &mut everywhere)), [vec![7], vec![6]]);
    }

    #[test]
    fn on_delete_waits_for_somebody() {
        let simulation =
            simulate(&Rollout { strategy: Strategy::OnDelete, ..rollout(3, 0) }, &mut everywhere);
        assert_eq!((simulation.steps.len(), simulation.end), (0, End::Waits));
    }

    #[test]
    fn max_unavailable_is_heeded_from_1_35() {
        let strategy = Strategy::RollingUpdate { partition: 0, max_unavailable: Some(Amount::Percent(50)) };
        let parallel = Rollout { strategy, management: Management::Parallel, ..rollout(5, 0) };
        assert_eq!(deleted(&simulate(&parallel, &mut everywhere)), [vec![4, 3], vec![2, 1], vec![0]]);
        let before = Rollout { version: OLD, ..parallel };
        assert_eq!(deleted(&simulate(&before, &mut everywhere)).len(), 5);
    }

    #[test]
    fn ordered_pods_come_back_one_by_one_even_if_several_may_go() {
        let strategy = Strategy::RollingUpdate { partition: 0, max_unavailable: Some(Amount::Pods(2)) };
        let simulation = simulate(&Rollout { strategy, ..rollout(4, 0) }, &mut everywhere);
        // 3 and 2 go together; 2 comes back and is ready before 3 comes back.
        assert_eq!(deleted(&simulation)[..2], [vec![3, 2], vec![]]);
        assert_eq!(created(&simulation)[..2], [vec![2], vec![3]]);
        assert_eq!(simulation.peak_unavailable(), 2);
    }

    #[test]
    fn the_budget_is_at_least_one_and_rounded_down() {
        assert_eq!(max_unavailable(None, 10), 1);
        assert_eq!(max_unavailable(Some(Amount::Percent(5)), 10), 1);
        assert_eq!(max_unavailable(Some(Amount::Percent(39)), 10), 3);
        assert_eq!(max_unavailable(Some(Amount::Percent(0)), 10), 1);
        assert_eq!(max_unavailable(Some(Amount::Pods(20)), 3), 20);
    }

    #[test]
    fn scaling_goes_up_in_order_and_down_from_the_top() {
        let still = Rollout { template_changes: false, ..rollout(2, 0) };
        let up = simulate(&Rollout { replicas: 4, ..still }, &mut everywhere);
        assert_eq!(created(&up), [vec![2], vec![3]]);
        let down = simulate(&Rollout { replicas: 0, ..still }, &mut everywhere);
        assert_eq!(deleted(&down), [vec![1, 0]]);
        let parallel = Rollout { management: Management::Parallel, replicas: 5, ..still };
        assert_eq!(created(&simulate(&parallel, &mut everywhere)), [vec![2, 3, 4]]);
    }

    #[test]
    fn an_ordinal_without_a_node_stops_the_rest() {
        let simulation = simulate(&rollout(3, 0), &mut |asked| match asked {
            Move::Place(_) => Answer::Pending("0/3 nodes are available".to_owned()),
            Move::Remove(_) => Answer::Runs(None),
        });
        assert_eq!(deleted(&simulation), [vec![2]]);
        assert!(matches!(simulation.end, End::Stalled(_)));
    }
}
