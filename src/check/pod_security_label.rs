#![doc = include_str!("pod_security_label.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::pod_security::{BadLabel, bad_labels};

pub(super) static CHECK: Check = Check {
    id: "pod-security-label",
    group: Group::Security,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a pod security label of a namespace cannot be read or does not exist",
    page: include_str!("pod_security_label.md"),
    run: Run::Object(run),
};

/// The values that a label without a version can have.
const LEVELS: [&str; 3] = ["privileged", "baseline", "restricted"];

/// The labels that there are.
fn keys() -> impl Iterator<Item = String> {
    let modes = ["enforce", "warn", "audit"].into_iter();
    modes.flat_map(|mode| ["", "-version"].map(|end| format!("pod-security.kubernetes.io/{mode}{end}")))
}

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Namespace {
        return;
    }
    for label in bad_labels(object) {
        match label {
            BadLabel::Value { node, key, expected } => {
                let message =
                    format!("metadata.labels[{key}]: Invalid value: {:?}: {expected}", node.content());
                let report = sink.report(object, node, message).help("the API server refuses the Namespace");
                let meant = LEVELS.iter().find(|level| typo::is_typo(node.content(), level));
                if let Some((meant, text)) =
                    meant.and_then(|meant| Some((meant, edit::in_style_of(node, meant)?)))
                {
                    report.fix(format!("write `{meant}`"), Safety::Safe, object.span(node), text);
                }
            }
            BadLabel::Key { node } => {
                let message = format!("`{}` is not a label of Pod Security Admission", node.content());
                let report = sink
                    .report(object, node, message)
                    .severity(Severity::Warning)
                    .label("ignored without a word")
                    .help("there are `enforce`, `warn` and `audit`, and each with `-version`");
                let meant = keys().find(|key| typo::is_typo(node.content(), key));
                let is_free = |key: &String| object.labels().is_some_and(|labels| labels.get(key).is_none());
                if let Some(key) = meant.filter(is_free)
                    && let Some(text) = edit::in_style_of(node, &key)
                {
                    report.fix(format!("write `{key}`"), Safety::Safe, object.span(node), text);
                }
            }
        }
    }
}
