//! The decision about one pod from what the engine knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::pod::PodTemplate;
use crate::plan::scheduler::fast::class::{Class, INFEASIBLE};
use crate::plan::scheduler::fast::engine::{Candidates, Engine, Prepared};
use crate::plan::scheduler::fast::topology::NO_DOMAIN;
use crate::plan::scheduler::plain::NOT_NAMED;
use crate::plan::scheduler::plugins::inter_pod_affinity::normalized;
use crate::plan::scheduler::plugins::pod_topology_spread::{domain_score, domain_weight};
use crate::plan::scheduler::plugins::{
    MAX_NODE_SCORE, ScoreOrder, node_affinity, node_ports, node_resources, normalize, taint_toleration,
};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{FitError, Outcome, Plugin};

/// Room that every decision uses anew.
#[derive(Default)]
pub(super) struct Buffers {
    feasible: Vec<usize>,
    totals: Vec<i64>,
    raw: Vec<i64>,
}

/// Whether preferences between pods give points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weighs {
    Nothing,
    Something,
}

/// Why the constraints between pods refuse a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Refusal {
    MissingLabel,
    Spread,
    Affinity,
    AntiAffinity,
    KeptAway,
}

impl Refusal {
    fn reason(self) -> &'static str {
        match self {
            Refusal::MissingLabel => {
                "node(s) didn't match pod topology spread constraints (missing required label)"
            }
            Refusal::Spread => "node(s) didn't match pod topology spread constraints",
            Refusal::Affinity => "node(s) didn't match pod affinity rules",
            Refusal::AntiAffinity => "node(s) didn't match pod anti-affinity rules",
            Refusal::KeptAway => "node(s) didn't satisfy existing pods anti-affinity rules",
        }
    }
}

/// The constraints between pods, ready to be asked about nodes.
struct BetweenPods<'e> {
    /// Domain of each node, count of each domain, and the highest count at which the pod may join.
    spread: Vec<(&'e [u32], &'e [i64], i64)>,
    /// Domain of each node and count of each domain, for the terms that need a pod there.
    required: Vec<(&'e [u32], &'e [i64])>,
    /// Whether any node with the labels will do, for no pod meets the terms yet.
    is_first: bool,
    /// Domain of each node and count of each domain, for the terms that need no pod there.
    anti: Vec<(&'e [u32], &'e [i64])>,
    /// The same for the terms of placed pods.
    kept_away: Vec<(&'e [u32], &'e [i64])>,
}

impl<'e> BetweenPods<'e> {
    fn new(engine: &'e Engine<'_>, template: usize, prepared: &Prepared) -> BetweenPods<'e> {
        let by_domain = |&tally: &usize| {
            let tally = &engine.tallies[tally];
            (engine.topologies.get(tally.topology).of_node.as_slice(), tally.counts.as_slice())
        };
        let in_use = |tally: &&usize| engine.tallies[**tally].events > 0;
        let spread = prepared.required_spread.iter().map(|spread| {
            let (domains, counts) = by_domain(&spread.tally);
            let lowest = spread.present.iter().map(|&domain| counts[domain as usize]).min();
            let minimum = if spread.enough_domains { lowest.unwrap_or(i64::from(i32::MAX)) } else { 0 };
            (domains, counts, spread.max_skew + minimum - spread.matches_self)
        });
        let nobody_meets = prepared.required.iter().all(|&tally| engine.tallies[tally].events == 0);
        BetweenPods {
            spread: spread.collect(),
            required: prepared.required.iter().map(by_domain).collect(),
            is_first: nobody_meets && prepared.meets_itself,
            anti: prepared.required_anti.iter().filter(in_use).map(by_domain).collect(),
            kept_away: engine.templates[template].kept_away_by.iter().filter(in_use).map(by_domain).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.spread.is_empty()
            && self.required.is_empty()
            && self.anti.is_empty()
            && self.kept_away.is_empty()
    }

    fn refusal(&self, node: usize) -> Option<Refusal> {
        for (domains, counts, highest) in &self.spread {
            let domain = domains[node];
            if domain == NO_DOMAIN {
                return Some(Refusal::MissingLabel);
            }
            if counts[domain as usize] > *highest {
                return Some(Refusal::Spread);
            }
        }
        let mut pods_exist = true;
        for (domains, counts) in &self.required {
            let domain = domains[node];
            if domain == NO_DOMAIN {
                return Some(Refusal::Affinity);
            }
            pods_exist &= counts[domain as usize] > 0;
        }
        if !pods_exist && !self.is_first {
            return Some(Refusal::Affinity);
        }
        let is_in_domain = |(domains, counts): &(&[u32], &[i64])| {
            let domain = domains[node];
            domain != NO_DOMAIN && counts[domain as usize] > 0
        };
        if self.anti.iter().any(is_in_domain) {
            return Some(Refusal::AntiAffinity);
        }
        self.kept_away.iter().any(is_in_domain).then_some(Refusal::KeptAway)
    }
}

/// Chooses the node for a pod of a template, without consequences.
pub(super) fn decide(
    engine: &mut Engine<'_>,
    state: &SchedulerState<'_>,
    buffers: &mut Buffers,
    template: usize,
    prepared: &Prepared,
) -> Outcome {
    let number = match prepared.candidates {
        Candidates::Class(number) => number,
        Candidates::Node(node) => return decide_about(engine, state, template, prepared, node),
    };
    let Engine { classes, log, .. } = engine;
    classes[number].sync(state, log);
    let engine = &*engine;
    let class = &engine.classes[number];
    let between = BetweenPods::new(engine, template, prepared);
    let weighs = prepared
        .preferred
        .iter()
        .map(|(tally, _)| tally)
        .chain(&engine.templates[template].weighed_by)
        .any(|&tally| engine.tallies[tally].events > 0);
    let weighs = if weighs { Weighs::Something } else { Weighs::Nothing };
    let is_local = class.soft_taints.is_empty()
        && class.preferences.is_empty()
        && prepared.scored_spread.is_empty()
        && weighs == Weighs::Nothing;
    let best = if is_local {
        best_local(&class.local, &between)
    } else {
        buffers.feasible.clear();
        let scored = class.local.iter().enumerate();
        let feasible =
            scored.filter(|&(node, &score)| score != INFEASIBLE && between.refusal(node).is_none());
        buffers.feasible.extend(feasible.map(|(node, _)| node));
        best_in_all(engine, class, buffers, template, prepared, weighs)
    };
    match best {
        Some(node) => Outcome::Placed(node),
        None => {
            let error = fit_error(class, state, &engine.templates[template].template, &between);
            Outcome::DoesNotFit(Arc::new(error))
        }
    }
}

/// Whether a pod that can only go to one node goes there.
fn decide_about(
    engine: &Engine<'_>,
    state: &SchedulerState<'_>,
    template: usize,
    prepared: &Prepared,
    index: usize,
) -> Outcome {
    let pod = &engine.templates[template].template;
    let (node, node_state) = (&state.cluster.nodes[index], &state.nodes[index]);
    let rejection = taint_toleration::filter_unschedulable(pod, node)
        .or_else(|| node_affinity::filter_name(pod, node))
        .or_else(|| taint_toleration::filter(pod, node))
        .or_else(|| node_affinity::filter(pod, node))
        .or_else(|| node_ports::filter(pod, node_state))
        .or_else(|| node_resources::filter(&pod.requests, node, node_state));
    let refusal = || BetweenPods::new(engine, template, prepared).refusal(index);
    let reasons = match rejection {
        Some(rejection) => rejection.reasons,
        None => match refusal() {
            Some(refusal) => vec![refusal.reason().to_owned()],
            None => return Outcome::Placed(index),
        },
    };
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    for reason in reasons {
        *counted.entry(reason).or_default() += 1;
    }
    let all_nodes = state.cluster.nodes.len();
    if all_nodes > 1 {
        *counted.entry(NOT_NAMED.to_owned()).or_default() += all_nodes - 1;
    }
    Outcome::DoesNotFit(Arc::new(FitError { all_nodes, pre_filter: None, reasons: counted }))
}

/// The first node of those with the highest local score that the constraints between pods admit.
fn best_local(local: &[i16], between: &BetweenPods<'_>) -> Option<usize> {
    if between.is_empty() {
        // A walk without branches, which the compiler turns into vector instructions.
        let highest = local.iter().fold(INFEASIBLE, |highest, &score| highest.max(score));
        return local.iter().position(|&score| score == highest).filter(|_| highest != INFEASIBLE);
    }
    let mut best = None;
    let mut highest = INFEASIBLE;
    for (node, &score) in local.iter().enumerate() {
        if score > highest && between.refusal(node).is_none() {
            highest = score;
            best = Some(node);
        }
    }
    best
}

/// The first node of those with the highest total, where scores depend on all feasible nodes.
fn best_in_all(
    engine: &Engine<'_>,
    class: &Class,
    buffers: &mut Buffers,
    template: usize,
    prepared: &Prepared,
    weighs: Weighs,
) -> Option<usize> {
    let Buffers { feasible, totals, raw } = buffers;
    totals.clear();
    totals.extend(feasible.iter().map(|&node| i64::from(class.local[node])));
    for (scores, order, plugin) in [
        (&class.soft_taints, ScoreOrder::LowIsGood, Plugin::TaintToleration),
        (&class.preferences, ScoreOrder::HighIsGood, Plugin::NodeAffinity),
    ] {
        if !scores.is_empty() {
            raw.clear();
            raw.extend(feasible.iter().map(|&node| scores[node]));
            normalize(raw, order);
            add(totals, raw, plugin);
        }
    }
    if !prepared.scored_spread.is_empty() {
        spread_points(engine, feasible, raw, prepared);
        add(totals, raw, Plugin::PodTopologySpread);
    }
    if weighs == Weighs::Something {
        affinity_points(engine, feasible, raw, template, prepared);
        add(totals, raw, Plugin::InterPodAffinity);
    }

    let mut best = None;
    let mut highest = i64::MIN;
    for (&node, &total) in feasible.iter().zip(totals.iter()) {
        if total > highest {
            highest = total;
            best = Some(node);
        }
    }
    best
}

fn add(totals: &mut [i64], points: &[i64], plugin: Plugin) {
    for (total, points) in totals.iter_mut().zip(points) {
        *total += points * plugin.weight();
    }
}

/// A scored constraint, with what its domains count for among the feasible nodes.
struct WeighedSpread<'e> {
    domains: &'e [u32],
    counts: &'e [i64],
    weight: f64,
    max_skew: i32,
    is_hostname: bool,
}

/// The points of the scored spread constraints for the feasible nodes, as `pod_topology_spread::scores`.
fn spread_points(engine: &Engine<'_>, feasible: &[usize], points: &mut Vec<i64>, prepared: &Prepared) {
    const IGNORED: i64 = -1;
    let is_ignored = |node: usize| prepared.ignored.get(node) == Some(&true);
    let scored = feasible.iter().filter(|&&node| !is_ignored(node)).count();
    let constraints: Vec<WeighedSpread<'_>> = prepared
        .scored_spread
        .iter()
        .map(|spread| {
            let topology = engine.topologies.get(spread.topology);
            let domains = if spread.is_hostname {
                scored
            } else {
                // A missing label is a domain too; where all labels are required no such node is left.
                let mut seen = vec![false; topology.domains + 1];
                for &node in feasible.iter().filter(|&&node| !is_ignored(node)) {
                    seen[(topology.of_node[node] as usize).min(topology.domains)] = true;
                }
                seen.into_iter().filter(|seen| *seen).count()
            };
            let counts = engine.tallies[spread.tally].counts.as_slice();
            WeighedSpread {
                domains: topology.of_node.as_slice(),
                counts,
                weight: domain_weight(domains),
                max_skew: spread.max_skew,
                is_hostname: spread.is_hostname,
            }
        })
        .collect();
    points.clear();
    let mut minimum = i64::MAX;
    let mut maximum = 0;
    for &node in feasible {
        if is_ignored(node) {
            points.push(IGNORED);
            continue;
        }
        let mut score = 0.0;
        for spread in &constraints {
            let domain = spread.domains[node];
            if domain != NO_DOMAIN {
                let count =
                    if spread.is_hostname { spread.counts[node] } else { spread.counts[domain as usize] };
                score += domain_score(count, spread.max_skew, spread.weight);
            }
        }
        let score = rounded(score);
        minimum = minimum.min(score);
        maximum = maximum.max(score);
        points.push(score);
    }
    let normalized = |score: i64| {
        if maximum == 0 { MAX_NODE_SCORE } else { MAX_NODE_SCORE * (maximum + minimum - score) / maximum }
    };
    // Few different scores occur: each is divided once.
    const TABLE: i64 = 1024;
    let table: Vec<i64> = if minimum <= maximum && maximum - minimum < TABLE {
        (minimum..=maximum).map(normalized).collect()
    } else {
        Vec::new()
    };
    for (points, &node) in points.iter_mut().zip(feasible) {
        *points = if is_ignored(node) {
            0
        } else {
            let known = usize::try_from(*points - minimum).ok().and_then(|index| table.get(index));
            known.copied().unwrap_or_else(|| normalized(*points))
        };
    }
}

/// Rounds half away from zero, as `f64::round`, without a call for the scores that occur.
fn rounded(score: f64) -> i64 {
    if (0.0..1e15).contains(&score) {
        let whole = score as i64;
        return whole + i64::from(score - whole as f64 >= 0.5);
    }
    score.round() as i64
}

/// The points of preferences between pods for the feasible nodes, as `inter_pod_affinity::scores`; no points if no
/// preference applies.
fn affinity_points(
    engine: &Engine<'_>,
    feasible: &[usize],
    points: &mut Vec<i64>,
    template: usize,
    prepared: &Prepared,
) {
    points.clear();
    points.resize(feasible.len(), 0);
    let own = prepared.preferred.iter().copied();
    let others = engine.templates[template].weighed_by.iter().map(|&tally| (tally, 1));
    let mut by_topology: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for (tally, weight) in own.chain(others) {
        let tally = &engine.tallies[tally];
        if tally.events > 0 {
            let sums = by_topology.entry(tally.topology).or_insert_with(|| vec![0; tally.counts.len()]);
            for (sum, count) in sums.iter_mut().zip(&tally.counts) {
                *sum += weight * count;
            }
        }
    }
    for (&topology, sums) in &by_topology {
        let domains = &engine.topologies.get(topology).of_node;
        for (points, &node) in points.iter_mut().zip(feasible) {
            if domains[node] != NO_DOMAIN {
                *points += sums[domains[node] as usize];
            }
        }
    }
    let lowest = points.iter().copied().min().unwrap_or(0);
    let highest = points.iter().copied().max().unwrap_or(0);
    for points in points.iter_mut() {
        *points = normalized(*points, lowest, highest);
    }
}

/// Counts the reasons of the nodes, as the plain algorithm would find them.
fn fit_error(
    class: &Class,
    state: &SchedulerState<'_>,
    template: &PodTemplate,
    between: &BetweenPods<'_>,
) -> FitError {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |reason: &str| match reasons.get_mut(reason) {
        Some(count) => *count += 1,
        None => {
            reasons.insert(reason.to_owned(), 1);
        }
    };
    for (index, node) in state.cluster.nodes.iter().enumerate() {
        let node_state = &state.nodes[index];
        if class.is_named.get(index) == Some(&false) {
            count(NOT_NAMED);
        } else if let Some(refusal) = class.refusal[index] {
            count(&class.reasons[usize::from(refusal)]);
        } else if let Some(rejection) = node_ports::filter(template, node_state)
            .or_else(|| node_resources::filter(&template.requests, node, node_state))
        {
            rejection.reasons.iter().for_each(|reason| count(reason));
        } else if let Some(refusal) = between.refusal(index) {
            count(refusal.reason());
        }
    }
    FitError { all_nodes: state.cluster.nodes.len(), pre_filter: None, reasons }
}
