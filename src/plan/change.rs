//! Two versions of a set of objects: what is created, updated, replaced, renamed and deleted.

mod identity;
mod lost;
mod made;
mod rename;
mod secret;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::Value;

use crate::graph::Graph;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};
use crate::parse::version::Version;
use crate::plan::defaults::complete;
use crate::plan::diff::{Change, diff};
use crate::plan::immutable::{Forced, forced};
use crate::plan::order::{Broken, order};
use crate::plan::value;

pub use crate::plan::change::identity::Identity;

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is made.
    Create,
    /// It is changed in place.
    Update,
    /// It must be deleted and made anew, for a field changed that cannot.
    Replace,
    /// It goes.
    Delete,
}

/// One object that changes.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// Who it is.
    pub identity: Identity,
    /// Its kind, where it is one that kplan knows.
    pub kind: Kind,
    /// What happens to it.
    pub verdict: Verdict,
    /// The object before, in the base program.
    pub before: Option<ObjectId>,
    /// The object after, in the program.
    pub after: Option<ObjectId>,
    /// The object before, completed. Values of Secrets are masked here and in `changes`.
    pub before_value: Value,
    /// The object after, completed.
    pub after_value: Value,
    /// The differences, for objects that are on both sides.
    pub changes: Vec<Change>,
    /// The fields that force a replacement.
    pub forced: Vec<Forced>,
    /// What a deletion or replacement loses, in a sentence.
    pub lost: Option<&'static str>,
    /// For a created object, the deleted one that it probably is under a new name; for that one, the new one.
    pub renamed: Option<Identity>,
    /// For a deleted object: the objects after the change that still name it.
    pub still_named_by: Vec<Identity>,
}

/// A wave of changes that do not need each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// Indexes into [`ChangeSet::changes`].
    pub changes: Vec<usize>,
}

/// Everything that changes, in order.
#[derive(Debug, Default)]
pub struct ChangeSet {
    /// The objects that change, in the order in which they are applied.
    pub changes: Vec<ObjectChange>,
    /// The same in waves; deletions come last.
    pub waves: Vec<Wave>,
    /// How many objects stay as they are.
    pub unchanged: usize,
    /// References that the order does not honour.
    pub cycles: Vec<Cycle>,
    /// Objects that could not be compared, for they nest too deeply or are too large.
    pub unreadable: Vec<Identity>,
}

/// Two objects that name each other, directly or by way of others: the first is made before the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Made first.
    pub first: Identity,
    /// Made later, though the first names it.
    pub second: Identity,
}

/// One side of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Side<'p> {
    /// The objects.
    pub program: &'p Program,
    /// Who names whom.
    pub graph: &'p Graph<'p>,
}

/// The objects of a program by identity.
#[derive(Debug, Default)]
struct Named {
    /// Of several with one identity the last counts, as when they are applied in order.
    ids: BTreeMap<Identity, ObjectId>,
    /// For each of the others the one that counts.
    chosen: BTreeMap<ObjectId, ObjectId>,
}

fn by_identity(program: &Program, scopes: &BTreeSet<(String, String)>) -> Named {
    let mut unnamed = BTreeMap::new();
    let mut named = Named::default();
    let mut earlier = Vec::new();
    for object in program.objects().filter(|object| object.group() != "kplan.dev") {
        let identity = Identity::of(object, scopes, &mut unnamed);
        if let Some(before) = named.ids.insert(identity.clone(), object.id) {
            earlier.push((before, identity));
        }
    }
    let chosen = earlier.into_iter().map(|(id, identity)| (id, named.ids[&identity]));
    named.chosen = chosen.collect();
    named
}

/// Compares two sides.
pub fn compare(base: Side<'_>, head: Side<'_>, version: Version) -> ChangeSet {
    let scopes = identity::cluster_scoped([base.program, head.program]);
    let old = by_identity(base.program, &scopes);
    let new = by_identity(head.program, &scopes);
    let mut pairs: Vec<(Identity, Option<ObjectId>, Option<ObjectId>)> = Vec::new();
    for (identity, id) in &new.ids {
        pairs.push((identity.clone(), old.ids.get(identity).copied(), Some(*id)));
    }
    for (identity, id) in old.ids.iter().filter(|(identity, _)| !new.ids.contains_key(*identity)) {
        if made::is_made_by_the_cluster(base.program.object(*id), head.graph) {
            continue;
        }
        pairs.push((identity.clone(), Some(*id), None));
    }
    let compared: Vec<Compared> = pairs
        .into_par_iter()
        .map(|(identity, before, after)| {
            let before = before.map(|id| base.program.object(id));
            let after = after.map(|id| head.program.object(id));
            compare_object(identity, before, after, version)
        })
        .collect();
    let mut set = ChangeSet::default();
    let mut changes = Vec::new();
    for compared in compared {
        match compared {
            Compared::Same => set.unchanged += 1,
            Compared::Unreadable(identity) => set.unreadable.push(identity),
            Compared::Changed(change) => changes.push(*change),
        }
    }
    rename::find(&mut changes);
    find_users(&mut changes, head, &new.ids);
    for change in &mut changes {
        secret::mask(change);
    }
    sort(&mut set, changes, (base, &old), (head, &new));
    set
}

enum Compared {
    Same,
    Unreadable(Identity),
    Changed(Box<ObjectChange>),
}

/// The object as the API server would store it. `None` if it nests too deeply or is too large.
pub fn completed(object: ObjectRef<'_>, identity: &Identity, version: Version) -> Option<Value> {
    let mut value = value::of_node(object.root()).ok()?;
    if object.kind() != Kind::Other
        && let Some(namespace) = &identity.namespace
        && let Some(fields) = value.as_object_mut()
        && let Some(metadata) =
            fields.entry("metadata").or_insert_with(|| Value::Object(serde_json::Map::new())).as_object_mut()
    {
        metadata.insert("namespace".to_owned(), Value::from(namespace.as_str()));
    }
    if let Some(fields) = value.as_object_mut() {
        // The items of a typed list (`DeploymentList`) need not say what they are.
        for (key, own) in [("apiVersion", object.api_version()), ("kind", object.kind_name())] {
            fields.insert(key.to_owned(), Value::from(own));
        }
    }
    complete(&mut value, version);
    Some(value)
}

fn compare_object(
    identity: Identity,
    before: Option<ObjectRef<'_>>,
    after: Option<ObjectRef<'_>>,
    version: Version,
) -> Compared {
    if let (Some(before), Some(after)) = (before, after)
        && before.root().range().len() == after.root().range().len()
        && before.root().source() == after.root().source()
        && before.namespace() == after.namespace()
        && !before.root().source().contains(['*', '<'])
    {
        return Compared::Same;
    }
    let read = |object: Option<ObjectRef<'_>>| match object {
        Some(object) => completed(object, &identity, version).map(Some),
        None => Some(None),
    };
    let (Some(before_value), Some(after_value)) = (read(before), read(after)) else {
        return Compared::Unreadable(identity);
    };
    let kind = after.or(before).map_or(Kind::Other, ObjectRef::kind);
    let (verdict, changes, forced) = match (&before_value, &after_value) {
        (Some(before), Some(after)) => {
            let mut after = after.clone();
            identity::keep_allocated(kind, before, &mut after);
            let changes = diff(before, &after, version);
            if changes.is_empty() {
                return Compared::Same;
            }
            let forced = forced(kind, before, &after);
            let verdict = if forced.is_empty() { Verdict::Update } else { Verdict::Replace };
            (verdict, changes, forced)
        }
        (None, _) => (Verdict::Create, Vec::new(), Vec::new()),
        (Some(_), None) => (Verdict::Delete, Vec::new(), Vec::new()),
    };
    let lost = match (verdict, &before_value) {
        (Verdict::Replace | Verdict::Delete, Some(before)) => lost::by_deletion(kind, before),
        _ => None,
    };
    Compared::Changed(Box::new(ObjectChange {
        identity,
        kind,
        verdict,
        before: before.map(|object| object.id),
        after: after.map(|object| object.id),
        before_value: before_value.unwrap_or_default(),
        after_value: after_value.unwrap_or_default(),
        changes,
        forced,
        lost,
        renamed: None,
        still_named_by: Vec::new(),
    }))
}

/// Who still names what is deleted.
fn find_users(changes: &mut [ObjectChange], head: Side<'_>, identities: &BTreeMap<Identity, ObjectId>) {
    let mut deleted: BTreeMap<Identity, usize> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        if change.verdict == Verdict::Delete {
            deleted.insert(change.identity.clone(), index);
        }
    }
    if deleted.is_empty() {
        return;
    }
    let live: BTreeMap<ObjectId, &Identity> =
        identities.iter().map(|(identity, id)| (*id, identity)).collect();
    for edge in head.graph.edges() {
        if edge.target().is_some() || edge.is_optional() {
            continue;
        }
        let named = Identity::named(edge.kind.group(), edge.kind.name(), edge.namespace, edge.name);
        if let (Some(&index), Some(user)) = (deleted.get(&named), live.get(&edge.from)) {
            let users = &mut changes[index].still_named_by;
            if !users.contains(user) {
                users.push((*user).clone());
            }
        }
    }
}

/// Creations, updates and replacements in the order of the new graph, then deletions in the reverse order of the old.
fn sort(
    set: &mut ChangeSet,
    changes: Vec<ObjectChange>,
    (base, old): (Side<'_>, &Named),
    (head, new): (Side<'_>, &Named),
) {
    let made: Vec<ObjectId> = new.ids.values().copied().collect();
    let made = order(head.graph, &made, &new.chosen);
    let gone = changes.iter().filter(|change| change.verdict == Verdict::Delete);
    let gone: Vec<ObjectId> = gone.filter_map(|change| change.before).collect();
    let gone = order(base.graph, &gone, &old.chosen);
    let mut by_after: BTreeMap<ObjectId, ObjectChange> = BTreeMap::new();
    let mut by_before: BTreeMap<ObjectId, ObjectChange> = BTreeMap::new();
    for change in changes {
        match (change.after, change.before) {
            (Some(id), _) => by_after.insert(id, change),
            (None, Some(id)) => by_before.insert(id, change),
            (None, None) => None,
        };
    }
    let waves = made.waves.iter().map(|wave| (wave.clone(), false));
    let last = gone.waves.iter().rev().map(|wave| (wave.iter().rev().copied().collect(), true));
    for (wave, deletes) in waves.chain(last) {
        let mut indexes = Vec::new();
        for id in wave {
            let change = if deletes { by_before.remove(&id) } else { by_after.remove(&id) };
            if let Some(change) = change {
                indexes.push(set.changes.len());
                set.changes.push(change);
            }
        }
        if !indexes.is_empty() {
            set.waves.push(Wave { changes: indexes });
        }
    }
    for (broken, named) in [(&made.broken, new), (&gone.broken, old)] {
        set.cycles.extend(broken.iter().filter_map(|broken| cycle(broken, named)));
    }
}

fn cycle(broken: &Broken, named: &Named) -> Option<Cycle> {
    let identity = |id| named.ids.iter().find(|(_, own)| **own == id).map(|(identity, _)| identity.clone());
    Some(Cycle { first: identity(broken.from)?, second: identity(broken.to)? })
}

/// All objects of a program, completed, in the order in which they are applied. Of several with one identity the last
/// counts. Those that cannot be read are left out and named.
pub fn build(side: Side<'_>, version: Version) -> (Vec<Value>, Vec<Identity>) {
    let scopes = identity::cluster_scoped([side.program]);
    let objects = by_identity(side.program, &scopes);
    let ids: Vec<ObjectId> = objects.ids.values().copied().collect();
    let order = order(side.graph, &ids, &objects.chosen);
    let identities: BTreeMap<ObjectId, Identity> =
        objects.ids.into_iter().map(|(identity, id)| (id, identity)).collect();
    let flat: Vec<ObjectId> = order.waves.into_iter().flatten().collect();
    let values: Vec<Result<Value, Identity>> = flat
        .into_par_iter()
        .map(|id| {
            let identity = &identities[&id];
            completed(side.program.object(id), identity, version).ok_or_else(|| identity.clone())
        })
        .collect();
    let mut built = Vec::with_capacity(values.len());
    let mut unreadable = Vec::new();
    for value in values {
        match value {
            Ok(value) => built.push(value),
            Err(identity) => unreadable.push(identity),
        }
    }
    (built, unreadable)
}
