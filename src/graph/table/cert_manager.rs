//! Fields of cert-manager, and the annotations that it reads.
//!
//! Source: `pkg/apis/certmanager/v1` (`CertificateSpec`, `CertificateKeystores`, `IssuerConfig`, `VaultIssuer`, `VenafiIssuer`)
//! and `pkg/apis/acme/v1` (`ACMEIssuer`, `ACMEChallengeSolver` and its `ACMEIssuerDNS01Provider*`); the annotations are those
//! of `issuerForIngressLike` in `pkg/controller/certificate-shim`. Secrets and ServiceAccounts that a ClusterIssuer names live
//! in the namespace that the flag `--cluster-resource-namespace` says, which no manifest does: no row is about them.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const ISSUER: &[Kind] = &[Kind::Issuer];
const SHIMMED: &[Kind] = &[Kind::Ingress, Kind::Gateway];

/// `SecretKeySelector`: some have a default key.
const fn secret_of_issuer(path: &'static str) -> Row {
    Row::of(ISSUER, path, Kind::Secret).keys(Keys::Key)
}

const fn issuer_by_annotation(path: &'static str, default_kind: &'static str) -> Row {
    let to = To::SaidBy {
        kind: "cert-manager.io/issuer-kind",
        group: "cert-manager.io/issuer-group",
        default_kind: Some(default_kind),
        default_group: "cert-manager.io",
    };
    Row::new(From::Kinds(SHIMMED), path, to)
}

pub(super) static ROWS: &[Row] = &[
    issuer_by_annotation("metadata.annotations['cert-manager.io/issuer']", "Issuer"),
    issuer_by_annotation("metadata.annotations['cert-manager.io/cluster-issuer']", "ClusterIssuer").usual(),
    said(&[Kind::Certificate, Kind::CertificateRequest], "spec.issuerRef.name", "group", Some(Kind::Issuer)),
    Row::of(&[Kind::Certificate], "spec.keystores.{jks|pkcs12}.passwordSecretRef.name", Kind::Secret)
        .keys(Keys::Key),
    Row::of(ISSUER, "spec.ca.secretName", Kind::Secret),
    // It is made where it is not there, unless that is switched off.
    Row::of(ISSUER, "spec.acme.privateKeySecretRef.name", Kind::Secret),
    secret_of_issuer("spec.acme.externalAccountBinding.keySecretRef.name"),
    secret_of_issuer("spec.acme.solvers[].dns01.acmeDNS.accountSecretRef.name"),
    secret_of_issuer(
        "spec.acme.solvers[].dns01.akamai.{accessTokenSecretRef|clientSecretSecretRef|clientTokenSecretRef}.name",
    ),
    secret_of_issuer("spec.acme.solvers[].dns01.azureDNS.clientSecretSecretRef.name"),
    secret_of_issuer("spec.acme.solvers[].dns01.cloudDNS.serviceAccountSecretRef.name"),
    secret_of_issuer("spec.acme.solvers[].dns01.cloudflare.{apiKeySecretRef|apiTokenSecretRef}.name"),
    secret_of_issuer("spec.acme.solvers[].dns01.digitalocean.tokenSecretRef.name"),
    secret_of_issuer("spec.acme.solvers[].dns01.rfc2136.tsigSecretSecretRef.name"),
    secret_of_issuer(
        "spec.acme.solvers[].dns01.route53.{accessKeyIDSecretRef|secretAccessKeySecretRef}.name",
    ),
    Row::of(
        ISSUER,
        "spec.acme.solvers[].dns01.route53.auth.kubernetes.serviceAccountRef.name",
        Kind::ServiceAccount,
    ),
    Row::of(
        &[Kind::Issuer, Kind::ClusterIssuer],
        "spec.acme.solvers[].http01.ingress.ingressClassName",
        Kind::IngressClass,
    )
    .usual(),
    Row::of(ISSUER, "spec.acme.solvers[].http01.ingress.name", Kind::Ingress),
    said(
        ISSUER,
        "spec.acme.solvers[].http01.gatewayHTTPRoute.parentRefs[].name",
        "group",
        Some(Kind::Gateway),
    )
    .scope(Scope::SiblingOrSame("namespace")),
    // Without a namespace it is that of whoever asks for a certificate.
    said(
        &[Kind::ClusterIssuer],
        "spec.acme.solvers[].http01.gatewayHTTPRoute.parentRefs[].name",
        "group",
        Some(Kind::Gateway),
    )
    .scope(Scope::Sibling("namespace")),
    secret_of_issuer("spec.vault.{caBundleSecretRef|clientCertSecretRef|clientKeySecretRef}.name"),
    secret_of_issuer("spec.vault.auth.{tokenSecretRef|appRole.secretRef|kubernetes.secretRef}.name"),
    Row::of(ISSUER, "spec.vault.auth.clientCertificate.secretName", Kind::Secret),
    Row::of(ISSUER, "spec.vault.auth.{aws|kubernetes}.serviceAccountRef.name", Kind::ServiceAccount),
    Row::of(ISSUER, "spec.venafi.tpp.credentialsRef.name", Kind::Secret),
    secret_of_issuer("spec.venafi.{tpp.caBundleSecretRef|cloud.apiTokenSecretRef}.name"),
];
