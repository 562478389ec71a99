#![doc = include_str!("secret_in_config_map.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::secrecy::{Secret, is_public_half, recognise};

pub(super) static CHECK: Check = Check {
    id: "secret-in-config-map",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a secret in plain text in a ConfigMap",
    page: include_str!("secret_in_config_map.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::ConfigMap {
        return;
    }
    for (key, value) in object.get("data").into_iter().flat_map(NodeRef::entries) {
        let name = key.key();
        let Some(secret) = recognise(&name, value.content()) else { continue };
        let has = |other: &str| object.get("data").is_some_and(|data| data.get(other).is_some());
        if secret == Secret::Name && is_public_half(&name, has) {
            continue;
        }
        let message = format!("key `{name}` of ConfigMap `{}` {}", object.name(), secret.describe());
        // A whole file would be too much to underline.
        let node = if value.content().contains('\n') { key } else { value };
        sink.report(object, node, message).help("keep it in a Secret");
    }
}
