//! Objects of a cluster become the inventory.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::{apps::v1 as apps, core::v1 as core, storage::v1 as storage};
use serde::Deserialize;

use crate::plan::cluster::Cluster;
use crate::plan::node::{Node, Taint};
use crate::plan::pod::{Pod, PodTemplate, namespace_or_default};
use crate::plan::quantity::Quantity;
use crate::plan::resources::{ResourceList, Resources};
use crate::plan::selector::{Labels, Selector};
use crate::plan::volume::{Claim, CsiNode, StorageCapacity, StorageClass, Volume};

/// The objects that make an inventory, of which each kind may be missing.
#[derive(Debug, Clone, Default)]
pub struct InventoryObjects {
    /// Nodes.
    pub nodes: Vec<core::Node>,
    /// Pools of nodes in the short form.
    pub node_pools: Vec<NodePool>,
    /// Pods; those with a node and a phase are running.
    pub pods: Vec<core::Pod>,
    /// Namespaces.
    pub namespaces: Vec<core::Namespace>,
    /// PersistentVolumes.
    pub volumes: Vec<core::PersistentVolume>,
    /// PersistentVolumeClaims.
    pub claims: Vec<core::PersistentVolumeClaim>,
    /// StorageClasses.
    pub storage_classes: Vec<storage::StorageClass>,
    /// CSINodes.
    pub csi_nodes: Vec<storage::CSINode>,
    /// CSIDrivers.
    pub csi_drivers: Vec<storage::CSIDriver>,
    /// CSIStorageCapacities.
    pub storage_capacities: Vec<storage::CSIStorageCapacity>,
    /// VolumeAttachments.
    pub volume_attachments: Vec<storage::VolumeAttachment>,
    /// Services.
    pub services: Vec<core::Service>,
    /// ReplicationControllers.
    pub replication_controllers: Vec<core::ReplicationController>,
    /// ReplicaSets.
    pub replica_sets: Vec<apps::ReplicaSet>,
    /// StatefulSets.
    pub stateful_sets: Vec<apps::StatefulSet>,
}

/// Nodes in the short form: `kind: NodePool` of `kplan.dev/v1`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct NodePool {
    /// The object's metadata.
    pub metadata: NodePoolMetadata,
    /// The nodes.
    pub spec: NodePoolSpec,
}

/// The metadata of a `NodePool`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct NodePoolMetadata {
    /// The pool's name; its nodes are `NAME-0`, `NAME-1`, ...
    pub name: String,
}

/// What the nodes of a `NodePool` are like.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct NodePoolSpec {
    /// How many nodes.
    #[serde(default)]
    pub count: u32,
    /// The zones, dealt out in turn.
    #[serde(default)]
    pub zones: Vec<String>,
    /// What each node offers.
    #[serde(default)]
    pub allocatable: BTreeMap<String, k8s_openapi::apimachinery::pkg::api::resource::Quantity>,
    /// Labels of each node.
    #[serde(default)]
    pub labels: Labels,
    /// Taints of each node.
    #[serde(default)]
    pub taints: Vec<core::Taint>,
}

/// An inventory, and the pods in it that still wait for a node.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// The cluster.
    pub cluster: Cluster,
    /// Pods without a node, in the order of the input.
    pub pending: Vec<Arc<Pod>>,
    /// What is odd about the inventory.
    pub problems: Vec<InventoryProblem>,
}

/// Something of the inventory that cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InventoryProblem {
    /// Two nodes have the name; the first one counts.
    DuplicateNode(String),
    /// A running pod (namespace and name) names a node that the inventory does not have; the pod is left out.
    PodOnUnknownNode {
        /// `NAMESPACE/NAME`.
        pod: String,
        /// The node that it names.
        node: String,
    },
    /// An amount of a pool is no quantity; the resource is left out.
    InvalidQuantity {
        /// The pool.
        pool: String,
        /// The resource.
        resource: String,
        /// What is wrong with it.
        message: String,
    },
}

impl NodePool {
    /// The nodes of the pool; amounts that are no quantities are left out and reported.
    pub fn nodes(&self, problems: &mut Vec<InventoryProblem>) -> Vec<Node> {
        let mut offered = ResourceList::new();
        for (resource, text) in &self.spec.allocatable {
            match Quantity::parse(&text.0) {
                Ok(quantity) => {
                    offered.insert(resource.clone(), quantity);
                }
                Err(error) => problems.push(InventoryProblem::InvalidQuantity {
                    pool: self.metadata.name.clone(),
                    resource: resource.clone(),
                    message: error.to_string(),
                }),
            }
        }
        // A kubelet takes 110 pods unless it is told otherwise.
        let allowed_pods = offered.get("pods").map_or(110, |quantity| quantity.value());
        let node = |index: u32| {
            let name = format!("{}-{index}", self.metadata.name);
            let mut labels = self.spec.labels.clone();
            let mut default = |key: &str, value: &str| {
                labels.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            };
            default("kubernetes.io/hostname", &name);
            default("kubernetes.io/os", "linux");
            default("kubernetes.io/arch", "amd64");
            if let Some(zone) = self.spec.zones.get(index as usize % self.spec.zones.len().max(1)) {
                default("topology.kubernetes.io/zone", zone);
            }
            Node {
                name,
                labels,
                taints: self.spec.taints.iter().map(Taint::from).collect(),
                unschedulable: false,
                allocatable: Resources::from_list(&offered),
                allowed_pods,
                images: Vec::new(),
                pool: Some(self.metadata.name.clone()),
            }
        };
        (0..self.spec.count).map(node).collect()
    }
}

/// Builds the inventory. Pods with a node and a phase run there, unless they are done; the others are pending.
pub fn inventory(objects: &InventoryObjects) -> Inventory {
    let mut problems = Vec::new();
    let mut cluster = Cluster { nodes: nodes(objects, &mut problems), ..Cluster::default() };
    for namespace in &objects.namespaces {
        let name = namespace.metadata.name.clone().unwrap_or_default();
        let mut labels = namespace.metadata.labels.clone().unwrap_or_default();
        labels.entry("kubernetes.io/metadata.name".to_owned()).or_insert_with(|| name.clone());
        cluster.namespaces.insert(name, labels);
    }
    add_storage(&mut cluster, objects);
    add_owners(&mut cluster, objects);

    let mut pending = Vec::new();
    let mut templates = Templates::default();
    for object in &objects.pods {
        let phase = object.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default();
        let mut pod = Pod::new(object);
        let node_name = pod.template.node_name.clone();
        if node_name.is_some() && !phase.is_empty() {
            // The node is where the pod was bound to, not what it asked for: were it to move, it could go anywhere.
            Arc::make_mut(&mut pod.template).node_name = None;
        }
        let pod = Arc::new(Pod { template: templates.shared(pod.template), name: pod.name });
        let namespace = &pod.template.namespace;
        if !cluster.namespaces.contains_key(namespace) {
            let labels = cluster.namespace_labels(namespace);
            cluster.namespaces.insert(namespace.clone(), labels);
        }
        match (&node_name, phase) {
            (_, "Succeeded" | "Failed") => {}
            (None, _) | (_, "") => pending.push(pod),
            (Some(node), _) => match cluster.node_index(node) {
                Some(node) => cluster.running.push((node, pod)),
                None => problems
                    .push(InventoryProblem::PodOnUnknownNode { pod: pod.full_name(), node: node.clone() }),
            },
        }
    }
    Inventory { cluster, pending, problems }
}

/// Templates by value, so that pods that are alike share theirs.
#[derive(Default)]
#[expect(clippy::disallowed_types, reason = "the set is looked up, never iterated")]
struct Templates(std::collections::HashSet<Arc<PodTemplate>>);

impl Templates {
    fn shared(&mut self, template: Arc<PodTemplate>) -> Arc<PodTemplate> {
        if let Some(known) = self.0.get(&template) {
            return known.clone();
        }
        self.0.insert(template.clone());
        template
    }
}

/// All nodes by name; of nodes with the same name the first one.
fn nodes(objects: &InventoryObjects, problems: &mut Vec<InventoryProblem>) -> Vec<Node> {
    let mut nodes: Vec<Node> = objects.nodes.iter().map(Node::new).collect();
    for pool in &objects.node_pools {
        nodes.extend(pool.nodes(problems));
    }
    nodes.sort_by(|left, right| left.name.cmp(&right.name));
    nodes.dedup_by(|later, earlier| {
        let is_duplicate = later.name == earlier.name;
        if is_duplicate {
            problems.push(InventoryProblem::DuplicateNode(later.name.clone()));
        }
        is_duplicate
    });
    nodes
}

fn add_storage(cluster: &mut Cluster, objects: &InventoryObjects) {
    let name = |metadata: &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta| {
        metadata.name.clone().unwrap_or_default()
    };
    cluster.volumes =
        objects.volumes.iter().map(Volume::new).map(|volume| (volume.name.clone(), volume)).collect();
    cluster.storage_classes = objects
        .storage_classes
        .iter()
        .map(StorageClass::new)
        .map(|class| (class.name.clone(), class))
        .collect();
    // A claim that names no class gets the default one, as admission would give it.
    let default =
        cluster.storage_classes.values().find(|class| class.is_default).map(|class| class.name.clone());
    for object in &objects.claims {
        let mut claim = Claim::new(object);
        let names_class = object.spec.as_ref().is_some_and(|spec| spec.storage_class_name.is_some());
        if let Some(default) = default.as_ref().filter(|_| claim.storage_class.is_empty() && !names_class) {
            claim.storage_class = default.clone();
        }
        cluster.claims.insert((claim.namespace.clone(), claim.name.clone()), claim);
    }
    cluster.csi_nodes =
        objects.csi_nodes.iter().map(|node| (name(&node.metadata), CsiNode::new(node))).collect();
    let tracking = objects.csi_drivers.iter().filter(|driver| driver.spec.storage_capacity == Some(true));
    cluster.capacity_tracking_drivers = tracking.map(|driver| name(&driver.metadata)).collect();
    cluster.storage_capacities = objects.storage_capacities.iter().map(StorageCapacity::new).collect();
    for attachment in &objects.volume_attachments {
        let volume = attachment.spec.source.persistent_volume_name.as_ref();
        let attachable =
            volume.and_then(|name| cluster.volumes.get(name)).and_then(|volume| volume.attachable.as_ref());
        if let Some((_, handle)) = attachable {
            let spec = &attachment.spec;
            cluster.attachments.push((spec.node_name.clone(), spec.attacher.clone(), handle.clone()));
        }
    }
}

fn add_owners(cluster: &mut Cluster, objects: &InventoryObjects) {
    let key = |metadata: &k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta| {
        (namespace_or_default(metadata.namespace.as_deref()), metadata.name.clone().unwrap_or_default())
    };
    for service in &objects.services {
        if let Some(selector) = service.spec.as_ref().and_then(|spec| spec.selector.clone()) {
            cluster.services.push((key(&service.metadata).0, selector));
        }
    }
    for controller in &objects.replication_controllers {
        let selector = controller.spec.as_ref().and_then(|spec| spec.selector.clone());
        cluster.replication_controllers.insert(key(&controller.metadata), selector.unwrap_or_default());
    }
    for set in &objects.replica_sets {
        let selector = Some(&set.spec.selector);
        if let Ok(selector) = Selector::from_label_selector(selector) {
            cluster.replica_sets.insert(key(&set.metadata), selector);
        }
    }
    for set in &objects.stateful_sets {
        let selector = Some(&set.spec.selector);
        if let Ok(selector) = Selector::from_label_selector(selector) {
            cluster.stateful_sets.insert(key(&set.metadata), selector);
        }
    }
}
