//! The objects of a program, sorted into what the cluster has and what makes pods, each with its place in the source.

mod fault;

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::Metadata;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::storage::v1::StorageClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::de::DeserializeOwned;

use crate::parse::decode::decode;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};
use crate::parse::pod::PodTemplate as WrittenTemplate;
use crate::plan::admission::pod_creation::AdmissionObjects;
use crate::plan::inventory::{InventoryObjects, NodePool};
use crate::plan::pod::{Pod, PodTemplate};
use crate::plan::workload::{Autoscalers, ScaledObject, WorkloadObject};

pub use crate::plan::gather::fault::InventoryFault;

/// How many nodes of a pool are made at most: four times what Kubernetes itself is built for.
pub const MOST_NODES: u32 = 20_000;

/// The programs that objects are gathered from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'p> {
    /// What is to be placed, with or without nodes beside it.
    pub program: &'p Program,
    /// What the cluster has; empty if nothing was named as an inventory.
    pub inventory: &'p Program,
}

/// Everything that decides where pods go.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What the cluster has.
    pub inventory: InventoryObjects,
    /// What makes pods, in the order of the input.
    pub workloads: Vec<WorkloadObject>,
    /// The object of each workload; `None` for one of the inventory, and for one that may be read only in part.
    pub workload_sources: Vec<Option<ObjectId>>,
    /// What scales workloads.
    pub autoscalers: Autoscalers,
    /// What admission looks at.
    pub admission: AdmissionObjects,
    /// The quotas.
    pub quotas: Vec<core::ResourceQuota>,
    /// The object of each quota; `None` as for workloads.
    pub quota_sources: Vec<Option<ObjectId>>,
    /// The disruption budgets.
    pub budgets: Vec<PodDisruptionBudget>,
    /// What of the inventory cannot be used.
    pub faults: Vec<InventoryFault>,
    /// Running pods that a workload of the input makes, and that therefore are placed anew.
    pub replaced: usize,
}

/// Whether anything in the programs is a node: without one there is nothing to place on. Nodes that stand beside the
/// manifests must say what they offer; one that does not is there for its labels.
pub fn has_nodes(sources: Sources<'_>) -> bool {
    !sources.inventory.is_empty() || sources.program.objects().any(|object| is_usable_node(object))
}

/// Whether the nodes, and all else that was named as an inventory, could be read to the end. Else it is not known what
/// fits.
pub fn is_whole(sources: Sources<'_>) -> bool {
    let is_node = |object: &ObjectRef<'_>| matches!(object.kind(), Kind::Node | Kind::NodePool);
    let nodes = sources.program.objects().filter(is_node);
    !sources.inventory.objects().chain(nodes).any(ObjectRef::is_broken)
}

fn is_usable_node(object: ObjectRef<'_>) -> bool {
    let is_stated = |path| object.get(path).is_some_and(|list| list.entries().next().is_some());
    match object.kind() {
        Kind::Node => is_stated("status.allocatable") || is_stated("status.capacity"),
        Kind::NodePool => true,
        _ => false,
    }
}

/// Gathers the objects of both programs, in order, those of the inventory first.
pub fn gather(sources: Sources<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    let mut running = Vec::new();
    for object in sources.inventory.objects() {
        gathered.add(object, Origin::Inventory, &mut running);
    }
    let objects = sources.program.objects();
    let snapshots: BTreeSet<_> =
        objects.filter(|object| object.kind() == Kind::Node).map(|object| object.file.id).collect();
    for object in sources.program.objects() {
        let origin = if snapshots.contains(&object.file.id) { Origin::Snapshot } else { Origin::Manifest };
        gathered.add(object, origin, &mut running);
    }
    gathered.keep_running(running);
    if snapshots.is_empty() {
        assume_classes(&mut gathered);
    }
    fault::check_names(sources, &mut gathered.faults);
    gathered
}

/// Where an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A file that was named as the inventory.
    Inventory,
    /// A file that has nodes in it: what has a uid there was read from a cluster.
    Snapshot,
    /// Any other file.
    Manifest,
}

impl Gathered {
    fn add(&mut self, object: ObjectRef<'_>, origin: Origin, running: &mut Vec<core::Pod>) {
        let is_live = match origin {
            Origin::Inventory => true,
            Origin::Snapshot => object.get("metadata.uid").is_some(),
            Origin::Manifest => false,
        };
        match object.kind() {
            Kind::Node if origin == Origin::Inventory || is_usable_node(object) => {
                fault::check_node(object, &mut self.faults);
                let node = read(object, &mut self.faults);
                self.inventory.nodes.extend(node);
            }
            Kind::NodePool => {
                fault::check_pool(object, &mut self.faults);
                let pool = decoded::<NodePool>(object, &mut self.faults);
                self.inventory.node_pools.extend(pool.map(|mut pool| {
                    pool.spec.count = pool.spec.count.min(MOST_NODES);
                    pool
                }));
            }
            Kind::Namespace => self.inventory.namespaces.extend(read(object, &mut self.faults)),
            Kind::PersistentVolume => self.inventory.volumes.extend(read(object, &mut self.faults)),
            Kind::PersistentVolumeClaim => self.inventory.claims.extend(read(object, &mut self.faults)),
            Kind::StorageClass => self.inventory.storage_classes.extend(read(object, &mut self.faults)),
            Kind::CSINode => self.inventory.csi_nodes.extend(read(object, &mut self.faults)),
            Kind::CSIDriver => self.inventory.csi_drivers.extend(read(object, &mut self.faults)),
            Kind::CSIStorageCapacity => {
                self.inventory.storage_capacities.extend(read(object, &mut self.faults));
            }
            Kind::VolumeAttachment => {
                self.inventory.volume_attachments.extend(read(object, &mut self.faults));
            }
            Kind::Service => self.inventory.services.extend(read(object, &mut self.faults)),
            Kind::PriorityClass => self.admission.priority_classes.extend(read(object, &mut self.faults)),
            Kind::RuntimeClass => self.admission.runtime_classes.extend(read(object, &mut self.faults)),
            Kind::LimitRange => self.admission.limit_ranges.extend(read(object, &mut self.faults)),
            Kind::HorizontalPodAutoscaler => {
                self.autoscalers.horizontal.extend(read(object, &mut self.faults));
            }
            Kind::ScaledObject => {
                let scaled = decoded::<ScaledObject>(object, &mut self.faults);
                self.autoscalers.scaled_objects.extend(scaled.map(|mut scaled| {
                    scaled.metadata.namespace = object.namespace().map(str::to_owned);
                    scaled
                }));
            }
            Kind::ResourceQuota => {
                if let Some(quota) = read(object, &mut self.faults) {
                    self.quotas.push(quota);
                    self.quota_sources.push(place_of(object, origin));
                }
            }
            Kind::PodDisruptionBudget => self.budgets.extend(read(object, &mut self.faults)),
            Kind::Pod => self.add_pod(object, origin, running),
            // A controller that was read from a cluster has made its pods already.
            Kind::ReplicaSet if is_live => self.inventory.replica_sets.extend(read(object, &mut self.faults)),
            Kind::StatefulSet if is_live => {
                self.inventory.stateful_sets.extend(read(object, &mut self.faults));
            }
            Kind::ReplicationController if is_live => {
                self.inventory.replication_controllers.extend(read(object, &mut self.faults));
            }
            _ if is_live => {}
            Kind::Deployment => self.add_workload(WorkloadObject::Deployment, object),
            Kind::ReplicaSet => self.add_workload(WorkloadObject::ReplicaSet, object),
            Kind::ReplicationController => self.add_workload(WorkloadObject::ReplicationController, object),
            Kind::StatefulSet => self.add_workload(WorkloadObject::StatefulSet, object),
            Kind::DaemonSet => self.add_workload(WorkloadObject::DaemonSet, object),
            Kind::Job => self.add_workload(WorkloadObject::Job, object),
            Kind::CronJob => self.add_workload(WorkloadObject::CronJob, object),
            _ => {}
        }
    }

    /// A pod with a node and a phase runs; any other waits. One that stands beside nodes was admitted already.
    fn add_pod(&mut self, object: ObjectRef<'_>, origin: Origin, running: &mut Vec<core::Pod>) {
        let Some(pod) = read::<core::Pod>(object, &mut self.faults) else { return };
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or_default();
        let has_node = pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_some());
        if matches!(phase, "Succeeded" | "Failed") {
            return;
        }
        if has_node && !phase.is_empty() {
            running.push(pod);
            return;
        }
        let pod = Box::new(pod);
        self.workloads.push(match origin {
            Origin::Manifest => WorkloadObject::Pod(pod),
            Origin::Inventory | Origin::Snapshot => WorkloadObject::AdmittedPod(pod),
        });
        self.workload_sources.push(place_of(object, origin));
    }

    fn add_workload<T>(&mut self, make: fn(Box<T>) -> WorkloadObject, object: ObjectRef<'_>)
    where
        T: DeserializeOwned + Metadata<Ty = ObjectMeta>,
    {
        if let Some(workload) = read::<T>(object, &mut self.faults) {
            self.workloads.push(make(Box::new(workload)));
            self.workload_sources.push(place_of(object, Origin::Manifest));
        }
    }

    /// Keeps what runs, but for the pods of workloads of the input: these are made, and placed, anew.
    fn keep_running(&mut self, running: Vec<core::Pod>) {
        let made: BTreeSet<(&str, String, String)> = self
            .workloads
            .iter()
            .filter(|workload| !matches!(workload, WorkloadObject::Pod(_) | WorkloadObject::AdmittedPod(_)))
            .map(|workload| {
                let metadata = workload.metadata();
                let text = |field: &Option<String>| field.clone().unwrap_or_default();
                (workload.kind(), text(&metadata.namespace), text(&metadata.name))
            })
            .collect();
        let (replaced, kept): (Vec<_>, Vec<_>) = running.into_iter().partition(|pod| {
            let namespace = pod.metadata.namespace.clone().unwrap_or_default();
            controllers_of(pod)
                .into_iter()
                .any(|(kind, name)| made.contains(&(kind.as_str(), namespace.clone(), name)))
        });
        self.replaced = replaced.len();
        self.inventory.pods = kept;
    }
}

/// The controller of a pod, and the Deployment behind it: its ReplicaSets are called `NAME-HASH`, and their pods have
/// the hash as a label.
fn controllers_of(pod: &core::Pod) -> Vec<(String, String)> {
    let owners = pod.metadata.owner_references.iter().flatten();
    let Some(owner) = owners.into_iter().find(|owner| owner.controller == Some(true)) else {
        return Vec::new();
    };
    let mut controllers = vec![(owner.kind.clone(), owner.name.clone())];
    let hash = pod.metadata.labels.as_ref().and_then(|labels| labels.get("pod-template-hash"));
    let deployment = hash.and_then(|hash| owner.name.strip_suffix(hash.as_str())?.strip_suffix('-'));
    if let Some(name) = deployment.filter(|_| owner.kind == "ReplicaSet") {
        controllers.push(("Deployment".to_owned(), name.to_owned()));
    }
    controllers
}

/// The pods of an object as the scheduler would see them, before their controller and admission add to them; `None`
/// if the object makes no pods or cannot be read.
pub fn template_of(object: ObjectRef<'_>) -> Option<PodTemplate> {
    let written = WrittenTemplate::of(object)?;
    let spec = decode::<core::PodSpec>(written.spec).ok()?;
    let namespace = object.namespace().map(str::to_owned);
    let metadata = ObjectMeta { namespace, ..ObjectMeta::default() };
    let pod = Pod::new(&core::Pod { metadata, spec: Some(spec), status: None });
    Some(Arc::unwrap_or_clone(pod.template))
}

/// Without any StorageClass in the input, there is no telling what the cluster provisions: every class that a claim
/// names, and a default one, are taken to be there and to provision where the pod goes. Nodes that were read from a
/// cluster together with the pods come with all that is there.
fn assume_classes(gathered: &mut Gathered) {
    if !gathered.inventory.storage_classes.is_empty() || !gathered.inventory.volumes.is_empty() {
        return;
    }
    let of_sets = gathered.workloads.iter().filter_map(|workload| match workload {
        WorkloadObject::StatefulSet(set) => set.spec.volume_claim_templates.as_ref(),
        _ => None,
    });
    let claims = gathered.inventory.claims.iter().chain(of_sets.flatten());
    let mut names: BTreeSet<String> =
        claims.filter_map(|claim| claim.spec.as_ref()?.storage_class_name.clone()).collect();
    names.remove("");
    let default = "(default)".to_owned();
    for name in names.into_iter().chain([default.clone()]) {
        let is_default = (name == default)
            .then(|| [("storageclass.kubernetes.io/is-default-class".to_owned(), "true".to_owned())].into());
        gathered.inventory.storage_classes.push(StorageClass {
            metadata: ObjectMeta { name: Some(name), annotations: is_default, ..ObjectMeta::default() },
            provisioner: "kplan.dev/assumed".to_owned(),
            volume_binding_mode: Some("WaitForFirstConsumer".to_owned()),
            ..StorageClass::default()
        });
    }
}

/// Where a finding about the object can be reported.
fn place_of(object: ObjectRef<'_>, origin: Origin) -> Option<ObjectId> {
    (origin != Origin::Inventory && !object.is_broken()).then_some(object.id)
}

/// Decodes an object and gives it the namespace that it lives in.
fn read<T>(object: ObjectRef<'_>, faults: &mut Vec<InventoryFault>) -> Option<T>
where
    T: DeserializeOwned + Metadata<Ty = ObjectMeta>,
{
    let mut read = decoded::<T>(object, faults)?;
    if let Some(namespace) = object.namespace() {
        read.metadata_mut().namespace = Some(namespace.to_owned());
    }
    Some(read)
}

fn decoded<T: DeserializeOwned>(object: ObjectRef<'_>, faults: &mut Vec<InventoryFault>) -> Option<T> {
    match decode::<T>(object.root()) {
        Ok(read) => Some(read),
        Err(error) => {
            let node = error.node.map_or_else(|| object.root(), |node| object.file.node(node));
            let message = format!(
                "{} `{}` cannot be read, so it is left out: {}",
                object.kind_name(),
                object.name(),
                error.message
            );
            faults.push(InventoryFault::undecodable(object, node, message));
            None
        }
    }
}
