#![doc = include_str!("gateway_host.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::host;
use crate::practice::mesh::full_host;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "gateway-host",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a Gateway of Istio is for no host of a VirtualService that names it",
    page: include_str!("gateway_host.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::VirtualService || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let hosts: Vec<NodeRef<'p>> =
        items_at(object.root(), "spec.hosts").filter(|host| host.as_str().is_some()).collect();
    if hosts.is_empty() {
        return;
    }
    for edge in context.graph.edges_from(object.id).iter().filter(|edge| edge.row.path == "spec.gateways[]") {
        let mut found = context.graph.find(edge.kind, edge.namespace, edge.name);
        // Defined twice, the host may be of either.
        let (Some(gateway), None) = (found.next(), found.next()) else { continue };
        if edge.target().is_none() || gateway.is_broken() || context.graph.is_patch(gateway) {
            continue;
        }
        let servers = items_at(gateway.root(), "spec.servers").flat_map(|server| items_at(server, "hosts"));
        let own: Vec<NodeRef<'p>> = servers.filter(|host| host.as_str().is_some()).collect();
        let is_taken =
            |host: &NodeRef<'p>| own.iter().any(|own| takes(gateway, *own, object, host.content()));
        if !own.is_empty() && !hosts.iter().any(is_taken) {
            report(object, &hosts, gateway, &own, sink);
        }
    }
}

/// Whether a host of a server is for a host of a VirtualService. Mirrors `pickMatchingGatewayHosts` of Istio, after the
/// namespace before the `/` has been read as `MergeGateways` does: `.` is that of the Gateway, `*` is any.
fn takes(gateway: ObjectRef<'_>, own: NodeRef<'_>, object: ObjectRef<'_>, written: &str) -> bool {
    let (namespace, name) = own.content().split_once('/').unwrap_or(("*", own.content()));
    let is_taken = match namespace {
        "*" => true,
        "." => gateway.namespace() == object.namespace(),
        other => Some(other) == object.namespace(),
    };
    is_taken && host::overlap(name, &full_host(written, object.namespace()))
}

fn report<'p>(
    object: ObjectRef<'p>,
    hosts: &[NodeRef<'p>],
    gateway: ObjectRef<'p>,
    own: &[NodeRef<'p>],
    sink: &mut Sink<'_>,
) {
    let bare = |own: &NodeRef<'p>| own.content().rsplit('/').next().unwrap_or_default();
    let repairs = hosts.iter().flat_map(|written| {
        own.iter().filter_map(move |own| Some((*written, host::moved_under(written.content(), bare(own))?)))
    });
    let repair = repairs.into_iter().find(|(written, meant)| typo::is_typo(written.content(), meant));
    let place = repair.as_ref().map_or(hosts[0], |(written, _)| *written);
    let message = format!(
        "{} gets nothing from Gateway `{}`, which is for none of its hosts",
        absence::title(object),
        gateway.full_name()
    );
    let severity = if repair.is_some() { Severity::Error } else { Severity::Warning };
    let mut report =
        sink.report(object, place, message).severity(severity).label("no server of the Gateway is for this");
    for host in own.iter().take(3) {
        report = report.related(gateway.span(*host), format!("this server is for `{}`", host.content()));
    }
    let Some((written, meant)) = repair else {
        report.help("write a host that a server of the Gateway is for, or add it to the Gateway");
        return;
    };
    absence::write_instead(report, object, written, &meant, Safety::Safe);
}
