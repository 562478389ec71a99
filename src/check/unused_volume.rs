#![doc = include_str!("unused_volume.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::volumes::{volume_names, volume_uses};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;

pub(super) static CHECK: Check = Check {
    id: "unused-volume",
    group: Group::Reference,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a volume that no container mounts",
    page: include_str!("unused_volume.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    // An operator may add containers to its pods, and what could not be read may be a mount.
    let Some(template) = PodTemplate::of(object)
        .filter(|_| object.kind() != Kind::Other && !object.is_broken() && !context.graph.is_patch(object))
        .filter(|template| template.containers().next().is_some())
    else {
        return;
    };
    for name in volume_names(template) {
        let wanted = name.content();
        if wanted.is_empty() || volume_uses(template).any(|used| used.name.content() == wanted) {
            continue;
        }
        let message = format!("no container of {} mounts volume `{wanted}`", absence::title(object));
        sink.report(object, name, message)
            .label("not used")
            .help("mount it, or remove it: the kubelet waits for it before it starts the pod");
    }
}
