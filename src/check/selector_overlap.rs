#![doc = include_str!("selector_overlap.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::Pod;
use crate::graph::ports::ports_of_pod;
use crate::graph::selector::Selector;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::kinship::{are_strangers, resemble, share_an_image};
use crate::practice::reach::{is_headless, is_sent_to, listens, seems_to_listen};
use crate::practice::selection::workload_selector;
use crate::practice::{folder, is_same, is_test_hook, runs_for_good};

pub(super) static CHECK: Check = Check {
    id: "selector-overlap",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a selector that takes in the pods of another workload",
    page: include_str!("selector_overlap.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() == Kind::Service {
        return service(cx, object, sink);
    }
    if let Some(selector) = workload_selector(object) {
        workload(cx, object, &selector, sink);
    }
}

/// Another workload's pods: controllers tell them apart by their owner, autoscalers, budgets and people do not.
fn workload<'p>(cx: &Context<'p>, object: ObjectRef<'p>, selector: &Selector<'p>, sink: &mut Sink<'_>) {
    let Some(namespace) = object.namespace() else { return };
    // One DaemonSet for each kind of node, all under one name, is how agents are shipped, and nothing scales them.
    let is_agent = |other: ObjectRef<'_>| object.kind() == Kind::DaemonSet && other.kind() == Kind::DaemonSet;
    let others = cx.graph.select(namespace, selector).map(Pod::owner).filter(|other| {
        other.id != object.id
            && !is_same(*other, object)
            && !is_agent(*other)
            && !takes_template_of(cx, object, *other)
            && workload_selector(*other).is_some()
    });
    // Two workloads in different folders are seldom applied together if they get in each other's way.
    let is_near = |other: &ObjectRef<'_>| folder(*other) == folder(object);
    let Some(other) = others.into_iter().find(is_near) else { return };
    let mutual = workload_selector(other).zip(cx.graph.pod_of(object.id));
    let is_mutual = mutual.is_some_and(|(selector, pod)| selector.matches(&pod.labels));
    // Of two that select one another, one finding is enough.
    if is_mutual && other.id < object.id {
        return;
    }
    let message = format!(
        "{} `{}` also selects the pods of {} `{}`",
        object.kind_name(),
        object.name(),
        other.kind_name(),
        other.name()
    );
    let node = selector.requirements[0].node;
    sink.report(object, node, message)
        .related(other.name_span(), "its pods have these labels too")
        .help("give each workload a label of its own: an autoscaler counts the pods by this selector");
}

/// Whether a workload makes the pods of another one in its stead, as a Rollout does with the Deployment that its
/// `workloadRef` names.
fn takes_template_of<'p>(cx: &Context<'p>, object: ObjectRef<'p>, other: ObjectRef<'p>) -> bool {
    let mut edges = cx.graph.edges_from(object.id).iter();
    edges.any(|edge| edge.row.path == "spec.workloadRef.name" && edge.target() == Some(other.id))
}

/// Pods that do not serve what the Service is for: those of Jobs, and those that listen elsewhere.
fn service<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    // What is in another folder may be for another cluster, and what is there for a test alone serves nobody for long.
    let is_near = |pod: &&Pod<'p>| folder(pod.owner()) == folder(object) && !is_test_hook(pod.owner());
    let pods = cx.graph.pods_of_service(object.id).filter(is_near);
    let pods: Vec<_> = pods.filter(|pod| is_sent_to(object, pod)).collect();
    if pods.len() < 2 {
        return;
    }
    let Some(server) = pods.iter().find(|pod| runs_for_good(pod.owner()) && listens(object, pod)) else {
        return;
    };
    let stranger = pods.iter().find(|pod| {
        let is_akin = || match ports_of_pod(pod.template).next() {
            Some(_) => share_an_image(pod, server),
            // Ports need not be declared.
            None => resemble(pod, server),
        };
        !runs_for_good(pod.owner()) || (!listens(object, pod) && !is_akin() && !seems_to_listen(object, pod))
    });
    let (owner, what, help) = match stranger {
        Some(stranger) => (
            stranger.owner(),
            "which do not serve it",
            "select by a label that only the pods that serve it have",
        ),
        // Who asks a headless Service sees each pod for itself, and may want all of them.
        None if is_headless(object) => return,
        None => match pods.iter().find(|pod| listens(object, pod) && are_strangers(pod, server)) {
            Some(stranger) => (
                stranger.owner(),
                "another program: each connection goes to one or the other",
                "select by a label that only one of them has, such as the one that names the program",
            ),
            None => return,
        },
    };
    let Some(selector) = cx.graph.service_selector(object.id) else { return };
    let message = format!(
        "Service `{}` also sends traffic to the pods of {} `{}`, {what}",
        object.name(),
        owner.kind_name(),
        owner.name()
    );
    sink.report(object, selector.requirements[0].node, message)
        .related(owner.name_span(), "selected as well")
        .related(server.owner().name_span(), "serves it")
        .help(help);
}
