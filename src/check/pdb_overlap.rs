#![doc = include_str!("pdb_overlap.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::is_same;
use crate::practice::selection::selector_at;

pub(super) static CHECK: Check = Check {
    id: "pdb-overlap",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "two disruption budgets for one pod",
    page: include_str!("pdb_overlap.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::PodDisruptionBudget {
        return;
    }
    let (Some(namespace), Some(selector)) = (object.namespace(), selector_at(object, "spec.selector")) else {
        return;
    };
    let mut told = Vec::new();
    for pod in cx.graph.select(namespace, &selector) {
        // Draining a node leaves the pods of a DaemonSet where they are.
        if pod.owner().kind() == Kind::DaemonSet {
            continue;
        }
        for other in cx.practice.budgets_of(pod) {
            if other.id >= object.id || is_same(other, object) || told.contains(&other.id) {
                continue;
            }
            told.push(other.id);
            let owner = pod.owner();
            let message = format!(
                "PodDisruptionBudgets `{}` and `{}` both select the pods of {} `{}`, which then cannot be evicted at all",
                other.name(),
                object.name(),
                owner.kind_name(),
                owner.name()
            );
            sink.report_span(object.name_span(), message)
                .object(object)
                .related(other.name_span(), "selects them as well")
                .related(owner.name_span(), "selected by both")
                .help("keep one budget: \"This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.\"");
        }
    }
}
