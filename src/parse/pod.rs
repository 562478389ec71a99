//! The pod, or the pod template, that a workload makes its pods of.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::suggest;
use crate::parse::tree::{NodeId, NodeRef};

/// A pod template of an object: for a Pod, the object itself.
#[derive(Clone, Copy, Debug)]
pub struct PodTemplate<'p> {
    /// The object that it belongs to.
    pub owner: ObjectRef<'p>,
    /// The mapping that holds `metadata` and `spec`.
    pub node: NodeRef<'p>,
    /// The pod's `spec`.
    pub spec: NodeRef<'p>,
    lists: [Option<NodeId>; 3],
}

/// Where the pods of an object are described: found once, for every check of pods asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodNodes {
    /// The mapping that holds `metadata` and `spec`.
    pub template: NodeId,
    /// The pod's `spec`.
    pub spec: NodeId,
    /// Its lists of containers, by the places of [`LISTS`].
    lists: [Option<NodeId>; 3],
}

/// The lists of containers in the order in which they start.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A custom resource that carries a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomWorkload {
    /// Its kind, as written in `kind:`.
    pub kind: String,
    /// Its API group; `None` for any.
    pub group: Option<String>,
    /// Where the pod template, or a bare pod spec, stands: keys joined by dots.
    pub path: String,
}

impl CustomWorkload {
    /// Whether it is about this kind.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group.as_deref().is_none_or(|wanted| wanted == group)
    }
}

/// Custom resources that are known to carry one: group, kind and path. By the types of Knative Serving (`ConfigurationSpec`,
/// and `RevisionSpec`, a pod spec with fields of its own), OpenShift (`DeploymentConfigSpec`), OpenKruise
/// (`CloneSetSpec`, `StatefulSetSpec`, `DaemonSetSpec`) and KEDA (`ScaledJobSpec`, in which a `JobSpec` stands).
const CUSTOM_WORKLOADS: &[(&str, &str, &str)] = &[
    ("serving.knative.dev", "Service", "spec.template"),
    ("serving.knative.dev", "Configuration", "spec.template"),
    ("serving.knative.dev", "Revision", ""),
    ("apps.openshift.io", "DeploymentConfig", "spec.template"),
    ("apps.kruise.io", "CloneSet", "spec.template"),
    ("apps.kruise.io", "StatefulSet", "spec.template"),
    ("apps.kruise.io", "DaemonSet", "spec.template"),
    ("keda.sh", "ScaledJob", "spec.jobTargetRef.template"),
];

/// Where the pod template of a custom resource stands, by what is declared, else by what is known.
pub(super) fn custom_template_path<'w>(
    declared: &'w [CustomWorkload],
    group: &str,
    kind: &str,
) -> Option<&'w str> {
    let declared = declared.iter().find(|one| one.is(group, kind));
    let known = || CUSTOM_WORKLOADS.iter().find(|one| (one.0, one.1) == (group, kind)).map(|one| one.2);
    declared.map(|one| one.path.as_str()).or_else(known)
}

/// The list that a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerRole {
    /// `initContainers`, run to the end before the others start.
    Init,
    /// `initContainers` with `restartPolicy: Always`: runs beside the others.
    Sidecar,
    /// `containers`.
    Main,
    /// `ephemeralContainers`, added to a running pod.
    Ephemeral,
}

/// One container of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Container<'p> {
    /// Its mapping.
    pub node: NodeRef<'p>,
    /// The list that it stands in.
    pub role: ContainerRole,
}

impl<'p> Container<'p> {
    /// Its name; empty where it has none.
    pub fn name(self) -> &'p str {
        self.node.get("name").and_then(NodeRef::as_str).unwrap_or_default()
    }

    /// How a message speaks of it. Knative lets the only container of a revision go without a name.
    pub fn title(self) -> String {
        match self.name() {
            "" => "the unnamed container".to_owned(),
            name => format!("container `{name}`"),
        }
    }

    /// Whether a key of the container is nearly, but not quite, this field: it is meant to be there, and that it is
    /// misspelt is another finding.
    pub fn misspells(self, field: &str) -> bool {
        self.node.entries().any(|(key, _)| (1..=2).contains(&suggest::distance(&key.key(), field)))
    }

    /// A field of the container that exists and is not null.
    pub fn get(self, path: &str) -> Option<NodeRef<'p>> {
        self.node.get_path(path).filter(|node| !node.is_null())
    }
}

impl<'p> PodTemplate<'p> {
    /// The pod template of a workload kind, or the Pod itself; `None` where the object makes no pods or has no pod spec.
    pub fn of(owner: ObjectRef<'p>) -> Option<Self> {
        let PodNodes { template, spec, lists } = owner.pod_nodes()?;
        Some(Self { owner, node: owner.file.node(template), spec: owner.file.node(spec), lists })
    }

    /// The labels that its pods carry.
    pub fn labels(self) -> Option<NodeRef<'p>> {
        self.node.get_path("metadata.labels").filter(|labels| labels.is_mapping())
    }

    /// A field of the pod spec that exists and is not null.
    pub fn get(self, path: &str) -> Option<NodeRef<'p>> {
        self.spec.get_path(path).filter(|node| !node.is_null())
    }

    /// All containers: init containers and sidecars first, as they start.
    pub fn containers(self) -> impl Iterator<Item = Container<'p>> {
        let list = |index: usize| {
            let list = self.lists[index].map(|list| self.owner.file.node(list));
            list.into_iter().flat_map(NodeRef::items).filter(|item| item.is_mapping())
        };
        let init = list(0).map(|node| {
            let always = node.get("restartPolicy").and_then(NodeRef::as_str) == Some("Always");
            Container { node, role: if always { ContainerRole::Sidecar } else { ContainerRole::Init } }
        });
        let main = list(1).map(|node| Container { node, role: ContainerRole::Main });
        let ephemeral = list(2).map(|node| Container { node, role: ContainerRole::Ephemeral });
        init.chain(main).chain(ephemeral)
    }
}

/// Where the pods of an object are described. `custom` is the template of a custom resource.
pub(super) fn pod_nodes(kind: Kind, root: NodeRef<'_>, custom: Option<NodeRef<'_>>) -> Option<PodNodes> {
    let template = match template_path(kind) {
        Some("") => root,
        Some(path) => root.get_path(path)?,
        None => custom?,
    };
    // What is declared for a custom resource may be a bare pod spec.
    let is_bare =
        template_path(kind).is_none() && template.get("containers").is_some_and(NodeRef::is_sequence);
    let spec = if is_bare { template } else { template.get("spec").filter(|spec| spec.is_mapping())? };
    let lists = LISTS.map(|list| spec.get(list).map(NodeRef::id));
    Some(PodNodes { template: template.id(), spec: spec.id(), lists })
}

/// Where the pod template stands in an object of this kind: `""` for a Pod.
pub fn template_path(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Pod => Some(""),
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::ReplicationController
        | Kind::Rollout => Some("spec.template"),
        Kind::CronJob => Some("spec.jobTemplate.spec.template"),
        Kind::PodTemplate => Some("template"),
        _ => None,
    }
}
