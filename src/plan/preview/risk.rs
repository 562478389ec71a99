//! What could go wrong on the way from the one side to the other.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectId;
use crate::parse::pod::template_path;
use crate::parse::version::Version;
use crate::plan::change::{ChangeSet, ObjectChange, Side, Verdict};
use crate::plan::preview::{Keep, Stage, pod_spec};
use crate::plan::rollout::amount::Amount;
use crate::plan::rollout::workload::{self, Effect, Mechanism, Workload};
use crate::plan::rollout::{Answer, End, Simulation, deployment, stateful_set};

/// One thing that could go wrong, or that people get wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Risk {
    /// Error: it cannot work. Warning: it will probably hurt. Note: worth knowing.
    pub severity: Severity,
    /// The object: an index into [`ChangeSet::changes`].
    pub change: Option<usize>,
    /// A sentence that stands alone.
    pub message: String,
    /// What would help.
    pub help: Option<String>,
}

impl Risk {
    fn new(severity: Severity, change: usize, message: String) -> Self {
        Self { severity, change: Some(change), message, help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The pods of a created or replaced workload that fit nowhere.
pub(super) fn of_pending(
    index: usize,
    change: &ObjectChange,
    pending: Vec<(String, String)>,
) -> Option<Risk> {
    let (pod, reason) = pending.first()?;
    let others = match pending.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message = format!("{}: pod {pod}{others} has no node: {reason}", change.identity);
    Some(Risk::new(Severity::Error, index, message))
}

/// What would unblock a rolling update of a Deployment that stalls with nothing allowed to be unavailable: asked of the
/// stage before the rollout is played.
pub(super) fn advice(
    stage: &mut dyn Stage,
    change: &ObjectChange,
    mechanism: &Mechanism,
) -> Option<&'static str> {
    let Mechanism::Deployment(rollout) = mechanism else { return None };
    let deployment::Strategy::RollingUpdate { max_surge, .. } = rollout.strategy else { return None };
    if !matches!(stage.play(change, mechanism, Keep::No).end, End::Stalled(_)) {
        return None;
    }
    let with = |strategy| Mechanism::Deployment(deployment::Rollout { strategy, ..*rollout });
    let completes = |stage: &mut dyn Stage, mechanism: &Mechanism| {
        stage.play(change, mechanism, Keep::No).end == End::Complete
    };
    let one_down = with(deployment::Strategy::RollingUpdate { max_surge, max_unavailable: Amount::Pods(1) });
    if completes(stage, &one_down) {
        return Some("with `maxUnavailable: 1` an old pod goes first and makes room: then it completes");
    }
    let no_surge = with(deployment::Strategy::RollingUpdate {
        max_surge: Amount::Pods(0),
        max_unavailable: Amount::Pods(1),
    });
    if completes(stage, &no_surge) {
        return Some("with `maxSurge: 0` and `maxUnavailable: 1` it completes");
    }
    if completes(stage, &with(deployment::Strategy::Recreate)) {
        return Some("with `type: Recreate` it completes, with no pod ready in between");
    }
    Some("no strategy makes it complete: the new pods need more room or another place")
}

/// A rollout that cannot finish.
pub(super) fn of_stall(
    index: usize,
    change: &ObjectChange,
    mechanism: &Mechanism,
    simulation: &Simulation,
    advice: Option<&'static str>,
) -> Option<Risk> {
    let End::Stalled(pending) = &simulation.end else { return None };
    let first = pending.first()?;
    let Answer::Pending(reason) = &first.answer else { return None };
    let step = simulation.steps.len();
    let pod = mechanism.pod_name(&change.identity.name, first.pod);
    let message =
        format!("{}: the rollout stalls at step {step}: pod {pod} has no node: {reason}", change.identity);
    let risk = Risk::new(Severity::Error, index, message);
    Some(match advice {
        Some(advice) => risk.help(advice),
        None => risk,
    })
}

/// What is worth knowing of a rollout that goes through.
pub(super) fn of_rollout(
    index: usize,
    change: &ObjectChange,
    workload: &Workload,
    simulation: Option<&Simulation>,
) -> Vec<Risk> {
    let mut risks = Vec::new();
    let identity = &change.identity;
    let wait = workload.wait.seconds();
    if let Some(deadline) = workload.deadline.filter(|deadline| wait > *deadline) {
        let message = format!(
            "{identity}: a new pod takes at least {wait} s to become available, longer than progressDeadlineSeconds \
             ({deadline}): the rollout counts as failed before"
        );
        risks.push(Risk::new(Severity::Warning, index, message).help("raise `progressDeadlineSeconds`"));
    }
    let Effect::Pods(mechanism) = &workload.effect else { return risks };
    let wanted = mechanism.wanted();
    match mechanism {
        Mechanism::Deployment(rollout) if workload.template_changes && rollout.paused => {
            let message = format!("{identity} is paused: its pods keep the old template until it is resumed");
            risks.push(Risk::new(Severity::Note, index, message));
        }
        Mechanism::Deployment(rollout)
            if workload.template_changes
                && rollout.strategy == deployment::Strategy::Recreate
                && wanted > 0 =>
        {
            let message = format!(
                "{identity}: Recreate: no pod is ready from the end of the old ones to the start of the new"
            );
            risks.push(Risk::new(Severity::Warning, index, message));
        }
        Mechanism::StatefulSet(rollout) if workload.template_changes => {
            let kept = match rollout.strategy {
                stateful_set::Strategy::OnDelete => {
                    Some("OnDelete: pods keep the old template until they are deleted".to_owned())
                }
                stateful_set::Strategy::RollingUpdate { partition, .. }
                    if partition >= rollout.replicas && wanted > 0 =>
                {
                    Some(format!(
                        "partition {partition} is not below the replicas ({wanted}): no pod is updated"
                    ))
                }
                stateful_set::Strategy::RollingUpdate { partition, .. } if partition > 0 => {
                    Some(format!("partition {partition}: the pods below it keep the old template"))
                }
                stateful_set::Strategy::RollingUpdate { .. } => None,
            };
            if let Some(kept) = kept {
                risks.push(Risk::new(Severity::Note, index, format!("{identity}: {kept}")));
            }
        }
        _ => {}
    }
    let peak = simulation.map_or(0, Simulation::peak_unavailable);
    if workload.template_changes && wanted > 0 && peak >= wanted && !is_recreate(mechanism) {
        let message = format!(
            "{identity}: {} not ready at the same time during the rollout",
            if wanted == 1 { "its only pod is".to_owned() } else { format!("all {wanted} pods are") }
        );
        risks.push(Risk::new(Severity::Warning, index, message));
    }
    risks
}

fn is_recreate(mechanism: &Mechanism) -> bool {
    matches!(
        mechanism,
        Mechanism::Deployment(deployment::Rollout { strategy: deployment::Strategy::Recreate, .. })
    )
}

/// What is worth knowing of the changes as such.
pub(super) fn of_changes(set: &ChangeSet, head: Side<'_>) -> Vec<Risk> {
    let mut risks = Vec::new();
    let by_object: BTreeMap<ObjectId, usize> =
        set.changes.iter().enumerate().filter_map(|(index, change)| Some((change.after?, index))).collect();
    for (index, change) in set.changes.iter().enumerate() {
        match change.verdict {
            Verdict::Replace => risks.push(of_replacement(index, change)),
            Verdict::Delete if !change.still_named_by.is_empty() => {
                risks.push(of_loose_ends(index, change));
            }
            Verdict::Delete if matches!(change.kind, Kind::Namespace | Kind::CustomResourceDefinition) => {
                let lost = change.lost.unwrap_or_default();
                let message = format!("{} is deleted: {lost}", change.identity);
                risks.push(Risk::new(Severity::Warning, index, message));
            }
            Verdict::Update if matches!(change.kind, Kind::ConfigMap | Kind::Secret) => {
                risks.extend(of_configuration(index, change, set, head, &by_object));
            }
            Verdict::Update => risks.extend(of_claims(index, change, head)),
            _ => {}
        }
    }
    for cycle in &set.cycles {
        risks.push(Risk {
            severity: Severity::Note,
            change: None,
            message: format!(
                "{} and {} need each other: {} is made first",
                cycle.first, cycle.second, cycle.first
            ),
            help: None,
        });
    }
    for identity in &set.unreadable {
        risks.push(Risk {
            severity: Severity::Error,
            change: None,
            message: format!(
                "{identity} nests too deeply, or its aliases stand for too much, to be compared"
            ),
            help: None,
        });
    }
    risks
}

fn of_replacement(index: usize, change: &ObjectChange) -> Risk {
    let fields: Vec<String> = change.forced.iter().map(|forced| format!("`{}`", forced.field)).collect();
    let lost = change.lost.map(|lost| format!("; {lost}")).unwrap_or_default();
    let message = format!(
        "{}: the API server rejects the update of {}: it must be deleted and made anew{lost}",
        change.identity,
        fields.join(", ")
    );
    Risk::new(Severity::Warning, index, message)
        .help("apply it with `kubectl replace --force`, or give the object another name")
}

fn of_loose_ends(index: usize, change: &ObjectChange) -> Risk {
    const SHOWN: usize = 3;
    let mut users: Vec<String> = change.still_named_by.iter().take(SHOWN).map(ToString::to_string).collect();
    if change.still_named_by.len() > SHOWN {
        users.push(format!("{} more", change.still_named_by.len() - SHOWN));
    }
    let message = format!("{} is deleted, and {} still name it", change.identity, users.join(", "));
    let message =
        if users.len() == 1 { message.replace(" still name it", " still names it") } else { message };
    let risk = Risk::new(Severity::Error, index, message);
    match &change.renamed {
        Some(renamed) => risk.help(format!("it is now called `{}`: write that name", renamed.name)),
        None => risk,
    }
}

/// A change of content restarts nothing: environment variables keep the old values, mounted files follow after a while.
fn of_configuration(
    index: usize,
    change: &ObjectChange,
    set: &ChangeSet,
    head: Side<'_>,
    by_object: &BTreeMap<ObjectId, usize>,
) -> Option<Risk> {
    let id = change.after?;
    if !change
        .changes
        .iter()
        .any(|field| ["data", "binaryData"].iter().any(|key| field.path.is_at_or_below(key)))
    {
        return None;
    }
    let mut readers = Vec::new();
    for edge in head.graph.edges_to(id) {
        let reader = head.program.object(edge.from);
        let runs =
            template_path(reader.kind()).is_some() && !matches!(reader.kind(), Kind::Job | Kind::CronJob);
        let restarts = by_object.get(&edge.from).is_some_and(|reader| {
            let reader = &set.changes[*reader];
            pod_spec(reader.kind, &reader.before_value) != pod_spec(reader.kind, &reader.after_value)
                || reader.before_value.pointer("/spec/template")
                    != reader.after_value.pointer("/spec/template")
        });
        let name = format!("{} {}", reader.kind_name(), reader.full_name());
        if runs && !restarts && !readers.contains(&name) {
            readers.push(name);
        }
    }
    if readers.is_empty() {
        return None;
    }
    let message = format!(
        "{}: its content changes, which restarts nothing: the pods of {} keep the old environment variables and subPath \
         mounts; other mounted files follow within about a minute",
        change.identity,
        readers.join(", ")
    );
    let help = "change the pod template as well, for example an annotation with a hash of the content, or give the object \
                a new name";
    Some(Risk::new(Severity::Note, index, message).help(help))
}

/// A surge pod that mounts a claim which only one node, or only one pod, can use.
fn of_claims(index: usize, change: &ObjectChange, head: Side<'_>) -> Vec<Risk> {
    let mut risks = Vec::new();
    let Some((surge, unavailable)) = surge_of(change) else { return risks };
    let Some(id) = change.after else { return risks };
    for edge in head.graph.edges_from(id) {
        let Some(claim) = edge.target().map(|target| head.program.object(target)) else { continue };
        if claim.kind() != Kind::PersistentVolumeClaim {
            continue;
        }
        let modes: Vec<&str> = claim
            .get("spec.accessModes")
            .into_iter()
            .flat_map(|modes| modes.items())
            .filter_map(|mode| mode.as_str())
            .collect();
        let name = claim.name();
        let identity = &change.identity;
        let (severity, message) = match modes.as_slice() {
            ["ReadWriteOncePod"] if unavailable == 0 => (
                Severity::Error,
                format!(
                    "{identity}: the claim {name} is ReadWriteOncePod: a new pod cannot start while an old one has it"
                ),
            ),
            ["ReadWriteOnce"] if surge > 0 => (
                Severity::Warning,
                format!(
                    "{identity}: the claim {name} is ReadWriteOnce: a new pod starts only on the node of the old one"
                ),
            ),
            _ => continue,
        };
        if !risks.iter().any(|risk: &Risk| risk.message == message) {
            risks.push(Risk::new(severity, index, message).help("write `strategy: {type: Recreate}`"));
        }
    }
    risks
}

/// What the rolling update of a Deployment's template comes to: surge and unavailability. `None` where there is none, or
/// nothing surges.
fn surge_of(change: &ObjectChange) -> Option<(i64, i64)> {
    if change.kind != Kind::Deployment {
        return None;
    }
    let workload =
        workload::read(Kind::Deployment, &change.before_value, &change.after_value, Version::NEWEST)?;
    let Effect::Pods(Mechanism::Deployment(rollout)) = workload.effect else { return None };
    let replicas = i64::from(rollout.replicas);
    let surge = deployment::max_surge(rollout.strategy, replicas);
    let unavailable = deployment::max_unavailable(rollout.strategy, replicas);
    (workload.template_changes && !rollout.paused && replicas > 0 && surge > 0)
        .then_some((surge, unavailable))
}
