#![doc = include_str!("backend_port.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::ports::{self, PortRef, ServicePort};
use crate::graph::reference::Edge;
use crate::parse::NodeRef;
use crate::parse::edit::{self, New};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::backend::each_wanted_port;
use crate::practice::mesh::full_host;

pub(super) static CHECK: Check = Check {
    id: "backend-port",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "an Ingress, route, policy or webhook names no port, or one that its Service does not have",
    page: include_str!("backend_port.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for edge in context.graph.edges_from(object.id) {
        if edge.kind != KindRef::Known(Kind::Service) || edge.target().is_none() {
            continue;
        }
        each_wanted_port(object, edge, &mut |place, wanted| {
            // Defined twice, the port may be in either.
            let services: Vec<_> = context.graph.find(edge.kind, edge.namespace, edge.name).collect();
            let is_open = |service: &ObjectRef<'_>| service.is_broken() || is_external_name(*service);
            let offers = |service: &ObjectRef<'_>| match wanted {
                Some(wanted) => ports::ports_of_service(*service).any(|port| port.is(wanted)),
                None => false,
            };
            if services.is_empty()
                || services.iter().any(|service| is_open(service) || offers(service))
                || has_other_ports(context, object, edge)
            {
                return;
            }
            match wanted {
                Some(wanted) => report(object, place, wanted, services[0], sink),
                None => report_none(object, edge, services[0], sink),
            }
        });
    }
}

/// Whether Istio may know more ports of the host than the Service has: those of a ServiceEntry for it.
fn has_other_ports(context: &Context<'_>, object: ObjectRef<'_>, edge: &Edge<'_>) -> bool {
    matches!(object.kind(), Kind::VirtualService | Kind::DestinationRule)
        && !context
            .practice
            .mesh()
            .entries_for(&full_host(edge.field.content(), object.namespace()))
            .is_empty()
}

fn is_external_name(service: ObjectRef<'_>) -> bool {
    service.get("spec.type").and_then(NodeRef::as_str) == Some("ExternalName")
}

/// A backend that is a Service and names no port.
fn report_none(object: ObjectRef<'_>, edge: &Edge<'_>, service: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let message =
        format!("{} is rejected: it names no port of Service `{}`", absence::title(object), service.name());
    let report = sink.report(object, edge.field, message).label("a `port` has to stand beside it");
    let own: Vec<ServicePort<'_>> = ports::ports_of_service(service).collect();
    let [only] = own[..] else {
        report.related(service.name_span(), "these are its ports").help("write the `port` of the Service");
        return;
    };
    let number = only.port.content();
    let title = format!("write `port: {number}`");
    let change = edit::insert_entry(edge.holder, Some("name"), "port", New::Raw(number));
    report
        .related(service.span(only.port), format!("it offers {}", describe(only)))
        .help(title.clone())
        .change(title, Safety::Safe, object.file.id, change);
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
