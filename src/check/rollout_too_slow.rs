#![doc = include_str!("rollout_too_slow.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "rollout-too-slow",
    group: Group::Rollout,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "new pods that take longer than progressDeadlineSeconds",
    page: include_str!("rollout_too_slow.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::SlowStart, sink);
}
