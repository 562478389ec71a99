#![doc = include_str!("vpa_overlap.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::ports::running_containers;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::replicas::autoscalers_of;
use crate::practice::scaling::{changes_pods, shares, shares_of_triggers, sizes};
use crate::practice::{folder, is_same};

pub(super) static CHECK: Check = Check {
    id: "vpa-overlap",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a VerticalPodAutoscaler changes what another autoscaler changes or measures",
    page: include_str!("vpa_overlap.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !changes_pods(object) || object.is_broken() {
        return;
    }
    let mut edges = cx.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.targetRef.name") else { return };
    let Some(target) = edge.target().map(|target| cx.program.object(target)) else { return };
    // What lies in different folders may be meant for different clusters.
    let is_near = |other: ObjectRef<'p>| cx.graph.is_closed() || folder(other) == folder(object);
    let same = cx.graph.edges_to(target.id).filter(|other| other.row.path == edge.row.path);
    let earlier = same.map(|other| cx.program.object(other.from)).find(|other| {
        other.id < object.id && !is_same(*other, object) && changes_pods(*other) && is_near(*other)
    });
    if let Some(other) = earlier {
        let message = format!(
            "VerticalPodAutoscalers `{}` and `{}` both size {} `{}`: only the one that was made first does",
            other.name(),
            object.name(),
            target.kind_name(),
            target.name()
        );
        sink.report(object, edge.field, message)
            .related(other.name_span(), "sizes it as well")
            .related(target.name_span(), "sized by both")
            .help("keep one, with the policies of both, or set `updateMode: Off` in the other");
    }
    for scaler in autoscalers_of(cx.graph, target) {
        if is_near(scaler.object) {
            check_shares(cx, object, edge, scaler.object, target, sink);
        }
    }
}

/// Reports a share of requests that the horizontal autoscaler measures and the vertical one moves.
fn check_shares<'p>(
    cx: &Context<'p>,
    object: ObjectRef<'p>,
    edge: &Edge<'p>,
    other: ObjectRef<'p>,
    target: ObjectRef<'p>,
    sink: &mut Sink<'_>,
) {
    let shares = match other.kind() {
        Kind::HorizontalPodAutoscaler => shares(other),
        _ => shares_of_triggers(other),
    };
    let Some(pod) = cx.graph.pod_of(target.id) else { return };
    for share in shares {
        let mut counted = running_containers(pod.template)
            .filter(|container| share.container.is_none_or(|name| name == container.name()));
        if !counted.any(|container| sizes(object, container.name(), share.resource)) {
            continue;
        }
        let message = format!(
            "{} changes the {} requests of {} `{}`, and {} `{}` scales it on a share of them",
            absence::title(object),
            share.resource,
            target.kind_name(),
            target.name(),
            other.kind_name(),
            other.name()
        );
        let rest = if share.resource == "cpu" { "memory" } else { "cpu" };
        sink.report(object, edge.field, message)
            .label(format!("sizes its {}", share.resource))
            .related(other.span(share.node), format!("a share of the {} requests", share.resource))
            .help(format!(
                "leave {} to one of them: `controlledResources: [{rest}]` here, or another metric there",
                share.resource
            ));
    }
}
