#![doc = include_str!("duplicate_port.md")]

use std::collections::BTreeMap;

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::{ContainerPort, ports_of_container};
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{ContainerRole, PodTemplate};
use crate::practice::place::written_path;

pub(super) static CHECK: Check = Check {
    id: "duplicate-port",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "two ports of one pod that cannot both be had, or that share a name",
    page: include_str!("duplicate_port.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let ports: Vec<ContainerPort<'_>> = template.containers().flat_map(ports_of_container).collect();
    check_host_ips(object, &ports, sink);
    if ports.len() < 2 {
        return;
    }
    check_numbers(template, &ports, sink);
    check_names(object, &ports, sink);
}

fn check_host_ips(object: ObjectRef<'_>, ports: &[ContainerPort<'_>], sink: &mut Sink<'_>) {
    for port in ports.iter().filter(|port| host_port(**port) == 0) {
        let Some(address) = port.node.get("hostIP").filter(|node| !node.content().is_empty()) else {
            continue;
        };
        // The whole entry as Go prints it follows in the API server's words; the place says it here.
        let message = format!("{}: hostIP set without hostPort", written_path(object, port.node));
        sink.report(object, address, message)
            .label("nothing listens on this address")
            .help("write a `hostPort`, or drop `hostIP`");
    }
}

/// Mirrors `warningsForPodSpecAndMeta`, and that of two equal host ports the second is refused
/// (`AccumulateUniqueHostPorts`).
fn check_numbers(template: PodTemplate<'_>, ports: &[ContainerPort<'_>], sink: &mut Sink<'_>) {
    let mut by_number: BTreeMap<(i64, &str), Vec<ContainerPort<'_>>> = BTreeMap::new();
    for port in ports {
        let Some(number) = port.number.as_i64() else { continue };
        let others = by_number.entry((number, port.protocol())).or_default();
        // The API server names all that it overlaps; the first says enough.
        others.iter().any(|other| report_overlap(template, *port, *other, sink));
        others.push(*port);
    }
}

fn report_overlap(
    template: PodTemplate<'_>,
    port: ContainerPort<'_>,
    other: ContainerPort<'_>,
    sink: &mut Sink<'_>,
) -> bool {
    let object = template.owner;
    let is_on_host = template.get("hostNetwork").and_then(NodeRef::as_bool) == Some(true);
    // In the network of the node each port is one of the node's (`defaultHostNetworkPorts`).
    let on_host = |port: ContainerPort<'_>| match host_port(port) {
        0 if is_on_host => port.number.as_i64().unwrap_or(0),
        own => own,
    };
    let (own, its) = (on_host(port), on_host(other));
    let is_same_ip = host_ip(port) == host_ip(other);
    let what = if is_same_ip && own == its {
        "duplicate port definition"
    } else if own == 0 || its == 0 {
        "overlapping port definition"
    } else if own == its && (host_ip(port).is_empty() != host_ip(other).is_empty()) {
        "dangerously ambiguous port definition"
    } else {
        return false;
    };
    let message =
        format!("{}: {what} with {}", written_path(object, port.node), written_path(object, other.node));
    // An init container is over when the others start.
    let role = |port: ContainerPort<'_>| port.container.role;
    let meet = role(port) != ContainerRole::Init && role(other) != ContainerRole::Init;
    let is_apart = port.container.node.id() != other.container.node.id();
    let help = if is_apart && meet {
        "the containers of a pod share one address: only one of them can listen on a port"
    } else {
        "list each port once"
    };
    let are_main = role(port) == ContainerRole::Main && role(other) == ContainerRole::Main;
    let is_refused = are_main && is_same_ip && own == its && own != 0;
    sink.report(object, port.number, message)
        .severity(if is_refused { Severity::Error } else { Severity::Warning })
        .related(object.span(other.number), format!("container `{}` lists it here", other.container.name()))
        .help(help);
    true
}

/// Within one container a name that stands twice is refused (`validateContainerPorts`); in two, the first is meant.
fn check_names(object: ObjectRef<'_>, ports: &[ContainerPort<'_>], sink: &mut Sink<'_>) {
    let mut first: BTreeMap<&str, ContainerPort<'_>> = BTreeMap::new();
    for port in ports {
        let (Some(name), Some(node)) = (port.name(), port.node.get("name")) else { continue };
        let Some(other) = first.get(name) else {
            first.insert(name, *port);
            continue;
        };
        let path = written_path(object, port.node);
        let its = written_path(object, other.node);
        let is_refused = port.container.node.id() == other.container.node.id();
        let message = if is_refused {
            format!("{path}.name: Duplicate value: \"{name}\"")
        } else {
            format!(
                "{path}: duplicate port name \"{name}\" with {its}, services and probes that select ports by name will use {its}"
            )
        };
        sink.report(object, node, message)
            .severity(if is_refused { Severity::Error } else { Severity::Warning })
            .related(object.span(other.node.get("name").unwrap_or(other.number)), "the name is taken here")
            .help("give each port of the pod a name of its own");
    }
}

fn host_port(port: ContainerPort<'_>) -> i64 {
    port.node.get("hostPort").and_then(NodeRef::as_i64).unwrap_or(0)
}

fn host_ip(port: ContainerPort<'_>) -> &str {
    port.node.get("hostIP").map_or("", NodeRef::content)
}
