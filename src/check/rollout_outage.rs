#![doc = include_str!("rollout_outage.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "rollout-outage",
    group: Group::Rollout,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a rollout during which no pod is ready",
    page: include_str!("rollout_outage.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::Outage, sink);
}
