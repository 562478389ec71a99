#![doc = include_str!("missing_network_policy.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::traffic::{is_isolated, is_on_host_network};

pub(super) static CHECK: Check = Check {
    id: "missing-network-policy",
    group: Group::Security,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "pods that everybody in the cluster may talk to",
    page: include_str!("missing_network_policy.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(pod) = cx.graph.pod_of(object.id) else { return };
    if is_on_host_network(pod.template) {
        return;
    }
    let policies = cx.practice.policies_of(pod);
    if policies.iter().any(|policy| is_isolated(*policy, "Ingress")) {
        return;
    }
    let message = format!(
        "no NetworkPolicy says who may talk to the pods of {} `{}`",
        object.kind_name(),
        object.name()
    );
    sink.report_span(object.name_span(), message)
        .object(object)
        .help("start with one that denies all in the namespace, and allow what is needed");
}
