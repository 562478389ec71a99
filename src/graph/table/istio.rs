//! Fields of Istio, as the messages in `networking/v1alpha3`, `security/v1beta1`, `telemetry/v1alpha1` and
//! `extensions/v1alpha1` of `istio/api` name them.

use crate::graph::reference::{From, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const VIRTUAL_SERVICE: &[Kind] = &[Kind::VirtualService];

const DESTINATION_RULE: &[Kind] = &[Kind::DestinationRule];

const EXPORTED: &[Kind] = &[Kind::VirtualService, Kind::DestinationRule, Kind::ServiceEntry];

const ATTACHED: &[Kind] = &[
    Kind::AuthorizationPolicy,
    Kind::EnvoyFilter,
    Kind::RequestAuthentication,
    Kind::Telemetry,
    Kind::WasmPlugin,
];

const fn host_of_service(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Service).scope(Scope::ServiceHost)
}

const fn gateway(path: &'static str) -> Row {
    let to = To::Foreign("networking.istio.io", "Gateway");
    Row::new(From::Kinds(VIRTUAL_SERVICE), path, to).scope(Scope::Slash)
}

/// A Secret in the namespace of the proxies that read it, which need not be the one of the object.
const fn credential(from: From, path: &'static str) -> Row {
    Row::new(from, path, To::Kind(Kind::Secret)).scope(Scope::Anywhere).usual()
}

const fn namespace(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Namespace).usual()
}

const fn principal(path: &'static str) -> Row {
    Row::of(&[Kind::AuthorizationPolicy], path, Kind::ServiceAccount).scope(Scope::Principal).incidental()
}

pub(super) static ROWS: &[Row] = &[
    // What is asked for in the mesh. At a Gateway it is a name of the world outside.
    host_of_service(VIRTUAL_SERVICE, "spec.hosts[]").incidental(),
    host_of_service(VIRTUAL_SERVICE, "spec.http[].route[].destination.host"),
    host_of_service(VIRTUAL_SERVICE, "spec.http[].mirror.host"),
    host_of_service(VIRTUAL_SERVICE, "spec.http[].mirrors[].destination.host"),
    host_of_service(VIRTUAL_SERVICE, "spec.tcp[].route[].destination.host"),
    host_of_service(VIRTUAL_SERVICE, "spec.tls[].route[].destination.host"),
    Row::of(VIRTUAL_SERVICE, "spec.http[].delegate.name", Kind::VirtualService)
        .scope(Scope::SiblingOrSame("namespace")),
    gateway("spec.gateways[]"),
    gateway("spec.http[].match[].gateways[]"),
    gateway("spec.tls[].match[].gateways[]"),
    gateway("spec.tcp[].match[].gateways[]"),
    host_of_service(DESTINATION_RULE, "spec.host"),
    credential(From::Kinds(DESTINATION_RULE), "spec.trafficPolicy.tls.credentialName"),
    credential(From::Kinds(DESTINATION_RULE), "spec.trafficPolicy.portLevelSettings[].tls.credentialName"),
    credential(From::Kinds(DESTINATION_RULE), "spec.subsets[].trafficPolicy.tls.credentialName"),
    credential(From::Foreign("networking.istio.io", "Gateway"), "spec.servers[].tls.credentialName"),
    namespace(EXPORTED, "spec.exportTo[]"),
    said(ATTACHED, "spec.targetRef.name", "group", None),
    said(ATTACHED, "spec.targetRefs[].name", "group", None),
    namespace(&[Kind::AuthorizationPolicy], "spec.rules[].from[].source.namespaces[]"),
    namespace(&[Kind::AuthorizationPolicy], "spec.rules[].from[].source.notNamespaces[]"),
    principal("spec.rules[].from[].source.principals[]"),
    principal("spec.rules[].from[].source.notPrincipals[]"),
];
