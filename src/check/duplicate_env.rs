#![doc = include_str!("duplicate_env.md")]

use crate::check::duplicate_object::is_same_value;
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::place::written_path;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "duplicate-env",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a variable that is set twice in one container",
    page: include_str!("duplicate_env.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for container in template.containers() {
        let entries = items_at(container.node, "env");
        let mut sorted: Vec<_> = entries.filter_map(|entry| Some((entry.get("name")?, entry))).collect();
        sorted.sort_by_key(|(name, _)| (name.content(), name.id()));
        for pair in sorted.windows(2).filter(|pair| pair[0].0.content() == pair[1].0.content()) {
            let [first, second] = [pair[0], pair[1]];
            let name = second.0.content();
            if name.is_empty() || extends(second.1, name) {
                continue;
            }
            // Of two that are the same the first stays, for what stands between them may ask for it.
            let (safety, goes) = match is_same_value(first.1, second.1) {
                true => (Safety::Safe, second.1),
                false => (Safety::Unsafe, first.1),
            };
            let list = container_env(object, goes);
            let path = written_path(object, second.1);
            let message = format!(
                "{path}: hides previous definition of \"{name}\", which may be dropped when using apply"
            );
            sink.report(object, second.0, message)
                .label("this one wins")
                .related(object.span(first.0), "set here first, to no effect")
                .help("keep one: merging tools, such as kubectl's apply, may keep the other")
                .change(
                    "keep one",
                    safety,
                    object.file.id,
                    list.and_then(|list| edit::remove_item(list, goes)),
                );
        }
    }
}

/// Whether an entry adds to what the variable was before, as in `$(PATH):/opt/bin`: the one duplicate that means something,
/// and that the API server lets pass (`warningsForPodSpecAndMeta`).
fn extends(entry: NodeRef<'_>, name: &str) -> bool {
    let reference = format!("$({name})");
    let value = entry.get("value").map_or("", NodeRef::content);
    entry.get("valueFrom").is_none_or(NodeRef::is_null) && value != reference && value.contains(&reference)
}

/// The list that an entry stands in.
fn container_env<'p>(object: ObjectRef<'p>, entry: NodeRef<'p>) -> Option<NodeRef<'p>> {
    edit::parent_of(object.root(), entry.id())
}
