//! Pods that are alike to the plugins that look at one node at a time share their verdicts.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::plan::pod::PodTemplate;
use crate::plan::scheduler::plugins::{image_locality, node_affinity, node_resources, taint_toleration};
use crate::plan::scheduler::state::SchedulerState;

/// The local score of a node that is not feasible.
pub(super) const INFEASIBLE: i16 = -1;

/// A template, compared by what the plugins of a single node read.
pub(super) struct ClassKey(pub(super) Arc<PodTemplate>);

impl PartialEq for ClassKey {
    fn eq(&self, other: &ClassKey) -> bool {
        let (left, right) = (&self.0, &other.0);
        left.requests == right.requests
            && left.node_name == right.node_name
            && left.tolerations == right.tolerations
            && left.node_selector == right.node_selector
            && left.required_node_affinity == right.required_node_affinity
            && left.preferred_node_affinity == right.preferred_node_affinity
            && left.host_ports == right.host_ports
            && left.images == right.images
    }
}

impl Eq for ClassKey {}

impl Hash for ClassKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.requests.hash(state);
        self.0.node_name.hash(state);
        self.0.tolerations.hash(state);
        self.0.node_selector.hash(state);
        self.0.required_node_affinity.hash(state);
        self.0.preferred_node_affinity.hash(state);
        self.0.host_ports.hash(state);
        self.0.images.hash(state);
    }
}

/// The verdicts of the single-node plugins for equal pods, kept up to date with the nodes that changed.
pub(super) struct Class {
    template: Arc<PodTemplate>,
    /// Why the node is refused whatever runs on it: an index into `reasons`.
    pub(super) refusal: Vec<Option<u16>>,
    /// The reasons of `refusal`.
    pub(super) reasons: Vec<String>,
    /// Whether the pod's node affinity names the node; empty if it names none, and so means all.
    pub(super) is_named: Vec<bool>,
    /// The points of images; empty if they are the same everywhere.
    images: Vec<i16>,
    /// The points of images where they are the same everywhere.
    images_everywhere: i16,
    /// The score of fit, balance and images together, or `INFEASIBLE`.
    pub(super) local: Vec<i16>,
    /// Raw numbers of taints that the pod would rather avoid; empty if they are the same on all nodes in question.
    pub(super) soft_taints: Vec<i64>,
    /// Raw weights of preferences that the nodes meet; empty if they are the same on all nodes in question.
    pub(super) preferences: Vec<i64>,
    /// How many entries of the log of changes `local` knows.
    synced: usize,
}

impl Class {
    pub(super) fn new(state: &SchedulerState<'_>, template: &Arc<PodTemplate>, log: &[u32]) -> Class {
        let nodes = &state.cluster.nodes;
        let mut reasons: Vec<String> = Vec::new();
        let mut refusal = Vec::with_capacity(nodes.len());
        for node in nodes {
            let rejection = taint_toleration::filter_unschedulable(template, node)
                .or_else(|| node_affinity::filter_name(template, node))
                .or_else(|| taint_toleration::filter(template, node))
                .or_else(|| node_affinity::filter(template, node));
            refusal.push(rejection.and_then(|rejection| rejection.reasons.into_iter().next()).map(
                |reason| {
                    let known = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
                        reasons.push(reason);
                        reasons.len() - 1
                    });
                    // Nodes refuse with a handful of reasons: one for each distinct taint, and three more.
                    u16::try_from(known).unwrap_or(u16::MAX)
                },
            ));
        }
        let names =
            template.required_node_affinity.as_ref().and_then(|affinity| affinity.node_names.as_ref());
        let is_named: Vec<bool> = names
            .map(|names| nodes.iter().map(|node| names.contains(&node.name)).collect())
            .unwrap_or_default();
        let in_question = |index: usize| refusal[index].is_none() && is_named.get(index) != Some(&false);
        let varying = |scores: Vec<i64>| {
            let mut relevant =
                (0..nodes.len()).filter(|&index| in_question(index)).map(|index| scores[index]);
            let first = relevant.next();
            let varies = first.is_some_and(|first| relevant.any(|score| score != first));
            if varies { scores } else { Vec::new() }
        };
        let soft_taints = varying(nodes.iter().map(|node| taint_toleration::score(template, node)).collect());
        let preferences =
            varying(nodes.iter().map(|node| node_affinity::score(template, node).unwrap_or(0)).collect());
        let images: Vec<i16> = nodes
            .iter()
            .map(|node| i16::try_from(image_locality::score(state, template, node)).unwrap_or(0))
            .collect();
        let images_everywhere = images.first().copied().unwrap_or(0);
        let are_the_same = images.iter().all(|&points| points == images_everywhere);
        let mut class = Class {
            template: template.clone(),
            local: vec![INFEASIBLE; nodes.len()],
            refusal,
            reasons,
            is_named,
            images: if are_the_same { Vec::new() } else { images },
            images_everywhere,
            soft_taints,
            preferences,
            synced: log.len(),
        };
        for node in 0..nodes.len() {
            class.update(state, node);
        }
        class
    }

    /// Brings `local` up to date with the nodes that changed since the last time.
    pub(super) fn sync(&mut self, state: &SchedulerState<'_>, log: &[u32]) {
        if log.len() - self.synced > self.local.len() {
            for node in 0..self.local.len() {
                self.update(state, node);
            }
        } else {
            for &node in &log[self.synced..] {
                self.update(state, node as usize);
            }
        }
        self.synced = log.len();
    }

    fn update(&mut self, state: &SchedulerState<'_>, index: usize) {
        if self.refusal[index].is_some() || self.is_named.get(index) == Some(&false) {
            return;
        }
        let (node, node_state) = (&state.cluster.nodes[index], &state.nodes[index]);
        let requests = &self.template.requests;
        let ports_are_free = || {
            let wanted = &self.template.host_ports;
            !wanted.iter().any(|port| node_state.ports.iter().any(|taken| taken.conflicts_with(port)))
        };
        self.local[index] = if node_resources::fits(requests, node, node_state) && ports_are_free() {
            let mut score = node_resources::fit_score(requests, node, node_state);
            if !node_resources::is_best_effort(requests) {
                score += node_resources::balance_score(requests, node, node_state);
            }
            let images = self.images.get(index).copied().unwrap_or(self.images_everywhere);
            // Every plugin gives at most a hundred points.
            i16::try_from(score).unwrap_or(i16::MAX - 100) + images
        } else {
            INFEASIBLE
        };
    }
}
