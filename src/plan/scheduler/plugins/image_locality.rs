//! Images that are on the node already.

use crate::plan::node::Node;
use crate::plan::pod::PodTemplate;
use crate::plan::scheduler::plugins::MAX_NODE_SCORE;
use crate::plan::scheduler::state::SchedulerState;

/// Below this size, in bytes, images on the node give no points.
const SMALLEST: i64 = 23 * 1024 * 1024;
/// The size, in bytes, at which an image per container gives all points.
const LARGEST_PER_CONTAINER: i64 = 1000 * 1024 * 1024;

/// Mirrors `ImageLocality.Score`: the sizes of the pod's images on the node, each scaled with the share of nodes that
/// have it, so that pods do not pile up where an image landed first.
pub(in crate::plan::scheduler) fn score(state: &SchedulerState<'_>, pod: &PodTemplate, node: &Node) -> i64 {
    if node.images.is_empty() {
        return 0;
    }
    let mut sum = 0_i64;
    for image in &pod.images {
        if let Ok(index) = node.images.binary_search_by(|(name, _)| name.cmp(image)) {
            let nodes = state.image_nodes.get(image).copied().unwrap_or(0);
            let spread = nodes as f64 / state.cluster.nodes.len() as f64;
            sum = sum.saturating_add((node.images[index].1 as f64 * spread) as i64);
        }
    }
    let containers = i64::try_from(pod.images.len()).unwrap_or(i64::MAX);
    let largest = LARGEST_PER_CONTAINER.saturating_mul(containers);
    if largest <= SMALLEST {
        return 0;
    }
    MAX_NODE_SCORE * (sum.clamp(SMALLEST, largest) - SMALLEST) / (largest - SMALLEST)
}
