//! Whether a pod that was not placed could have been: proven impossible, or not found in this order.

use std::sync::Arc;

use crate::plan::cluster::Cluster;
use crate::plan::explain::admits_when_empty;
use crate::plan::node::Node;
use crate::plan::pod::{Pod, PodTemplate, RequiredNodeAffinity, Toleration};
use crate::plan::resources::Resources;
use crate::plan::scheduler::plain::{feasible_nodes, place};
use crate::plan::scheduler::state::{NodeState, SchedulerState};
use crate::plan::selector::Requirement;

/// How many decisions the exhaustive search may look at.
const SEARCH_LIMIT: usize = 20_000;
/// How many times a node is looked at for a group of pods, at most.
const MOST_COMPARED: usize = 20_000_000;
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

/// What pending pods need, by where they can go: what is asked of each pod that was not placed.
pub struct Competition<'c> {
    cluster: &'c Cluster,
    pending: &'c [Arc<Pod>],
    state: SchedulerState<'c>,
    /// `None` if there are too many to compare.
    groups: Option<Vec<Group>>,
}

/// Pods that can go to the same nodes.
struct Group {
    pods: usize,
    requested: Resources,
    nodes: NodeSet,
}

/// What decides to which nodes, if nothing ran there, a pod could go.
#[derive(PartialEq, Eq, Hash)]
struct GroupKey<'p> {
    node_name: &'p Option<String>,
    tolerations: &'p [Toleration],
    node_selector: &'p [Requirement],
    required_node_affinity: &'p Option<RequiredNodeAffinity>,
    requested: &'p Resources,
}

impl<'c> Competition<'c> {
    /// Sorts the pending pods into groups.
    pub fn new(cluster: &'c Cluster, pending: &'c [Arc<Pod>]) -> Competition<'c> {
        let groups = groups(cluster, pending);
        Competition { cluster, pending, state: SchedulerState::new(cluster), groups }
    }

    /// Finds out what is known about a pod, one of those that are pending, that the scheduler did not place.
    pub fn certainty(&self, pod: &Pod) -> Certainty {
        let admitting = NodeSet::admitting(self.cluster, &pod.template);
        if admitting.is_empty() {
            return Certainty::Impossible(Proof::NoNodeAdmits);
        }
        if let Some(proof) = self.groups.as_ref().and_then(|groups| self.bound(groups, &admitting)) {
            return Certainty::Impossible(proof);
        }
        if self.pending.len() > SEARCH_PODS {
            return Certainty::NotFound;
        }
        search(&self.state, self.pending)
    }

    /// Adds up what the pods that are bound to the nodes need, against what is free there. What runs stays where it
    /// is.
    fn bound(&self, groups: &[Group], nodes: &NodeSet) -> Option<Proof> {
        let mut pods = 0;
        let mut needed = Resources::default();
        // Pods that can go nowhere take nothing from others.
        let competes = |group: &&Group| !group.nodes.is_empty() && group.nodes.is_within(nodes);
        for group in groups.iter().filter(competes) {
            pods += group.pods;
            needed.add(&group.requested);
        }
        let nodes = nodes.indices();
        let sum = |free: &dyn Fn(&Node, &NodeState) -> i64| {
            let each =
                nodes.iter().map(|&node| free(&self.cluster.nodes[node], &self.state.nodes[node]).max(0));
            each.fold(0_i64, i64::saturating_add)
        };
        let native = [
            (
                "pods",
                pods as i64,
                sum(&|node, state| node.allowed_pods.saturating_sub(state.pods.len() as i64)),
            ),
            (
                "cpu",
                needed.milli_cpu,
                sum(&|node, state| node.allocatable.milli_cpu.saturating_sub(state.requested.milli_cpu)),
            ),
            (
                "memory",
                needed.memory,
                sum(&|node, state| node.allocatable.memory.saturating_sub(state.requested.memory)),
            ),
            (
                "ephemeral-storage",
                needed.ephemeral_storage,
                sum(&|node, state| {
                    node.allocatable.ephemeral_storage.saturating_sub(state.requested.ephemeral_storage)
                }),
            ),
        ];
        let scalars = needed.scalars.iter().map(|(name, &needed)| {
            let free = sum(&|node, state| {
                node.allocatable.scalar(name).saturating_sub(state.requested.scalar(name))
            });
            (name.as_str(), needed, free)
        });
        let (resource, needed, free) =
            native.into_iter().chain(scalars).find(|(_, needed, free)| needed > free)?;
        Some(Proof::NotEnough { resource: resource.to_owned(), pods, nodes, needed, free })
    }
}

/// The pods by where they can go; `None` if that takes too long to find out.
#[expect(clippy::disallowed_types, reason = "the maps are looked up, never iterated")]
fn groups(cluster: &Cluster, pending: &[Arc<Pod>]) -> Option<Vec<Group>> {
    let mut by_address: std::collections::HashMap<usize, usize> = Default::default();
    let mut by_key: std::collections::HashMap<GroupKey<'_>, usize> = Default::default();
    let mut groups: Vec<Group> = Vec::new();
    for pod in pending.iter().filter(|pod| pod.template.scheduling_gates.is_empty()) {
        let template = &pod.template;
        let number = *by_address.entry(Arc::as_ptr(template).addr()).or_insert_with(|| {
            let key = GroupKey {
                node_name: &template.node_name,
                tolerations: &template.tolerations,
                node_selector: &template.node_selector,
                required_node_affinity: &template.required_node_affinity,
                requested: &template.requests.requested,
            };
            *by_key.entry(key).or_insert_with(|| {
                if groups.len() * cluster.nodes.len() <= MOST_COMPARED {
                    let nodes = NodeSet::admitting(cluster, template);
                    groups.push(Group { pods: 0, requested: Resources::default(), nodes });
                    groups.len() - 1
                } else {
                    usize::MAX
                }
            })
        });
        let group = groups.get_mut(number)?;
        group.pods += 1;
        group.requested.add(&template.requests.requested);
    }
    Some(groups)
}

/// Nodes of a cluster: one bit for each.
struct NodeSet(Vec<u64>);

impl NodeSet {
    /// The nodes that would take the pod if nothing ran there.
    fn admitting(cluster: &Cluster, pod: &PodTemplate) -> NodeSet {
        let mut bits = vec![0_u64; cluster.nodes.len().div_ceil(64)];
        let named = pod.required_node_affinity.as_ref().and_then(|affinity| affinity.node_names.as_ref());
        let mut look_at = |index: usize| {
            if admits_when_empty(pod, &cluster.nodes[index]) {
                bits[index / 64] |= 1 << (index % 64);
            }
        };
        match named {
            Some(names) => names.iter().filter_map(|name| cluster.node_index(name)).for_each(look_at),
            None => (0..cluster.nodes.len()).for_each(&mut look_at),
        }
        NodeSet(bits)
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|&bits| bits == 0)
    }

    fn is_within(&self, other: &NodeSet) -> bool {
        self.0.iter().zip(&other.0).all(|(bits, others)| bits & !others == 0)
    }

    fn indices(&self) -> Vec<usize> {
        let has = |&index: &usize| self.0[index / 64] >> (index % 64) & 1 == 1;
        (0..self.0.len() * 64).filter(has).collect()
    }
}

/// One level of the search: the state before a choice, and the choices that are left.
struct Level<'c> {
    state: SchedulerState<'c>,
    remaining: Vec<Arc<Pod>>,
    choices: Vec<(usize, usize)>,
}

/// Tries every order of the pods and every node for each, up to the limit. Equal pods are interchangeable.
fn search(start: &SchedulerState<'_>, pending: &[Arc<Pod>]) -> Certainty {
    let open: Vec<Arc<Pod>> =
        pending.iter().filter(|pod| pod.template.scheduling_gates.is_empty()).cloned().collect();
    let mut looked_at = 0;
    let mut chosen: Vec<(Arc<Pod>, usize)> = Vec::new();
    let state = start.clone();
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
        *looked_at += state.nodes.len();
        if *looked_at > SEARCH_LIMIT {
            return None;
        }
        let feasible = feasible_nodes(state, pod);
        choices.extend(feasible.into_iter().map(|node| (index, node)));
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
        let last = inventory.pending.last().unwrap();
        Competition::new(&inventory.cluster, &inventory.pending).certainty(last)
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
    fn pods_that_can_go_nowhere_do_not_compete() {
        // The pod of 9 CPU is impossible; of the others, another order places the last one.
        let inventory = read(TWO_NODES, &pods(&["9", "1", "1", "4"]));
        assert!(!matches!(last(&inventory), Certainty::Impossible(Proof::NotEnough { .. })));
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
