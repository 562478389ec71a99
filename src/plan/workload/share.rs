//! How many pods are made of each workload: all of them, but where the input asks for more than can be placed in
//! seconds.

use crate::plan::cluster::Cluster;
use crate::plan::workload::{Autoscalers, ScaleEnd, WorkloadObject, job, scale_of};

/// How many pods of a workload are made at most: more than Kubernetes is built for in a whole cluster.
pub const MOST_PODS: usize = 200_000;
/// How many pods are made in all.
const MOST_IN_ALL: usize = 500_000;
/// How many times a node is looked at for a pod, over all pods and nodes: 5,000 nodes and 200,000 pods.
const MOST_LOOKS: usize = 1_000_000_000;

/// As how many pods one counts that is made by itself, because it is like no other one.
const SINGLE: usize = 4;
/// As how many pods one counts that has claims of its own: every node is looked at with every plugin.
const WITH_CLAIMS: usize = 40;

/// What a workload asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan::workload) struct Demand {
    /// The number of pods; for a DaemonSet, of nodes on which it may run.
    pub(in crate::plan::workload) pods: usize,
    weight: usize,
}

/// What an object asks for at one end of its autoscaler, if it has one.
pub(in crate::plan::workload) fn demand(
    object: &WorkloadObject,
    name: (&str, &str),
    autoscalers: &Autoscalers,
    end: ScaleEnd,
    cluster: &Cluster,
) -> Demand {
    let (namespace, name) = name;
    let replicas = || {
        let scale = scale_of(autoscalers, object.kind(), namespace, name);
        number(scale.map_or(object.stated_replicas().unwrap_or(1), |scale| scale.at(end)))
    };
    let (pods, weight) = match object {
        WorkloadObject::Deployment(object) => (replicas(), alike(&object.spec.template)),
        WorkloadObject::ReplicaSet(object) => (replicas(), object.spec.template.as_ref().map_or(1, alike)),
        WorkloadObject::ReplicationController(object) => {
            let template = object.spec.as_ref().and_then(|spec| spec.template.as_ref());
            (replicas(), template.map_or(1, alike))
        }
        WorkloadObject::StatefulSet(object) => {
            let has_claims = object.spec.volume_claim_templates.as_ref().is_some_and(|list| !list.is_empty());
            (replicas(), if has_claims { WITH_CLAIMS } else { alike(&object.spec.template).max(SINGLE) })
        }
        WorkloadObject::DaemonSet(object) => (cluster.nodes.len(), alike(&object.spec.template).max(SINGLE)),
        WorkloadObject::Job(object) => object.spec.as_ref().map_or((0, 1), of_job),
        WorkloadObject::CronJob(object) => object.spec.job_template.spec.as_ref().map_or((0, 1), of_job),
        WorkloadObject::Custom(object) => (replicas(), alike(&object.template)),
        WorkloadObject::Pod(_) | WorkloadObject::AdmittedPod(_) => (1, 1),
    };
    Demand { pods, weight }
}

fn of_job(spec: &k8s_openapi::api::batch::v1::JobSpec) -> (usize, usize) {
    let is_indexed = spec.completion_mode.as_deref() == Some("Indexed");
    let weight = alike(&spec.template);
    (number(job::pods_at_once(spec)), if is_indexed { weight.max(SINGLE) } else { weight })
}

/// The weight of pods that are alike but for their volumes.
fn alike(template: &k8s_openapi::api::core::v1::PodTemplateSpec) -> usize {
    let volumes = template.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
    let has_claims = volumes
        .into_iter()
        .any(|volume| volume.ephemeral.is_some() || volume.persistent_volume_claim.is_some());
    if has_claims { WITH_CLAIMS } else { 1 }
}

fn number(count: i32) -> usize {
    usize::try_from(count).unwrap_or(0)
}

/// How many pods of each workload are made. Where the sum is too much, the largest are cut until it is not, so that
/// small workloads are made whole.
pub(in crate::plan::workload) fn shares(demands: &[Demand], nodes: usize) -> Vec<usize> {
    let budget = (MOST_LOOKS / nodes.max(1)).min(MOST_IN_ALL);
    let mut costs: Vec<usize> =
        demands.iter().map(|demand| demand.pods.min(MOST_PODS) * demand.weight).collect();
    costs.sort_unstable();
    // The level up to which everybody gets what it asks for.
    let mut left = budget;
    let mut level = usize::MAX;
    for (index, &cost) in costs.iter().enumerate() {
        let sharing = costs.len() - index;
        if cost > left / sharing {
            level = left / sharing;
            break;
        }
        left -= cost;
    }
    let share = |demand: &Demand| demand.pods.min(MOST_PODS).min((level / demand.weight).max(1));
    demands.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(pods: &[usize], nodes: usize) -> Vec<usize> {
        let demands: Vec<Demand> = pods.iter().map(|&pods| Demand { pods, weight: 1 }).collect();
        shares(&demands, nodes)
    }

    #[test]
    fn what_can_be_placed_is_made_whole() {
        assert_eq!(shared(&[150_000, 3, 0], 5_000), [150_000, 3, 0]);
        assert_eq!(shared(&[50; 3_000], 5_000), vec![50; 3_000]);
    }

    #[test]
    fn the_largest_are_cut_first() {
        assert_eq!(shared(&[2_000_000_000], 3), [MOST_PODS]);
        assert_eq!(shared(&[200_000, 200_000, 200_000, 10], 3), [166_663, 166_663, 166_663, 10]);
        assert_eq!(shared(&[200_000; 10_000], 20_000), vec![5; 10_000]);
    }

    #[test]
    fn pods_that_take_longer_count_for_more() {
        let demands = [Demand { pods: 200_000, weight: WITH_CLAIMS }, Demand { pods: 5, weight: 1 }];
        assert_eq!(shares(&demands, 5_000), [(200_000 - 5) / WITH_CLAIMS, 5]);
    }
}
