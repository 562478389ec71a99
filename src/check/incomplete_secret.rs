#![doc = include_str!("incomplete_secret.md")]

use crate::check::missing_key::has_key;
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "incomplete-secret",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a Secret without a key that its type asks for",
    page: include_str!("incomplete_secret.md"),
    run: Run::Object(run),
};

/// The types of Secrets that ask for keys, and which: mirrors `ValidateSecret`.
const TYPES: &[(&str, &[&str])] = &[
    ("kubernetes.io/dockercfg", &[".dockercfg"]),
    ("kubernetes.io/dockerconfigjson", &[".dockerconfigjson"]),
    ("kubernetes.io/ssh-auth", &["ssh-privatekey"]),
    ("kubernetes.io/tls", &["tls.crt", "tls.key"]),
];

/// One of its keys is enough.
const BASIC_AUTH: (&str, &[&str]) = ("kubernetes.io/basic-auth", &["username", "password"]);

const TOKEN: &str = "kubernetes.io/service-account-token";
const ACCOUNT: &str = "kubernetes.io/service-account.name";

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let is_apart = |secret: ObjectRef<'_>| {
        secret.is_broken() || context.graph.is_patch(secret) || context.graph.is_live(secret.id)
    };
    let Some(of_type) = object.get("type").filter(|_| object.kind() == Kind::Secret && !is_apart(object))
    else {
        return;
    };
    let named = of_type.content();
    if named == TOKEN {
        let account = object.annotation(ACCOUNT).filter(|account| !account.content().is_empty());
        if account.is_none() {
            report(object, of_type, &format!("metadata.annotations[{ACCOUNT}]"), sink);
        }
        return;
    }
    if named == BASIC_AUTH.0 {
        if !BASIC_AUTH.1.iter().any(|key| has_key(object, key)) {
            report(object, of_type, &format!("data[{}]", BASIC_AUTH.1[0]), sink);
        }
        return;
    }
    let Some((_, keys)) = TYPES.iter().find(|(own, _)| *own == named) else { return };
    for key in keys.iter().filter(|key| !has_key(object, key)) {
        report(object, of_type, &format!("data[{key}]"), sink);
    }
}

fn report(object: ObjectRef<'_>, of_type: NodeRef<'_>, missing: &str, sink: &mut Sink<'_>) {
    let named = of_type.content();
    sink.report(object, of_type, format!("{missing}: Required value, for a Secret of type `{named}`"))
        .label("this type asks for it")
        .help(format!("add `{missing}`, or leave the type out"));
}

/// Whether the type of a Secret asks for a key, so that its absence is told where the Secret is.
pub(super) fn asks_for(secret: ObjectRef<'_>, key: &str) -> bool {
    let of_type = secret.get("type").map_or("", NodeRef::content);
    TYPES.iter().any(|(own, keys)| *own == of_type && keys.contains(&key))
}
