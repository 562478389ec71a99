//! Whether a pod that was not placed could have been: proven impossible, or not found in this order.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::cluster::Cluster;
use crate::plan::explain::{Obstacle, obstacles_of_node};
use crate::plan::pod::Pod;
use crate::plan::resources::Resources;
use crate::plan::scheduler::plain::{place, refusal_of};
use crate::plan::scheduler::state::{NodeState, SchedulerState};

/// How many decisions the exhaustive search may look at.
const SEARCH_LIMIT: usize = 20_000;
/// How many pending pods the exhaustive search takes on.
const SEARCH_PODS: usize = 10;

/// What is known about a pod that the scheduler did not place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// No assignment of the pending pods places it.
    Impossible(Proof),
    /// Another choice places every pending pod: pod and node (index into the cluster's nodes), in an order in which
    /// each is admitted. The scheduler does not make that choice.
    PlacedOtherwise(Vec<(Arc<Pod>, usize)>),
    /// Neither is shown: the scheduler does not place the pod in this order.
    NotFound,
}

/// Why no assignment places every pending pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Every node refuses the pod even if nothing runs there.
    NoNodeAdmits,
    /// The pods that can only go where this one can go need more than is free there. Amounts are thousandths for
    /// `cpu`, bytes or pieces otherwise.
    NotEnough {
        /// The resource's name; `pods` for the number of pods.
        resource: String,
        /// How many pods compete.
        pods: usize,
        /// The nodes to which they are bound: indices into the cluster's nodes.
        nodes: Vec<usize>,
        /// What they need together.
        needed: i64,
        /// What is free there.
        free: i64,
    },
    /// Every order and every choice of nodes was tried.
    Exhausted,
}

/// Finds out what is known about a pod, one of `pending`, that the scheduler did not place on the cluster.
pub fn certainty(cluster: &Cluster, pending: &[Arc<Pod>], pod: &Pod) -> Certainty {
    let admitting = admitting_nodes(cluster, pod);
    if admitting.is_empty() {
        return Certainty::Impossible(Proof::NoNodeAdmits);
    }
    if let Some(proof) = bound(cluster, pending, &admitting) {
        return Certainty::Impossible(proof);
    }
    if pending.len() > SEARCH_PODS {
        return Certainty::NotFound;
    }
    search(cluster, pending)
}

/// The nodes that would take the pod if nothing ran there.
fn admitting_nodes(cluster: &Cluster, pod: &Pod) -> Vec<usize> {
    let empty = NodeState::default();
    let admits = |&node: &usize| {
        let obstacles = obstacles_of_node(&pod.template, &cluster.nodes[node], &empty);
        !obstacles.iter().any(Obstacle::is_permanent)
    };
    (0..cluster.nodes.len()).filter(admits).collect()
}

/// Adds up what the pods that are bound to the nodes need, against what is free there. What runs stays where it is.
fn bound(cluster: &Cluster, pending: &[Arc<Pod>], nodes: &[usize]) -> Option<Proof> {
    let state = SchedulerState::new(cluster);
    // Pods of one template are bound alike; the answer is kept by the template's address.
    let mut known: BTreeMap<usize, bool> = BTreeMap::new();
    let mut is_bound = |pod: &&Arc<Pod>| {
        *known.entry(Arc::as_ptr(&pod.template).addr()).or_insert_with(|| {
            pod.template.scheduling_gates.is_empty()
                && admitting_nodes(cluster, pod).iter().all(|node| nodes.binary_search(node).is_ok())
        })
    };
    let competing: Vec<&Arc<Pod>> = pending.iter().filter(|pod| is_bound(pod)).collect();
    let mut needed = Resources::default();
    for pod in &competing {
        needed.add(&pod.template.requests.requested);
    }
    let mut free: BTreeMap<&str, i64> = BTreeMap::new();
    let mut add = |resource: &'static str, amount: i64| {
        let sum = free.entry(resource).or_default();
        *sum = sum.saturating_add(amount.max(0));
    };
    for &node in nodes {
        let (node, taken) = (&cluster.nodes[node], &state.nodes[node]);
        add("pods", node.allowed_pods - taken.pods.len() as i64);
        add("cpu", node.allocatable.milli_cpu.saturating_sub(taken.requested.milli_cpu));
        add("memory", node.allocatable.memory.saturating_sub(taken.requested.memory));
        let storage = node.allocatable.ephemeral_storage.saturating_sub(taken.requested.ephemeral_storage);
        add("ephemeral-storage", storage);
    }
    let free_scalar = |name: &str| {
        let of = |&node: &usize| {
            let (offered, taken) = (&cluster.nodes[node].allocatable, &state.nodes[node].requested);
            offered.scalar(name).saturating_sub(taken.scalar(name)).max(0)
        };
        nodes.iter().map(of).fold(0_i64, i64::saturating_add)
    };
    let native = [
        ("pods", competing.len() as i64),
        ("cpu", needed.milli_cpu),
        ("memory", needed.memory),
        ("ephemeral-storage", needed.ephemeral_storage),
    ];
    let native = native.map(|(name, needed)| (name, needed, free.get(name).copied().unwrap_or(0)));
    let scalars = needed.scalars.iter().map(|(name, &needed)| (name.as_str(), needed, free_scalar(name)));
    let (resource, needed, free) =
        native.into_iter().chain(scalars).find(|(_, needed, free)| needed > free)?;
    Some(Proof::NotEnough {
        resource: resource.to_owned(),
        pods: competing.len(),
        nodes: nodes.to_vec(),
        needed,
        free,
    })
}

/// One level of the search: the state before a choice, and the choices that are left.
struct Level<'c> {
    state: SchedulerState<'c>,
    remaining: Vec<Arc<Pod>>,
    choices: Vec<(usize, usize)>,
}

/// Tries every order of the pods and every node for each, up to the limit. Equal pods are interchangeable.
fn search(cluster: &Cluster, pending: &[Arc<Pod>]) -> Certainty {
    let open: Vec<Arc<Pod>> =
        pending.iter().filter(|pod| pod.template.scheduling_gates.is_empty()).cloned().collect();
    let mut looked_at = 0;
    let mut chosen: Vec<(Arc<Pod>, usize)> = Vec::new();
    let state = SchedulerState::new(cluster);
    let Some(choices) = next_choices(&state, &open, &mut looked_at) else {
        return Certainty::NotFound;
    };
    let mut levels = vec![Level { state, remaining: open, choices }];
    loop {
        let Some(level) = levels.last_mut() else {
            return Certainty::Impossible(Proof::Exhausted);
        };
        if level.remaining.is_empty() {
            return Certainty::PlacedOtherwise(chosen);
        }
        let Some((pod, node)) = level.choices.pop() else {
            levels.pop();
            chosen.pop();
            continue;
        };
        let mut state = level.state.clone();
        let mut remaining = level.remaining.clone();
        let pod = remaining.remove(pod);
        place(&mut state, &pod, node);
        let Some(choices) = next_choices(&state, &remaining, &mut looked_at) else {
            return Certainty::NotFound;
        };
        chosen.push((pod, node));
        levels.push(Level { state, remaining, choices });
    }
}

/// The next pods that can go somewhere, with the nodes; `None` once the limit is reached.
fn next_choices(
    state: &SchedulerState<'_>,
    remaining: &[Arc<Pod>],
    looked_at: &mut usize,
) -> Option<Vec<(usize, usize)>> {
    let mut choices = Vec::new();
    for (index, pod) in remaining.iter().enumerate() {
        if remaining[..index].iter().any(|earlier| earlier.template == pod.template) {
            continue;
        }
        for node in 0..state.nodes.len() {
            *looked_at += 1;
            if *looked_at > SEARCH_LIMIT {
                return None;
            }
            if refusal_of(state, pod, node).is_none() {
                choices.push((index, node));
            }
        }
    }
    Some(choices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::inventory::{Inventory, InventoryObjects, inventory};

    fn read(nodes: &str, pods: &str) -> Inventory {
        inventory(&InventoryObjects {
            node_pools: serde_yaml::from_str(nodes).unwrap(),
            pods: serde_yaml::from_str(pods).unwrap(),
            ..InventoryObjects::default()
        })
    }

    fn last(inventory: &Inventory) -> Certainty {
        certainty(&inventory.cluster, &inventory.pending, inventory.pending.last().unwrap())
    }

    const TWO_NODES: &str = "[{metadata: {name: n}, spec: {count: 2, allocatable: {cpu: '4', memory: 8Gi}}}]";

    fn pods(cpus: &[&str]) -> String {
        let pod = |(index, cpu): (usize, &&str)| {
            format!(
                "- {{metadata: {{name: p{index}}}, spec: {{containers: [{{name: c, resources: {{requests: {{cpu: '{cpu}'}}}}}}]}}}}\n"
            )
        };
        cpus.iter().enumerate().map(pod).collect()
    }

    #[test]
    fn a_pod_larger_than_every_node_is_impossible() {
        let inventory = read(TWO_NODES, &pods(&["5"]));
        assert_eq!(last(&inventory), Certainty::Impossible(Proof::NoNodeAdmits));
    }

    #[test]
    fn pods_that_need_more_than_is_free_are_impossible() {
        let inventory = read(TWO_NODES, &pods(&["3", "3", "3"]));
        let proof = Proof::NotEnough {
            resource: "cpu".to_owned(),
            pods: 3,
            nodes: vec![0, 1],
            needed: 9000,
            free: 8000,
        };
        assert_eq!(last(&inventory), Certainty::Impossible(proof));
    }

    #[test]
    fn the_search_finds_the_assignment_that_the_scheduler_misses() {
        // The scheduler spreads the two small pods over both nodes, and then the large one fits nowhere.
        let inventory = read(TWO_NODES, &pods(&["1", "1", "4"]));
        let Certainty::PlacedOtherwise(placed) = last(&inventory) else {
            panic!("there is an assignment");
        };
        assert_eq!(placed.len(), 3);
    }

    #[test]
    fn the_search_proves_what_no_sum_shows() {
        let inventory = read(TWO_NODES, &pods(&["3", "2", "3"]));
        assert_eq!(last(&inventory), Certainty::Impossible(Proof::Exhausted));
    }
}
