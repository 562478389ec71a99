//! Custom resources that carry a pod template, read as what makes pods.

use k8s_openapi::api::{apps::v1 as apps, core::v1 as core};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use serde::de::DeserializeOwned;

use crate::parse::decode::decode;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::plan::workload::{CustomResource, WorkloadObject};

/// What a custom resource makes its pods as; `None` where it has no pod template that can be read, or makes pods only
/// when there is work for them.
pub(super) fn workload(object: ObjectRef<'_>) -> Option<WorkloadObject> {
    let written = PodTemplate::of(object)?;
    let metadata = metadata_of(object)?;
    match (object.group(), object.kind_name()) {
        // Jobs are made of it when there are events.
        ("keda.sh", "ScaledJob") => None,
        // Their specs are those of Kubernetes, and more.
        ("apps.kruise.io", "StatefulSet") => {
            let spec = decoded::<apps::StatefulSetSpec>(object.get("spec")?)?;
            Some(WorkloadObject::StatefulSet(Box::new(apps::StatefulSet { metadata, spec, status: None })))
        }
        ("apps.kruise.io", "DaemonSet") => {
            let spec = decoded::<apps::DaemonSetSpec>(object.get("spec")?)?;
            Some(WorkloadObject::DaemonSet(Box::new(apps::DaemonSet { metadata, spec, status: None })))
        }
        _ => {
            let spec = decoded::<core::PodSpec>(written.spec)?;
            let of_pods = (written.node.id() != written.spec.id()).then(|| written.node.get("metadata"));
            let of_pods = of_pods.flatten().and_then(decoded::<ObjectMeta>);
            let selector = object.get("spec.selector").filter(|_| object.kind() == Kind::Rollout);
            Some(WorkloadObject::Custom(Box::new(CustomResource {
                api_version: object.api_version().to_owned(),
                kind: object.kind_name().to_owned(),
                metadata,
                replicas: replicas_of(object, written),
                rollout_selector: selector.and_then(decoded::<LabelSelector>),
                template: core::PodTemplateSpec { metadata: of_pods, spec: Some(spec) },
            })))
        }
    }
}

/// The number of pods that it states: in `spec.replicas`, and for Knative in the annotation for the fewest pods of a
/// revision.
fn replicas_of(object: ObjectRef<'_>, written: PodTemplate<'_>) -> Option<i32> {
    let stated = if object.group() == "serving.knative.dev" {
        let annotations = written.node.get_path("metadata.annotations")?;
        annotations.get("autoscaling.knative.dev/min-scale")?.content().parse().ok()
    } else {
        object.get("spec.replicas").and_then(NodeRef::as_i64)
    };
    let stated = stated.and_then(|count: i64| i32::try_from(count).ok());
    // A revision without a fewest number is made with one pod, and loses it when nobody asks.
    stated.filter(|count| *count > 0 || object.group() != "serving.knative.dev")
}

fn metadata_of(object: ObjectRef<'_>) -> Option<ObjectMeta> {
    let metadata = decoded::<ObjectMeta>(object.get("metadata")?)?;
    Some(ObjectMeta { namespace: object.namespace().map(str::to_owned), ..metadata })
}

/// What a schema of the input has against it, is another finding.
fn decoded<T: DeserializeOwned>(node: NodeRef<'_>) -> Option<T> {
    decode::<T>(node).ok()
}
