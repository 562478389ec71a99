//! How many pods a workload is meant to have.

use crate::graph::Graph;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

/// How many pods a workload is meant to have, and who says so.
#[derive(Clone, Copy, Debug)]
pub enum Replicas<'p> {
    /// `spec.replicas`, or 1 where it is absent.
    Fixed {
        /// The number.
        count: i64,
        /// Where it stands.
        node: Option<NodeRef<'p>>,
    },
    /// An autoscaler sets the number.
    Autoscaled(Autoscaler<'p>),
}

impl Replicas<'_> {
    /// The smallest number that it will settle at.
    pub fn least(&self) -> i64 {
        match self {
            Self::Fixed { count, .. } => *count,
            Self::Autoscaled(autoscaler) => autoscaler.least,
        }
    }

    /// The largest number that it will settle at.
    pub fn most(&self) -> i64 {
        match self {
            Self::Fixed { count, .. } => *count,
            Self::Autoscaled(autoscaler) => autoscaler.most,
        }
    }
}

/// An object that sets the number of replicas of a workload.
#[derive(Clone, Copy, Debug)]
pub struct Autoscaler<'p> {
    /// The HorizontalPodAutoscaler, or the ScaledObject that makes one.
    pub object: ObjectRef<'p>,
    /// Its lower bound.
    pub least: i64,
    /// Its upper bound.
    pub most: i64,
}

/// The autoscalers that name a workload as their target, in order.
pub fn autoscalers_of<'p>(graph: &Graph<'p>, owner: ObjectRef<'p>) -> Vec<Autoscaler<'p>> {
    let edges = graph.edges_to(owner.id).filter(|edge| edge.row.path == "spec.scaleTargetRef.name");
    let objects = edges.map(|edge| graph.program().object(edge.from));
    let mut found: Vec<_> = objects.filter_map(autoscaler).collect();
    found.sort_by_key(|autoscaler| autoscaler.object.id);
    found
}

/// The bounds of an autoscaler, with the defaults of the API (`SetDefaults_HorizontalPodAutoscaler`) and of KEDA.
pub fn autoscaler(object: ObjectRef<'_>) -> Option<Autoscaler<'_>> {
    let number = |path: &str| object.get(path).and_then(NodeRef::as_i64);
    let (least, most) = match object.kind() {
        Kind::HorizontalPodAutoscaler => {
            (number("spec.minReplicas").unwrap_or(1), number("spec.maxReplicas")?)
        }
        Kind::ScaledObject => {
            (number("spec.minReplicaCount").unwrap_or(0), number("spec.maxReplicaCount").unwrap_or(100))
        }
        _ => return None,
    };
    Some(Autoscaler { object, least, most })
}

/// How many pods a workload is meant to have; `None` where that is not a number that somebody sets (DaemonSets, Jobs,
/// pods), or cannot be read.
pub fn replicas_of<'p>(graph: &Graph<'p>, owner: ObjectRef<'p>) -> Option<Replicas<'p>> {
    if !has_replicas(owner) {
        return None;
    }
    let owner = stand_in_of(graph, owner).unwrap_or(owner);
    if let Some(autoscaler) = autoscalers_of(graph, owner).first() {
        return Some(Replicas::Autoscaled(*autoscaler));
    }
    let node = owner.get("spec.replicas");
    // A DeploymentConfig has none where it says none, and is scaled by hand.
    let default = (owner.kind() != Kind::Other || owner.group() == KRUISE).then_some(1);
    let count = node.map_or(default, NodeRef::as_i64)?;
    Some(Replicas::Fixed { count, node })
}

/// The Rollout that makes the pods of a Deployment in its stead, for its `workloadRef` names it.
fn stand_in_of<'p>(graph: &Graph<'p>, owner: ObjectRef<'p>) -> Option<ObjectRef<'p>> {
    let mut edges = graph.edges_to(owner.id).filter(|edge| edge.row.path == "spec.workloadRef.name");
    edges.next().map(|edge| graph.program().object(edge.from))
}

/// Whether a workload is of a kind with a number of replicas.
pub fn has_replicas(owner: ObjectRef<'_>) -> bool {
    match owner.kind() {
        Kind::Deployment
        | Kind::StatefulSet
        | Kind::ReplicaSet
        | Kind::ReplicationController
        | Kind::Rollout => true,
        Kind::Other => match owner.group() {
            "apps.openshift.io" => owner.kind_name() == "DeploymentConfig",
            KRUISE => matches!(owner.kind_name(), "CloneSet" | "StatefulSet"),
            _ => false,
        },
        _ => false,
    }
}

/// The API group of OpenKruise.
const KRUISE: &str = "apps.kruise.io";
