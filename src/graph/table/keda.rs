//! Fields of KEDA.

use crate::graph::reference::{Keys, Row};
use crate::graph::table::said;
use crate::parse::kind::Kind;

pub(super) static ROWS: &[Row] = &[
    said(&[Kind::ScaledObject], "spec.scaleTargetRef.name", "apiVersion", Some(Kind::Deployment)),
    said(
        &[Kind::ScaledObject, Kind::ScaledJob],
        "spec.triggers[].authenticationRef.name",
        "apiGroup",
        Some(Kind::TriggerAuthentication),
    ),
    // The autoscaler that KEDA makes, or, where ownership is transferred, takes over.
    Row::of(
        &[Kind::ScaledObject],
        "spec.advanced.horizontalPodAutoscalerConfig.name",
        Kind::HorizontalPodAutoscaler,
    )
    .dispensable(),
    Row::of(&[Kind::TriggerAuthentication], "spec.secretTargetRef[].name", Kind::Secret).keys(Keys::Key),
    Row::of(&[Kind::TriggerAuthentication], "spec.configMapTargetRef[].name", Kind::ConfigMap)
        .keys(Keys::Key),
];
