//! The pods of a DaemonSet: one on every node that it may run on.

use std::sync::Arc;

use k8s_openapi::api::{apps::v1 as apps, core::v1 as core};

use crate::plan::admission::pod_creation::AdmissionRefusal;
use crate::plan::node::Node;
use crate::plan::pod::{Pod, PodTemplate, namespace_or_default};
use crate::plan::workload::{Maker, add_label, owner, revision_name};

/// The taints that the pods of a DaemonSet tolerate whatever it states (`AddOrUpdateDaemonPodTolerations`).
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// Makes a pod `NAME-NODE` for every node that the DaemonSet should run on, bound to it by node affinity
/// (`DaemonSetsController.manage`); of no more than `most`, and how many are left out.
pub(in crate::plan::workload) fn daemon_set(
    maker: &mut Maker<'_>,
    set: &apps::DaemonSet,
    most: usize,
    refusals: &mut Vec<AdmissionRefusal>,
) -> (Vec<Arc<Pod>>, usize) {
    let spec = &set.spec;
    let namespace = namespace_or_default(set.metadata.namespace.as_deref());
    let name = set.metadata.name.clone().unwrap_or_default();
    let mut base = maker.pod_of(&spec.template, &namespace, owner("apps/v1", "DaemonSet", &name));
    add_label(&mut base, "controller-revision-hash", &revision_name(&spec.template));
    add_label(&mut base, "pod-template-generation", "1");
    if let Some(spec) = &mut base.spec {
        add_daemon_tolerations(spec);
    }
    let template = Pod::new(&base).template;
    let eligible = maker.cluster.nodes.iter().filter(|node| should_run(&template, node));
    let mut nodes: Vec<String> = eligible.map(|node| node.name.clone()).collect();
    let left_out = nodes.len().saturating_sub(most);
    nodes.truncate(most);
    let mut pods = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut pod = base.clone();
        pod.metadata.name = Some(format!("{name}-{node}"));
        bind_to(&mut pod, node);
        pods.push(maker.single(pod, refusals));
    }
    (pods, left_out)
}

/// Whether a DaemonSet's pod belongs on the node: by name, selector and affinity, and taints
/// (`NodeShouldRunDaemonPod`). A cordon does not keep it away.
fn should_run(template: &PodTemplate, node: &Node) -> bool {
    template.node_name.as_ref().is_none_or(|name| *name == node.name)
        && template.matches_node(&node.name, &node.labels)
        && !node.taints.iter().any(|taint| taint.keeps_off() && !template.tolerates(taint))
}

fn add_daemon_tolerations(spec: &mut core::PodSpec) {
    let network = ("node.kubernetes.io/network-unavailable", "NoSchedule");
    let in_host_network = spec.host_network == Some(true);
    for (key, effect) in TOLERATED.into_iter().chain(in_host_network.then_some(network)) {
        let toleration = core::Toleration {
            key: Some(key.to_owned()),
            operator: Some("Exists".to_owned()),
            effect: Some(effect.to_owned()),
            ..core::Toleration::default()
        };
        let tolerations = spec.tolerations.get_or_insert_default();
        // One with the same key, effect, operator and value is replaced (`AddOrUpdateTolerationInPodSpec`).
        let is_same = |other: &core::Toleration| {
            other.key == toleration.key
                && other.effect == toleration.effect
                && other.operator == toleration.operator
                && other.value.as_deref().unwrap_or_default().is_empty()
        };
        tolerations.retain(|other| !is_same(other));
        tolerations.push(toleration);
    }
}

/// Replaces the required node affinity by the node's name (`ReplaceDaemonSetPodNodeNameNodeAffinity`).
fn bind_to(pod: &mut core::Pod, node: String) {
    let by_name = core::NodeSelectorRequirement {
        key: "metadata.name".to_owned(),
        operator: "In".to_owned(),
        values: Some(vec![node]),
    };
    let term = core::NodeSelectorTerm { match_fields: Some(vec![by_name]), match_expressions: None };
    let affinity = pod.spec.get_or_insert_default().affinity.get_or_insert_default();
    let node_affinity = affinity.node_affinity.get_or_insert_default();
    node_affinity.required_during_scheduling_ignored_during_execution =
        Some(core::NodeSelector { node_selector_terms: vec![term] });
}
