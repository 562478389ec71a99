//! The objects of a program, sorted into what the cluster has and what makes pods, each with its place in the source.

mod custom;
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
use crate::plan::volume::{Claim, Volume};
use crate::plan::workload::{Autoscalers, ROLLOUT_HASH, ScaledObject, WorkloadObject};

pub use crate::plan::gather::fault::InventoryFault;

/// How many nodes the pools make at most, all together: four times what Kubernetes itself is built for.
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
    /// Whether the inventory has classes or volumes, and so all that there are. Else those of the input may be a part.
    pub knows_storage: bool,
    /// Running pods that a workload of the input makes, and that therefore are placed anew.
    pub replaced: usize,
}

/// Whether anything in the programs is a node: without one there is nothing to place on. Nodes that stand beside the
/// manifests must say what they offer; one that does not is there for its labels.
pub fn has_nodes(sources: Sources<'_>) -> bool {
    !sources.inventory.is_empty() || sources.program.objects_of_kinds(is_node).any(is_usable_node)
}

/// Whether the nodes, and all else that was named as an inventory, could be read to the end. Else it is not known what
/// fits.
pub fn is_whole(sources: Sources<'_>) -> bool {
    let nodes = sources.program.objects_of_kinds(is_node);
    !sources.inventory.objects().chain(nodes).any(ObjectRef::is_broken)
}

fn is_node(kind: Kind) -> bool {
    matches!(kind, Kind::Node | Kind::NodePool)
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
    let nodes = sources.program.objects_of_kind(Kind::Node);
    let snapshots: BTreeSet<_> = nodes.map(|node| node.file.id).collect();
    for object in sources.program.objects() {
        let origin = if snapshots.contains(&object.file.id) { Origin::Snapshot } else { Origin::Manifest };
        gathered.add(object, origin, &mut running);
    }
    gathered.keep_running(running);
    if snapshots.is_empty() {
        if !gathered.knows_storage {
            assume_classes(&mut gathered);
        }
        bind_before_pods(&mut gathered);
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
        self.knows_storage |= origin != Origin::Manifest
            && matches!(object.kind(), Kind::StorageClass | Kind::PersistentVolume);
        match object.kind() {
            Kind::Node if origin == Origin::Inventory || is_usable_node(object) => {
                fault::check_node(object, &mut self.faults);
                let node = read(object, &mut self.faults);
                self.inventory.nodes.extend(node);
            }
            Kind::NodePool => {
                fault::check_pool(object, &mut self.faults);
                if let Some(mut pool) = decoded::<NodePool>(object, &mut self.faults) {
                    let made: u32 = self.inventory.node_pools.iter().map(|pool| pool.spec.count).sum();
                    let left = MOST_NODES - made;
                    if pool.spec.count > left {
                        self.faults.push(fault::too_many_nodes(object, left));
                        pool.spec.count = left;
                    }
                    self.inventory.node_pools.push(pool);
                }
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
            Kind::Rollout | Kind::Other => {
                if let Some(workload) = custom::workload(object) {
                    self.workloads.push(workload);
                    self.workload_sources.push(place_of(object, Origin::Manifest));
                }
            }
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
        let (replaced, kept) = by_maker(&self.workloads, running);
        self.replaced = replaced.len();
        self.inventory.pods = kept;
    }
}

/// Parts running pods into those that one of the workloads makes, and all others.
fn by_maker(workloads: &[WorkloadObject], running: Vec<core::Pod>) -> (Vec<core::Pod>, Vec<core::Pod>) {
    let made: BTreeSet<(&str, String, String)> = workloads
        .iter()
        .filter(|workload| !matches!(workload, WorkloadObject::Pod(_) | WorkloadObject::AdmittedPod(_)))
        .map(|workload| {
            let metadata = workload.metadata();
            let text = |field: &Option<String>| field.clone().unwrap_or_default();
            (workload.kind(), text(&metadata.namespace), text(&metadata.name))
        })
        .collect();
    running.into_iter().partition(|pod| {
        let namespace = pod.metadata.namespace.clone().unwrap_or_default();
        controllers_of(pod)
            .into_iter()
            .any(|(kind, name)| made.contains(&(kind.as_str(), namespace.clone(), name)))
    })
}

/// What the cluster has while one version of its objects becomes another: everything of the new one, and of the old one
/// what the new one has not. Pods that a workload of either makes are not counted as running.
pub fn inventory_of_both(old: &Gathered, new: &Gathered) -> InventoryObjects {
    let mut both = new.inventory.clone();
    let before = old.inventory.clone();
    if both.nodes.is_empty() && both.node_pools.is_empty() {
        (both.nodes, both.node_pools) = (before.nodes, before.node_pools);
    }
    add_missing(&mut both.pods, before.pods);
    let running = std::mem::take(&mut both.pods);
    let (_, running) = by_maker(&old.workloads, running);
    (_, both.pods) = by_maker(&new.workloads, running);
    add_missing(&mut both.namespaces, before.namespaces);
    add_missing(&mut both.volumes, before.volumes);
    add_missing(&mut both.claims, before.claims);
    add_missing(&mut both.storage_classes, before.storage_classes);
    add_missing(&mut both.csi_nodes, before.csi_nodes);
    add_missing(&mut both.csi_drivers, before.csi_drivers);
    add_missing(&mut both.storage_capacities, before.storage_capacities);
    add_missing(&mut both.volume_attachments, before.volume_attachments);
    add_missing(&mut both.services, before.services);
    add_missing(&mut both.replication_controllers, before.replication_controllers);
    add_missing(&mut both.replica_sets, before.replica_sets);
    add_missing(&mut both.stateful_sets, before.stateful_sets);
    both
}

/// Adds the objects whose namespace and name the list does not have yet.
fn add_missing<T: Metadata<Ty = ObjectMeta>>(list: &mut Vec<T>, others: Vec<T>) {
    let identity = |object: &T| (object.metadata().namespace.clone(), object.metadata().name.clone());
    let known: BTreeSet<_> = list.iter().map(identity).collect();
    list.extend(others.into_iter().filter(|object| !known.contains(&identity(object))));
}

/// The controller of a pod, and the Deployment or Rollout behind it: its ReplicaSets are called `NAME-HASH`, and their
/// pods have the hash as a label.
fn controllers_of(pod: &core::Pod) -> Vec<(String, String)> {
    let owners = pod.metadata.owner_references.iter().flatten();
    let Some(owner) = owners.into_iter().find(|owner| owner.controller == Some(true)) else {
        return Vec::new();
    };
    let mut controllers = vec![(owner.kind.clone(), owner.name.clone())];
    for (label, kind) in [("pod-template-hash", "Deployment"), (ROLLOUT_HASH, "Rollout")] {
        let hash = pod.metadata.labels.as_ref().and_then(|labels| labels.get(label));
        let name = hash.and_then(|hash| owner.name.strip_suffix(hash.as_str())?.strip_suffix('-'));
        if let Some(name) = name.filter(|_| owner.kind == "ReplicaSet") {
            controllers.push((kind.to_owned(), name.to_owned()));
        }
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

/// Unless the inventory says which storage there is, there is no telling what the cluster provisions: every class that
/// a claim names, and a default one, are taken to be there and to provision where the pod goes. Nodes that were read
/// from a cluster together with the pods come with all that is there.
fn assume_classes(gathered: &mut Gathered) {
    let of_sets = gathered.workloads.iter().filter_map(|workload| match workload {
        WorkloadObject::StatefulSet(set) => set.spec.volume_claim_templates.as_ref(),
        _ => None,
    });
    let claims = gathered.inventory.claims.iter().chain(of_sets.flatten());
    let mut names: BTreeSet<String> = claims.map(|claim| Claim::new(claim).storage_class).collect();
    names.remove("");
    let classes = &mut gathered.inventory.storage_classes;
    let is_default = |class: &StorageClass| {
        let annotations = class.metadata.annotations.as_ref();
        annotations.and_then(|annotations| annotations.get(DEFAULT_CLASS)).is_some_and(|text| text == "true")
    };
    let default = (!classes.iter().any(is_default)).then(|| "(default)".to_owned());
    for class in classes.iter() {
        names.remove(class.metadata.name.as_deref().unwrap_or_default());
    }
    for name in names.into_iter().chain(default.clone()) {
        let annotations =
            (Some(&name) == default.as_ref()).then(|| [(DEFAULT_CLASS.to_owned(), "true".to_owned())].into());
        classes.push(StorageClass {
            metadata: ObjectMeta { name: Some(name), annotations, ..ObjectMeta::default() },
            provisioner: "kplan.dev/assumed".to_owned(),
            volume_binding_mode: Some("WaitForFirstConsumer".to_owned()),
            ..StorageClass::default()
        });
    }
}

/// The annotation of the class that claims get which name none.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// The class that stands for none, of claims and volumes that are made by hand.
const BY_HAND: &str = "(by hand)";

/// What binds at once does so before a pod waits for it, so that the scheduler finds the claim bound: to a volume that
/// suits it, or to a new one. Where that would be is not known; it is taken to be where the pod goes.
fn bind_before_pods(gathered: &mut Gathered) {
    let classes = &mut gathered.inventory.storage_classes;
    classes.push(StorageClass {
        metadata: ObjectMeta { name: Some(BY_HAND.to_owned()), ..ObjectMeta::default() },
        provisioner: "kubernetes.io/no-provisioner".to_owned(),
        ..StorageClass::default()
    });
    for class in classes {
        class.volume_binding_mode = Some("WaitForFirstConsumer".to_owned());
    }
    for volume in &mut gathered.inventory.volumes {
        // What was written by hand is available as soon as it is there.
        volume.status.get_or_insert_default().phase.get_or_insert_with(|| "Available".to_owned());
        if Volume::new(volume).storage_class.is_empty() {
            volume.spec.get_or_insert_default().storage_class_name = Some(BY_HAND.to_owned());
        }
    }
    // A claim of a volume by its name gets that one.
    let known: BTreeSet<&str> =
        gathered.inventory.volumes.iter().filter_map(|volume| volume.metadata.name.as_deref()).collect();
    for claim in &mut gathered.inventory.claims {
        let volume = claim.spec.as_ref().and_then(|spec| spec.volume_name.as_deref());
        if volume.is_some_and(|volume| known.contains(volume)) {
            let annotations = claim.metadata.annotations.get_or_insert_default();
            annotations.insert("pv.kubernetes.io/bind-completed".to_owned(), "yes".to_owned());
        }
    }
    let of_sets = gathered.workloads.iter_mut().filter_map(|workload| match workload {
        WorkloadObject::StatefulSet(set) => set.spec.volume_claim_templates.as_mut(),
        _ => None,
    });
    for claim in gathered.inventory.claims.iter_mut().chain(of_sets.flatten()) {
        if let Some(class) = claim.spec.as_mut().and_then(|spec| spec.storage_class_name.as_mut())
            && class.is_empty()
        {
            BY_HAND.clone_into(class);
        }
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
