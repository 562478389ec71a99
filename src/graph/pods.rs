//! Every pod template of the input with its labels, and the index by which a selector finds its pods.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::graph::hash::{Index, digest};
use crate::graph::is_patch;
use crate::graph::selector::{Operator, Selector};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::source::FileId;

/// The label of every Namespace that holds its name (`v1.LabelMetadataName`).
pub const NAMESPACE_NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The labels of an object, and those that a controller will add to its pods.
#[derive(Clone, Debug, Default)]
pub struct Labels<'p> {
    pairs: Vec<(Cow<'p, str>, &'p str)>,
    /// Those that some of the pods have for a while.
    passing: Vec<(Cow<'p, str>, &'p str)>,
    /// The workload whose controller adds labels to the pods that it makes.
    maker: Option<ObjectRef<'p>>,
}

impl<'p> Labels<'p> {
    /// The labels of a `labels` mapping; none for another node.
    pub fn of(node: Option<NodeRef<'p>>) -> Self {
        Self { pairs: pairs_of(node).collect(), ..Self::default() }
    }

    /// The labels of a Namespace: those that it is given, and its name, which the API server adds
    /// (`SetDefaults_Namespace`).
    pub fn of_namespace(namespace: ObjectRef<'p>) -> Self {
        let mut labels = Self::of(namespace.labels());
        labels.pairs.retain(|(key, _)| key != NAMESPACE_NAME_LABEL);
        labels.pairs.push((Cow::Borrowed(NAMESPACE_NAME_LABEL), namespace.name()));
        labels
    }

    /// The one label that a namespace of a name has for certain.
    pub fn of_namespace_named(name: &'p str) -> Self {
        Self { pairs: vec![(Cow::Borrowed(NAMESPACE_NAME_LABEL), name)], ..Self::default() }
    }

    /// All pairs as written, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'p str)> {
        self.pairs.iter().map(|(key, value)| (&**key, *value))
    }

    /// The value of a key as written.
    pub fn get(&self, key: &str) -> Option<&'p str> {
        self.pairs.iter().find(|(own, _)| own == key).map(|(_, value)| *value)
    }

    /// Whether the label is there, or may be.
    pub fn has_key(&self, key: &str) -> bool {
        self.get(key).is_some()
            || self.passing.iter().any(|(own, _)| own == key)
            || self.maker.is_some_and(|maker| made_label(maker, key).is_some())
    }

    /// Whether the label is there and may have this value.
    pub fn has(&self, key: &str, value: &str) -> bool {
        if self.passing.iter().any(|(own, passing)| own == key && *passing == value) {
            return true;
        }
        match (self.get(key), self.maker) {
            (Some(own), _) => own == value,
            (None, Some(maker)) => {
                made_label(maker, key).is_some_and(|made| made.allows(maker.name(), value))
            }
            (None, None) => false,
        }
    }
}

fn pairs_of<'p>(node: Option<NodeRef<'p>>) -> impl Iterator<Item = (Cow<'p, str>, &'p str)> {
    let entries = node.into_iter().flat_map(NodeRef::entries);
    entries.filter(|(_, value)| value.is_scalar()).map(|(key, value)| (key.key(), value.content()))
}

/// The value of a label that a controller adds to pods.
#[derive(Clone, Copy)]
enum MadeLabel {
    /// The name of the workload.
    OwnerName,
    /// The name of the workload, a hyphen, and more: an ordinal, or the time of a CronJob.
    PodName,
    /// A number.
    Number,
    /// A hash or an identity that nobody knows beforehand.
    Unknowable,
}

impl MadeLabel {
    fn allows(self, owner: &str, value: &str) -> bool {
        match self {
            Self::OwnerName => value == owner,
            Self::PodName => {
                let rest = value.strip_prefix(owner).and_then(|rest| rest.strip_prefix('-'));
                rest.is_some_and(is_number)
            }
            Self::Number => is_number(value),
            Self::Unknowable => true,
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Labels that controllers add: `statefulSetControl` (`setPodRevision`, `initIdentity`), the Job controller
/// (`newPodTemplate`), the ReplicaSets of a Deployment, and DaemonSets.
fn made_label(maker: ObjectRef<'_>, key: &str) -> Option<MadeLabel> {
    Some(match (maker.kind(), key) {
        (Kind::StatefulSet, "statefulset.kubernetes.io/pod-name") => MadeLabel::PodName,
        (Kind::StatefulSet, "apps.kubernetes.io/pod-index") => MadeLabel::Number,
        (Kind::StatefulSet | Kind::DaemonSet, "controller-revision-hash") => MadeLabel::Unknowable,
        (Kind::DaemonSet, "pod-template-generation") => MadeLabel::Number,
        (Kind::Deployment, "pod-template-hash") => MadeLabel::Unknowable,
        (Kind::Rollout, "rollouts-pod-template-hash") => MadeLabel::Unknowable,
        (Kind::Job, "job-name" | "batch.kubernetes.io/job-name") => MadeLabel::OwnerName,
        (Kind::CronJob, "job-name" | "batch.kubernetes.io/job-name") => MadeLabel::PodName,
        (Kind::Job | Kind::CronJob, "batch.kubernetes.io/job-completion-index") => MadeLabel::Number,
        (Kind::Job | Kind::CronJob, "controller-uid" | "batch.kubernetes.io/controller-uid") => {
            MadeLabel::Unknowable
        }
        (Kind::ScaledJob | Kind::Other, key) => return operator_label(maker.group(), key),
        _ => return None,
    })
}

/// Labels that the operators of custom workloads add: `MakeDeployment` of OpenShift, the revisions of Knative, the CloneSets
/// and Advanced StatefulSets of OpenKruise, the Jobs of a ScaledJob. Of any operator, those in the domain of its API group.
fn operator_label(group: &str, key: &str) -> Option<MadeLabel> {
    let is_known = match group {
        "apps.openshift.io" if key == "deploymentconfig" => return Some(MadeLabel::OwnerName),
        "apps.openshift.io" => key == "deployment",
        "serving.knative.dev" => key == "app",
        "apps.kruise.io" => matches!(
            key,
            "controller-revision-hash"
                | "statefulset.kubernetes.io/pod-name"
                | "apps.kubernetes.io/pod-index"
        ),
        "keda.sh" => key == "job-name" || key == "controller-uid" || key.starts_with("batch.kubernetes.io/"),
        _ => false,
    };
    (is_known || is_in_domain(key, group)).then_some(MadeLabel::Unknowable)
}

/// Whether a label's prefix is an API group, or a domain below it.
fn is_in_domain(key: &str, group: &str) -> bool {
    let Some((domain, _)) = key.split_once('/') else { return false };
    let above = domain.strip_suffix(group);
    !group.is_empty() && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
}

/// The pods that an object is or makes.
#[derive(Clone, Debug)]
pub struct Pod<'p> {
    /// Where they are described.
    pub template: PodTemplate<'p>,
    /// The namespace that they live in.
    pub namespace: &'p str,
    /// The labels that they carry.
    pub labels: Labels<'p>,
}

impl<'p> Pod<'p> {
    /// The object that is the pod or makes the pods.
    pub fn owner(&self) -> ObjectRef<'p> {
        self.template.owner
    }
}

/// The pod that comes nearest to what a selector asks for.
#[derive(Clone, Copy, Debug)]
pub struct NearMiss<'g, 'p> {
    /// The pod.
    pub pod: &'g Pod<'p>,
    /// All that keeps it from being selected is one slip of the pen in one key or value.
    pub is_typo: bool,
}

/// All pods, found by namespace and by label pair.
#[derive(Debug, Default)]
pub(super) struct PodIndex<'p> {
    pods: Vec<Pod<'p>>,
    by_namespace: Index<u32>,
    by_pair: Index<u32>,
    by_key: Index<u32>,
    by_owner: Vec<(ObjectId, u32)>,
    /// By pair alone. Few ask for it, so it is made only then.
    by_pair_anywhere: OnceLock<Index<u32>>,
    /// The API groups of the custom resources that make pods.
    operators: Vec<&'p str>,
}

impl<'p> PodIndex<'p> {
    pub(super) fn new(program: &'p Program, patches: &[FileId]) -> Self {
        // A PodTemplate object makes no pods by itself.
        let makes_pods =
            |object: &ObjectRef<'_>| object.kind() != Kind::PodTemplate && !is_patch(*object, patches);
        let owners = program.objects().filter(makes_pods);
        let pods: Vec<Pod<'p>> = owners.filter_map(pod).collect();
        let (mut by_namespace, mut by_pair, mut by_key) = (Vec::new(), Vec::new(), Vec::new());
        for (index, pod) in (0u32..).zip(&pods) {
            by_namespace.push((digest(&[pod.namespace]), index));
            let passing = pod.labels.passing.iter().map(|(key, value)| (&**key, *value));
            for (key, value) in pod.labels.iter().chain(passing) {
                by_pair.push((digest(&[pod.namespace, key, value]), index));
                by_key.push((digest(&[pod.namespace, key]), index));
            }
        }
        let by_owner = (0u32..).zip(&pods).map(|(index, pod)| (pod.owner().id, index)).collect();
        let custom = pods.iter().map(Pod::owner).filter(|owner| owner.custom_template().is_some());
        let mut operators: Vec<_> = custom.map(ObjectRef::group).collect();
        operators.sort_unstable();
        operators.dedup();
        Self {
            by_namespace: Index::new(by_namespace),
            by_pair: Index::new(by_pair),
            by_key: Index::new(by_key),
            by_owner,
            by_pair_anywhere: OnceLock::new(),
            operators,
            pods,
        }
    }

    pub(super) fn all(&self) -> &[Pod<'p>] {
        &self.pods
    }

    pub(super) fn of(&self, owner: ObjectId) -> Option<&Pod<'p>> {
        let at = self.by_owner.binary_search_by_key(&owner, |(id, _)| *id).ok()?;
        Some(&self.pods[self.by_owner[at].1 as usize])
    }

    pub(super) fn in_namespace<'g>(&'g self, namespace: &'g str) -> impl Iterator<Item = &'g Pod<'p>> {
        let hits = self.by_namespace.get(digest(&[namespace]));
        hits.iter()
            .map(|(_, index)| &self.pods[*index as usize])
            .filter(move |pod| pod.namespace == namespace)
    }

    /// The pods of a namespace that a selector matches, in order. Looks only at those that have the rarest of the pairs
    /// that it asks for.
    pub(super) fn select<'g>(
        &'g self,
        namespace: &'g str,
        selector: &'g Selector<'p>,
    ) -> impl Iterator<Item = &'g Pod<'p>> {
        let candidates = self.candidates(namespace, selector);
        candidates
            .iter()
            .map(|(_, index)| &self.pods[*index as usize])
            .filter(move |pod| pod.namespace == namespace && selector.matches(&pod.labels))
    }

    /// The pods of all namespaces that a selector matches, in order; none for a selector without pairs.
    pub(super) fn select_anywhere<'g>(
        &'g self,
        selector: &'g Selector<'p>,
    ) -> impl Iterator<Item = &'g Pod<'p>> {
        let index = self.by_pair_anywhere.get_or_init(|| {
            let pods = (0u32..).zip(&self.pods);
            let pairs =
                pods.flat_map(|(at, pod)| pod.labels.iter().map(move |pair| (digest(&[pair.0, pair.1]), at)));
            Index::new(pairs.collect())
        });
        let pairs = selector.requirements.iter().filter_map(|requirement| match requirement.operator {
            Operator::Is(value) => Some(index.get(digest(&[&requirement.key, value]))),
            _ => None,
        });
        let candidates = pairs.min_by_key(|hits| hits.len()).unwrap_or_default();
        let pods = candidates.iter().map(|(_, at)| &self.pods[*at as usize]);
        pods.filter(|pod| selector.matches(&pod.labels))
    }

    fn candidates(&self, namespace: &str, selector: &Selector<'_>) -> &[(u64, u32)] {
        let mut best = self.by_namespace.get(digest(&[namespace]));
        for requirement in &selector.requirements {
            if CONTROLLER_KEYS.contains(&&*requirement.key)
                || self.operators.iter().any(|group| operator_label(group, &requirement.key).is_some())
            {
                continue;
            }
            let hits = match &requirement.operator {
                Operator::Is(value) => self.by_pair.get(digest(&[namespace, &requirement.key, value])),
                Operator::In(_) | Operator::Exists => self.by_key.get(digest(&[namespace, &requirement.key])),
                Operator::NotIn(_) | Operator::DoesNotExist => continue,
            };
            if hits.len() < best.len() {
                best = hits;
            }
        }
        best
    }

    /// The number of pods that have a pair, which says how telling it is.
    pub(super) fn count(&self, namespace: &str, key: &str, value: &str) -> usize {
        self.by_pair.get(digest(&[namespace, key, value])).len()
    }

    /// The pod of a namespace that comes nearest to a selector which matches none; `None` where none is near: no term is
    /// fulfilled and none is missed by a slip only.
    pub(super) fn nearest<'g>(
        &'g self,
        namespace: &'g str,
        selector: &Selector<'p>,
    ) -> Option<NearMiss<'g, 'p>> {
        let misses = self.in_namespace(namespace).map(|pod| (selector.miss(&pod.labels), pod));
        // `min_by_key` takes the first of equals, so the answer does not depend on anything but the input's order.
        let (miss, pod) = misses.min_by_key(|(miss, _)| *miss)?;
        let is_near = miss == 1 || selector.failing(&pod.labels).count() < selector.requirements.len();
        is_near.then_some(NearMiss { pod, is_typo: miss == 1 })
    }
}

/// Keys that [`made_label`] answers for: pods have them without their being in the index.
const CONTROLLER_KEYS: &[&str] = &[
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

fn pod(owner: ObjectRef<'_>) -> Option<Pod<'_>> {
    let template = PodTemplate::of(owner)?;
    let mut labels = Labels::of(template.labels());
    labels.maker = (owner.kind() != Kind::Pod).then_some(owner);
    if owner.kind() == Kind::Rollout {
        labels.passing = passing_labels(owner);
    }
    Some(Pod { template, namespace: owner.namespace().unwrap_or_default(), labels })
}

/// The labels that a Rollout puts on the pods of one of its two versions (`CanaryStrategy`, `BlueGreenStrategy`), and on those
/// of the experiments that it makes (`RolloutExperimentTemplate`).
fn passing_labels(rollout: ObjectRef<'_>) -> Vec<(Cow<'_, str>, &str)> {
    let metadata = [
        "spec.strategy.canary.canaryMetadata",
        "spec.strategy.canary.stableMetadata",
        "spec.strategy.blueGreen.activeMetadata",
        "spec.strategy.blueGreen.previewMetadata",
    ];
    let versions = metadata.iter().filter_map(|path| rollout.get(path));
    let steps = rollout.get("spec.strategy.canary.steps").into_iter().flat_map(NodeRef::items);
    let templates = steps.filter_map(|step| step.get_path("experiment.templates")).flat_map(NodeRef::items);
    let trials = templates.filter_map(|template| template.get("metadata"));
    let labels = versions.chain(trials).filter_map(|metadata| metadata.get("labels"));
    labels.flat_map(|labels| pairs_of(Some(labels))).collect()
}
