//! Fields of workloads and of what scales them.

use crate::graph::reference::{Row, Scope};
use crate::graph::table::said;
use crate::parse::kind::Kind;

pub(super) static ROWS: &[Row] = &[
    Row::of(&[Kind::StatefulSet], "spec.serviceName", Kind::Service),
    Row::of(&[Kind::StatefulSet], "spec.volumeClaimTemplates[].spec.storageClassName", Kind::StorageClass)
        .usual(),
    Row::of(
        &[Kind::StatefulSet],
        "spec.volumeClaimTemplates[].spec.volumeAttributesClassName",
        Kind::VolumeAttributesClass,
    )
    .usual(),
    said(
        &[Kind::StatefulSet],
        "spec.volumeClaimTemplates[].spec.dataSource.name",
        "apiGroup",
        Some(Kind::PersistentVolumeClaim),
    ),
    said(
        &[Kind::StatefulSet],
        "spec.volumeClaimTemplates[].spec.dataSourceRef.name",
        "apiGroup",
        Some(Kind::PersistentVolumeClaim),
    )
    .scope(Scope::SiblingOrSame("namespace")),
    said(&[Kind::HorizontalPodAutoscaler], "spec.scaleTargetRef.name", "apiVersion", None),
    said(&[Kind::HorizontalPodAutoscaler], "spec.metrics[].object.describedObject.name", "apiVersion", None),
    // As it was called in `v2beta1`.
    said(&[Kind::HorizontalPodAutoscaler], "spec.metrics[].object.target.name", "apiVersion", None),
    said(&[Kind::VerticalPodAutoscaler], "spec.targetRef.name", "apiVersion", None),
];
