//! The map of who names whom, as text for people and for programs that draw.

mod json;
mod text;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::graph::map::{Map, Relation, Spot, State};
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
        GraphFormat::Text => text::render(map, centres),
        GraphFormat::Dot => dot(map),
        GraphFormat::Mermaid => mermaid(map),
        GraphFormat::Json => json::render(map, program),
    }
}

/// `Deployment shop/web`.
fn title(spot: &Spot) -> String {
    match &spot.namespace {
        Some(namespace) => format!("{} {namespace}/{}", spot.kind, spot.name),
        None => format!("{} {}", spot.kind, spot.name),
    }
}

/// The spots that dangling references lead to, and those that select nothing.
fn problems(map: &Map) -> BTreeSet<usize> {
    let dangling = map.arrows.iter().filter(|arrow| arrow.is_dangling).map(|arrow| arrow.to);
    let lost = (0..map.spots.len()).filter(|index| map.spots[*index].selects_nothing);
    dangling.chain(lost).collect()
}

fn relation_word(relation: Relation) -> &'static str {
    match relation {
        Relation::Names => "names",
        Relation::Selects => "selects",
    }
}

fn dot(map: &Map) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut out = String::from("digraph kplan {\n  rankdir=LR;\n  node [shape=box];\n");
    let problems = problems(map);
    for (index, spot) in map.spots.iter().enumerate() {
        let label = quoted(&title(spot)).replacen(' ', "\\n", 1);
        let style = match spot.state {
            _ if problems.contains(&index) => ", color=red, style=dashed",
            State::Present(_) => "",
            _ => ", style=dashed",
        };
        let _ = writeln!(out, "  n{index} [label=\"{label}\"{style}];");
    }
    for arrow in &map.arrows {
        let color = if arrow.is_dangling { ", color=red" } else { "" };
        let (word, fields) = (relation_word(arrow.relation), quoted(&arrow.fields.join(", ")));
        let _ = writeln!(
            out,
            "  n{} -> n{} [label=\"{word}\", tooltip=\"{fields}\"{color}];",
            arrow.from, arrow.to
        );
    }
    out.push_str("}\n");
    out
}

fn mermaid(map: &Map) -> String {
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let mut out = String::from("graph LR\n");
    let problems = problems(map);
    for (index, spot) in map.spots.iter().enumerate() {
        let label = quoted(&title(spot)).replacen(' ', "<br/>", 1);
        let class = match spot.state {
            _ if problems.contains(&index) => ":::problem",
            State::Present(_) => "",
            _ => ":::outside",
        };
        let _ = writeln!(out, "  n{index}[\"{label}\"]{class}");
    }
    for arrow in &map.arrows {
        let line = if arrow.is_dangling { "-.->" } else { "-->" };
        let _ = writeln!(out, "  n{} {line}|{}| n{}", arrow.from, relation_word(arrow.relation), arrow.to);
    }
    out.push_str(
        "  classDef problem stroke:#d00,stroke-dasharray:4\n  classDef outside stroke-dasharray:4\n",
    );
    out
}
