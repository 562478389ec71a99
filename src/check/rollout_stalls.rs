#![doc = include_str!("rollout_stalls.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "rollout-stalls",
    group: Group::Rollout,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a rollout that cannot finish on the nodes there are",
    page: include_str!("rollout_stalls.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::Stall, sink);
}
