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
mod pod;
mod prometheus;
mod secrets;
mod storage;
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
        pod::ROWS,
        prometheus::ROWS,
        secrets::ROWS,
        storage::ROWS,
        traffic::ROWS,
        workload::ROWS,
    ];
    tables.into_iter().flatten()
}

#[cfg(test)]
mod tests;
