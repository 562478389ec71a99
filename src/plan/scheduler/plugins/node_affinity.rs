//! Node name, node selector and node affinity.

use std::collections::BTreeSet;

use crate::plan::node::Node;
use crate::plan::pod::PodTemplate;
use crate::plan::scheduler::plugins::{Refusal, unresolvable};
use crate::plan::scheduler::{Plugin, Rejection};

/// The nodes that the pod's affinity names; `None` for all (`NodeAffinity.PreFilter`).
pub(in crate::plan::scheduler) fn named_nodes(
    pod: &PodTemplate,
) -> Result<Option<&BTreeSet<String>>, Refusal> {
    let names = pod.required_node_affinity.as_ref().and_then(|affinity| affinity.node_names.as_ref());
    if names.is_some_and(BTreeSet::is_empty) {
        return Err(Refusal::Unresolvable("pod affinity terms conflict".to_owned()));
    }
    Ok(names)
}

/// Mirrors `NodeAffinity.Filter`.
pub(in crate::plan::scheduler) fn filter(pod: &PodTemplate, node: &Node) -> Option<Rejection> {
    if pod.matches_node(&node.name, &node.labels) {
        return None;
    }
    Some(unresolvable(Plugin::NodeAffinity, "node(s) didn't match Pod's node affinity/selector"))
}

/// Mirrors `NodeName.Filter`.
pub(in crate::plan::scheduler) fn filter_name(pod: &PodTemplate, node: &Node) -> Option<Rejection> {
    if pod.node_name.as_ref().is_none_or(|name| *name == node.name) {
        return None;
    }
    Some(unresolvable(Plugin::NodeName, "node(s) didn't match the requested node name"))
}

/// The weights of the preferences that the node meets (`PreferredSchedulingTerms.Score`); high is good. `None` if the
/// pod states none, so that the plugin does not score.
pub(in crate::plan::scheduler) fn score(pod: &PodTemplate, node: &Node) -> Option<i64> {
    let terms = pod.preferred_node_affinity.as_ref()?.as_ref().ok()?;
    let met = terms.iter().filter(|(_, term)| term.matches(&node.name, &node.labels));
    Some(met.map(|(weight, _)| weight).sum())
}
