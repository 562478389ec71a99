//! Custom resources that carry a pod template: they make pods like any workload, as many as they state.

use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::plan::admission::pod_creation::AdmissionRefusal;
use crate::plan::pod::{Pod, namespace_or_default};
use crate::plan::selector::Selector;
use crate::plan::workload::{Maker, add_label, owner, revision_name};

/// A custom resource that carries a pod template.
#[derive(Debug, Clone)]
pub struct CustomResource {
    /// As written.
    pub api_version: String,
    /// As written.
    pub kind: String,
    /// Its metadata.
    pub metadata: ObjectMeta,
    /// The number of pods that it states; most operators take 1 for none.
    pub replicas: Option<i32>,
    /// The selector of an Argo Rollout, which makes ReplicaSets as a Deployment does.
    pub rollout_selector: Option<LabelSelector>,
    /// What its pods are made of.
    pub template: core::PodTemplateSpec,
}

/// The label by which a Rollout tells its ReplicaSets apart (`DefaultRolloutUniqueLabelKey`).
pub(in crate::plan) const ROLLOUT_HASH: &str = "rollouts-pod-template-hash";

/// The pods of a custom resource. Those of a Rollout belong to a ReplicaSet, which is added to the cluster.
pub(in crate::plan::workload) fn custom(
    maker: &mut Maker<'_>,
    resource: &CustomResource,
    replicas: usize,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let namespace = namespace_or_default(resource.metadata.namespace.as_deref());
    let name = resource.metadata.name.clone().unwrap_or_default();
    let Some(selector) = &resource.rollout_selector else {
        let controller = owner(&resource.api_version, &resource.kind, &name);
        let pod = maker.pod_of(&resource.template, &namespace, controller);
        return maker.alike(pod, &name, replicas, refusals);
    };
    let hash = revision_name(&resource.template);
    let set_name = format!("{name}-{hash}");
    let mut selector = selector.clone();
    selector.match_labels.get_or_insert_default().insert(ROLLOUT_HASH.to_owned(), hash.clone());
    if let Ok(selector) = Selector::from_label_selector(Some(&selector)) {
        maker.cluster.replica_sets.insert((namespace.clone(), set_name.clone()), selector);
    }
    let mut pod = maker.pod_of(&resource.template, &namespace, owner("apps/v1", "ReplicaSet", &set_name));
    add_label(&mut pod, ROLLOUT_HASH, &hash);
    maker.alike(pod, &name, replicas, refusals)
}
