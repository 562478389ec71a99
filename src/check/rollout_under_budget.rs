#![doc = include_str!("rollout_under_budget.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "rollout-under-budget",
    group: Group::Rollout,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a rollout that leaves fewer pods than a disruption budget asks for",
    page: include_str!("rollout_under_budget.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::Budget, sink);
}
