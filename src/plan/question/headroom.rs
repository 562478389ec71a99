//! How many more pods of each workload fit, and what runs out first.

use std::sync::Arc;

use crate::plan::pod::{Pod, PodTemplate};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, FitError, Outcome, schedule_on};

/// How many copies are asked about at most.
pub const MOST_COPIES: usize = 100_000;

/// How many more pods like one fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headroom {
    /// How many fit beside everything that is placed; `MOST_COPIES` means that many or more.
    pub more: usize,
    /// Why the next one does not fit; `None` if all that were asked about do.
    pub then: Option<FitError>,
    /// Whether claims of the pod were left out, because a copy would have its own.
    pub ignores_claims: bool,
}

/// Places copies of a pod, one after the other, until one fits nowhere. The cluster stays as it is.
pub fn headroom(state: &SchedulerState<'_>, pod: &Pod) -> Headroom {
    use crate::plan::pod::PodVolume;
    let is_claim = |volume: &PodVolume| matches!(volume, PodVolume::Claim(_) | PodVolume::Ephemeral { .. });
    let ignores_claims = pod.template.volumes.iter().any(is_claim);
    let template = if ignores_claims {
        let mut template: PodTemplate = (*pod.template).clone();
        template.volumes.retain(|volume| !is_claim(volume));
        Arc::new(template)
    } else {
        pod.template.clone()
    };
    let mut state = state.clone();
    let mut more = 0;
    let mut batch = 64;
    while more < MOST_COPIES {
        let size = batch.min(MOST_COPIES - more);
        let copies = (0..size).map(|index| {
            let name = format!("{}-copy-{}", pod.name, more + index);
            Arc::new(Pod { name, template: template.clone() })
        });
        for placement in schedule_on(&mut state, copies.collect(), Detail::Outcome) {
            match placement.outcome {
                Outcome::Placed(_) => more += 1,
                Outcome::DoesNotFit(error) => return Headroom { more, then: Some(error), ignores_claims },
                Outcome::Gated(_) | Outcome::Failed(_) => {
                    return Headroom { more, then: None, ignores_claims };
                }
            }
        }
        batch *= 4;
    }
    Headroom { more, then: None, ignores_claims }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::bench::{Mix, bench};

    #[test]
    fn copies_are_counted_until_one_fits_nowhere() {
        let bench = bench(3, 1, Mix::Plain);
        let state = SchedulerState::new(&bench.cluster);
        // 32 CPU of 500m each are 64 pods a node.
        let headroom = headroom(&state, &bench.pods[0]);
        assert_eq!(headroom.more, 3 * 64);
        assert_eq!(headroom.then.unwrap().to_string(), "0/3 nodes are available: 3 Insufficient cpu.");
        assert_eq!(state.nodes[0].pods.len(), 0);
    }

    #[test]
    fn anti_affinity_runs_out_before_the_cpu_does() {
        let bench = bench(3, 1, Mix::Anti);
        let headroom = headroom(&SchedulerState::new(&bench.cluster), &bench.pods[0]);
        assert_eq!(headroom.more, 3);
        let message = headroom.then.unwrap().to_string();
        assert_eq!(message, "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.");
    }
}
