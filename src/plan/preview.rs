//! The whole plan: what changes, how each workload rolls out, and what could go wrong on the way.

pub mod risk;
pub mod stage;

use serde_json::Value;

use crate::parse::kind::Kind;
use crate::parse::version::Version;
use crate::plan::change::{ChangeSet, ObjectChange, Side, Verdict, compare};
use crate::plan::explain::Obstacle;
use crate::plan::preview::risk::Risk;
use crate::plan::rollout::workload::{Effect, Mechanism, Workload, read};
use crate::plan::rollout::{End, Nodes, Simulation, everywhere};

/// What would happen if the one side became the other.
#[derive(Debug)]
pub struct Preview {
    /// The objects that change, in order.
    pub set: ChangeSet,
    /// The rollouts, in the order of their objects.
    pub rollouts: Vec<Rollout>,
    /// What could go wrong, the gravest first.
    pub risks: Vec<Risk>,
}

/// The rollout of one changed workload.
#[derive(Debug)]
pub struct Rollout {
    /// Its object: an index into [`ChangeSet::changes`].
    pub change: usize,
    /// What happens to what runs.
    pub workload: Workload,
    /// The steps, for workloads whose pods are replaced or scaled; `None` for a DaemonSet where nodes are not known.
    pub simulation: Option<Simulation>,
    /// The least time of the whole, in seconds.
    pub least_seconds: u64,
}

impl Rollout {
    /// The mechanism, where pods are replaced or scaled.
    pub fn mechanism(&self) -> Option<&Mechanism> {
        match &self.workload.effect {
            Effect::Pods(mechanism) => Some(mechanism),
            _ => None,
        }
    }
}

/// The cluster that rollouts are played on.
pub trait Stage {
    /// The number of nodes that have pods of a DaemonSet, by namespace and name.
    fn daemon_nodes(&self, namespace: &str, name: &str) -> u32;

    /// Plays the rollout of an updated workload, with a node for each pod, and keeps how it ends. `keep` says whether
    /// what it changed stays; otherwise it was a question.
    fn play(&mut self, change: &ObjectChange, mechanism: &Mechanism, keep: Keep) -> Simulation;

    /// Plays the rollout of a Deployment that its autoscaler has scaled to so many pods, and forgets it again. `None` if
    /// the pods do not all fit to begin with.
    fn play_scaled(&mut self, change: &ObjectChange, mechanism: &Mechanism) -> Option<Simulation>;

    /// What stands in the way of the pod that was refused last; `None` if no node was looked at.
    fn obstruction(&self) -> Option<Obstruction>;

    /// Makes the pods of a workload that is created or replaced, deletes those that are gone. The pods that fit nowhere,
    /// with the reasons.
    fn apply(&mut self, change: &ObjectChange) -> Vec<(String, String)>;
}

/// Why a pod has no node.
#[derive(Clone, Debug)]
pub struct Obstruction {
    /// What stands in the way on the node that comes nearest.
    pub obstacles: Vec<Obstacle>,
    /// The same in words: `nearest is general-0: ...`.
    pub nearest: String,
}

/// Whether a rollout that was played has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The pods are where it left them.
    Yes,
    /// The pods are where they were.
    No,
}

/// Computes the plan. With a stage, every pod that is made is placed; rollouts are played one after the other, in order.
pub fn preview(base: Side<'_>, head: Side<'_>, version: Version, stage: Option<&mut dyn Stage>) -> Preview {
    let set = compare(base, head, version);
    let mut rollouts = Vec::new();
    let mut risks = Vec::new();
    let mut stage = stage;
    for (index, change) in set.changes.iter().enumerate() {
        if change.verdict != Verdict::Update {
            if let Some(stage) = &mut stage {
                let pending = stage.apply(change);
                risks.extend(risk::of_pending(index, change, pending));
            }
            continue;
        }
        let Some(mut workload) = read(change.kind, &change.before_value, &change.after_value, version) else {
            continue;
        };
        let mut simulation = None;
        let mut least_seconds = 0;
        if let Effect::Pods(mechanism) = &mut workload.effect {
            let scale = scale_of(change, head);
            if let Some((fewest, _)) = scale {
                mechanism.scale(fewest);
            }
            if let (Mechanism::DaemonSet(rollout), Some(stage)) = (&mut *mechanism, &stage) {
                let namespace = change.identity.namespace.as_deref().unwrap_or_default();
                rollout.nodes = stage.daemon_nodes(namespace, &change.identity.name);
            }
            let nodes_known = stage.is_some() || !matches!(mechanism, Mechanism::DaemonSet(_));
            if nodes_known {
                let played = match &mut stage {
                    Some(stage) => {
                        // Where it stalls, the question is asked whether one pod fewer would have made room.
                        let advice = risk::advice(*stage, change, mechanism);
                        let maximum = scale.and_then(|(_, most)| {
                            let mut scaled = *mechanism;
                            scaled.scale(most);
                            Some((stage.play_scaled(change, &scaled)?, scaled))
                        });
                        let played = stage.play(change, mechanism, Keep::Yes);
                        if let End::Stalled(_) = played.end {
                            let why = (advice, stage.obstruction());
                            risks.extend(risk::of_stall(index, change, head, mechanism, &played, why));
                        } else if let Some((scaled, mechanism)) = &maximum {
                            risks.extend(risk::of_maximum(index, change, head, mechanism, scaled));
                        }
                        played
                    }
                    None => mechanism.simulate(&mut everywhere as &mut Nodes<'_>),
                };
                least_seconds = mechanism.least_seconds(&played, &workload.wait, &workload.end);
                simulation = Some(played);
            }
        }
        risks.extend(risk::of_rollout(index, change, head, &workload, simulation.as_ref()));
        rollouts.push(Rollout { change: index, workload, simulation, least_seconds });
    }
    risks.extend(risk::of_changes(&set, base, head));
    risks.sort_by_key(|risk| (risk.severity, risk.change));
    Preview { set, rollouts, risks }
}

/// The bounds of the autoscaler of a workload. The number of pods is then its affair, and not the manifest's.
fn scale_of(change: &ObjectChange, head: Side<'_>) -> Option<(u32, u32)> {
    let scalers = head.graph.edges_to(change.after?).map(|edge| head.program.object(edge.from));
    let scaler = scalers.into_iter().find(|object| object.kind() == Kind::HorizontalPodAutoscaler)?;
    let bound = |path| scaler.get(path).and_then(|node| u32::try_from(node.as_i64()?).ok());
    let fewest = bound("spec.minReplicas").unwrap_or(1);
    Some((fewest, bound("spec.maxReplicas").unwrap_or(fewest).max(fewest)))
}

impl Preview {
    /// How many objects have this verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.set.changes.iter().filter(|change| change.verdict == verdict).count()
    }

    /// Whether something in it cannot work.
    pub fn is_blocked(&self) -> bool {
        self.risks.iter().any(|risk| risk.severity == crate::diagnostic::Severity::Error)
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.set.changes.is_empty()
    }
}

/// The pod spec of a workload object, completed.
pub(crate) fn pod_spec(kind: Kind, object: &Value) -> Option<&Value> {
    let path = match kind {
        Kind::Pod => "/spec",
        Kind::CronJob => "/spec/jobTemplate/spec/template/spec",
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::ReplicationController => "/spec/template/spec",
        _ => return None,
    };
    object.pointer(path)
}
