//! The verdicts as JSON; answers are members beside them.

use serde::Serialize;

use crate::plan::answer::Lose;
use crate::plan::scheduler::verdict::{PodVerdict, verdicts};
use crate::plan::scheduler::{Outcome, Placement};
use crate::render::schedule::{ScheduleReport, left_out};

#[derive(Serialize)]
struct Schedule {
    pods: Vec<PodVerdict>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    losses: Vec<Loss>,
    #[serde(skip_serializing_if = "Option::is_none")]
    headroom: Option<Vec<Headroom>>,
    #[serde(rename = "leftOut", skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct Loss {
    lost: &'static str,
    name: String,
    displaced: usize,
    homeless: Vec<Homeless>,
}

#[derive(Serialize)]
struct Homeless {
    pod: String,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Headroom {
    kind: String,
    namespace: String,
    name: String,
    more: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    or_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ignores_volumes: bool,
}

/// Renders one JSON object on one line.
pub(super) fn render(report: &ScheduleReport<'_>) -> String {
    let losses = report.answers.losses.iter().flat_map(|(lose, losses)| {
        let kind = match lose {
            Lose::AnyNode | Lose::Node(_) => "node",
            Lose::AnyZone | Lose::Zone(_) => "zone",
        };
        losses.losses.iter().map(move |loss| Loss {
            lost: kind,
            name: loss.lost.clone(),
            displaced: loss.displaced,
            homeless: loss.homeless.iter().map(homeless).collect(),
        })
    });
    let headroom = report.answers.headroom.as_ref().map(|headroom| {
        let rows = headroom.iter().map(|(index, headroom)| {
            let workload = &report.fit.workloads[*index];
            Headroom {
                kind: workload.kind.clone(),
                namespace: workload.namespace.clone(),
                name: workload.name.clone(),
                more: headroom.more,
                or_more: headroom.is_at_least,
                then: headroom.then.as_ref().map(ToString::to_string),
                ignores_volumes: headroom.ignores_claims,
            }
        });
        rows.collect()
    });
    let schedule = Schedule {
        pods: verdicts(&report.fit.cluster, &report.fit.placements).pods,
        losses: losses.collect(),
        headroom,
        left_out: left_out(report),
    };
    let mut text = serde_json::to_string(&schedule).unwrap_or_default();
    text.push('\n');
    text
}

fn homeless(placement: &Placement) -> Homeless {
    let message = match &placement.outcome {
        Outcome::DoesNotFit(error) => error.to_string(),
        Outcome::Failed(message) => message.clone(),
        Outcome::Gated(gates) => format!("waiting for scheduling gates: [{}]", gates.join(" ")),
        Outcome::Placed(_) => String::new(),
    };
    Homeless { pod: placement.pod.full_name(), message }
}
