//! What happens when nodes are lost: does everything still fit?

use std::cmp::Reverse;
use std::sync::Arc;

use rayon::prelude::*;

use crate::plan::pod::Pod;
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, Outcome, Placement, queue_order, schedule_on};

/// The label that says in which zone a node is.
const ZONE: &str = "topology.kubernetes.io/zone";

/// How many pods are put in their places at most, over all losses that are asked about.
const MOST_REPLACED: usize = 30_000_000;
/// As how many pods a node counts for that, and a pod that is like no other.
const COUNTS_FOR: usize = 20;
/// How many losses are asked about in any case.
const FEWEST_LOSSES: usize = 10;

/// What each of several losses does.
#[derive(Debug, Clone)]
pub struct Losses {
    /// How many there are to ask about.
    pub all: usize,
    /// Those that were asked about.
    pub losses: Vec<Loss>,
}

/// What the loss of some nodes does.
#[derive(Debug, Clone)]
pub struct Loss {
    /// What is lost: the name of a node or of a zone.
    pub lost: String,
    /// The lost nodes: indices into the cluster's nodes.
    pub nodes: Vec<usize>,
    /// How many pods must go elsewhere. Pods of DaemonSets and static pods are lost with their node.
    pub displaced: usize,
    /// The displaced pods that fit nowhere, with the reason.
    pub homeless: Vec<Placement>,
}

/// What the loss of one node does, after everything was placed; `None` if there is no such node.
pub fn lose_node(state: &SchedulerState<'_>, name: &str) -> Option<Loss> {
    let node = state.cluster.node_index(name)?;
    Some(lose(state, name.to_owned(), vec![node]))
}

/// What the loss of each node does, one at a time, in the order of the nodes. In a very large cluster only the fullest
/// nodes are asked about.
pub fn lose_any_node(state: &SchedulerState<'_>) -> Losses {
    let all = state.cluster.nodes.len();
    let mut asked: Vec<usize> = (0..all).collect();
    asked.sort_by_key(|&node| Reverse(state.nodes[node].pods.len()));
    asked.truncate(most_losses(state));
    asked.sort_unstable();
    let one = |&node: &usize| lose(state, state.cluster.nodes[node].name.clone(), vec![node]);
    Losses { all, losses: asked.par_iter().map(one).collect() }
}

/// How many losses are asked about at most: for each of them, everything that stays is put in its place once.
fn most_losses(state: &SchedulerState<'_>) -> usize {
    let pods = || state.nodes.iter().flat_map(|node| &node.pods);
    let mut templates: Vec<usize> = pods().map(|pod| Arc::as_ptr(&pod.template).addr()).collect();
    templates.sort_unstable();
    templates.dedup();
    let each = pods().count() + COUNTS_FOR * (state.cluster.nodes.len() + templates.len());
    (MOST_REPLACED / each.max(1)).max(FEWEST_LOSSES)
}

/// What the loss of a zone does, after everything was placed; `None` if no node is in it.
pub fn lose_zone(state: &SchedulerState<'_>, zone: &str) -> Option<Loss> {
    let nodes = state.cluster.nodes.iter().enumerate();
    let in_zone: Vec<usize> =
        nodes.filter(|(_, node)| node.label(ZONE) == Some(zone)).map(|(index, _)| index).collect();
    (!in_zone.is_empty()).then(|| lose(state, zone.to_owned(), in_zone))
}

/// What the loss of each zone does, one at a time, by name; in a very large cluster, of the first ones.
pub fn lose_any_zone(state: &SchedulerState<'_>) -> Losses {
    let mut zones: Vec<&str> = state.cluster.nodes.iter().filter_map(|node| node.label(ZONE)).collect();
    zones.sort_unstable();
    zones.dedup();
    let all = zones.len();
    zones.truncate(most_losses(state));
    Losses { all, losses: zones.par_iter().filter_map(|zone| lose_zone(state, zone)).collect() }
}

fn lose(state: &SchedulerState<'_>, lost: String, nodes: Vec<usize>) -> Loss {
    let (cluster, displaced) = state.settled(|node| nodes.binary_search(&node).is_ok());
    let displaced: Vec<Arc<Pod>> = displaced.into_iter().filter(|pod| outlives_its_node(pod)).collect();
    let count = displaced.len();
    let mut remaining = SchedulerState::new(&cluster);
    let placements = schedule_on(&mut remaining, queue_order(&displaced), Detail::Outcome);
    let is_homeless = |placement: &Placement| !matches!(placement.outcome, Outcome::Placed(_));
    Loss { lost, nodes, displaced: count, homeless: placements.into_iter().filter(is_homeless).collect() }
}

/// Whether somebody makes the pod anew when its node is gone.
fn outlives_its_node(pod: &Pod) -> bool {
    let controller = pod.template.controller.as_ref().map(|controller| controller.kind.as_str());
    !matches!(controller, Some("DaemonSet" | "Node"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::inventory::{InventoryObjects, inventory};

    #[test]
    fn losing_a_node_moves_its_pods_and_leaves_its_daemons() {
        let pods = "
- {metadata: {name: a, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: r, controller: true}]}, spec: {nodeName: n-0, containers: [{name: c, resources: {requests: {cpu: '1'}}}]}, status: {phase: Running}}
- {metadata: {name: b}, spec: {nodeName: n-1, containers: [{name: c, resources: {requests: {cpu: 1500m}}}]}, status: {phase: Running}}
- {metadata: {name: d, ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: d, uid: d, controller: true}]}, spec: {nodeName: n-0, containers: [{name: c}]}, status: {phase: Running}}
";
        let pool =
            "[{metadata: {name: n}, spec: {count: 2, zones: [a, b], allocatable: {cpu: '2', memory: 8Gi}}}]";
        let objects = InventoryObjects {
            node_pools: serde_yaml::from_str(pool).unwrap(),
            pods: serde_yaml::from_str(pods).unwrap(),
            ..InventoryObjects::default()
        };
        let cluster = inventory(&objects).cluster;
        let state = SchedulerState::new(&cluster);
        let loss = lose_node(&state, "n-0").unwrap();
        assert_eq!((loss.displaced, loss.homeless.len()), (1, 1));
        let Outcome::DoesNotFit(error) = &loss.homeless[0].outcome else { panic!("it has no room") };
        assert_eq!(error.to_string(), "0/1 nodes are available: 1 Insufficient cpu.");
        assert_eq!(lose_any_node(&state).losses.len(), 2);
        assert_eq!(lose_zone(&state, "b").unwrap().displaced, 1);
        assert_eq!(
            lose_any_zone(&state).losses.iter().map(|loss| loss.lost.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert!(lose_node(&state, "none").is_none() && lose_zone(&state, "none").is_none());
    }
}
