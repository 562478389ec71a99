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
    // What the last pod was told, if it got no node: nothing has changed for a pod that is equal to it.
    let mut refused: Option<(usize, Outcome)> = None;
    for pod in queue {
        let template = engine.template(&pod.template);
        if let Some((_, outcome)) = refused.as_ref().filter(|(last, _)| *last == template) {
            placements.push(Placement { pod, outcome: outcome.clone(), nodes: None });
            continue;
        }
        let outcome = match engine.prepare(state, template) {
            Some(prepared) => {
                let outcome = decide(&mut engine, state, &mut buffers, template, &prepared);
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
        refused = (!matches!(outcome, Outcome::Placed(_))).then(|| (template, outcome.clone()));
        placements.push(Placement { pod, outcome, nodes: None });
    }
    placements
}
