//! A node as the scheduler sees it.

use k8s_openapi::api::core::v1 as core;

use crate::plan::pod::normalized_image_name;
use crate::plan::quantity::Quantity;
use crate::plan::resources::{Resources, resource_list};
use crate::plan::selector::Labels;

/// The labels by which providers say which pool a node belongs to.
const POOL_LABELS: [&str; 6] = [
    "karpenter.sh/nodepool",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "doks.digitalocean.com/node-pool",
    "node.kubernetes.io/pool",
];

/// A node of the inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// The name.
    pub name: String,
    /// The labels.
    pub labels: Labels,
    /// The taints.
    pub taints: Vec<Taint>,
    /// Whether the node is cordoned.
    pub unschedulable: bool,
    /// What pods may request in all.
    pub allocatable: Resources,
    /// How many pods the node takes.
    pub allowed_pods: i64,
    /// Images that are on the node, by normalised name, with their sizes in bytes.
    pub images: Vec<(String, i64)>,
    /// The pool that the node comes from: its `NodePool`, or what the label of a provider says.
    pub pool: Option<String>,
}

/// A taint (`v1.Taint`); an absent value is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taint {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

impl Taint {
    /// Whether the taint keeps pods that do not tolerate it off the node (`DoNotScheduleTaintsFilterFunc`).
    pub fn keeps_off(&self) -> bool {
        self.effect == "NoSchedule" || self.effect == "NoExecute"
    }
}

impl Node {
    /// Reads a node. A node that reports no allocatable amounts offers its capacity, as the API server defaults it
    /// (`SetDefaults_NodeStatus`).
    pub fn new(node: &core::Node) -> Node {
        let status = node.status.as_ref();
        let allocatable = status.and_then(|status| status.allocatable.as_ref());
        let capacity = status.and_then(|status| status.capacity.as_ref());
        let offered = resource_list(allocatable.filter(|list| !list.is_empty()).or(capacity));
        let spec = node.spec.as_ref();
        let taints = spec.and_then(|spec| spec.taints.as_deref()).unwrap_or_default();
        Node {
            name: node.metadata.name.clone().unwrap_or_default(),
            labels: node.metadata.labels.clone().unwrap_or_default(),
            taints: taints.iter().map(Taint::from).collect(),
            unschedulable: spec.and_then(|spec| spec.unschedulable).unwrap_or(false),
            allowed_pods: offered.get("pods").map_or(0, |quantity: &Quantity| quantity.value()),
            allocatable: Resources::from_list(&offered),
            images: images(status.and_then(|status| status.images.as_deref()).unwrap_or_default()),
            pool: POOL_LABELS.iter().find_map(|key| node.metadata.labels.as_ref()?.get(*key).cloned()),
        }
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }
}

impl From<&core::Taint> for Taint {
    fn from(taint: &core::Taint) -> Taint {
        Taint {
            key: taint.key.clone(),
            value: taint.value.clone().unwrap_or_default(),
            effect: taint.effect.clone(),
        }
    }
}

fn images(images: &[core::ContainerImage]) -> Vec<(String, i64)> {
    let named = images.iter().flat_map(|image| {
        let size = image.size_bytes.unwrap_or(0);
        image.names.iter().flatten().map(move |name| (normalized_image_name(name), size))
    });
    let mut named: Vec<(String, i64)> = named.collect();
    named.sort();
    named.dedup_by(|later, earlier| later.0 == earlier.0);
    named
}
