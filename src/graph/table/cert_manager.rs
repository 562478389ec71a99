//! Fields of cert-manager, and the annotations that it reads.

use crate::graph::reference::{Keys, Row};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const ISSUERS: &[Kind] = &[Kind::Issuer, Kind::ClusterIssuer];

pub(super) static ROWS: &[Row] = &[
    Row::of(
        &[Kind::Ingress, Kind::Gateway],
        "metadata.annotations['cert-manager.io/cluster-issuer']",
        Kind::ClusterIssuer,
    )
    .usual(),
    said(&[Kind::Certificate], "spec.issuerRef.name", "group", Some(Kind::Issuer)),
    Row::of(&[Kind::Ingress, Kind::Gateway], "metadata.annotations['cert-manager.io/issuer']", Kind::Issuer),
    Row::of(&[Kind::Issuer], "spec.ca.secretName", Kind::Secret),
    Row::of(&[Kind::Certificate], "spec.keystores.jks.passwordSecretRef.name", Kind::Secret),
    Row::of(&[Kind::Certificate], "spec.keystores.pkcs12.passwordSecretRef.name", Kind::Secret),
    Row::of(&[Kind::Issuer], "spec.acme.solvers[].dns01.cloudflare.apiTokenSecretRef.name", Kind::Secret)
        .keys(Keys::Key),
    Row::of(&[Kind::Issuer], "spec.acme.solvers[].dns01.route53.secretAccessKeySecretRef.name", Kind::Secret)
        .keys(Keys::Key),
    Row::of(&[Kind::Issuer], "spec.vault.auth.tokenSecretRef.name", Kind::Secret).keys(Keys::Key),
    Row::of(ISSUERS, "spec.acme.solvers[].http01.ingress.ingressClassName", Kind::IngressClass).usual(),
];
