//! The rollout of a changed workload, read from the object before and after.

use std::fmt;

use serde_json::Value;

use crate::parse::kind::Kind;
use crate::parse::version::Version;
use crate::plan::rollout::amount::Amount;
use crate::plan::rollout::duration::{LeastWait, least_end, least_wait};
use crate::plan::rollout::job::{Concurrency, CronJobEffect, JobEffect, job_effect};
use crate::plan::rollout::{End, Generation, Nodes, PodId, Simulation, daemon_set, deployment, stateful_set};
use crate::plan::value::{at, number_at, text_at};

/// A rollout that can be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// A Deployment.
    Deployment(deployment::Rollout),
    /// A StatefulSet.
    StatefulSet(stateful_set::Rollout),
    /// A DaemonSet; its number of nodes is to be filled in.
    DaemonSet(daemon_set::Rollout),
}

/// What a change does to what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Pods are replaced or scaled.
    Pods(Mechanism),
    /// A Job goes on, with more or fewer pods.
    Job(JobEffect),
    /// A CronJob's next runs differ.
    CronJob(CronJobEffect),
}

/// The rollout of one workload.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Whether the pod template changes: otherwise pods come and go, but none is replaced.
    pub template_changes: bool,
    /// What happens.
    pub effect: Effect,
    /// The least time until a new pod is available.
    pub wait: LeastWait,
    /// The least time until an old pod is gone.
    pub end: LeastWait,
    /// `progressDeadlineSeconds`, for Deployments.
    pub deadline: Option<u64>,
}

/// Reads the rollout of an object that is updated; `None` for kinds that run nothing, and where nothing that runs is
/// concerned. Both sides are completed.
pub fn read(kind: Kind, before: &Value, after: &Value, version: Version) -> Option<Workload> {
    let template_path =
        if kind == Kind::CronJob { "spec.jobTemplate.spec.template" } else { "spec.template" };
    let template_changes = at(before, template_path) != at(after, template_path);
    let (effect, concerned) = match kind {
        Kind::Deployment => {
            let rollout = read_deployment(before, after, template_changes);
            let concerned = rollout.old_replicas != rollout.replicas;
            (Effect::Pods(Mechanism::Deployment(rollout)), concerned)
        }
        Kind::StatefulSet => {
            let rollout = read_stateful_set(before, after, template_changes, version);
            let concerned = (rollout.old_start, rollout.old_replicas) != (rollout.start, rollout.replicas);
            (Effect::Pods(Mechanism::StatefulSet(rollout)), concerned)
        }
        Kind::DaemonSet => {
            (Effect::Pods(Mechanism::DaemonSet(read_daemon_set(after, template_changes))), false)
        }
        Kind::Job => {
            let effect = job_effect(read_job(before), read_job(after));
            (Effect::Job(effect), effect != JobEffect::GoesOn)
        }
        Kind::CronJob => {
            let effect = read_cron_job(before, after);
            (Effect::CronJob(effect), true)
        }
        _ => return None,
    };
    if !concerned && !template_changes {
        return None;
    }
    let spec = at(after, template_path).and_then(|template| template.get("spec"));
    let old_spec = at(before, template_path).and_then(|template| template.get("spec"));
    Some(Workload {
        template_changes,
        effect,
        wait: spec
            .map(|spec| least_wait(spec, number_at(after, "spec.minReadySeconds").unwrap_or(0)))
            .unwrap_or_default(),
        end: old_spec.map(least_end).unwrap_or_default(),
        deadline: number_at(after, "spec.progressDeadlineSeconds").filter(|_| kind == Kind::Deployment),
    })
}

fn count(value: &Value, path: &str, default: u32) -> u32 {
    match at(value, path).and_then(Value::as_i64) {
        Some(number) => u32::try_from(number.max(0)).unwrap_or(u32::MAX),
        None => default,
    }
}

fn amount(value: &Value, path: &str) -> Option<Amount> {
    at(value, path).and_then(Amount::of)
}

fn read_deployment(before: &Value, after: &Value, template_changes: bool) -> deployment::Rollout {
    let strategy = if text_at(after, "spec.strategy.type") == Some("Recreate") {
        deployment::Strategy::Recreate
    } else {
        let field = |name: &str| {
            amount(after, &format!("spec.strategy.rollingUpdate.{name}")).unwrap_or(Amount::Percent(25))
        };
        deployment::Strategy::RollingUpdate {
            max_surge: field("maxSurge"),
            max_unavailable: field("maxUnavailable"),
        }
    };
    deployment::Rollout {
        old_replicas: count(before, "spec.replicas", 1),
        replicas: count(after, "spec.replicas", 1),
        strategy,
        template_changes,
        paused: at(after, "spec.paused") == Some(&Value::Bool(true)),
    }
}

fn read_stateful_set(
    before: &Value,
    after: &Value,
    template_changes: bool,
    version: Version,
) -> stateful_set::Rollout {
    let strategy = if text_at(after, "spec.updateStrategy.type") == Some("OnDelete") {
        stateful_set::Strategy::OnDelete
    } else {
        stateful_set::Strategy::RollingUpdate {
            partition: count(after, "spec.updateStrategy.rollingUpdate.partition", 0),
            max_unavailable: amount(after, "spec.updateStrategy.rollingUpdate.maxUnavailable"),
        }
    };
    let parallel = text_at(after, "spec.podManagementPolicy") == Some("Parallel");
    stateful_set::Rollout {
        old_start: count(before, "spec.ordinals.start", 0),
        old_replicas: count(before, "spec.replicas", 1),
        start: count(after, "spec.ordinals.start", 0),
        replicas: count(after, "spec.replicas", 1),
        strategy,
        management: if parallel {
            stateful_set::Management::Parallel
        } else {
            stateful_set::Management::OrderedReady
        },
        template_changes,
        version,
    }
}

fn read_daemon_set(after: &Value, template_changes: bool) -> daemon_set::Rollout {
    let strategy = if text_at(after, "spec.updateStrategy.type") == Some("OnDelete") {
        daemon_set::Strategy::OnDelete
    } else {
        let field = |name: &str, default| {
            amount(after, &format!("spec.updateStrategy.rollingUpdate.{name}"))
                .unwrap_or(Amount::Pods(default))
        };
        daemon_set::Strategy::RollingUpdate {
            max_surge: field("maxSurge", 0),
            max_unavailable: field("maxUnavailable", 1),
        }
    };
    daemon_set::Rollout { nodes: 0, strategy, template_changes }
}

fn read_job(job: &Value) -> (u32, bool) {
    (count(job, "spec.parallelism", 1), at(job, "spec.suspend") == Some(&Value::Bool(true)))
}

fn read_cron_job(before: &Value, after: &Value) -> CronJobEffect {
    CronJobEffect {
        next_runs_change: at(before, "spec.jobTemplate") != at(after, "spec.jobTemplate"),
        overlap: Concurrency::of(text_at(after, "spec.concurrencyPolicy").unwrap_or_default()),
        suspended: at(after, "spec.suspend") == Some(&Value::Bool(true)),
    }
}

impl Mechanism {
    /// How many pods are wanted after the change; for a DaemonSet on how many nodes.
    pub fn wanted(&self) -> u32 {
        match self {
            Self::Deployment(rollout) => rollout.replicas,
            Self::StatefulSet(rollout) => rollout.replicas,
            Self::DaemonSet(rollout) => rollout.nodes,
        }
    }

    /// An autoscaler decides on the number of pods: it has so many before and after.
    pub fn scale(&mut self, pods: u32) {
        match self {
            Self::Deployment(rollout) => (rollout.old_replicas, rollout.replicas) = (pods, pods),
            Self::StatefulSet(rollout) => (rollout.old_replicas, rollout.replicas) = (pods, pods),
            Self::DaemonSet(_) => {}
        }
    }

    /// Plays the rollout.
    pub fn simulate(&self, nodes: &mut Nodes<'_>) -> Simulation {
        match self {
            Self::Deployment(rollout) => deployment::simulate(rollout, nodes),
            Self::StatefulSet(rollout) => stateful_set::simulate(rollout, nodes),
            Self::DaemonSet(rollout) => daemon_set::simulate(rollout, nodes),
        }
    }

    /// Whether a new pod waits for the end of an old one.
    pub fn ends_before_it_starts(&self) -> bool {
        match self {
            Self::Deployment(rollout) => rollout.strategy == deployment::Strategy::Recreate,
            Self::StatefulSet(_) => true,
            Self::DaemonSet(rollout) => match rollout.strategy {
                daemon_set::Strategy::RollingUpdate { max_surge, max_unavailable } => {
                    daemon_set::desired_counts(max_surge, max_unavailable, i64::from(rollout.nodes)).0 == 0
                }
                daemon_set::Strategy::OnDelete => false,
            },
        }
    }

    /// The least time of the whole rollout, in seconds: each wait for new pods, and each wait for old ones to be gone
    /// where the new ones wait for that. 0 for a rollout that stalls.
    pub fn least_seconds(&self, simulation: &Simulation, wait: &LeastWait, end: &LeastWait) -> u64 {
        if matches!(simulation.end, End::Stalled(_)) {
            return 0;
        }
        let gone = if self.ends_before_it_starts() { end.seconds() } else { 0 };
        simulation.steps.iter().fold(0, |sum: u64, step| {
            let starts = step.created.iter().any(|made| made.pod.generation == Generation::New)
                || step.counts.waiting > 0;
            let step_wait = if starts { wait.seconds() } else { 0 };
            let step_end = if starts && !step.deleted.is_empty() { gone } else { 0 };
            sum.saturating_add(step_wait).saturating_add(step_end)
        })
    }

    /// What a pod of the rollout is called: `web-2` for a StatefulSet, else a number beside the workload's name.
    pub fn pod_name(&self, workload: &str, pod: PodId) -> String {
        match self {
            Self::StatefulSet(_) => format!("{workload}-{}", pod.index),
            Self::DaemonSet(_) => workload.to_owned(),
            Self::Deployment(_) => match pod.generation {
                Generation::Old => format!("{workload}-old-{}", pod.index),
                Generation::New => format!("{workload}-new-{}", pod.index),
            },
        }
    }
}

/// `RollingUpdate, maxSurge 25% = 1, maxUnavailable 25% = 0`.
impl fmt::Display for Mechanism {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deployment(rollout) => match rollout.strategy {
                deployment::Strategy::Recreate => formatter.write_str("Recreate")?,
                deployment::Strategy::RollingUpdate { max_surge, max_unavailable } => {
                    let replicas = i64::from(rollout.replicas);
                    let surge = deployment::max_surge(rollout.strategy, replicas);
                    let unavailable = deployment::max_unavailable(rollout.strategy, replicas);
                    write_amounts(formatter, (max_surge, surge), (max_unavailable, unavailable))?;
                }
            },
            Self::StatefulSet(rollout) => match rollout.strategy {
                stateful_set::Strategy::OnDelete => formatter.write_str("OnDelete")?,
                stateful_set::Strategy::RollingUpdate { partition, max_unavailable } => {
                    formatter.write_str("RollingUpdate")?;
                    if partition > 0 {
                        write!(formatter, ", partition {partition}")?;
                    }
                    if let Some(amount) = max_unavailable.filter(|amount| *amount != Amount::Pods(1)) {
                        let pods = stateful_set::max_unavailable(Some(amount), i64::from(rollout.replicas));
                        if stateful_set::heeds_max_unavailable(rollout.version) {
                            write!(formatter, ", maxUnavailable {amount} = {pods}")?;
                        } else {
                            write!(
                                formatter,
                                ", maxUnavailable {amount} is not heeded by {}",
                                rollout.version
                            )?;
                        }
                    }
                }
            },
            Self::DaemonSet(rollout) => match rollout.strategy {
                daemon_set::Strategy::OnDelete => formatter.write_str("OnDelete")?,
                daemon_set::Strategy::RollingUpdate { max_surge, max_unavailable } => {
                    let counts =
                        daemon_set::desired_counts(max_surge, max_unavailable, i64::from(rollout.nodes));
                    write_amounts(formatter, (max_surge, counts.0), (max_unavailable, counts.1))?;
                }
            },
        }
        if let Self::StatefulSet(rollout) = self
            && rollout.management == stateful_set::Management::Parallel
        {
            formatter.write_str(", Parallel")?;
        }
        if let Self::Deployment(deployment::Rollout { paused: true, .. }) = self {
            formatter.write_str(", paused")?;
        }
        Ok(())
    }
}

fn write_amounts(
    formatter: &mut fmt::Formatter<'_>,
    (max_surge, surge): (Amount, i64),
    (max_unavailable, unavailable): (Amount, i64),
) -> fmt::Result {
    let resolved = |amount: Amount, pods: i64| match amount {
        Amount::Pods(own) if own == pods => amount.to_string(),
        _ => format!("{amount} = {pods}"),
    };
    write!(
        formatter,
        "RollingUpdate, maxSurge {}, maxUnavailable {}",
        resolved(max_surge, surge),
        resolved(max_unavailable, unavailable)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::rollout::everywhere;

    fn deployment(image: &str, spec: Value) -> Value {
        let mut object = json!({"spec": {"replicas": 4, "template": {"spec": {"containers": [{"name": "c", "image": image,
            "readinessProbe": {"initialDelaySeconds": 5, "periodSeconds": 10, "successThreshold": 1}}]}}}});
        for (key, value) in spec.as_object().unwrap() {
            object["spec"][key] = value.clone();
        }
        object
    }

    #[test]
    fn a_new_image_rolls_and_has_a_least_time() {
        let (before, after) =
            (deployment("a:1", json!({})), deployment("a:2", json!({"minReadySeconds": 10})));
        let workload = read(Kind::Deployment, &before, &after, Version::NEWEST).unwrap();
        let Effect::Pods(mechanism) = workload.effect else { panic!() };
        assert_eq!(mechanism.to_string(), "RollingUpdate, maxSurge 25% = 1, maxUnavailable 25% = 1");
        let simulation = mechanism.simulate(&mut everywhere);
        assert_eq!(simulation.end, End::Complete);
        assert_eq!(simulation.waits(), 2);
        assert_eq!(mechanism.least_seconds(&simulation, &workload.wait, &workload.end), 2 * (5 + 10));
    }

    #[test]
    fn labels_of_the_deployment_itself_roll_nothing() {
        let before = deployment("a:1", json!({}));
        let mut after = before.clone();
        after["metadata"] = json!({"labels": {"x": "y"}});
        assert!(read(Kind::Deployment, &before, &after, Version::NEWEST).is_none());
    }
}
