//! Entries of ConfigMaps and Secrets, and the fields that ask for them.

use crate::ide::View;
use crate::ide::cursor::{Cursor, Touched};
use crate::ide::entity::{Entity, Occurrence};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectId;
use crate::parse::tree::{NodeRef, Step};

/// The fields that hold the entries.
pub(in crate::ide) const ENTRIES: &[&str] = &["data", "stringData", "binaryData"];

/// The entry that the key at a place is of.
pub(super) fn at<'p>(view: &View<'p>, cursor: &Cursor<'p>) -> Option<Entity<'p>> {
    let object = cursor.object;
    if let Touched::Key { key, .. } = cursor.trail.touched
        && matches!(object.kind(), Kind::ConfigMap | Kind::Secret)
        && let [Step::Key(field), Step::Key(_)] = &cursor.trail.steps[..]
        && ENTRIES.contains(&&**field)
    {
        return Some(Entity::Key { object: object.id, key: key.key().into_owned() });
    }
    let node = cursor.trail.node()?;
    let graph = view.graph;
    let asks =
        |edge: &&crate::graph::reference::Edge<'p>| edge.keys().iter().any(|key| key.id() == node.id());
    let target = graph.edges_from(object.id).iter().find(asks)?.target()?;
    Some(Entity::Key { object: target, key: node.as_str()?.to_owned() })
}

/// The keys of a ConfigMap or Secret, where they stand, with their values.
pub(in crate::ide) fn entries_of<'p>(view: &View<'p>, object: ObjectId) -> Vec<(NodeRef<'p>, NodeRef<'p>)> {
    let object = view.program.object(object);
    ENTRIES.iter().filter_map(|field| object.get(field)).flat_map(NodeRef::entries).collect()
}

/// Every place that names an entry.
pub(super) fn occurrences<'p>(view: &View<'p>, object: ObjectId, key: &str) -> Vec<Occurrence<'p>> {
    let defined = entries_of(view, object).into_iter().map(|(name, _)| name).filter(|name| name.key() == key);
    let home = view.program.object(object);
    let mut found: Vec<_> = defined.map(|name| Occurrence::of(home, name, true)).collect();
    for edge in view.graph.edges_to(object) {
        let from = view.program.object(edge.from);
        let keys = edge.keys().into_iter().filter(|named| named.as_str() == Some(key));
        found.extend(keys.map(|named| Occurrence::of(from, named, false)));
    }
    found
}
