//! The inventory: everything of a cluster that decides where pods go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::plan::node::Node;
use crate::plan::pod::Pod;
use crate::plan::selector::{Labels, Selector};
use crate::plan::volume::{Claim, CsiNode, StorageCapacity, StorageClass, Volume};

/// A cluster that stands still: what `kplan schedule` places pods on.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    /// The nodes, sorted by name, each name once.
    pub nodes: Vec<Node>,
    /// Pods that take their share of a node already: index into `nodes`, and the pod.
    pub running: Vec<(usize, Arc<Pod>)>,
    /// Labels of the namespaces, by name.
    pub namespaces: BTreeMap<String, Labels>,
    /// Volumes by name.
    pub volumes: BTreeMap<String, Volume>,
    /// Claims by namespace and name.
    pub claims: BTreeMap<(String, String), Claim>,
    /// Storage classes by name.
    pub storage_classes: BTreeMap<String, StorageClass>,
    /// CSINodes by the name of their node.
    pub csi_nodes: BTreeMap<String, CsiNode>,
    /// Drivers whose storage capacity is tracked.
    pub capacity_tracking_drivers: BTreeSet<String>,
    /// The capacities that such drivers report.
    pub storage_capacities: Vec<StorageCapacity>,
    /// Volumes that are attached to a node whether or not a pod there uses them: node, driver, volume.
    pub attachments: Vec<(String, String, String)>,
    /// Services with a selector: namespace and the pairs of the selector.
    pub services: Vec<(String, Labels)>,
    /// ReplicationControllers by namespace and name: the pairs of their selector.
    pub replication_controllers: BTreeMap<(String, String), Labels>,
    /// ReplicaSets by namespace and name.
    pub replica_sets: BTreeMap<(String, String), Selector>,
    /// StatefulSets by namespace and name.
    pub stateful_sets: BTreeMap<(String, String), Selector>,
}

impl Cluster {
    /// The node of a name, as an index into `nodes`.
    pub fn node_index(&self, name: &str) -> Option<usize> {
        self.nodes.binary_search_by(|node| node.name.as_str().cmp(name)).ok()
    }

    /// The labels of a namespace. A namespace that the inventory does not have exists with its name as its only
    /// label, which the API server gives to every namespace.
    pub fn namespace_labels(&self, namespace: &str) -> Labels {
        self.namespaces.get(namespace).cloned().unwrap_or_else(|| {
            Labels::from([("kubernetes.io/metadata.name".to_owned(), namespace.to_owned())])
        })
    }

    /// The pods of the namespaces that the selectors of the pod's owner and of Services select
    /// (`helper.DefaultSelector`): what the default spreading counts. Everything if nothing selects the pod.
    pub fn default_selector(&self, pod: &crate::plan::pod::PodTemplate) -> Selector {
        let mut pairs = Labels::new();
        for (namespace, selector) in &self.services {
            let selects = |(key, value): (&String, &String)| pod.labels.get(key) == Some(value);
            if *namespace == pod.namespace && selector.iter().all(selects) {
                pairs.extend(selector.clone());
            }
        }
        let Some(owner) = &pod.controller else {
            return Selector::from_pairs(&pairs);
        };
        let key = (pod.namespace.clone(), owner.name.clone());
        let owner_selector = match (owner.api_version.as_str(), owner.kind.as_str()) {
            ("v1", "ReplicationController") => {
                pairs.extend(self.replication_controllers.get(&key).cloned().unwrap_or_default());
                None
            }
            ("apps/v1", "ReplicaSet") => self.replica_sets.get(&key),
            ("apps/v1", "StatefulSet") => self.stateful_sets.get(&key),
            _ => None,
        };
        let mut selector = Selector::from_pairs(&pairs);
        if let (Selector::All(requirements), Some(Selector::All(more))) = (&mut selector, owner_selector) {
            requirements.extend(more.iter().cloned());
        }
        selector
    }
}
