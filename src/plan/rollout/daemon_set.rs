//! The DaemonSet controller: `maxUnavailable` and `maxSurge` over the nodes that have its pods.

use crate::plan::rollout::amount::{Amount, Round};
use crate::plan::rollout::{End, Fleet, Generation, Nodes, PodId, PodState, Simulation, run};

/// `updateStrategy` of a DaemonSet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// A few nodes at a time.
    RollingUpdate {
        /// Nodes that may have a new pod beside the old one.
        max_surge: Amount,
        /// Nodes that may be without an available pod.
        max_unavailable: Amount,
    },
    /// Pods take the new template when somebody deletes them.
    OnDelete,
}

/// A change of a DaemonSet. Nodes are numbers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// How many nodes have its pods.
    pub nodes: u32,
    /// The strategy after the change.
    pub strategy: Strategy,
    /// Whether the pod template changes.
    pub template_changes: bool,
}

/// How many pods may surge, and how many nodes may be without one. Mirrors `updatedDesiredNodeCounts` with
/// `util.SurgeCount` and `util.UnavailableCount`: both are rounded up, and if both are 0, one node may be without.
pub fn desired_counts(max_surge: Amount, max_unavailable: Amount, nodes: i64) -> (i64, i64) {
    let surge = max_surge.scaled(nodes, Round::Up);
    let unavailable = max_unavailable.scaled(nodes, Round::Up);
    if nodes > 0 && surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

/// Simulates the change with every new pod becoming ready that its node has room for. Mirrors `rollingUpdate`.
pub fn simulate(rollout: &Rollout, nodes: &mut Nodes<'_>) -> Simulation {
    let old = (0..rollout.nodes).map(PodId::old).collect();
    let mut simulation = run(nodes, old, rollout.nodes, |fleet| match rollout.strategy {
        Strategy::RollingUpdate { max_surge, max_unavailable } if rollout.template_changes => {
            let counts = desired_counts(max_surge, max_unavailable, i64::from(rollout.nodes));
            let (surge, unavailable) =
                (usize::try_from(counts.0).unwrap_or(0), usize::try_from(counts.1).unwrap_or(0));
            if surge == 0 { replace(fleet, rollout.nodes, unavailable) } else { surge_nodes(fleet, surge) }
        }
        _ => false,
    });
    let waits = rollout.template_changes && rollout.strategy == Strategy::OnDelete && rollout.nodes > 0;
    if waits && simulation.end == End::Complete {
        simulation.end = End::Waits;
    }
    simulation
}

/// Old pods go, as many as may be unavailable, and each node without a pod gets a new one.
fn replace(fleet: &mut Fleet<'_, '_>, nodes: u32, unavailable: usize) -> bool {
    let occupied: Vec<u32> = sorted(fleet.pods.iter().map(|pod| pod.id.index).collect());
    let bare: Vec<u32> = (0..nodes).filter(|node| occupied.binary_search(node).is_err()).collect();
    for node in &bare {
        fleet.create(PodId::new(*node));
    }
    let waiting = fleet.pods.iter().filter(|pod| pod.state != PodState::Ready).count();
    let room = unavailable.saturating_sub(waiting);
    let old: Vec<u32> = old_nodes(fleet).into_iter().take(room).collect();
    for node in &old {
        delete_old(fleet, *node);
    }
    !bare.is_empty() || !old.is_empty()
}

/// Nodes whose new pod is ready lose the old one, and as many others as may surge get a new one.
fn surge_nodes(fleet: &mut Fleet<'_, '_>, surge: usize) -> bool {
    let new = |ready: bool| {
        let pods = fleet.pods.iter().filter(|pod| pod.id.generation == Generation::New);
        sorted(pods.filter(|pod| (pod.state == PodState::Ready) == ready).map(|pod| pod.id.index).collect())
    };
    let (ready, waiting) = (new(true), new(false));
    let (done, rest): (Vec<u32>, Vec<u32>) =
        old_nodes(fleet).into_iter().partition(|node| ready.binary_search(node).is_ok());
    for node in &done {
        delete_old(fleet, *node);
    }
    let room = surge.saturating_sub(waiting.len());
    let next: Vec<u32> =
        rest.into_iter().filter(|node| waiting.binary_search(node).is_err()).take(room).collect();
    for node in &next {
        fleet.create(PodId::new(*node));
    }
    !done.is_empty() || !next.is_empty()
}

fn sorted(mut nodes: Vec<u32>) -> Vec<u32> {
    nodes.sort_unstable();
    nodes
}

fn old_nodes(fleet: &Fleet<'_, '_>) -> Vec<u32> {
    let old = fleet.pods.iter().filter(|pod| pod.id.generation == Generation::Old);
    sorted(old.map(|pod| pod.id.index).collect())
}

fn delete_old(fleet: &mut Fleet<'_, '_>, node: u32) {
    if let Some(at) = fleet.pods.iter().position(|pod| pod.id == PodId::old(node)) {
        fleet.delete(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::rollout::{Answer, Move, everywhere};

    fn rollout(nodes: u32, max_surge: Amount, max_unavailable: Amount) -> Rollout {
        Rollout {
            nodes,
            strategy: Strategy::RollingUpdate { max_surge, max_unavailable },
            template_changes: true,
        }
    }

    fn sizes(simulation: &Simulation) -> Vec<(usize, usize)> {
        simulation.steps.iter().map(|step| (step.deleted.len(), step.created.len())).collect()
    }

    #[test]
    fn both_amounts_are_rounded_up() {
        use Amount::{Percent, Pods};
        for (surge, unavailable, nodes, expected) in [
            (Pods(0), Pods(1), 5, (0, 1)),
            (Pods(0), Percent(10), 5, (0, 1)),
            (Pods(0), Percent(30), 10, (0, 3)),
            (Pods(0), Percent(31), 10, (0, 4)),
            (Percent(1), Pods(0), 5, (1, 0)),
            (Percent(100), Pods(0), 5, (5, 0)),
            (Pods(0), Pods(0), 5, (0, 1)),
            (Pods(0), Percent(0), 5, (0, 1)),
            (Pods(0), Pods(0), 0, (0, 0)),
        ] {
            assert_eq!(desired_counts(surge, unavailable, nodes), expected, "{surge} {unavailable} {nodes}");
        }
    }

    #[test]
    fn without_surge_the_old_pod_goes_first() {
        let simulation = simulate(&rollout(5, Amount::Pods(0), Amount::Pods(2)), &mut everywhere);
        assert_eq!(sizes(&simulation), [(2, 2), (2, 2), (1, 1)]);
        assert_eq!((simulation.peak_surge(), simulation.peak_unavailable()), (0, 2));
    }

    #[test]
    fn with_surge_the_old_pod_goes_last() {
        let simulation = simulate(&rollout(5, Amount::Pods(2), Amount::Pods(0)), &mut everywhere);
        assert_eq!(sizes(&simulation), [(0, 2), (2, 2), (2, 1), (1, 0)]);
        assert_eq!((simulation.peak_surge(), simulation.peak_unavailable()), (2, 0));
        assert_eq!(simulation.end, End::Complete);
    }

    #[test]
    fn a_full_node_stalls_a_surge() {
        let simulation = simulate(&rollout(2, Amount::Pods(1), Amount::Pods(0)), &mut |asked| match asked {
            Move::Place(PodId { index: 0, .. }) => Answer::Pending("Insufficient cpu".to_owned()),
            _ => Answer::Runs(None),
        });
        assert!(matches!(simulation.end, End::Stalled(_)));
        assert_eq!(sizes(&simulation), [(0, 1)]);
    }

    #[test]
    fn on_delete_waits_for_somebody() {
        let waits = Rollout { strategy: Strategy::OnDelete, ..rollout(2, Amount::Pods(0), Amount::Pods(1)) };
        assert_eq!(simulate(&waits, &mut everywhere).end, End::Waits);
    }
}
