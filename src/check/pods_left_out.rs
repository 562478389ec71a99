#![doc = include_str!("pods_left_out.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "pods-left-out",
    group: Group::Schedule,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a workload with more pods than are placed",
    page: include_str!("pods_left_out.md"),
    run: Run::Object(run),
};

/// Where workloads say how many pods they have.
const COUNTS: [&str; 3] = ["spec.replicas", "spec.parallelism", "spec.jobTemplate.spec.parallelism"];

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some((fit, workload)) = cx.fit.and_then(|fit| Some((fit, fit.workload_of(object.id)?))) else {
        return;
    };
    let workload = &fit.workloads[workload];
    if workload.left_out == 0 {
        return;
    }
    let (placed, all) = (workload.pods.len(), workload.pods.len() + workload.left_out);
    // What an autoscaler sets, the workload does not say.
    let stated =
        if workload.scale.is_some() { None } else { COUNTS.iter().find_map(|path| object.get(path)) };
    let node = stated.or_else(|| object.get("metadata.name")).unwrap_or_else(|| object.root());
    let message = format!(
        "only {placed} of the {all} pods of {} `{}` were placed: there are too many",
        object.kind_name(),
        object.full_name()
    );
    sink.report(object, node, message)
        .label(format!("{} left out", workload.left_out))
        .help("what is said about where pods go does not count those that were left out");
}
