#![doc = include_str!("job_without_ttl.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "job-without-ttl",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a Job that stays after it is done",
    page: include_str!("job_without_ttl.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Job || object.get("spec.ttlSecondsAfterFinished").is_some() {
        return;
    }
    // Hooks are removed by the tool that runs them.
    if object.annotation("helm.sh/hook").is_some() || object.annotation("argocd.argoproj.io/hook").is_some() {
        return;
    }
    let message =
        format!("Job `{}` stays after it is done: it has no `ttlSecondsAfterFinished`", object.name());
    sink.report_span(object.name_span(), message)
        .object(object)
        .help("with it, the next version of the Job can be applied: the template of a Job cannot be changed");
}
