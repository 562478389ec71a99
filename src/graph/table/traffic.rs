//! Fields of Ingresses and of the endpoints of Services.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

pub(super) static ROWS: &[Row] = &[
    Row::new(From::Kinds(&[Kind::Ingress]), "spec.defaultBackend.service.name", To::Backend),
    Row::new(From::Kinds(&[Kind::Ingress]), "spec.rules[].http.paths[].backend.service.name", To::Backend),
    said(&[Kind::Ingress], "spec.defaultBackend.resource.name", "apiGroup", None),
    said(&[Kind::Ingress], "spec.rules[].http.paths[].backend.resource.name", "apiGroup", None),
    Row::of(&[Kind::Ingress], "spec.backend.serviceName", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.rules[].http.paths[].backend.serviceName", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.ingressClassName", Kind::IngressClass).usual(),
    Row::of(&[Kind::Ingress], "spec.tls[].secretName", Kind::Secret),
    Row::of(
        &[Kind::Ingress],
        "metadata.annotations['nginx.ingress.kubernetes.io/auth-secret']",
        Kind::Secret,
    )
    .scope(Scope::Slash),
    Row::of(
        &[Kind::Ingress],
        "metadata.annotations['nginx.ingress.kubernetes.io/auth-tls-secret']",
        Kind::Secret,
    )
    .scope(Scope::Slash),
    said(&[Kind::IngressClass], "spec.parameters.name", "apiGroup", None)
        .scope(Scope::SiblingOrSame("namespace"))
        .usual(),
    Row::of(&[Kind::Service], "spec.externalName", Kind::Service).scope(Scope::ExternalName),
    Row::of(&[Kind::Endpoints], "subsets[].addresses[].nodeName", Kind::Node).usual(),
    Row::of(&[Kind::EndpointSlice], "endpoints[].nodeName", Kind::Node).usual(),
    Row::of(&[Kind::EndpointSlice], "metadata.labels['kubernetes.io/service-name']", Kind::Service),
    Row::of(&[Kind::Endpoints], "metadata.name", Kind::Service),
    said(&[Kind::Endpoints], "subsets[].addresses[].targetRef.name", "apiVersion", Some(Kind::Pod))
        .scope(Scope::SiblingOrSame("namespace"))
        .usual(),
    said(&[Kind::EndpointSlice], "endpoints[].targetRef.name", "apiVersion", Some(Kind::Pod))
        .scope(Scope::SiblingOrSame("namespace"))
        .usual(),
];
