//! Fields of the Kong Ingress Controller, and the annotations that it reads.
//!
//! Source: `internal/annotations` (`ExtractNamespacedKongPluginsFromAnnotations`), `internal/dataplane/fallback`
//! (`resolveObjectDependenciesPlugin`: a KongPlugin goes before a KongClusterPlugin of the same name) and
//! `api/configuration/v1` (`KongConsumer`, `KongPlugin`, `KongClusterPlugin`), `v1beta1` (`KongUpstreamPolicy`).

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::parse::kind::Kind;

/// What a plugin can be put on.
const EXTENDED: &[Kind] = &[
    Kind::Ingress,
    Kind::Service,
    Kind::HTTPRoute,
    Kind::GRPCRoute,
    Kind::TCPRoute,
    Kind::TLSRoute,
    Kind::UDPRoute,
    Kind::KongConsumer,
    Kind::KongConsumerGroup,
];

pub(super) static ROWS: &[Row] = &[
    Row::new(
        From::Kinds(EXTENDED),
        "metadata.annotations['konghq.com/plugins']",
        To::Either(Kind::KongPlugin, Kind::KongClusterPlugin),
    )
    .scope(Scope::Colons),
    Row::of(&[Kind::Service], "metadata.annotations['konghq.com/upstream-policy']", Kind::KongUpstreamPolicy),
    Row::of(&[Kind::Service], "metadata.annotations['konghq.com/client-cert']", Kind::Secret),
    Row::of(&[Kind::KongConsumer], "credentials[]", Kind::Secret),
    Row::of(&[Kind::KongConsumer], "consumerGroups[]", Kind::KongConsumerGroup),
    Row::of(&[Kind::KongPlugin], "{configFrom|configPatches[].valueFrom}.secretKeyRef.name", Kind::Secret)
        .keys(Keys::Key),
    Row::of(
        &[Kind::KongClusterPlugin],
        "{configFrom|configPatches[].valueFrom}.secretKeyRef.name",
        Kind::Secret,
    )
    .scope(Scope::Sibling("namespace"))
    .keys(Keys::Key),
];
