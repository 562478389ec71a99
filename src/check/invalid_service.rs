#![doc = include_str!("invalid_service.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::place::written_path;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "invalid-service",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a Service whose ports clash or lack names, or that has fields of another type of Service",
    page: include_str!("invalid_service.md"),
    run: Run::Object(run),
};

/// What the whole of a Service says.
struct Service<'p> {
    object: ObjectRef<'p>,
    named: &'p str,
    ports: Vec<NodeRef<'p>>,
}

/// Fields that only a LoadBalancer has.
const OF_LOAD_BALANCERS: &[&str] =
    &["allocateLoadBalancerNodePorts", "loadBalancerClass", "loadBalancerSourceRanges"];

/// Mirrors `ValidateService`, `validateServicePort`, `validateServiceExternalTrafficPolicy` and
/// `validateLoadBalancerClassField` of the API server.
fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Service || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let Some(spec) = object.get("spec").filter(|spec| spec.is_mapping()) else { return };
    let named = spec.get("type").map(NodeRef::content).filter(|text| !text.is_empty()).unwrap_or("ClusterIP");
    let ports = items_at(spec, "ports").filter(|port| port.is_mapping()).collect();
    let service = Service { object, named, ports };
    check_shape(&service, spec, sink);
    check_ports(&service, sink);
}

fn field<'p>(holder: NodeRef<'p>, key: &str) -> Option<NodeRef<'p>> {
    holder.get(key).filter(|field| !field.is_null() && field.as_str() != Some(""))
}

fn check_shape(service: &Service<'_>, spec: NodeRef<'_>, sink: &mut Sink<'_>) {
    let Service { object, named, ports } = service;
    let (is_named, is_balanced) = (*named == "ExternalName", *named == "LoadBalancer");
    let address = field(spec, "clusterIP");
    let mut addresses = address.into_iter().chain(items_at(spec, "clusterIPs"));
    let is_headless = addresses.any(|address| address.content() == "None");
    if ports.is_empty() && !is_headless && !is_named {
        let place = spec.get("ports").map_or_else(|| object.name_span(), |ports| object.span(ports));
        sink.report_span(place, "spec.ports: Required value")
            .object(*object)
            .help("list the ports, or write `clusterIP: None` for a Service without any");
    }
    if is_named && field(spec, "externalName").is_none() {
        let place = spec.get("type").map_or_else(|| object.name_span(), |named| object.span(named));
        sink.report_span(place, "spec.externalName: Required value")
            .object(*object)
            .help("write the host that it stands for");
    }
    if let Some(address) = address.filter(|_| is_headless && matches!(*named, "LoadBalancer" | "NodePort")) {
        let words = format!("may not be set to 'None' for {named} services");
        sink.report(*object, address, format!("spec.clusterIPs[0]: Invalid value: \"None\": {words}"))
            .help("a headless Service is of type ClusterIP");
    }
    for key in OF_LOAD_BALANCERS.iter().filter(|_| !is_balanced) {
        let Some(node) = field(spec, key).filter(|node| !node.is_sequence() || node.items().next().is_some())
        else {
            continue;
        };
        let words = "Forbidden: may only be used when `type` is 'LoadBalancer'";
        sink.report(*object, node, format!("spec.{key}: {words}")).help(TYPE_OR_FIELD);
    }
    let is_external = is_balanced || *named == "NodePort" || items_at(spec, "externalIPs").next().is_some();
    if let Some(policy) = field(spec, "externalTrafficPolicy").filter(|_| !is_external) {
        let words = "may only be set for externally-accessible services";
        let value = policy.content();
        sink.report(
            *object,
            policy,
            format!("spec.externalTrafficPolicy: Invalid value: \"{value}\": {words}"),
        )
        .help(TYPE_OR_FIELD);
    }
}

const TYPE_OR_FIELD: &str = "drop the field, or write the `type` that it belongs to";

fn check_ports(service: &Service<'_>, sink: &mut Sink<'_>) {
    let Service { object, named, ports } = service;
    for (index, port) in ports.iter().enumerate() {
        let above = &ports[..index];
        let path = || written_path(*object, *port);
        match field(*port, "name") {
            None if ports.len() > 1 => {
                let place = port.get("port").unwrap_or(*port);
                sink.report(*object, place, format!("{}.name: Required value", path()))
                    .label("without a name")
                    .help("with several ports each has a name");
            }
            None => {}
            Some(name) => {
                let same = above.iter().filter_map(|other| field(*other, "name"));
                report_twice(*object, name, &|| path() + ".name", same, sink);
            }
        }
        let number = |port: NodeRef<'_>, key: &str| field(port, key).and_then(NodeRef::as_i64);
        let protocol = |port: NodeRef<'_>| field(port, "protocol").map_or("TCP", NodeRef::content).to_owned();
        let is_like = |other: &&NodeRef<'_>, key: &str| {
            number(**other, key) == number(*port, key) && protocol(**other) == protocol(*port)
        };
        for (key, suffix) in [("port", ""), ("nodePort", ".nodePort")] {
            let Some(own) = field(*port, key).filter(|own| own.as_i64().is_some_and(|own| own != 0)) else {
                continue;
            };
            let same = above.iter().filter(|other| is_like(other, key)).filter_map(|other| other.get(key));
            report_twice(*object, own, &|| path() + suffix, same, sink);
        }
        let own = field(*port, "nodePort").filter(|own| own.as_i64() != Some(0));
        if let Some(own) = own.filter(|_| *named == "ClusterIP") {
            let words = "Forbidden: may not be used when `type` is 'ClusterIP'";
            sink.report(*object, own, format!("{}.nodePort: {words}", path())).help(TYPE_OR_FIELD);
        }
    }
}

/// Reports a value that one of these before it has.
fn report_twice<'p>(
    object: ObjectRef<'p>,
    own: NodeRef<'p>,
    path: &dyn Fn() -> String,
    mut above: impl Iterator<Item = NodeRef<'p>>,
    sink: &mut Sink<'_>,
) {
    if let Some(other) = above.find(|other| other.content() == own.content()) {
        let value =
            if own.as_i64().is_some() { own.content().to_owned() } else { format!("\"{}\"", own.content()) };
        sink.report(object, own, format!("{}: Duplicate value: {value}", path()))
            .related(object.span(other), "the first time")
            .help("give each port its own");
    }
}
