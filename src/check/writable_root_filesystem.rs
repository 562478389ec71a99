#![doc = include_str!("writable_root_filesystem.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "writable-root-filesystem",
    group: Group::Security,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a container that may change its own program",
    page: include_str!("writable_root_filesystem.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let is_windows = template.get("os.name").is_some_and(|name| name.content() == "windows");
    if object.is_broken() || is_windows {
        return;
    }
    for container in running_containers(template) {
        let setting = container.get("securityContext.readOnlyRootFilesystem");
        if setting.and_then(NodeRef::as_bool) == Some(true) {
            continue;
        }
        let node = setting.or_else(|| container.get("name")).unwrap_or(container.node);
        let message = format!("{} may write to its root filesystem", container.title());
        sink.report(object, node, message)
            .help("set `readOnlyRootFilesystem: true`, and mount an emptyDir where it must write");
    }
}
