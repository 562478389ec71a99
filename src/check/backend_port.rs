#![doc = include_str!("backend_port.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::ports::{self, PortRef, ServicePort};
use crate::graph::reference::Edge;
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "backend-port",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "an Ingress, route or webhook names a port that its Service does not have",
    page: include_str!("backend_port.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for edge in context.graph.edges_from(object.id) {
        if edge.kind != KindRef::Known(Kind::Service) || edge.target().is_none() {
            continue;
        }
        let Some((place, wanted)) = wanted_port(object, edge) else { continue };
        // Defined twice, the port may be in either.
        let services: Vec<_> = context.graph.find(edge.kind, edge.namespace, edge.name).collect();
        let is_open = |service: &ObjectRef<'_>| service.is_broken() || is_external_name(*service);
        let offers = |service: &ObjectRef<'_>| ports::ports_of_service(*service).any(|port| port.is(wanted));
        if !services.iter().any(|service| is_open(service) || offers(service)) {
            report(object, place, wanted, services[0], sink);
        }
    }
}

/// The port of the Service that a backend names, and where.
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
        Kind::HTTPRoute | Kind::GRPCRoute | Kind::TLSRoute | Kind::TCPRoute | Kind::UDPRoute => {
            let place = holder.get("port")?;
            Some((place, PortRef::Number(place.as_i64()?)))
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

fn is_external_name(service: ObjectRef<'_>) -> bool {
    service.get("spec.type").and_then(NodeRef::as_str) == Some("ExternalName")
}

fn report(
    object: ObjectRef<'_>,
    place: NodeRef<'_>,
    wanted: PortRef<'_>,
    service: ObjectRef<'_>,
    sink: &mut Sink<'_>,
) {
    let own: Vec<ServicePort<'_>> = ports::ports_of_service(service).collect();
    let message = format!(
        "{} sends to port `{wanted}` of Service `{}`, which has no such port",
        absence::title(object),
        service.name()
    );
    let mut report = sink.report(object, place, message).label("no such port");
    for port in own.iter().take(3) {
        report = report.related(service.span(port.port), format!("it offers {}", describe(*port)));
    }
    let [only] = own[..] else {
        if own.is_empty() {
            report.related(service.name_span(), "it has no ports");
        }
        return;
    };
    let right = match wanted {
        PortRef::Number(_) => only.port.as_i64().map(|number| number.to_string()),
        PortRef::Name(_) => only.name().map(str::to_owned),
    };
    let Some(right) = right else {
        report.help(format!("write `number: {}`", only.port.content()));
        return;
    };
    let report = report.help(format!("write `{right}`"));
    let is_port = PortRef::of(place) == Some(wanted);
    if let Some(text) = edit::in_style_of(place, &right).filter(|_| is_port) {
        report.fix(format!("write `{right}`"), Safety::Safe, object.span(place), text);
    }
}

fn describe(port: ServicePort<'_>) -> String {
    match port.name() {
        Some(name) => format!("{} (`{name}`)", port.port.content()),
        None => port.port.content().to_owned(),
    }
}
