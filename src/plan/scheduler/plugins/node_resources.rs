//! Requests against what nodes have left: `NodeResourcesFit` and `NodeResourcesBalancedAllocation`.

use crate::plan::node::Node;
use crate::plan::resources::{PodRequests, Resources};
use crate::plan::scheduler::plugins::MAX_NODE_SCORE;
use crate::plan::scheduler::state::NodeState;
use crate::plan::scheduler::{Plugin, Rejection};

/// A resource of which a node has too little for a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan::scheduler) struct Insufficient {
    /// The resource's name; `pods` for the number of pods.
    pub(in crate::plan::scheduler) resource: String,
    /// Whether the node is too small even when it is empty.
    pub(in crate::plan::scheduler) is_out_of_reach: bool,
}

/// What a node with so much taken by so many pods has too little of, in the order in which the scheduler names it (`fitsRequest`). Extended resources
/// come in the order of their names; the scheduler itself names them in no particular order.
pub(in crate::plan::scheduler) fn insufficient_resources(
    requests: &PodRequests,
    node: &Node,
    taken: &Resources,
    pods: i64,
) -> Vec<Insufficient> {
    let mut insufficient = Vec::new();
    if pods.saturating_add(1) > node.allowed_pods {
        insufficient.push(Insufficient { resource: "pods".to_owned(), is_out_of_reach: false });
    }
    let mut check = |resource: &str, request: i64, allocatable: i64, requested: i64| {
        if request > 0 && request > allocatable.saturating_sub(requested) {
            let is_out_of_reach = request > allocatable;
            insufficient.push(Insufficient { resource: resource.to_owned(), is_out_of_reach });
        }
    };
    let (wanted, offered) = (&requests.requested, &node.allocatable);
    check("cpu", wanted.milli_cpu, offered.milli_cpu, taken.milli_cpu);
    check("memory", wanted.memory, offered.memory, taken.memory);
    check("ephemeral-storage", wanted.ephemeral_storage, offered.ephemeral_storage, taken.ephemeral_storage);
    for (name, amount) in &wanted.scalars {
        check(name, *amount, offered.scalar(name), taken.scalar(name));
    }
    insufficient
}

/// Whether the pod fits, without saying what is missing.
pub(in crate::plan::scheduler) fn fits(requests: &PodRequests, node: &Node, state: &NodeState) -> bool {
    let has_room = |request: i64, allocatable: i64, requested: i64| {
        request <= 0 || request <= allocatable.saturating_sub(requested)
    };
    let (wanted, offered, taken) = (&requests.requested, &node.allocatable, &state.requested);
    (state.pods.len() as i64) < node.allowed_pods
        && has_room(wanted.milli_cpu, offered.milli_cpu, taken.milli_cpu)
        && has_room(wanted.memory, offered.memory, taken.memory)
        && has_room(wanted.ephemeral_storage, offered.ephemeral_storage, taken.ephemeral_storage)
        && wanted
            .scalars
            .iter()
            .all(|(name, &amount)| has_room(amount, offered.scalar(name), taken.scalar(name)))
}

/// How many copies of the pod fit on the node, one beside the other.
pub(in crate::plan::scheduler) fn room(requests: &PodRequests, node: &Node, state: &NodeState) -> i64 {
    let pods = i64::try_from(state.pods.len()).unwrap_or(i64::MAX);
    let mut room = node.allowed_pods.saturating_sub(pods).max(0);
    let mut limit = |request: i64, allocatable: i64, requested: i64| {
        if request > 0 {
            room = room.min(allocatable.saturating_sub(requested).max(0) / request);
        }
    };
    let (wanted, offered, taken) = (&requests.requested, &node.allocatable, &state.requested);
    limit(wanted.milli_cpu, offered.milli_cpu, taken.milli_cpu);
    limit(wanted.memory, offered.memory, taken.memory);
    limit(wanted.ephemeral_storage, offered.ephemeral_storage, taken.ephemeral_storage);
    for (name, &amount) in &wanted.scalars {
        limit(amount, offered.scalar(name), taken.scalar(name));
    }
    room
}

/// Why the node refuses one copy more once it has as many as it has room for.
pub(in crate::plan::scheduler) fn lacking_after(
    requests: &PodRequests,
    node: &Node,
    state: &NodeState,
    copies: i64,
) -> Vec<String> {
    let mut taken = state.requested.clone();
    taken.add(&requests.requested.times(copies));
    let pods = i64::try_from(state.pods.len()).unwrap_or(i64::MAX).saturating_add(copies);
    insufficient_resources(requests, node, &taken, pods).iter().map(reason).collect()
}

fn reason(insufficient: &Insufficient) -> String {
    match insufficient.resource.as_str() {
        "pods" => "Too many pods".to_owned(),
        resource => format!("Insufficient {resource}"),
    }
}

/// Mirrors `Fit.Filter`.
pub(in crate::plan::scheduler) fn filter(
    requests: &PodRequests,
    node: &Node,
    state: &NodeState,
) -> Option<Rejection> {
    let pods = i64::try_from(state.pods.len()).unwrap_or(i64::MAX);
    let insufficient = insufficient_resources(requests, node, &state.requested, pods);
    if insufficient.is_empty() {
        return None;
    }
    Some(Rejection {
        plugin: Plugin::NodeResourcesFit,
        reasons: insufficient.iter().map(reason).collect(),
        resolvable: !insufficient.iter().any(|insufficient| insufficient.is_out_of_reach),
    })
}

/// The share that would be left over, CPU and memory alike (`leastResourceScorer` with the default resources).
pub(in crate::plan::scheduler) fn fit_score(requests: &PodRequests, node: &Node, state: &NodeState) -> i64 {
    let left = |requested: i64, allocatable: i64| {
        if requested > allocatable {
            0
        } else {
            (allocatable - requested).saturating_mul(MAX_NODE_SCORE) / allocatable
        }
    };
    let milli_cpu = state.non_zero_milli_cpu.saturating_add(requests.scored_milli_cpu);
    let memory = state.non_zero_memory.saturating_add(requests.scored_memory);
    let counted = [(milli_cpu, node.allocatable.milli_cpu), (memory, node.allocatable.memory)];
    let counted = counted.into_iter().filter(|&(_, allocatable)| allocatable != 0);
    let (score, resources) = counted.fold((0, 0), |(score, count), (requested, allocatable)| {
        (score + left(requested, allocatable), count + 1)
    });
    if resources == 0 { 0 } else { score / resources }
}

/// Whether the pod requests neither CPU nor memory, so that balance does not score it
/// (`resourceAllocationScorer.isBestEffortPod`).
pub(in crate::plan::scheduler) fn is_best_effort(requests: &PodRequests) -> bool {
    requests.requested.milli_cpu == 0 && requests.requested.memory == 0
}

/// How evenly CPU and memory would be used (`balancedResourceScorer` with the default resources).
pub(in crate::plan::scheduler) fn balance_score(
    requests: &PodRequests,
    node: &Node,
    state: &NodeState,
) -> i64 {
    let fraction = |requested: i64, allocatable: i64| (requested as f64 / allocatable as f64).min(1.0);
    let milli_cpu = state.requested.milli_cpu.saturating_add(requests.requested.milli_cpu);
    let memory = state.requested.memory.saturating_add(requests.requested.memory);
    let deviation = match (node.allocatable.milli_cpu, node.allocatable.memory) {
        (0, _) | (_, 0) => 0.0,
        (cpu, bytes) => ((fraction(milli_cpu, cpu) - fraction(memory, bytes)) / 2.0).abs(),
    };
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}
