//! How many nodes of each pool are needed at least.

use std::sync::Arc;

use crate::plan::cluster::Cluster;
use crate::plan::explain::pools;
use crate::plan::node::Node;
use crate::plan::pod::Pod;
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, Outcome, queue_order, schedule_on};

/// How many nodes of one pool are considered at most.
pub const MOST_NODES: usize = 5_000;
/// How many times nodes are looked at for one size, at most; a dozen or two of sizes are tried.
const MOST_LOOKS: usize = 100_000_000;

/// How many nodes of a pool are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSize {
    /// The pool.
    pub pool: String,
    /// How many nodes it has.
    pub present: usize,
    /// The fewest nodes of the pool with which every pod is placed, the other pools as they are; `None` if none of
    /// the numbers that are considered helps.
    pub needed: Option<usize>,
}

/// Finds, pool by pool, the smallest size with which the scheduler places every pod. What runs on nodes that a smaller
/// pool would not have is placed anew, before what is pending. `None` if that would take too long.
pub fn pool_sizes(cluster: &Cluster, pending: &[Arc<Pod>]) -> Option<Vec<PoolSize>> {
    let pools = pools(cluster.nodes.iter());
    let running = cluster.running.iter().map(|(_, pod)| pod);
    let pods: usize = running.chain(pending).map(|pod| weight(pod)).sum();
    let pods = pods.max(1).saturating_mul(pools.len().max(1));
    if pods.saturating_mul(cluster.nodes.len()) > MOST_LOOKS {
        return None;
    }
    let most = (MOST_LOOKS / pods).min(MOST_NODES);
    let size = |pool: String| {
        let present = cluster.nodes.iter().filter(|node| node.pool.as_deref() == Some(pool.as_str())).count();
        PoolSize { needed: needed(cluster, pending, &pool, present, most), pool, present }
    };
    Some(pools.into_iter().map(size).collect())
}

/// As how many pods one counts: with volumes, every plugin looks at every node.
fn weight(pod: &Pod) -> usize {
    if pod.template.volumes.is_empty() { 1 } else { 40 }
}

fn needed(cluster: &Cluster, pending: &[Arc<Pod>], pool: &str, present: usize, most: usize) -> Option<usize> {
    let homeless = |count: usize| homeless_with(cluster, pending, pool, count);
    // First a size that is enough, then the smallest by halving: more nodes of a pool do not take room away.
    let mut enough = present.max(1);
    let mut left = homeless(enough);
    while left > 0 {
        let more = (enough * 2).min(most);
        if more <= enough {
            return None;
        }
        // If more nodes place no more pods, no number of them does.
        let then = homeless(more);
        if then >= left {
            return None;
        }
        (enough, left) = (more, then);
    }
    let mut too_few = None;
    while too_few.map_or(0, |count: usize| count + 1) < enough {
        let low = too_few.map_or(0, |count: usize| count + 1);
        let middle = low + (enough - low) / 2;
        if homeless(middle) == 0 { enough = middle } else { too_few = Some(middle) }
    }
    Some(enough)
}

/// How many pods find no node when the pool has `count` nodes.
fn homeless_with(cluster: &Cluster, pending: &[Arc<Pod>], pool: &str, count: usize) -> usize {
    let members = cluster.nodes.iter().enumerate();
    let members: Vec<usize> =
        members.filter(|(_, node)| node.pool.as_deref() == Some(pool)).map(|(index, _)| index).collect();
    let dropped = members.get(count..).unwrap_or_default();
    let state = SchedulerState::new(cluster);
    let (mut resized, displaced) = state.settled(|node| dropped.binary_search(&node).is_ok());
    let last = resized.nodes.last().map_or(String::new(), |node| node.name.clone());
    for (index, &like) in members.iter().cycle().take(count.saturating_sub(members.len())).enumerate() {
        resized.nodes.push(member(&cluster.nodes[like], &format!("{last}~{index:05}")));
    }
    let displaced: Vec<Arc<Pod>> = displaced
        .into_iter()
        .filter(|pod| {
            pod.template.controller.as_ref().is_none_or(|controller| controller.kind != "DaemonSet")
        })
        .collect();
    let mut state = SchedulerState::new(&resized);
    let mut queue = queue_order(&displaced);
    queue.extend(queue_order(pending));
    let placements = schedule_on(&mut state, queue, Detail::Outcome);
    let is_homeless = |outcome: &Outcome| matches!(outcome, Outcome::DoesNotFit(_) | Outcome::Failed(_));
    placements.iter().filter(|placement| is_homeless(&placement.outcome)).count()
}

fn member(like: &Node, name: &str) -> Node {
    let mut node = like.clone();
    name.clone_into(&mut node.name);
    node.unschedulable = false;
    if let Some(hostname) = node.labels.get_mut("kubernetes.io/hostname") {
        name.clone_into(hostname);
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::bench::{Mix, bench};

    fn needed(nodes: u32, pods: usize, mix: Mix) -> Option<usize> {
        let bench = bench(nodes, pods, mix);
        let sizes = pool_sizes(&bench.cluster, &bench.pods).unwrap();
        assert_eq!((sizes.len(), sizes[0].present), (1, nodes as usize));
        sizes[0].needed
    }

    #[test]
    fn a_pool_shrinks_and_grows_to_what_the_pods_need() {
        assert_eq!(needed(10, 64, Mix::Plain), Some(1));
        assert_eq!(needed(10, 65, Mix::Plain), Some(2));
        assert_eq!(needed(1, 200, Mix::Plain), Some(4));
        assert_eq!(needed(1, 7, Mix::Anti), Some(7));
    }

    #[test]
    fn no_number_of_small_nodes_takes_a_large_pod() {
        let bench = bench(2, 1, Mix::Plain);
        let mut template = (*bench.pods[0].template).clone();
        template.requests.requested.milli_cpu = 64_000;
        let pod = Arc::new(Pod { name: "large".to_owned(), template: Arc::new(template) });
        assert_eq!(pool_sizes(&bench.cluster, &[pod]).unwrap()[0].needed, None);
    }
}
