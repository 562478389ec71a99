//! The scheduler: places pods as the default profile of kube-scheduler does, every node considered, the highest score
//! wins, and among equals the first node by name.

pub mod copies;
pub mod fast;
pub mod fit_error;
pub mod plain;
mod plugins;
pub mod state;
pub mod verdict;

use std::sync::Arc;

use crate::plan::cluster::Cluster;
use crate::plan::pod::Pod;
use crate::plan::scheduler::state::SchedulerState;

pub use crate::plan::scheduler::fit_error::FitError;

/// A plugin of the default profile, in the order in which the profile runs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plugin {
    /// The node is cordoned.
    NodeUnschedulable,
    /// The pod asks for its node by name.
    NodeName,
    /// Taints and tolerations.
    TaintToleration,
    /// Node selector and node affinity.
    NodeAffinity,
    /// Ports of the node.
    NodePorts,
    /// Requests against what is left.
    NodeResourcesFit,
    /// Volumes that cannot be shared.
    VolumeRestrictions,
    /// How many volumes a node takes.
    NodeVolumeLimits,
    /// Claims and the volumes for them.
    VolumeBinding,
    /// The zones of bound volumes.
    VolumeZone,
    /// Topology spread constraints.
    PodTopologySpread,
    /// Affinity to other pods.
    InterPodAffinity,
    /// Even use of the resources.
    NodeResourcesBalancedAllocation,
    /// Images that are on the node already.
    ImageLocality,
}

impl Plugin {
    /// The plugin's name in Kubernetes.
    pub fn name(self) -> &'static str {
        match self {
            Plugin::NodeUnschedulable => "NodeUnschedulable",
            Plugin::NodeName => "NodeName",
            Plugin::TaintToleration => "TaintToleration",
            Plugin::NodeAffinity => "NodeAffinity",
            Plugin::NodePorts => "NodePorts",
            Plugin::NodeResourcesFit => "NodeResourcesFit",
            Plugin::VolumeRestrictions => "VolumeRestrictions",
            Plugin::NodeVolumeLimits => "NodeVolumeLimits",
            Plugin::VolumeBinding => "VolumeBinding",
            Plugin::VolumeZone => "VolumeZone",
            Plugin::PodTopologySpread => "PodTopologySpread",
            Plugin::InterPodAffinity => "InterPodAffinity",
            Plugin::NodeResourcesBalancedAllocation => "NodeResourcesBalancedAllocation",
            Plugin::ImageLocality => "ImageLocality",
        }
    }

    /// What a point of the plugin counts for in the total (`getDefaultPlugins` of the scheduler's defaults).
    pub fn weight(self) -> i64 {
        match self {
            Plugin::TaintToleration => 3,
            Plugin::NodeAffinity | Plugin::PodTopologySpread | Plugin::InterPodAffinity => 2,
            _ => 1,
        }
    }
}

/// What became of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It goes to a node: index into the cluster's nodes.
    Placed(usize),
    /// It fits nowhere.
    DoesNotFit(Arc<FitError>),
    /// Gates hold it back; it takes no room.
    Gated(Vec<String>),
    /// The scheduler could not work, with its message.
    Failed(String),
}

/// Why a node was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The plugin that refuses.
    pub plugin: Plugin,
    /// Its reasons, in Kubernetes' words.
    pub reasons: Vec<String>,
    /// Whether taking pods off the node could help (`Unschedulable`, not `UnschedulableAndUnresolvable`).
    pub resolvable: bool,
}

/// What the scheduler found for a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeVerdict {
    /// The pod can go there.
    Feasible {
        /// The total of the weighted scores.
        score: i64,
        /// The weighted score of each plugin that scored.
        scores: Vec<(Plugin, i64)>,
    },
    /// The pod cannot go there.
    Rejected(Rejection),
}

/// The decision about one pod.
#[derive(Debug, Clone)]
pub struct Placement {
    /// The pod.
    pub pod: Arc<Pod>,
    /// What became of it.
    pub outcome: Outcome,
    /// The verdict on every node that was looked at, by index into the cluster's nodes; `None` if it was not asked
    /// for, or if the pod was refused before any node was looked at.
    pub nodes: Option<Vec<(usize, NodeVerdict)>>,
}

/// How much to say about each decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The outcome only.
    Outcome,
    /// The verdict on every node as well.
    PerNode,
}

/// The queue in scheduling order: by priority, highest first, then in the order of the input
/// (`PrioritySort.Less`, where the order of the input stands for the time of creation).
pub fn queue_order(pods: &[Arc<Pod>]) -> Vec<Arc<Pod>> {
    let mut queue = pods.to_vec();
    queue.sort_by_key(|pod| std::cmp::Reverse(pod.template.priority));
    queue
}

/// Places pending pods in scheduling order; every placed pod takes its share before the next one is looked at.
/// Nobody is preempted. Without the verdicts on nodes the fast engine decides, with the same decisions.
pub fn schedule(cluster: &Cluster, pending: &[Arc<Pod>], detail: Detail) -> Vec<Placement> {
    schedule_on(&mut SchedulerState::new(cluster), queue_order(pending), detail)
}

/// Places pods, in the order given, on a cluster that may be filled already.
pub fn schedule_on(state: &mut SchedulerState<'_>, queue: Vec<Arc<Pod>>, detail: Detail) -> Vec<Placement> {
    match detail {
        Detail::Outcome => fast::schedule_queue(state, queue),
        Detail::PerNode => queue.into_iter().map(|pod| plain::schedule_one(state, pod, detail)).collect(),
    }
}
