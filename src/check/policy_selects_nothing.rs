#![doc = include_str!("policy_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, selection};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::graph::selector::Selector;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

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
    if object.kind() == Kind::NetworkPolicy {
        check_peers(context, object, &selector, sink);
    }
    // An empty selector is meant for every pod that will ever be there.
    if selector.is_empty() {
        return;
    }
    selection::report_if_empty(context, object, &selector, sink, |terms| {
        format!("{} {consequence}: none has {terms}", absence::title(object))
    });
}

/// The rules whose peers are all selected among the pods of the policy's own namespace, or of others that are named and have
/// pods in the input, and select none of them. Of a policy that applies to no pod itself, that is enough to say.
fn check_peers<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    applies_to: &Selector<'p>,
    sink: &mut Sink<'_>,
) {
    let Some(own) = object.namespace() else { return };
    let is_somebody = |(namespace, selector): &(&'p str, Selector<'p>)| {
        context.graph.select(namespace, selector).next().is_some()
    };
    if context.graph.select(own, applies_to).next().is_none() {
        return;
    }
    for (rules, peers, what) in
        [("spec.ingress", "from", "lets in nobody"), ("spec.egress", "to", "lets its pods reach nobody")]
    {
        for rule in items_at(object.root(), rules) {
            let selected: Option<Vec<_>> = items_at(rule, peers).map(|peer| selected(own, peer)).collect();
            let Some(selected) = selected else { continue };
            // One peer of many may be a door that is left open for who will come.
            if selected.iter().any(is_somebody) {
                continue;
            }
            let Some((namespace, selector)) = selected.first() else { continue };
            selection::report_if_empty_in(context, object, namespace, selector, sink, |terms| {
                format!("a rule of {} {what}: no pod has {terms}", absence::title(object))
            });
        }
    }
}

/// The selector of a peer that is about the pods of one namespace, and which one that is.
fn selected<'p>(own: &'p str, peer: NodeRef<'p>) -> Option<(&'p str, Selector<'p>)> {
    let set = |key: &str| peer.get(key).filter(|node| !node.is_null());
    let namespace = match set("namespaceSelector") {
        None => own,
        Some(node) => Selector::from_label_selector(node).named_namespace()?,
    };
    let selector = Selector::from_label_selector(set("podSelector")?);
    let is_telling = !selector.malformed && !selector.is_empty() && set("ipBlock").is_none();
    is_telling.then_some((namespace, selector))
}

/// Whether a policy of Istio may be for more than the pods of its namespace: in the root namespace of the mesh it is for
/// those of all namespaces, and a WorkloadEntry or WorkloadGroup stands for a machine that is no pod.
fn may_select_others(context: &Context<'_>, object: ObjectRef<'_>) -> bool {
    let has = |kind| context.graph.all(KindRef::Known(kind), object.namespace()).next().is_some();
    object.namespace() == Some("istio-system") || has(Kind::WorkloadEntry) || has(Kind::WorkloadGroup)
}
