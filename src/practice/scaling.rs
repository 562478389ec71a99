//! What autoscalers measure, and what they change.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// A metric that is a share of what containers request.
#[derive(Clone, Copy, Debug)]
pub struct Share<'p> {
    /// `cpu` or `memory`.
    pub resource: &'p str,
    /// The one container that counts; all of them without it.
    pub container: Option<&'p str>,
    /// Where the share stands.
    pub node: NodeRef<'p>,
}

/// The metrics of a HorizontalPodAutoscaler that are shares, in any version of the API. Without metrics it is 80 % of the
/// cpu (`SetDefaults_HorizontalPodAutoscaler`).
pub fn shares(object: ObjectRef<'_>) -> Vec<Share<'_>> {
    let cpu = |node| vec![Share { resource: "cpu", container: None, node }];
    if let Some(node) = object.get("spec.targetCPUUtilizationPercentage") {
        return cpu(node);
    }
    let metrics: Vec<_> = items_at(object.root(), "spec.metrics").collect();
    if metrics.is_empty() {
        return object.get("spec.maxReplicas").map(cpu).unwrap_or_default();
    }
    metrics.into_iter().filter_map(share).collect()
}

fn share(metric: NodeRef<'_>) -> Option<Share<'_>> {
    let source = metric.get("resource").or_else(|| metric.get("containerResource"))?;
    let node = source
        .get_path("target.averageUtilization")
        .or_else(|| source.get("targetAverageUtilization"))
        .filter(|node| !node.is_null())?;
    let container = source.get("container").map(NodeRef::content);
    Some(Share { resource: source.get("name")?.content(), container, node })
}

/// The triggers of a ScaledObject that are shares: KEDA makes resource metrics of them (`cpuMemoryScaler`).
pub fn shares_of_triggers(object: ObjectRef<'_>) -> Vec<Share<'_>> {
    let triggers = items_at(object.root(), "spec.triggers");
    let shares = triggers.filter_map(|trigger| {
        let metric = trigger.get("metricType").or_else(|| trigger.get_path("metadata.type"))?;
        let share = Share { node: metric, ..measured(trigger)? };
        (metric.content() == "Utilization").then_some(share)
    });
    shares.collect()
}

/// The triggers of a ScaledObject that measure what containers use, as shares or not; each at its type.
pub fn resource_triggers(object: ObjectRef<'_>) -> Vec<Share<'_>> {
    items_at(object.root(), "spec.triggers").filter_map(measured).collect()
}

fn measured(trigger: NodeRef<'_>) -> Option<Share<'_>> {
    let node = trigger.get("type")?;
    let resource = node.as_str().filter(|kind| matches!(*kind, "cpu" | "memory"))?;
    let container = trigger.get_path("metadata.containerName").map(NodeRef::content);
    Some(Share { resource, container, node })
}

/// Whether a VerticalPodAutoscaler changes pods, and does not only recommend. Mirrors `GetUpdateMode`.
pub fn changes_pods(scaler: ObjectRef<'_>) -> bool {
    let mode = scaler.get("spec.updatePolicy.updateMode");
    scaler.kind() == Kind::VerticalPodAutoscaler && mode.is_none_or(|mode| mode.content() != "Off")
}

/// Whether a VerticalPodAutoscaler changes what a container requests of a resource. Mirrors `GetContainerResourcePolicy`:
/// a policy of the container's name goes before that of `*`; without one, cpu and memory are changed.
pub fn sizes(scaler: ObjectRef<'_>, container: &str, resource: &str) -> bool {
    let policies = || items_at(scaler.root(), "spec.resourcePolicy.containerPolicies");
    let of = |wanted: &str| {
        policies().find(|policy| policy.get("containerName").is_some_and(|name| name.content() == wanted))
    };
    let Some(policy) = of(container).or_else(|| of("*")) else {
        return matches!(resource, "cpu" | "memory");
    };
    if policy.get("mode").is_some_and(|mode| mode.content() == "Off") {
        return false;
    }
    let controlled: Vec<&str> = items_at(policy, "controlledResources").map(NodeRef::content).collect();
    match policy.get("controlledResources") {
        None => matches!(resource, "cpu" | "memory"),
        Some(_) => controlled.contains(&resource),
    }
}
