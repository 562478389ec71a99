//! Affinity and anti-affinity between pods.

use std::collections::BTreeMap;

use crate::plan::node::Node;
use crate::plan::pod::{AffinityTerm, PodTemplate};
use crate::plan::scheduler::plugins::{MAX_NODE_SCORE, Refusal, resolvable, unresolvable};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Plugin, Rejection};
use crate::plan::selector::{Labels, Selector};

/// What a required affinity of a placed pod to the pod at hand counts for (`HardPodAffinityWeight`).
pub(in crate::plan::scheduler) const HARD_POD_AFFINITY_WEIGHT: i64 = 1;

/// Numbers by the key and the value of a node's label.
type ByDomain = BTreeMap<(String, String), i64>;

/// The state of the terms in the domains (`preFilterState`).
#[derive(Debug)]
pub(in crate::plan::scheduler) struct Affinity {
    required: Vec<AffinityTerm>,
    required_anti: Vec<AffinityTerm>,
    /// Pods that meet all required terms.
    meeting: ByDomain,
    /// Pods that meet a required anti-affinity term.
    meeting_anti: ByDomain,
    /// Placed pods that keep the pod away.
    kept_away_by: ByDomain,
    /// Whether the pod meets its own required terms.
    meets_itself: bool,
}

/// Resolves the selector of namespaces of a term of the pod at hand (`mergeAffinityTermNamespacesIfNotEmpty`).
pub(in crate::plan::scheduler) fn resolve(state: &SchedulerState<'_>, term: &AffinityTerm) -> AffinityTerm {
    let mut term = term.clone();
    if !term.namespace_selector.is_everything() {
        let namespaces = state.cluster.namespaces.iter();
        let meant = namespaces.filter(|(_, labels)| term.namespace_selector.matches(labels));
        let meant: Vec<String> = meant.map(|(name, _)| name.clone()).collect();
        term.namespaces.extend(meant);
        term.namespace_selector = Selector::Nothing;
    }
    term
}

/// Whether the pod meets all terms; without terms it does not (`podMatchesAllAffinityTerms`).
pub(in crate::plan::scheduler) fn meets_all(terms: &[AffinityTerm], pod: &PodTemplate) -> bool {
    !terms.is_empty() && terms.iter().all(|term| term.matches(&pod.namespace, &pod.labels, &Labels::new()))
}

/// Counts the required terms of the pod and of the placed pods; `None` if there are none
/// (`InterPodAffinity.PreFilter`).
pub(in crate::plan::scheduler) fn pre_filter(
    state: &SchedulerState<'_>,
    pod: &PodTemplate,
) -> Result<Option<Affinity>, Refusal> {
    let stated =
        pod.affinity.as_ref().map_err(|error| Refusal::Unresolvable(format!("parsing pod: {error}")))?;
    let required: Vec<AffinityTerm> = stated.required.iter().map(|term| resolve(state, term)).collect();
    let required_anti: Vec<AffinityTerm> =
        stated.required_anti.iter().map(|term| resolve(state, term)).collect();
    let namespace_labels = state.cluster.namespace_labels(&pod.namespace);
    let mut affinity = Affinity {
        meets_itself: meets_all(&required, pod),
        required,
        required_anti,
        meeting: ByDomain::new(),
        meeting_anti: ByDomain::new(),
        kept_away_by: ByDomain::new(),
    };
    let looks_at_all = !affinity.required.is_empty() || !affinity.required_anti.is_empty();
    for (node, node_state) in state.cluster.nodes.iter().zip(&state.nodes) {
        if !looks_at_all && node_state.with_affinity == 0 {
            continue;
        }
        for placed in &node_state.pods {
            let placed = &placed.template;
            if meets_all(&affinity.required, placed) {
                for term in &affinity.required {
                    count(&mut affinity.meeting, node, &term.topology_key, 1);
                }
            }
            for term in &affinity.required_anti {
                if term.matches(&placed.namespace, &placed.labels, &Labels::new()) {
                    count(&mut affinity.meeting_anti, node, &term.topology_key, 1);
                }
            }
            for term in placed.affinity.iter().flat_map(|placed| &placed.required_anti) {
                if term.matches(&pod.namespace, &pod.labels, &namespace_labels) {
                    count(&mut affinity.kept_away_by, node, &term.topology_key, 1);
                }
            }
        }
    }
    let is_needed = !affinity.kept_away_by.is_empty()
        || !affinity.required.is_empty()
        || !affinity.required_anti.is_empty();
    Ok(is_needed.then_some(affinity))
}

/// Adds to the domain of the node, if it has the label.
fn count(counts: &mut ByDomain, node: &Node, key: &str, value: i64) {
    if let Some(domain) = node.label(key) {
        *counts.entry((key.to_owned(), domain.to_owned())).or_default() += value;
    }
}

/// Mirrors `InterPodAffinity.Filter`.
pub(in crate::plan::scheduler) fn filter(affinity: &Affinity, node: &Node) -> Option<Rejection> {
    let count_of = |counts: &ByDomain, key: &str| {
        let domain = node.label(key)?;
        Some(counts.get(&(key.to_owned(), domain.to_owned())).copied().unwrap_or(0))
    };
    let mut pods_exist = true;
    for term in &affinity.required {
        match count_of(&affinity.meeting, &term.topology_key) {
            None => {
                return Some(unresolvable(
                    Plugin::InterPodAffinity,
                    "node(s) didn't match pod affinity rules",
                ));
            }
            Some(0) => pods_exist = false,
            Some(_) => {}
        }
    }
    // The first pod of a series that has affinity to itself may go anywhere.
    let is_first = affinity.meeting.is_empty() && affinity.meets_itself;
    if !pods_exist && !is_first {
        return Some(unresolvable(Plugin::InterPodAffinity, "node(s) didn't match pod affinity rules"));
    }
    let meets_anti =
        |term: &AffinityTerm| count_of(&affinity.meeting_anti, &term.topology_key).is_some_and(|n| n > 0);
    if affinity.required_anti.iter().any(meets_anti) {
        return Some(resolvable(Plugin::InterPodAffinity, "node(s) didn't match pod anti-affinity rules"));
    }
    let is_kept_away =
        affinity.kept_away_by.keys().any(|(key, domain)| node.label(key) == Some(domain.as_str()));
    is_kept_away.then(|| {
        resolvable(Plugin::InterPodAffinity, "node(s) didn't satisfy existing pods anti-affinity rules")
    })
}

/// The normalised scores of the feasible nodes; `None` if no preference of anybody applies
/// (`PreScore`, `Score`, `NormalizeScore`).
pub(in crate::plan::scheduler) fn scores(
    state: &SchedulerState<'_>,
    pod: &PodTemplate,
    feasible: &[usize],
) -> Option<Vec<i64>> {
    let stated = pod.affinity.as_ref().ok()?;
    let resolved = |terms: &[(i32, AffinityTerm)], sign: i64| -> Vec<(i64, AffinityTerm)> {
        terms.iter().map(|(weight, term)| (sign * i64::from(*weight), resolve(state, term))).collect()
    };
    let mut own = resolved(&stated.preferred, 1);
    own.extend(resolved(&stated.preferred_anti, -1));
    let namespace_labels = state.cluster.namespace_labels(&pod.namespace);
    let mut by_domain = ByDomain::new();
    for (node, node_state) in state.cluster.nodes.iter().zip(&state.nodes) {
        if own.is_empty() && node_state.with_affinity == 0 {
            continue;
        }
        for placed in &node_state.pods {
            let placed = &placed.template;
            for (weight, term) in &own {
                if term.matches(&placed.namespace, &placed.labels, &Labels::new()) {
                    count(&mut by_domain, node, &term.topology_key, *weight);
                }
            }
            for (weight, term) in weighted_terms(placed) {
                if term.matches(&pod.namespace, &pod.labels, &namespace_labels) {
                    count(&mut by_domain, node, &term.topology_key, weight);
                }
            }
        }
    }
    if by_domain.is_empty() {
        return None;
    }
    let raw = feasible.iter().map(|&node| {
        let labels = &state.cluster.nodes[node].labels;
        let counts = by_domain.iter().filter(|((key, domain), _)| labels.get(key) == Some(domain));
        counts.map(|(_, count)| count).sum::<i64>()
    });
    Some(normalize(raw.collect()))
}

/// The terms with which a placed pod weighs on others, with their signed weights.
pub(in crate::plan::scheduler) fn weighted_terms(
    pod: &PodTemplate,
) -> impl Iterator<Item = (i64, &AffinityTerm)> {
    pod.affinity.iter().flat_map(|affinity| {
        let required = affinity.required.iter().map(|term| (HARD_POD_AFFINITY_WEIGHT, term));
        let preferred = affinity.preferred.iter().map(|(weight, term)| (i64::from(*weight), term));
        let preferred_anti = affinity.preferred_anti.iter().map(|(weight, term)| (-i64::from(*weight), term));
        required.chain(preferred).chain(preferred_anti)
    })
}

/// Spreads the raw scores over the points (`NormalizeScore`).
pub(in crate::plan::scheduler) fn normalize(raw: Vec<i64>) -> Vec<i64> {
    let lowest = raw.iter().copied().min().unwrap_or(0);
    let highest = raw.iter().copied().max().unwrap_or(0);
    raw.into_iter().map(|score| normalized(score, lowest, highest)).collect()
}

/// The points of one raw score between the lowest and the highest.
pub(in crate::plan::scheduler) fn normalized(score: i64, lowest: i64, highest: i64) -> i64 {
    if highest == lowest {
        return 0;
    }
    (MAX_NODE_SCORE as f64 * ((score - lowest) as f64 / (highest - lowest) as f64)) as i64
}
