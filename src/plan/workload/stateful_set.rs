//! The pods of a StatefulSet, each with its ordinal and its claims.

use std::sync::Arc;

use k8s_openapi::api::{apps::v1 as apps, core::v1 as core};

use crate::plan::admission::pod_creation::AdmissionRefusal;
use crate::plan::pod::{Pod, namespace_or_default};
use crate::plan::selector::Selector;
use crate::plan::workload::{Maker, add_label, owner, revision_name};

/// Makes the pods `NAME-START` and up (`newVersionedStatefulSetPod`): with the labels of their name, their ordinal and
/// the revision (`updateIdentity`, `setPodRevision`), and with a claim for every template, which takes the place of a
/// volume of the same name (`updateStorage`).
pub(in crate::plan::workload) fn stateful_set(
    maker: &mut Maker<'_>,
    set: &apps::StatefulSet,
    replicas: usize,
    refusals: &mut Vec<AdmissionRefusal>,
) -> Vec<Arc<Pod>> {
    let namespace = namespace_or_default(set.metadata.namespace.as_deref());
    let name = set.metadata.name.clone().unwrap_or_default();
    let spec = &set.spec;
    if let Ok(selector) = Selector::from_label_selector(Some(&spec.selector)) {
        maker.cluster.stateful_sets.insert((namespace.clone(), name.clone()), selector);
    }
    let start = i64::from(spec.ordinals.as_ref().and_then(|ordinals| ordinals.start).unwrap_or(0));
    let mut base = maker.pod_of(&spec.template, &namespace, owner("apps/v1", "StatefulSet", &name));
    add_label(&mut base, "controller-revision-hash", &format!("{name}-{}", revision_name(&spec.template)));
    let mut pods = Vec::new();
    for ordinal in start..start + replicas as i64 {
        let mut pod = base.clone();
        let pod_name = format!("{name}-{ordinal}");
        pod.metadata.name = Some(pod_name.clone());
        add_label(&mut pod, "statefulset.kubernetes.io/pod-name", &pod_name);
        add_label(&mut pod, "apps.kubernetes.io/pod-index", &ordinal.to_string());
        for template in spec.volume_claim_templates.iter().flatten() {
            let volume_name = template.metadata.name.clone().unwrap_or_default();
            let claim_name = format!("{volume_name}-{name}-{ordinal}");
            let mut claim = template.clone();
            claim.metadata.name = Some(claim_name.clone());
            claim.metadata.namespace = Some(namespace.clone());
            claim
                .metadata
                .labels
                .get_or_insert_default()
                .extend(spec.selector.match_labels.clone().unwrap_or_default());
            maker.add_claim(&claim);
            let volumes = pod.spec.get_or_insert_default().volumes.get_or_insert_default();
            volumes.retain(|volume| volume.name != volume_name);
            volumes.push(core::Volume {
                name: volume_name,
                persistent_volume_claim: Some(core::PersistentVolumeClaimVolumeSource {
                    claim_name,
                    read_only: None,
                }),
                ..core::Volume::default()
            });
        }
        pods.push(maker.single(pod, refusals));
    }
    pods
}
