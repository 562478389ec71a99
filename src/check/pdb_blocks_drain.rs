#![doc = include_str!("pdb_blocks_drain.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::suggest::distance;
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
    if says_nothing(cx, object) {
        let message = format!(
            "PodDisruptionBudget `{}` allows no eviction: it says neither `minAvailable` nor `maxUnavailable`",
            object.name()
        );
        sink.report_span(object.name_span(), message)
            .object(object)
            .help("write `maxUnavailable: 1`; a node can be drained only when its pods may go");
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

/// Whether a budget has no bound. The disruption controller then expects no pods (`getExpectedPodCount`), and where it
/// expects none it allows no disruption (`updatePdbStatus`).
fn says_nothing(cx: &Context<'_>, budget: ObjectRef<'_>) -> bool {
    let bounds = ["spec.minAvailable", "spec.maxUnavailable"];
    let Some(spec) = budget.get("spec").filter(|spec| spec.is_mapping()) else { return false };
    // A key that is misspelt is another finding, and so is what cannot be read.
    let is_misspelt = spec.entries().any(|(key, _)| {
        ["minAvailable", "maxUnavailable"].iter().any(|field| (1..=2).contains(&distance(&key.key(), field)))
    });
    bounds.iter().all(|path| budget.get(path).is_none())
        && !is_misspelt
        && !budget.is_broken()
        && !cx.graph.is_patch(budget)
}
