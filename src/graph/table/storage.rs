//! Fields of claims, volumes, classes, snapshots and device claims.

use crate::graph::reference::{Row, Scope};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const fn secret_of_volume(path: &'static str) -> Row {
    Row::of(&[Kind::PersistentVolume], path, Kind::Secret).scope(Scope::Sibling("namespace"))
}

const fn device_class(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::DeviceClass).usual()
}

const fn driver(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::CSIDriver).dispensable()
}

pub(super) static ROWS: &[Row] = &[
    Row::of(&[Kind::PersistentVolumeClaim], "spec.storageClassName", Kind::StorageClass).usual(),
    Row::of(
        &[Kind::PersistentVolumeClaim],
        "metadata.annotations['volume.beta.kubernetes.io/storage-class']",
        Kind::StorageClass,
    )
    .usual(),
    Row::of(&[Kind::PersistentVolumeClaim], "spec.volumeName", Kind::PersistentVolume),
    Row::of(&[Kind::PersistentVolumeClaim], "spec.volumeAttributesClassName", Kind::VolumeAttributesClass)
        .usual(),
    said(
        &[Kind::PersistentVolumeClaim],
        "spec.dataSource.name",
        "apiGroup",
        Some(Kind::PersistentVolumeClaim),
    ),
    said(
        &[Kind::PersistentVolumeClaim],
        "spec.dataSourceRef.name",
        "apiGroup",
        Some(Kind::PersistentVolumeClaim),
    )
    .scope(Scope::SiblingOrSame("namespace")),
    Row::of(&[Kind::PersistentVolume], "spec.storageClassName", Kind::StorageClass).usual(),
    Row::of(&[Kind::PersistentVolume], "spec.claimRef.name", Kind::PersistentVolumeClaim)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::PersistentVolume], "spec.volumeAttributesClassName", Kind::VolumeAttributesClass).usual(),
    // Whoever provisions or attaches need not describe itself with a CSIDriver, nor be one: the kubelet and the attacher take
    // the defaults for a driver without (`skipAttach`). Only inline volumes of pods ask for it.
    driver(&[Kind::PersistentVolume], "spec.csi.driver"),
    driver(&[Kind::StorageClass], "provisioner"),
    driver(&[Kind::VolumeAttributesClass], "driverName"),
    driver(&[Kind::VolumeSnapshotClass], "driver"),
    driver(&[Kind::VolumeSnapshotContent], "spec.driver"),
    driver(&[Kind::VolumeAttachment], "spec.attacher"),
    driver(&[Kind::CSINode], "spec.drivers[].name"),
    secret_of_volume("spec.csi.controllerExpandSecretRef.name"),
    secret_of_volume("spec.csi.controllerPublishSecretRef.name"),
    secret_of_volume("spec.csi.nodeExpandSecretRef.name"),
    secret_of_volume("spec.csi.nodePublishSecretRef.name"),
    secret_of_volume("spec.csi.nodeStageSecretRef.name"),
    secret_of_volume("spec.cephfs.secretRef.name"),
    secret_of_volume("spec.cinder.secretRef.name"),
    secret_of_volume("spec.flexVolume.secretRef.name"),
    secret_of_volume("spec.iscsi.secretRef.name"),
    secret_of_volume("spec.rbd.secretRef.name"),
    secret_of_volume("spec.scaleIO.secretRef.name"),
    secret_of_volume("spec.storageos.secretRef.name"),
    Row::of(&[Kind::PersistentVolume], "spec.azureFile.secretName", Kind::Secret)
        .scope(Scope::Sibling("secretNamespace")),
    Row::of(
        &[Kind::VolumeAttachment],
        "spec.source.inlineVolumeSpec.{cephfs|cinder|flexVolume|iscsi|rbd|scaleIO|storageos}.secretRef.name",
        Kind::Secret,
    )
    .scope(Scope::Sibling("namespace")),
    Row::of(
        &[Kind::VolumeAttachment],
        "spec.source.inlineVolumeSpec.csi.{controllerExpandSecretRef|controllerPublishSecretRef|nodeExpandSecretRef|nodePublishSecretRef|nodeStageSecretRef}.name",
        Kind::Secret,
    )
    .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::VolumeAttachment], "spec.source.inlineVolumeSpec.azureFile.secretName", Kind::Secret)
        .scope(Scope::Sibling("secretNamespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/provisioner-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/provisioner-secret-namespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/node-stage-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/node-stage-secret-namespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/node-publish-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/node-publish-secret-namespace")),
    Row::of(
        &[Kind::StorageClass],
        "parameters['csi.storage.k8s.io/controller-expand-secret-name']",
        Kind::Secret,
    )
    .scope(Scope::Sibling("csi.storage.k8s.io/controller-expand-secret-namespace")),
    Row::of(
        &[Kind::StorageClass],
        "parameters['csi.storage.k8s.io/controller-publish-secret-name']",
        Kind::Secret,
    )
    .scope(Scope::Sibling("csi.storage.k8s.io/controller-publish-secret-namespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/node-expand-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/node-expand-secret-namespace")),
    Row::of(
        &[Kind::VolumeSnapshotClass],
        "parameters['csi.storage.k8s.io/snapshotter-secret-name']",
        Kind::Secret,
    )
    .scope(Scope::Sibling("csi.storage.k8s.io/snapshotter-secret-namespace")),
    Row::of(
        &[Kind::VolumeSnapshotClass],
        "parameters['csi.storage.k8s.io/snapshotter-list-secret-name']",
        Kind::Secret,
    )
    .scope(Scope::Sibling("csi.storage.k8s.io/snapshotter-list-secret-namespace")),
    Row::of(&[Kind::VolumeAttachment], "spec.source.persistentVolumeName", Kind::PersistentVolume),
    Row::of(&[Kind::VolumeAttachment], "spec.nodeName", Kind::Node).usual(),
    Row::of(&[Kind::VolumeSnapshot], "spec.volumeSnapshotClassName", Kind::VolumeSnapshotClass).usual(),
    Row::of(&[Kind::VolumeSnapshot], "spec.source.persistentVolumeClaimName", Kind::PersistentVolumeClaim),
    Row::of(&[Kind::VolumeSnapshot], "spec.source.volumeSnapshotContentName", Kind::VolumeSnapshotContent),
    Row::of(&[Kind::VolumeSnapshotContent], "spec.volumeSnapshotClassName", Kind::VolumeSnapshotClass)
        .usual(),
    Row::of(&[Kind::VolumeSnapshotContent], "spec.volumeSnapshotRef.name", Kind::VolumeSnapshot)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::CSIStorageCapacity], "storageClassName", Kind::StorageClass).usual(),
    // Dynamic resources.
    device_class(&[Kind::ResourceClaim], "spec.devices.requests[].deviceClassName"),
    device_class(&[Kind::ResourceClaim], "spec.devices.requests[].exactly.deviceClassName"),
    device_class(&[Kind::ResourceClaim], "spec.devices.requests[].firstAvailable[].deviceClassName"),
    device_class(&[Kind::ResourceClaimTemplate], "spec.spec.devices.requests[].deviceClassName"),
    device_class(&[Kind::ResourceClaimTemplate], "spec.spec.devices.requests[].exactly.deviceClassName"),
    device_class(
        &[Kind::ResourceClaimTemplate],
        "spec.spec.devices.requests[].firstAvailable[].deviceClassName",
    ),
];
