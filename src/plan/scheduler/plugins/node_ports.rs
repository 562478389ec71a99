//! Ports of the node.

use crate::plan::pod::PodTemplate;
use crate::plan::scheduler::plugins::resolvable;
use crate::plan::scheduler::state::NodeState;
use crate::plan::scheduler::{Plugin, Rejection};

/// What the plugin says about a node of which a port is taken.
pub(in crate::plan::scheduler) const REASON: &str =
    "node(s) didn't have free ports for the requested pod ports";

/// Mirrors `NodePorts.Filter`.
pub(in crate::plan::scheduler) fn filter(pod: &PodTemplate, state: &NodeState) -> Option<Rejection> {
    let is_taken =
        pod.host_ports.iter().any(|port| state.ports.iter().any(|taken| taken.conflicts_with(port)));
    is_taken.then(|| resolvable(Plugin::NodePorts, REASON))
}
