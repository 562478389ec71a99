#![doc = include_str!("mesh_host.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::{KindRef, typo};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::mesh::{destinations_of, full_host, is_seen};

pub(super) static CHECK: Check = Check {
    id: "mesh-host",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a host of Istio is neither a Service nor a ServiceEntry, but resembles one",
    page: include_str!("mesh_host.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let mut hosts: Vec<NodeRef<'p>> = match object.kind() {
        Kind::VirtualService => {
            destinations_of(object).into_iter().map(|destination| destination.host).collect()
        }
        Kind::DestinationRule => object.get("spec.host").into_iter().collect(),
        _ => return,
    };
    // A host that is named ten times is one fault.
    hosts.sort_by_key(|host| (host.content(), host.id()));
    hosts.dedup_by_key(|host| host.content());
    hosts.sort_by_key(|host| host.id());
    for host in hosts {
        check_host(context, object, host, sink);
    }
    if object.kind() == Kind::VirtualService {
        check_exported(context, object, sink);
    }
}

/// Services that the namespace of a VirtualService does not see. One that is for chosen namespaces only may be for those
/// that do.
fn check_exported<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.get("spec.exportTo").is_some() {
        return;
    }
    let mut reported = Vec::new();
    for edge in context.graph.edges_from(object.id).iter().filter(|edge| edge.row.path.ends_with(".host")) {
        let Some(target) = edge.target().filter(|target| !reported.contains(target)) else { continue };
        let service = context.program.object(target);
        let own = context.practice.mesh().entries_for(&full_host(edge.field.content(), object.namespace()));
        let sees = |entry: &ObjectRef<'p>| is_seen(*entry, object.namespace());
        if !sees(&service) && !own.iter().any(sees) {
            reported.push(target);
            report_unseen(object, edge.field, service, sink);
        }
    }
}

fn report_unseen(object: ObjectRef<'_>, host: NodeRef<'_>, other: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let message = format!(
        "{} has host `{}`, whose {} is not exported to namespace `{}`",
        absence::title(object),
        host.content(),
        other.kind_name(),
        object.namespace().unwrap_or_default()
    );
    sink.report(object, host, message)
        .severity(Severity::Warning)
        .label("not seen from here")
        .related(other.name_span(), "exported to other namespaces only")
        .help("export it to this namespace too");
}

fn check_host<'p>(context: &Context<'p>, object: ObjectRef<'p>, host: NodeRef<'p>, sink: &mut Sink<'_>) {
    let Some(written) = host.as_str() else { return };
    // A name without dots, or with the domain of the cluster, is a reference to a Service.
    let is_other = written.contains('.')
        && !written.contains(['*', '/', ':', '$', '{'])
        && !written.ends_with(".svc.cluster.local");
    let mesh = context.practice.mesh();
    let entries = mesh.entries_for(written);
    let is_seen = |entry: &ObjectRef<'p>| is_seen(*entry, object.namespace());
    if !is_other || entries.iter().any(is_seen) || mesh.has_wildcard_for(written, object.namespace()) {
        return;
    }
    if let Some(entry) = entries.first() {
        if object.kind() == Kind::VirtualService && object.get("spec.exportTo").is_none() {
            report_unseen(object, host, *entry, sink);
        }
        return;
    }
    if let Some(service) = service_of(context, written) {
        let full =
            format!("{}.{}.svc.cluster.local", service.name(), service.namespace().unwrap_or_default());
        let message = format!(
            "{} has host `{written}`, which Istio does not complete to that of Service `{}`",
            absence::title(object),
            service.full_name()
        );
        let report = sink
            .report(object, host, message)
            .label("only a name without dots is completed")
            .related(service.name_span(), "this Service is meant");
        absence::write_instead(report, object, host, &full, Safety::Unsafe);
        return;
    }
    let own = mesh.entries_in(object.namespace().unwrap_or_default());
    let Some(meant) = own.iter().map(|entry| entry.content()).find(|entry| typo::is_typo(written, entry))
    else {
        return;
    };
    let message = format!("{} has host `{written}`, which no ServiceEntry is for", absence::title(object));
    let report = sink.report(object, host, message).label("no ServiceEntry has this host");
    absence::write_instead(report, object, host, meant, Safety::Safe);
}

/// The Service that `NAME.NAMESPACE` or `NAME.NAMESPACE.svc` would be for a resolver of the cluster.
fn service_of<'p>(context: &Context<'p>, written: &str) -> Option<ObjectRef<'p>> {
    let (name, rest) = written.split_once('.')?;
    let namespace = rest.strip_suffix(".svc").unwrap_or(rest);
    if namespace.contains('.') {
        return None;
    }
    context.graph.find(KindRef::Known(Kind::Service), Some(namespace), name).next()
}
