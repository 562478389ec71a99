//! Fields of a pod spec that name other objects.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::parse::kind::Kind;

/// What a claim is filled from.
const fn said_by_pod(path: &'static str) -> Row {
    let to = To::Said { group: "apiGroup", default: Some(Kind::PersistentVolumeClaim) };
    Row::new(From::PodSpec, path, to)
}

pub(super) static ROWS: &[Row] = &[
    Row::pod("{containers}[].envFrom[].configMapRef.name", Kind::ConfigMap).optional(),
    Row::pod("{containers}[].envFrom[].secretRef.name", Kind::Secret).optional(),
    Row::pod("{containers}[].env[].valueFrom.configMapKeyRef.name", Kind::ConfigMap)
        .optional()
        .keys(Keys::Key),
    Row::pod("{containers}[].env[].valueFrom.secretKeyRef.name", Kind::Secret).optional().keys(Keys::Key),
    Row::pod("volumes[].configMap.name", Kind::ConfigMap).optional().keys(Keys::Items),
    Row::pod("volumes[].secret.secretName", Kind::Secret).optional().keys(Keys::Items),
    Row::pod("volumes[].projected.sources[].configMap.name", Kind::ConfigMap).optional().keys(Keys::Items),
    Row::pod("volumes[].projected.sources[].secret.name", Kind::Secret).optional().keys(Keys::Items),
    Row::pod("volumes[].projected.sources[].clusterTrustBundle.name", Kind::ClusterTrustBundle)
        .optional()
        .usual(),
    // The kubelet goes on without a pull secret that it cannot find; the image is then pulled without it.
    Row::pod("imagePullSecrets[].name", Kind::Secret),
    // Storage.
    Row::pod("volumes[].persistentVolumeClaim.claimName", Kind::PersistentVolumeClaim),
    Row::pod("volumes[].ephemeral.volumeClaimTemplate.spec.storageClassName", Kind::StorageClass).usual(),
    Row::pod(
        "volumes[].ephemeral.volumeClaimTemplate.spec.volumeAttributesClassName",
        Kind::VolumeAttributesClass,
    )
    .usual(),
    said_by_pod("volumes[].ephemeral.volumeClaimTemplate.spec.dataSource.name"),
    said_by_pod("volumes[].ephemeral.volumeClaimTemplate.spec.dataSourceRef.name")
        .scope(Scope::SiblingOrSame("namespace")),
    Row::pod("volumes[].csi.driver", Kind::CSIDriver).usual(),
    Row::pod("volumes[].csi.nodePublishSecretRef.name", Kind::Secret),
    Row::pod("volumes[].csi.volumeAttributes.secretProviderClass", Kind::SecretProviderClass),
    Row::pod("volumes[].azureFile.secretName", Kind::Secret),
    Row::pod("volumes[].cephfs.secretRef.name", Kind::Secret),
    Row::pod("volumes[].cinder.secretRef.name", Kind::Secret),
    Row::pod("volumes[].flexVolume.secretRef.name", Kind::Secret),
    Row::pod("volumes[].iscsi.secretRef.name", Kind::Secret),
    Row::pod("volumes[].rbd.secretRef.name", Kind::Secret),
    Row::pod("volumes[].scaleIO.secretRef.name", Kind::Secret),
    Row::pod("volumes[].storageos.secretRef.name", Kind::Secret),
    // Identity and scheduling.
    Row::pod("serviceAccountName", Kind::ServiceAccount),
    // The old name of the field: where both are set, the new one wins (`Convert_v1_PodSpec_To_core_PodSpec`).
    Row::new(From::PodSpec, "serviceAccount", To::Unless("serviceAccountName", Kind::ServiceAccount)),
    Row::pod("priorityClassName", Kind::PriorityClass).usual(),
    Row::pod("runtimeClassName", Kind::RuntimeClass).usual(),
    Row::pod("nodeName", Kind::Node).usual(),
    Row::pod("resourceClaims[].resourceClaimName", Kind::ResourceClaim),
    Row::pod("resourceClaims[].resourceClaimTemplateName", Kind::ResourceClaimTemplate),
];
