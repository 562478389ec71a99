//! Fields of KEDA.
//!
//! Source: `apis/keda/v1alpha1` (`ScaleTarget`, `ScaleTriggers`, `AuthenticationRef`, `TriggerAuthenticationSpec`); the scale
//! target is a Deployment of `apps/v1` unless it says otherwise (`ParseGVKR`). What a ClusterTriggerAuthentication names lives
//! in the namespace that `KEDA_CLUSTER_OBJECT_NAMESPACE` says to the operator: no row is about it.

use crate::graph::reference::{Keys, Row};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const AUTHENTICATION: &[Kind] = &[Kind::TriggerAuthentication];

pub(super) static ROWS: &[Row] = &[
    said(&[Kind::ScaledObject], "spec.scaleTargetRef.name", "apiVersion", Some(Kind::Deployment)),
    said(
        &[Kind::ScaledObject, Kind::ScaledJob],
        "spec.triggers[].authenticationRef.name",
        "",
        Some(Kind::TriggerAuthentication),
    ),
    // The autoscaler that KEDA makes, or, where ownership is transferred, takes over.
    Row::of(
        &[Kind::ScaledObject],
        "spec.advanced.horizontalPodAutoscalerConfig.name",
        Kind::HorizontalPodAutoscaler,
    )
    .dispensable(),
    Row::of(AUTHENTICATION, "spec.secretTargetRef[].name", Kind::Secret).keys(Keys::Key),
    Row::of(AUTHENTICATION, "spec.configMapTargetRef[].name", Kind::ConfigMap).keys(Keys::Key),
    Row::of(
        AUTHENTICATION,
        "spec.{azureKeyVault|gcpSecretManager}.credentials.clientSecret.valueFrom.secretKeyRef.name",
        Kind::Secret,
    )
    .keys(Keys::Key),
    Row::of(
        AUTHENTICATION,
        "spec.awsSecretManager.credentials.{accessKey|accessSecretKey|accessToken}.valueFrom.secretKeyRef.name",
        Kind::Secret,
    )
    .keys(Keys::Key),
    Row::of(AUTHENTICATION, "spec.boundServiceAccountToken[].serviceAccountName", Kind::ServiceAccount),
    Row::of(AUTHENTICATION, "spec.hashiCorpVault.credential.serviceAccountName", Kind::ServiceAccount),
];
