//! The nodes that a plan is played on: the pods of the base stand where the scheduler puts them, and every pod that a
//! rollout makes looks for a place among them.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;

use crate::parse::object::Program;
use crate::parse::version::Version;
use crate::plan::change::{Identity, ObjectChange, Side, Verdict};
use crate::plan::cluster::Cluster;
use crate::plan::explain::explain;
use crate::plan::gather::{Gathered, Sources, gather, inventory_of_both};
use crate::plan::inventory::inventory;
use crate::plan::pod::Pod;
use crate::plan::preview::{Keep, Obstruction, Preview, Stage, preview};
use crate::plan::question::quota::{QuotaLine, quota_use};
use crate::plan::rollout::workload::Mechanism;
use crate::plan::rollout::{Answer, Generation, Move, PodId, Simulation};
use crate::plan::scheduler::plain::schedule_one;
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::scheduler::{Detail, FitError, Outcome, Placement, queue_order, schedule_on};
use crate::plan::words;
use crate::plan::workload::{ScaleEnd, Workload, expand};

/// The pods of workloads, by who makes them.
pub type Pods = BTreeMap<Identity, Vec<Arc<Pod>>>;

/// The workloads' pods by identity. Kinds that the workloads do not have are not asked for.
pub fn pods_of(workloads: Vec<Workload>) -> Pods {
    let pods = workloads.into_iter().map(|workload| {
        let identity = Identity {
            group: workload.group,
            kind: workload.kind,
            namespace: Some(workload.namespace),
            name: workload.name,
            nth: 0,
        };
        (identity, workload.pods)
    });
    pods.collect()
}

/// Computes the plan on the nodes of an inventory, and of the two sides. What else they hold of a cluster, volumes,
/// classes and Services, is part of it; an autoscaled workload has the fewest pods that it may have.
pub fn on_nodes(base: Side<'_>, head: Side<'_>, nodes: &Program, version: Version) -> Preview {
    let gathered = |program| gather(Sources { program, inventory: nodes });
    let (old, new) = (gathered(base.program), gathered(head.program));
    let mut cluster = inventory(&inventory_of_both(&old, &new)).cluster;
    let mut pods = |gathered: &Gathered| {
        let Gathered { workloads, autoscalers, admission, .. } = gathered;
        pods_of(expand(workloads, autoscalers, admission, ScaleEnd::Minimum, &mut cluster))
    };
    // What the quotas will be, for they are made before the workloads.
    let quotas = new.quotas.clone();
    let (old, new) = (pods(&old), pods(&new));
    let mut stage = ClusterStage::new(&cluster, old, new, quotas);
    preview(base, head, version, Some(&mut stage))
}

/// A cluster with the pods of the base on it.
#[derive(Debug)]
pub struct ClusterStage<'c> {
    state: SchedulerState<'c>,
    old: Pods,
    new: Pods,
    /// Where each pod stands, by namespace and name.
    places: BTreeMap<String, usize>,
    /// All pods that there are, with a node or without, by namespace and name: what quotas count.
    pods: BTreeMap<String, Arc<Pod>>,
    quotas: Vec<core::ResourceQuota>,
    /// The pod that the scheduler refused last.
    refused: Option<Arc<Pod>>,
}

impl<'c> ClusterStage<'c> {
    /// Puts the pods of the base on the cluster, in scheduling order. Those that fit nowhere wait, as they would.
    pub fn new(cluster: &'c Cluster, old: Pods, new: Pods, quotas: Vec<core::ResourceQuota>) -> Self {
        let mut state = SchedulerState::new(cluster);
        let queue: Vec<Arc<Pod>> = old.values().flatten().cloned().collect();
        let placed = schedule_on(&mut state, queue_order(&queue), Detail::Outcome);
        let places = placed.into_iter().filter_map(|placement| match placement.outcome {
            Outcome::Placed(node) => Some((placement.pod.full_name(), node)),
            _ => None,
        });
        let places = places.collect();
        let pods = queue.into_iter().map(|pod| (pod.full_name(), pod)).collect();
        Self { state, old, new, places, pods, quotas, refused: None }
    }

    /// A pod of a rollout. Those beyond what the workload has in the inputs are like the others.
    fn pod(&self, identity: &Identity, mechanism: &Mechanism, id: PodId) -> Option<Arc<Pod>> {
        let pods = match id.generation {
            Generation::Old => self.old.get(identity),
            Generation::New => self.new.get(identity),
        }?;
        match mechanism {
            Mechanism::StatefulSet(rollout) => {
                let start = if id.generation == Generation::Old { rollout.old_start } else { rollout.start };
                pods.get(id.index.checked_sub(start)? as usize).cloned()
            }
            Mechanism::DaemonSet(_) => {
                let pod = pods.get(id.index as usize)?;
                Some(renamed(pod, &mechanism_name(pod, id)))
            }
            Mechanism::Deployment(_) => {
                let pod = pods.get(id.index as usize).or_else(|| pods.first())?;
                let known = id.generation == Generation::Old && (id.index as usize) < pods.len();
                Some(if known { pod.clone() } else { renamed(pod, &mechanism_name_of(identity, id)) })
            }
        }
    }

    fn remove(&mut self, pod: &Pod) {
        let name = pod.full_name();
        self.pods.remove(&name);
        let Some(node) = self.places.remove(&name) else { return };
        let at = self.state.nodes[node].pods.iter().position(|other| other.full_name() == name);
        if let Some(at) = at {
            self.state.remove(node, at);
        }
    }

    /// Whether a pod is refused for its claims where the inventory says nothing of storage: the cluster has a default
    /// class, or volumes, that are not known here.
    fn is_storage_unknown(&self, error: &FitError) -> bool {
        let cluster = self.state.cluster;
        let about_claims = |message: &String| message.to_ascii_lowercase().contains("persistentvolumeclaim");
        cluster.storage_classes.is_empty()
            && cluster.volumes.is_empty()
            && error.pre_filter.as_ref().is_some_and(about_claims)
    }

    /// What the quota admission says to a new pod, in its words (`exceeded quota: ...`).
    fn refusal_of_quotas(&self, pod: &Arc<Pod>) -> Option<String> {
        if self.quotas.is_empty() || self.pods.contains_key(&pod.full_name()) {
            return None;
        }
        let namespace = &pod.template.namespace;
        let own = |other: &&Arc<Pod>| other.template.namespace == *namespace;
        let mut pods: Vec<Arc<Pod>> = self.pods.values().filter(own).cloned().collect();
        for quota in &self.quotas {
            let quota = std::slice::from_ref(quota);
            let before = quota_use(quota, &pods, &[]);
            pods.push(pod.clone());
            let after = quota_use(quota, &pods, &[]);
            pods.pop();
            let alone = quota_use(quota, std::slice::from_ref(pod), &[]);
            let lines =
                before.iter().zip(&after).zip(&alone).flat_map(|((before, after), alone)| {
                    before.lines.iter().zip(&after.lines).zip(&alone.lines)
                });
            let exceeded: Vec<_> = lines
                .filter(|((before, after), _)| after.used > after.hard && after.used > before.used)
                .collect();
            if exceeded.is_empty() {
                continue;
            }
            let list = |amount: &dyn Fn(&QuotaLine, &QuotaLine) -> String| {
                let parts: Vec<String> = exceeded
                    .iter()
                    .map(|((before, _), alone)| format!("{}={}", before.resource, amount(before, alone)))
                    .collect();
                parts.join(",")
            };
            return Some(format!(
                "exceeded quota: {}, requested: {}, used: {}, limited: {}",
                after.first().map_or("", |quota| quota.name.as_str()),
                list(&|_, alone| alone.used.to_string()),
                list(&|before, _| before.used.to_string()),
                list(&|before, _| before.hard.to_string()),
            ));
        }
        None
    }

    fn place(&mut self, pod: Arc<Pod>) -> Answer {
        let name = pod.full_name();
        self.refused = None;
        if let Some(refusal) = self.refusal_of_quotas(&pod) {
            return Answer::Pending(refusal);
        }
        self.pods.insert(name.clone(), pod.clone());
        let Placement { outcome, pod, .. } = schedule_one(&mut self.state, pod, Detail::Outcome);
        match outcome {
            Outcome::Placed(node) => {
                self.places.insert(name, node);
                Answer::Runs(Some(self.state.cluster.nodes[node].name.clone()))
            }
            Outcome::DoesNotFit(error) if self.is_storage_unknown(&error) => Answer::Runs(None),
            Outcome::DoesNotFit(error) => {
                self.refused = Some(pod);
                Answer::Pending(error.to_string())
            }
            Outcome::Gated(gates) => {
                Answer::Pending(format!("held back by the scheduling gates {}", gates.join(", ")))
            }
            Outcome::Failed(message) => Answer::Pending(message),
        }
    }
}

/// The pod of a DaemonSet is known by its node, and there may be an old and a new one on it.
fn mechanism_name(pod: &Pod, id: PodId) -> String {
    match id.generation {
        Generation::Old => pod.name.clone(),
        Generation::New => format!("{}-new", pod.name),
    }
}

fn mechanism_name_of(identity: &Identity, id: PodId) -> String {
    let generation = if id.generation == Generation::Old { "old" } else { "new" };
    format!("{}-{generation}-{}", identity.name, id.index)
}

fn renamed(pod: &Pod, name: &str) -> Arc<Pod> {
    Arc::new(Pod { name: name.to_owned(), template: pod.template.clone() })
}

impl Stage for ClusterStage<'_> {
    fn daemon_nodes(&self, namespace: &str, name: &str) -> u32 {
        let own = |identity: &&Identity| {
            identity.kind == "DaemonSet"
                && identity.namespace.as_deref() == Some(namespace)
                && identity.name == name
        };
        let pods =
            |pods: &Pods| pods.iter().find(|(identity, _)| own(identity)).map_or(0, |(_, pods)| pods.len());
        // A node that only one side selects gets or loses a pod, which is not part of the rolling update.
        pods(&self.old).min(pods(&self.new)) as u32
    }

    fn play(&mut self, change: &ObjectChange, mechanism: &Mechanism, keep: Keep) -> Simulation {
        let before = (keep == Keep::No).then(|| (self.state.clone(), self.places.clone(), self.pods.clone()));
        let identity = &change.identity;
        let simulation = mechanism.simulate(&mut |asked| match asked {
            Move::Place(id) => match self.pod(identity, mechanism, id) {
                Some(pod) => self.place(pod),
                None => Answer::Runs(None),
            },
            Move::Remove(id) => {
                if let Some(pod) = self.pod(identity, mechanism, id) {
                    self.remove(&pod);
                }
                Answer::Runs(None)
            }
        });
        if let Some((state, places, pods)) = before {
            self.state = state;
            self.places = places;
            self.pods = pods;
        }
        simulation
    }

    fn play_scaled(&mut self, change: &ObjectChange, mechanism: &Mechanism) -> Option<Simulation> {
        let Mechanism::Deployment(rollout) = mechanism else { return None };
        let known = self.old.get(&change.identity).map_or(0, Vec::len) as u32;
        let before = (self.state.clone(), self.places.clone(), self.pods.clone());
        let mut fits = known > 0 && rollout.old_replicas > known;
        for index in known..rollout.old_replicas {
            let pod = self.pod(&change.identity, mechanism, PodId::old(index)).filter(|_| fits);
            fits = pod.is_some_and(|pod| matches!(self.place(pod), Answer::Runs(_)));
        }
        let simulation = fits.then(|| self.play(change, mechanism, Keep::Yes));
        (self.state, self.places, self.pods) = before;
        simulation
    }

    fn obstruction(&self) -> Option<Obstruction> {
        let explanation = explain(&self.state, self.refused.as_ref()?)?;
        let nearest = explanation.nearest.as_ref()?;
        Some(Obstruction {
            nearest: words::nearest(self.state.cluster, nearest),
            obstacles: nearest.obstacles.clone(),
        })
    }

    fn apply(&mut self, change: &ObjectChange) -> Vec<(String, String)> {
        if matches!(change.verdict, Verdict::Delete | Verdict::Replace) {
            for pod in self.old.get(&change.identity).cloned().unwrap_or_default() {
                self.remove(&pod);
            }
        }
        let mut pending = Vec::new();
        if matches!(change.verdict, Verdict::Create | Verdict::Replace) {
            for pod in self.new.get(&change.identity).cloned().unwrap_or_default() {
                let name = pod.name.clone();
                if let Answer::Pending(reason) = self.place(pod) {
                    pending.push((name, reason));
                }
            }
        }
        pending
    }
}
