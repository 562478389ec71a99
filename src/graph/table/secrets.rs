//! Fields of the External Secrets operator.
//!
//! Source: `apis/externalsecrets/v1` and `v1beta1` (`ExternalSecretSpec`, `SecretStoreRef`, `GeneratorRef`, `TemplateFrom`,
//! `ClusterExternalSecretSpec`, the providers of `SecretStoreProvider`), `v1alpha1` (`PushSecretSpec`). A Secret that a
//! SecretStore names is always of its own namespace; a ClusterSecretStore says which, or leaves it to be the one of whoever
//! uses it (`resolvers.SecretKeyRef`). What generators name in their own fields is not read.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const STORE: &[Kind] = &[Kind::SecretStore];
const CLUSTER_STORE: &[Kind] = &[Kind::ClusterSecretStore];

/// A `SecretStoreRef`: both kinds of stores are of one group, which no field says.
const fn store(kinds: &'static [Kind], path: &'static str) -> Row {
    said(kinds, path, "", Some(Kind::SecretStore))
}

/// The same in what is made in namespaces that labels tell: of a SecretStore there it is not known where.
const fn cluster_store(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::new(From::Kinds(kinds), path, To::If(Kind::ClusterSecretStore))
}

/// A `GeneratorRef`.
const fn generator(kinds: &'static [Kind], path: &'static str) -> Row {
    let to = To::SaidBy {
        kind: "kind",
        group: "apiVersion",
        default_kind: None,
        default_group: "generators.external-secrets.io",
    };
    Row::new(From::Kinds(kinds), path, to)
}

/// A `CAProvider`: its `type` is a kind.
const fn authority(kinds: &'static [Kind], scope: Scope) -> Row {
    let to = To::SaidBy { kind: "type", group: "", default_kind: None, default_group: "" };
    let path = "spec.provider.{akeyless|bitwardensecretsmanager|conjur|gitlab|kubernetes.server|vault|webhook}.caProvider.name";
    Row::new(From::Kinds(kinds), path, to).scope(scope).keys(Keys::Key)
}

/// A `ServiceAccountSelector`.
const fn account(kinds: &'static [Kind], scope: Scope) -> Row {
    let path = "spec.provider.{akeyless.authSecretRef.kubernetesAuth.serviceAccountRef|aws.auth.jwt.serviceAccountRef|azurekv.serviceAccountRef|conjur.auth.jwt.serviceAccountRef|gcpsm.auth.workloadIdentity.serviceAccountRef|kubernetes.auth.serviceAccount|oracle.serviceAccountRef|vault.auth.gcp.serviceAccountRef|vault.auth.gcp.workloadIdentity.serviceAccountRef|vault.auth.iam.jwt.serviceAccountRef|vault.auth.jwt.kubernetesServiceAccountToken.serviceAccountRef|vault.auth.kubernetes.serviceAccountRef}.name";
    Row::of(kinds, path, Kind::ServiceAccount).scope(scope)
}

/// A `SecretKeySelector` of a provider, in a SecretStore and in a ClusterSecretStore.
macro_rules! secrets {
    ($($path:literal),+ $(,)?) => {
        &[
            $(
                Row::of(STORE, concat!("spec.provider.", $path, ".name"), Kind::Secret).keys(Keys::Key),
                Row::of(CLUSTER_STORE, concat!("spec.provider.", $path, ".name"), Kind::Secret)
                    .scope(Scope::Sibling("namespace"))
                    .keys(Keys::Key),
            )+
        ]
    };
}

pub(super) static TABLES: &[&[Row]] = &[
    ROWS,
    secrets![
        "akeyless.authSecretRef.{kubernetesAuth.secretRef|secretRef.accessID|secretRef.accessType|secretRef.accessTypeParam}",
        "alibaba.auth.secretRef.{accessKeyIDSecretRef|accessKeySecretSecretRef}",
        "aws.auth.secretRef.{accessKeyIDSecretRef|secretAccessKeySecretRef|sessionTokenSecretRef}",
        "azurekv.authSecretRef.{clientCertificate|clientId|clientSecret|tenantId}",
        "beyondtrust.auth.{apiKey|certificate|certificateKey|clientId|clientSecret}.secretRef",
        "bitwardensecretsmanager.auth.secretRef.credentials",
        "chef.auth.secretRef.privateKeySecretRef",
        "cloudrusm.auth.secretRef.{accessKeyIDSecretRef|accessKeySecretSecretRef}",
        "conjur.auth.{apikey.apiKeyRef|apikey.userRef|jwt.secretRef}",
        "delinea.{clientId|clientSecret}.secretRef",
        "device42.auth.secretRef.credentials",
        "doppler.auth.secretRef.dopplerToken",
        "fortanix.apiKey.secretRef",
        "gcpsm.auth.secretRef.secretAccessKeySecretRef",
        "github.auth.privateKey",
        "gitlab.auth.SecretRef.accessToken",
        "ibm.auth.secretRef.secretApiKeySecretRef",
        "infisical.auth.universalAuthCredentials.{clientId|clientSecret}",
        "keepersecurity.authRef",
        "kubernetes.{auth.cert.clientCert|auth.cert.clientKey|auth.token.bearerToken|authRef}",
        "onboardbase.auth.{apiKeyRef|passcodeRef}",
        "onepassword.auth.secretRef.connectTokenSecretRef",
        "onepasswordSDK.auth.serviceAccountSecretRef",
        "oracle.auth.secretRef.{fingerprint|privatekey}",
        "passbolt.auth.{passwordSecretRef|privateKeySecretRef}",
        "passworddepot.auth.secretRef.credentials",
        "previder.auth.secretRef.accessToken",
        "pulumi.accessToken.secretRef",
        "scaleway.{accessKey|secretKey}.secretRef",
        "secretserver.{password|username}.secretRef",
        "senhasegura.auth.clientSecretSecretRef",
        "vault.auth.{appRole.roleRef|appRole.secretRef|cert.clientCert|cert.secretRef|jwt.secretRef|kubernetes.secretRef|ldap.secretRef|tokenSecretRef|userPass.secretRef}",
        "vault.auth.iam.secretRef.{accessKeyIDSecretRef|secretAccessKeySecretRef|sessionTokenSecretRef}",
        "vault.auth.gcp.secretRef.secretAccessKeySecretRef",
        "vault.tls.{certSecretRef|keySecretRef}",
        "webhook.{auth.ntlm.passwordSecret|auth.ntlm.usernameSecret|secrets[].secretRef}",
        "{yandexcertificatemanager|yandexlockbox}.{auth.authorizedKeySecretRef|caProvider.certSecretRef}",
    ],
];

static ROWS: &[Row] = &[
    store(&[Kind::ExternalSecret], "spec.secretStoreRef.name"),
    store(&[Kind::ExternalSecret], "spec.{data[]|dataFrom[]}.sourceRef.storeRef.name"),
    generator(&[Kind::ExternalSecret], "spec.dataFrom[].sourceRef.generatorRef.name"),
    Row::of(&[Kind::ExternalSecret], "spec.target.template.templateFrom[].configMap.name", Kind::ConfigMap)
        .keys(Keys::Items),
    Row::of(&[Kind::ExternalSecret], "spec.target.template.templateFrom[].secret.name", Kind::Secret)
        .keys(Keys::Items),
    cluster_store(&[Kind::ClusterExternalSecret], "spec.externalSecretSpec.secretStoreRef.name"),
    cluster_store(
        &[Kind::ClusterExternalSecret],
        "spec.externalSecretSpec.{data[]|dataFrom[]}.sourceRef.storeRef.name",
    ),
    store(&[Kind::PushSecret], "spec.{secretStoreRefs[]|dataTo[].storeRef}.name"),
    Row::of(&[Kind::ClusterExternalSecret], "spec.namespaces[]", Kind::Namespace).usual(),
    Row::of(&[Kind::PushSecret], "spec.selector.secret.name", Kind::Secret),
    generator(&[Kind::PushSecret], "spec.selector.generatorRef.name"),
    Row::of(&[Kind::PushSecret], "spec.template.templateFrom[].configMap.name", Kind::ConfigMap)
        .keys(Keys::Items),
    Row::of(&[Kind::PushSecret], "spec.template.templateFrom[].secret.name", Kind::Secret).keys(Keys::Items),
    cluster_store(
        &[Kind::ClusterPushSecret],
        "spec.pushSecretSpec.{secretStoreRefs[]|dataTo[].storeRef}.name",
    ),
    authority(STORE, Scope::Same),
    authority(CLUSTER_STORE, Scope::Sibling("namespace")),
    account(STORE, Scope::Same),
    account(CLUSTER_STORE, Scope::Sibling("namespace")),
];
