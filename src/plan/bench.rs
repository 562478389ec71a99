//! Large made-up clusters, to measure the scheduler on.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use crate::plan::cluster::Cluster;
use crate::plan::inventory::{InventoryObjects, NodePool, NodePoolMetadata, NodePoolSpec, inventory};
use crate::plan::pod::{Pod, PodTemplate};
use crate::plan::scheduler::{Detail, Outcome, schedule};

/// How many pods an app has.
const PODS_PER_APP: usize = 50;

/// What the pods of a measurement ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Requests only.
    Plain,
    /// An even spread over the zones, per app, that must hold.
    Spread,
    /// No two pods of an app on a node.
    Anti,
}

/// A cluster and the pods to place on it.
#[derive(Debug, Clone)]
pub struct Bench {
    /// The nodes: 32 CPU, 128Gi and 110 pods each, in three zones.
    pub cluster: Cluster,
    /// The pods: 500m and 512Mi each, fifty to an app.
    pub pods: Vec<Arc<Pod>>,
}

/// Makes a cluster and pods.
pub fn bench(nodes: u32, pods: usize, mix: Mix) -> Bench {
    let quantity = |text: &str| Quantity(text.to_owned());
    let pool = NodePool {
        metadata: NodePoolMetadata { name: "node".to_owned() },
        spec: NodePoolSpec {
            count: nodes,
            zones: ["a", "b", "c"].map(str::to_owned).to_vec(),
            allocatable: BTreeMap::from([
                ("cpu".to_owned(), quantity("32")),
                ("memory".to_owned(), quantity("128Gi")),
                ("pods".to_owned(), quantity("110")),
            ]),
            ..NodePoolSpec::default()
        },
    };
    let objects = InventoryObjects { node_pools: vec![pool], ..InventoryObjects::default() };
    let mut made = Vec::with_capacity(pods);
    let mut template: Option<Arc<PodTemplate>> = None;
    for index in 0..pods {
        if index % PODS_PER_APP == 0 {
            template = Some(Pod::new(&app_pod(index / PODS_PER_APP, mix)).template);
        }
        if let Some(template) = &template {
            made.push(Arc::new(Pod { name: format!("pod-{index}"), template: template.clone() }));
        }
    }
    Bench { cluster: inventory(&objects).cluster, pods: made }
}

impl Bench {
    /// Places the pods and says how many found a node.
    pub fn run(&self) -> usize {
        let placements = schedule(&self.cluster, &self.pods, Detail::Outcome);
        placements.iter().filter(|placement| matches!(placement.outcome, Outcome::Placed(_))).count()
    }
}

fn app_pod(app: usize, mix: Mix) -> core::Pod {
    let labels = BTreeMap::from([("app".to_owned(), format!("app-{app}"))]);
    let selector = LabelSelector { match_labels: Some(labels.clone()), ..LabelSelector::default() };
    let requests = BTreeMap::from([
        ("cpu".to_owned(), Quantity("500m".to_owned())),
        ("memory".to_owned(), Quantity("512Mi".to_owned())),
    ]);
    let container = core::Container {
        name: "main".to_owned(),
        image: Some("registry.example.com/app:v1".to_owned()),
        resources: Some(core::ResourceRequirements { requests: Some(requests), ..Default::default() }),
        ..core::Container::default()
    };
    let mut spec = core::PodSpec { containers: vec![container], ..core::PodSpec::default() };
    match mix {
        Mix::Plain => {}
        Mix::Spread => {
            spec.topology_spread_constraints = Some(vec![core::TopologySpreadConstraint {
                max_skew: 1,
                topology_key: "topology.kubernetes.io/zone".to_owned(),
                when_unsatisfiable: "DoNotSchedule".to_owned(),
                label_selector: Some(selector),
                ..core::TopologySpreadConstraint::default()
            }]);
        }
        Mix::Anti => {
            let term = core::PodAffinityTerm {
                topology_key: "kubernetes.io/hostname".to_owned(),
                label_selector: Some(selector),
                ..core::PodAffinityTerm::default()
            };
            let anti = core::PodAntiAffinity {
                required_during_scheduling_ignored_during_execution: Some(vec![term]),
                ..core::PodAntiAffinity::default()
            };
            spec.affinity =
                Some(core::Affinity { pod_anti_affinity: Some(anti), ..core::Affinity::default() });
        }
    }
    core::Pod {
        metadata: ObjectMeta { labels: Some(labels), ..ObjectMeta::default() },
        spec: Some(spec),
        status: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mix_fits() {
        for mix in [Mix::Plain, Mix::Spread, Mix::Anti] {
            assert_eq!(bench(60, 600, mix).run(), 600, "{mix:?}");
        }
    }
}
