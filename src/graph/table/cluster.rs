//! Fields of access control, admission and extension.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const WEBHOOKS: &[Kind] = &[Kind::ValidatingWebhookConfiguration, Kind::MutatingWebhookConfiguration];

/// What cert-manager puts the certificate of an authority into.
const INJECTED: &[Kind] = &[
    Kind::ValidatingWebhookConfiguration,
    Kind::MutatingWebhookConfiguration,
    Kind::APIService,
    Kind::CustomResourceDefinition,
];

pub(super) static ROWS: &[Row] = &[
    // Access control.
    said(&[Kind::RoleBinding], "roleRef.name", "apiGroup", Some(Kind::Role)),
    said(&[Kind::ClusterRoleBinding], "roleRef.name", "apiGroup", Some(Kind::ClusterRole)),
    // Without a namespace, a RoleBinding means an account of its own (`appliesToUser`); a ClusterRoleBinding has none.
    Row::new(From::Kinds(&[Kind::RoleBinding]), "subjects[].name", To::If(Kind::ServiceAccount))
        .scope(Scope::SiblingOrSame("namespace")),
    Row::new(From::Kinds(&[Kind::ClusterRoleBinding]), "subjects[].name", To::If(Kind::ServiceAccount))
        .scope(Scope::Sibling("namespace")),
    Row::new(From::Kinds(&[Kind::Role, Kind::ClusterRole]), "rules[].resourceNames[]", To::Resources)
        .incidental(),
    // A quota for a class that is not there counts nothing.
    Row::new(
        From::Kinds(&[Kind::ResourceQuota]),
        "spec.scopeSelector.matchExpressions[].values[]",
        To::NamedBy("scopeName"),
    )
    .incidental(),
    Row::of(&[Kind::ServiceAccount], "secrets[].name", Kind::Secret),
    Row::of(&[Kind::ServiceAccount], "imagePullSecrets[].name", Kind::Secret),
    Row::of(
        &[Kind::Secret],
        "metadata.annotations['kubernetes.io/service-account.name']",
        Kind::ServiceAccount,
    ),
    // Admission and extension.
    Row::of(WEBHOOKS, "webhooks[].clientConfig.service.name", Kind::Service)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::APIService], "spec.service.name", Kind::Service).scope(Scope::Sibling("namespace")),
    Row::of(
        &[Kind::CustomResourceDefinition],
        "spec.conversion.webhook.clientConfig.service.name",
        Kind::Service,
    )
    .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::ValidatingAdmissionPolicyBinding], "spec.policyName", Kind::ValidatingAdmissionPolicy),
    Row::of(&[Kind::MutatingAdmissionPolicyBinding], "spec.policyName", Kind::MutatingAdmissionPolicy),
    // `CollectParams`: a namespaced parameter without a namespace is looked up in that of the request.
    Row::new(
        From::Kinds(&[Kind::ValidatingAdmissionPolicyBinding, Kind::MutatingAdmissionPolicyBinding]),
        "spec.paramRef.name",
        To::Parameters,
    )
    .scope(Scope::SiblingOrSame("namespace")),
    // Annotations by which the CA injector of cert-manager fills `caBundle`, both `NAMESPACE/NAME`.
    Row::of(INJECTED, "metadata.annotations['cert-manager.io/inject-ca-from']", Kind::Certificate)
        .scope(Scope::Slash),
    Row::of(INJECTED, "metadata.annotations['cert-manager.io/inject-ca-from-secret']", Kind::Secret)
        .scope(Scope::Slash),
    Row::of(&[Kind::FlowSchema], "spec.rules[].subjects[].serviceAccount.name", Kind::ServiceAccount)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::FlowSchema], "spec.priorityLevelConfiguration.name", Kind::PriorityLevelConfiguration)
        .usual(),
];
