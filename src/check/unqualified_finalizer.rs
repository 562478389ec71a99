#![doc = include_str!("unqualified_finalizer.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::Standing;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unqualified-finalizer",
    group: Group::Style,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a finalizer of a custom resource whose name others may choose as well",
    page: include_str!("unqualified_finalizer.md"),
    run: Run::Object(run),
};

/// The finalizers of Kubernetes itself, which are as they are (`standardFinalizers`).
const STANDARD: &[&str] = &["orphan", "foregroundDeletion", "kubernetes"];

/// Mirrors `validateKubeFinalizerName` of the strategy of custom resources.
fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for node in items_at(object.root(), "metadata.finalizers") {
        let name = node.content();
        let is_custom =
            matches!(context.schemas.object(object.id).standing, Standing::Custom | Standing::Unknown);
        if !is_custom || name.is_empty() || name.contains('/') || STANDARD.contains(&name) {
            continue;
        }
        let message = format!(
            "metadata.finalizers: \"{name}\": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers"
        );
        sink.report(object, node, message)
            .help("use the name with a path that the controller knows, if it knows one; it must know it to remove it");
    }
}
