//! The plain algorithm: one pod at a time, every plugin on every node, in the order of the profile.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::pod::Pod;
use crate::plan::scheduler::plugins::{
    Refusal, ScoreOrder, image_locality, inter_pod_affinity, node_affinity, node_ports, node_resources,
    node_volume_limits, normalize, pod_topology_spread, taint_toleration, volume_binding,
    volume_restrictions, volume_zone,
};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, FitError, NodeVerdict, Outcome, Placement, Plugin, Rejection};

/// What the plugins worked out before looking at nodes; `None` for a plugin that has nothing to do.
struct PreFiltered<'p> {
    volume_restrictions: Option<bool>,
    claims: Option<volume_binding::PodClaims<'p>>,
    zones: Option<Vec<volume_zone::VolumeTopology>>,
    spread: Option<pod_topology_spread::Spread<'p>>,
    affinity: Option<inter_pod_affinity::Affinity>,
}

/// Decides about one pod and, if it is placed, gives it its share (`Scheduler.schedulePod`, then `assume`).
pub fn schedule_one(state: &mut SchedulerState<'_>, pod: Arc<Pod>, detail: Detail) -> Placement {
    let evaluation = evaluate(state, &pod);
    if let Outcome::Placed(node) = evaluation.outcome {
        place(state, &pod, node);
    }
    let nodes = if detail == Detail::PerNode { evaluation.nodes } else { None };
    Placement { pod, outcome: evaluation.outcome, nodes }
}

/// Puts a pod on a node, volumes included.
pub fn place(state: &mut SchedulerState<'_>, pod: &Arc<Pod>, node: usize) {
    if let Ok(Some(claims)) = volume_binding::pre_filter(state, pod) {
        volume_binding::reserve(state, &claims, node);
    }
    state.add(node, pod.clone());
}

/// The decision about a pod, without consequences.
pub struct Evaluation {
    /// What would become of it.
    pub outcome: Outcome,
    /// The verdict on every node that was looked at; `None` if the pod was refused before that.
    pub nodes: Option<Vec<(usize, NodeVerdict)>>,
}

/// What is said about nodes that the pod's affinity does not name, where it names some.
pub(in crate::plan::scheduler) const NOT_NAMED: &str = "node(s) didn't satisfy plugin(s) [NodeAffinity]";

/// The rejection of every node that is looked at, `None` for a feasible one; or what becomes of the pod, if it is
/// refused before any node is looked at.
pub(in crate::plan::scheduler) fn filter_nodes(
    state: &SchedulerState<'_>,
    pod: &Pod,
) -> Result<Vec<(usize, Option<Rejection>)>, Outcome> {
    let template = &pod.template;
    if !template.scheduling_gates.is_empty() {
        return Err(Outcome::Gated(template.scheduling_gates.clone()));
    }
    let all_nodes = state.cluster.nodes.len();
    if all_nodes == 0 {
        return Err(Outcome::Failed("no nodes available to schedule pods".to_owned()));
    }
    let refusal = |plugin: Plugin, refusal: Refusal| match refusal {
        Refusal::Unresolvable(message) => {
            let error = FitError { all_nodes, pre_filter: Some(message), reasons: BTreeMap::new() };
            Outcome::DoesNotFit(Arc::new(error))
        }
        Refusal::Error(message) => {
            Outcome::Failed(format!("running PreFilter plugin {:?}: {message}", plugin.name()))
        }
    };
    let named = node_affinity::named_nodes(template).map_err(|error| refusal(Plugin::NodeAffinity, error))?;
    let pre_filtered = pre_filter(state, pod).map_err(|(plugin, error)| refusal(plugin, error))?;
    let candidates: Vec<usize> = match named {
        Some(names) => names.iter().filter_map(|name| state.cluster.node_index(name)).collect(),
        None => (0..all_nodes).collect(),
    };
    let filtered = candidates.into_iter().map(|node| {
        let rejection = filter(state, pod, &pre_filtered, node).map_err(Outcome::Failed)?;
        Ok((node, rejection))
    });
    filtered.collect()
}

/// The nodes to which the pod can go: indices into the cluster's nodes.
pub fn feasible_nodes(state: &SchedulerState<'_>, pod: &Pod) -> Vec<usize> {
    let filtered = filter_nodes(state, pod).unwrap_or_default();
    filtered.into_iter().filter(|(_, rejection)| rejection.is_none()).map(|(node, _)| node).collect()
}

/// Runs every filter and every score for a pod on the cluster as it is.
pub fn evaluate(state: &SchedulerState<'_>, pod: &Pod) -> Evaluation {
    let refused = |outcome| Evaluation { outcome, nodes: None };
    let filtered = match filter_nodes(state, pod) {
        Ok(filtered) => filtered,
        Err(outcome) => return refused(outcome),
    };
    let (all_nodes, looked_at) = (state.cluster.nodes.len(), filtered.len());
    let mut feasible = Vec::new();
    let mut verdicts = Vec::with_capacity(looked_at);
    for (node, rejection) in filtered {
        match rejection {
            None => feasible.push(node),
            Some(rejection) => verdicts.push((node, NodeVerdict::Rejected(rejection))),
        }
    }
    if feasible.is_empty() {
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for (_, verdict) in &verdicts {
            if let NodeVerdict::Rejected(rejection) = verdict {
                for reason in &rejection.reasons {
                    *reasons.entry(reason.clone()).or_default() += 1;
                }
            }
        }
        if looked_at < all_nodes {
            *reasons.entry(NOT_NAMED.to_owned()).or_default() += all_nodes - looked_at;
        }
        let error = FitError { all_nodes, pre_filter: None, reasons };
        return Evaluation { outcome: Outcome::DoesNotFit(Arc::new(error)), nodes: Some(verdicts) };
    }
    let scores = match score(state, pod, &feasible) {
        Ok(scores) => scores,
        Err(message) => return refused(Outcome::Failed(message)),
    };
    let mut best = (feasible[0], i64::MIN);
    for (&node, scores) in feasible.iter().zip(scores) {
        let score = scores.iter().map(|(_, score)| score).sum();
        if score > best.1 {
            best = (node, score);
        }
        verdicts.push((node, NodeVerdict::Feasible { score, scores }));
    }
    verdicts.sort_by_key(|(node, _)| *node);
    Evaluation { outcome: Outcome::Placed(best.0), nodes: Some(verdicts) }
}

/// Whether any node takes a pod, without asking which one is best.
pub fn has_room(state: &SchedulerState<'_>, pod: &Pod) -> bool {
    let Ok(pre_filtered) = pre_filter(state, pod) else { return false };
    (0..state.cluster.nodes.len()).any(|node| matches!(filter(state, pod, &pre_filtered, node), Ok(None)))
}

/// Why a node refuses a pod; `None` if it does not. Refusals before nodes are looked at, and errors, count as a
/// refusal by the plugin that they come from.
pub fn refusal_of(state: &SchedulerState<'_>, pod: &Pod, node: usize) -> Option<Rejection> {
    let refused =
        |plugin: Plugin, message: String| Rejection { plugin, reasons: vec![message], resolvable: false };
    match pre_filter(state, pod) {
        Err((plugin, Refusal::Unresolvable(message) | Refusal::Error(message))) => {
            Some(refused(plugin, message))
        }
        Ok(pre_filtered) => match filter(state, pod, &pre_filtered, node) {
            Ok(rejection) => rejection,
            Err(message) => Some(refused(Plugin::VolumeBinding, message)),
        },
    }
}

/// Runs the part of every plugin that does not depend on a node (`RunPreFilterPlugins`).
fn pre_filter<'p>(state: &SchedulerState<'p>, pod: &'p Pod) -> Result<PreFiltered<'p>, (Plugin, Refusal)> {
    let template: &'p crate::plan::pod::PodTemplate = &pod.template;
    let by = |plugin: Plugin| move |refusal: Refusal| (plugin, refusal);
    Ok(PreFiltered {
        volume_restrictions: volume_restrictions::pre_filter(state, template)
            .map_err(by(Plugin::VolumeRestrictions))?,
        claims: volume_binding::pre_filter(state, pod).map_err(by(Plugin::VolumeBinding))?,
        zones: volume_zone::pre_filter(state, template).map_err(by(Plugin::VolumeZone))?,
        spread: pod_topology_spread::pre_filter(state, template).map_err(by(Plugin::PodTopologySpread))?,
        affinity: inter_pod_affinity::pre_filter(state, template).map_err(by(Plugin::InterPodAffinity))?,
    })
}

/// The first plugin's rejection of a node (`RunFilterPlugins`); an error ends the whole attempt.
fn filter(
    state: &SchedulerState<'_>,
    pod: &Pod,
    pre_filtered: &PreFiltered<'_>,
    index: usize,
) -> Result<Option<Rejection>, String> {
    let template = &pod.template;
    let node = &state.cluster.nodes[index];
    let node_state = &state.nodes[index];
    let early = taint_toleration::filter_unschedulable(template, node)
        .or_else(|| node_affinity::filter_name(template, node))
        .or_else(|| taint_toleration::filter(template, node))
        .or_else(|| node_affinity::filter(template, node))
        .or_else(|| node_ports::filter(template, node_state))
        .or_else(|| node_resources::filter(&template.requests, node, node_state))
        .or_else(|| {
            let in_use = pre_filtered.volume_restrictions?;
            volume_restrictions::filter(in_use, template, node_state)
        });
    if early.is_some() {
        return Ok(early);
    }
    let within =
        |plugin: Plugin| move |error: String| format!("running {:?} filter plugin: {error}", plugin.name());
    if !template.volumes.is_empty() {
        let rejection =
            node_volume_limits::filter(state, pod, index).map_err(within(Plugin::NodeVolumeLimits))?;
        if rejection.is_some() {
            return Ok(rejection);
        }
    }
    if let Some(claims) = &pre_filtered.claims {
        let rejection =
            volume_binding::filter(state, claims, index).map_err(within(Plugin::VolumeBinding))?;
        if rejection.is_some() {
            return Ok(rejection);
        }
    }
    Ok(pre_filtered
        .zones
        .as_ref()
        .and_then(|zones| volume_zone::filter(zones, node))
        .or_else(|| pod_topology_spread::filter(pre_filtered.spread.as_ref()?, node))
        .or_else(|| inter_pod_affinity::filter(pre_filtered.affinity.as_ref()?, node)))
}

/// The weighted scores of every feasible node by plugin (`RunPreScorePlugins`, `RunScorePlugins`).
fn score(
    state: &SchedulerState<'_>,
    pod: &Pod,
    feasible: &[usize],
) -> Result<Vec<Vec<(Plugin, i64)>>, String> {
    let template = &pod.template;
    let requests = &template.requests;
    let each = |of: &dyn Fn(usize) -> i64| feasible.iter().map(|&node| of(node)).collect::<Vec<i64>>();
    let nodes = &state.cluster.nodes;
    let mut columns: Vec<(Plugin, Vec<i64>)> = Vec::new();

    let mut taints = each(&|node| taint_toleration::score(template, &nodes[node]));
    normalize(&mut taints, ScoreOrder::LowIsGood);
    columns.push((Plugin::TaintToleration, taints));

    match &template.preferred_node_affinity {
        None => {}
        Some(Err(error)) => return Err(format!("running PreScore plugin \"NodeAffinity\": {error}")),
        Some(Ok(_)) => {
            let mut preferred = each(&|node| node_affinity::score(template, &nodes[node]).unwrap_or(0));
            normalize(&mut preferred, ScoreOrder::HighIsGood);
            columns.push((Plugin::NodeAffinity, preferred));
        }
    }
    let fit = each(&|node| node_resources::fit_score(requests, &nodes[node], &state.nodes[node]));
    columns.push((Plugin::NodeResourcesFit, fit));
    let spread = pod_topology_spread::scores(state, template, feasible)
        .map_err(|error| format!("running PreScore plugin \"PodTopologySpread\": {error}"))?;
    if let Some(spread) = spread {
        columns.push((Plugin::PodTopologySpread, spread));
    }
    if let Some(affinity) = inter_pod_affinity::scores(state, template, feasible) {
        columns.push((Plugin::InterPodAffinity, affinity));
    }
    if !node_resources::is_best_effort(requests) {
        let balance = each(&|node| node_resources::balance_score(requests, &nodes[node], &state.nodes[node]));
        columns.push((Plugin::NodeResourcesBalancedAllocation, balance));
    }
    columns.push((Plugin::ImageLocality, each(&|node| image_locality::score(state, template, &nodes[node]))));

    let weighted = |index: usize| {
        columns.iter().map(|(plugin, scores)| (*plugin, scores[index] * plugin.weight())).collect()
    };
    Ok((0..feasible.len()).map(weighted).collect())
}
