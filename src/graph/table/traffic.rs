//! Fields of Ingresses and of the endpoints of Services.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

/// An annotation of the controller for NGINX that names an object, `NAMESPACE/NAME` or by its bare name.
const fn of_nginx(path: &'static str, kind: Kind) -> Row {
    Row::of(&[Kind::Ingress], path, kind).scope(Scope::Slash)
}

pub(super) static ROWS: &[Row] = &[
    Row::new(From::Kinds(&[Kind::Ingress]), "spec.defaultBackend.service.name", To::Backend),
    Row::new(From::Kinds(&[Kind::Ingress]), "spec.rules[].http.paths[].backend.service.name", To::Backend),
    said(&[Kind::Ingress], "spec.defaultBackend.resource.name", "apiGroup", None),
    said(&[Kind::Ingress], "spec.rules[].http.paths[].backend.resource.name", "apiGroup", None),
    Row::of(&[Kind::Ingress], "spec.backend.serviceName", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.rules[].http.paths[].backend.serviceName", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.ingressClassName", Kind::IngressClass).usual(),
    Row::of(&[Kind::Ingress], "spec.tls[].secretName", Kind::Secret),
    of_nginx("metadata.annotations['nginx.ingress.kubernetes.io/auth-secret']", Kind::Secret),
    of_nginx("metadata.annotations['nginx.ingress.kubernetes.io/auth-tls-secret']", Kind::Secret),
    of_nginx("metadata.annotations['nginx.ingress.kubernetes.io/proxy-ssl-secret']", Kind::Secret),
    of_nginx("metadata.annotations['nginx.ingress.kubernetes.io/auth-proxy-set-headers']", Kind::ConfigMap),
    of_nginx("metadata.annotations['nginx.ingress.kubernetes.io/custom-headers']", Kind::ConfigMap),
    of_nginx("metadata.annotations['nginx.ingress.kubernetes.io/fastcgi-params-configmap']", Kind::ConfigMap),
    Row::of(
        &[Kind::Ingress],
        "metadata.annotations['nginx.ingress.kubernetes.io/default-backend']",
        Kind::Service,
    ),
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
