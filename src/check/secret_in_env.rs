#![doc = include_str!("secret_in_env.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::secrecy::{Secret, is_public_half, names_a_secret, recognise};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "secret-in-env",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a secret in plain text among the variables of a container",
    page: include_str!("secret_in_env.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for container in template.containers() {
        for entry in items_at(container.node, "env") {
            let (Some(name), Some(value)) = (entry.get("name").and_then(NodeRef::as_str), entry.get("value"))
            else {
                continue;
            };
            let Some(secret) = recognise(name, value.content()) else { continue };
            let has = |other: &str| {
                let mut names = items_at(container.node, "env").filter_map(|entry| entry.get("name"));
                names.any(|name| name.content() == other)
            };
            let is_harmless =
                || is_public_half(name, has) || names_a_secret(cx.graph, object.namespace(), value.content());
            if secret == Secret::Name && is_harmless() {
                continue;
            }
            let message = format!("variable `{name}` of {} {}", container.title(), secret.describe());
            sink.report(object, value, message).help(
                "keep it in a Secret and name it here: `valueFrom: {secretKeyRef: {name: ..., key: ...}}`",
            );
        }
    }
}
