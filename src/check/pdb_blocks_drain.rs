#![doc = include_str!("pdb_blocks_drain.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::disruption::{Verdict, judge};

pub(super) static CHECK: Check = Check {
    id: "pdb-blocks-drain",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a disruption budget that never allows an eviction",
    page: include_str!("pdb_blocks_drain.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::PodDisruptionBudget {
        return;
    }
    let Some(Verdict { node, expected, healthy, workloads, is_autoscaled }) = judge(cx.graph, object) else {
        return;
    };
    let when = if is_autoscaled { " when scaled down" } else { "" };
    let message = if healthy > expected {
        format!(
            "PodDisruptionBudget `{}` asks for {healthy} available pods of {expected}{when}: it can never be met",
            object.name()
        )
    } else {
        format!(
            "PodDisruptionBudget `{}` allows no eviction: {healthy} of {expected} pods{when} must stay available",
            object.name()
        )
    };
    let mut report = sink.report(object, node, message);
    if node.content().ends_with('%') {
        report = report.label(format!("{} of {expected}, rounded up", node.content()));
    }
    for workload in workloads {
        report = report.related(workload.name_span(), "its pods cannot be evicted");
    }
    report.help("leave room for one: `maxUnavailable: 1`; a node can be drained only when its pods may go");
}
