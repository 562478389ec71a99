//! Fields of the Gateway API, as the types in `apis/v1`, `apis/v1alpha2`, `apis/v1alpha3` and `apisx` of
//! `kubernetes-sigs/gateway-api` name them.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const ROUTES: &[Kind] = &[Kind::HTTPRoute, Kind::GRPCRoute, Kind::TLSRoute, Kind::TCPRoute, Kind::UDPRoute];

const FILTERED: &[Kind] = &[Kind::HTTPRoute, Kind::GRPCRoute];

const GATEWAY: &[Kind] = &[Kind::Gateway];

const LISTENERS: &[Kind] = &[Kind::Gateway, Kind::ListenerSet, Kind::XListenerSet];

const BACKEND_TLS: &[Kind] = &[Kind::BackendTLSPolicy];

/// A `BackendObjectReference`: a Service where it says no kind.
const fn backend(kinds: &'static [Kind], path: &'static str) -> Row {
    said(kinds, path, "group", Some(Kind::Service)).scope(Scope::SiblingOrSame("namespace"))
}

/// A `LocalObjectReference`, which has to say its kind, in the namespace of the object.
const fn local(kinds: &'static [Kind], path: &'static str) -> Row {
    said(kinds, path, "group", None)
}

/// An `ObjectReference`, which has to say its kind and may say a namespace.
const fn anywhere(kinds: &'static [Kind], path: &'static str) -> Row {
    local(kinds, path).scope(Scope::SiblingOrSame("namespace"))
}

/// A `SecretObjectReference`: a Secret where it says no kind.
const fn secret(kinds: &'static [Kind], path: &'static str) -> Row {
    said(kinds, path, "group", Some(Kind::Secret)).scope(Scope::SiblingOrSame("namespace"))
}

/// A reference to what a route or a set of listeners belongs to: a Gateway where it says no kind.
const fn parent(kinds: &'static [Kind], path: &'static str) -> Row {
    said(kinds, path, "group", Some(Kind::Gateway)).scope(Scope::SiblingOrSame("namespace"))
}

pub(super) static ROWS: &[Row] = &[
    Row::of(GATEWAY, "spec.gatewayClassName", Kind::GatewayClass).usual(),
    anywhere(&[Kind::GatewayClass], "spec.parametersRef.name"),
    local(GATEWAY, "spec.infrastructure.parametersRef.name"),
    secret(LISTENERS, "spec.listeners[].tls.certificateRefs[].name"),
    secret(GATEWAY, "spec.tls.backend.clientCertificateRef.name"),
    anywhere(GATEWAY, "spec.tls.frontend.default.validation.caCertificateRefs[].name"),
    anywhere(GATEWAY, "spec.tls.frontend.perPort[].tls.validation.caCertificateRefs[].name"),
    // Both were experimental until 1.4 moved them to the Gateway's own `tls`.
    secret(GATEWAY, "spec.backendTLS.clientCertificateRef.name"),
    anywhere(LISTENERS, "spec.listeners[].tls.frontendValidation.caCertificateRefs[].name"),
    parent(&[Kind::ListenerSet, Kind::XListenerSet], "spec.parentRef.name"),
    parent(ROUTES, "spec.parentRefs[].name"),
    backend(ROUTES, "spec.rules[].backendRefs[].name"),
    backend(FILTERED, "spec.rules[].filters[].requestMirror.backendRef.name"),
    backend(FILTERED, "spec.rules[].backendRefs[].filters[].requestMirror.backendRef.name"),
    backend(&[Kind::HTTPRoute], "spec.rules[].filters[].externalAuth.backendRef.name"),
    backend(&[Kind::HTTPRoute], "spec.rules[].backendRefs[].filters[].externalAuth.backendRef.name"),
    local(FILTERED, "spec.rules[].filters[].extensionRef.name"),
    local(FILTERED, "spec.rules[].backendRefs[].filters[].extensionRef.name"),
    local(BACKEND_TLS, "spec.targetRefs[].name"),
    local(BACKEND_TLS, "spec.validation.caCertificateRefs[].name"),
    // `v1alpha2` had one target, and another name for the certificates.
    anywhere(BACKEND_TLS, "spec.targetRef.name"),
    local(BACKEND_TLS, "spec.tls.caCertRefs[].name"),
    said(&[Kind::ReferenceGrant], "spec.to[].name", "group", None).incidental(),
    Row::new(From::Kinds(&[Kind::ReferenceGrant]), "spec.from[].namespace", To::Kind(Kind::Namespace))
        .usual(),
];
