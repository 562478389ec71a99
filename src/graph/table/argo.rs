//! Fields of Argo Rollouts.
//!
//! Source: `pkg/apis/rollouts/v1alpha1` (`RolloutSpec`, `CanaryStrategy`, `BlueGreenStrategy`, `RolloutTrafficRouting`,
//! `RolloutAnalysis`, `ExperimentSpec`, `AnalysisTemplateSpec`, `Argument`). A VirtualService may be named
//! `NAME.NAMESPACE` (`istioutil.GetVirtualServiceNamespaceName`). Secrets of New Relic, InfluxDB and Wavefront live beside the
//! controller, that of Datadog where `namespaced` says so: no row is about them.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::graph::table::said;
use crate::parse::kind::Kind;

const ROLLOUT: &[Kind] = &[Kind::Rollout];
const TEMPLATES: &[Kind] = &[Kind::AnalysisTemplate, Kind::ClusterAnalysisTemplate];

const fn analysis(kinds: &'static [Kind], path: &'static str) -> Row {
    let to = To::ByFlag("clusterScope", Kind::AnalysisTemplate, Kind::ClusterAnalysisTemplate);
    Row::new(From::Kinds(kinds), path, to)
}

pub(super) static ROWS: &[Row] = &[
    said(ROLLOUT, "spec.workloadRef.name", "apiVersion", None),
    Row::of(ROLLOUT, "spec.strategy.blueGreen.{activeService|previewService}", Kind::Service),
    Row::of(ROLLOUT, "spec.strategy.canary.{canaryService|stableService}", Kind::Service),
    Row::of(ROLLOUT, "spec.strategy.canary.pingPong.{pingService|pongService}", Kind::Service),
    Row::of(ROLLOUT, "spec.strategy.canary.trafficRouting.{alb|smi}.rootService", Kind::Service),
    Row::of(ROLLOUT, "spec.strategy.canary.trafficRouting.alb.{ingress|ingresses[]}", Kind::Ingress),
    Row::of(
        ROLLOUT,
        "spec.strategy.canary.trafficRouting.nginx.{stableIngress|stableIngresses[]}",
        Kind::Ingress,
    ),
    Row::of(
        ROLLOUT,
        "spec.strategy.canary.trafficRouting.istio.{virtualService|virtualServices[]}.name",
        Kind::VirtualService,
    )
    .scope(Scope::Dot),
    Row::of(ROLLOUT, "spec.strategy.canary.trafficRouting.istio.destinationRule.name", Kind::DestinationRule),
    analysis(ROLLOUT, "spec.strategy.canary.{analysis|steps[].analysis}.templates[].templateName"),
    analysis(ROLLOUT, "spec.strategy.canary.steps[].experiment.analyses[].templateName"),
    analysis(
        ROLLOUT,
        "spec.strategy.blueGreen.{prePromotionAnalysis|postPromotionAnalysis}.templates[].templateName",
    ),
    analysis(&[Kind::Experiment], "spec.analyses[].templateName"),
    analysis(TEMPLATES, "spec.templates[].templateName"),
    Row::of(
        &[Kind::AnalysisTemplate, Kind::AnalysisRun],
        "spec.args[].valueFrom.secretKeyRef.name",
        Kind::Secret,
    )
    .keys(Keys::Key),
    Row::of(&[Kind::Experiment], "spec.analyses[].args[].valueFrom.secretKeyRef.name", Kind::Secret)
        .keys(Keys::Key),
];
