#![doc = include_str!("writable_host_path.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "writable-host-path",
    group: Group::Security,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a container that may write to the files of its node",
    page: include_str!("writable_host_path.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let volumes = items_at(template.spec, "volumes");
    let on_host: Vec<_> = volumes
        .filter_map(|volume| Some((volume.get("name")?.content(), volume.get_path("hostPath.path")?)))
        .collect();
    if on_host.is_empty() {
        return;
    }
    for container in template.containers() {
        for mount in items_at(container.node, "volumeMounts") {
            let Some(name) = mount.get("name") else { continue };
            let Some((_, path)) = on_host.iter().find(|(volume, _)| *volume == name.content()) else {
                continue;
            };
            if mount.get("readOnly").and_then(NodeRef::as_bool) == Some(true) {
                continue;
            }
            let message = format!("{} may write to `{}` of its node", container.title(), path.content());
            sink.report(object, name, message)
                .related(object.span(*path), "files of the node")
                .help("add `readOnly: true` to the mount");
        }
    }
}
