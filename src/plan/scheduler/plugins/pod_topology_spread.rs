//! Topology spread constraints.

use std::collections::BTreeMap;

use crate::plan::node::Node;
use crate::plan::pod::{PodTemplate, SpreadConstraint};
use crate::plan::scheduler::plugins::taint_toleration::untolerated_taint;
use crate::plan::scheduler::plugins::{MAX_NODE_SCORE, Refusal, resolvable, unresolvable};
use crate::plan::scheduler::state::{NodeState, SchedulerState};
use crate::plan::scheduler::{Plugin, Rejection};
use crate::plan::selector::Selector;

/// The label that names a node; domains of it are counted per node.
pub(in crate::plan::scheduler) const HOSTNAME: &str = "kubernetes.io/hostname";

/// The label that names a zone.
const ZONE: &str = "topology.kubernetes.io/zone";

/// How pods stand in the domains of the required constraints (`preFilterState`).
#[derive(Debug)]
pub(in crate::plan::scheduler) struct Spread<'p> {
    constraints: Vec<ConstraintCounts<'p>>,
}

#[derive(Debug)]
struct ConstraintCounts<'p> {
    constraint: &'p SpreadConstraint,
    /// Matching pods by domain, over the domains with an eligible node.
    counts: BTreeMap<&'p str, i64>,
    /// Whether the pod itself counts.
    matches_self: bool,
    /// What the lowest domain counts as.
    minimum: i64,
}

/// Counts the required constraints; `None` if the pod has none (`PodTopologySpread.PreFilter`).
pub(in crate::plan::scheduler) fn pre_filter<'p>(
    state: &SchedulerState<'p>,
    pod: &'p PodTemplate,
) -> Result<Option<Spread<'p>>, Refusal> {
    let constraints = pod.spread.as_ref().map_err(|error| {
        Refusal::Error(format!(
            "get constraints from pod: obtaining pod's hard topology spread constraints: {error}"
        ))
    })?;
    let required: Vec<&SpreadConstraint> =
        constraints.iter().filter(|constraint| constraint.is_required).collect();
    if required.is_empty() {
        return Ok(None);
    }
    let mut counts: Vec<BTreeMap<&str, i64>> = vec![BTreeMap::new(); required.len()];
    for (node, node_state) in state.cluster.nodes.iter().zip(&state.nodes) {
        if !has_all_keys(node, required.iter().copied()) {
            continue;
        }
        for (constraint, counts) in required.iter().zip(&mut counts) {
            if let Some(domain) = node.label(&constraint.topology_key)
                && is_eligible(constraint, pod, node)
            {
                *counts.entry(domain).or_default() += count_matching(node_state, &constraint.selector, pod);
            }
        }
    }
    let counted = required.into_iter().zip(counts).map(|(constraint, counts)| {
        let enough_domains = counts.len() as i64 >= i64::from(constraint.min_domains);
        let minimum = counts.values().copied().min().unwrap_or(i64::from(i32::MAX));
        ConstraintCounts {
            constraint,
            counts,
            matches_self: constraint.selector.matches(&pod.labels),
            minimum: if enough_domains { minimum } else { 0 },
        }
    });
    Ok(Some(Spread { constraints: counted.collect() }))
}

/// Mirrors `PodTopologySpread.Filter`.
pub(in crate::plan::scheduler) fn filter(spread: &Spread<'_>, node: &Node) -> Option<Rejection> {
    for counted in &spread.constraints {
        let Some(domain) = node.label(&counted.constraint.topology_key) else {
            return Some(unresolvable(
                Plugin::PodTopologySpread,
                "node(s) didn't match pod topology spread constraints (missing required label)",
            ));
        };
        let count = counted.counts.get(domain).copied().unwrap_or(0);
        let skew = count + i64::from(counted.matches_self) - counted.minimum;
        if skew > i64::from(counted.constraint.max_skew) {
            let reason = "node(s) didn't match pod topology spread constraints";
            return Some(resolvable(Plugin::PodTopologySpread, reason));
        }
    }
    None
}

/// The constraints that score the pod: its own that need not hold, or the defaults of the profile if it states none
/// at all and something selects it (`buildDefaultConstraints`). The flag says whether nodes must have all labels.
pub(in crate::plan::scheduler) fn scored_constraints(
    state: &SchedulerState<'_>,
    pod: &PodTemplate,
) -> Result<(Vec<SpreadConstraint>, bool), String> {
    if pod.has_spread_constraints {
        let constraints = pod.spread.as_ref().map_err(|error| {
            format!("calculating preScoreState: obtaining pod's soft topology spread constraints: {error}")
        })?;
        let soft = constraints.iter().filter(|constraint| !constraint.is_required).cloned();
        return Ok((soft.collect(), true));
    }
    let selector = state.cluster.default_selector(pod);
    if selector.is_everything() {
        return Ok((Vec::new(), false));
    }
    let default = |topology_key: &str, max_skew| SpreadConstraint {
        max_skew,
        topology_key: topology_key.to_owned(),
        is_required: false,
        selector: selector.clone(),
        min_domains: 1,
        honors_node_affinity: true,
        honors_taints: false,
    };
    Ok((vec![default(HOSTNAME, 3), default(ZONE, 5)], false))
}

/// The normalised scores of the feasible nodes; `None` if nothing scores (`PreScore`, `Score`, `NormalizeScore`).
pub(in crate::plan::scheduler) fn scores(
    state: &SchedulerState<'_>,
    pod: &PodTemplate,
    feasible: &[usize],
) -> Result<Option<Vec<i64>>, String> {
    let (constraints, requires_all_keys) = scored_constraints(state, pod)?;
    if constraints.is_empty() {
        return Ok(None);
    }
    let nodes = &state.cluster.nodes;
    let is_ignored = |node: &Node| requires_all_keys && !has_all_keys(node, constraints.iter());
    let mut counts: Vec<BTreeMap<&str, i64>> = vec![BTreeMap::new(); constraints.len()];
    for node in feasible.iter().map(|&node| &nodes[node]).filter(|node| !is_ignored(node)) {
        for (constraint, counts) in constraints.iter().zip(&mut counts) {
            if constraint.topology_key != HOSTNAME {
                counts.insert(node.label(&constraint.topology_key).unwrap_or(""), 0);
            }
        }
    }
    for (node, node_state) in nodes.iter().zip(&state.nodes).filter(|(node, _)| !is_ignored(node)) {
        for (constraint, counts) in constraints.iter().zip(&mut counts) {
            let domain = node.label(&constraint.topology_key).unwrap_or("");
            if let Some(count) = counts.get_mut(domain)
                && is_eligible(constraint, pod, node)
            {
                *count += count_matching(node_state, &constraint.selector, pod);
            }
        }
    }
    let scored = feasible.iter().filter(|&&node| !is_ignored(&nodes[node])).count();
    let weights: Vec<f64> = constraints
        .iter()
        .zip(&counts)
        .map(|(constraint, counts)| if constraint.topology_key == HOSTNAME { scored } else { counts.len() })
        .map(domain_weight)
        .collect();
    let raw = feasible.iter().map(|&index| {
        let node = &nodes[index];
        if is_ignored(node) {
            return None;
        }
        let mut score = 0.0;
        for ((constraint, counts), weight) in constraints.iter().zip(&counts).zip(&weights) {
            if let Some(domain) = node.label(&constraint.topology_key) {
                let count = if constraint.topology_key == HOSTNAME {
                    count_matching(&state.nodes[index], &constraint.selector, pod)
                } else {
                    counts.get(domain).copied().unwrap_or(0)
                };
                score += domain_score(count, constraint.max_skew, *weight);
            }
        }
        Some(score.round() as i64)
    });
    Ok(Some(normalize(raw.collect())))
}

/// What a domain counts for, so that few large domains weigh less than many small ones
/// (`topologyNormalizingWeight`).
pub(in crate::plan::scheduler) fn domain_weight(domains: usize) -> f64 {
    ((domains + 2) as f64).ln()
}

/// The raw score of one domain (`scoreForCount`).
pub(in crate::plan::scheduler) fn domain_score(count: i64, max_skew: i32, weight: f64) -> f64 {
    count as f64 * weight + f64::from(max_skew - 1)
}

/// Turns raw scores, of which low ones are good, into points; nodes that are ignored get none (`NormalizeScore`).
pub(in crate::plan::scheduler) fn normalize(raw: Vec<Option<i64>>) -> Vec<i64> {
    let minimum = raw.iter().flatten().copied().min().unwrap_or(i64::MAX);
    let maximum = raw.iter().flatten().copied().max().unwrap_or(0).max(0);
    let points = |score: i64| {
        if maximum == 0 { MAX_NODE_SCORE } else { MAX_NODE_SCORE * (maximum + minimum - score) / maximum }
    };
    raw.into_iter().map(|score| score.map_or(0, points)).collect()
}

/// Whether a node's pods count for the constraint (`matchNodeInclusionPolicies`).
pub(in crate::plan::scheduler) fn is_eligible(
    constraint: &SpreadConstraint,
    pod: &PodTemplate,
    node: &Node,
) -> bool {
    (!constraint.honors_node_affinity || pod.matches_node(&node.name, &node.labels))
        && (!constraint.honors_taints || untolerated_taint(pod, node).is_none())
}

/// Whether the node has the label of every constraint (`nodeLabelsMatchSpreadConstraints`).
pub(in crate::plan::scheduler) fn has_all_keys<'c>(
    node: &Node,
    mut constraints: impl Iterator<Item = &'c SpreadConstraint>,
) -> bool {
    constraints.all(|constraint| node.labels.contains_key(&constraint.topology_key))
}

/// The pods of the pod's namespace that the selector selects and that are not being deleted; none for a selector of
/// everything (`countPodsMatchSelector`).
fn count_matching(state: &NodeState, selector: &Selector, pod: &PodTemplate) -> i64 {
    if selector.is_everything() {
        return 0;
    }
    let counts = |other: &PodTemplate| {
        !other.is_terminating && other.namespace == pod.namespace && selector.matches(&other.labels)
    };
    state.pods.iter().filter(|other| counts(&other.template)).count() as i64
}
