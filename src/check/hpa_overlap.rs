#![doc = include_str!("hpa_overlap.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::is_same;
use crate::practice::replicas::autoscalers_of;

pub(super) static CHECK: Check = Check {
    id: "hpa-overlap",
    group: Group::Reliability,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two autoscalers for one workload",
    page: include_str!("hpa_overlap.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !matches!(object.kind(), Kind::HorizontalPodAutoscaler | Kind::ScaledObject) {
        return;
    }
    let mut edges = cx.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.scaleTargetRef.name") else { return };
    let Some(target) = edge.target().map(|target| cx.program.object(target)) else { return };
    let scalers = autoscalers_of(cx.graph, target);
    let others = scalers
        .iter()
        .map(|scaler| scaler.object)
        .filter(|other| other.id < object.id && !is_same(*other, object))
        .filter(|other| !takes_over(object, *other) && !takes_over(*other, object));
    for other in others {
        let message = format!(
            "{} `{}` and {} `{}` both scale {} `{}`, {}",
            other.kind_name(),
            other.name(),
            object.kind_name(),
            object.name(),
            target.kind_name(),
            target.name(),
            fate(object, other)
        );
        // Two in one file are applied together. In different files they may be two ways to scale, of which one is taken.
        let is_certain = other.file.id == object.file.id || cx.graph.is_closed();
        let severity = if is_certain { Severity::Error } else { Severity::Warning };
        sink.report(object, edge.field, message)
            .severity(severity)
            .related(other.name_span(), "scales it as well")
            .related(target.name_span(), "scaled by both")
            .help("put the metrics of both into one: it scales to the largest number that any asks for");
    }
}

/// What comes of it: the admission webhook of KEDA lets in no ScaledObject for a workload that has another autoscaler
/// (`verifyHpas`, `verifyScaledObjects`).
fn fate(object: ObjectRef<'_>, other: ObjectRef<'_>) -> &'static str {
    match [object, other].iter().any(|scaler| scaler.kind() == Kind::ScaledObject) {
        true => "which KEDA refuses",
        false => "so neither does",
    }
}

/// A ScaledObject can be told to take over the autoscaler that is there, whose name it then gives to its own.
fn takes_over(object: ObjectRef<'_>, other: ObjectRef<'_>) -> bool {
    let is_told = object
        .annotation("scaledobject.keda.sh/transfer-hpa-ownership")
        .is_some_and(|value| value.content() == "true");
    let name = object.get("spec.advanced.horizontalPodAutoscalerConfig.name");
    is_told && name.is_some_and(|name| name.content() == other.name())
}
