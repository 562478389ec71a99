//! Does everything fit? Every pod of the input is placed, and what fits nowhere is explained.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::parse::object::ObjectId;
use crate::plan::cluster::Cluster;
use crate::plan::explain::{Explanation, explain};
use crate::plan::gather::{Gathered, Sources, gather};
use crate::plan::inventory::inventory;
use crate::plan::pod::Pod;
use crate::plan::question::quota::{QuotaUse, quota_use};
use crate::plan::resources::Resources;
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, Outcome, Placement, queue_order, schedule_on};
use crate::plan::workload::{Scale, ScaleEnd, Workload, expand};

/// How many workloads that do not fit are explained; the others only get the scheduler's sentence.
const MOST_EXPLAINED: usize = 50;

/// The answer for one input.
#[derive(Debug)]
pub struct Fit {
    /// What the input holds.
    pub gathered: Gathered,
    /// The cluster before anything is placed, with what the controllers make beside pods.
    pub cluster: Cluster,
    /// The workloads with their pods; autoscaled ones with as few as they may have.
    pub workloads: Vec<Workload>,
    /// The decisions, in scheduling order.
    pub placements: Vec<Placement>,
    /// What each node holds in the end, by index into the cluster's nodes.
    pub loads: Vec<NodeLoad>,
    /// The workloads of which pods fit nowhere, in the order of the input.
    pub misses: Vec<Miss>,
    /// The autoscaled workloads, each asked by itself for as many pods as it may have.
    pub maxima: Vec<Maximum>,
    /// How many more pods there are, and how many of them fit nowhere, with every autoscaled workload at its maximum.
    pub all_at_maximum: (usize, usize),
    /// The quotas and what is used of them.
    pub quotas: Vec<QuotaUse>,
    owners: BTreeMap<usize, usize>,
    by_object: BTreeMap<ObjectId, usize>,
}

/// What is on a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeLoad {
    /// The sum of the requests.
    pub requested: Resources,
    /// The number of pods, running and placed.
    pub pods: usize,
}

/// A workload of which pods fit nowhere.
#[derive(Debug, Clone)]
pub struct Miss {
    /// The workload: index into the workloads.
    pub workload: usize,
    /// How many of its pods fit nowhere.
    pub pods: usize,
    /// The first of them: index into the placements.
    pub first: usize,
    /// Why, at the moment when the scheduler came to it.
    pub explanation: Option<Explanation>,
}

/// An autoscaled workload with as many pods as it may have, everything else at its minimum.
#[derive(Debug, Clone)]
pub struct Maximum {
    /// The workload: index into the workloads.
    pub workload: usize,
    /// Its bounds.
    pub scale: Scale,
    /// How many of its pods find a node.
    pub fits: usize,
    /// Why the next one does not, in the scheduler's words; `None` if all do.
    pub then: Option<String>,
}

impl Fit {
    /// Places everything.
    pub fn new(sources: Sources<'_>, detail: Detail) -> Fit {
        let gathered = gather(sources);
        let mut cluster = inventory(&gathered.inventory).cluster;
        let (objects, scalers, admission) = (&gathered.workloads, &gathered.autoscalers, &gathered.admission);
        let workloads = expand(objects, scalers, admission, ScaleEnd::Minimum, &mut cluster);
        let is_scaled = workloads.iter().any(|workload| workload.scale.is_some());
        // The claims of pods that only the maximum has are of no use to others, so that one cluster serves both.
        let largest = if is_scaled {
            expand(objects, scalers, admission, ScaleEnd::Maximum, &mut cluster)
        } else {
            Vec::new()
        };
        let mut owners = BTreeMap::new();
        for (index, workload) in workloads.iter().enumerate() {
            owners.extend(workload.pods.iter().map(|pod| (address(pod), index)));
        }
        let of_object = |(index, workload): (usize, &Workload)| {
            Some((gathered.workload_sources.get(workload.source).copied().flatten()?, index))
        };
        let by_object = workloads.iter().enumerate().filter_map(of_object).collect();
        let pending: Vec<Arc<Pod>> =
            workloads.iter().flat_map(|workload| workload.pods.iter().cloned()).collect();
        let mut state = SchedulerState::new(&cluster);
        let placements = schedule_on(&mut state, queue_order(&pending), detail);
        let load = |node: &crate::plan::scheduler::state::NodeState| NodeLoad {
            requested: node.requested.clone(),
            pods: node.pods.len(),
        };
        let loads = state.nodes.iter().map(load).collect();
        let misses = misses(&cluster, &placements, &owners);
        let (maxima, all_at_maximum) = maxima(&state, &workloads, &largest, &misses);
        let counted: Vec<Arc<Pod>> =
            cluster.running.iter().map(|(_, pod)| pod.clone()).chain(pending).collect();
        let claims: Vec<_> = cluster.claims.values().collect();
        let quotas = quota_use(&gathered.quotas, &counted, &claims);
        Fit {
            gathered,
            workloads,
            placements,
            loads,
            misses,
            maxima,
            all_at_maximum,
            quotas,
            owners,
            by_object,
            cluster,
        }
    }

    /// The workload that makes a pod: index into the workloads.
    pub fn owner_of(&self, pod: &Arc<Pod>) -> usize {
        self.owners.get(&address(pod)).copied().unwrap_or(0)
    }

    /// The workload that an object is: index into the workloads.
    pub fn workload_of(&self, object: ObjectId) -> Option<usize> {
        self.by_object.get(&object).copied()
    }

    /// The pods of all workloads, in the order of the input.
    pub fn pending(&self) -> Vec<Arc<Pod>> {
        self.workloads.iter().flat_map(|workload| workload.pods.iter().cloned()).collect()
    }

    /// The cluster with everything placed.
    pub fn settled(&self) -> SchedulerState<'_> {
        let mut state = SchedulerState::new(&self.cluster);
        schedule_on(&mut state, queue_order(&self.pending()), Detail::Outcome);
        state
    }

    /// How many pods found no node, and how many wait for something else.
    pub fn left_over(&self) -> (usize, usize) {
        let count = |is_meant: fn(&Outcome) -> bool| {
            self.placements.iter().filter(|placement| is_meant(&placement.outcome)).count()
        };
        (count(is_miss), count(|outcome| matches!(outcome, Outcome::Gated(_))))
    }
}

fn is_miss(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::DoesNotFit(_) | Outcome::Failed(_))
}

/// Identifies a pod of this run by where it lies in memory, which is never printed and never ordered by.
fn address(pod: &Arc<Pod>) -> usize {
    Arc::as_ptr(pod).addr()
}

/// Collects what fits nowhere by workload. To explain the first pod of each, the decisions are replayed up to it.
fn misses(cluster: &Cluster, placements: &[Placement], owners: &BTreeMap<usize, usize>) -> Vec<Miss> {
    let mut by_workload: BTreeMap<usize, Miss> = BTreeMap::new();
    for (index, placement) in
        placements.iter().enumerate().filter(|(_, placement)| is_miss(&placement.outcome))
    {
        let workload = owners.get(&address(&placement.pod)).copied().unwrap_or(0);
        let new = Miss { workload, pods: 0, first: index, explanation: None };
        by_workload.entry(workload).or_insert(new).pods += 1;
    }
    let mut in_order: Vec<&mut Miss> = by_workload.values_mut().collect();
    in_order.sort_by_key(|miss| miss.first);
    let mut state = SchedulerState::new(cluster);
    let mut next = 0;
    for miss in in_order.into_iter().take(MOST_EXPLAINED) {
        let before = &placements[next..miss.first];
        let queue = before.iter().map(|placement| placement.pod.clone()).collect();
        schedule_on(&mut state, queue, Detail::Outcome);
        next = miss.first;
        miss.explanation = explain(&state, &placements[miss.first].pod);
    }
    by_workload.into_values().collect()
}

/// Asks for the maximum of each autoscaled workload by itself, and of all together, on top of what is placed. What
/// does not fit even at its minimum is not asked.
fn maxima(
    state: &SchedulerState<'_>,
    workloads: &[Workload],
    largest: &[Workload],
    misses: &[Miss],
) -> (Vec<Maximum>, (usize, usize)) {
    let missing: BTreeSet<usize> = misses.iter().map(|miss| miss.workload).collect();
    let mut maxima = Vec::new();
    let mut more: Vec<Arc<Pod>> = Vec::new();
    for (index, (least, most)) in workloads.iter().zip(largest).enumerate() {
        let (Some(scale), false) = (least.scale, missing.contains(&index)) else { continue };
        let extra = most.pods.get(least.pods.len()..).unwrap_or_default();
        let placements = schedule_on(&mut state.clone(), extra.to_vec(), Detail::Outcome);
        let then = placements.iter().find_map(|placement| match &placement.outcome {
            Outcome::DoesNotFit(error) => Some(error.to_string()),
            Outcome::Failed(message) => Some(message.clone()),
            Outcome::Placed(_) | Outcome::Gated(_) => None,
        });
        let missed = placements.iter().filter(|placement| is_miss(&placement.outcome)).count();
        maxima.push(Maximum { workload: index, scale, fits: most.pods.len() - missed, then });
        more.extend(extra.iter().cloned());
    }
    let asked = more.len();
    let placements = schedule_on(&mut state.clone(), queue_order(&more), Detail::Outcome);
    let missed = placements.iter().filter(|placement| is_miss(&placement.outcome)).count();
    (maxima, (asked, missed))
}
