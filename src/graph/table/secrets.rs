//! Fields of the External Secrets operator.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const fn secret_of_store(path: &'static str) -> Row {
    Row::of(&[Kind::SecretStore], path, Kind::Secret).scope(Scope::SiblingOrSame("namespace")).keys(Keys::Key)
}

pub(super) static ROWS: &[Row] = &[
    said(&[Kind::ExternalSecret], "spec.secretStoreRef.name", "group", Some(Kind::SecretStore)),
    said(&[Kind::ExternalSecret], "spec.data[].sourceRef.storeRef.name", "group", Some(Kind::SecretStore)),
    said(
        &[Kind::ExternalSecret],
        "spec.dataFrom[].sourceRef.storeRef.name",
        "group",
        Some(Kind::SecretStore),
    ),
    Row::new(
        From::Kinds(&[Kind::ClusterExternalSecret]),
        "spec.externalSecretSpec.secretStoreRef.name",
        To::If(Kind::ClusterSecretStore),
    ),
    secret_of_store("spec.provider.aws.auth.secretRef.accessKeyIDSecretRef.name"),
    secret_of_store("spec.provider.aws.auth.secretRef.secretAccessKeySecretRef.name"),
    secret_of_store("spec.provider.gcpsm.auth.secretRef.secretAccessKeySecretRef.name"),
    secret_of_store("spec.provider.azurekv.authSecretRef.clientId.name"),
    secret_of_store("spec.provider.azurekv.authSecretRef.clientSecret.name"),
    secret_of_store("spec.provider.vault.auth.tokenSecretRef.name"),
    secret_of_store("spec.provider.vault.auth.appRole.secretRef.name"),
    Row::of(&[Kind::SecretStore], "spec.provider.aws.auth.jwt.serviceAccountRef.name", Kind::ServiceAccount)
        .scope(Scope::SiblingOrSame("namespace")),
];
