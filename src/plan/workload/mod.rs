//! Workloads become the pods that their controllers would make.

mod custom;
mod daemon_set;
mod job;
mod replicated;
mod scale;
mod share;
mod stateful_set;

use std::sync::Arc;

use k8s_openapi::api::{
    apps::v1 as apps, autoscaling::v2 as autoscaling, batch::v1 as batch, core::v1 as core,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use serde::Deserialize;

use crate::parse::object::group_of;
use crate::plan::admission::pod_creation::{AdmissionObjects, AdmissionRefusal, admit_pod, merge_label_keys};
use crate::plan::cluster::Cluster;
use crate::plan::pod::{Pod, PodVolume, namespace_or_default};
use crate::plan::volume::Claim;
use crate::plan::workload::share::{Demand, demand, shares};

pub use crate::plan::workload::custom::CustomResource;
pub(in crate::plan) use crate::plan::workload::custom::ROLLOUT_HASH;
pub use crate::plan::workload::scale::{Scale, scale_of};
pub use crate::plan::workload::share::MOST_PODS;

/// An object that makes pods, in the order of the input.
#[derive(Debug, Clone)]
pub enum WorkloadObject {
    /// A Deployment.
    Deployment(Box<apps::Deployment>),
    /// A ReplicaSet.
    ReplicaSet(Box<apps::ReplicaSet>),
    /// A ReplicationController.
    ReplicationController(Box<core::ReplicationController>),
    /// A StatefulSet.
    StatefulSet(Box<apps::StatefulSet>),
    /// A DaemonSet.
    DaemonSet(Box<apps::DaemonSet>),
    /// A Job.
    Job(Box<batch::Job>),
    /// A CronJob.
    CronJob(Box<batch::CronJob>),
    /// A custom resource that carries a pod template.
    Custom(Box<CustomResource>),
    /// A pod of its own.
    Pod(Box<core::Pod>),
    /// A pod that was created already and waits for a node: it is taken as it is.
    AdmittedPod(Box<core::Pod>),
}

impl WorkloadObject {
    /// The object's kind.
    pub fn kind(&self) -> &str {
        match self {
            WorkloadObject::Deployment(_) => "Deployment",
            WorkloadObject::ReplicaSet(_) => "ReplicaSet",
            WorkloadObject::ReplicationController(_) => "ReplicationController",
            WorkloadObject::StatefulSet(_) => "StatefulSet",
            WorkloadObject::DaemonSet(_) => "DaemonSet",
            WorkloadObject::Job(_) => "Job",
            WorkloadObject::CronJob(_) => "CronJob",
            WorkloadObject::Custom(object) => &object.kind,
            WorkloadObject::Pod(_) | WorkloadObject::AdmittedPod(_) => "Pod",
        }
    }

    /// The object's API group; `""` for the core group.
    fn group(&self) -> &str {
        match self {
            WorkloadObject::Deployment(_)
            | WorkloadObject::ReplicaSet(_)
            | WorkloadObject::StatefulSet(_)
            | WorkloadObject::DaemonSet(_) => "apps",
            WorkloadObject::Job(_) | WorkloadObject::CronJob(_) => "batch",
            WorkloadObject::Custom(object) => group_of(&object.api_version),
            WorkloadObject::ReplicationController(_)
            | WorkloadObject::Pod(_)
            | WorkloadObject::AdmittedPod(_) => "",
        }
    }

    /// The object's metadata.
    pub fn metadata(&self) -> &ObjectMeta {
        match self {
            WorkloadObject::Deployment(object) => &object.metadata,
            WorkloadObject::ReplicaSet(object) => &object.metadata,
            WorkloadObject::ReplicationController(object) => &object.metadata,
            WorkloadObject::StatefulSet(object) => &object.metadata,
            WorkloadObject::DaemonSet(object) => &object.metadata,
            WorkloadObject::Job(object) => &object.metadata,
            WorkloadObject::CronJob(object) => &object.metadata,
            WorkloadObject::Custom(object) => &object.metadata,
            WorkloadObject::Pod(object) | WorkloadObject::AdmittedPod(object) => &object.metadata,
        }
    }

    /// The number of pods that the object states, where its kind has such a field.
    fn stated_replicas(&self) -> Option<i32> {
        match self {
            WorkloadObject::Deployment(object) => object.spec.replicas,
            WorkloadObject::ReplicaSet(object) => object.spec.replicas,
            WorkloadObject::ReplicationController(object) => object.spec.as_ref()?.replicas,
            WorkloadObject::StatefulSet(object) => object.spec.replicas,
            WorkloadObject::Custom(object) => object.replicas,
            _ => None,
        }
    }
}

/// What scales workloads.
#[derive(Debug, Clone, Default)]
pub struct Autoscalers {
    /// HorizontalPodAutoscalers.
    pub horizontal: Vec<autoscaling::HorizontalPodAutoscaler>,
    /// KEDA's ScaledObjects.
    pub scaled_objects: Vec<ScaledObject>,
}

/// A ScaledObject of `keda.sh/v1alpha1`, as far as it bounds the number of pods.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ScaledObject {
    /// The object's metadata.
    pub metadata: ObjectMeta,
    /// The bounds.
    pub spec: ScaledObjectSpec,
}

/// The bounds of a ScaledObject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaledObjectSpec {
    /// What is scaled.
    pub scale_target_ref: ScaleTarget,
    /// The fewest pods; 0 if absent.
    pub min_replica_count: Option<i32>,
    /// The most pods; 100 if absent.
    pub max_replica_count: Option<i32>,
}

/// What a ScaledObject scales.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ScaleTarget {
    /// The kind; `Deployment` if absent.
    pub kind: Option<String>,
    /// The name.
    pub name: String,
}

/// Which end of an autoscaled workload is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScaleEnd {
    /// The fewest pods: these must fit.
    Minimum,
    /// The most pods: whether these fit is a question.
    Maximum,
}

/// A workload and its pods.
#[derive(Debug, Clone)]
pub struct Workload {
    /// The index of its object in the input.
    pub source: usize,
    /// The API group of its object; `""` for the core group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// Its pods, in the order in which the controller makes them.
    pub pods: Vec<Arc<Pod>>,
    /// How many pods more it asks for, which were not made because there would be too many to place.
    pub left_out: usize,
    /// The bounds of its autoscaler.
    pub scale: Option<Scale>,
    /// Why admission would refuse its pods; each reason once.
    pub refusals: Vec<AdmissionRefusal>,
}

/// Everything that making pods needs.
pub(in crate::plan::workload) struct Maker<'a> {
    pub(in crate::plan::workload) admission: &'a AdmissionObjects,
    pub(in crate::plan::workload) cluster: &'a mut Cluster,
}

/// Makes the pods of all workloads. What the controllers make beside pods, the ReplicaSets of Deployments, the claims
/// of StatefulSets and of ephemeral volumes, is added to the cluster where it has none of the name.
pub fn expand(
    objects: &[WorkloadObject],
    autoscalers: &Autoscalers,
    admission: &AdmissionObjects,
    end: ScaleEnd,
    cluster: &mut Cluster,
) -> Vec<Workload> {
    let named = |object: &WorkloadObject| {
        let metadata = object.metadata();
        let namespace = namespace_or_default(metadata.namespace.as_deref());
        (namespace, metadata.name.clone().unwrap_or_default())
    };
    let demands: Vec<Demand> = objects
        .iter()
        .map(|object| {
            let (namespace, name) = named(object);
            demand(object, (&namespace, &name), autoscalers, end, cluster)
        })
        .collect();
    let shares = shares(&demands, cluster.nodes.len());
    let mut maker = Maker { admission, cluster };
    let mut workloads = Vec::with_capacity(objects.len());
    for ((source, object), (demand, replicas)) in objects.iter().enumerate().zip(demands.iter().zip(shares)) {
        let kind = object.kind().to_owned();
        let (namespace, name) = named(object);
        let scale = scale_of(autoscalers, &kind, &namespace, &name);
        let mut left_out = demand.pods - replicas;
        let mut refusals = Vec::new();
        let pods = match object {
            WorkloadObject::Deployment(object) => {
                replicated::deployment(&mut maker, object, replicas, &mut refusals)
            }
            WorkloadObject::ReplicaSet(object) => {
                replicated::replica_set(&mut maker, object, replicas, &mut refusals)
            }
            WorkloadObject::ReplicationController(object) => {
                replicated::replication_controller(&mut maker, object, replicas, &mut refusals)
            }
            WorkloadObject::StatefulSet(object) => {
                stateful_set::stateful_set(&mut maker, object, replicas, &mut refusals)
            }
            WorkloadObject::DaemonSet(object) => {
                let pods;
                (pods, left_out) = daemon_set::daemon_set(&mut maker, object, replicas, &mut refusals);
                pods
            }
            WorkloadObject::Job(object) => job::job(&mut maker, object, replicas, &mut refusals),
            WorkloadObject::CronJob(object) => job::cron_job(&mut maker, object, replicas, &mut refusals),
            WorkloadObject::Custom(object) => custom::custom(&mut maker, object, replicas, &mut refusals),
            WorkloadObject::Pod(object) => {
                // A pod of its own is taken as the scheduler would read it: its label keys are not merged again.
                let mut pod = (**object).clone();
                refusals.extend(admit_pod(admission, &mut pod));
                maker.add_ephemeral_claims(&pod);
                vec![Arc::new(Pod::new(&pod))]
            }
            WorkloadObject::AdmittedPod(object) => vec![Arc::new(Pod::new(object))],
        };
        for pod in &pods {
            let namespace = &pod.template.namespace;
            if !maker.cluster.namespaces.contains_key(namespace) {
                let labels = maker.cluster.namespace_labels(namespace);
                maker.cluster.namespaces.insert(namespace.clone(), labels);
            }
        }
        refusals.dedup();
        let group = object.group().to_owned();
        workloads.push(Workload { source, group, kind, namespace, name, pods, left_out, scale, refusals });
    }
    workloads
}

impl Maker<'_> {
    /// A pod of a template, not yet admitted (`controller.GetPodFromTemplate`).
    pub(in crate::plan::workload) fn pod_of(
        &self,
        template: &core::PodTemplateSpec,
        namespace: &str,
        owner: OwnerReference,
    ) -> core::Pod {
        let metadata = template.metadata.as_ref();
        core::Pod {
            metadata: ObjectMeta {
                namespace: Some(namespace.to_owned()),
                labels: metadata.and_then(|metadata| metadata.labels.clone()),
                annotations: metadata.and_then(|metadata| metadata.annotations.clone()),
                owner_references: Some(vec![owner]),
                ..ObjectMeta::default()
            },
            spec: template.spec.clone(),
            status: None,
        }
    }

    /// As many pods as `count`, named `NAME-0` and up, which are alike. Pods with ephemeral volumes have claims of
    /// their own, so each is made by itself.
    pub(in crate::plan::workload) fn alike(
        &mut self,
        mut pod: core::Pod,
        name: &str,
        count: usize,
        refusals: &mut Vec<AdmissionRefusal>,
    ) -> Vec<Arc<Pod>> {
        refusals.extend(admit_pod(self.admission, &mut pod));
        merge_label_keys(&mut pod);
        let has_ephemeral = pod
            .spec
            .iter()
            .flat_map(|spec| spec.volumes.iter().flatten())
            .any(|volume| volume.ephemeral.is_some());
        let shared = Pod::new(&pod);
        let made = (0..count).map(|index| {
            let name = format!("{name}-{index}");
            if !has_ephemeral {
                return Arc::new(Pod { name, template: shared.template.clone() });
            }
            pod.metadata.name = Some(name);
            self.add_ephemeral_claims(&pod);
            Arc::new(Pod::new(&pod))
        });
        made.collect()
    }

    /// A single pod that is like no other.
    pub(in crate::plan::workload) fn single(
        &mut self,
        mut pod: core::Pod,
        refusals: &mut Vec<AdmissionRefusal>,
    ) -> Arc<Pod> {
        refusals.extend(admit_pod(self.admission, &mut pod));
        merge_label_keys(&mut pod);
        self.add_ephemeral_claims(&pod);
        Arc::new(Pod::new(&pod))
    }

    /// Adds the claims that the ephemeral volume controller makes for a pod.
    fn add_ephemeral_claims(&mut self, pod: &core::Pod) {
        let pod_name = pod.metadata.name.clone().unwrap_or_default();
        for volume in pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten()) {
            let template =
                volume.ephemeral.as_ref().and_then(|ephemeral| ephemeral.volume_claim_template.as_ref());
            if let Some(template) = template {
                let owner = owner("v1", "Pod", &pod_name);
                let claim = core::PersistentVolumeClaim {
                    metadata: ObjectMeta {
                        name: Some(format!("{pod_name}-{}", volume.name)),
                        namespace: pod.metadata.namespace.clone(),
                        owner_references: Some(vec![owner]),
                        ..ObjectMeta::default()
                    },
                    spec: Some(template.spec.clone()),
                    status: None,
                };
                self.add_claim(&claim);
            }
        }
    }

    /// Adds a claim, unless the cluster has one of the name. A claim that names no class gets the default one.
    pub(in crate::plan::workload) fn add_claim(&mut self, claim: &core::PersistentVolumeClaim) {
        let names_class = claim.spec.as_ref().is_some_and(|spec| spec.storage_class_name.is_some());
        let mut claim = Claim::new(claim);
        let mut defaults = self.cluster.storage_classes.values().filter(|class| class.is_default);
        if let Some(class) = defaults.next().filter(|_| !names_class && claim.storage_class.is_empty()) {
            claim.storage_class = class.name.clone();
        }
        let key = (claim.namespace.clone(), claim.name.clone());
        self.cluster.claims.entry(key).or_insert(claim);
    }
}

/// A reference to the controller of a pod.
pub(in crate::plan::workload) fn owner(api_version: &str, kind: &str, name: &str) -> OwnerReference {
    OwnerReference {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
        controller: Some(true),
        block_owner_deletion: Some(true),
        uid: String::new(),
    }
}

/// Adds a label to a pod.
pub(in crate::plan::workload) fn add_label(pod: &mut core::Pod, key: &str, value: &str) {
    pod.metadata.labels.get_or_insert_default().insert(key.to_owned(), value.to_owned());
}

/// A short name for the content of a template, for the labels with which controllers tell revisions apart. It differs
/// from the one that Kubernetes computes; what matters is that equal templates have equal names.
pub(in crate::plan::workload) fn revision_name(template: &core::PodTemplateSpec) -> String {
    let text = serde_json::to_string(template).unwrap_or_default();
    // FNV-1a, spelt with letters and digits that cannot form words.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    const DIGITS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let digit = |index: u32| char::from(DIGITS[(hash >> (index * 6)) as usize % DIGITS.len()]);
    (0..10).map(digit).collect()
}

/// Whether two pods can be told apart by the scheduler only by claims of their own.
pub fn has_own_claims(pod: &Pod) -> bool {
    pod.template
        .volumes
        .iter()
        .any(|volume| matches!(volume, PodVolume::Claim(_) | PodVolume::Ephemeral { .. }))
}

#[cfg(test)]
mod tests;
