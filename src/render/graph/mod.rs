//! The map of who names whom, as text for people and for programs that draw.

mod json;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::graph::map::{Arrow, Map, Relation, Spot, State};
use crate::parse::object::Program;

/// The ways to write a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphFormat {
    /// A tree for people.
    Text,
    /// For Graphviz.
    Dot,
    /// For Mermaid, which many web pages draw.
    Mermaid,
    /// One JSON object, version 1; documented in `docs/json.md`.
    Json,
}

/// A map in a format. With centres, the tree is of what they name and of what names them.
pub fn render_graph(map: &Map, centres: &[usize], program: &Program, format: GraphFormat) -> String {
    match format {
        GraphFormat::Text => text::render(map, centres, &titles(map, program)),
        GraphFormat::Dot => dot(map, centres, &titles(map, program)),
        GraphFormat::Mermaid => mermaid(map, centres, &titles(map, program)),
        GraphFormat::Json => json::render(map, centres, program),
    }
}

/// `Deployment shop/web` for each spot. Of several objects that have one name, each says where it is.
fn titles(map: &Map, program: &Program) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for spot in &map.spots {
        *counts.entry(title(spot)).or_default() += 1;
    }
    let in_full = |spot: &Spot| {
        let title = title(spot);
        match spot.state {
            State::Present(id) if counts.get(&title).is_some_and(|count| *count > 1) => {
                let object = program.object(id);
                let source = &object.file.source;
                let line = source.position(object.name_span().start).line + 1;
                format!("{title} ({}:{line})", source.path())
            }
            _ => title,
        }
    };
    map.spots.iter().map(in_full).collect()
}

fn title(spot: &Spot) -> String {
    let name = if spot.name.is_empty() { "(no name)" } else { &spot.name };
    match &spot.namespace {
        Some(namespace) => format!("{} {namespace}/{name}", spot.kind),
        None => format!("{} {name}", spot.kind),
    }
}

/// The spots that dangling references lead to, those that select nothing, and those that checks found fault with.
fn problems(map: &Map) -> BTreeSet<usize> {
    let dangling = map.arrows.iter().filter(|arrow| arrow.is_dangling).map(|arrow| arrow.to);
    let lost = (0..map.spots.len()).filter(|index| {
        let spot = &map.spots[*index];
        spot.selects_nothing || !spot.faults.is_empty()
    });
    dangling.chain(lost).collect()
}

fn relation_word(relation: Relation) -> &'static str {
    match relation {
        Relation::Names => "names",
        Relation::Selects => "selects",
    }
}

fn dot(map: &Map, centres: &[usize], titles: &[String]) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut out = String::from("digraph kplan {\n  rankdir=LR;\n  node [shape=box];\n");
    let problems = problems(map);
    for (index, spot) in map.spots.iter().enumerate() {
        let mut label = quoted(&titles[index]).replacen(' ', "\\n", 1);
        if !spot.faults.is_empty() {
            label.push_str(&format!("\\n✗ {}", spot.faults.join(", ")));
        }
        let style = match spot.state {
            State::Present(_) if !spot.faults.is_empty() => ", color=red",
            _ if problems.contains(&index) => ", color=red, style=dashed",
            State::Present(_) => "",
            _ => ", style=dashed",
        };
        let width = if centres.contains(&index) { ", penwidth=3" } else { "" };
        let _ = writeln!(out, "  n{index} [label=\"{label}\"{style}{width}];");
    }
    for arrow in &map.arrows {
        let color = if arrow.is_dangling || !arrow.faults.is_empty() { ", color=red" } else { "" };
        let (word, fields) = (arrow_word(arrow, "\\n"), quoted(&arrow.fields.join(", ")));
        let _ = writeln!(
            out,
            "  n{} -> n{} [label=\"{word}\", tooltip=\"{fields}\"{color}];",
            arrow.from, arrow.to
        );
    }
    out.push_str("}\n");
    out
}

/// What an arrow is labelled with: the relation, and what is wrong with it.
fn arrow_word(arrow: &Arrow, line_break: &str) -> String {
    let word = relation_word(arrow.relation);
    match arrow.faults.is_empty() {
        true => word.to_owned(),
        false => format!("{word}{line_break}✗ {}", arrow.faults.join(", ")),
    }
}

fn mermaid(map: &Map, centres: &[usize], titles: &[String]) -> String {
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let mut out = String::from("graph LR\n");
    let problems = problems(map);
    for (index, spot) in map.spots.iter().enumerate() {
        let mut label = quoted(&titles[index]).replacen(' ', "<br/>", 1);
        if !spot.faults.is_empty() {
            label.push_str(&format!("<br/>✗ {}", spot.faults.join(", ")));
        }
        let class = match spot.state {
            _ if problems.contains(&index) => ":::problem",
            State::Present(_) => "",
            _ => ":::outside",
        };
        let _ = writeln!(out, "  n{index}[\"{label}\"]{class}");
    }
    for arrow in &map.arrows {
        let line = if arrow.is_dangling || !arrow.faults.is_empty() { "-.->" } else { "-->" };
        let word = arrow_word(arrow, "<br/>");
        let word = if arrow.faults.is_empty() { word } else { format!("\"{word}\"") };
        let _ = writeln!(out, "  n{} {line}|{word}| n{}", arrow.from, arrow.to);
    }
    for centre in centres {
        let _ = writeln!(out, "  class n{centre} focus");
    }
    out.push_str(
        "  classDef problem stroke:#d00,stroke-dasharray:4\n  classDef outside stroke-dasharray:4\n",
    );
    if !centres.is_empty() {
        out.push_str("  classDef focus stroke-width:4px\n");
    }
    out
}
