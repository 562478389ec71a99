//! Is there room for a rollout? A Deployment that may lose no pod before a new one is ready needs a place for one more.

use std::sync::Arc;

use serde_json::Value;

use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};
use crate::plan::explain::{Explanation, explain};
use crate::plan::fit::Fit;
use crate::plan::pod::Pod;
use crate::plan::rollout::amount::Amount;
use crate::plan::rollout::deployment::{Strategy, max_surge, max_unavailable};
use crate::plan::scheduler::Outcome;
use crate::plan::scheduler::plain::{has_room, place};
use crate::plan::scheduler::state::SchedulerState;

/// How many are reported: whoever has more of them has one problem, and not so many.
const MOST_MISSES: usize = 50;

/// A Deployment whose next rollout would stall.
#[derive(Debug, Clone)]
pub struct SurgeMiss {
    /// Its object.
    pub object: ObjectId,
    /// Why one more of them has no place when all others have theirs.
    pub explanation: Explanation,
}

/// The first Deployments of the input whose next rollout would stall with everything placed as it is, in order. Where not
/// even that fits, there is no sense in the question.
pub fn surge_misses(fit: &Fit, program: &Program) -> Vec<SurgeMiss> {
    if !fit.misses.is_empty() {
        return Vec::new();
    }
    let deployments = program.objects_of_kind(Kind::Deployment);
    let asked: Vec<(ObjectRef<'_>, &[Arc<Pod>])> = deployments
        .filter_map(|object| {
            let workload = fit.workload_of(object.id)?;
            let pods = fit.workloads[workload].pods.as_slice();
            (!pods.is_empty() && waits_for_a_surge(object, pods.len())).then_some((object, pods))
        })
        .collect();
    if asked.is_empty() {
        return Vec::new();
    }
    let mut state = SchedulerState::new(&fit.cluster);
    for placement in &fit.placements {
        if let Outcome::Placed(node) = placement.outcome {
            place(&mut state, &placement.pod, node);
        }
    }
    let mut misses = Vec::new();
    for (object, pods) in asked {
        let first = &pods[0];
        let pod = Pod { name: format!("{}-surge", first.name), template: Arc::clone(&first.template) };
        if has_room(&state, &pod) {
            continue;
        }
        if let Some(explanation) = explain(&state, &pod) {
            misses.push(SurgeMiss { object: object.id, explanation });
        }
        if misses.len() == MOST_MISSES {
            break;
        }
    }
    misses
}

/// Whether its rolling update starts with a new pod while every old one must stay.
fn waits_for_a_surge(object: ObjectRef<'_>, replicas: usize) -> bool {
    if object.get("spec.strategy.type").and_then(|kind| kind.as_str()) == Some("Recreate") {
        return false;
    }
    let amount = |path| {
        let Some(node) = object.get(path) else { return Some(Amount::Percent(25)) };
        match node.as_i64() {
            Some(pods) => Some(Amount::Pods(pods)),
            None => Amount::of(&Value::from(node.as_str()?)),
        }
    };
    let surge = amount("spec.strategy.rollingUpdate.maxSurge");
    let unavailable = amount("spec.strategy.rollingUpdate.maxUnavailable");
    let (Some(surge), Some(unavailable)) = (surge, unavailable) else { return false };
    let strategy = Strategy::RollingUpdate { max_surge: surge, max_unavailable: unavailable };
    let replicas = i64::try_from(replicas).unwrap_or(i64::MAX);
    max_unavailable(strategy, replicas) == 0 && max_surge(strategy, replicas) > 0
}
