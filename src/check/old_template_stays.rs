#![doc = include_str!("old_template_stays.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "old-template-stays",
    group: Group::Rollout,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a change of a pod template that pods do not take",
    page: include_str!("old_template_stays.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::OldTemplate, sink);
}
