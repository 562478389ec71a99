//! The ports of Services that backends name: of Ingresses, routes, policies, rules of a mesh and webhooks.

use crate::graph::ports::PortRef;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// Calls `found` with each port that a reference to a Service names, and where; with the name of the Service and no port
/// where a port has to be named and is not.
pub fn each_wanted_port<'p>(
    object: ObjectRef<'p>,
    edge: &Edge<'p>,
    found: &mut impl FnMut(NodeRef<'p>, Option<PortRef<'p>>),
) {
    let holder = edge.holder;
    let path = edge.row.path;
    match object.kind() {
        Kind::HTTPRoute | Kind::GRPCRoute | Kind::TLSRoute | Kind::TCPRoute | Kind::UDPRoute => {
            let port = holder.get("port").filter(|port| !port.is_null());
            match port {
                Some(place) => number_at(Some(place), found),
                // By the rule at `BackendObjectReference`. A parent is the whole Service where it names no port.
                None if path.ends_with("backendRefs[].name") || path.ends_with("backendRef.name") => {
                    found(edge.field, None);
                }
                None => {}
            }
            if path == "spec.parentRefs[].name" {
                section_at(holder, found);
            }
        }
        Kind::BackendTLSPolicy => section_at(holder, found),
        Kind::IngressRoute
        | Kind::IngressRouteTCP
        | Kind::IngressRouteUDP
        | Kind::Middleware
        | Kind::TraefikService => {
            // An integer or text, as in `getServicePort` of Traefik.
            if let Some(place) = holder.get("port")
                && let Some(port) = PortRef::of(place)
            {
                found(place, Some(port));
            }
        }
        Kind::VirtualService if path.ends_with(".host") => number_at(holder.get_path("port.number"), found),
        Kind::DestinationRule if path == "spec.host" => {
            let subsets = items_at(object.root(), "spec.subsets");
            let policies = subsets.filter_map(|subset| subset.get("trafficPolicy"));
            for policy in object.get("spec.trafficPolicy").into_iter().chain(policies) {
                for setting in items_at(policy, "portLevelSettings") {
                    number_at(setting.get_path("port.number"), found);
                }
            }
        }
        _ => {
            if let Some((place, port)) = wanted_port(object, edge) {
                found(place, Some(port));
            }
        }
    }
}

fn number_at<'p>(place: Option<NodeRef<'p>>, found: &mut impl FnMut(NodeRef<'p>, Option<PortRef<'p>>)) {
    if let Some(place) = place
        && let Some(number) = place.as_i64()
    {
        found(place, Some(PortRef::Number(number)));
    }
}

/// A section of a Service is a port by its name (`ParentReference`, `LocalPolicyTargetReferenceWithSectionName`).
fn section_at<'p>(holder: NodeRef<'p>, found: &mut impl FnMut(NodeRef<'p>, Option<PortRef<'p>>)) {
    let place = holder.get("sectionName").filter(|name| name.as_str().is_some_and(|text| !text.is_empty()));
    if let Some(place) = place {
        found(place, Some(PortRef::Name(place.content())));
    }
}

/// The port of the Service that an Ingress or a webhook names, and where.
fn wanted_port<'p>(object: ObjectRef<'p>, edge: &Edge<'p>) -> Option<(NodeRef<'p>, PortRef<'p>)> {
    let holder = edge.holder;
    match object.kind() {
        Kind::Ingress if edge.row.path.ends_with(".service.name") => {
            let port = holder.get("port")?;
            let place = port.get("number").or_else(|| port.get("name"))?;
            Some((place, PortRef::of(place)?))
        }
        Kind::Ingress => {
            let place = holder.get("servicePort")?;
            let port = match PortRef::of(place)? {
                PortRef::Name(name) => name.parse().map_or(PortRef::Name(name), PortRef::Number),
                port => port,
            };
            Some((place, port))
        }
        Kind::ValidatingWebhookConfiguration
        | Kind::MutatingWebhookConfiguration
        | Kind::CustomResourceDefinition
        | Kind::APIService => {
            // The API server asks port 443 where the reference names none.
            let place = holder.get("port").filter(|port| !port.is_null());
            Some((place.unwrap_or(edge.field), PortRef::Number(place.map_or(Some(443), NodeRef::as_i64)?)))
        }
        _ => None,
    }
}
