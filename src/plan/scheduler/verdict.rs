//! Decisions in the form in which `kplan schedule --format json` prints them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::plan::cluster::Cluster;
use crate::plan::scheduler::{NodeVerdict, Outcome, Placement};

/// All decisions, in scheduling order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// One entry per pending pod.
    pub pods: Vec<PodVerdict>,
}

/// The decision about one pod: exactly one of `node`, `message` and `error` is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PodVerdict {
    /// `NAMESPACE/NAME`.
    pub pod: String,
    /// The node that it goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Why it fits nowhere, in the words of kube-scheduler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Why it was not scheduled at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The verdict on every node that was looked at, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nodes: Option<BTreeMap<String, NodeReport>>,
}

/// The verdict on one node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum NodeReport {
    /// The pod can go there.
    Feasible {
        /// Always true.
        feasible: bool,
        /// The weighted total.
        score: i64,
        /// The weighted score of each plugin that scored, by its name.
        scores: BTreeMap<&'static str, i64>,
    },
    /// The pod cannot go there.
    Rejected {
        /// Always false.
        feasible: bool,
        /// The plugin that refuses.
        plugin: &'static str,
        /// Its reasons, in Kubernetes' words.
        reasons: Vec<String>,
        /// Whether taking pods off the node could help.
        resolvable: bool,
    },
}

/// Puts decisions into the printed form.
pub fn verdicts(cluster: &Cluster, placements: &[Placement]) -> Verdicts {
    Verdicts { pods: placements.iter().map(|placement| pod_verdict(cluster, placement)).collect() }
}

fn pod_verdict(cluster: &Cluster, placement: &Placement) -> PodVerdict {
    let mut verdict =
        PodVerdict { pod: placement.pod.full_name(), node: None, message: None, error: None, nodes: None };
    match &placement.outcome {
        Outcome::Placed(node) => verdict.node = Some(cluster.nodes[*node].name.clone()),
        Outcome::DoesNotFit(error) => verdict.message = Some(error.to_string()),
        Outcome::Gated(gates) => {
            verdict.error = Some(format!("waiting for scheduling gates: [{}]", gates.join(" ")));
        }
        Outcome::Failed(message) => verdict.error = Some(message.clone()),
    }
    verdict.nodes = placement.nodes.as_ref().map(|nodes| {
        nodes
            .iter()
            .map(|(node, verdict)| (cluster.nodes[*node].name.clone(), node_report(verdict)))
            .collect()
    });
    verdict
}

fn node_report(verdict: &NodeVerdict) -> NodeReport {
    match verdict {
        NodeVerdict::Feasible { score, scores } => NodeReport::Feasible {
            feasible: true,
            score: *score,
            scores: scores.iter().map(|(plugin, score)| (plugin.name(), *score)).collect(),
        },
        NodeVerdict::Rejected(rejection) => NodeReport::Rejected {
            feasible: false,
            plugin: rejection.plugin.name(),
            reasons: rejection.reasons.clone(),
            resolvable: rejection.resolvable,
        },
    }
}
