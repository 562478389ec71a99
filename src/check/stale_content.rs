#![doc = include_str!("stale_content.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "stale-content",
    group: Group::Rollout,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a change of content that restarts nothing",
    page: include_str!("stale_content.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::StaleContent, sink);
}
