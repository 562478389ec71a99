//! Fields of the Gateway API.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const GATEWAY_ROUTES: &[Kind] =
    &[Kind::HTTPRoute, Kind::GRPCRoute, Kind::TLSRoute, Kind::TCPRoute, Kind::UDPRoute];

const fn route(path: &'static str) -> Row {
    Row::new(From::Kinds(GATEWAY_ROUTES), path, To::Said { group: "group", default: Some(Kind::Service) })
        .scope(Scope::SiblingOrSame("namespace"))
}

pub(super) static ROWS: &[Row] = &[
    Row::of(&[Kind::Gateway], "spec.gatewayClassName", Kind::GatewayClass).usual(),
    said(&[Kind::Gateway], "spec.listeners[].tls.certificateRefs[].name", "group", Some(Kind::Secret))
        .scope(Scope::SiblingOrSame("namespace")),
    said(GATEWAY_ROUTES, "spec.parentRefs[].name", "group", Some(Kind::Gateway))
        .scope(Scope::SiblingOrSame("namespace")),
    route("spec.rules[].backendRefs[].name"),
    route("spec.rules[].filters[].requestMirror.backendRef.name"),
    said(&[Kind::ReferenceGrant], "spec.to[].name", "group", None).incidental(),
];
