//! Fields of Kueue, and the labels by which jobs are put into its queues.
//!
//! Source: `pkg/controller/constants` (`QueueLabel`, `WorkloadPriorityClassLabel`) and `apis/kueue/v1beta1`, `v1beta2`
//! (`LocalQueueSpec`, `ClusterQueueSpec`). What a queue leads to is made by those who run the cluster.

use crate::graph::reference::{From, Row, To};
use crate::parse::kind::Kind;

/// What Kueue suspends until there is room (`pkg/controller/jobs`), of the kinds that kplan knows.
const QUEUED: &[Kind] = &[
    Kind::Deployment,
    Kind::Job,
    Kind::JobSet,
    Kind::LeaderWorkerSet,
    Kind::Pod,
    Kind::ReplicaSet,
    Kind::StatefulSet,
];

const QUEUE: &str = "metadata.labels['kueue.x-k8s.io/queue-name']";

const fn foreign(group: &'static str, kind: &'static str) -> Row {
    Row::new(From::Foreign(group, kind), QUEUE, To::Kind(Kind::LocalQueue)).usual()
}

pub(super) static ROWS: &[Row] = &[
    Row::of(QUEUED, QUEUE, Kind::LocalQueue).usual(),
    Row::of(
        &[Kind::CronJob],
        "spec.jobTemplate.metadata.labels['kueue.x-k8s.io/queue-name']",
        Kind::LocalQueue,
    )
    .usual(),
    foreign("kubeflow.org", "MPIJob"),
    foreign("kubeflow.org", "PyTorchJob"),
    foreign("kubeflow.org", "TFJob"),
    foreign("ray.io", "RayCluster"),
    foreign("ray.io", "RayJob"),
    foreign("trainer.kubeflow.org", "TrainJob"),
    Row::of(QUEUED, "metadata.labels['kueue.x-k8s.io/priority-class']", Kind::WorkloadPriorityClass).usual(),
    Row::of(&[Kind::LocalQueue], "spec.clusterQueue", Kind::ClusterQueue).usual(),
    Row::of(&[Kind::ClusterQueue], "spec.resourceGroups[].flavors[].name", Kind::ResourceFlavor).usual(),
    Row::of(
        &[Kind::ClusterQueue],
        "spec.{admissionChecks[]|admissionChecksStrategy.admissionChecks[].name}",
        Kind::AdmissionCheck,
    )
    .usual(),
];
