#![doc = include_str!("mesh_port.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::ports::{number_of, ports_of_service};
use crate::graph::world::service_of_host;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::mesh::{Destination, destinations_of, full_host, is_seen};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "mesh-port",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a destination of Istio names a port that no ServiceEntry for its host opens",
    page: include_str!("mesh_port.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for destination in destinations_of(object) {
        let Some(place) = destination.port else { continue };
        let Some(wanted) = place.as_i64() else { continue };
        if let Some((entry, open)) = opened(context, object, &destination)
            && !open.iter().any(|port| number_of(*port) == Some(wanted))
        {
            report(object, &destination, place, (entry, &open), sink);
        }
    }
}

/// The ports of a destination's host, and the first ServiceEntry for it that the object sees. `None` where there is none, or
/// there may be more than these. Of a port that is not among them `GetDestinationCluster` makes the name of a cluster that
/// nobody has.
fn opened<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    destination: &Destination<'p>,
) -> Option<(ObjectRef<'p>, Vec<NodeRef<'p>>)> {
    let full = full_host(destination.host.content(), object.namespace());
    let mesh = context.practice.mesh();
    if mesh.has_wildcard_for(&full, object.namespace()) {
        return None;
    }
    let entries = mesh.entries_for(&full).iter().filter(|entry| is_seen(**entry, object.namespace()));
    let mut open = Vec::new();
    let mut first = None;
    for entry in entries {
        let before = open.len();
        open.extend(items_at(entry.root(), "spec.ports").filter_map(|port| port.get("number")));
        if entry.is_broken() || open.len() == before {
            return None;
        }
        first = first.or(Some(*entry));
    }
    let first = first?;
    // A Service of the same host adds its own.
    if let Some((name, namespace)) = service_of_host(destination.host.content(), object.namespace()) {
        for service in context.graph.find(KindRef::Known(Kind::Service), namespace, name) {
            open.extend(ports_of_service(service).map(|port| port.port));
        }
    }
    Some((first, open))
}

fn report(
    object: ObjectRef<'_>,
    destination: &Destination<'_>,
    place: NodeRef<'_>,
    (entry, open): (ObjectRef<'_>, &[NodeRef<'_>]),
    sink: &mut Sink<'_>,
) {
    let message = format!(
        "{} sends to port {} of `{}`, which ServiceEntry `{}` does not open",
        absence::title(object),
        place.content(),
        destination.host.content(),
        entry.full_name()
    );
    let numbers: Vec<&str> = open.iter().map(|port| port.content()).collect();
    let report = sink
        .report(object, place, message)
        .label("no such port")
        .related(entry.span(open[0]), format!("what is open: {}", numbers.join(", ")));
    match open {
        [only] => absence::write_instead(report, object, place, only.content(), Safety::Unsafe),
        _ => {
            report.help("name a port that is open, or add this one to the ServiceEntry");
        }
    }
}
