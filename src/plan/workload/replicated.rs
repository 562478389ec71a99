//! Workloads of pods that are alike: Deployment, ReplicaSet, ReplicationController.

use std::sync::Arc;

use k8s_openapi::api::{apps::v1 as apps, core::v1 as core};

use crate::plan::admission::pod_creation::AdmissionRefusal;
use crate::plan::pod::{Pod, namespace_or_default};
use crate::plan::selector::Selector;
use crate::plan::workload::{Maker, add_label, owner, revision_name};

/// The label by which a Deployment tells its ReplicaSets apart.
const POD_TEMPLATE_HASH: &str = "pod-template-hash";

/// The pods of a Deployment: those of its ReplicaSet, which is added to the cluster (`getNewReplicaSet`).
pub(in crate::plan::workload) fn deployment(
    maker: &mut Maker<'_>,
    deployment: &apps::Deployment,
    replicas: usize,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let spec = &deployment.spec;
    let namespace = namespace_or_default(deployment.metadata.namespace.as_deref());
    let name = deployment.metadata.name.clone().unwrap_or_default();
    let hash = revision_name(&spec.template);
    let set_name = format!("{name}-{hash}");
    let mut selector = spec.selector.clone();
    selector.match_labels.get_or_insert_default().insert(POD_TEMPLATE_HASH.to_owned(), hash.clone());
    if let Ok(selector) = Selector::from_label_selector(Some(&selector)) {
        maker.cluster.replica_sets.insert((namespace.clone(), set_name.clone()), selector);
    }
    let mut pod = maker.pod_of(&spec.template, &namespace, owner("apps/v1", "ReplicaSet", &set_name));
    add_label(&mut pod, POD_TEMPLATE_HASH, &hash);
    maker.alike(pod, &name, replicas, refusals)
}

/// The pods of a ReplicaSet; nothing if a Deployment owns it, which makes its own.
pub(in crate::plan::workload) fn replica_set(
    maker: &mut Maker<'_>,
    set: &apps::ReplicaSet,
    replicas: usize,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let namespace = namespace_or_default(set.metadata.namespace.as_deref());
    let name = set.metadata.name.clone().unwrap_or_default();
    if let Ok(selector) = Selector::from_label_selector(Some(&set.spec.selector)) {
        maker.cluster.replica_sets.insert((namespace.clone(), name.clone()), selector);
    }
    let is_owned = set.metadata.owner_references.iter().flatten().any(|owner| owner.controller == Some(true));
    let Some(template) = set.spec.template.as_ref().filter(|_| !is_owned) else {
        return Vec::new();
    };
    let pod = maker.pod_of(template, &namespace, owner("apps/v1", "ReplicaSet", &name));
    maker.alike(pod, &name, replicas, refusals)
}

/// The pods of a ReplicationController. Its selector is, unless stated, the labels of its template
/// (`SetDefaults_ReplicationController`).
pub(in crate::plan::workload) fn replication_controller(
    maker: &mut Maker<'_>,
    controller: &core::ReplicationController,
    replicas: usize,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let namespace = namespace_or_default(controller.metadata.namespace.as_deref());
    let name = controller.metadata.name.clone().unwrap_or_default();
    let Some((spec, template)) =
        controller.spec.as_ref().and_then(|spec| Some((spec, spec.template.as_ref()?)))
    else {
        return Vec::new();
    };
    let labels = template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
    let selector =
        spec.selector.clone().filter(|selector| !selector.is_empty()).or(labels).unwrap_or_default();
    maker.cluster.replication_controllers.insert((namespace.clone(), name.clone()), selector);
    let pod = maker.pod_of(template, &namespace, owner("v1", "ReplicationController", &name));
    maker.alike(pod, &name, replicas, refusals)
}
