//! Every row of the table against the schemas: a path that Kubernetes does not have names nothing.

use std::collections::BTreeSet;

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::graph::table;
use crate::parse::kind::Kind;
use crate::parse::paths::{steps, ways};
use crate::parse::schema::table::{BuiltInKind, Layer, Leaf, Shape, Table};
use crate::parse::version::Version;

/// Fields of versions of the API that are no longer served.
const FORMER: &[&str] = &[
    "spec.backend.serviceName",
    "spec.metrics[].object.target.name",
    "spec.rules[].http.paths[].backend.serviceName",
];

fn versions() -> impl Iterator<Item = Version> {
    Version::built_in()
}

/// What stands at a path below a type, and what stands beside it.
struct Place {
    leaf: Shape,
    holder: Shape,
}

fn field(table: &Table, holder: Shape, name: &str) -> Option<Shape> {
    match holder.outermost() {
        Err(Leaf::Object(id)) => table.get(id).field(name).map(|field| field.shape),
        Ok((Layer::Map, inner)) => Some(inner),
        _ => None,
    }
}

/// All places of a path; more than one where it goes through any list of containers.
fn places(table: &Table, root: Shape, path: &str) -> Vec<Place> {
    let mut at = vec![Place { leaf: root, holder: root }];
    for (key, is_list) in steps(path) {
        let keys: &[&str] = match key {
            "{containers}" => &["containers", "initContainers", "ephemeralContainers"],
            ref key => std::slice::from_ref(key),
        };
        let mut next = Vec::new();
        for place in &at {
            for key in keys {
                let Some(found) = field(table, place.leaf, key) else { continue };
                let leaf = match (is_list, found.outermost()) {
                    (false, _) => found,
                    (true, Ok((Layer::List, item))) => item,
                    (true, _) => continue,
                };
                next.push(Place { leaf, holder: place.leaf });
            }
        }
        at = next;
    }
    at
}

fn kinds_of<'t>(table: &'t Table, row: &Row) -> Vec<Option<&'t BuiltInKind>> {
    match row.from {
        From::PodSpec => vec![None],
        From::Kinds(kinds) => kinds
            .iter()
            .flat_map(|kind| table.kinds_named(kind.as_str()))
            .filter(|built_in| Kind::of(built_in.group(), built_in.kind) != Kind::Other)
            .map(Some)
            .collect(),
        From::Foreign(..) | From::Namespaced | From::Declared => Vec::new(),
    }
}

/// The places of a path of a row, for every kind, version of the API and version of Kubernetes that has it.
fn all_places(row: &Row, path: &str) -> Vec<(&'static Table, String, Place)> {
    let mut all = Vec::new();
    for version in versions() {
        let table = Table::of(version);
        for kind in kinds_of(table, row) {
            let id = match kind {
                Some(kind) => table.type_of(kind),
                None => table.type_named("core.v1.PodSpec").unwrap(),
            };
            let name = kind.map_or("Pod", |kind| kind.kind).to_owned();
            let found = places(table, Shape::leaf(Leaf::Object(id)), path);
            all.extend(found.into_iter().map(|place| (table, name.clone(), place)));
        }
    }
    all
}

fn is_built_in(row: &Row) -> bool {
    versions().any(|version| !kinds_of(Table::of(version), row).is_empty())
}

#[test]
fn every_path_of_a_built_in_kind_is_a_field_that_holds_a_name() {
    for row in table::rows().filter(|row| is_built_in(row) && !FORMER.contains(&row.path)) {
        for path in paths_of(row) {
            assert_is_a_name(row, &path);
        }
    }
}

/// All paths of a row; lists of containers are one.
fn paths_of(row: &Row) -> Vec<String> {
    match row.path.contains("{containers}") {
        true => vec![row.path.to_owned()],
        false => ways(row.path),
    }
}

fn assert_is_a_name(row: &Row, path: &str) {
    let places = all_places(row, path);
    let found: BTreeSet<&str> = places.iter().map(|(_, kind, _)| kind.as_str()).collect();
    let wanted: BTreeSet<&str> = match row.from {
        From::Kinds(kinds) => {
            let built_in = |kind: &&Kind| {
                versions().any(|version| {
                    let of_name = Table::of(version).kinds_named(kind.as_str());
                    of_name.iter().any(|found| Kind::of(found.group(), found.kind) == **kind)
                })
            };
            kinds.iter().filter(built_in).map(|kind| kind.as_str()).collect()
        }
        _ => BTreeSet::from(["Pod"]),
    };
    assert_eq!(found, wanted, "{path} of {:?}", row.from);
    for (_, kind, place) in places {
        assert_eq!(place.leaf, Shape::leaf(Leaf::String), "{path} of {kind}");
    }
}

#[test]
fn what_a_row_reads_beside_its_field_is_there() {
    for row in table::rows().filter(|row| is_built_in(row)) {
        let mut siblings: Vec<&str> = Vec::new();
        match row.scope {
            Scope::SiblingOrSame(key) | Scope::Sibling(key) => siblings.push(key),
            Scope::Same
            | Scope::ServiceHost
            | Scope::ExternalName
            | Scope::Slash
            | Scope::Principal
            | Scope::Anywhere
            | Scope::Dot
            | Scope::Colons
            | Scope::Hyphens => {}
        }
        match row.to {
            To::If(_) => siblings.push("kind"),
            To::Said { group, .. } => siblings.extend(["kind", group]),
            To::ByFlag(flag, ..) | To::Unless(flag, _) => siblings.push(flag),
            To::Backend => siblings.push("port"),
            To::NamedBy(key) => siblings.push(key),
            // Keys of annotations, or fields of custom resources.
            To::SaidBy { .. } | To::Either(..) | To::Among(_) => {}
            To::Kind(_) | To::Foreign(..) | To::Resources | To::Parameters | To::Declared => {}
        }
        match row.keys {
            Keys::None => {}
            Keys::Key => siblings.push("key"),
            Keys::Items => siblings.push("items"),
        }
        if row.may_be_optional {
            siblings.push("optional");
        }
        let places: Vec<_> = paths_of(row).iter().flat_map(|path| all_places(row, path)).collect();
        for sibling in siblings {
            // What a claim is filled from has had a namespace of its own later than the rest.
            let has =
                |(table, _, place): &(&Table, String, Place)| field(table, place.holder, sibling).is_some();
            assert!(places.is_empty() || places.iter().all(has), "`{sibling}` beside {}", row.path);
        }
    }
}

#[test]
fn a_wrong_path_is_found_out() {
    let table = Table::of(Version::NEWEST);
    let pod = Shape::leaf(Leaf::Object(table.type_named("core.v1.PodSpec").unwrap()));
    assert_eq!(places(table, pod, "volumes[].configMap.name").len(), 1);
    assert_eq!(places(table, pod, "{containers}[].envFrom[].secretRef.name").len(), 3);
    assert!(places(table, pod, "volumes[].configMap.configMapName").is_empty());
    assert!(places(table, pod, "volumes.configMap.name").is_empty());
}
