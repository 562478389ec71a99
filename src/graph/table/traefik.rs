//! Fields of Traefik, and the annotations that it reads of Ingresses and Services.
//!
//! Source: `pkg/provider/kubernetes/crd/traefikio/v1alpha1` (`IngressRouteSpec`, `LoadBalancerSpec`, `TLS`, `MiddlewareSpec`,
//! `TLSOptionSpec`, `TLSStoreSpec`, `ServersTransportSpec` and their kin for TCP and UDP) and
//! `pkg/provider/kubernetes/ingress` (`RouterConfig`, `ServiceConfig`). A namespace is said beside the name or is the one of the
//! object; whether another may be named, a flag of Traefik says. A name with an `@` is one of another provider
//! (`providerNamespaceSeparator`).

use crate::graph::reference::{From, Row, Scope, To};
use crate::parse::kind::Kind;

const HTTP: &[Kind] = &[Kind::IngressRoute];
const TCP: &[Kind] = &[Kind::IngressRouteTCP];
const UDP: &[Kind] = &[Kind::IngressRouteUDP];
const SECURED: &[Kind] = &[Kind::IngressRoute, Kind::IngressRouteTCP];
const TRANSPORTS: &[Kind] = &[Kind::ServersTransport, Kind::ServersTransportTCP];

const MIDDLEWARE: &[Kind] = &[Kind::Middleware];
const BACKEND: &[Kind] = &[Kind::Service, Kind::TraefikService];

/// A reference with a namespace beside it.
const fn beside(kinds: &'static [Kind], path: &'static str, targets: &'static [Kind]) -> Row {
    Row::new(From::Kinds(kinds), path, To::Among(targets)).scope(Scope::SiblingOrSame("namespace"))
}

/// A reference by the name that Traefik gives to objects of the cluster.
const fn by_id(kinds: &'static [Kind], path: &'static str, target: Kind) -> Row {
    Row::of(kinds, path, target).scope(Scope::Hyphens)
}

const fn secret(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Secret)
}

pub(super) static ROWS: &[Row] = &[
    by_id(
        &[Kind::Ingress],
        "metadata.annotations['traefik.ingress.kubernetes.io/router.middlewares']",
        Kind::Middleware,
    ),
    by_id(
        &[Kind::Ingress],
        "metadata.annotations['traefik.ingress.kubernetes.io/router.tls.options']",
        Kind::TLSOption,
    ),
    by_id(
        &[Kind::Service],
        "metadata.annotations['traefik.ingress.kubernetes.io/service.serverstransport']",
        Kind::ServersTransport,
    ),
    beside(HTTP, "spec.routes[].services[].name", BACKEND),
    beside(HTTP, "spec.routes[].{middlewares[]|services[].middlewares[]}.name", MIDDLEWARE),
    beside(HTTP, "spec.parentRefs[].name", HTTP),
    beside(TCP, "spec.routes[].services[].name", &[Kind::Service]),
    beside(TCP, "spec.routes[].middlewares[].name", &[Kind::MiddlewareTCP]),
    beside(UDP, "spec.routes[].services[].name", &[Kind::Service]),
    secret(SECURED, "spec.tls.secretName"),
    beside(SECURED, "spec.tls.options.name", &[Kind::TLSOption]),
    // There is one store, which need not be described.
    beside(SECURED, "spec.tls.store.name", &[Kind::TLSStore]).dispensable(),
    Row::of(&[Kind::IngressRoute], "spec.ingressClassName", Kind::IngressClass).usual(),
    Row::new(
        From::Kinds(HTTP),
        "spec.routes[].services[].serversTransport",
        To::Among(&[Kind::ServersTransport]),
    ),
    Row::new(
        From::Kinds(TCP),
        "spec.routes[].services[].serversTransport",
        To::Among(&[Kind::ServersTransportTCP]),
    ),
    beside(&[Kind::TraefikService], "spec.{weighted.services[]|mirroring|mirroring.mirrors[]}.name", BACKEND),
    beside(MIDDLEWARE, "spec.chain.middlewares[].name", MIDDLEWARE),
    beside(MIDDLEWARE, "spec.errors.service.name", BACKEND),
    secret(MIDDLEWARE, "spec.{basicAuth|digestAuth}.secret"),
    secret(MIDDLEWARE, "spec.forwardAuth.tls.{caSecret|certSecret}"),
    secret(&[Kind::TLSOption], "spec.clientAuth.secretNames[]"),
    secret(&[Kind::TLSStore], "spec.{defaultCertificate|certificates[]}.secretName"),
    secret(TRANSPORTS, "spec.{certificatesSecrets[]|rootCAsSecrets[]}"),
    secret(TRANSPORTS, "spec.tls.{certificatesSecrets[]|rootCAsSecrets[]}"),
    secret(TRANSPORTS, "spec.{rootCAs[]|tls.rootCAs[]}.secret"),
    Row::of(TRANSPORTS, "spec.{rootCAs[]|tls.rootCAs[]}.configMap", Kind::ConfigMap),
];
