//! Edits of a document that keep the style of what stands around them.
//!
//! Each function gives one change of the text, or nothing where it cannot be made without guessing: behind an alias, where
//! an anchor would be lost, where a comment would go with what is removed or would come to stand elsewhere.

use std::ops::Range;

use crate::diagnostic::Edit;
use crate::parse::tree::{NodeId, NodeKind, NodeRef, Scalar, Style, Tree, resolve_plain};
use crate::source::{FileId, Span};

/// One range of bytes of a file becomes another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is replaced; empty to insert.
    pub range: Range<u32>,
    /// What is written instead.
    pub text: String,
}

impl Change {
    /// The same as an edit of a file.
    pub fn in_file(self, file: FileId) -> Edit {
        Edit { span: Span::new(file, self.range.start, self.range.end), text: self.text }
    }
}

/// A value that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum New<'v> {
    /// A string, which gets quotes where it needs them.
    Text(&'v str),
    /// A number or a boolean.
    Raw(&'v str),
}

/// The text of a scalar that says `value` in the style of `node`: a string stays one. `None` where it cannot be told, as
/// for an alias, and for what an alias repeats elsewhere, where it may mean something else.
pub fn in_style_of(node: NodeRef<'_>, value: &str) -> Option<String> {
    if node.is_alias()
        || aliases_of(node).next().is_some()
        || node.kind() != NodeKind::Scalar
        || node.source().is_empty()
    {
        return None;
    }
    let is_plain = !value.contains(|c: char| c.is_control() || matches!(c, '\'' | '"' | '\\'));
    match node.style() {
        Style::Plain if node.as_str().is_some() => Some(bare_or_quoted(value)),
        Style::Plain => Some(value.to_owned()),
        Style::Json if is_number_or_word(value) => Some(value.to_owned()),
        Style::Json => Some(double_quoted(value)),
        Style::SingleQuoted if is_plain => Some(format!("'{value}'")),
        Style::SingleQuoted | Style::DoubleQuoted => Some(double_quoted(value)),
        Style::Literal | Style::Folded | Style::Flow | Style::Block => None,
    }
}

/// The aliases that repeat a node.
pub fn aliases_of(node: NodeRef<'_>) -> impl Iterator<Item = NodeId> {
    let (tree, id) = (node.tree(), node.id());
    // An alias stands behind its anchor.
    let behind = if node.anchor().is_some() { id.0 + 1..tree.len() as u32 } else { 0..0 };
    behind
        .map(|index| tree.node(NodeId(index)))
        .filter(move |node| node.is_alias() && node.target().id() == id)
        .map(NodeRef::id)
}

/// Puts the entry `name: value` into a mapping: behind the entry `after`, or behind the last one. In a block it gets a line
/// of its own below the whole of that entry, its comment at the end of the line included.
pub fn insert_entry(mapping: NodeRef<'_>, after: Option<&str>, name: &str, value: New<'_>) -> Option<Change> {
    if mapping.is_alias() || mapping.get_entry(name).is_some() {
        return None;
    }
    let name = if is_bare_key(name) { name.to_owned() } else { double_quoted(name) };
    let name = name.as_str();
    let (key, before) = match after {
        Some(after) => mapping.raw_entries().filter(|(key, _)| key.key() == after).last()?,
        None => mapping.raw_entries().last()?,
    };
    let text = mapping.tree().text();
    let lead = lead_of(text, key)?;
    if mapping.style() == Style::Flow {
        return insert_in_flow(text, (key, before), lead, name, value);
    }
    let indent = match lead {
        Lead::Blank(indent) => indent.to_owned(),
        Lead::Item(prefix) => " ".repeat(prefix.len()),
        Lead::Other => return None,
    };
    let end = end_of(key, before);
    let line_end = end + text[end..].find(['\n', '\r']).unwrap_or(text.len() - end);
    let rest = text[end..line_end].trim();
    if keeps_blank_lines(before) || !(rest.is_empty() || rest.starts_with('#')) {
        return None;
    }
    let line_break = line_break_of(text, line_end);
    let value = match value {
        New::Text(value) => bare_or_quoted(value),
        New::Raw(value) => value.to_owned(),
    };
    Some(Change { range: at(line_end), text: format!("{line_break}{indent}{name}: {value}") })
}

/// Puts a space behind the colon of a text like `app:web` that stands alone on its line, so that it becomes an entry.
pub fn space_of_entry(node: NodeRef<'_>) -> Option<Change> {
    let (key, value) = node.source().split_once(':')?;
    let is_plain = node.style() == Style::Plain && node.anchor().is_none() && node.tag().is_none();
    if node.is_alias() || !is_plain || node.source().contains(['\n', '\r']) {
        return None;
    }
    let (text, start) = (node.tree().text(), node.range().start);
    let lead = &text[line_start_of(text, start as usize)..start as usize];
    let is_alone = lead.bytes().all(|byte| matches!(byte, b' ' | b'-'));
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let is_entry = !key.is_empty() && key.chars().all(is_word) && !value.is_empty();
    let is_address = value.starts_with("//");
    let behind = start + key.len() as u32 + 1;
    (is_alone && is_entry && !is_address).then(|| Change { range: behind..behind, text: " ".to_owned() })
}

/// Takes an entry, by its key, out of its mapping. The last entry cannot be taken: without it, the mapping would be null.
pub fn remove_entry(mapping: NodeRef<'_>, key: NodeRef<'_>) -> Option<Change> {
    if mapping.is_alias() {
        return None;
    }
    let entries: Vec<_> = mapping.raw_entries().map(|(key, value)| (key, end_of(key, value))).collect();
    let parts: Vec<Part<'_>> =
        entries.into_iter().map(|(key, end)| Part { first: key, start: start_of(key), end }).collect();
    let index = parts.iter().position(|part| part.first.id() == key.id())?;
    remove_part(mapping, &parts, index)
}

/// Takes an item out of its list. The last item cannot be taken: without it, the list would be null.
pub fn remove_item(list: NodeRef<'_>, item: NodeRef<'_>) -> Option<Change> {
    if list.is_alias() {
        return None;
    }
    let parts: Vec<Part<'_>> = list
        .items()
        .map(|item| Part { first: item, start: start_of(item), end: end_of(item, item) })
        .collect();
    let index = parts.iter().position(|part| part.first.id() == item.id())?;
    remove_part(list, &parts, index)
}

/// Puts an item at the end of a list, in the style of the last one. A string that needs them gets quotes, and so does every
/// string beside one that has them.
pub fn append_item(list: NodeRef<'_>, value: &str) -> Option<Change> {
    let is_usable = |item: &NodeRef<'_>| item.is_scalar() && !item.is_alias() && !item.source().is_empty();
    let last = list.items().last().filter(|last| is_usable(last) && !list.is_alias())?;
    let (text, end) = (list.tree().text(), last.range().end as usize);
    let is_quoted = last.style() == Style::DoubleQuoted;
    let value = if is_quoted { double_quoted(value) } else { bare_or_quoted(value) };
    let line_start = line_start_of(text, last.range().start as usize);
    let lead = text[line_start..last.range().start as usize].trim_start_matches('\u{FEFF}');
    let line_end = end + text[end..].find(['\n', '\r']).unwrap_or(text.len() - end);
    if list.style() == Style::Flow {
        let is_own_line = lead.bytes().all(|byte| byte == b' ');
        return match is_own_line {
            true if text[end..line_end].contains('#') => None,
            true => Some(Change {
                range: at(end),
                text: format!(",{}{lead}{value}", line_break_of(text, line_end)),
            }),
            false => Some(Change { range: at(end), text: format!(", {value}") }),
        };
    }
    let rest = text[end..line_end].trim();
    let is_one_line = matches!(last.style(), Style::Plain | Style::SingleQuoted | Style::DoubleQuoted);
    let is_item = lead.trim_matches(' ') == "-" && is_one_line && (rest.is_empty() || rest.starts_with('#'));
    is_item.then(|| Change {
        range: at(line_end),
        text: format!("{}{lead}{value}", line_break_of(text, line_end)),
    })
}

/// Takes a comment out: with its line where that is all there is on it, else with the spaces before it.
pub fn remove_comment(text: &str, start: u32, end: u32) -> Change {
    let (start, end) = (start as usize, end as usize);
    let line_start = line_start_of(text, start);
    let before = text[line_start..start].trim_end();
    let range = match before.trim_start_matches('\u{FEFF}') {
        "" => whole_line(text, line_start + before.len(), end),
        _ => line_start + before.len()..end,
    };
    Change { range: range.start as u32..range.end as u32, text: String::new() }
}

/// The mapping or list, at or below `root`, that a node stands in.
pub fn parent_of(root: NodeRef<'_>, node: NodeId) -> Option<NodeRef<'_>> {
    let tree = root.tree();
    let holds = |one: NodeRef<'_>| one.id() <= node && node.0 < tree.after(one.id().0);
    let mut at = root;
    loop {
        let mut children = children(at);
        let next = children.find(|child| holds(*child))?;
        if next.id() == node {
            return Some(at);
        }
        at = next;
    }
}

/// An entry or item of what it stands in.
struct Part<'t> {
    /// The key or the item.
    first: NodeRef<'t>,
    start: usize,
    end: usize,
}

fn remove_part(container: NodeRef<'_>, parts: &[Part<'_>], index: usize) -> Option<Change> {
    let (tree, part, next) = (container.tree(), &parts[index], parts.get(index + 1));
    let last_id = next.map_or(tree.after(container.id().0), |next| next.first.id().0);
    let has_anchor = (part.first.id().0..last_id).any(|id| tree.node(NodeId(id)).anchor().is_some());
    let keys = [Some(part), next].into_iter().flatten().filter(|_| container.is_mapping());
    if parts.len() < 2 || has_anchor || keys.into_iter().any(|part| is_explicit(part.first)) {
        return None;
    }
    let text = tree.text();
    let range = match (container.style() == Style::Flow, next) {
        (true, Some(next)) => part.start..next.start,
        (true, None) => parts[index - 1].end..part.end,
        (false, _) => lines_of(text, container, parts, index)?,
    };
    let loses_comment = tree.comments().iter().any(|comment| range.contains(&(comment.start as usize)));
    (!loses_comment).then(|| Change { range: range.start as u32..range.end as u32, text: String::new() })
}

/// The lines of a part of a block. One that begins on the line of a `- ` gives its place to the next one.
fn lines_of(text: &str, container: NodeRef<'_>, parts: &[Part<'_>], index: usize) -> Option<Range<usize>> {
    let part = &parts[index];
    let is_item = container.is_sequence();
    let line_start = line_start_of(text, part.start);
    let blank = text[line_start..part.start].trim_matches([' ', '\u{FEFF}']);
    match blank {
        "" if !is_item => {}
        "-" if is_item && text[line_start..part.start].trim_start_matches(' ').starts_with('-') => {}
        // What follows moves up; it stands in the same column.
        _ if index == 0 && !is_item && blank.bytes().all(|byte| byte == b'-' || byte == b' ') => {
            let next = parts.get(1)?;
            let own_line = text[line_start_of(text, next.start)..next.start].bytes().all(|byte| byte == b' ');
            return own_line.then_some(part.start..next.start);
        }
        _ => return None,
    }
    let line_end = part.end + text[part.end..].find(['\n', '\r']).unwrap_or(text.len() - part.end);
    let rest = text[part.end..line_end].trim();
    // Blank lines behind a text that keeps them would become another text's.
    let ends = |part: &Part<'_>, test: &dyn Fn(NodeRef<'_>) -> bool| {
        let tree = part.first.tree();
        let value = tree.node(NodeId(tree.after(part.first.id().0)));
        test(part.first) || (!is_item && test(value))
    };
    let previous = index.checked_sub(1).map(|before| &parts[before]);
    let keeps = |part| ends(part, &keeps_blank_lines);
    if !(rest.is_empty() || rest.starts_with('#')) || keeps(part) || previous.is_some_and(keeps) {
        return None;
    }
    // A byte order mark stays where it is.
    let start =
        line_start + if text[line_start..].starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let lines = whole_line(text, start, line_end);
    // Spaces on a line of their own, or a comment that is indented, can be a part of a block scalar that they come to stand
    // behind.
    let could_be_text =
        |line: &str| line.trim().is_empty() || line.starts_with(' ') && line.trim().starts_with('#');
    let is_text_behind = text[lines.end..].lines().next().is_some_and(could_be_text);
    let is_in_text = |part| ends(part, &|node| last_block_scalar(node).is_some());
    let joins = is_text_behind && previous.is_some_and(is_in_text);
    (!joins).then_some(lines)
}

/// What begins a line and goes on to the end of one, with one line break.
fn whole_line(text: &str, start: usize, line_end: usize) -> Range<usize> {
    match text[line_end..].chars().next() {
        Some('\r') if text[line_end..].starts_with("\r\n") => start..line_end + 2,
        Some(_) => start..line_end + 1,
        None => {
            // The last line of the file had no line break, and neither will the new last line.
            let before = text[..start].strip_suffix('\n').map_or(start, str::len);
            text[..before].strip_suffix('\r').map_or(before, str::len)..line_end
        }
    }
}

fn insert_in_flow(
    text: &str,
    (key, before): (NodeRef<'_>, NodeRef<'_>),
    lead: Lead<'_>,
    name: &str,
    value: New<'_>,
) -> Option<Change> {
    let end = end_of(key, before);
    let line_end = end + text[end..].find(['\n', '\r']).unwrap_or(text.len() - end);
    let colon = text.get(key.range().end as usize..before.range().start as usize)?;
    if before.source().is_empty() || !colon.trim_start().starts_with(':') {
        return None;
    }
    let is_tight = colon == ":";
    let separator = match lead {
        Lead::Blank(_) if text[end..line_end].contains('#') => return None,
        Lead::Blank(indent) => format!(",{}{indent}", line_break_of(text, line_end)),
        _ if is_tight => ",".to_owned(),
        _ => ", ".to_owned(),
    };
    let is_json = key.style() == Style::DoubleQuoted;
    let name = match key.style() {
        Style::DoubleQuoted if !name.starts_with('"') => double_quoted(name),
        Style::SingleQuoted if !name.starts_with('"') => format!("'{name}'"),
        _ => name.to_owned(),
    };
    let value = match value {
        New::Raw(value) => value.to_owned(),
        New::Text(value) if is_json => double_quoted(value),
        New::Text(value) => bare_or_quoted(value),
    };
    let colon = if is_tight { ":" } else { ": " };
    Some(Change { range: at(end), text: format!("{separator}{name}{colon}{value}") })
}

/// What stands on the line before an entry.
enum Lead<'t> {
    /// Only the indentation.
    Blank(&'t str),
    /// The dash of an item, or several.
    Item(&'t str),
    Other,
}

/// `None` before a key that is written with a `?`, or that has a tag or an anchor.
fn lead_of<'t>(text: &'t str, key: NodeRef<'_>) -> Option<Lead<'t>> {
    if key.anchor().is_some() || key.tag().is_some() || is_explicit(key) {
        return None;
    }
    let start = key.range().start as usize;
    let lead = text[line_start_of(text, start)..start].trim_start_matches('\u{FEFF}');
    if lead.bytes().all(|byte| byte == b' ') {
        return Some(Lead::Blank(lead));
    }
    let is_item = lead.bytes().all(|byte| byte == b' ' || byte == b'-');
    Some(if is_item { Lead::Item(lead) } else { Lead::Other })
}

/// Whether a key is written with a `?`, or has no colon.
fn is_explicit(key: NodeRef<'_>) -> bool {
    let (text, range) = (key.tree().text(), key.range());
    let before = text[..range.start as usize].trim_end();
    let behind = text[range.end as usize..].trim_start_matches([' ', '\t']);
    before.ends_with('?') || !behind.starts_with(':')
}

/// Where a key or item begins, its tag included.
fn start_of(node: NodeRef<'_>) -> usize {
    let tree = node.tree();
    let start = node.range().start as usize;
    let tag = node.tag().map_or(start, |tag| tag.as_ptr() as usize - tree.text().as_ptr() as usize);
    tag.min(start)
}

/// Where the value of a key ends; a value that is missing ends with its colon.
fn end_of(key: NodeRef<'_>, value: NodeRef<'_>) -> usize {
    value.range().end.max(key.range().end) as usize
}

/// Whether the text ends with a block scalar whose header says that the blank lines behind it are part of it.
fn keeps_blank_lines(value: NodeRef<'_>) -> bool {
    let header = |last: NodeRef<'_>| last.source().lines().next().unwrap_or_default().contains('+');
    last_block_scalar(value).is_some_and(header)
}

/// The block scalar that a node ends with, if it does.
fn last_block_scalar(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let mut last = node;
    while !last.is_alias() {
        // Behind the key of a value that is missing nothing is written.
        let Some(child) = children(last).filter(|child| !child.range().is_empty()).last() else { break };
        last = child;
    }
    let is_block = !last.is_alias() && matches!(last.style(), Style::Literal | Style::Folded);
    is_block.then_some(last)
}

/// Keys and values, or items, as written; none of an alias.
fn children(node: NodeRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let node = Some(node).filter(|node| !node.is_alias());
    let entries = node.into_iter().flat_map(|node| node.raw_entries()).flat_map(|(key, value)| [key, value]);
    entries.chain(node.into_iter().flat_map(NodeRef::items))
}

fn line_start_of(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |before| before + 1)
}

/// The line break of the line at a place, as a new line beside it is to have it.
pub fn line_break_at(text: &str, at: usize) -> &'static str {
    line_break_of(text, at + text[at..].find(['\n', '\r']).unwrap_or(text.len() - at))
}

/// The line break at the end of a line; where that is the end of the file, the one of the line before.
fn line_break_of(text: &str, line_end: usize) -> &'static str {
    let rest = if text[line_end..].is_empty() { &text[..line_end] } else { &text[line_end..] };
    match rest.find(['\n', '\r']).map(|at| &rest[at..]) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        _ => "\n",
    }
}

fn at(place: usize) -> Range<u32> {
    place as u32..place as u32
}

fn is_bare_key(name: &str) -> bool {
    bare_or_quoted(name) == name
}

/// A string as it stands in a document: bare if it is read back as it is wherever it stands, else in double quotes.
pub fn bare_or_quoted(value: &str) -> String {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/');
    let colons_are_inner = value.split(':').all(|part| !part.is_empty() && !part.starts_with('/'));
    let is_bare = value.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/'))
        && value.chars().all(|c| is_inner(c) || c == ':')
        && colons_are_inner
        && matches!(resolve_plain(value), Scalar::Str(text) if text == value);
    if is_bare { value.to_owned() } else { double_quoted(value) }
}

fn double_quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}

fn is_number_or_word(value: &str) -> bool {
    !matches!(resolve_plain(value), Scalar::Str(_))
}

/// The key of this place in a tree.
pub fn key_at(tree: &Tree, range: &Range<u32>) -> Option<NodeId> {
    let first = tree.nodes.partition_point(|node| node.start < range.start);
    let found = (first..tree.len())
        .map(|index| tree.node(NodeId(index as u32)))
        .take_while(|node| node.range().start == range.start)
        .find(|node| node.range() == *range && node.kind() == NodeKind::Scalar);
    found.map(NodeRef::id)
}

#[cfg(test)]
mod tests;
