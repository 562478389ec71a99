//! Taints and tolerations.

use crate::plan::node::{Node, Taint};
use crate::plan::pod::PodTemplate;
use crate::plan::scheduler::plugins::unresolvable;
use crate::plan::scheduler::{Plugin, Rejection};

/// The first taint that keeps the pod off the node (`FindMatchingUntoleratedTaint`).
pub(in crate::plan::scheduler) fn untolerated_taint<'n>(
    pod: &PodTemplate,
    node: &'n Node,
) -> Option<&'n Taint> {
    node.taints.iter().find(|taint| taint.keeps_off() && !pod.tolerates(taint))
}

/// Mirrors `TaintToleration.Filter`.
pub(in crate::plan::scheduler) fn filter(pod: &PodTemplate, node: &Node) -> Option<Rejection> {
    let taint = untolerated_taint(pod, node)?;
    let reason = format!("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value);
    Some(unresolvable(Plugin::TaintToleration, &reason))
}

/// Mirrors `NodeUnschedulable.Filter`: a cordon is a taint that may be tolerated.
pub(in crate::plan::scheduler) fn filter_unschedulable(pod: &PodTemplate, node: &Node) -> Option<Rejection> {
    if !node.unschedulable {
        return None;
    }
    let cordon = Taint {
        key: "node.kubernetes.io/unschedulable".to_owned(),
        value: String::new(),
        effect: "NoSchedule".to_owned(),
    };
    if pod.tolerates(&cordon) {
        return None;
    }
    Some(unresolvable(Plugin::NodeUnschedulable, "node(s) were unschedulable"))
}

/// The number of taints that the pod would rather avoid (`countIntolerableTaintsPreferNoSchedule`); low is good.
pub(in crate::plan::scheduler) fn score(pod: &PodTemplate, node: &Node) -> i64 {
    let is_soft = |taint: &&Taint| taint.effect == "PreferNoSchedule";
    let intolerable = node.taints.iter().filter(is_soft).filter(|taint| !pod.tolerates(taint)).count();
    i64::try_from(intolerable).unwrap_or(i64::MAX)
}
