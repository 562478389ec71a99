//! Fields of access control, admission and extension.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const WEBHOOKS: &[Kind] = &[Kind::ValidatingWebhookConfiguration, Kind::MutatingWebhookConfiguration];

pub(super) static ROWS: &[Row] = &[
    // Access control.
    said(&[Kind::RoleBinding], "roleRef.name", "apiGroup", Some(Kind::Role)),
    said(&[Kind::ClusterRoleBinding], "roleRef.name", "apiGroup", Some(Kind::ClusterRole)),
    Row::new(
        From::Kinds(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
        "subjects[].name",
        To::If(Kind::ServiceAccount),
    )
    .scope(Scope::Sibling("namespace")),
    Row::new(From::Kinds(&[Kind::Role, Kind::ClusterRole]), "rules[].resourceNames[]", To::Resources)
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
    Row::of(&[Kind::FlowSchema], "spec.priorityLevelConfiguration.name", Kind::PriorityLevelConfiguration)
        .usual(),
];
