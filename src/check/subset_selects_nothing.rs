#![doc = include_str!("subset_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::selector::Selector;
use crate::graph::{KindRef, Pod, typo};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::mesh::full_host;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "subset-selects-nothing",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "no pod of the Service has the labels of a subset",
    page: include_str!("subset_selects_nothing.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::DestinationRule || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let mut edges = context.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.host") else { return };
    let Some(service) = edge.target().map(|target| context.program.object(target)) else { return };
    // Without pods in the input, or with endpoints that others add, nothing can be said of the labels.
    let pods: Vec<&Pod<'p>> = context.graph.pods_of_service(service.id).collect();
    if pods.is_empty() || context.graph.twins(service).next().is_some() {
        return;
    }
    let host = full_host(edge.field.content(), object.namespace());
    if !context.practice.mesh().entries_for(&host).is_empty() {
        return;
    }
    for subset in items_at(object.root(), "spec.subsets") {
        let (Some(name), Some(labels)) = (subset.get("name").and_then(NodeRef::as_str), subset.get("labels"))
        else {
            continue;
        };
        let mut selector = Selector::from_pairs(labels);
        selector.requirements.retain(|requirement| !is_added(&requirement.key));
        let is_empty = !selector.malformed && !pods.iter().any(|pod| selector.matches(&pod.labels));
        if is_empty {
            let is_used = context.practice.mesh().is_subset_used(&host, name);
            report(context, object, service, (name, &selector, is_used), &pods, sink);
        }
    }
}

/// Labels that Istio gives to endpoints by the node and the cluster that they are in (`AugmentLabels`).
fn is_added(key: &str) -> bool {
    matches!(
        key,
        "topology.kubernetes.io/region"
            | "topology.kubernetes.io/zone"
            | "kubernetes.io/hostname"
            | "topology.istio.io/subzone"
            | "topology.istio.io/cluster"
            | "topology.istio.io/network"
    )
}

fn report<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    service: ObjectRef<'p>,
    (name, selector, is_used): (&str, &Selector<'p>, bool),
    pods: &[&Pod<'p>],
    sink: &mut Sink<'_>,
) {
    let near = pods.iter().find_map(|pod| {
        let mut failing = selector.failing(&pod.labels);
        let (first, None) = (failing.next()?, failing.next()) else { return None };
        let value = pod.labels.get(&first.key)?;
        typo::is_typo(first.node.content(), value).then_some((*pod, first.node, value))
    });
    let namespace = service.namespace();
    let is_closed = context.graph.is_closed_for(KindRef::Known(Kind::Pod), namespace);
    let may_be_elsewhere = !is_closed && context.graph.may_have_other_pods(namespace.unwrap_or_default());
    // A subset that nothing is sent to is for a version that is not there yet, or not any more.
    if near.is_none() && (!is_used || may_be_elsewhere || context.graph.is_selected_in_template(selector)) {
        return;
    }
    let failing = pods.first().and_then(|pod| selector.failing(&pod.labels).next());
    let Some(place) = near.map(|(_, node, _)| node).or(failing.map(|failing| failing.node)) else { return };
    let message = format!(
        "subset `{name}` of {} is empty: no pod of Service `{}` has `{}`",
        absence::title(object),
        service.full_name(),
        selector.describe()
    );
    let severity = if near.is_some() || (is_closed && is_used) { Severity::Error } else { Severity::Warning };
    let report = sink
        .report(object, place, message)
        .severity(severity)
        .label("no pod has this")
        .related(service.name_span(), "the pods that this Service selects are meant");
    let Some((pod, node, value)) = near else {
        report.help("give the pods of the version these labels, or send nothing to the subset");
        return;
    };
    let owner = pod.owner();
    let what = format!("{} `{}` has `{value}`", owner.kind_name(), owner.name());
    absence::write_instead(report.related(owner.name_span(), what), object, node, value, Safety::Safe);
}
