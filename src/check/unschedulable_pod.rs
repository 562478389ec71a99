#![doc = include_str!("unschedulable_pod.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::config::World;
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::plan::deciding::deciding_node;
use crate::plan::scheduler::Outcome;
use crate::plan::words;

pub(super) static CHECK: Check = Check {
    id: "unschedulable-pod",
    group: Group::Schedule,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a pod that fits on no node of the inventory",
    page: include_str!("unschedulable_pod.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some((fit, workload)) = cx.fit.and_then(|fit| Some((fit, fit.workload_of(object.id)?))) else {
        return;
    };
    let Some(miss) = fit.misses.iter().find(|miss| miss.workload == workload) else { return };
    let placement = &fit.placements[miss.first];
    // What the scheduler cannot read, the checks of the schema report.
    let Outcome::DoesNotFit(error) = &placement.outcome else { return };
    if fit.cluster.nodes.iter().all(|node| !placement.pod.template.matches_node(&node.name, &node.labels)) {
        // `node-selector-matches-no-node` says so.
        return;
    }
    let nearest = miss.explanation.as_ref().and_then(|explanation| explanation.nearest.as_ref());
    let obstacles = nearest.map_or(&[] as &[_], |nearest| nearest.obstacles.as_slice());
    let node = deciding_node(object, obstacles)
        .or_else(|| object.get("metadata.name"))
        .unwrap_or_else(|| object.root());
    let what = format!("{} `{}`", object.kind_name(), object.full_name());
    let message = match (miss.pods, fit.workloads[workload].pods.len()) {
        (1, 1) => format!("{what} fits nowhere: {error}"),
        (1, all) => format!("1 of {all} pods of {what} fits nowhere: {error}"),
        (pods, all) => format!("{pods} of {all} pods of {what} fit nowhere: {error}"),
    };
    // A claim that is not in the input may be in the cluster.
    let may_be_there = error.pre_filter.as_ref().is_some_and(|message| message.ends_with("not found"));
    let severity = match (may_be_there, cx.settings.world) {
        (true, World::Open) => Severity::Warning,
        (_, _) => Severity::Error,
    };
    let label = nearest.map(|nearest| words::nearest(&fit.cluster, nearest)).unwrap_or_default();
    let remedy = miss.explanation.as_ref();
    let remedy = remedy.and_then(|explanation| words::remedy(explanation, &placement.pod.template));
    sink.report(object, node, message).severity(severity).label(label).help_opt(remedy);
}
