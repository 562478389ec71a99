//! The fast engine: the decisions of the plain algorithm, at hundreds of thousands of pods.
//!
//! Equal pods share their work. What a single node decides (requests, ports, taints, node affinity, images) is kept in
//! an array per class of equal pods, and after a placement only the node that got the pod is looked at again. What
//! other pods decide (spreading, affinity) is kept in numbers by domain that a placement adds to. Choosing a node is
//! then one walk over an array; normalised scores, where they are not the same everywhere, take a few more. Pods with
//! volumes go through the plain algorithm, on the same state.

mod class;
mod decide;
mod engine;
mod tally;
mod topology;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::pod::Pod;
use crate::plan::scheduler::fast::decide::{Buffers, decide};
use crate::plan::scheduler::fast::engine::Engine;
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, Outcome, Placement, plain};

/// Places pods in the order given, like `plain::schedule_one` one after the other, without the verdicts on nodes.
pub fn schedule_queue(state: &mut SchedulerState<'_>, queue: Vec<Arc<Pod>>) -> Vec<Placement> {
    let mut engine = Engine::new(state);
    let mut buffers = Buffers::default();
    let mut placements = Vec::with_capacity(queue.len());
    // What pods were told that got no node. As long as nothing is placed, equal ones are told the same.
    let mut refused: BTreeMap<usize, Outcome> = BTreeMap::new();
    for pod in queue {
        let template = engine.template(&pod.template);
        if let Some(outcome) = refused.get(&template) {
            placements.push(Placement { pod, outcome: outcome.clone(), nodes: None });
            continue;
        }
        let outcome = place_next(&mut engine, state, &mut buffers, template, &pod);
        if matches!(outcome, Outcome::Placed(_)) {
            refused.clear();
        } else {
            refused.insert(template, outcome.clone());
        }
        placements.push(Placement { pod, outcome, nodes: None });
    }
    placements
}

/// Places up to `most` pods that are all like one, until one fits nowhere: how many found a node, and what the next
/// one was told.
pub(in crate::plan::scheduler) fn place_copies(
    state: &mut SchedulerState<'_>,
    pod: &Arc<Pod>,
    most: usize,
) -> (usize, Option<Outcome>) {
    let mut engine = Engine::new(state);
    let mut buffers = Buffers::default();
    let template = engine.template(&pod.template);
    for placed in 0..most {
        let outcome = place_next(&mut engine, state, &mut buffers, template, pod);
        if !matches!(outcome, Outcome::Placed(_)) {
            return (placed, Some(outcome));
        }
    }
    (most, None)
}

fn place_next(
    engine: &mut Engine<'_>,
    state: &mut SchedulerState<'_>,
    buffers: &mut Buffers,
    template: usize,
    pod: &Arc<Pod>,
) -> Outcome {
    let outcome = match engine.prepare(state, template) {
        Some(prepared) => {
            let outcome = decide(engine, state, buffers, template, &prepared);
            if let Outcome::Placed(node) = outcome {
                state.add(node, pod.clone());
            }
            outcome
        }
        None => plain::schedule_one(state, pod.clone(), Detail::Outcome).outcome,
    };
    if let Outcome::Placed(node) = outcome {
        engine.record(template, node);
    }
    outcome
}
