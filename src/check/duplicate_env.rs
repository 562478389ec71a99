#![doc = include_str!("duplicate_env.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
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
        let names: Vec<_> = items_at(container.node, "env").filter_map(|entry| entry.get("name")).collect();
        let mut sorted = names.clone();
        sorted.sort_by_key(|name| (name.content(), name.id()));
        for pair in sorted.windows(2).filter(|pair| pair[0].content() == pair[1].content()) {
            let name = pair[1].content();
            let entry = items_at(container.node, "env")
                .find(|entry| entry.get("name").is_some_and(|node| node.id() == pair[1].id()));
            let Some(entry) = entry.filter(|entry| !name.is_empty() && !extends(*entry, name)) else {
                continue;
            };
            let path = written_path(object, entry);
            sink.report(
                object,
                pair[1],
                format!(
                    "{path}: hides previous definition of \"{name}\", which may be dropped when using apply"
                ),
            )
            .label("this one wins")
            .related(object.span(pair[0]), "set here first, to no effect")
            .help("keep one: merging tools, such as kubectl's apply, may keep the other");
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
