//! The map as a tree: who names nobody's target first, and below each object what it names.

use std::collections::BTreeMap;

use crate::graph::map::{Arrow, Map, Relation, State};
use crate::render::{counted, plain};

/// Renders the tree; with centres, one of what they name and one of what names them.
pub(super) fn render(map: &Map, centres: &[usize], titles: &[String]) -> String {
    if centres.is_empty() {
        let mut out = tree(map, &roots(map), Direction::Along, titles);
        let dangling = map.arrows.iter().filter(|arrow| arrow.is_dangling).count();
        let lost = map.spots.iter().filter(|spot| spot.selects_nothing).count();
        let of_arrows = map.arrows.iter().map(|arrow| arrow.faults.len());
        let faults: usize = of_arrows.chain(map.spots.iter().map(|spot| spot.faults.len())).sum();
        let objects = map.spots.iter().filter(|spot| matches!(spot.state, State::Present(_))).count();
        let (objects, references, problems) = (
            counted(objects, "object", "objects"),
            counted(map.arrows.len(), "reference", "references"),
            counted(dangling + lost + faults, "problem", "problems"),
        );
        out.push_str(&format!("\n{objects}, {references}, {problems}\n"));
        return out;
    }
    let names = tree(map, centres, Direction::Along, titles);
    let named = tree(map, centres, Direction::Against, titles);
    format!("What it names:\n{names}\nWhat names it:\n{named}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Along,
    Against,
}

/// What nothing leads to, and one spot of each circle that nothing leads to.
fn roots(map: &Map) -> Vec<usize> {
    let mut is_target = vec![false; map.spots.len()];
    for arrow in map.arrows.iter().filter(|arrow| arrow.from != arrow.to) {
        is_target[arrow.to] = true;
    }
    let mut roots: Vec<usize> = (0..map.spots.len()).filter(|index| !is_target[*index]).collect();
    let next = neighbours(map, Direction::Along);
    let mut seen = vec![false; map.spots.len()];
    let mut pending = roots.clone();
    for candidate in 0..=map.spots.len() {
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                pending.extend(next.get(&at).into_iter().flatten().map(|(other, _)| *other));
            }
        }
        if candidate < map.spots.len() && !seen[candidate] {
            roots.push(candidate);
            pending.push(candidate);
        }
    }
    roots
}

type Neighbours<'m> = BTreeMap<usize, Vec<(usize, &'m Arrow)>>;

fn neighbours(map: &Map, direction: Direction) -> Neighbours<'_> {
    let mut next = Neighbours::new();
    for arrow in &map.arrows {
        let (from, to) = match direction {
            Direction::Along => (arrow.from, arrow.to),
            Direction::Against => (arrow.to, arrow.from),
        };
        next.entry(from).or_default().push((to, arrow));
    }
    next
}

/// A row to be written: the spot, how it was come by, and what stands before it.
struct Row<'m> {
    spot: usize,
    arrow: Option<&'m Arrow>,
    prefix: String,
    branch: &'static str,
}

fn tree(map: &Map, roots: &[usize], direction: Direction, titles: &[String]) -> String {
    let next = neighbours(map, direction);
    let mut out = String::new();
    let mut shown = vec![false; map.spots.len()];
    let mut pending: Vec<Row<'_>> = Vec::new();
    for root in roots.iter().rev() {
        pending.push(Row { spot: *root, arrow: None, prefix: String::new(), branch: "" });
    }
    while let Some(row) = pending.pop() {
        let below = next.get(&row.spot).map_or(&[][..], Vec::as_slice);
        let is_again = std::mem::replace(&mut shown[row.spot], true) && !below.is_empty();
        out.push_str(&line(map, &row, is_again, titles));
        if is_again {
            continue;
        }
        let prefix = match row.branch {
            "" => String::new(),
            "└─ " => format!("{}   ", row.prefix),
            _ => format!("{}│  ", row.prefix),
        };
        for (index, (spot, arrow)) in below.iter().enumerate().rev() {
            let branch = if index + 1 == below.len() { "└─ " } else { "├─ " };
            pending.push(Row { spot: *spot, arrow: Some(arrow), prefix: prefix.clone(), branch });
        }
    }
    out
}

fn line(map: &Map, row: &Row<'_>, is_again: bool, titles: &[String]) -> String {
    let spot = &map.spots[row.spot];
    let mut text = format!("{}{}{}", row.prefix, row.branch, plain::line(&titles[row.spot]));
    // What is wrong with the object stands beside its name, what is wrong with the reference behind that.
    push_faults(&mut text, &spot.faults);
    if let Some(arrow) = row.arrow {
        match (arrow.relation, &arrow.fields[..]) {
            (Relation::Selects, _) => text.push_str("  by its selector"),
            (Relation::Names, [field]) => text.push_str(&format!("  {}", plain::line(field))),
            (Relation::Names, [field, rest @ ..]) => {
                text.push_str(&format!("  {} and {} more", plain::line(field), rest.len()));
            }
            (Relation::Names, []) => {}
        }
    }
    match spot.state {
        State::Missing if row.arrow.is_some_and(|arrow| !arrow.is_dangling) => {
            text.push_str("  (not in the input)");
        }
        State::Missing => text.push_str("  ✗ not in the input"),
        State::Made => text.push_str("  (made by the input)"),
        State::Always => text.push_str("  (in every cluster)"),
        State::External => text.push_str("  (external)"),
        State::Present(_) => {}
    }
    if spot.selects_nothing {
        text.push_str("  ✗ selects no pod");
    }
    push_faults(&mut text, row.arrow.map_or(&[][..], |arrow| &arrow.faults));
    if is_again {
        text.push_str("  (see above)");
    }
    text + "\n"
}

fn push_faults(text: &mut String, faults: &[&str]) {
    for fault in faults {
        text.push_str(&format!("  ✗ {fault}"));
    }
}
