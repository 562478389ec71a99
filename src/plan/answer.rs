//! What people ask about a fit beside whether everything fits.

use std::sync::Arc;

use crate::plan::certainty::{Certainty, Competition};
use crate::plan::fit::{Fit, Miss};
use crate::plan::pod::Pod;
use crate::plan::question::headroom::{Headroom, headrooms};
use crate::plan::question::loss::{Loss, Losses, lose_any_node, lose_any_zone, lose_node, lose_zone};
use crate::plan::question::pool_size::{PoolSize, pool_sizes};
use crate::plan::question::preemption::{DisruptionBudget, Preemption, preemption};
use crate::plan::scheduler::Outcome;

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// What is to be lost, one after the other.
    pub lose: Vec<Lose>,
    /// Whether to say how many more of each workload fit.
    pub headroom: Option<HeadroomWanted>,
    /// Whether to say more about what does not fit than the scheduler does.
    pub advice: Option<AdviceWanted>,
}

/// Says that headroom is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadroomWanted;

/// Says that advice is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdviceWanted;

/// Something that may be lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lose {
    /// Each node by itself.
    AnyNode,
    /// One node.
    Node(String),
    /// Each zone by itself.
    AnyZone,
    /// One zone.
    Zone(String),
}

/// What is known.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// What each loss does, by question.
    pub losses: Vec<(Lose, Losses)>,
    /// How many more pods of a workload fit: index into the workloads, and the answer.
    pub headroom: Option<Vec<(usize, Headroom)>>,
    /// For each miss, whether it could be otherwise, and who would be preempted.
    pub advice: Vec<Advice>,
    /// How many nodes of each pool are needed; only if something does not fit.
    pub pools: Vec<PoolSize>,
    /// What was not looked into because that would take too long, in words.
    pub left_out: Vec<String>,
}

/// What is known about a workload that does not fit.
#[derive(Debug, Clone)]
pub struct Advice {
    /// Whether any order of placement would do.
    pub certainty: Certainty,
    /// Who would go for the first pod that fits nowhere.
    pub preemption: Option<Preemption>,
}

fn one(loss: Loss) -> Losses {
    Losses { all: 1, losses: vec![loss] }
}

/// Answers the questions.
///
/// # Errors
/// What is to be lost is not there.
pub fn answer(fit: &Fit, questions: &Questions) -> Result<Answers, Lose> {
    let mut answers = Answers::default();
    if questions.lose.is_empty() && questions.headroom.is_none() && questions.advice.is_none() {
        return Ok(answers);
    }
    let state = fit.settled();
    for lose in &questions.lose {
        let losses = match lose {
            Lose::AnyNode => lose_any_node(&state),
            Lose::AnyZone => lose_any_zone(&state),
            Lose::Node(name) => one(lose_node(&state, name).ok_or_else(|| lose.clone())?),
            Lose::Zone(name) => one(lose_zone(&state, name).ok_or_else(|| lose.clone())?),
        };
        let asked = losses.losses.len();
        if asked < losses.all {
            let (what, which) = match lose {
                Lose::AnyNode | Lose::Node(_) => ("nodes", "fullest"),
                Lose::AnyZone | Lose::Zone(_) => ("zones", "first"),
            };
            let all = losses.all;
            answers
                .left_out
                .push(format!("of the {all} {what}, only the loss of the {which} {asked} was tried"));
        }
        answers.losses.push((lose.clone(), losses));
    }
    if questions.headroom.is_some() {
        // A DaemonSet grows with the nodes, not by itself.
        let asked: Vec<usize> =
            (0..fit.workloads.len()).filter(|index| fit.workloads[*index].kind != "DaemonSet").collect();
        let first = |index: usize| Some((index, fit.workloads[index].pods.first()?.clone()));
        let pods: Vec<(usize, Arc<Pod>)> = asked.into_iter().filter_map(first).collect();
        answers.headroom = Some(headrooms(&state, &pods));
    }
    if questions.advice.is_some() && !fit.misses.is_empty() {
        let pending = fit.pending();
        let mut state = state;
        let competition = Competition::new(&fit.cluster, &pending);
        let budgets: Vec<DisruptionBudget> =
            fit.gathered.budgets.iter().map(|budget| DisruptionBudget::new(budget, &state)).collect();
        for miss in &fit.misses {
            let placement = &fit.placements[miss.first];
            let preemption = match (&placement.outcome, &miss.explanation) {
                (Outcome::DoesNotFit(_), Some(_)) => preemption(&mut state, &placement.pod, &budgets),
                _ => None,
            };
            let certainty = match miss.explanation {
                Some(_) => competition.certainty(&placement.pod),
                None => Certainty::NotFound,
            };
            answers.advice.push(Advice { certainty, preemption });
        }
        match pool_sizes(&fit.cluster, &pending) {
            Some(pools) => answers.pools = pools,
            None => {
                answers.left_out.push("how many nodes of each pool everything needs was not tried".to_owned())
            }
        }
        let unexplained = fit.misses.iter().filter(|miss| miss.explanation.is_none()).count();
        let failed = |miss: &&Miss| !matches!(fit.placements[miss.first].outcome, Outcome::DoesNotFit(_));
        let unexplained = unexplained - fit.misses.iter().filter(failed).count();
        if unexplained > 0 {
            answers.left_out.push(format!(
                "for {unexplained} of {} workloads that do not fit, only the scheduler's sentence is given",
                fit.misses.len()
            ));
        }
    }
    Ok(answers)
}
