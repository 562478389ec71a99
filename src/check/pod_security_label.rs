#![doc = include_str!("pod_security_label.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
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

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Namespace {
        return;
    }
    for label in bad_labels(object) {
        match label {
            BadLabel::Value { node, key, expected } => {
                let message =
                    format!("metadata.labels[{key}]: Invalid value: {:?}: {expected}", node.content());
                sink.report(object, node, message).help("the API server refuses the Namespace");
            }
            BadLabel::Key { node } => {
                let message = format!("`{}` is not a label of Pod Security Admission", node.content());
                sink.report(object, node, message)
                    .severity(Severity::Warning)
                    .label("ignored without a word")
                    .help("there are `enforce`, `warn` and `audit`, and each with `-version`");
            }
        }
    }
}
