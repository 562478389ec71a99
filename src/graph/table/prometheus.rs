//! Fields of the Prometheus operator.
//!
//! Source: `pkg/apis/monitoring/v1` (`CommonPrometheusFields`, `PrometheusSpec`, `ThanosSpec`, `AlertmanagerSpec`,
//! `AlertmanagerEndpoints`, `ThanosRulerSpec`, `Endpoint`, `PodMetricsEndpoint`, `ProbeSpec`, `HTTPConfig`, `OAuth2`, `TLSConfig`,
//! `WebTLSConfig`), `v1alpha1` (`ScrapeConfigSpec`, `PrometheusAgentSpec`) and `v1alpha1` and `v1beta1` of `AlertmanagerConfigSpec`.
//! All key selectors are of the object's own namespace. What the selectors of a Prometheus select is for
//! `practice::monitoring`; the parts of a pod spec that these objects repeat are read as one.

use crate::graph::reference::{Keys, Row, Scope};
use crate::parse::kind::Kind;

const PROMETHEUS: &[Kind] = &[Kind::Prometheus];
const COMMON: &[Kind] = &[Kind::Prometheus, Kind::PrometheusAgent];
const SERVERS: &[Kind] = &[Kind::Prometheus, Kind::PrometheusAgent, Kind::Alertmanager, Kind::ThanosRuler];
const WRITERS: &[Kind] = &[Kind::Prometheus, Kind::PrometheusAgent, Kind::ThanosRuler];
const ALERTMANAGER: &[Kind] = &[Kind::Alertmanager];
const RULER: &[Kind] = &[Kind::ThanosRuler];
const SCRAPE: &[Kind] = &[Kind::ScrapeConfig];
const RECEIVERS: &[Kind] = &[Kind::AlertmanagerConfig];

/// A `SecretKeySelector`.
const fn secret(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Secret).optional().keys(Keys::Key)
}

/// A `ConfigMapKeySelector`.
const fn config(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::ConfigMap).optional().keys(Keys::Key)
}

/// The rows of an HTTP client that is configured below a path: `HTTPConfig`, with `TLSConfig` and `OAuth2` in it.
macro_rules! http_client {
    ($kinds:expr, $path:literal) => {
        &[
            secret(
                $kinds,
                concat!(
                    $path,
                    ".{authorization.credentials|basicAuth.username|basicAuth.password|bearerTokenSecret",
                    "|oauth2.clientId.secret|oauth2.clientSecret}.name"
                ),
            ),
            secret(
                $kinds,
                concat!($path, ".{tlsConfig|oauth2.tlsConfig}.{ca.secret|cert.secret|keySecret}.name"),
            ),
            config(
                $kinds,
                concat!(
                    $path,
                    ".{oauth2.clientId|tlsConfig.ca|tlsConfig.cert|oauth2.tlsConfig.ca|oauth2.tlsConfig.cert}",
                    ".configMap.name"
                ),
            ),
        ]
    };
}

pub(super) static TABLES: &[&[Row]] = &[
    ROWS,
    http_client!(&[Kind::ServiceMonitor], "spec.endpoints[]"),
    http_client!(&[Kind::PodMonitor], "spec.podMetricsEndpoints[]"),
    http_client!(&[Kind::Probe], "spec"),
    http_client!(SCRAPE, "spec"),
    http_client!(
        SCRAPE,
        "spec.{httpSDConfigs[]|kubernetesSDConfigs[]|consulSDConfigs[]|digitalOceanSDConfigs[]|dockerSDConfigs[]|dockerSwarmSDConfigs[]|eurekaSDConfigs[]|hetznerSDConfigs[]|ionosSDConfigs[]|kumaSDConfigs[]|lightSailSDConfigs[]|linodeSDConfigs[]|nomadSDConfigs[]|puppetDBSDConfigs[]|azureSDConfigs[]|ec2SDConfigs[]|openstackSDConfigs[]|scalewaySDConfigs[]}"
    ),
    http_client!(WRITERS, "spec.remoteWrite[]"),
    http_client!(PROMETHEUS, "spec.{remoteRead[]|alerting.alertmanagers[]}"),
    http_client!(COMMON, "spec.{apiserverConfig|scrapeClasses[]|tracingConfig}"),
    http_client!(
        RECEIVERS,
        "spec.receivers[].{discordConfigs[]|msteamsConfigs[]|msteamsv2Configs[]|opsgenieConfigs[]|pagerdutyConfigs[]|pushoverConfigs[]|rocketchatConfigs[]|slackConfigs[]|snsConfigs[]|telegramConfigs[]|victoropsConfigs[]|webexConfigs[]|webhookConfigs[]|wechatConfigs[]}.httpConfig"
    ),
    http_client!(ALERTMANAGER, "spec.alertmanagerConfiguration.global.httpConfig"),
];

static ROWS: &[Row] = &[
    Row::of(
        &[Kind::ServiceMonitor, Kind::PodMonitor],
        "spec.namespaceSelector.matchNames[]",
        Kind::Namespace,
    )
    .usual(),
    Row::of(SERVERS, "spec.serviceName", Kind::Service),
    secret(SERVERS, "spec.web.tlsConfig.{cert.secret|client_ca.secret|keySecret}.name"),
    config(SERVERS, "spec.web.tlsConfig.{cert|client_ca}.configMap.name"),
    Row::of(SERVERS, "spec.storage.volumeClaimTemplate.spec.storageClassName", Kind::StorageClass).usual(),
    Row::of(&[Kind::Prometheus, Kind::PrometheusAgent, Kind::Alertmanager], "spec.secrets[]", Kind::Secret),
    Row::of(
        &[Kind::Prometheus, Kind::PrometheusAgent, Kind::Alertmanager],
        "spec.configMaps[]",
        Kind::ConfigMap,
    ),
    secret(COMMON, "spec.additionalScrapeConfigs.name"),
    secret(PROMETHEUS, "spec.{additionalAlertManagerConfigs|additionalAlertRelabelConfigs}.name"),
    Row::of(PROMETHEUS, "spec.alerting.alertmanagers[].name", Kind::Service)
        .scope(Scope::SiblingOrSame("namespace")),
    secret(PROMETHEUS, "spec.alerting.alertmanagers[].sigv4.{accessKey|secretKey}.name"),
    secret(PROMETHEUS, "spec.thanos.{objectStorageConfig|tracingConfig}.name"),
    secret(PROMETHEUS, "spec.thanos.grpcServerTlsConfig.{ca.secret|cert.secret|keySecret}.name"),
    config(PROMETHEUS, "spec.thanos.grpcServerTlsConfig.{ca|cert}.configMap.name"),
    secret(WRITERS, "spec.remoteWrite[].{azureAd.oauth.clientSecret|sigv4.accessKey|sigv4.secretKey}.name"),
    secret(
        RULER,
        "spec.{alertRelabelConfigs|alertmanagersConfig|objectStorageConfig|queryConfig|tracingConfig}.name",
    ),
    secret(RULER, "spec.grpcServerTlsConfig.{ca.secret|cert.secret|keySecret}.name"),
    config(RULER, "spec.grpcServerTlsConfig.{ca|cert}.configMap.name"),
    // Without it, and without one of this name, the operator makes do with a configuration that drops all alerts.
    Row::of(ALERTMANAGER, "spec.configSecret", Kind::Secret),
    Row::of(ALERTMANAGER, "spec.alertmanagerConfiguration.name", Kind::AlertmanagerConfig),
    secret(
        ALERTMANAGER,
        "spec.alertmanagerConfiguration.global.{opsGenieApiKey|opsGenieApiUrl|slackApiUrl|mattermost.webhookURL|rocketChat.token|rocketChat.tokenID|smtp.authPassword|smtp.authSecret|victorops.apiKey|wechat.apiSecret}.name",
    ),
    secret(
        ALERTMANAGER,
        "spec.alertmanagerConfiguration.global.smtp.tlsConfig.{ca.secret|cert.secret|keySecret}.name",
    ),
    config(ALERTMANAGER, "spec.alertmanagerConfiguration.global.smtp.tlsConfig.{ca|cert}.configMap.name"),
    secret(ALERTMANAGER, "spec.alertmanagerConfiguration.templates[].secret.name"),
    config(ALERTMANAGER, "spec.alertmanagerConfiguration.templates[].configMap.name"),
    secret(ALERTMANAGER, "spec.clusterTLS.client.{ca.secret|cert.secret|keySecret}.name"),
    config(ALERTMANAGER, "spec.clusterTLS.client.{ca|cert}.configMap.name"),
    secret(ALERTMANAGER, "spec.clusterTLS.server.{cert.secret|client_ca.secret|keySecret}.name"),
    config(ALERTMANAGER, "spec.clusterTLS.server.{cert|client_ca}.configMap.name"),
    secret(
        RECEIVERS,
        "spec.receivers[].{discordConfigs[].apiURL|emailConfigs[].authPassword|emailConfigs[].authSecret|msteamsConfigs[].webhookUrl|msteamsv2Configs[].webhookURL|opsgenieConfigs[].apiKey|pagerdutyConfigs[].routingKey|pagerdutyConfigs[].serviceKey|pushoverConfigs[].token|pushoverConfigs[].userKey|rocketchatConfigs[].token|rocketchatConfigs[].tokenID|slackConfigs[].apiURL|snsConfigs[].sigv4.accessKey|snsConfigs[].sigv4.secretKey|telegramConfigs[].botToken|victoropsConfigs[].apiKey|webhookConfigs[].urlSecret|wechatConfigs[].apiSecret}.name",
    ),
    secret(RECEIVERS, "spec.receivers[].emailConfigs[].tlsConfig.{ca.secret|cert.secret|keySecret}.name"),
    config(RECEIVERS, "spec.receivers[].emailConfigs[].tlsConfig.{ca|cert}.configMap.name"),
    secret(
        SCRAPE,
        "spec.{azureSDConfigs[].clientSecret|consulSDConfigs[].tokenRef|ec2SDConfigs[].accessKey|ec2SDConfigs[].secretKey|lightSailSDConfigs[].accessKey|lightSailSDConfigs[].secretKey|openstackSDConfigs[].applicationCredentialSecret|openstackSDConfigs[].password|ovhcloudSDConfigs[].applicationSecret|ovhcloudSDConfigs[].consumerKey|scalewaySDConfigs[].secretKey}.name",
    ),
];
