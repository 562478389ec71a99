//! The map for programs, version 1. `docs/json.md` is its manual: members may be added, never changed.

use serde::Serialize;

use crate::graph::map::{Map, State};
use crate::parse::object::Program;
use crate::render::graph::relation_word;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    objects: Vec<Object<'a>>,
    edges: Vec<Edge<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    id: usize,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    state: &'static str,
    file: Option<&'a str>,
    line: Option<u32>,
    selects_nothing: bool,
    focus: bool,
    faults: &'a [&'static str],
}

#[derive(Serialize)]
struct Edge<'a> {
    from: usize,
    to: usize,
    relation: &'static str,
    fields: &'a [String],
    dangling: bool,
    faults: &'a [&'static str],
}

/// Renders one object that ends in a line break.
pub(super) fn render(map: &Map, centres: &[usize], program: &Program) -> String {
    let objects = map.spots.iter().enumerate().map(|(id, spot)| {
        let place = match spot.state {
            State::Present(id) => {
                let object = program.object(id);
                let source = &object.file.source;
                Some((source.path(), source.position(object.name_span().start).line + 1))
            }
            _ => None,
        };
        Object {
            id,
            kind: &spot.kind,
            namespace: spot.namespace.as_deref(),
            name: &spot.name,
            state: match spot.state {
                State::Present(_) => "present",
                State::Made => "made",
                State::Always => "always",
                State::External => "external",
                State::Missing => "missing",
            },
            file: place.map(|(file, _)| file),
            line: place.map(|(_, line)| line),
            selects_nothing: spot.selects_nothing,
            focus: centres.contains(&id),
            faults: &spot.faults,
        }
    });
    let edges = map.arrows.iter().map(|arrow| Edge {
        from: arrow.from,
        to: arrow.to,
        relation: relation_word(arrow.relation),
        fields: &arrow.fields,
        dangling: arrow.is_dangling,
        faults: &arrow.faults,
    });
    let document = Document { version: 1, objects: objects.collect(), edges: edges.collect() };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
