//! What changes while pods are placed: what each node has left, and which volumes are spoken for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::plan::cluster::Cluster;
use crate::plan::pod::{HostPort, Pod, PodVolume};
use crate::plan::resources::Resources;
use crate::plan::volume::{ClaimReference, Volume};

/// The cluster as it fills up (the scheduler's snapshot and its assume caches).
#[derive(Debug, Clone)]
pub struct SchedulerState<'c> {
    /// The inventory.
    pub cluster: &'c Cluster,
    /// One entry per node of the cluster.
    pub nodes: Vec<NodeState>,
    /// How many placed pods use each claim, by namespace and name.
    pub claim_users: BTreeMap<(String, String), usize>,
    /// The claim that a volume of the cluster was given to by a placement.
    pub given_volumes: BTreeMap<String, ClaimReference>,
    /// The node for which a claim is being provisioned by a placement: index into `nodes`.
    pub selected_nodes: BTreeMap<(String, String), usize>,
    /// The number of nodes that have an image, by normalised name.
    pub image_nodes: BTreeMap<String, usize>,
}

/// What is on a node (`framework.NodeInfo`).
#[derive(Debug, Clone, Default)]
pub struct NodeState {
    /// The sum of the requests.
    pub requested: Resources,
    /// The sum of the CPU that pods count for in scores.
    pub non_zero_milli_cpu: i64,
    /// The sum of the memory that pods count for in scores.
    pub non_zero_memory: i64,
    /// The ports that are taken.
    pub ports: Vec<HostPort>,
    /// The pods, running and placed.
    pub pods: Vec<Arc<Pod>>,
    /// How many of the pods have affinity or anti-affinity to pods (`PodsWithAffinity`).
    pub with_affinity: usize,
}

impl NodeState {
    /// Puts a pod on the node (`NodeInfo.AddPodInfo`).
    pub fn add(&mut self, pod: Arc<Pod>) {
        let requests = &pod.template.requests;
        self.requested.add(&requests.requested);
        self.non_zero_milli_cpu = self.non_zero_milli_cpu.saturating_add(requests.non_zero_milli_cpu);
        self.non_zero_memory = self.non_zero_memory.saturating_add(requests.non_zero_memory);
        self.ports.extend(pod.template.host_ports.iter().cloned());
        self.with_affinity += usize::from(has_affinity(&pod));
        self.pods.push(pod);
    }

    /// Takes the pod at an index off the node and gives it back.
    pub fn remove(&mut self, index: usize) -> Arc<Pod> {
        let pod = self.pods.remove(index);
        self.with_affinity -= usize::from(has_affinity(&pod));
        let requests = &pod.template.requests;
        self.requested.subtract(&requests.requested);
        self.non_zero_milli_cpu = self.non_zero_milli_cpu.saturating_sub(requests.non_zero_milli_cpu);
        self.non_zero_memory = self.non_zero_memory.saturating_sub(requests.non_zero_memory);
        for port in &pod.template.host_ports {
            if let Some(taken) = self.ports.iter().position(|other| other == port) {
                self.ports.swap_remove(taken);
            }
        }
        pod
    }
}

fn has_affinity(pod: &Pod) -> bool {
    pod.template.affinity.as_ref().is_ok_and(|affinity| affinity.is_stated)
}

impl<'c> SchedulerState<'c> {
    /// The state before anything is placed.
    pub fn new(cluster: &'c Cluster) -> SchedulerState<'c> {
        let mut image_nodes: BTreeMap<String, usize> = BTreeMap::new();
        for (name, _) in cluster.nodes.iter().flat_map(|node| &node.images) {
            *image_nodes.entry(name.clone()).or_default() += 1;
        }
        let mut state = SchedulerState {
            cluster,
            nodes: vec![NodeState::default(); cluster.nodes.len()],
            claim_users: BTreeMap::new(),
            given_volumes: BTreeMap::new(),
            selected_nodes: BTreeMap::new(),
            image_nodes,
        };
        for (node, pod) in &cluster.running {
            state.add(*node, pod.clone());
        }
        state
    }

    /// Puts a pod on a node.
    pub fn add(&mut self, node: usize, pod: Arc<Pod>) {
        for volume in &pod.template.volumes {
            if let PodVolume::Claim(claim) = volume {
                let key = (pod.template.namespace.clone(), claim.clone());
                *self.claim_users.entry(key).or_default() += 1;
            }
        }
        self.nodes[node].add(pod);
    }

    /// Takes the pod at an index of a node off it and gives it back.
    pub fn remove(&mut self, node: usize, index: usize) -> Arc<Pod> {
        let pod = self.nodes[node].remove(index);
        for volume in &pod.template.volumes {
            if let PodVolume::Claim(claim) = volume {
                let key = (pod.template.namespace.clone(), claim.clone());
                if let Some(users) = self.claim_users.get_mut(&key) {
                    *users = users.saturating_sub(1);
                }
            }
        }
        pod
    }

    /// The cluster without the nodes that are lost, with everything that was placed running where it was placed, and
    /// the pods that ran on the lost nodes. Volumes stay with the claims that they were given to; a claim that was
    /// to be provisioned on a lost node is free again.
    pub fn settled(&self, is_lost: impl Fn(usize) -> bool) -> (Cluster, Vec<Arc<Pod>>) {
        let mut cluster = self.cluster.clone();
        let mut kept = Vec::new();
        let mut displaced = Vec::new();
        cluster.running.clear();
        for (index, (node, state)) in self.cluster.nodes.iter().zip(&self.nodes).enumerate() {
            if is_lost(index) {
                displaced.extend(state.pods.iter().cloned());
            } else {
                cluster.running.extend(state.pods.iter().map(|pod| (kept.len(), pod.clone())));
                kept.push(node.clone());
            }
        }
        cluster.nodes = kept;
        for (name, claim) in &self.given_volumes {
            if let Some(volume) = cluster.volumes.get_mut(name) {
                volume.claim = Some(claim.clone());
            }
        }
        for (key, &node) in self.selected_nodes.iter().filter(|(_, node)| !is_lost(**node)) {
            if let Some(claim) = cluster.claims.get_mut(key) {
                claim.selected_node = Some(self.cluster.nodes[node].name.clone());
            }
        }
        (cluster, displaced)
    }

    /// The claim that a volume is given to or kept for, placements included.
    pub fn claim_of<'a>(&'a self, volume: &'a Volume) -> Option<&'a ClaimReference> {
        self.given_volumes.get(&volume.name).or(volume.claim.as_ref())
    }
}
