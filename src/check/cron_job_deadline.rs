#![doc = include_str!("cron_job_deadline.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "cron-job-deadline",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a CronJob that may stop after too many missed starts",
    page: include_str!("cron_job_deadline.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::CronJob || object.get("spec.startingDeadlineSeconds").is_some() {
        return;
    }
    let message = format!("CronJob `{}` has no `startingDeadlineSeconds`", object.name());
    sink.report_span(object.name_span(), message)
        .object(object)
        .help("set it to how late a run may start and still be of use");
}
