//! The plugins of the default profile: one file each, filter and score together.

pub(super) mod image_locality;
pub(super) mod inter_pod_affinity;
pub(super) mod node_affinity;
pub(super) mod node_ports;
pub(super) mod node_resources;
pub(super) mod node_volume_limits;
pub(super) mod pod_topology_spread;
pub(super) mod taint_toleration;
pub(super) mod volume_binding;
pub(super) mod volume_restrictions;
pub(super) mod volume_zone;

use crate::plan::scheduler::{Plugin, Rejection};

/// The highest score of a plugin (`framework.MaxNodeScore`).
pub(super) const MAX_NODE_SCORE: i64 = 100;

/// What a plugin says before any node is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The pod fits nowhere, whatever is taken off the nodes.
    Unresolvable(String),
    /// The scheduler could not work.
    Error(String),
}

/// A rejection that taking pods off the node cannot change.
pub(super) fn unresolvable(plugin: Plugin, reason: &str) -> Rejection {
    Rejection { plugin, reasons: vec![reason.to_owned()], resolvable: false }
}

/// A rejection that taking pods off the node could change.
pub(super) fn resolvable(plugin: Plugin, reason: &str) -> Rejection {
    Rejection { plugin, reasons: vec![reason.to_owned()], resolvable: true }
}

/// Scales scores so that the highest becomes the maximum (`helper.DefaultNormalizeScore`).
pub(super) fn normalize(scores: &mut [i64], order: ScoreOrder) {
    let highest = scores.iter().copied().max().unwrap_or(0).max(0);
    for score in scores {
        if highest == 0 {
            if order == ScoreOrder::LowIsGood {
                *score = MAX_NODE_SCORE;
            }
            continue;
        }
        let scaled = MAX_NODE_SCORE * *score / highest;
        *score = match order {
            ScoreOrder::HighIsGood => scaled,
            ScoreOrder::LowIsGood => MAX_NODE_SCORE - scaled,
        };
    }
}

/// Which end of the raw scores is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ScoreOrder {
    HighIsGood,
    LowIsGood,
}
