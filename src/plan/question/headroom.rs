//! How many more pods of each workload fit, and what runs out first.

use std::sync::Arc;

use rayon::prelude::*;

use crate::plan::pod::{Pod, PodTemplate, PodVolume};
use crate::plan::scheduler::copies::{Copies, copies, is_independent};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{FitError, Outcome};

/// How many copies are asked about at most.
pub const MOST_COPIES: usize = 100_000;
/// How many times nodes are looked at, for all questions together, to place copies that must be placed one by one.
const MOST_LOOKS: usize = 1_000_000_000;
/// How many copies are asked about at least.
const FEWEST_COPIES: usize = 10;

/// How many more pods like one fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// How many fit beside everything that is placed.
    pub more: usize,
    /// Whether there may be more: no more were asked about.
    pub is_at_least: bool,
    /// Why the next one does not fit; `None` if all that were asked about do.
    pub then: Option<Arc<FitError>>,
    /// Whether claims of the pod were left out, because a copy would have its own.
    pub ignores_claims: bool,
}

/// How many more pods like each of some fit, each asked by itself. The cluster stays as it is.
pub fn headrooms(state: &SchedulerState<'_>, pods: &[(usize, Arc<Pod>)]) -> Vec<(usize, Headroom)> {
    let asked: Vec<(usize, Arc<Pod>, ClaimsCounted)> =
        pods.iter().map(|(number, pod)| without_claims(*number, pod)).collect();
    let one_by_one = asked.iter().filter(|(_, pod, _)| !is_independent(&pod.template)).count();
    let looks = state.cluster.nodes.len().max(1).saturating_mul(one_by_one.max(1));
    let most = (MOST_LOOKS / looks).clamp(FEWEST_COPIES, MOST_COPIES);
    let headroom = |(number, pod, claims): (usize, Arc<Pod>, ClaimsCounted)| {
        let most = if is_independent(&pod.template) { MOST_COPIES } else { most };
        let Copies { placed, then } = copies(state, &pod, most);
        let is_at_least = then.is_none();
        let then = match then {
            Some(Outcome::DoesNotFit(error)) => Some(error),
            Some(Outcome::Placed(_) | Outcome::Gated(_) | Outcome::Failed(_)) | None => None,
        };
        let ignores_claims = claims == ClaimsCounted::No;
        (number, Headroom { more: placed, is_at_least, then, ignores_claims })
    };
    asked.into_par_iter().map(headroom).collect()
}

/// Whether the claims of a pod count for its copies: they would have their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClaimsCounted {
    All,
    No,
}

fn without_claims(number: usize, pod: &Arc<Pod>) -> (usize, Arc<Pod>, ClaimsCounted) {
    let is_claim = |volume: &PodVolume| matches!(volume, PodVolume::Claim(_) | PodVolume::Ephemeral { .. });
    if !pod.template.volumes.iter().any(is_claim) {
        return (number, pod.clone(), ClaimsCounted::All);
    }
    let mut template: PodTemplate = (*pod.template).clone();
    template.volumes.retain(|volume| !is_claim(volume));
    (number, Arc::new(Pod { name: pod.name.clone(), template: Arc::new(template) }), ClaimsCounted::No)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::bench::{Bench, Mix, bench};

    fn headroom(state: &SchedulerState<'_>, bench: &Bench) -> Headroom {
        headrooms(state, &[(0, bench.pods[0].clone())]).remove(0).1
    }

    #[test]
    fn copies_are_counted_until_one_fits_nowhere() {
        let bench = bench(3, 1, Mix::Plain);
        let state = SchedulerState::new(&bench.cluster);
        // 32 CPU of 500m each are 64 pods a node.
        let headroom = headroom(&state, &bench);
        assert_eq!(headroom.more, 3 * 64);
        assert_eq!(headroom.then.unwrap().to_string(), "0/3 nodes are available: 3 Insufficient cpu.");
        assert_eq!(state.nodes[0].pods.len(), 0);
    }

    #[test]
    fn anti_affinity_runs_out_before_the_cpu_does() {
        let bench = bench(3, 1, Mix::Anti);
        let headroom = headroom(&SchedulerState::new(&bench.cluster), &bench);
        assert_eq!(headroom.more, 3);
        let message = headroom.then.unwrap().to_string();
        assert_eq!(message, "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
    }
}
