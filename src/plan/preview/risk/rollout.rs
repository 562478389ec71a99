//! What could go wrong with a rollout.

use std::collections::BTreeSet;

use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef};
use crate::plan::change::{ObjectChange, Side};
use crate::plan::deciding::deciding_node;
use crate::plan::preview::risk::{Concern, Risk, SideName, Spot, first_written};
use crate::plan::preview::{Keep, Obstruction, Stage};
use crate::plan::rollout::amount::Amount;
use crate::plan::rollout::workload::{Effect, Mechanism, Workload};
use crate::plan::rollout::{Answer, End, Simulation, deployment, stateful_set};
use crate::practice::disruption::scaled;
use crate::practice::selection::selector_at;

/// The pods of a created or replaced workload that fit nowhere.
pub(in crate::plan::preview) fn of_pending(
    index: usize,
    change: &ObjectChange,
    pending: Vec<(String, String)>,
) -> Option<Risk> {
    let (pod, reason) = pending.first()?;
    let others = match pending.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message = format!("{}: pod {pod}{others} has no node: {reason}", change.identity.quoted());
    Some(Risk::new(Severity::Error, Concern::Pending, index, message))
}

/// What would unblock a rolling update of a Deployment that stalls with nothing allowed to be unavailable: asked of the
/// stage before the rollout is played.
pub(in crate::plan::preview) fn advice(
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
pub(in crate::plan::preview) fn of_stall(
    index: usize,
    change: &ObjectChange,
    head: Side<'_>,
    mechanism: &Mechanism,
    simulation: &Simulation,
    (advice, obstruction): (Option<&'static str>, Option<Obstruction>),
) -> Option<Risk> {
    let End::Stalled(pending) = &simulation.end else { return None };
    let first = pending.first()?;
    let Answer::Pending(reason) = &first.answer else { return None };
    let step = simulation.steps.len();
    let pod = mechanism.pod_name(&change.identity.name, first.pod);
    let who = change.identity.quoted();
    let message = format!("{who}: the rollout stalls at step {step}: pod {pod} has no node: {reason}");
    let mut risk = Risk::new(Severity::Error, Concern::Stall, index, message);
    risk.help = advice.map(str::to_owned);
    Some(with_places_of_stall(risk, change, head, mechanism, obstruction))
}

/// A rollout that finishes with as few pods as the autoscaler may leave, and not with as many.
pub(in crate::plan::preview) fn of_maximum(
    index: usize,
    change: &ObjectChange,
    head: Side<'_>,
    mechanism: &Mechanism,
    simulation: &Simulation,
) -> Option<Risk> {
    let End::Stalled(pending) = &simulation.end else { return None };
    let Answer::Pending(reason) = &pending.first()?.answer else { return None };
    let message = format!(
        "{}: the rollout stalls if the autoscaler has made all {} pods: {reason}",
        change.identity.quoted(),
        mechanism.wanted()
    );
    let risk = Risk::new(Severity::Warning, Concern::Stall, index, message)
        .help("roll it out while there are fewer pods, or allow an old pod to go first: `maxUnavailable: 1`");
    Some(with_places_of_stall(risk, change, head, mechanism, None))
}

fn with_places_of_stall(
    risk: Risk,
    change: &ObjectChange,
    head: Side<'_>,
    mechanism: &Mechanism,
    obstruction: Option<Obstruction>,
) -> Risk {
    let Some(object) = change.after.map(|id| head.program.object(id)) else { return risk };
    let strategy = strategy_of(object);
    let deciding = obstruction.as_ref().and_then(|found| deciding_node(object, &found.obstacles));
    let label = obstruction.as_ref().map(|found| found.nearest.clone()).unwrap_or_default();
    let mut risk = match deciding {
        Some(node) => risk.spot(Spot::new(SideName::Head, object, node, label)),
        None => risk.spot(Spot::new(SideName::Head, object, strategy, label)),
    };
    let is_strategy_written = Some(strategy.id()) != object.get("metadata.name").map(|name| name.id());
    if deciding.is_some() && is_strategy_written && waits_for_new_pods(mechanism) {
        let label = "no old pod may go before a new one is ready";
        risk = risk.spot(Spot::new(SideName::Head, object, strategy, label));
    }
    match first_change(change, object) {
        Some(node) => risk.spot(Spot::new(SideName::Head, object, node, "this change takes new pods")),
        None => risk,
    }
}

/// The field that says how pods are replaced, or the name.
fn strategy_of(object: ObjectRef<'_>) -> crate::parse::tree::NodeRef<'_> {
    const PATHS: &[&str] = &[
        "spec.strategy.rollingUpdate.maxUnavailable",
        "spec.strategy.type",
        "spec.updateStrategy.rollingUpdate.maxUnavailable",
        "spec.updateStrategy.type",
    ];
    first_written(object, PATHS)
}

fn waits_for_new_pods(mechanism: &Mechanism) -> bool {
    match mechanism {
        Mechanism::Deployment(rollout) => {
            deployment::max_unavailable(rollout.strategy, i64::from(rollout.replicas)) == 0
                && rollout.strategy != deployment::Strategy::Recreate
        }
        _ => false,
    }
}

/// The first field of the pod template that changes.
fn first_change<'p>(change: &ObjectChange, object: ObjectRef<'p>) -> Option<crate::parse::tree::NodeRef<'p>> {
    let field = change.changes.iter().find(|field| field.path.is_at_or_below("spec.template"))?;
    Some(field.path.find(object.root()))
}

/// What is worth knowing of a rollout that goes through.
pub(in crate::plan::preview) fn of_rollout(
    index: usize,
    change: &ObjectChange,
    head: Side<'_>,
    workload: &Workload,
    simulation: Option<&Simulation>,
) -> Vec<Risk> {
    let mut risks = Vec::new();
    let who = change.identity.quoted();
    let object = change.after.map(|id| head.program.object(id));
    let at = |risk: Risk, paths: &[&str], label: &str| match object {
        Some(object) => risk.spot(Spot::new(SideName::Head, object, first_written(object, paths), label)),
        None => risk,
    };
    let wait = workload.wait.seconds();
    if let Some(deadline) = workload.deadline.filter(|deadline| wait > *deadline) {
        let message = format!(
            "{who}: a new pod takes at least {wait} s to become available, longer than progressDeadlineSeconds \
             ({deadline}): the rollout counts as failed before"
        );
        let risk = Risk::new(Severity::Warning, Concern::SlowStart, index, message)
            .help(format!("write `progressDeadlineSeconds: {}` or more", wait.saturating_add(60)));
        risks.push(at(risk, &["spec.progressDeadlineSeconds", "spec.minReadySeconds"], ""));
    }
    let Effect::Pods(mechanism) = &workload.effect else { return risks };
    if !workload.template_changes {
        return risks;
    }
    let wanted = mechanism.wanted();
    if let Some((kept, path)) = kept_template(mechanism) {
        let risk = Risk::new(Severity::Note, Concern::OldTemplate, index, format!("{who}: {kept}"));
        risks.push(at(risk, &[path], ""));
    }
    if is_recreate(mechanism) && wanted > 0 {
        let message =
            format!("{who}: Recreate: no pod is ready from the end of the old ones to the start of the new");
        let risk = Risk::new(Severity::Warning, Concern::Outage, index, message);
        risks.push(at(risk, &["spec.strategy.type"], "every old pod goes first"));
    }
    let Some(simulation) = simulation else { return risks };
    let peak = simulation.peak_unavailable();
    if wanted > 0 && peak >= wanted && !is_recreate(mechanism) {
        let only = if wanted == 1 { "its only pod is".to_owned() } else { format!("all {wanted} pods are") };
        let message = format!("{who}: {only} not ready at the same time during the rollout");
        // With one pod of a fixed name there is no other way.
        let is_inherent = wanted == 1 && matches!(mechanism, Mechanism::StatefulSet(_));
        let severity = if is_inherent { Severity::Note } else { Severity::Warning };
        let risk = Risk::new(severity, Concern::Outage, index, message);
        risks.push(match object {
            Some(object) => risk.spot(Spot::new(SideName::Head, object, strategy_of(object), "")),
            None => risk,
        });
    }
    if let Some(id) = change.after.filter(|_| peak > 0) {
        risks.extend(of_budgets(index, &who, head, id, (wanted, wanted.saturating_sub(peak))));
    }
    risks
}

/// What keeps pods at the old template, and the field that says so.
fn kept_template(mechanism: &Mechanism) -> Option<(String, &'static str)> {
    match mechanism {
        Mechanism::Deployment(rollout) if rollout.paused => {
            Some(("paused: its pods keep the old template until it is resumed".to_owned(), "spec.paused"))
        }
        Mechanism::StatefulSet(rollout) => match rollout.strategy {
            stateful_set::Strategy::OnDelete => Some((ON_DELETE.to_owned(), "spec.updateStrategy.type")),
            stateful_set::Strategy::RollingUpdate { partition: 0, .. } => None,
            stateful_set::Strategy::RollingUpdate { partition, .. } => {
                let text = if partition >= rollout.replicas {
                    let replicas = rollout.replicas;
                    format!("partition {partition} is not below the replicas ({replicas}): no pod is updated")
                } else {
                    format!("partition {partition}: the pods below it keep the old template")
                };
                Some((text, "spec.updateStrategy.rollingUpdate.partition"))
            }
        },
        Mechanism::DaemonSet(rollout)
            if rollout.strategy == crate::plan::rollout::daemon_set::Strategy::OnDelete =>
        {
            Some((ON_DELETE.to_owned(), "spec.updateStrategy.type"))
        }
        _ => None,
    }
}

const ON_DELETE: &str = "OnDelete: its pods keep the old template until they are deleted";

fn is_recreate(mechanism: &Mechanism) -> bool {
    matches!(
        mechanism,
        Mechanism::Deployment(deployment::Rollout { strategy: deployment::Strategy::Recreate, .. })
    )
}

/// Disruption budgets guard evictions, as of a drain, and no controller asks them in a rollout: a rollout that goes below
/// one is no fault, and a surprise.
fn of_budgets(
    index: usize,
    who: &str,
    head: Side<'_>,
    workload: ObjectId,
    (wanted, least_ready): (u32, u32),
) -> Vec<Risk> {
    let object = head.program.object(workload);
    let Some(namespace) = object.namespace() else { return Vec::new() };
    let mut risks = Vec::new();
    for budget in head.graph.all(KindRef::Known(Kind::PodDisruptionBudget), Some(namespace)) {
        let Some(selector) = selector_at(budget, "spec.selector") else { continue };
        let owners: BTreeSet<ObjectId> =
            head.graph.select(namespace, &selector).map(|pod| pod.owner().id).collect();
        // A budget over several workloads is not judged: what the others have ready is not known.
        if owners.len() != 1 || !owners.contains(&workload) {
            continue;
        }
        let total = i64::from(wanted);
        let (field, healthy) = match (budget.get("spec.maxUnavailable"), budget.get("spec.minAvailable")) {
            (Some(field), _) => (field, scaled(field, total).map(|most| (total - most).max(0))),
            (None, Some(field)) => (field, scaled(field, total)),
            (None, None) => continue,
        };
        let Some(healthy) = healthy.filter(|healthy| i64::from(least_ready) < (*healthy).min(total)) else {
            continue;
        };
        let message = format!(
            "{who}: the rollout leaves {least_ready} of {wanted} pods ready, below the {healthy} of PodDisruptionBudget \
             `{}`: a budget guards evictions, such as those of a drain, and not rollouts",
            budget.name()
        );
        let risk = Risk::new(Severity::Note, Concern::Budget, index, message)
            .help("`maxUnavailable` of the workload is what guards a rollout")
            .spot(Spot::new(SideName::Head, object, strategy_of(object), "what the controller keeps to"))
            .spot(Spot::new(SideName::Head, budget, field, "what only evictions are held to"));
        risks.push(risk);
    }
    risks
}
