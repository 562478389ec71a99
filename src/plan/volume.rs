//! Persistent volumes, claims and storage classes, as far as they decide where pods go.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::{core::v1 as core, storage::v1 as storage};

use crate::plan::pod::namespace_or_default;
use crate::plan::quantity::Quantity;
use crate::plan::resources::resource_list;
use crate::plan::selector::{Labels, NodeSelector, Selector};

/// The annotation that a claim gets when it is fully bound.
const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// The annotation that names the node for which a claim is provisioned.
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";
/// The annotation that named the storage class before the field did.
const BETA_STORAGE_CLASS: &str = "volume.beta.kubernetes.io/storage-class";
/// The annotation of a CSINode that names the in-tree plugins whose volumes a driver of the node serves.
const MIGRATED_PLUGINS: &str = "storage.alpha.kubernetes.io/migrated-plugins";

/// A PersistentVolumeClaim.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The unique id; empty if it has none.
    pub uid: String,
    /// The class; empty for none.
    pub storage_class: String,
    /// The volume that it is bound, or to be bound, to.
    pub volume_name: Option<String>,
    /// Whether binding is complete.
    pub is_bound: bool,
    /// The node for which it is being provisioned.
    pub selected_node: Option<String>,
    /// The access modes that it asks for.
    pub access_modes: Vec<String>,
    /// `Filesystem` or `Block`.
    pub volume_mode: String,
    /// The attributes class; empty for none.
    pub attributes_class: String,
    /// The size that it asks for.
    pub requested: Option<Quantity>,
    /// The volumes that it accepts; or why that cannot be read. `None` for all.
    pub selector: Option<Result<Selector, String>>,
    /// Whether its volume is gone.
    pub is_lost: bool,
    /// Whether it is being deleted.
    pub is_terminating: bool,
    /// The pod that owns it, if it is the claim of an ephemeral volume.
    pub owner_pod: Option<String>,
}

impl Claim {
    /// Reads a claim.
    pub fn new(claim: &core::PersistentVolumeClaim) -> Claim {
        let empty = core::PersistentVolumeClaimSpec::default();
        let spec = claim.spec.as_ref().unwrap_or(&empty);
        let annotations = claim.metadata.annotations.as_ref();
        let annotation = |key: &str| annotations.and_then(|annotations| annotations.get(key).cloned());
        let volume_name = spec.volume_name.clone().filter(|name| !name.is_empty());
        let owners = claim.metadata.owner_references.as_deref().unwrap_or_default();
        let owner = owners.iter().find(|owner| owner.controller == Some(true) && owner.kind == "Pod");
        Claim {
            namespace: namespace_or_default(claim.metadata.namespace.as_deref()),
            name: claim.metadata.name.clone().unwrap_or_default(),
            uid: claim.metadata.uid.clone().unwrap_or_default(),
            storage_class: annotation(BETA_STORAGE_CLASS)
                .or_else(|| spec.storage_class_name.clone())
                .unwrap_or_default(),
            is_bound: volume_name.is_some() && annotation(BIND_COMPLETED).is_some(),
            volume_name,
            selected_node: annotation(SELECTED_NODE),
            access_modes: spec.access_modes.clone().unwrap_or_default(),
            volume_mode: spec.volume_mode.clone().unwrap_or_else(|| "Filesystem".to_owned()),
            attributes_class: spec.volume_attributes_class_name.clone().unwrap_or_default(),
            requested: spec
                .resources
                .as_ref()
                .and_then(|resources| resource_list(resources.requests.as_ref()).get("storage").copied()),
            selector: spec.selector.as_ref().map(|selector| Selector::from_label_selector(Some(selector))),
            is_lost: claim.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Lost"),
            is_terminating: claim.metadata.deletion_timestamp.is_some(),
            owner_pod: owner.map(|owner| owner.name.clone()),
        }
    }
}

/// A PersistentVolume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// The name.
    pub name: String,
    /// The labels.
    pub labels: Labels,
    /// The class; empty for none.
    pub storage_class: String,
    /// Its size.
    pub capacity: Quantity,
    /// The access modes that it allows.
    pub access_modes: Vec<String>,
    /// `Filesystem` or `Block`.
    pub volume_mode: String,
    /// The attributes class; empty for none.
    pub attributes_class: String,
    /// The claim that it is bound to, or kept for.
    pub claim: Option<ClaimReference>,
    /// The nodes that reach it; `None` for all.
    pub node_affinity: Option<NodeSelector>,
    /// Whether it can be bound.
    pub is_available: bool,
    /// Whether it is being deleted.
    pub is_terminating: bool,
    /// The driver that attaches it and its handle there.
    pub attachable: Option<(Driver, String)>,
}

/// The claim that a volume names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimReference {
    /// The claim's namespace.
    pub namespace: String,
    /// The claim's name.
    pub name: String,
    /// The claim's unique id; empty for any.
    pub uid: String,
}

/// What attaches a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Driver {
    /// A CSI driver by name.
    Csi(String),
    /// A plugin of Kubernetes itself, which a CSI driver took over.
    Migrated {
        /// The plugin's name.
        plugin: &'static str,
        /// The driver that took it over.
        driver: &'static str,
    },
}

/// The in-tree plugins that CSI drivers took over (csi-translation-lib).
const MIGRATABLE: [(&str, &str); 7] = [
    ("kubernetes.io/aws-ebs", "ebs.csi.aws.com"),
    ("kubernetes.io/gce-pd", "pd.csi.storage.gke.io"),
    ("kubernetes.io/azure-disk", "disk.csi.azure.com"),
    ("kubernetes.io/azure-file", "file.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"),
    ("kubernetes.io/portworx-volume", "pxd.portworx.com"),
];

impl Driver {
    /// The driver of a provisioner: itself, or the one that took the in-tree plugin over.
    pub fn of_provisioner(provisioner: &str) -> Driver {
        match MIGRATABLE.iter().find(|(plugin, _)| *plugin == provisioner) {
            Some(&(plugin, driver)) => Driver::Migrated { plugin, driver },
            None => Driver::Csi(provisioner.to_owned()),
        }
    }
}

impl Volume {
    /// Reads a volume.
    pub fn new(volume: &core::PersistentVolume) -> Volume {
        let empty = core::PersistentVolumeSpec::default();
        let spec = volume.spec.as_ref().unwrap_or(&empty);
        let annotations = volume.metadata.annotations.as_ref();
        let phase = volume.status.as_ref().and_then(|status| status.phase.as_deref());
        Volume {
            name: volume.metadata.name.clone().unwrap_or_default(),
            labels: volume.metadata.labels.clone().unwrap_or_default(),
            storage_class: annotations
                .and_then(|annotations| annotations.get(BETA_STORAGE_CLASS).cloned())
                .or_else(|| spec.storage_class_name.clone())
                .unwrap_or_default(),
            capacity: resource_list(spec.capacity.as_ref()).get("storage").copied().unwrap_or_default(),
            access_modes: spec.access_modes.clone().unwrap_or_default(),
            volume_mode: spec.volume_mode.clone().unwrap_or_else(|| "Filesystem".to_owned()),
            attributes_class: spec.volume_attributes_class_name.clone().unwrap_or_default(),
            claim: spec.claim_ref.as_ref().map(|claim| ClaimReference {
                namespace: namespace_or_default(claim.namespace.as_deref()),
                name: claim.name.clone().unwrap_or_default(),
                uid: claim.uid.clone().unwrap_or_default(),
            }),
            node_affinity: spec
                .node_affinity
                .as_ref()
                .and_then(|affinity| affinity.required.as_ref())
                .map(NodeSelector::parse),
            is_available: phase == Some("Available"),
            is_terminating: volume.metadata.deletion_timestamp.is_some(),
            attachable: attachable(spec),
        }
    }

    /// Whether the volume is kept for, or bound to, the claim (`IsVolumeBoundToClaim`).
    pub fn is_for(&self, claim: &Claim) -> bool {
        self.claim.as_ref().is_some_and(|reference| {
            reference.name == claim.name
                && reference.namespace == claim.namespace
                && (reference.uid.is_empty() || reference.uid == claim.uid)
        })
    }

    /// Whether a node with these labels reaches the volume (`volume.CheckNodeAffinity`, which knows no node name and so
    /// does not look at `matchFields`).
    pub fn is_reached_by(&self, node_labels: &Labels) -> bool {
        self.node_affinity.as_ref().is_none_or(|affinity| affinity.matches("", node_labels))
    }
}

fn attachable(spec: &core::PersistentVolumeSpec) -> Option<(Driver, String)> {
    if let Some(csi) = &spec.csi {
        return Some((Driver::Csi(csi.driver.clone()), csi.volume_handle.clone()));
    }
    if let Some(disk) = &spec.aws_elastic_block_store {
        return Some((Driver::of_provisioner("kubernetes.io/aws-ebs"), disk.volume_id.clone()));
    }
    if let Some(disk) = &spec.gce_persistent_disk {
        return Some((Driver::of_provisioner("kubernetes.io/gce-pd"), disk.pd_name.clone()));
    }
    if let Some(disk) = &spec.azure_disk {
        return Some((Driver::of_provisioner("kubernetes.io/azure-disk"), disk.disk_uri.clone()));
    }
    if let Some(disk) = &spec.cinder {
        return Some((Driver::of_provisioner("kubernetes.io/cinder"), disk.volume_id.clone()));
    }
    let disk = spec.vsphere_volume.as_ref()?;
    Some((Driver::of_provisioner("kubernetes.io/vsphere-volume"), disk.volume_path.clone()))
}

/// A StorageClass.
#[derive(Debug, Clone)]
pub struct StorageClass {
    /// The name.
    pub name: String,
    /// Who makes its volumes.
    pub provisioner: String,
    /// Whether a claim waits for its first pod; `Immediate` unless the class says so.
    pub waits_for_first_consumer: bool,
    /// Whether it is the class of claims that name none.
    pub is_default: bool,
    /// Where it can make volumes: alternatives, each a value out of a set for every key. Empty for everywhere.
    pub allowed_topologies: Vec<Vec<(String, BTreeSet<String>)>>,
}

impl StorageClass {
    /// Reads a class.
    pub fn new(class: &storage::StorageClass) -> StorageClass {
        let term = |term: &core::TopologySelectorTerm| {
            let expressions = term.match_label_expressions.iter().flatten();
            expressions
                .map(|expression| (expression.key.clone(), expression.values.iter().cloned().collect()))
                .collect()
        };
        let annotations = class.metadata.annotations.as_ref();
        let default = annotations
            .and_then(|annotations| annotations.get("storageclass.kubernetes.io/is-default-class"))
            .is_some_and(|value| value == "true");
        StorageClass {
            name: class.metadata.name.clone().unwrap_or_default(),
            provisioner: class.provisioner.clone(),
            waits_for_first_consumer: class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer"),
            is_default: default,
            allowed_topologies: class.allowed_topologies.iter().flatten().map(term).collect(),
        }
    }

    /// Whether a volume can be made for a node with these labels (`MatchTopologySelectorTerms`).
    pub fn can_provision_for(&self, labels: &Labels) -> bool {
        let term_matches = |term: &Vec<(String, BTreeSet<String>)>| {
            !term.is_empty()
                && term
                    .iter()
                    .all(|(key, values)| labels.get(key).is_some_and(|value| values.contains(value)))
        };
        self.allowed_topologies.is_empty() || self.allowed_topologies.iter().any(term_matches)
    }
}

/// What a CSINode says of its node.
#[derive(Debug, Clone, Default)]
pub struct CsiNode {
    /// How many volumes of a driver the node takes.
    pub limits: BTreeMap<String, i64>,
    /// The in-tree plugins that are served by their drivers.
    pub migrated_plugins: BTreeSet<String>,
}

impl CsiNode {
    /// Reads a CSINode.
    pub fn new(node: &storage::CSINode) -> CsiNode {
        let limits = node.spec.drivers.iter().filter_map(|driver| {
            let count = driver.allocatable.as_ref()?.count?;
            Some((driver.name.clone(), i64::from(count)))
        });
        let annotations = node.metadata.annotations.as_ref();
        let migrated = annotations.and_then(|annotations| annotations.get(MIGRATED_PLUGINS));
        CsiNode {
            limits: limits.collect(),
            migrated_plugins: migrated
                .iter()
                .flat_map(|plugins| plugins.split(','))
                .map(str::to_owned)
                .collect(),
        }
    }
}

/// How much room a driver has left for the volumes of a class, somewhere (CSIStorageCapacity).
#[derive(Debug, Clone)]
pub struct StorageCapacity {
    /// The class.
    pub storage_class: String,
    /// The nodes that reach the room; `None` for none.
    pub node_topology: Option<Selector>,
    /// The largest volume that can be made.
    pub largest_volume: Option<Quantity>,
}

impl StorageCapacity {
    /// Reads a capacity.
    pub fn new(capacity: &storage::CSIStorageCapacity) -> StorageCapacity {
        let limit = capacity.maximum_volume_size.as_ref().or(capacity.capacity.as_ref());
        let topology = capacity.node_topology.as_ref();
        StorageCapacity {
            storage_class: capacity.storage_class_name.clone(),
            node_topology: topology.and_then(|selector| Selector::from_label_selector(Some(selector)).ok()),
            largest_volume: limit.and_then(|limit| Quantity::parse(&limit.0).ok()),
        }
    }
}
