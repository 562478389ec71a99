#![doc = include_str!("node_port_clash.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::{folder, is_same, node_ports_of};

pub(super) static CHECK: Check = Check {
    id: "node-port-clash",
    group: Group::Reliability,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two Services that ask for the same port of the nodes",
    page: include_str!("node_port_clash.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for port in node_ports_of(object) {
        let number = port.number;
        let earlier = cx.practice.node_ports(number).iter().find(|other| {
            let is_before = (other.service.id, other.node.id()) < (object.id, port.node.id());
            let is_copy = other.service.id != object.id && is_same(other.service, object);
            is_before && !is_copy && !port.shares(other)
        });
        let Some(other) = earlier else { continue };
        let message = match other.service.id == object.id {
            true => format!(
                "Service `{}` asks for nodePort {number} twice: provided port is already allocated",
                object.full_name()
            ),
            false => format!(
                "Services `{}` and `{}` both ask for nodePort {number}: provided port is already allocated",
                other.service.full_name(),
                object.full_name()
            ),
        };
        // Manifests in different folders may be for different clusters.
        let is_near = folder(object) == folder(other.service);
        let severity = if is_near { Severity::Error } else { Severity::Warning };
        sink.report(object, port.node, message)
            .severity(severity)
            .related(other.service.span(other.node), "taken here")
            .help("leave it out, and the API server picks a free one");
    }
}
