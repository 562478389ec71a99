#![doc = include_str!("missing_reference_grant.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "missing-reference-grant",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a route, Gateway or claim names an object of another namespace that does not permit it",
    page: include_str!("missing_reference_grant.md"),
    run: Run::Object(run),
};

/// The last keys of the fields that need a grant where they lead to another namespace. A parent does not: its listeners
/// say whom they take. Nor do the parameters of a GatewayClass, which lives in none.
const FIELDS: &[&str] = &[
    ".backendRefs[].name",
    ".backendRef.name",
    ".certificateRefs[].name",
    ".clientCertificateRef.name",
    ".caCertificateRefs[].name",
    // Of a claim (`IsGranted` of the external provisioner).
    ".dataSourceRef.name",
];

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let has_references = matches!(
        object.kind(),
        Kind::Gateway
            | Kind::ListenerSet
            | Kind::XListenerSet
            | Kind::HTTPRoute
            | Kind::GRPCRoute
            | Kind::TLSRoute
            | Kind::TCPRoute
            | Kind::UDPRoute
            | Kind::PersistentVolumeClaim
    );
    if !has_references {
        return;
    }
    for edge in context.graph.edges_from(object.id) {
        let Some(namespace) = edge.namespace.filter(|name| Some(*name) != object.namespace()) else {
            continue;
        };
        // Of a namespace that the input has nothing of, the grants stand elsewhere too.
        let is_known = context.graph.is_closed() || context.graph.is_inhabited(namespace);
        let needs_grant = FIELDS.iter().any(|field| edge.row.path.ends_with(field));
        if !needs_grant || !is_known || is_granted(context, object, edge, namespace) {
            continue;
        }
        let kind = edge.kind.name();
        let message = format!(
            "{} names {kind} `{namespace}/{}`, and no ReferenceGrant in `{namespace}` permits it",
            absence::title(object),
            edge.name
        );
        let severity = if context.graph.is_closed() { Severity::Error } else { Severity::Warning };
        sink.report(object, edge.field, message).severity(severity).label("in another namespace").help(
            format!(
                "add a ReferenceGrant to `{namespace}` from {} of namespace `{}` to {kind}",
                object.kind_name(),
                object.namespace().unwrap_or_default()
            ),
        );
    }
}

fn is_granted(context: &Context<'_>, object: ObjectRef<'_>, edge: &Edge<'_>, namespace: &str) -> bool {
    let says =
        |entry: NodeRef<'_>, key: &str, value: &str| entry.get(key).map_or("", NodeRef::content) == value;
    let mut grants = context.graph.all(KindRef::Known(Kind::ReferenceGrant), Some(namespace));
    grants.any(|grant| {
        let mut from = grant.get("spec.from").into_iter().flat_map(NodeRef::items);
        let mut to = grant.get("spec.to").into_iter().flat_map(NodeRef::items);
        from.any(|entry| {
            says(entry, "group", object.group())
                && says(entry, "kind", object.kind_name())
                && says(entry, "namespace", object.namespace().unwrap_or_default())
        }) && to.any(|entry| {
            says(entry, "group", edge.kind.group())
                && says(entry, "kind", edge.kind.name())
                && (entry.get("name").is_none() || says(entry, "name", edge.name))
        })
    })
}
