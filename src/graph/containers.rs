//! The fields that name a container: of the pod that they stand in, or of a workload that another object is about.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, ContainerRole, PodTemplate};
use crate::parse::tree::NodeRef;

/// The annotation that says which container kubectl means.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// Who reads a field that names a container, which decides what it may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The kubelet, for a variable or a file of the downward API.
    DownwardApi,
    /// The API server, for the container that an ephemeral one joins.
    Debugger,
    /// The API server, for a rule of a Job's `podFailurePolicy`.
    FailurePolicy,
    /// kubectl, for the container that it takes without `-c`.
    Kubectl,
    /// A HorizontalPodAutoscaler, for a metric of one container.
    Metric,
    /// A VerticalPodAutoscaler, for what it may recommend.
    ResourcePolicy,
    /// KEDA, for the variables that its triggers name.
    EnvSource,
}

impl Reader {
    /// Whether it knows containers of this role.
    pub fn knows(self, role: ContainerRole) -> bool {
        match self {
            // `resource.findContainerInPod`; `validateEphemeralContainers`; `validatePodFailurePolicyRule`.
            Self::DownwardApi | Self::Debugger | Self::FailurePolicy => role != ContainerRole::Ephemeral,
            Self::Kubectl => true,
            // What runs to its end has no metrics for long, and VPA recommends for what it sees running.
            Self::Metric | Self::ResourcePolicy => {
                matches!(role, ContainerRole::Main | ContainerRole::Sidecar)
            }
            // `ResolveContainerEnv` of KEDA.
            Self::EnvSource => role == ContainerRole::Main,
        }
    }
}

/// One place that names a container.
#[derive(Clone, Copy, Debug)]
pub struct ContainerUse<'p> {
    /// Who reads it.
    pub reader: Reader,
    /// The scalar that holds the name.
    pub name: NodeRef<'p>,
}

/// The fields of a pod, or of the Job that it is made by, that name one of its containers.
pub fn container_uses(template: PodTemplate<'_>) -> impl Iterator<Item = ContainerUse<'_>> {
    let of_env = template.containers().flat_map(|container: Container<'_>| items(container.node, "env"));
    let of_env = of_env.filter_map(|env| env.get("valueFrom"));
    let of_files = items(template.spec, "volumes").flat_map(|volume| {
        let projected = volume.get("projected").into_iter().flat_map(|source| items(source, "sources"));
        let sources = std::iter::once(volume).chain(projected).filter_map(|source| source.get("downwardAPI"));
        sources.flat_map(|source| items(source, "items"))
    });
    let downward = of_env.chain(of_files);
    let downward = downward.filter_map(|from| from.get("resourceFieldRef")?.get("containerName"));
    let downward = downward.map(|name| ContainerUse { reader: Reader::DownwardApi, name });
    let debuggers =
        items(template.spec, "ephemeralContainers").filter_map(|one| one.get("targetContainerName"));
    let debuggers = debuggers.map(|name| ContainerUse { reader: Reader::Debugger, name });
    let annotation = template.node.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let annotation = annotation.and_then(|annotations| annotations.get(DEFAULT_CONTAINER));
    let annotation = annotation.map(|name| ContainerUse { reader: Reader::Kubectl, name });
    downward.chain(debuggers).chain(annotation).chain(uses_of_maker(template.owner))
}

/// The fields of the object that makes a pod, outside of the template, that name one of its containers.
fn uses_of_maker(owner: ObjectRef<'_>) -> impl Iterator<Item = ContainerUse<'_>> {
    let policy = match owner.kind() {
        Kind::Job => owner.get("spec.podFailurePolicy"),
        Kind::CronJob => owner.get("spec.jobTemplate.spec.podFailurePolicy"),
        _ => None,
    };
    let rules = policy.into_iter().flat_map(|policy| items(policy, "rules"));
    let rules = rules.filter_map(|rule| rule.get("onExitCodes")?.get("containerName"));
    let rules = rules.map(|name| ContainerUse { reader: Reader::FailurePolicy, name });
    let is_scaled_job = owner.kind() == Kind::ScaledJob;
    let source = is_scaled_job.then(|| owner.get("spec.envSourceContainerName")).flatten();
    rules.chain(source.map(|name| ContainerUse { reader: Reader::EnvSource, name }))
}

/// The fields of an object that name a container of the workload which it scales: that of the reference in
/// `spec.scaleTargetRef` or `spec.targetRef`.
pub fn uses_of_scaler(scaler: ObjectRef<'_>) -> Vec<ContainerUse<'_>> {
    match scaler.kind() {
        Kind::HorizontalPodAutoscaler => {
            let metrics = items(scaler.root(), "spec.metrics");
            let named = metrics.filter_map(|metric| metric.get("containerResource")?.get("container"));
            named.map(|name| ContainerUse { reader: Reader::Metric, name }).collect()
        }
        Kind::VerticalPodAutoscaler => {
            let policies = items(scaler.root(), "spec.resourcePolicy.containerPolicies");
            let named = policies.filter_map(|policy| policy.get("containerName"));
            let named = named.filter(|name| name.content() != "*");
            named.map(|name| ContainerUse { reader: Reader::ResourcePolicy, name }).collect()
        }
        Kind::ScaledObject => {
            let source = scaler.get("spec.scaleTargetRef.envSourceContainerName");
            let source = source.map(|name| ContainerUse { reader: Reader::EnvSource, name });
            // The scalers `cpu` and `memory` hand theirs on to the autoscaler that KEDA makes.
            let triggers = items(scaler.root(), "spec.triggers").filter(|trigger| {
                trigger.get("type").is_some_and(|kind| matches!(kind.content(), "cpu" | "memory"))
            });
            let named = triggers.filter_map(|trigger| trigger.get("metadata")?.get("containerName"));
            source
                .into_iter()
                .chain(named.map(|name| ContainerUse { reader: Reader::Metric, name }))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn items<'p>(node: NodeRef<'p>, path: &str) -> impl Iterator<Item = NodeRef<'p>> {
    node.get_path(path).into_iter().flat_map(NodeRef::items)
}
