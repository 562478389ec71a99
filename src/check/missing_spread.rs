#![doc = include_str!("missing_spread.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::Pod;
use crate::graph::selector::Selector;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::replicas::replicas_of;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "missing-spread",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "several replicas that may all land on one node",
    page: include_str!("missing_spread.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    if replicas_of(cx.graph, object).is_none_or(|replicas| replicas.most() < 2) {
        return;
    }
    let others = ["topologySpreadConstraints", "nodeName", "hostNetwork"];
    let Some(pod) = cx.graph.pod_of(object.id) else { return };
    if others.iter().any(|field| template.get(field).is_some())
        || anti_affinity(template).any(|term| keeps_apart(term, pod))
    {
        return;
    }
    let message =
        format!("{} `{}` does not say that its replicas should be spread", object.kind_name(), object.name());
    let mut report = sink.report_span(object.name_span(), message).object(object);
    if let Some(term) = anti_affinity(template).next() {
        report = report.related(object.span(term), "keeps them from other pods, and not from one another");
    }
    report.help("add `topologySpreadConstraints` over `kubernetes.io/hostname` or the zone");
}

/// The terms of the anti-affinity of a pod, those that must hold and those that should.
fn anti_affinity(template: PodTemplate<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let at = |path| template.get(path).into_iter().flat_map(NodeRef::items);
    let required = at("affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution");
    let preferred = at("affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution");
    required.chain(preferred.filter_map(|weighted| weighted.get("podAffinityTerm")))
}

/// Whether a term is about the pods of the same workload. Mirrors `GetAffinityTerms` and `AffinityTerm.Matches` of the
/// scheduler: without a selector it is about no pod, without namespaces about those of the pod's own.
fn keeps_apart(term: NodeRef<'_>, pod: &Pod<'_>) -> bool {
    let Some(node) = term.get("labelSelector").filter(|node| !node.is_null()) else { return false };
    let selector = Selector::from_label_selector(node);
    let mut namespaces = items_at(term, "namespaces").peekable();
    let is_near = namespaces.peek().is_none() || namespaces.any(|name| name.content() == pod.namespace);
    // Which namespaces have which labels is not for a note to find out.
    let is_anywhere = term.get("namespaceSelector").is_some_and(|node| !node.is_null());
    selector.malformed || (selector.matches(&pod.labels) && (is_near || is_anywhere))
}
