#![doc = include_str!("sensitive_host_path.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::node_files::{Power, power_of, tells_secrets};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "sensitive-host-path",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "files of a node that give the node away",
    page: include_str!("sensitive_host_path.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for volume in items_at(template.spec, "volumes") {
        let Some(path) = volume.get_path("hostPath.path").filter(|path| path.as_str().is_some()) else {
            continue;
        };
        let (Some(power), Some(name)) = (power_of(path.content()), volume.get("name")) else { continue };
        for container in template.containers().filter(|container| !is_privileged(*container)) {
            let mut mounts = items_at(container.node, "volumeMounts");
            // What is mounted of it is something else.
            let mount = mounts.find(|mount| {
                mount.get("name").is_some_and(|named| named.content() == name.content())
                    && mount.get("subPath").is_none()
                    && mount.get("subPathExpr").is_none()
            });
            if let Some(mount) = mount {
                report(object, container, path, power, mount, sink);
            }
        }
    }
}

fn report<'p>(
    object: ObjectRef<'p>,
    container: Container<'p>,
    path: NodeRef<'p>,
    power: Power,
    mount: NodeRef<'p>,
    sink: &mut Sink<'_>,
) {
    let is_read_only = mount.get("readOnly").and_then(NodeRef::as_bool) == Some(true);
    let (what, severity) = match power {
        Power::Runtime(runtime) => (
            format!("has the socket of {runtime}, and with it every container and the node"),
            Severity::Warning,
        ),
        Power::Node | Power::Kernel if !is_read_only => {
            (format!("may write to `{}` of its node, and so take it over", path.content()), Severity::Warning)
        }
        Power::Node if tells_secrets(path.content()) => {
            (format!("may read `{}` of its node, with the keys in it", path.content()), Severity::Note)
        }
        Power::Node | Power::Kernel => return,
    };
    let message =
        format!("container `{}` of {} `{}` {what}", container.name(), object.kind_name(), object.name());
    let help = match power {
        Power::Runtime(_) => {
            "talk to the API server instead; `readOnly` does not keep anybody from writing to a socket"
        }
        Power::Node | Power::Kernel => {
            "mount the one folder that is needed, with `readOnly: true` if that will do"
        }
    };
    sink.report(object, mount.get("name").unwrap_or(mount), message)
        .severity(severity)
        .related(object.span(path), "files of the node")
        .help(help);
}

/// A privileged container has the node in any case.
fn is_privileged(container: Container<'_>) -> bool {
    container.get("securityContext.privileged").and_then(NodeRef::as_bool) == Some(true)
}
