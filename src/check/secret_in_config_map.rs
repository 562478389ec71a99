#![doc = include_str!("secret_in_config_map.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::secrecy::{Secret, is_public_half, names_a_secret, recognise};
use crate::practice::secret_lines::secret_setting;

pub(super) static CHECK: Check = Check {
    id: "secret-in-config-map",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a secret in plain text in a ConfigMap",
    page: include_str!("secret_in_config_map.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::ConfigMap {
        return;
    }
    for (key, value) in object.get("data").into_iter().flat_map(NodeRef::entries) {
        let name = key.key();
        let has = |other: &str| object.get("data").is_some_and(|data| data.get(other).is_some());
        let is_harmless =
            || is_public_half(&name, has) || names_a_secret(cx.graph, object.namespace(), value.content());
        let what = match recognise(&name, value.content()) {
            Some(Secret::Name) if is_harmless() => continue,
            Some(secret) => secret.describe(),
            None => match secret_setting(&name, value.content()) {
                Some(setting) => format!("holds a secret in plain text: `{setting}`"),
                None => continue,
            },
        };
        let message = format!("key `{name}` of ConfigMap `{}` {what}", object.name());
        // A whole file would be too much to underline.
        let node = if value.content().contains('\n') { key } else { value };
        sink.report(object, node, message).help("keep it in a Secret");
    }
}
