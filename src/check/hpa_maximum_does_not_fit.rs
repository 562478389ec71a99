#![doc = include_str!("hpa_maximum_does_not_fit.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "hpa-maximum-does-not-fit",
    group: Group::Schedule,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an autoscaler whose maximum the nodes cannot hold",
    page: include_str!("hpa_maximum_does_not_fit.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !matches!(object.kind(), Kind::HorizontalPodAutoscaler | Kind::ScaledObject) {
        return;
    }
    let Some(fit) = cx.fit else { return };
    let mut edges = cx.graph.edges_from(object.id).iter();
    let Some(edge) = edges.find(|edge| edge.row.path == "spec.scaleTargetRef.name") else { return };
    let Some(target) = edge.target().map(|target| cx.program.object(target)) else { return };
    let workload = fit.workload_of(target.id);
    let Some(maximum) = fit.maxima.iter().find(|maximum| Some(maximum.workload) == workload) else { return };
    let Some(then) = &maximum.then else { return };
    let written = object.get("spec.maxReplicas").or_else(|| object.get("spec.maxReplicaCount"));
    let message = format!(
        "only {} of the {} pods that {} `{}` may ask for fit: {then}",
        maximum.fits,
        maximum.scale.maximum,
        object.kind_name(),
        object.full_name()
    );
    sink.report(object, written.unwrap_or(edge.field), message)
        .label(format!("{} fit beside everything else", maximum.fits))
        .related(target.name_span(), "scaled by it")
        .help("lower the maximum, add nodes, or let a cluster autoscaler add them");
}
