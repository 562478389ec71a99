//! Many copies of one pod at once: how many fit beside everything that is placed, and why not one more.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::pod::{Pod, PodTemplate, SpreadConstraint};
use crate::plan::scheduler::plugins::{node_ports, node_resources};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{FitError, Outcome, fast, plain};

/// What became of copies of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copies {
    /// How many found a node.
    pub placed: usize,
    /// What the next one was told; `None` if all that were asked about found a node.
    pub then: Option<Outcome>,
}

/// Whether a copy of the pod takes from others nothing but resources and ports of its node. Then it does not matter
/// in which order nodes fill up, and each of them can be asked by itself.
pub fn is_independent(template: &PodTemplate) -> bool {
    let no_spread =
        |constraints: &Vec<SpreadConstraint>| !constraints.iter().any(|constraint| constraint.is_required);
    template.volumes.is_empty()
        && template.spread.as_ref().is_ok_and(no_spread)
        && template
            .affinity
            .as_ref()
            .is_ok_and(|affinity| affinity.required.is_empty() && affinity.required_anti.is_empty())
        && !matches!(template.preferred_node_affinity, Some(Err(_)))
}

/// Places up to `most` copies of a pod, one after the other, until one fits nowhere. The state stays as it is.
pub fn copies(state: &SchedulerState<'_>, pod: &Arc<Pod>, most: usize) -> Copies {
    if is_independent(&pod.template) {
        node_by_node(state, pod, most)
    } else {
        let (placed, then) = fast::place_copies(&mut state.clone(), pod, most);
        Copies { placed, then }
    }
}

fn node_by_node(state: &SchedulerState<'_>, pod: &Pod, most: usize) -> Copies {
    let verdicts = match plain::filter_nodes(state, pod) {
        Ok(verdicts) => verdicts,
        Err(outcome) => return Copies { placed: 0, then: Some(outcome) },
    };
    let template = &pod.template;
    let mut placed = 0_usize;
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |reason: &str, nodes: usize| match reasons.get_mut(reason) {
        Some(count) => *count += nodes,
        None => {
            reasons.insert(reason.to_owned(), nodes);
        }
    };
    for (index, rejection) in &verdicts {
        if let Some(rejection) = rejection {
            rejection.reasons.iter().for_each(|reason| count(reason, 1));
            continue;
        }
        let (node, node_state) = (&state.cluster.nodes[*index], &state.nodes[*index]);
        // A copy has the ports of the one before, and ports are looked at before resources.
        if !template.host_ports.is_empty() {
            placed += 1;
            count(node_ports::REASON, 1);
            continue;
        }
        let room = node_resources::room(&template.requests, node, node_state);
        placed = placed.saturating_add(usize::try_from(room).unwrap_or(usize::MAX));
        if placed >= most {
            return Copies { placed: most, then: None };
        }
        let lacking = node_resources::lacking_after(&template.requests, node, node_state, room);
        lacking.iter().for_each(|reason| count(reason, 1));
    }
    if placed >= most {
        return Copies { placed: most, then: None };
    }
    let all_nodes = state.cluster.nodes.len();
    if verdicts.len() < all_nodes {
        count(plain::NOT_NAMED, all_nodes - verdicts.len());
    }
    let error = FitError { all_nodes, pre_filter: None, reasons };
    Copies { placed, then: Some(Outcome::DoesNotFit(Arc::new(error))) }
}
