//! Fields of Argo Rollouts.

use crate::graph::reference::{From, Keys, Row, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const fn analysis(kinds: &'static [Kind], path: &'static str) -> Row {
    let to = To::ByFlag("clusterScope", Kind::AnalysisTemplate, Kind::ClusterAnalysisTemplate);
    Row::new(From::Kinds(kinds), path, to)
}

pub(super) static ROWS: &[Row] = &[
    said(&[Kind::Rollout], "spec.workloadRef.name", "apiVersion", None),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.canaryService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.stableService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.blueGreen.activeService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.blueGreen.previewService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.nginx.stableIngress", Kind::Ingress),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.alb.ingress", Kind::Ingress),
    Row::of(
        &[Kind::Rollout],
        "spec.strategy.canary.trafficRouting.istio.virtualService.name",
        Kind::VirtualService,
    ),
    Row::of(
        &[Kind::Rollout],
        "spec.strategy.canary.trafficRouting.istio.destinationRule.name",
        Kind::DestinationRule,
    ),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.nginx.stableIngresses[]", Kind::Ingress),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.alb.rootService", Kind::Service),
    Row::of(
        &[Kind::Rollout],
        "spec.strategy.canary.trafficRouting.istio.virtualServices[].name",
        Kind::VirtualService,
    ),
    analysis(&[Kind::Rollout], "spec.strategy.canary.analysis.templates[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.canary.steps[].analysis.templates[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.canary.steps[].experiment.analyses[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.blueGreen.prePromotionAnalysis.templates[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.blueGreen.postPromotionAnalysis.templates[].templateName"),
    Row::of(&[Kind::AnalysisTemplate], "spec.args[].valueFrom.secretKeyRef.name", Kind::Secret)
        .keys(Keys::Key),
];
