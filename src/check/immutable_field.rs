#![doc = include_str!("immutable_field.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "immutable-field",
    group: Group::Rollout,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a change of a field that cannot change",
    page: include_str!("immutable_field.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    // The plan deletes the object and makes it anew; applied as they are, the manifests are rejected.
    planned::report_at(context, plan, Concern::Replacement, |_| Severity::Error, sink);
}
