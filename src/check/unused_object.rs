#![doc = include_str!("unused_object.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::world;
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "unused-object",
    group: Group::Reference,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a ConfigMap, Secret, claim or ServiceAccount that nothing in the input names",
    page: include_str!("unused_object.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let kind = object.kind();
    if !matches!(kind, Kind::ConfigMap | Kind::Secret | Kind::PersistentVolumeClaim | Kind::ServiceAccount)
        || object.name().is_empty()
        || is_read_otherwise(object)
        || world::always_exists(kind, object.namespace(), object.name())
        || context.graph.is_patch(object)
    {
        return;
    }
    // Of several definitions of one object only one is taken to be meant.
    let is_named = |object: ObjectRef<'_>| context.graph.edges_to(object.id).next().is_some();
    if is_named(object) || context.graph.twins(object).any(is_named) {
        return;
    }
    let message = format!("nothing in the input names {}", absence::title(object));
    sink.report_span(object.name_span(), message)
        .object(object)
        .label("not used here")
        .help("remove it, or name it where it is needed");
}

/// Whether something finds the object by other means than its name in a field: a controller by its labels or annotations, or
/// by its type.
fn is_read_otherwise(object: ObjectRef<'_>) -> bool {
    let has_entries = |node: Option<NodeRef<'_>>| node.is_some_and(|node| node.entries().next().is_some());
    let kind = object.get("type").and_then(NodeRef::as_str);
    has_entries(object.get("metadata.annotations"))
        || has_entries(object.labels())
        || object.get("metadata.ownerReferences").is_some()
        || kind.is_some_and(|kind| !matches!(kind, "Opaque" | "kubernetes.io/tls"))
}
