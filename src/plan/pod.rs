//! A pod as the scheduler sees it: everything that a filter or a score reads, parsed once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;

use crate::plan::admission::pod_defaults::set_pod_defaults;
use crate::plan::resources::{PodRequests, Resources, pod_limits, pod_requests, resource_list};
use crate::plan::selector::{Labels, NodeSelector, NodeSelectorTerm, Requirement, Selector};

/// A pod, pending or running. Pods of one workload share their template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pod {
    /// The pod's own name; the namespace is in the template.
    pub name: String,
    /// Everything else.
    pub template: Arc<PodTemplate>,
}

impl Pod {
    /// Reads a pod, with the defaults that the API server fills in. Fields that cannot be parsed make the pod behave
    /// as it would in the scheduler.
    pub fn new(pod: &core::Pod) -> Pod {
        let mut pod = pod.clone();
        set_pod_defaults(&mut pod);
        Pod { template: Arc::new(PodTemplate::new(&pod)), name: pod.metadata.name.unwrap_or_default() }
    }

    /// `NAMESPACE/NAME`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.template.namespace, self.name)
    }
}

/// What makes pods equal for the scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PodTemplate {
    /// The namespace, `default` if the pod names none.
    pub namespace: String,
    /// The pod's labels.
    pub labels: Labels,
    /// The controller that owns the pod.
    pub controller: Option<Controller>,
    /// The priority; 0 if admission set none.
    pub priority: i32,
    /// Whether the pod may push others off a node (`preemptionPolicy` is not `Never`).
    pub may_preempt: bool,
    /// The node that the pod asks for by name.
    pub node_name: Option<String>,
    /// Names of the gates that hold the pod back.
    pub scheduling_gates: Vec<String>,
    /// Whether the pod is being deleted.
    pub is_terminating: bool,
    /// What the pod requests.
    pub requests: PodRequests,
    /// The taints that the pod tolerates.
    pub tolerations: Vec<Toleration>,
    /// The labels that its node must have.
    pub node_selector: Vec<Requirement>,
    /// The terms of which its node must meet one.
    pub required_node_affinity: Option<RequiredNodeAffinity>,
    /// What it prefers of a node, with weights; or why that cannot be read. `None` if nothing is preferred.
    pub preferred_node_affinity: Option<Result<Vec<(i64, NodeSelectorTerm)>, String>>,
    /// Its affinity to other pods; or why that cannot be read.
    pub affinity: Result<PodAffinity, String>,
    /// How it is spread; or why that cannot be read.
    pub spread: Result<Vec<SpreadConstraint>, String>,
    /// Whether the pod states any constraint of its own, and so takes none of the defaults.
    pub has_spread_constraints: bool,
    /// The ports of the node that it occupies.
    pub host_ports: Vec<HostPort>,
    /// The images of its containers, normalised, in order.
    pub images: Vec<String>,
    /// The volumes that matter for scheduling.
    pub volumes: Vec<PodVolume>,
    /// What only quotas look at.
    pub quota: QuotaFacts,
    /// How many resource claims the pod has; they are counted, not simulated.
    pub resource_claims: usize,
}

/// What quotas count and select pods by, beside requests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct QuotaFacts {
    /// The sum of the limits.
    pub limits: Resources,
    /// Whether no container requests or limits CPU or memory.
    pub is_best_effort: bool,
    /// Whether the pod is to end at a deadline.
    pub has_deadline: bool,
    /// The PriorityClass by name.
    pub priority_class: Option<String>,
}

/// The owner that controls a pod (`metav1.GetControllerOf`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Controller {
    /// Group and version, as written.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The name, in the pod's namespace.
    pub name: String,
}

/// A toleration (`v1.Toleration`); absent texts are empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Toleration {
    /// The taint's key; empty for every key.
    pub key: String,
    /// `Equal`, `Exists`, `Lt`, `Gt`, or empty for `Equal`.
    pub operator: String,
    /// The taint's value.
    pub value: String,
    /// The taint's effect; empty for every effect.
    pub effect: String,
}

/// The node affinity that must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequiredNodeAffinity {
    /// The parsed terms.
    pub selector: NodeSelector,
    /// The nodes that the terms name with `metadata.name`, if every term names some
    /// (what `NodeAffinity.PreFilter` works out).
    pub node_names: Option<BTreeSet<String>>,
}

/// Affinity and anti-affinity to other pods.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PodAffinity {
    /// Terms that must hold.
    pub required: Vec<AffinityTerm>,
    /// Terms that must not hold.
    pub required_anti: Vec<AffinityTerm>,
    /// Terms that give points.
    pub preferred: Vec<(i32, AffinityTerm)>,
    /// Terms that cost points.
    pub preferred_anti: Vec<(i32, AffinityTerm)>,
    /// Whether the pod states any affinity to pods, be it empty (`podWithAffinity`).
    pub is_stated: bool,
}

/// One term of an affinity (`framework.AffinityTerm`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AffinityTerm {
    /// The namespaces of the pods meant.
    pub namespaces: BTreeSet<String>,
    /// Namespaces by their labels.
    pub namespace_selector: Selector,
    /// The pods meant.
    pub selector: Selector,
    /// The label of nodes that makes a domain.
    pub topology_key: String,
}

impl AffinityTerm {
    /// Whether the term means a pod; `namespace_labels` are those of the pod's namespace, and none where the selector
    /// of namespaces was already resolved (`AffinityTerm.Matches`).
    pub fn matches(&self, namespace: &str, labels: &Labels, namespace_labels: &Labels) -> bool {
        (self.namespaces.contains(namespace) || self.namespace_selector.matches(namespace_labels))
            && self.selector.matches(labels)
    }
}

/// How pods are spread over domains (`v1.TopologySpreadConstraint`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpreadConstraint {
    /// How far a domain may be above the lowest.
    pub max_skew: i32,
    /// The label of nodes that makes a domain.
    pub topology_key: String,
    /// Whether the constraint must hold (`DoNotSchedule`), or only gives points.
    pub is_required: bool,
    /// The pods that are counted, `matchLabelKeys` merged in.
    pub selector: Selector,
    /// The number of domains below which the lowest counts as empty.
    pub min_domains: i32,
    /// Whether only nodes that the pod's node affinity allows are counted.
    pub honors_node_affinity: bool,
    /// Whether only nodes whose taints the pod tolerates are counted.
    pub honors_taints: bool,
}

/// A port that a pod occupies on its node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPort {
    /// The address; `0.0.0.0` means all.
    pub ip: String,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The port.
    pub port: i32,
}

impl HostPort {
    /// Whether two ports cannot be on the same node (`HostPortInfo.CheckConflict`).
    pub fn conflicts_with(&self, other: &HostPort) -> bool {
        self.port == other.port
            && self.protocol == other.protocol
            && (self.ip == "0.0.0.0" || other.ip == "0.0.0.0" || self.ip == other.ip)
    }
}

/// A volume of a pod that can decide where the pod goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PodVolume {
    /// A claim by name.
    Claim(String),
    /// A claim that belongs to the pod: `POD-VOLUME`.
    Ephemeral {
        /// The claim's name.
        claim: String,
    },
    /// A Google disk: shared only when every pod only reads.
    GcePersistentDisk {
        /// The disk's name.
        name: String,
        /// Whether the pod only reads.
        read_only: bool,
    },
    /// An Amazon disk: never shared.
    AwsElasticBlockStore {
        /// The volume's id.
        id: String,
    },
    /// An iSCSI target: shared only when every pod only reads.
    Iscsi {
        /// The target's name.
        iqn: String,
        /// Whether the pod only reads.
        read_only: bool,
    },
    /// A Ceph image: shared only when every pod only reads.
    Rbd {
        /// Addresses of the monitors.
        monitors: Vec<String>,
        /// The pool.
        pool: String,
        /// The image.
        image: String,
        /// Whether the pod only reads.
        read_only: bool,
    },
}

impl PodTemplate {
    /// Reads everything but the name, of a pod that has its defaults.
    fn new(pod: &core::Pod) -> PodTemplate {
        let empty = core::PodSpec::default();
        let spec = pod.spec.as_ref().unwrap_or(&empty);
        let namespace = namespace_or_default(pod.metadata.namespace.as_deref());
        let labels = pod.metadata.labels.clone().unwrap_or_default();
        let affinity = pod_affinity(&namespace, spec);
        let constraints = spec.topology_spread_constraints.as_deref().unwrap_or_default();
        let spread = constraints.iter().map(|constraint| spread_constraint(constraint, &labels)).collect();
        let node_affinity = spec.affinity.as_ref().and_then(|affinity| affinity.node_affinity.as_ref());
        PodTemplate {
            controller: controller_of(pod),
            priority: spec.priority.unwrap_or(0),
            may_preempt: spec.preemption_policy.as_deref() != Some("Never"),
            node_name: spec.node_name.clone().filter(|name| !name.is_empty()),
            scheduling_gates: spec.scheduling_gates.iter().flatten().map(|gate| gate.name.clone()).collect(),
            is_terminating: pod.metadata.deletion_timestamp.is_some(),
            requests: pod_requests(pod),
            tolerations: spec.tolerations.iter().flatten().map(toleration).collect(),
            node_selector: match Selector::from_pairs(spec.node_selector.as_ref().unwrap_or(&BTreeMap::new()))
            {
                Selector::All(requirements) => requirements,
                Selector::Nothing => Vec::new(),
            },
            required_node_affinity: node_affinity
                .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref())
                .map(required_node_affinity),
            preferred_node_affinity: node_affinity
                .and_then(|affinity| affinity.preferred_during_scheduling_ignored_during_execution.as_deref())
                .map(preferred_node_affinity),
            affinity,
            spread,
            has_spread_constraints: !constraints.is_empty(),
            host_ports: spec.containers.iter().flat_map(host_ports).collect(),
            images: images(spec),
            volumes: volumes(pod, spec),
            quota: QuotaFacts {
                limits: pod_limits(pod),
                is_best_effort: is_best_effort(spec),
                has_deadline: spec.active_deadline_seconds.is_some(),
                priority_class: spec.priority_class_name.clone(),
            },
            resource_claims: spec.resource_claims.as_ref().map_or(0, Vec::len),
            namespace,
            labels,
        }
    }

    /// Whether a taint is tolerated (`TolerationsTolerateTaint`).
    pub fn tolerates(&self, taint: &crate::plan::node::Taint) -> bool {
        self.tolerations.iter().any(|toleration| toleration.tolerates(taint))
    }

    /// Whether the node meets the pod's node selector and required node affinity (`RequiredNodeAffinity.Match`).
    pub fn matches_node(&self, name: &str, labels: &Labels) -> bool {
        self.node_selector.iter().all(|requirement| requirement.matches(labels))
            && self
                .required_node_affinity
                .as_ref()
                .is_none_or(|affinity| affinity.selector.matches(name, labels))
    }
}

impl Toleration {
    /// Whether the toleration covers a taint (`Toleration.ToleratesTaint`).
    pub fn tolerates(&self, taint: &crate::plan::node::Taint) -> bool {
        if !self.effect.is_empty() && self.effect != taint.effect {
            return false;
        }
        if !self.key.is_empty() && self.key != taint.key {
            return false;
        }
        match self.operator.as_str() {
            "" | "Equal" => self.value == taint.value,
            "Exists" => true,
            _ => false,
        }
    }
}

/// The namespace of an object that may name none.
pub fn namespace_or_default(namespace: Option<&str>) -> String {
    namespace.filter(|namespace| !namespace.is_empty()).unwrap_or("default").to_owned()
}

fn controller_of(pod: &core::Pod) -> Option<Controller> {
    let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
    let owner = owners.iter().find(|owner| owner.controller == Some(true))?;
    Some(Controller {
        api_version: owner.api_version.clone(),
        kind: owner.kind.clone(),
        name: owner.name.clone(),
    })
}

/// Whether the pod is of the lowest class of service: nobody requests or limits CPU or memory (`ComputePodQOS`).
fn is_best_effort(spec: &core::PodSpec) -> bool {
    let containers = spec.init_containers.iter().flatten().chain(&spec.containers);
    let all =
        containers.map(|container| container.resources.as_ref()).chain([spec.resources.as_ref()]).flatten();
    let lists = all.flat_map(|resources| [resources.requests.as_ref(), resources.limits.as_ref()]).flatten();
    let mut amounts = lists.flat_map(|list| resource_list(Some(list)));
    !amounts.any(|(name, quantity)| (name == "cpu" || name == "memory") && !quantity.is_zero())
}

fn toleration(toleration: &core::Toleration) -> Toleration {
    Toleration {
        key: toleration.key.clone().unwrap_or_default(),
        operator: toleration.operator.clone().unwrap_or_default(),
        value: toleration.value.clone().unwrap_or_default(),
        effect: toleration.effect.clone().unwrap_or_default(),
    }
}

/// Parses the terms and works out the nodes that they name (`NodeAffinity.PreFilter`).
fn required_node_affinity(selector: &core::NodeSelector) -> RequiredNodeAffinity {
    let mut all_names = BTreeSet::new();
    let mut every_term_names_nodes = !selector.node_selector_terms.is_empty();
    for term in &selector.node_selector_terms {
        let named = term.match_fields.iter().flatten();
        let named = named.filter(|field| field.key == "metadata.name" && field.operator == "In");
        let names = named.map(|field| field.values.iter().flatten().cloned().collect::<BTreeSet<String>>());
        match names.reduce(|left, right| left.intersection(&right).cloned().collect()) {
            Some(names) => all_names.extend(names),
            None => every_term_names_nodes = false,
        }
    }
    RequiredNodeAffinity {
        selector: NodeSelector::parse(selector),
        node_names: every_term_names_nodes.then_some(all_names),
    }
}

fn preferred_node_affinity(
    terms: &[core::PreferredSchedulingTerm],
) -> Result<Vec<(i64, NodeSelectorTerm)>, String> {
    let mut parsed = Vec::with_capacity(terms.len());
    for term in terms.iter().filter(|term| term.weight != 0) {
        if let Some(preference) = NodeSelectorTerm::parse(&term.preference)? {
            parsed.push((i64::from(term.weight), preference));
        }
    }
    Ok(parsed)
}

fn pod_affinity(namespace: &str, spec: &core::PodSpec) -> Result<PodAffinity, String> {
    let Some(affinity) = &spec.affinity else {
        return Ok(PodAffinity::default());
    };
    let parse = |terms: Option<&Vec<core::PodAffinityTerm>>| {
        terms.into_iter().flatten().map(|term| affinity_term(namespace, term)).collect::<Result<Vec<_>, _>>()
    };
    let parse_weighted = |terms: Option<&Vec<core::WeightedPodAffinityTerm>>| {
        let terms = terms.into_iter().flatten();
        terms
            .map(|term| Ok((term.weight, affinity_term(namespace, &term.pod_affinity_term)?)))
            .collect::<Result<Vec<_>, String>>()
    };
    let to = affinity.pod_affinity.as_ref();
    let anti = affinity.pod_anti_affinity.as_ref();
    let within = |part: &'static str| move |error: String| format!("{part}: {error}");
    Ok(PodAffinity {
        required: parse(to.and_then(|to| to.required_during_scheduling_ignored_during_execution.as_ref()))
            .map_err(within("requiredAffinityTerms"))?,
        required_anti: parse(
            anti.and_then(|anti| anti.required_during_scheduling_ignored_during_execution.as_ref()),
        )
        .map_err(within("requiredAntiAffinityTerms"))?,
        preferred: parse_weighted(
            to.and_then(|to| to.preferred_during_scheduling_ignored_during_execution.as_ref()),
        )
        .map_err(within("preferredAffinityTerms"))?,
        preferred_anti: parse_weighted(
            anti.and_then(|anti| anti.preferred_during_scheduling_ignored_during_execution.as_ref()),
        )
        .map_err(within("preferredAntiAffinityTerms"))?,
        is_stated: to.is_some() || anti.is_some(),
    })
}

/// Parses a term (`framework.newAffinityTerm`). `matchLabelKeys` and `mismatchLabelKeys` are merged into the selector
/// by the API server, not here.
fn affinity_term(namespace: &str, term: &core::PodAffinityTerm) -> Result<AffinityTerm, String> {
    let named = term.namespaces.as_deref().unwrap_or_default();
    let namespaces = if named.is_empty() && term.namespace_selector.is_none() {
        BTreeSet::from([namespace.to_owned()])
    } else {
        named.iter().cloned().collect()
    };
    Ok(AffinityTerm {
        namespaces,
        namespace_selector: Selector::from_label_selector(term.namespace_selector.as_ref())?,
        selector: Selector::from_label_selector(term.label_selector.as_ref())?,
        topology_key: term.topology_key.clone(),
    })
}

/// Parses a constraint (`filterTopologySpreadConstraints`).
fn spread_constraint(
    constraint: &core::TopologySpreadConstraint,
    labels: &Labels,
) -> Result<SpreadConstraint, String> {
    let mut selector = Selector::from_label_selector(constraint.label_selector.as_ref())?;
    if let Selector::All(requirements) = &mut selector {
        let keys = constraint.match_label_keys.iter().flatten();
        requirements.extend(keys.filter_map(|key| Some(Requirement::equals(key, labels.get(key)?))));
    }
    Ok(SpreadConstraint {
        max_skew: constraint.max_skew,
        topology_key: constraint.topology_key.clone(),
        is_required: constraint.when_unsatisfiable == "DoNotSchedule",
        selector,
        min_domains: constraint.min_domains.unwrap_or(1),
        honors_node_affinity: constraint
            .node_affinity_policy
            .as_deref()
            .is_none_or(|policy| policy == "Honor"),
        honors_taints: constraint.node_taints_policy.as_deref() == Some("Honor"),
    })
}

fn host_ports(container: &core::Container) -> impl Iterator<Item = HostPort> + '_ {
    container.ports.iter().flatten().filter_map(|port| {
        let number = port.host_port.filter(|&number| number > 0)?;
        let or = |text: &Option<String>, default: &str| {
            text.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| default.to_owned())
        };
        Some(HostPort { ip: or(&port.host_ip, "0.0.0.0"), protocol: or(&port.protocol, "TCP"), port: number })
    })
}

/// The images of all containers, with the tag that is implied (`normalizedImageName`).
fn images(spec: &core::PodSpec) -> Vec<String> {
    let containers = spec.init_containers.iter().flatten().chain(&spec.containers);
    containers
        .map(|container| normalized_image_name(container.image.as_deref().unwrap_or_default()))
        .collect()
}

/// Adds `:latest` to an image without a tag (`normalizedImageName`).
pub fn normalized_image_name(name: &str) -> String {
    if name.rfind(':') <= name.rfind('/') {
        return format!("{name}:latest");
    }
    name.to_owned()
}

fn volumes(pod: &core::Pod, spec: &core::PodSpec) -> Vec<PodVolume> {
    let volumes = spec.volumes.iter().flatten();
    volumes
        .filter_map(|volume| {
            if let Some(claim) = &volume.persistent_volume_claim {
                return Some(PodVolume::Claim(claim.claim_name.clone()));
            }
            if volume.ephemeral.is_some() {
                let pod_name = pod.metadata.name.as_deref().unwrap_or_default();
                return Some(PodVolume::Ephemeral { claim: format!("{pod_name}-{}", volume.name) });
            }
            if let Some(disk) = &volume.gce_persistent_disk {
                let read_only = disk.read_only.unwrap_or(false);
                return Some(PodVolume::GcePersistentDisk { name: disk.pd_name.clone(), read_only });
            }
            if let Some(disk) = &volume.aws_elastic_block_store {
                return Some(PodVolume::AwsElasticBlockStore { id: disk.volume_id.clone() });
            }
            if let Some(target) = &volume.iscsi {
                let read_only = target.read_only.unwrap_or(false);
                return Some(PodVolume::Iscsi { iqn: target.iqn.clone(), read_only });
            }
            let rbd = volume.rbd.as_ref()?;
            Some(PodVolume::Rbd {
                monitors: rbd.monitors.clone(),
                // The API server fills in the pool `rbd`.
                pool: rbd.pool.clone().unwrap_or_else(|| "rbd".to_owned()),
                image: rbd.image.clone(),
                read_only: rbd.read_only.unwrap_or(false),
            })
        })
        .collect()
}
