//! Who would be preempted for a pod that fits nowhere.

use std::sync::Arc;

use k8s_openapi::api::policy::v1 as policy;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::plan::pod::{Pod, namespace_or_default};
use crate::plan::scheduler::plain::{evaluate, refusal_of};
use crate::plan::scheduler::state::{NodeState, SchedulerState};
use crate::plan::scheduler::{NodeVerdict, Outcome};
use crate::plan::selector::Selector;

/// Nodes on which preemption is tried at least (`MinCandidateNodesAbsolute` of the default profile).
const FEWEST_CANDIDATES: usize = 100;
/// Nodes on which preemption is tried at least, in percent (`MinCandidateNodesPercentage`).
const CANDIDATES_PERCENT: usize = 10;

/// How many times it is asked whether the pod fits, at most, for pods on so many nodes.
const MOST_ASKED: usize = 3_000;
/// How many times a node is looked at, at most.
const MOST_LOOKS: usize = 30_000_000;

/// A PodDisruptionBudget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisruptionBudget {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The pods that it protects.
    pub selector: Selector,
    /// How many of them may go.
    pub allowed: i64,
}

/// What preemption would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preemption {
    /// The node that gets the pod: index into the cluster's nodes.
    pub node: usize,
    /// The pods that go, most important first.
    pub victims: Vec<Arc<Pod>>,
    /// How many of them go against a PodDisruptionBudget.
    pub violations: usize,
}

impl DisruptionBudget {
    /// Reads a budget. Without a status that says how many pods may go, it is worked out from the pods that are
    /// placed, all of them taken to be healthy (`getExpectedPodCount` and `updatePdbStatus` of the disruption
    /// controller).
    pub fn new(budget: &policy::PodDisruptionBudget, state: &SchedulerState<'_>) -> DisruptionBudget {
        let namespace = namespace_or_default(budget.metadata.namespace.as_deref());
        let selector = budget.spec.as_ref().and_then(|spec| spec.selector.as_ref());
        let selector = Selector::from_label_selector(selector).unwrap_or(Selector::Nothing);
        let stated = budget.status.as_ref().and_then(|status| status.disruptions_allowed).map(i64::from);
        let allowed = stated.unwrap_or_else(|| {
            let protected = |pod: &&Arc<Pod>| {
                pod.template.namespace == namespace && selector.matches(&pod.template.labels)
            };
            let count = state.nodes.iter().flat_map(|node| &node.pods).filter(protected).count() as i64;
            let spec = budget.spec.as_ref();
            match (
                spec.and_then(|spec| spec.max_unavailable.as_ref()),
                spec.and_then(|spec| spec.min_available.as_ref()),
            ) {
                (Some(maximum), _) => scaled(maximum, count),
                (None, Some(minimum)) => (count - scaled(minimum, count)).max(0),
                (None, None) => 0,
            }
        });
        DisruptionBudget {
            namespace,
            name: budget.metadata.name.clone().unwrap_or_default(),
            selector,
            allowed,
        }
    }

    fn protects(&self, pod: &Pod) -> bool {
        // A budget without requirements protects nothing here, as in `filterPodsWithPDBViolation`.
        let restricts = !self.selector.is_everything();
        self.namespace == pod.template.namespace && restricts && self.selector.matches(&pod.template.labels)
    }
}

/// A number, or a share of the pods rounded up (`GetScaledValueFromIntOrPercent`).
fn scaled(value: &IntOrString, count: i64) -> i64 {
    match value {
        IntOrString::Int(number) => i64::from(*number),
        IntOrString::String(text) => {
            let percent: i64 = text.strip_suffix('%').and_then(|text| text.parse().ok()).unwrap_or(0);
            (count.saturating_mul(percent) + 99).div_euclid(100)
        }
    }
}

/// What preemption would do for a pod that fits nowhere, on the cluster as it is, which is left as it was; `None` if
/// the pod fits, may not preempt, or nothing that is less important stands in the way. Mirrors `DefaultPreemption`,
/// starting with the first node; among equal candidates the first node by name is taken.
pub fn preemption(
    state: &mut SchedulerState<'_>,
    pod: &Pod,
    budgets: &[DisruptionBudget],
) -> Option<Preemption> {
    let evaluation = evaluate(state, pod);
    if !pod.template.may_preempt || !matches!(evaluation.outcome, Outcome::DoesNotFit(_)) {
        return None;
    }
    let helpful: Vec<usize> = evaluation
        .nodes
        .iter()
        .flatten()
        .filter(|(_, verdict)| matches!(verdict, NodeVerdict::Rejected(rejection) if rejection.resolvable))
        .map(|(node, _)| *node)
        .collect();
    let wanted = (helpful.len() * CANDIDATES_PERCENT / 100).max(FEWEST_CANDIDATES);
    let mut candidates: Vec<Preemption> = Vec::new();
    let mut without_violations = 0;
    let mut left = (MOST_LOOKS / state.nodes.len().max(1)).max(MOST_ASKED);
    for node in helpful {
        if left == 0 {
            break;
        }
        if let Some(candidate) = victims_on(state, pod, node, budgets, &mut left) {
            without_violations += usize::from(candidate.violations == 0);
            candidates.push(candidate);
        }
        if without_violations > 0 && candidates.len() >= wanted {
            break;
        }
    }
    candidates.into_iter().min_by_key(|candidate| {
        // `pickOneNodeForPreemption`: fewest violations, least important first victim, smallest sum of priorities,
        // fewest victims. Priorities are shifted so that their sum grows with every victim.
        let shifted = |victim: &Arc<Pod>| i64::from(victim.template.priority) + i64::from(i32::MAX) + 1;
        let highest = candidate.victims.iter().map(|victim| victim.template.priority).max();
        let sum: i64 = candidate.victims.iter().map(shifted).sum();
        (candidate.violations, highest, sum, candidate.victims.len(), candidate.node)
    })
}

/// The fewest pods that must leave a node (`SelectVictimsOnNode`): all that are less important leave, then as many as
/// possible come back, first those that a budget protects, most important first.
fn victims_on(
    state: &mut SchedulerState<'_>,
    pod: &Pod,
    node: usize,
    budgets: &[DisruptionBudget],
    left: &mut usize,
) -> Option<Preemption> {
    let is_lesser = |other: &Arc<Pod>| other.template.priority < pod.template.priority;
    if !state.nodes[node].pods.iter().any(is_lesser) {
        return None;
    }
    let before = state.nodes[node].pods.clone();
    let mut fits = |state: &SchedulerState<'_>| {
        *left = left.saturating_sub(1);
        refusal_of(state, pod, node).is_none()
    };
    let mut removed: Vec<Arc<Pod>> = Vec::new();
    for index in (0..state.nodes[node].pods.len()).rev() {
        if is_lesser(&state.nodes[node].pods[index]) {
            removed.push(state.remove(node, index));
        }
    }
    // The pods that were there first count as started first, and so as more important among equals.
    removed.reverse();
    removed.sort_by_key(|pod| std::cmp::Reverse(pod.template.priority));
    let found = if fits(state) {
        let (violating, others) = split_by_violation(removed, budgets);
        let mut victims = Vec::new();
        let mut violations = 0;
        for (candidate, violates) in
            violating.into_iter().map(|pod| (pod, true)).chain(others.into_iter().map(|pod| (pod, false)))
        {
            state.add(node, candidate.clone());
            if !fits(state) {
                let last = state.nodes[node].pods.len() - 1;
                state.remove(node, last);
                violations += usize::from(violates);
                victims.push(candidate);
            }
        }
        victims.sort_by_key(|victim| std::cmp::Reverse(victim.template.priority));
        (!victims.is_empty()).then_some(Preemption { node, victims, violations })
    } else {
        None
    };
    while let Some(last) = state.nodes[node].pods.len().checked_sub(1) {
        state.remove(node, last);
    }
    state.nodes[node] = NodeState::default();
    for pod in before {
        state.add(node, pod);
    }
    found
}

/// Tells the pods whose leaving breaks a budget from the others (`filterPodsWithPDBViolation`).
fn split_by_violation(pods: Vec<Arc<Pod>>, budgets: &[DisruptionBudget]) -> (Vec<Arc<Pod>>, Vec<Arc<Pod>>) {
    let mut left: Vec<i64> = budgets.iter().map(|budget| budget.allowed).collect();
    pods.into_iter().partition(|pod| {
        let mut violates = false;
        for (budget, left) in budgets.iter().zip(&mut left) {
            if !pod.template.labels.is_empty() && budget.protects(pod) {
                *left -= 1;
                violates |= *left < 0;
            }
        }
        violates
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::inventory::{Inventory, InventoryObjects, inventory};

    fn read(pods: &str) -> Inventory {
        let pool = "[{metadata: {name: n}, spec: {count: 2, allocatable: {cpu: '4', memory: 8Gi}}}]";
        inventory(&InventoryObjects {
            node_pools: serde_yaml::from_str(pool).unwrap(),
            pods: serde_yaml::from_str(pods).unwrap(),
            ..InventoryObjects::default()
        })
    }

    fn running(name: &str, node: &str, cpu: &str, priority: i32) -> String {
        format!(
            "- {{metadata: {{name: {name}, labels: {{app: {name}}}}}, spec: {{nodeName: {node}, priority: {priority}, containers: [{{name: c, \
             resources: {{requests: {{cpu: '{cpu}'}}}}}}]}}, status: {{phase: Running}}}}\n"
        )
    }

    fn pending(cpu: &str, priority: i32) -> String {
        format!(
            "- {{metadata: {{name: new}}, spec: {{priority: {priority}, containers: [{{name: c, resources: {{requests: {{cpu: '{cpu}'}}}}}}]}}}}\n"
        )
    }

    fn preempted(inventory: &Inventory, budgets: &[DisruptionBudget]) -> Option<(usize, Vec<String>)> {
        let mut state = SchedulerState::new(&inventory.cluster);
        let result = preemption(&mut state, &inventory.pending[0], budgets);
        assert_eq!(
            state.nodes.iter().map(|node| node.pods.len()).sum::<usize>(),
            inventory.cluster.running.len()
        );
        result.map(|result| (result.node, result.victims.iter().map(|pod| pod.name.clone()).collect()))
    }

    #[test]
    fn as_few_and_as_unimportant_pods_as_possible_go() {
        let pods =
            running("a", "n-0", "3", 50) + &running("b", "n-1", "1", 10) + &running("c", "n-1", "2", 20);
        let inventory = read(&(pods + &pending("2", 100)));
        // On n-1 the more important one comes back first and finds room; the other does not.
        assert_eq!(preempted(&inventory, &[]), Some((1, vec!["b".to_owned()])));
    }

    #[test]
    fn nobody_goes_for_an_equal_or_where_it_does_not_help() {
        let pods = running("a", "n-0", "4", 100) + &running("b", "n-1", "4", 100);
        assert_eq!(preempted(&read(&(pods.clone() + &pending("1", 100))), &[]), None);
        assert_eq!(preempted(&read(&(pods + &pending("9", 1000))), &[]), None);
    }

    #[test]
    fn a_budget_turns_the_choice() {
        let pods = running("a", "n-0", "4", 5) + &running("b", "n-1", "4", 50);
        let inventory = read(&(pods + &pending("4", 100)));
        assert_eq!(preempted(&inventory, &[]), Some((0, vec!["a".to_owned()])));
        let budget: policy::PodDisruptionBudget = serde_yaml::from_str(
            "{metadata: {name: a}, spec: {minAvailable: 1, selector: {matchLabels: {app: a}}}}",
        )
        .unwrap();
        let budget = DisruptionBudget::new(&budget, &SchedulerState::new(&inventory.cluster));
        assert_eq!(budget.allowed, 0);
        assert_eq!(preempted(&inventory, &[budget]), Some((1, vec!["b".to_owned()])));
    }
}
