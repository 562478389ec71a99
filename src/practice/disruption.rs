//! What a PodDisruptionBudget allows when all pods are healthy. Mirrors `getExpectedPodCount` and `updatePdbStatus` of
//! the disruption controller.

use crate::graph::Graph;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::replicas::{Replicas, has_replicas, replicas_of};
use crate::practice::selection::selector_at;

/// Why a budget allows no eviction.
#[derive(Clone, Debug)]
pub struct Verdict<'p> {
    /// The number or percentage that says so.
    pub node: NodeRef<'p>,
    /// How many pods there should be, at least.
    pub expected: i64,
    /// How many of them must stay healthy.
    pub healthy: i64,
    /// The workloads that make the pods.
    pub workloads: Vec<ObjectRef<'p>>,
    /// An autoscaler may make more pods of them.
    pub is_autoscaled: bool,
}

/// Whether a budget allows no eviction although all pods are healthy; `None` where it allows one, selects no pods, or
/// selects pods whose number is not known.
pub fn judge<'p>(graph: &Graph<'p>, budget: ObjectRef<'p>) -> Option<Verdict<'p>> {
    let selector = selector_at(budget, "spec.selector")?;
    let namespace = budget.namespace()?;
    let mut workloads = Vec::new();
    let (mut expected, mut is_autoscaled) = (0_i64, false);
    for pod in graph.select(namespace, &selector) {
        if !has_replicas(pod.owner()) {
            return None;
        }
        let replicas = replicas_of(graph, pod.owner())?;
        expected = expected.saturating_add(replicas.least());
        is_autoscaled |= matches!(replicas, Replicas::Autoscaled(_));
        workloads.push(pod.owner());
    }
    if expected <= 0 {
        return None;
    }
    let (node, healthy) = match (budget.get("spec.maxUnavailable"), budget.get("spec.minAvailable")) {
        (Some(node), _) => (node, expected.saturating_sub(scaled(node, expected)?).max(0)),
        // Other pods may make up the number, if an operator makes any.
        (None, Some(node)) if !graph.may_have_other_pods(namespace) => (node, scaled(node, expected)?),
        _ => return None,
    };
    let is_blocked = expected <= healthy;
    is_blocked.then_some(Verdict { node, expected, healthy, workloads, is_autoscaled })
}

/// A number, or a percentage of a number, rounded up. Mirrors `intstr.GetScaledValueFromIntOrPercent`.
pub fn scaled(node: NodeRef<'_>, total: i64) -> Option<i64> {
    match node.as_str() {
        Some(text) => {
            let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
            Some(percent.checked_mul(total)?.checked_add(99)?.div_euclid(100))
        }
        None => node.as_i64(),
    }
}
