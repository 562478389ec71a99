//! Fields of Istio.

use crate::graph::reference::{From, Row, Scope, To};
use crate::parse::kind::Kind;

/// Mirrors `config.ResolveShortnameToFQDN` of Istio: only a name without dots is completed.
const fn host_of_service(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Service).scope(Scope::ServiceHost)
}

const fn gateway_of_istio(path: &'static str) -> Row {
    let to = To::Foreign("networking.istio.io", "Gateway");
    Row::new(From::Kinds(&[Kind::VirtualService]), path, to).scope(Scope::Slash)
}

pub(super) static ROWS: &[Row] = &[
    host_of_service(&[Kind::VirtualService], "spec.http[].route[].destination.host"),
    host_of_service(&[Kind::VirtualService], "spec.http[].mirror.host"),
    host_of_service(&[Kind::VirtualService], "spec.tcp[].route[].destination.host"),
    host_of_service(&[Kind::VirtualService], "spec.tls[].route[].destination.host"),
    host_of_service(&[Kind::DestinationRule], "spec.host"),
    gateway_of_istio("spec.gateways[]"),
    gateway_of_istio("spec.http[].match[].gateways[]"),
];
