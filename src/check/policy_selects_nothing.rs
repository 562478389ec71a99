#![doc = include_str!("policy_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, selection};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::graph::selector::Selector;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "policy-selects-nothing",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "the selector of a PodDisruptionBudget, a NetworkPolicy or a policy of Istio matches no pod",
    page: include_str!("policy_selects_nothing.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let (path, consequence) = match object.kind() {
        Kind::PodDisruptionBudget => ("spec.selector", "protects no pod"),
        Kind::NetworkPolicy => ("spec.podSelector", "applies to no pod"),
        Kind::AuthorizationPolicy
        | Kind::PeerAuthentication
        | Kind::RequestAuthentication
        | Kind::Telemetry
        | Kind::WasmPlugin => ("spec.selector", "applies to no pod"),
        Kind::DestinationRule => ("spec.workloadSelector", "applies to no pod"),
        Kind::Sidecar | Kind::EnvoyFilter => ("spec.workloadSelector.labels", "applies to no pod"),
        _ => return,
    };
    let Some(node) = object.get(path) else { return };
    let selector = match object.kind() {
        Kind::Sidecar | Kind::EnvoyFilter => Selector::from_pairs(node),
        _ => Selector::from_label_selector(node),
    };
    if object.group().ends_with("istio.io") && may_select_others(context, object) {
        return;
    }
    // An empty selector is meant for every pod that will ever be there.
    if selector.is_empty() {
        return;
    }
    selection::report_if_empty(context, object, &selector, sink, |terms| {
        format!("{} {consequence}: none has {terms}", absence::title(object))
    });
}

/// Whether a policy of Istio may be for more than the pods of its namespace: in the root namespace of the mesh it is for
/// those of all namespaces, and a WorkloadEntry or WorkloadGroup stands for a machine that is no pod.
fn may_select_others(context: &Context<'_>, object: ObjectRef<'_>) -> bool {
    let has = |kind| context.graph.all(KindRef::Known(kind), object.namespace()).next().is_some();
    object.namespace() == Some("istio-system") || has(Kind::WorkloadEntry) || has(Kind::WorkloadGroup)
}
