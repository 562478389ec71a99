//! What was probably meant by a field that does not exist.

use crate::parse::schema::problem::{Hint, Place};
use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::{Layer, Leaf, Shape, Table, TypeId};
use crate::parse::schema::walk::Visit;

/// A field of the same name in another version goes first, then one of almost the same name here, then one of the same
/// name above, below and beside. Fields that half of all types have, such as `name`, are not looked for elsewhere.
pub(super) fn for_field(table: &Table, visits: &[Visit<'_>], at: usize, name: &str) -> Option<Hint> {
    let here = visits[at];
    let own = table.get(here.type_id);
    if let Some(range) = own.other_versions(name) {
        return Some(Hint::OtherVersion(range));
    }
    let similar = closest(name, own.fields().iter().map(|field| field.name));
    if let Some(similar) = similar.filter(|similar| similar.eq_ignore_ascii_case(name)) {
        return Some(Hint::Similar(similar.to_owned()));
    }
    let is_common = matches!(
        name,
        "name" | "kind" | "apiVersion" | "type" | "value" | "key" | "namespace" | "metadata" | "spec"
    );
    let elsewhere = if is_common { None } else { elsewhere(table, visits, at, name) };
    elsewhere.or_else(|| similar.map(|similar| Hint::Similar(similar.to_owned())))
}

fn elsewhere(table: &Table, visits: &[Visit<'_>], at: usize, name: &str) -> Option<Hint> {
    let root = visits[0].node;
    let path_of = |visit: &Visit<'_>| root.path_to(visit.node);
    let mut above = at;
    while above != 0 {
        above = visits[above].parent;
        if table.get(visits[above].type_id).field(name).is_some() {
            return Some(Hint::Elsewhere { path: path_of(&visits[above])?, place: Place::Above });
        }
    }
    if let Some(child) = child_with_field(table, &visits[at], name) {
        return Some(Hint::Elsewhere { path: join(&path_of(&visits[at])?, &child), place: Place::Below });
    }
    if at == 0 {
        return None;
    }
    let parent = &visits[visits[at].parent];
    let child = child_with_field(table, parent, name)?;
    Some(Hint::Elsewhere { path: join(&path_of(parent)?, &child), place: Place::Beside })
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

/// The child that has a field of this name, as a path: one that is written in the document goes first; a list, as
/// `containers[]`, counts only then.
fn child_with_field(table: &Table, visit: &Visit<'_>, name: &str) -> Option<String> {
    let read = table.get(visit.type_id);
    let children = || read.fields().iter().filter(|field| field.name != "status");
    let has = |shape: Shape| object_of(shape).is_some_and(|inner| table.get(inner).field(name).is_some());
    let written =
        children().filter(|field| visit.node.get(field.name).is_some()).find_map(|field| {
            match field.shape.outermost() {
                Ok((Layer::List, item)) if has(item) => Some(format!("{}[]", field.name)),
                _ if has(field.shape) => Some(field.name.to_owned()),
                _ => None,
            }
        });
    written.or_else(|| children().find(|field| has(field.shape)).map(|field| field.name.to_owned()))
}

fn object_of(shape: Shape) -> Option<TypeId> {
    match shape.outermost() {
        Err(Leaf::Object(id)) => Some(id),
        _ => None,
    }
}
