#![doc = include_str!("hpa_target.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::reference::Edge;
use crate::parse::NodeRef;
use crate::parse::edit::{self, New};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, group_of};

pub(super) static CHECK: Check = Check {
    id: "hpa-target",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a HorizontalPodAutoscaler is to scale what cannot be scaled",
    page: include_str!("hpa_target.md"),
    run: Run::Object(run),
};

/// The kinds of Kubernetes itself that have a `scale` subresource, and the group that serves them.
const SCALABLE: &[(&str, &str)] = &[
    ("Deployment", "apps/v1"),
    ("ReplicaSet", "apps/v1"),
    ("ReplicationController", "v1"),
    ("StatefulSet", "apps/v1"),
];

/// What is wrong with a scale target.
enum Fault {
    /// The kind has no `scale` subresource.
    NotScalable,
    /// The kind is not served in the group that `apiVersion` says: `apps/v1` is where it lives.
    WrongGroup(&'static str),
}

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if !is_scaler(object) {
        return;
    }
    for edge in context.graph.edges_from(object.id) {
        match fault(object, edge) {
            Some(Fault::NotScalable) => report_kind(object, edge, sink),
            Some(Fault::WrongGroup(right)) => report_group(object, edge, right, sink),
            None => {}
        }
    }
}

/// Whether an edge is a scale target that can never work, so that it is of no consequence whether the object exists.
pub(super) fn is_faulty(object: ObjectRef<'_>, edge: &Edge<'_>) -> bool {
    fault(object, edge).is_some()
}

fn is_scaler(object: ObjectRef<'_>) -> bool {
    matches!(object.kind(), Kind::HorizontalPodAutoscaler | Kind::ScaledObject)
}

/// Mirrors `reconcileAutoscaler`: the target's group and kind (its version is of no consequence) must be served, and must
/// have a `scale` subresource. So it is for KEDA (`checkTargetResourceIsScalable`), which takes `apps/v1` where nothing is said.
fn fault(object: ObjectRef<'_>, edge: &Edge<'_>) -> Option<Fault> {
    if !is_scaler(object) || edge.row.path != "spec.scaleTargetRef.name" {
        return None;
    }
    let default = if object.kind() == Kind::ScaledObject { "apps" } else { "" };
    let said = edge.holder.get("apiVersion").and_then(NodeRef::as_str).filter(|said| !said.is_empty());
    let group = said.map_or(default, group_of);
    if let Some((_, right)) = SCALABLE.iter().find(|(kind, _)| *kind == edge.kind.name()) {
        return (group != group_of(right)).then_some(Fault::WrongGroup(right));
    }
    match edge.kind {
        KindRef::Known(kind) if is_built_in(kind) => Some(Fault::NotScalable),
        // Custom resources may well have the subresource.
        _ => None,
    }
}

fn is_built_in(kind: Kind) -> bool {
    let group = kind.group();
    matches!(group, "" | "apps" | "batch" | "autoscaling" | "policy") || group == "networking.k8s.io"
}

fn report_kind(object: ObjectRef<'_>, edge: &Edge<'_>, sink: &mut Sink<'_>) {
    let kind = edge.kind.name();
    let place = edge.holder.get("kind").unwrap_or(edge.field);
    let message = format!("{} is to scale a {kind}, which has no number of replicas", absence::title(object));
    sink.report(object, place, message)
        .label("cannot be scaled")
        .help("name a Deployment, a StatefulSet, or another kind with a `scale` subresource");
}

fn report_group(object: ObjectRef<'_>, edge: &Edge<'_>, right: &str, sink: &mut Sink<'_>) {
    let kind = edge.kind.name();
    let Some(place) = edge.holder.get("apiVersion").filter(|node| node.content() != "") else {
        let message = format!(
            "{} does not say the `apiVersion` of its target, and there is no {kind} in the core group",
            absence::title(object)
        );
        sink.report(object, edge.holder.get("kind").unwrap_or(edge.field), message)
            .label("of which API group?")
            .help(format!("add `apiVersion: {right}`"))
            .change(
                format!("add `apiVersion: {right}`"),
                Safety::Safe,
                object.file.id,
                edit::insert_entry(edge.holder, Some("kind"), "apiVersion", New::Text(right)),
            );
        return;
    };
    let message =
        format!("{} is to scale a {kind} of `{}`, which has none", absence::title(object), place.content());
    let report = sink
        .report(object, place, message)
        .label(format!("no {kind} in this API group"))
        .help(format!("write `apiVersion: {right}`"));
    if let Some(text) = edit::in_style_of(place, right) {
        report.fix(format!("write `{right}`"), Safety::Safe, object.span(place), text);
    }
}
