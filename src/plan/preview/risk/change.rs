//! What is worth knowing of the changes as such: replacements, deletions, content, and who needs whom.

use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectId;
use crate::parse::pod::template_path;
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;
use crate::plan::change::{ChangeSet, ObjectChange, Side, Verdict};
use crate::plan::preview::pod_spec;
use crate::plan::preview::risk::{Concern, Risk, SideName, Spot, first_written};
use crate::plan::rollout::deployment;
use crate::plan::rollout::workload::{self, Effect, Mechanism};
use crate::plan::value::text_at;

/// What is worth knowing of the changes as such.
pub(in crate::plan::preview) fn of_changes(set: &ChangeSet, base: Side<'_>, head: Side<'_>) -> Vec<Risk> {
    let mut risks = Vec::new();
    let by_object: BTreeMap<ObjectId, usize> =
        set.changes.iter().enumerate().filter_map(|(index, change)| Some((change.after?, index))).collect();
    for (index, change) in set.changes.iter().enumerate() {
        match change.verdict {
            Verdict::Replace => risks.push(of_replacement(index, change, base, head)),
            Verdict::Delete if !change.still_named_by.is_empty() => {
                risks.push(of_loose_ends(index, change, base, head));
            }
            Verdict::Delete if takes_more_with_it(change) => {
                let lost = change.lost.unwrap_or_default();
                let message = format!("{} is deleted: {lost}", change.identity.quoted());
                let risk = Risk::new(Severity::Warning, Concern::Cascade, index, message);
                risks.push(match change.before {
                    Some(id) => {
                        risk.spot(Spot::name(SideName::Base, base.program.object(id), "no longer there"))
                    }
                    None => risk,
                });
            }
            Verdict::Update if matches!(change.kind, Kind::ConfigMap | Kind::Secret) => {
                risks.extend(of_content(index, change, set, head, &by_object));
            }
            Verdict::Update => risks.extend(of_claims(index, change, head)),
            _ => {}
        }
    }
    for cycle in &set.cycles {
        let (first, second) = (cycle.first.quoted(), cycle.second.quoted());
        let message = format!("{first} and {second} need each other: {first} is made first");
        risks.push(Risk::of_all(Severity::Note, Concern::Cycle, message));
    }
    for identity in &set.unreadable {
        let message = format!(
            "{} nests too deeply, or its aliases stand for too much, to be compared",
            identity.quoted()
        );
        risks.push(Risk::of_all(Severity::Error, Concern::Unreadable, message));
    }
    risks
}

/// Whether the deletion of an object deletes what nobody wrote down, or data.
fn takes_more_with_it(change: &ObjectChange) -> bool {
    match change.kind {
        Kind::Namespace | Kind::CustomResourceDefinition | Kind::PersistentVolumeClaim => true,
        Kind::StatefulSet => {
            let path = "spec.persistentVolumeClaimRetentionPolicy.whenDeleted";
            text_at(&change.before_value, path) == Some("Delete")
        }
        _ => false,
    }
}

fn of_replacement(index: usize, change: &ObjectChange, base: Side<'_>, head: Side<'_>) -> Risk {
    let fields: Vec<String> = change.forced.iter().map(|forced| format!("`{}`", forced.field)).collect();
    let lost = change.lost.map(|lost| format!("; {lost}")).unwrap_or_default();
    let message = format!(
        "{}: the API server rejects the update of {}: it must be deleted and made anew{lost}",
        change.identity.quoted(),
        fields.join(", ")
    );
    let mut risk = Risk::new(Severity::Warning, Concern::Replacement, index, message)
        .help("apply it with `kubectl replace --force`, or give the object another name");
    let Some(forced) = change.forced.first() else { return risk };
    if let Some(object) = change.after.map(|id| head.program.object(id)) {
        let field = change.changes.iter().find(|field| field.path.is_at_or_below(&forced.field));
        let node = match field {
            Some(field) => field.path.find(object.root()),
            None => first_written(object, &[&forced.field]),
        };
        // A field that is gone, or that a default stands for, has no better place than the name.
        let node = if node.id() == object.root().id() { first_written(object, &[]) } else { node };
        risk = risk.spot(Spot::new(SideName::Head, object, node, forced.why));
    }
    if let Some(object) = change.before.map(|id| base.program.object(id)) {
        let field = change.changes.iter().find(|field| field.path.is_at_or_below(&forced.field));
        let node = field.map_or(object.root(), |field| field.path.find(object.root()));
        let node = if node.id() == object.root().id() { first_written(object, &[]) } else { node };
        risk = risk.spot(Spot::new(SideName::Base, object, node, "what is there now"));
    }
    risk
}

fn of_loose_ends(index: usize, change: &ObjectChange, base: Side<'_>, head: Side<'_>) -> Risk {
    const SHOWN: usize = 3;
    let users = &change.still_named_by;
    let mut names: Vec<String> = users.iter().take(SHOWN).map(|user| user.quoted()).collect();
    if users.len() > SHOWN {
        names.push(format!("{} more", users.len() - SHOWN));
    }
    let names_it = if users.len() == 1 { "still names it" } else { "still name it" };
    let message = format!("{} is deleted, and {} {names_it}", change.identity.quoted(), names.join(", "));
    let mut risk = Risk::new(Severity::Error, Concern::LooseEnds, index, message);
    if let Some(renamed) = &change.renamed {
        risk = risk.help(format!("it is now called `{}`: write that name", renamed.name));
    }
    for edge in edges_to_deleted(change, head).take(SHOWN) {
        let object = head.program.object(edge.from);
        let label = format!("names {} `{}`", change.identity.kind, change.identity.full_name());
        risk = risk.spot(Spot::new(SideName::Head, object, edge.field, label));
    }
    match change.before {
        Some(id) => risk.spot(Spot::name(SideName::Base, base.program.object(id), "no longer there")),
        None => risk,
    }
}

/// The references to an object that is deleted.
fn edges_to_deleted<'a, 'p>(
    change: &'a ObjectChange,
    head: Side<'p>,
) -> impl Iterator<Item = &'p Edge<'p>> + use<'a, 'p> {
    let edges = head.graph.edges().iter();
    edges.filter(|edge| edge.target().is_none() && !edge.is_optional() && change.identity.is_target_of(edge))
}

/// A change of content restarts nothing: environment variables keep the old values, mounted files follow after a while.
fn of_content(
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
    let mut places: Vec<Spot> = Vec::new();
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
        let name = format!("{} `{}`", reader.kind_name(), reader.full_name());
        if runs && !restarts && !readers.contains(&name) {
            readers.push(name);
            places.push(Spot::new(SideName::Head, reader, edge.field, "read here, and not restarted"));
        }
    }
    if readers.is_empty() {
        return None;
    }
    let message = format!(
        "{}: its content changes, which restarts nothing: the pods of {} keep the old environment variables and subPath \
         mounts; other mounted files follow within about a minute",
        change.identity.quoted(),
        readers.join(", ")
    );
    let help = "change the pod template as well, for example an annotation with a hash of the content, or give the object \
                a new name";
    let object = head.program.object(id);
    let is_content = |key: &NodeRef<'_>| key.is_mapping() || key.is_scalar();
    let field = change
        .changes
        .iter()
        .find(|field| ["data", "binaryData"].iter().any(|key| field.path.is_at_or_below(key)));
    let node = field.map(|field| field.path.find(object.root())).filter(is_content);
    // A key of `stringData` is found under `data` in what is stored.
    let node = node.filter(|node| node.id() != object.root().id());
    let node = node.unwrap_or_else(|| first_written(object, &["stringData", "data"]));
    let mut risk = Risk::new(Severity::Note, Concern::StaleContent, index, message)
        .help(help)
        .spot(Spot::new(SideName::Head, object, node, ""));
    risk.spots.extend(places);
    Some(risk)
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
        let identity = change.identity.quoted();
        let (severity, message) = match modes.as_slice() {
            ["ReadWriteOncePod"] if unavailable == 0 => (
                Severity::Error,
                format!(
                    "{identity}: the claim `{name}` is ReadWriteOncePod: a new pod cannot start while an old one has it"
                ),
            ),
            ["ReadWriteOnce"] if surge > 0 => (
                Severity::Warning,
                format!(
                    "{identity}: the claim `{name}` is ReadWriteOnce: a new pod starts only on the node of the old one"
                ),
            ),
            _ => continue,
        };
        if !risks.iter().any(|risk: &Risk| risk.message == message) {
            let object = head.program.object(id);
            let modes = first_written(claim, &["spec.accessModes"]);
            let risk = Risk::new(severity, Concern::HeldClaim, index, message)
                .help("write `strategy: {type: Recreate}`")
                .spot(Spot::new(
                    SideName::Head,
                    object,
                    edge.field,
                    "the old pod has it while the new one starts",
                ))
                .spot(Spot::new(SideName::Head, claim, modes, ""));
            risks.push(risk);
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
