//! Keys: the fields of a schema, and the keys of labels.

use std::collections::BTreeSet;

use crate::ide::completion::draft::{MARK, Slot};
use crate::ide::completion::{Blank, CompletionKind, Proposal, values};
use crate::ide::model::{FieldFacts, Holding, Layout, Spot};
use crate::parse::schema::table::Layer;
use crate::parse::tree::{NodeRef, Step};

/// The keys that can stand at the mark, below `parents`.
pub(super) fn at(blank: &Blank<'_>, parents: &[Step<'_>], spot: Option<&Spot<'_>>) -> Vec<Proposal> {
    let Some(spot) = spot else { return Vec::new() };
    let is_top = parents.is_empty();
    let here = |node: NodeRef<'_>| {
        node.raw_entries().map(|(key, _)| key.key().into_owned()).collect::<BTreeSet<_>>()
    };
    let mut present = blank.trail.holder().map(here).unwrap_or_default();
    present.remove(MARK);
    if let Some(keys) = values::label_keys(blank) {
        let keys = keys.into_iter().filter(|(key, _)| !present.contains(key));
        return keys.map(|(key, detail)| label_key(blank, key, detail)).collect();
    }
    // Where a list belongs, its first item begins.
    let (holding, lead) = match item_of(blank, spot.holding) {
        Some(item) => (item, "- "),
        None => (spot.holding, ""),
    };
    let mut fields = blank.model.fields(holding, is_top);
    fields.retain(|field| !present.contains(&*field.name) && !(is_top && field.name == "status"));
    fields.sort_by_key(|field| (rank(field, is_top), !field.required, field.name != "name"));
    fields.into_iter().map(|field| proposal(blank, &field, lead)).collect()
}

/// The order in which people write the fields of an object.
fn rank(field: &FieldFacts<'_>, is_top: bool) -> usize {
    let order = ["apiVersion", "kind", "metadata", "spec"];
    if is_top { order.iter().position(|name| *name == field.name).unwrap_or(order.len()) } else { 0 }
}

fn item_of<'d>(blank: &Blank<'d>, holding: Holding<'d>) -> Option<Holding<'d>> {
    if blank.line.slot != Slot::KeyOrItem {
        return None;
    }
    match holding {
        Holding::BuiltIn(shape) => match shape.outermost() {
            Ok((Layer::List, inner)) => Some(Holding::BuiltIn(inner)),
            _ => None,
        },
        Holding::Custom(schema) => schema.get("items").map(Holding::Custom),
        Holding::Anything => None,
    }
}

fn label_key(blank: &Blank<'_>, key: String, detail: String) -> Proposal {
    let insert = (!blank.line.has_colon && blank.line.quote.is_none()).then(|| format!("{key}: "));
    let insert = insert.or_else(|| Some(key.clone()));
    Proposal { insert, ..Proposal::new(CompletionKind::Key, key, detail) }
}

fn proposal(blank: &Blank<'_>, field: &FieldFacts<'_>, lead: &str) -> Proposal {
    let kind = if field.required { CompletionKind::RequiredField } else { CompletionKind::Field };
    let required = if field.required { ", required" } else { "" };
    let mut proposal = Proposal::new(kind, field.name.as_ref(), format!("{}{required}", field.words));
    proposal.documentation = field.text.to_string();
    proposal.insert = Some(format!("{lead}{}{}", field.name, behind(blank, field, lead.len())));
    proposal
}

/// What is written behind the name of a field: a colon, and the start of what it holds.
fn behind(blank: &Blank<'_>, field: &FieldFacts<'_>, lead: usize) -> String {
    let line = blank.line;
    if line.has_colon || line.quote.is_some() {
        return String::new();
    }
    let layout = blank.model.layout(field.holding);
    if line.slot != Slot::KeyOrItem {
        return match layout {
            Layout::Scalar => ": ".to_owned(),
            Layout::Mapping => ": {".to_owned(),
            Layout::List | Layout::ListOfMappings => ": [".to_owned(),
        };
    }
    let column = line.word.0 - line.start + usize::from(line.needs_blank) + lead;
    let newline = if blank.text.contains("\r\n") { "\r\n" } else { "\n" };
    let step = |more: usize| " ".repeat(column + more);
    let of_list = if lists_are_indented(blank.text) { 2 } else { 0 };
    match layout {
        Layout::Scalar => ": ".to_owned(),
        Layout::Mapping => format!(":{newline}{}", step(2)),
        Layout::List | Layout::ListOfMappings => format!(":{newline}{}- ", step(of_list)),
    }
}

/// Whether the lists of a file stand further in than their keys, as the first one does.
fn lists_are_indented(text: &str) -> bool {
    let mut lines = text.lines();
    let mut key: Option<usize> = None;
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    lines
        .find_map(|line| {
            let content = line.trim();
            if let Some(column) = key
                && content.starts_with("- ")
            {
                return Some(indent(line) > column);
            }
            key = (content.ends_with(':') && !content.starts_with('-')).then(|| indent(line));
            None
        })
        .unwrap_or(true)
}
