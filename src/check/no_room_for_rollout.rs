#![doc = include_str!("no_room_for_rollout.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectId;
use crate::plan::deciding::deciding_node;
use crate::plan::fit::Fit;
use crate::plan::question::surge::surge_misses;
use crate::plan::words;

pub(super) static CHECK: Check = Check {
    id: "no-room-for-rollout",
    group: Group::Rollout,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a Deployment that fits, and whose next rollout does not",
    page: include_str!("no_room_for_rollout.md"),
    run: Run::Fit(run),
};

fn run<'p>(cx: &Context<'p>, fit: &Fit, sink: &mut Sink<'_>) {
    for miss in surge_misses(fit, cx.program) {
        if is_played(cx, miss.object) {
            continue;
        }
        let object = cx.program.object(miss.object);
        let nearest = miss.explanation.nearest.as_ref();
        let obstacles = nearest.map_or(&[] as &[_], |nearest| nearest.obstacles.as_slice());
        let node = deciding_node(object, obstacles)
            .or_else(|| object.get("metadata.name"))
            .unwrap_or_else(|| object.root());
        let message = format!(
            "Deployment `{}`: its next rollout stalls: no pod may go before a new one is ready, and one more has no node: {}",
            object.full_name(),
            miss.explanation.message
        );
        let label = nearest.map(|nearest| words::nearest(&fit.cluster, nearest)).unwrap_or_default();
        sink.report(object, node, message)
            .label(label)
            .help("let an old pod go first: `strategy: {rollingUpdate: {maxUnavailable: 1}}`");
    }
}

/// Whether the rollout is one of those that a change starts: then `rollout-stalls` knows better.
fn is_played(cx: &Context<'_>, object: ObjectId) -> bool {
    cx.plan.is_some_and(|plan| {
        let set = &plan.preview.set;
        plan.preview.rollouts.iter().any(|rollout| set.changes[rollout.change].after == Some(object))
    })
}
