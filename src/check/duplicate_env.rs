#![doc = include_str!("duplicate_env.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
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
            let (name, container) = (pair[1].content(), container.name());
            if name.is_empty() {
                continue;
            }
            sink.report(
                object,
                pair[1],
                format!("container `{container}` sets variable `{name}` twice; this one wins"),
            )
            .related(object.span(pair[0]), "set here first, to no effect")
            .help("keep one: merging tools, such as kubectl's apply, may keep the other");
        }
    }
}
