#![doc = include_str!("route_hostname.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::host;
use crate::practice::listener::{self, Admission, Listener};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "route-hostname",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a hostname of a route is that of no listener",
    page: include_str!("route_hostname.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let has_hostnames = matches!(object.kind(), Kind::HTTPRoute | Kind::GRPCRoute | Kind::TLSRoute);
    if !has_hostnames || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let hosts: Vec<NodeRef<'p>> =
        items_at(object.root(), "spec.hostnames").filter(|host| host.as_str().is_some()).collect();
    if hosts.is_empty() {
        return;
    }
    let (parents, mut is_all) = listener::parents_of(context.graph, object);
    let namespace = object.namespace().unwrap_or_default();
    let mut all: Vec<Listener<'p>> = Vec::new();
    let mut is_reported = false;
    for (parent, holder) in parents {
        let takes = |listener: &Listener<'p>| {
            listener::is_meant(holder, *listener)
                && listener.takes_namespace(context.graph, namespace) != Admission::No
                && listener.takes_kind(object)
        };
        let near: Vec<Listener<'p>> = listener::listeners_of(parent).filter(takes).collect();
        if near.is_empty() {
            // Why it takes none is the matter of `gateway-listener`.
            is_all = false;
        } else if !hosts.iter().any(|host| is_served(*host, &near)) {
            report(object, hosts[0], Some(parent), &near, sink);
            is_reported = true;
        }
        all.extend(near);
    }
    if is_reported || !is_all || all.is_empty() {
        return;
    }
    for host in hosts.into_iter().filter(|host| !is_served(*host, &all)) {
        report(object, host, None, &all, sink);
    }
}

/// A listener without a hostname is for all of them.
fn is_served(host: NodeRef<'_>, listeners: &[Listener<'_>]) -> bool {
    let is_for = |own: NodeRef<'_>| host::overlap(host.content(), own.content());
    listeners.iter().any(|listener| listener.hostname().is_none_or(is_for))
}

/// `parent` is the Gateway that has a listener for no hostname of the route; without it the others are served.
fn report<'p>(
    object: ObjectRef<'p>,
    host: NodeRef<'p>,
    parent: Option<ObjectRef<'p>>,
    listeners: &[Listener<'p>],
    sink: &mut Sink<'_>,
) {
    let written = host.content();
    let (severity, message) = match parent {
        Some(parent) => {
            let (kind, name) = (parent.kind_name(), parent.full_name());
            let title = absence::title(object);
            (
                Severity::Error,
                format!("{title} is not accepted by {kind} `{name}`: no listener is for its hostnames"),
            )
        }
        None => (
            Severity::Warning,
            format!(
                "{} has hostname `{written}`, which no listener of its parents is for",
                absence::title(object)
            ),
        ),
    };
    let mut report = sink.report(object, host, message).severity(severity).label("no listener is for this");
    let named: Vec<(&Listener<'p>, NodeRef<'p>)> =
        listeners.iter().filter_map(|listener| Some((listener, listener.hostname()?))).collect();
    for (listener, own) in named.iter().take(3) {
        report = report.related(listener.parent.span(*own), format!("this one is for `{}`", own.content()));
    }
    let moved = named.iter().filter_map(|(_, own)| host::moved_under(written, own.content()));
    let meant = moved.into_iter().find(|moved| typo::is_typo(written, moved));
    let Some(meant) = meant else {
        report.help("write a hostname that a listener is for, or add a listener for this one");
        return;
    };
    absence::write_instead(report, object, host, &meant, Safety::Safe);
}
