#![doc = include_str!("policy_port.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::ports::{PortRef, ports_of_container, protocol};
use crate::graph::selector::Selector;
use crate::graph::{Pod, typo};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "policy-port",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a NetworkPolicy names a port that no pod it is about has",
    page: include_str!("policy_port.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(namespace) = object.namespace() else { return };
    if object.kind() != Kind::NetworkPolicy || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for rule in object.get("spec.ingress").into_iter().flat_map(NodeRef::items) {
        let selectors = object.get("spec.podSelector").map(Selector::from_label_selector);
        let selectors = selectors.map(|selector| (namespace, selector)).into_iter().collect();
        check_ports(context, object, rule, selectors, sink);
    }
    for rule in object.get("spec.egress").into_iter().flat_map(NodeRef::items) {
        // A named port is looked up on the pods that are asked. Those of namespaces that labels tell may be anybody's.
        let peers: Vec<NodeRef<'_>> = items_at(rule, "to").collect();
        if !peers.is_empty() && peers.iter().all(|peer| peer.get("ipBlock").is_some()) {
            check_addresses(object, rule, sink);
            continue;
        }
        let selectors: Option<Vec<_>> = peers.iter().map(|peer| asked(namespace, *peer)).collect();
        check_ports(context, object, rule, selectors.unwrap_or_default(), sink);
    }
}

/// The selector of a peer whose pods are of one namespace, and which one that is.
fn asked<'p>(own: &'p str, peer: NodeRef<'p>) -> Option<(&'p str, Selector<'p>)> {
    let namespace = match peer.get("namespaceSelector") {
        None => own,
        Some(node) => Selector::from_label_selector(node).named_namespace()?,
    };
    Some((namespace, Selector::from_label_selector(peer.get("podSelector")?)))
}

/// The ports of one rule, for the pods that any of the selectors matches; without selectors the pods are not known.
fn check_ports<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    rule: NodeRef<'p>,
    selectors: Vec<(&'p str, Selector<'p>)>,
    sink: &mut Sink<'_>,
) {
    let is_known = !selectors.is_empty() && selectors.iter().all(|(_, selector)| !selector.malformed);
    let pods: Vec<&Pod<'p>> = selectors
        .iter()
        .flat_map(|(namespace, selector)| context.graph.select(namespace, selector))
        .collect();
    for port in items_at(rule, "ports") {
        check_range(object, port, sink);
        let Some(place) = port.get("port") else { continue };
        let named = PortRef::of(place).filter(|port| !port.is_quoted_number());
        let Some(PortRef::Name(name)) = named else { continue };
        if is_known && !pods.is_empty() && !pods.iter().any(|pod| has_port(pod, name, protocol(port))) {
            report(context, object, place, name, &pods, sink);
        }
    }
}

/// The ports of a rule about addresses: a name is one of a pod's ports, and an address has none.
fn check_addresses<'p>(object: ObjectRef<'p>, rule: NodeRef<'p>, sink: &mut Sink<'_>) {
    for port in items_at(rule, "ports") {
        check_range(object, port, sink);
        let Some(place) = port.get("port") else { continue };
        let named = PortRef::of(place).filter(|port| !port.is_quoted_number());
        let Some(PortRef::Name(name)) = named else { continue };
        let message = format!(
            "{} names port `{name}` of addresses, which have no names for ports",
            absence::title(object)
        );
        sink.report(object, place, message).help("write its number");
    }
}

/// Mirrors `ValidateNetworkPolicyPort`, in its words.
fn check_range(object: ObjectRef<'_>, port: NodeRef<'_>, sink: &mut Sink<'_>) {
    let Some(end) = port.get("endPort").filter(|end| !end.is_null()) else { return };
    let first = port.get("port").filter(|port| !port.is_null());
    let fault = match first.map(PortRef::of) {
        None => "may not be specified when `port` is not specified",
        Some(Some(PortRef::Name(_))) => "may not be specified when `port` is non-numeric",
        Some(Some(PortRef::Number(first))) if end.as_i64().is_some_and(|end| end < first) => {
            "must be greater than or equal to `port`"
        }
        _ => return,
    };
    let message = format!("{} is rejected: `endPort` {fault}", absence::title(object));
    sink.report(object, end, message).severity(Severity::Error);
}

fn has_port(pod: &Pod<'_>, name: &str, protocol: &str) -> bool {
    let mut ports = pod.template.containers().flat_map(ports_of_container);
    ports.any(|port| port.name() == Some(name) && port.protocol() == protocol)
}

fn report<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    place: NodeRef<'p>,
    name: &str,
    pods: &[&Pod<'p>],
    sink: &mut Sink<'_>,
) {
    let named = || pods.iter().flat_map(|pod| pod.template.containers()).flat_map(ports_of_container);
    let meant = named().filter_map(|port| port.name()).find(|other| typo::is_typo(name, other));
    let is_open = |pod: &&Pod<'p>| context.graph.may_have_other_pods(pod.namespace);
    if meant.is_none() && !context.graph.is_closed() && pods.iter().any(is_open) {
        return;
    }
    let message = format!(
        "{} names port `{name}`, which none of the pods that it is about has",
        absence::title(object)
    );
    let severity = if meant.is_some() { Severity::Error } else { Severity::Warning };
    let mut report =
        sink.report(object, place, message).severity(severity).label("no port of this name and protocol");
    if let Some(pod) = pods.first() {
        let owner = pod.owner();
        report =
            report.related(owner.name_span(), format!("{} `{}` has none", owner.kind_name(), owner.name()));
    }
    let Some(meant) = meant else {
        report.help("name a port of the containers, or write its number");
        return;
    };
    let report = report.help(format!("write `{meant}`"));
    if let Some(text) = edit::in_style_of(place, meant) {
        report.fix(format!("write `{meant}`"), Safety::Safe, object.span(place), text);
    }
}
