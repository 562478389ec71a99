#![doc = include_str!("listener_conflict.md")]

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::listener::{self, Listener};

pub(super) static CHECK: Check = Check {
    id: "listener-conflict",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two listeners of a Gateway have one name, or are for the same requests",
    page: include_str!("listener_conflict.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let has_listeners = matches!(object.kind(), Kind::Gateway | Kind::ListenerSet | Kind::XListenerSet);
    if !has_listeners || context.graph.is_patch(object) {
        return;
    }
    let mut names = BTreeMap::new();
    let mut places = BTreeMap::new();
    let mut streams: BTreeMap<i64, Listener<'p>> = BTreeMap::new();
    for listener in listener::listeners_of(object) {
        if let Some(name) = listener.name()
            && let Some(first) = first_of(&mut names, name, listener)
        {
            let message = format!("{} has two listeners named `{name}`", absence::title(object));
            let place = listener.node.get("name").unwrap_or(listener.node);
            report(object, place, first, message, "this one has it already", sink);
        }
        let (Some(port), Some(protocol)) = (listener.port(), listener.protocol()) else { continue };
        let host = listener.hostname().filter(|_| !matches!(protocol, "TCP" | "UDP"));
        let key = (port, protocol, host.map(NodeRef::content));
        let place = listener.node.get("port").unwrap_or(listener.node);
        if let Some(first) = first_of(&mut places, key, listener) {
            let which = match key.2 {
                Some(host) => format!(" and hostname `{host}`"),
                None => String::new(),
            };
            let message = format!(
                "{} has two listeners for protocol {protocol}, port {port}{which}",
                absence::title(object)
            );
            report(object, place, first, message, "this one is for them already", sink);
        } else if matches!(protocol, "TCP" | "HTTP" | "HTTPS" | "TLS") {
            // One port can be shared by all that says a host, and not with what says none.
            let first = streams.entry(port).or_insert(listener);
            let first_protocol = first.protocol().unwrap_or_default();
            if (first_protocol == "TCP") != (protocol == "TCP") {
                let message = format!(
                    "{} has listeners for {first_protocol} and {protocol} on port {port}, so neither is accepted",
                    absence::title(object)
                );
                report(object, place, *first, message, "the other one", sink);
            }
        }
    }
}

/// The listener that was there before with this key, if any.
fn first_of<'p, K: Ord>(
    seen: &mut BTreeMap<K, Listener<'p>>,
    key: K,
    listener: Listener<'p>,
) -> Option<Listener<'p>> {
    match seen.entry(key) {
        Entry::Occupied(first) => Some(*first.get()),
        Entry::Vacant(place) => {
            place.insert(listener);
            None
        }
    }
}

fn report<'p>(
    object: ObjectRef<'p>,
    place: NodeRef<'p>,
    first: Listener<'p>,
    message: String,
    what: &str,
    sink: &mut Sink<'_>,
) {
    sink.report(object, place, message)
        .related(first.place(), what)
        .help("give each listener an own name, and an own port or hostname for its protocol");
}
