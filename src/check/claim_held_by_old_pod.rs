#![doc = include_str!("claim_held_by_old_pod.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "claim-held-by-old-pod",
    group: Group::Rollout,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a rolling update of a pod with a volume for one node",
    page: include_str!("claim_held_by_old_pod.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::HeldClaim, sink);
}
