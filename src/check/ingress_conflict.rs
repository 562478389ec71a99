#![doc = include_str!("ingress_conflict.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::is_same;
use crate::practice::route::{Route, routes_of};

pub(super) static CHECK: Check = Check {
    id: "ingress-conflict",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "two Ingresses that claim the same requests",
    page: include_str!("ingress_conflict.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for route in routes_of(object) {
        let earlier = cx.practice.routes_like(&route.key).iter().find(|other| {
            let is_before = (other.ingress.id, other.node.id()) < (object.id, route.node.id());
            is_before && is_conflict(&route, other)
        });
        let Some(other) = earlier else { continue };
        let host = if route.key.host.is_empty() { "*" } else { route.key.host };
        let message = format!(
            "Ingress `{}` claims `{host}{}`, which Ingress `{}` claims too",
            object.full_name(),
            route.key.path,
            other.ingress.full_name()
        );
        sink.report(object, route.node, message)
            .related(other.ingress.span(other.node), "claimed here")
            .help("which of the two gets the requests is up to the controller: for most, the older one");
    }
}

fn is_conflict(route: &Route<'_>, other: &Route<'_>) -> bool {
    if other.ingress.id == route.ingress.id {
        return true;
    }
    // Without a host, and in different files, they may well be for different clusters.
    let is_near = !route.key.host.is_empty() || other.ingress.file.id == route.ingress.file.id;
    is_near && !is_same(route.ingress, other.ingress)
}
