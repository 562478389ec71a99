#![doc = include_str!("deleted_but_named.md")]

use crate::check::{Check, Context, Group, Plan, Run, Sink, planned};
use crate::diagnostic::Severity;
use crate::plan::preview::risk::Concern;

pub(super) static CHECK: Check = Check {
    id: "deleted-but-named",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "an object that is deleted while others name it",
    page: include_str!("deleted_but_named.md"),
    run: Run::Plan(run),
};

fn run(context: &Context<'_>, plan: &Plan<'_>, sink: &mut Sink<'_>) {
    planned::report(context, plan, Concern::LooseEnds, sink);
}
