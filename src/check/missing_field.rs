#![doc = include_str!("missing_field.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::path_in;
use crate::parse::schema::problem::Fault;
use crate::parse::tree::{NodeId, NodeRef};

pub(super) static CHECK: Check = Check {
    id: "missing-field",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a field that the API server requires is absent or empty",
    page: include_str!("missing_field.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for problem in &cx.schemas.object(object.id).problems {
        let node = object.file.node(problem.node);
        match &problem.fault {
            Fault::MissingField { field, empty, owner } => {
                report(object, node, field, *empty, *owner, sink);
            }
            Fault::NoName => {
                let place =
                    object.root().get_entry("metadata").map_or_else(|| grip(object.root()), |(key, _)| key);
                sink.report(object, place, format!("the {} has no name", object.kind_name()))
                    .label("`metadata.name` is missing")
                    .help("name or generateName is required");
            }
            _ => {}
        }
    }
}

fn report<'p>(
    object: ObjectRef<'p>,
    node: NodeRef<'p>,
    field: &str,
    empty: Option<NodeId>,
    owner: Option<NodeId>,
    sink: &mut Sink<'_>,
) {
    let parent = path_in(object, node);
    let path = if parent.is_empty() { field.to_owned() } else { format!("{parent}.{field}") };
    if let Some(empty) = empty {
        let value = object.file.node(empty);
        sink.report(object, value, format!("`{path}` is empty, and a value is required"))
            .label("required value");
        return;
    }
    if let Some((key, _)) = node.get_entry(field) {
        sink.report(object, key, format!("missing field `{path}`, which is required")).label("has no value");
        return;
    }
    let place = owner.map_or_else(|| grip(node), |owner| object.file.node(owner));
    sink.report(object, place, format!("missing field `{path}`, which is required"))
        .label(format!("lacks `{field}`"));
}

/// What a mapping is held by in a picture: its name or kind, else its first key.
fn grip(node: NodeRef<'_>) -> NodeRef<'_> {
    let named = ["kind", "name"].into_iter().find_map(|key| node.get(key));
    named.or_else(|| node.entries().next().map(|(key, _)| key)).unwrap_or(node)
}
