#![doc = include_str!("ssh_port.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::ports::ports_of_container;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;

pub(super) static CHECK: Check = Check {
    id: "ssh-port",
    group: Group::Security,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a container that listens for ssh",
    page: include_str!("ssh_port.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for port in template.containers().flat_map(ports_of_container) {
        if port.number.as_i64() == Some(22) && port.protocol() == "TCP" {
            let message = format!("{} listens for ssh", port.container.title());
            sink.report(object, port.number, message)
                .help("use `kubectl exec`: it asks for rights, and leaves a trace in the audit log");
        }
    }
}
