#![doc = include_str!("cascading_deletion.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "cascading-deletion",
    group: Group::Rollout,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a deletion that takes more with it than the object",
    page: include_str!("cascading_deletion.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::Cascade, sink);
}
