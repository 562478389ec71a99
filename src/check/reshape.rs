//! What becomes of the fields of an object that moves to another API version: edits that keep everything that stands
//! between them.

use crate::check::{old_autoscaler, old_ingress, old_workload};
use crate::diagnostic::Edit;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::problem::Problem;
use crate::parse::tree::{NodeKind, NodeRef, Style};
use crate::source::Span;

/// The edits that leave nothing of `problems`, which the object has under the new version. `None` where there is more to do,
/// or where it cannot be done without touching what stands between.
pub(super) fn rewrite(object: ObjectRef<'_>, problems: &[Problem]) -> Option<Vec<Edit>> {
    match object.kind_name() {
        "Ingress" => old_ingress::rewrite(object, problems),
        "HorizontalPodAutoscaler" => old_autoscaler::rewrite(object, problems),
        "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet" => old_workload::rewrite(object, problems),
        _ => None,
    }
}

/// How an entry of a mapping is written deeper in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nested<'t> {
    /// The key.
    pub(super) key: NodeRef<'t>,
    /// The value.
    pub(super) value: NodeRef<'t>,
    /// What stands at the old place of the key; empty where it stands further up already.
    pub(super) above: &'t str,
    /// What the entry is called below that: one word, or two where one stands below the other.
    pub(super) names: &'t [&'t str],
    /// What stands beside it there, and before it.
    pub(super) beside: Option<(&'t str, &'t str)>,
    /// Whether it is the last of what stands below `above`.
    pub(super) is_last: bool,
}

/// Whether an entry can be moved by an edit of its key: both are bare scalars.
pub(super) fn is_simple(key: NodeRef<'_>, value: NodeRef<'_>) -> bool {
    let has_style = |node: NodeRef<'_>| {
        matches!(node.style(), Style::Plain | Style::Json | Style::SingleQuoted | Style::DoubleQuoted)
    };
    let is_bare = key.anchor().is_none() && key.tag().is_none();
    is_bare && value.kind() == NodeKind::Scalar && has_style(key) && has_style(value)
}

/// Writes an entry of `mapping` deeper, in the style of the mapping.
pub(super) fn nest(object: ObjectRef<'_>, mapping: NodeRef<'_>, entry: &Nested<'_>) -> Option<Vec<Edit>> {
    if mapping.style() == Style::Flow { in_flow(object, entry) } else { in_block(object, entry) }
}

/// Writes the key deeper by two columns for each name above it, which gets a line of its own.
fn in_block(object: ObjectRef<'_>, entry: &Nested<'_>) -> Option<Vec<Edit>> {
    let text = object.file.source.text();
    let start = object.span(entry.key).start as usize;
    let line = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let lead = text[line..start].trim_start_matches('\u{FEFF}');
    let is_one_line = !text[start..object.span(entry.value).end as usize].contains(['\n', '\r']);
    // In the first entry of an item, the dash stands where the others are indented.
    let is_indent = |byte: u8| byte == b' ' || (byte == b'-' && !entry.above.is_empty());
    if !is_one_line || !lead.bytes().all(is_indent) {
        return None;
    }
    let indent = " ".repeat(lead.len());
    let line_break = edit::line_break_at(text, start);
    let mut written = entry.above.to_owned();
    let mut deeper = String::new();
    for (at, name) in entry.names.iter().enumerate() {
        deeper.push_str("  ");
        if written.is_empty() {
            written.push_str(&format!("  {name}"));
            continue;
        }
        written.push(':');
        if let Some((beside, value)) = entry.beside.filter(|_| at + 1 == entry.names.len()) {
            written.push_str(&format!("{line_break}{indent}{deeper}{beside}: {value}"));
        }
        written.push_str(&format!("{line_break}{indent}{deeper}{name}"));
    }
    Some(vec![Edit { span: object.span(entry.key), text: written }])
}

/// Opens a bracket for each name above the key, and closes those that are its own behind the value.
fn in_flow(object: ObjectRef<'_>, entry: &Nested<'_>) -> Option<Vec<Edit>> {
    let text = object.file.source.text();
    let (key, value) = (object.span(entry.key), object.span(entry.value));
    let between = text.get(key.end as usize..value.start as usize)?;
    let is_tight = between == ":";
    let colon = if is_tight { ":" } else { ": " };
    let is_quoted = entry.key.style() == Style::DoubleQuoted;
    let written = |word: &str| if is_quoted { format!("\"{word}\"") } else { word.to_owned() };
    let above = [entry.above].into_iter().filter(|above| !above.is_empty());
    let mut names: Vec<String> = above.chain(entry.names.iter().copied()).map(written).collect();
    if let Some(((beside, value), last)) = entry.beside.zip(names.last_mut()) {
        let comma = if is_tight { "," } else { ", " };
        *last = format!("{}{colon}{}{comma}{last}", written(beside), written(value));
    }
    let mut edits = vec![Edit { span: key, text: names.join(&format!("{colon}{{")) }];
    let closing = "}".repeat(entry.names.len() - 1 + usize::from(entry.is_last));
    if !closing.is_empty() {
        edits.push(Edit { span: Span::new(value.file, value.end, value.end), text: closing });
    }
    Some(edits)
}
