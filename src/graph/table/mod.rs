//! The table of references: one row for each field of Kubernetes that names another object.
//!
//! The fields and their scope rules are those of the API types (`pkg/apis/*/types.go`) and of the controllers that read
//! them. Who else can make a target (so that it need not be in the input) is a matter of the target: `graph::world`.

mod argo;
mod cert_manager;
mod cluster;
mod gateway;
mod istio;
mod keda;
mod kong;
mod kueue;
mod platform;
mod pod;
mod prometheus;
mod secrets;
mod storage;
mod traefik;
mod traffic;
mod workload;

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::parse::kind::Kind;

/// `metadata.namespace` of every object that lives in one.
pub static NAMESPACE: Row =
    Row::new(From::Namespaced, "metadata.namespace", To::Kind(Kind::Namespace)).usual();

/// A field that the configuration declares. Its neighbours are read as they are in Kubernetes itself.
pub(super) static DECLARED: Row = Row::new(From::Declared, "", To::Declared)
    .scope(Scope::SiblingOrSame("namespace"))
    .optional()
    .keys(Keys::Key);

/// Where pod specs, or a part of one under the same names, stand in objects beside the one pod template that makes their
/// pods: what they name is read, but they are no pods of the input.
///
/// Prometheus and its kin repeat fields of a pod spec in their own (`CommonPrometheusFields`, `AlertmanagerSpec`,
/// `ThanosRulerSpec`); the pods that solve the challenges of an Issuer can be given some
/// (`ACMEChallengeSolverHTTP01IngressPodTemplate`); an analysis can run Jobs (`JobMetric`), an Experiment several ReplicaSets
/// (`TemplateSpec`), a JobSet several Jobs (`ReplicatedJob`), a LeaderWorkerSet two kinds of pods (`LeaderWorkerTemplate`).
pub static POD_SPECS: &[(&[Kind], &str)] = &[
    (&[Kind::Prometheus, Kind::PrometheusAgent, Kind::Alertmanager, Kind::ThanosRuler], "spec"),
    (&[Kind::Issuer], "spec.acme.solvers[].http01.{ingress|gatewayHTTPRoute}.podTemplate.spec"),
    (&[Kind::AnalysisTemplate, Kind::AnalysisRun], "spec.metrics[].provider.job.spec.template.spec"),
    (&[Kind::Experiment], "spec.templates[].template.spec"),
    (&[Kind::JobSet], "spec.replicatedJobs[].template.spec.template.spec"),
    (&[Kind::LeaderWorkerSet], "spec.leaderWorkerTemplate.{leaderTemplate|workerTemplate}.spec"),
];

const fn said(kinds: &'static [Kind], path: &'static str, group: &'static str, default: Option<Kind>) -> Row {
    Row::new(From::Kinds(kinds), path, To::Said { group, default })
}

/// The references of the Gateway API and of Istio.
#[cfg(test)]
pub(super) fn mesh_rows() -> impl Iterator<Item = &'static Row> {
    gateway::ROWS.iter().chain(istio::ROWS)
}

/// Every reference that the graph knows, but for [`NAMESPACE`] and what the configuration declares.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [
        argo::ROWS,
        cert_manager::ROWS,
        cluster::ROWS,
        gateway::ROWS,
        istio::ROWS,
        keda::ROWS,
        kong::ROWS,
        kueue::ROWS,
        platform::ROWS,
        pod::ROWS,
        storage::ROWS,
        traefik::ROWS,
        traffic::ROWS,
        workload::ROWS,
    ];
    let parts = prometheus::TABLES.iter().chain(secrets::TABLES).copied();
    tables.into_iter().chain(parts).flatten()
}

#[cfg(test)]
mod tests;
