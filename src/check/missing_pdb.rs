#![doc = include_str!("missing_pdb.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::replicas::replicas_of;

pub(super) static CHECK: Check = Check {
    id: "missing-pdb",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "several replicas that may all be evicted at once",
    page: include_str!("missing_pdb.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(replicas) = replicas_of(cx.graph, object).filter(|replicas| replicas.least() > 1) else {
        return;
    };
    let Some(pod) = cx.graph.pod_of(object.id) else { return };
    if !cx.practice.budgets_of(pod).is_empty() {
        return;
    }
    let message = format!(
        "{} `{}` has {} replicas and no PodDisruptionBudget: draining nodes may take all of them down at once",
        object.kind_name(),
        object.name(),
        replicas.least()
    );
    sink.report_span(object.name_span(), message).object(object).help("add one with `maxUnavailable: 1`");
}
