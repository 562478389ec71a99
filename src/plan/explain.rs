//! Why a pod fits nowhere, and what would let it fit: everything that stands in the way on every node, not only what
//! the scheduler names first.

use std::collections::BTreeMap;

use crate::plan::node::{Node, Taint};
use crate::plan::pod::{HostPort, Pod, PodTemplate};
use crate::plan::scheduler::copies::is_independent;
use crate::plan::scheduler::plain::{evaluate, refusal_of};
use crate::plan::scheduler::state::{NodeState, SchedulerState};
use crate::plan::scheduler::{NodeVerdict, Outcome, Plugin};
use crate::plan::selector::{NodeSelectorTerm, Requirement};

/// How many nodes more are tried, each in the whole cluster, for a pod that has to do with other pods.
const MOST_TRIES: usize = 12;

/// One thing that keeps a pod off a node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// The node is cordoned.
    Cordoned,
    /// The pod asks for another node by name.
    OtherNodeName {
        /// The name that it asks for.
        wanted: String,
    },
    /// The pod does not tolerate a taint.
    Taint(Taint),
    /// A label that the pod's node selector wants is missing or different.
    NodeSelector {
        /// What is wanted: one key, one value.
        requirement: Requirement,
        /// The value that the node has.
        found: Option<String>,
    },
    /// No term of the required node affinity matches.
    NodeAffinity {
        /// The term, by index among those that can be read, of which the node fails the least.
        term: usize,
        /// The requirements of that term on labels that the node fails, with the value that it has.
        failed: Vec<(Requirement, Option<String>)>,
    },
    /// A port of the node is taken.
    HostPort(HostPort),
    /// The node takes no more pods.
    PodLimit {
        /// How many it takes.
        allowed: i64,
    },
    /// Too little of a resource is left.
    Resource(Shortage),
    /// Something between pods or with volumes stands in the way: the plugin and its reasons.
    Other {
        /// The plugin.
        plugin: &'static str,
        /// Its reasons, in Kubernetes' words.
        reasons: Vec<String>,
    },
}

/// A resource of which a node has too little left. Amounts are thousandths for `cpu`, bytes or pieces otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shortage {
    /// The resource's name.
    pub resource: String,
    /// What the pod requests.
    pub requested: i64,
    /// What is left on the node; negative if the node is overcommitted.
    pub free: i64,
    /// What the node offers in all.
    pub allocatable: i64,
}

impl Obstacle {
    /// The field of the pod that decides, below `spec`; `None` if it is nothing that the pod states.
    pub fn field(&self) -> Option<String> {
        match self {
            Obstacle::Cordoned | Obstacle::Taint(_) => Some("tolerations".to_owned()),
            Obstacle::OtherNodeName { .. } => Some("nodeName".to_owned()),
            Obstacle::NodeSelector { requirement, .. } => Some(format!("nodeSelector[{}]", requirement.key)),
            Obstacle::NodeAffinity { term, .. } => Some(format!(
                "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[{term}]"
            )),
            Obstacle::HostPort(_) => Some("containers[*].ports".to_owned()),
            Obstacle::PodLimit { .. } => None,
            Obstacle::Resource(shortage) => {
                Some(format!("containers[*].resources.requests[{}]", shortage.resource))
            }
            Obstacle::Other { plugin, .. } => match *plugin {
                "PodTopologySpread" => Some("topologySpreadConstraints".to_owned()),
                "InterPodAffinity" => Some("affinity".to_owned()),
                "VolumeRestrictions" | "NodeVolumeLimits" | "VolumeBinding" | "VolumeZone" => {
                    Some("volumes".to_owned())
                }
                _ => None,
            },
        }
    }

    /// Whether the obstacle is there whatever runs on the cluster.
    pub fn is_permanent(&self) -> bool {
        match self {
            Obstacle::Resource(shortage) => shortage.requested > shortage.allocatable,
            Obstacle::PodLimit { allowed } => *allowed <= 0,
            Obstacle::HostPort(_) | Obstacle::Other { .. } => false,
            _ => true,
        }
    }
}

/// Nodes that the scheduler refuses for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonGroup {
    /// The plugin.
    pub plugin: Plugin,
    /// The reason, in Kubernetes' words.
    pub reason: String,
    /// The nodes: indices into the cluster's nodes.
    pub nodes: Vec<usize>,
}

/// The node that a pod comes nearest to fitting on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearestMiss {
    /// The node: index into the cluster's nodes.
    pub node: usize,
    /// Everything that stands in the way there.
    pub obstacles: Vec<Obstacle>,
}

/// Why a pod fits nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The sentence of kube-scheduler.
    pub message: String,
    /// The nodes by reason, most nodes first.
    pub reasons: Vec<ReasonGroup>,
    /// The nearest miss; `None` if the pod was refused before any node was looked at.
    pub nearest: Option<NearestMiss>,
    /// Pools of which one more node, empty, would take the pod.
    pub pools_that_help: Vec<OneMore>,
}

/// A pool of which one more node would take a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneMore {
    /// The pool.
    pub pool: String,
    /// The zones in which the node must be; empty if any of the pool's zones will do.
    pub zones: Vec<String>,
}

/// Explains why a pod fits nowhere on the cluster as it is; `None` if it does fit.
pub fn explain(state: &SchedulerState<'_>, pod: &Pod) -> Option<Explanation> {
    let evaluation = evaluate(state, pod);
    let Outcome::DoesNotFit(error) = &evaluation.outcome else {
        return None;
    };
    let mut groups: BTreeMap<(Plugin, String), Vec<usize>> = BTreeMap::new();
    for (node, verdict) in evaluation.nodes.iter().flatten() {
        if let NodeVerdict::Rejected(rejection) = verdict {
            for reason in &rejection.reasons {
                groups.entry((rejection.plugin, reason.clone())).or_default().push(*node);
            }
        }
    }
    let mut reasons: Vec<ReasonGroup> =
        groups.into_iter().map(|((plugin, reason), nodes)| ReasonGroup { plugin, reason, nodes }).collect();
    reasons.sort_by_key(|group| std::cmp::Reverse(group.nodes.len()));
    let nearest = evaluation.nodes.as_ref().and_then(|verdicts| nearest_miss(state, pod, verdicts));
    let pools_that_help = pools_that_help(state, pod);
    Some(Explanation { message: error.to_string(), reasons, nearest, pools_that_help })
}

/// The node with the fewest obstacles, and among those the one with the smallest share of requests missing.
fn nearest_miss(
    state: &SchedulerState<'_>,
    pod: &Pod,
    verdicts: &[(usize, NodeVerdict)],
) -> Option<NearestMiss> {
    let mut best: Option<((usize, usize, u64), NearestMiss)> = None;
    for (node, verdict) in verdicts {
        let node = *node;
        let mut obstacles = obstacles_of_node(&pod.template, &state.cluster.nodes[node], &state.nodes[node]);
        if obstacles.is_empty()
            && let NodeVerdict::Rejected(rejection) = verdict
        {
            let (plugin, reasons) = (rejection.plugin.name(), rejection.reasons.clone());
            obstacles.push(Obstacle::Other { plugin, reasons });
        }
        let permanent = obstacles.iter().filter(|obstacle| obstacle.is_permanent()).count();
        let rank = (obstacles.len(), permanent, obstacles.iter().map(missing_share).sum());
        if best.as_ref().is_none_or(|(best, _)| rank < *best) {
            best = Some((rank, NearestMiss { node, obstacles }));
        }
    }
    best.map(|(_, nearest)| nearest)
}

/// How much of a request is missing, in thousandths.
fn missing_share(obstacle: &Obstacle) -> u64 {
    match obstacle {
        Obstacle::Resource(shortage) if shortage.requested > 0 => {
            let missing = i128::from(shortage.requested) - i128::from(shortage.free);
            u64::try_from(missing * 1000 / i128::from(shortage.requested)).unwrap_or(0)
        }
        _ => 1000,
    }
}

/// Everything about a node alone that keeps the pod off it, in the order of the scheduler's plugins.
pub fn obstacles_of_node(pod: &PodTemplate, node: &Node, state: &NodeState) -> Vec<Obstacle> {
    let mut obstacles = Vec::new();
    let cordon = cordon();
    if node.unschedulable && !pod.tolerates(&cordon) {
        obstacles.push(Obstacle::Cordoned);
    }
    if let Some(wanted) = pod.node_name.as_ref().filter(|wanted| **wanted != node.name) {
        obstacles.push(Obstacle::OtherNodeName { wanted: wanted.clone() });
    }
    let untolerated = node.taints.iter().filter(|taint| taint.keeps_off() && !pod.tolerates(taint));
    // A cordon is a taint as well; it is named once.
    obstacles.extend(
        untolerated
            .filter(|taint| !(node.unschedulable && taint.key == cordon.key))
            .cloned()
            .map(Obstacle::Taint),
    );
    for requirement in pod.node_selector.iter().filter(|requirement| !requirement.matches(&node.labels)) {
        let found = node.labels.get(&requirement.key).cloned();
        obstacles.push(Obstacle::NodeSelector { requirement: requirement.clone(), found });
    }
    if let Some(affinity) = &pod.required_node_affinity
        && !affinity.selector.matches(&node.name, &node.labels)
    {
        obstacles.push(failed_affinity(&affinity.selector.terms, node));
    }
    for port in &pod.host_ports {
        if state.ports.iter().any(|taken| taken.conflicts_with(port)) {
            obstacles.push(Obstacle::HostPort(port.clone()));
        }
    }
    if state.pods.len() as i64 >= node.allowed_pods {
        obstacles.push(Obstacle::PodLimit { allowed: node.allowed_pods });
    }
    obstacles.extend(shortages(pod, node, state).into_iter().map(Obstacle::Resource));
    obstacles
}

/// The resources of which the node has too little left for the pod.
pub fn shortages(pod: &PodTemplate, node: &Node, state: &NodeState) -> Vec<Shortage> {
    let (wanted, offered, taken) = (&pod.requests.requested, &node.allocatable, &state.requested);
    let native = [
        ("cpu", wanted.milli_cpu, offered.milli_cpu, taken.milli_cpu),
        ("memory", wanted.memory, offered.memory, taken.memory),
        ("ephemeral-storage", wanted.ephemeral_storage, offered.ephemeral_storage, taken.ephemeral_storage),
    ];
    let scalars = wanted.scalars.iter();
    let scalars =
        scalars.map(|(name, &amount)| (name.as_str(), amount, offered.scalar(name), taken.scalar(name)));
    let short = |&(_, requested, allocatable, taken): &(&str, i64, i64, i64)| {
        requested > 0 && requested > allocatable.saturating_sub(taken)
    };
    let all = native.into_iter().chain(scalars).filter(short);
    all.map(|(resource, requested, allocatable, taken)| Shortage {
        resource: resource.to_owned(),
        requested,
        free: allocatable.saturating_sub(taken),
        allocatable,
    })
    .collect()
}

fn failed_affinity(terms: &[NodeSelectorTerm], node: &Node) -> Obstacle {
    let failed = |term: &NodeSelectorTerm| -> Vec<(Requirement, Option<String>)> {
        let failed = term.labels.iter().filter(|requirement| !requirement.matches(&node.labels));
        failed.map(|requirement| (requirement.clone(), node.labels.get(&requirement.key).cloned())).collect()
    };
    let by_term = terms.iter().map(failed).enumerate();
    // A term whose labels all match fails by a field; it is no nearer than one that fails a label.
    let (term, failed) = by_term.min_by_key(|(_, failed)| failed.len().max(1)).unwrap_or_default();
    Obstacle::NodeAffinity { term, failed }
}

/// The names of the pools, sorted.
pub fn pools<'n>(nodes: impl Iterator<Item = &'n Node>) -> Vec<String> {
    let mut pools: Vec<String> = nodes.filter_map(|node| node.pool.clone()).collect();
    pools.sort();
    pools.dedup();
    pools
}

/// The pools of which one more node, empty, would take the pod.
fn pools_that_help(state: &SchedulerState<'_>, pod: &Pod) -> Vec<OneMore> {
    let keeps_others_away = state.nodes.iter().any(|node| node.with_affinity > 0);
    let must_be_tried = keeps_others_away || !is_independent(&pod.template);
    // Nodes of a pool differ by zone at most; each kind is looked at once.
    let mut kinds: BTreeMap<(&str, Option<&str>), &Node> = BTreeMap::new();
    for node in &state.cluster.nodes {
        if let Some(pool) = node.pool.as_deref() {
            kinds.entry((pool, node.label("topology.kubernetes.io/zone"))).or_insert(node);
        }
    }
    let mut tries = 0;
    let mut helps = |node: &Node| {
        let fresh = fresh_node(node, &state.cluster.nodes);
        if !admits_when_empty(&pod.template, &fresh) {
            return false;
        }
        if !must_be_tried {
            return true;
        }
        tries += 1;
        if tries > MOST_TRIES {
            return false;
        }
        let (mut cluster, _) = state.settled(|_| false);
        cluster.nodes.push(fresh);
        let extended = SchedulerState::new(&cluster);
        refusal_of(&extended, pod, cluster.nodes.len() - 1).is_none()
    };
    let mut by_pool: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for ((pool, zone), node) in kinds {
        let (zones, helpful) = by_pool.entry(pool).or_default();
        *zones += 1;
        if helps(node) {
            helpful.push(zone.unwrap_or_default());
        }
    }
    let one_more = |(pool, (zones, helpful)): (&str, (usize, Vec<&str>))| OneMore {
        pool: pool.to_owned(),
        zones: if helpful.len() < zones {
            helpful.into_iter().map(str::to_owned).collect()
        } else {
            Vec::new()
        },
    };
    by_pool.into_iter().filter(|(_, (_, helpful))| !helpful.is_empty()).map(one_more).collect()
}

/// Whether a node would take the pod if nothing ran anywhere: [`obstacles_of_node`] names nothing permanent.
pub fn admits_when_empty(pod: &PodTemplate, node: &Node) -> bool {
    let has_room = |request: i64, allocatable: i64| request <= 0 || request <= allocatable;
    let (wanted, offered) = (&pod.requests.requested, &node.allocatable);
    pod.node_name.as_ref().is_none_or(|name| *name == node.name)
        && pod.matches_node(&node.name, &node.labels)
        && !node.taints.iter().any(|taint| taint.keeps_off() && !pod.tolerates(taint))
        && (!node.unschedulable || pod.tolerates(&cordon()))
        && node.allowed_pods > 0
        && has_room(wanted.milli_cpu, offered.milli_cpu)
        && has_room(wanted.memory, offered.memory)
        && has_room(wanted.ephemeral_storage, offered.ephemeral_storage)
        && wanted.scalars.iter().all(|(name, &amount)| has_room(amount, offered.scalar(name)))
}

/// The taint that a cordoned node has.
fn cordon() -> Taint {
    Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        value: String::new(),
        effect: "NoSchedule".to_owned(),
    }
}

/// A node like another one, with a name that sorts behind all others.
pub fn fresh_node(like: &Node, nodes: &[Node]) -> Node {
    let mut node = like.clone();
    let last = nodes.last().map_or("", |node| node.name.as_str());
    node.name = format!("{last}~");
    node.unschedulable = false;
    if let Some(hostname) = node.labels.get_mut("kubernetes.io/hostname") {
        hostname.clone_from(&node.name);
    }
    node
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::plan::inventory::{Inventory, InventoryObjects, inventory};

    fn read(nodes: &str, pods: &str) -> Inventory {
        inventory(&InventoryObjects {
            node_pools: serde_yaml::from_str(nodes).unwrap(),
            pods: serde_yaml::from_str(pods).unwrap(),
            ..InventoryObjects::default()
        })
    }

    fn explained(inventory: &Inventory) -> Explanation {
        let state = SchedulerState::new(&inventory.cluster);
        explain(&state, &inventory.pending[0]).unwrap()
    }

    #[test]
    fn the_nearest_miss_is_the_node_with_the_most_free() {
        let inventory = read(
            "[{metadata: {name: general}, spec: {count: 2, allocatable: {cpu: '2', memory: 8Gi}}}]",
            "- {metadata: {name: a}, spec: {nodeName: general-0, containers: [{name: c, resources: {requests: {cpu: '1'}}}]}, status: {phase: Running}}
- {metadata: {name: b}, spec: {nodeName: general-1, containers: [{name: c, resources: {requests: {cpu: 600m}}}]}, status: {phase: Running}}
- {metadata: {name: new}, spec: {containers: [{name: c, resources: {requests: {cpu: '2'}}}]}}
",
        );
        let explanation = explained(&inventory);
        assert_eq!(explanation.message, "0/2 nodes are available: 2 Insufficient cpu.");
        let nearest = explanation.nearest.unwrap();
        assert_eq!(nearest.node, 1);
        let shortage =
            Shortage { resource: "cpu".to_owned(), requested: 2000, free: 1400, allocatable: 2000 };
        assert_eq!(nearest.obstacles, [Obstacle::Resource(shortage)]);
        assert_eq!(explanation.pools_that_help, [OneMore { pool: "general".to_owned(), zones: Vec::new() }]);
    }

    #[test]
    fn every_obstacle_of_a_node_is_named() {
        let inventory = read(
            "[{metadata: {name: db}, spec: {count: 1, allocatable: {cpu: '1', memory: 1Gi}, labels: {disk: hdd}, taints: [{key: dedicated, value: db, effect: NoSchedule}]}}]",
            "[{metadata: {name: new}, spec: {nodeSelector: {disk: ssd}, containers: [{name: c, resources: {requests: {cpu: '2'}}}]}}]",
        );
        let explanation = explained(&inventory);
        let fields: Vec<Option<String>> =
            explanation.nearest.unwrap().obstacles.iter().map(Obstacle::field).collect();
        let fields: Vec<&str> = fields.iter().map(|field| field.as_deref().unwrap()).collect();
        assert_eq!(fields, ["tolerations", "nodeSelector[disk]", "containers[*].resources.requests[cpu]"]);
        assert!(explanation.pools_that_help.is_empty());
    }

    #[test]
    fn a_pod_that_fits_needs_no_explanation() {
        let inventory = read(
            "[{metadata: {name: n}, spec: {count: 1, allocatable: {cpu: '2', memory: 8Gi}}}]",
            "[{metadata: {name: new}, spec: {containers: [{name: c}]}}]",
        );
        let state = SchedulerState::new(&inventory.cluster);
        let pod: &Arc<Pod> = &inventory.pending[0];
        assert_eq!(explain(&state, pod), None);
    }
}
