#![doc = include_str!("volume_mount.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::{typo, volumes};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "volume-mount",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a container mounts a volume that its pod does not have",
    page: include_str!("volume_mount.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = crate::parse::pod::PodTemplate::of(object)
        .filter(|_| !object.is_broken() && !context.graph.is_patch(object))
    else {
        return;
    };
    let names: Vec<NodeRef<'_>> = volumes::volume_names(template).collect();
    for used in volumes::volume_uses(template) {
        let Some(wanted) = used.name.as_str().filter(|name| !name.is_empty()) else { continue };
        if names.iter().any(|name| name.content() == wanted) {
            continue;
        }
        let message = format!(
            "container `{}` of {} {} volume `{wanted}`, which its pod does not have",
            used.container.name(),
            absence::title(object),
            used.used_as.verb()
        );
        let report = sink.report(object, used.name, message).label("no such volume");
        let near = names
            .iter()
            .filter_map(|name| Some((typo::nearness(wanted, name.content())?, *name)))
            .min_by_key(|(distance, name)| (*distance, name.id()));
        // A single volume that nothing mounts is what the mount must mean.
        let unused = || {
            let is_used = |name: &NodeRef<'_>| {
                volumes::volume_uses(template).any(|used| used.name.content() == name.content())
            };
            let mut unused = names.iter().filter(|name| !is_used(name));
            unused.next().filter(|_| unused.next().is_none()).copied()
        };
        let Some(name) = near.map(|(_, name)| name).or_else(unused) else {
            let list: Vec<_> = names.iter().map(|name| format!("`{}`", name.content())).collect();
            report.help(match list.len() {
                0 => "add a volume of this name under `volumes`".to_owned(),
                _ => format!("add it under `volumes`, or mount one of {}", list.join(", ")),
            });
            continue;
        };
        let right = name.content();
        let report =
            report.related(object.span(name), "this volume is there").help(format!("write `{right}`"));
        if typo::is_typo(wanted, right)
            && let Some(text) = edit::in_style_of(used.name, right)
        {
            report.fix(format!("write `{right}`"), Safety::Safe, object.span(used.name), text);
        }
    }
}
