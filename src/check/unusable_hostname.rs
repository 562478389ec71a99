#![doc = include_str!("unusable_hostname.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "unusable-hostname",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "the name of a workload that cannot be the hostname of its pods",
    page: include_str!("unusable_hostname.md"),
    run: Run::Object(run),
};

/// The length of a DNS label (`DNS1123LabelMaxLength`).
const LABEL: usize = 63;

/// What is left for the name of a CronJob, whose Jobs have the time behind it (`ValidateCronJobCreate`).
const CRON_JOB: usize = 52;

/// Mirrors `WarningsOnCreate` of the strategies of these kinds.
fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let user = match object.kind() {
        Kind::Pod => "in the Pod's hostname",
        Kind::Deployment | Kind::ReplicaSet | Kind::ReplicationController | Kind::Job | Kind::CronJob => {
            "in Pod names and hostnames"
        }
        _ => return,
    };
    let name = object.name();
    let Some(node) = object.get("metadata.name") else { return };
    if object.kind() == Kind::CronJob && name.len() > CRON_JOB {
        let message =
            format!("metadata.name: Invalid value: \"{name}\": must be no more than {CRON_JOB} characters");
        sink.report(object, node, message)
            .severity(Severity::Error)
            .label(format!("{} characters", name.len()))
            .help("the names of its Jobs are this one and 11 characters more");
        return;
    }
    let mut lacks = Vec::new();
    if name.len() > LABEL {
        lacks.push("must be no more than 63 bytes");
    }
    if name.contains('.') {
        lacks.push("must not contain dots");
    }
    if lacks.is_empty() {
        return;
    }
    let message = format!(
        "metadata.name: this is used {user}, which can result in surprising behavior; a DNS label is recommended: [{}]",
        lacks.join(" ")
    );
    sink.report(object, node, message).help("use small letters, digits and dashes, at most 63");
}
