//! Fields of the Prometheus operator.

use crate::graph::reference::{Keys, Row, Scope};
use crate::parse::kind::Kind;

const fn secret_of_monitor(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Secret).optional().keys(Keys::Key)
}

pub(super) static ROWS: &[Row] = &[
    Row::of(&[Kind::Prometheus, Kind::Alertmanager], "spec.serviceAccountName", Kind::ServiceAccount),
    Row::of(&[Kind::Prometheus, Kind::Alertmanager], "spec.secrets[]", Kind::Secret),
    Row::of(&[Kind::Prometheus, Kind::Alertmanager], "spec.configMaps[]", Kind::ConfigMap),
    Row::of(&[Kind::Prometheus], "spec.additionalScrapeConfigs.name", Kind::Secret)
        .optional()
        .keys(Keys::Key),
    Row::of(&[Kind::Prometheus], "spec.alerting.alertmanagers[].name", Kind::Service)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::ServiceMonitor], "spec.endpoints[].basicAuth.password.name", Kind::Secret)
        .optional()
        .keys(Keys::Key),
    Row::of(&[Kind::ServiceMonitor], "spec.endpoints[].bearerTokenSecret.name", Kind::Secret)
        .optional()
        .keys(Keys::Key),
    Row::of(&[Kind::Alertmanager], "spec.configSecret", Kind::Secret),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].basicAuth.username.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].authorization.credentials.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.ca.secret.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.cert.secret.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.keySecret.name"),
    secret_of_monitor(&[Kind::PodMonitor], "spec.podMetricsEndpoints[].basicAuth.username.name"),
    secret_of_monitor(&[Kind::PodMonitor], "spec.podMetricsEndpoints[].basicAuth.password.name"),
    secret_of_monitor(&[Kind::PodMonitor], "spec.podMetricsEndpoints[].authorization.credentials.name"),
    Row::of(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.ca.configMap.name", Kind::ConfigMap)
        .optional()
        .keys(Keys::Key),
    Row::of(
        &[Kind::Prometheus],
        "spec.storage.volumeClaimTemplate.spec.storageClassName",
        Kind::StorageClass,
    )
    .usual(),
    Row::of(
        &[Kind::Alertmanager],
        "spec.storage.volumeClaimTemplate.spec.storageClassName",
        Kind::StorageClass,
    )
    .usual(),
];
