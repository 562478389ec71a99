//! The document as it would be if something had been written at the place: what is to be completed has then a place in a
//! tree, however little of it stands there.
//!
//! Only the document around the place is read again. Where a syntax error lies in it, the lines that lead to the place by
//! their indentation are read instead of all.

use std::ops::Range;
use std::sync::Arc;

use crate::ide::cursor::{Trail, file_of, floor};
use crate::ide::{Place, View};
use crate::parse::object::{File, ObjectRef, Program, read_objects};
use crate::parse::tree::{NodeKind, NodeRef, Style};
use crate::parse::{self, NodeId};
use crate::source::{FileId, FileKind, SourceFile, Span};

/// What stands for what is to be written.
pub(super) const MARK: &str = "kplanMark0";

/// What a place on a line can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A key, or an item of a list in a block.
    KeyOrItem,
    /// A key in braces.
    FlowKey,
    /// An item in brackets.
    FlowItem,
    /// The value of a key.
    Value,
}

/// The line of a place, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// What the place can hold.
    pub(super) slot: Slot,
    /// What has been typed of it, and what stands behind: quotes excluded.
    pub(super) word: (usize, usize),
    /// The quote that it stands in.
    pub(super) quote: Option<char>,
    /// Whether that quote is closed behind the word.
    pub(super) is_closed: bool,
    /// Whether a colon follows.
    pub(super) has_colon: bool,
    /// Whether a blank must come first, as behind `image:`.
    pub(super) needs_blank: bool,
    /// Where the line starts.
    pub(super) start: usize,
    /// Bytes before the first hyphen or character of the line.
    pub(super) indent: usize,
}

/// A document with a [`MARK`] in it.
#[derive(Debug)]
pub(super) struct Draft {
    program: Program,
    mark: u32,
}

impl Draft {
    fn read(text: &str, mark: usize, path: &str, default_namespace: &str) -> Self {
        let source = Arc::new(SourceFile::from_text(path, text));
        let parsed = parse::parse(&source);
        let file = read_objects(FileId(0), source, parsed, default_namespace);
        Self { program: Program::new(vec![Arc::new(file)]), mark: mark as u32 }
    }

    fn file(&self) -> &File {
        self.program.file(FileId(0))
    }

    /// The object that the mark is in.
    pub(super) fn object(&self) -> Option<ObjectRef<'_>> {
        crate::ide::cursor::object_at(&self.program, Place { file: FileId(0), offset: self.mark })
    }

    /// The root of the document or object that the mark is in.
    pub(super) fn root(&self) -> Option<NodeRef<'_>> {
        if let Some(object) = self.object() {
            return Some(object.root());
        }
        let file = self.file();
        let roots = file.parsed.documents.iter().map(|document| file.node(document.root));
        roots.filter(|root| root.range().start <= self.mark && self.mark <= root.range().end).last()
    }

    /// The way from the root to the mark, if it has become a key or scalar of its own.
    pub(super) fn trail(&self) -> Option<Trail<'_>> {
        let trail = Trail::down(self.root()?, self.mark + 1);
        let node = trail.node()?;
        (node.content() == MARK).then_some(trail)
    }

    fn is_broken(&self) -> bool {
        self.file().parsed.documents.iter().any(|document| document.broken)
    }
}

/// Takes the line of a place apart; `None` in a comment, behind a finished value, and outside of all documents.
pub(super) fn line_at(view: &View<'_>, place: Place) -> Option<(Line, Range<usize>)> {
    let file = file_of(view.program, place.file)?;
    let offset = floor(view.program, place)? as usize;
    let text = file.source.text();
    let block = parse::yaml_ranges(&file.source)
        .into_iter()
        .find(|range| range.start <= offset && offset <= range.end)?;
    let lines = file.source.lines();
    let number = lines.line_of(offset as u32);
    let start = (lines.start_of(text, number) as usize).max(block.start);
    let start = if text[start..].starts_with('\u{feff}') { start + 3 } else { start };
    let end = (start + lines.line(text, number).len()).min(block.end);
    if offset < start || text[start..].starts_with("---") {
        return None;
    }
    let line = scan(text, start, offset, end.max(offset), flow_around(file, start))?;
    let document = document_around(text, &block, start);
    Some((line, document))
}

/// The `---` lines around a line, as far as they lie in a block.
fn document_around(text: &str, block: &Range<usize>, line: usize) -> Range<usize> {
    let start = text[block.start..line].rfind("\n---").map_or(block.start, |at| block.start + at + 1);
    let end = text[line..block.end].find("\n---").map_or(block.end, |at| line + at + 1);
    start..end
}

/// The innermost container in braces or brackets that was opened before a place.
fn flow_around(file: &File, offset: usize) -> Option<NodeKind> {
    let offset = offset as u32;
    let documents = file
        .parsed
        .documents
        .iter()
        .filter(|document| document.range.start <= offset && offset <= document.range.end);
    let root: NodeId = documents.last()?.root;
    let trail = Trail::down(file.node(root), offset);
    let inner = trail.holders.iter().filter(|node| {
        node.style() == Style::Flow && node.range().start < offset && offset < node.range().end
    });
    inner.last().map(|node| node.kind())
}

fn slot_in(flow: &[NodeKind]) -> Slot {
    match flow.last() {
        None => Slot::KeyOrItem,
        Some(NodeKind::Mapping) => Slot::FlowKey,
        Some(_) => Slot::FlowItem,
    }
}

fn scan(text: &str, start: usize, offset: usize, end: usize, around: Option<NodeKind>) -> Option<Line> {
    let head = &text[start..offset];
    let indent = head.len() - head.trim_start_matches([' ', '\t']).len();
    let mut flow: Vec<NodeKind> = around.into_iter().collect();
    let mut at = indent;
    let mut needs_blank = false;
    while flow.is_empty() && head[at..].starts_with('-') {
        match head[at + 1..].chars().next() {
            None => {
                needs_blank = true;
                at += 1;
            }
            Some(' ' | '\t') => {
                at += 1;
                at += head[at..].len() - head[at..].trim_start_matches([' ', '\t']).len();
            }
            Some(_) => break,
        }
    }
    let mut slot = slot_in(&flow);
    let (mut word, mut quote, mut is_done) = (at, None, false);
    let mut previous = ' ';
    let mut characters =
        head[at..].char_indices().map(|(index, character)| (at + index, character)).peekable();
    while let Some((index, character)) = characters.next() {
        if let Some(mark) = quote {
            match character {
                '\\' if mark == '"' => {
                    characters.next();
                }
                character if character == mark => {
                    quote = None;
                    is_done = true;
                }
                _ => {}
            }
            previous = character;
            continue;
        }
        let is_first = !is_done && head[word..index].trim().is_empty();
        let next = characters.peek().map(|(_, next)| *next);
        match character {
            '#' if matches!(previous, ' ' | '\t') => return None,
            '"' | '\'' if is_first => {
                quote = Some(character);
                word = index + 1;
            }
            '{' | '[' if is_first && slot != Slot::FlowKey => {
                flow.push(if character == '{' { NodeKind::Mapping } else { NodeKind::Sequence });
                (slot, word, is_done) = (slot_in(&flow), index + 1, false);
            }
            '}' | ']' if !flow.is_empty() => {
                flow.pop();
                (word, is_done) = (index + 1, true);
            }
            ',' if !flow.is_empty() => (slot, word, is_done) = (slot_in(&flow), index + 1, false),
            ':' if slot != Slot::Value
                && (matches!(next, None | Some(' ' | '\t')) || (is_done && !flow.is_empty())) =>
            {
                needs_blank = next.is_none();
                (slot, word, is_done) = (Slot::Value, index + 1, false);
            }
            ' ' | '\t' | '|' | '>' | '&' | '*' | '!' => {
                // An anchor, a tag or the head of a block scalar: what follows is not for us.
                is_done = is_done || (is_first && !matches!(character, ' ' | '\t') && slot == Slot::Value);
            }
            _ => {}
        }
        previous = character;
    }
    if is_done {
        return None;
    }
    if quote.is_none() {
        word += head[word..].len() - head[word..].trim_start_matches([' ', '\t']).len();
    }
    let tail = &text[offset..end];
    let length = word_behind(tail, slot, quote, !flow.is_empty());
    let behind = &tail[length..];
    let is_closed = quote.is_some_and(|mark| behind.starts_with(mark));
    let behind = if is_closed { &behind[1..] } else { behind };
    let has_colon = slot != Slot::Value && behind.trim_start_matches([' ', '\t']).starts_with(':');
    let word = (start + word, offset + length);
    Some(Line { slot, word, quote, is_closed, has_colon, needs_blank, start, indent })
}

/// How much of what stands behind the place belongs to the same word.
fn word_behind(tail: &str, slot: Slot, quote: Option<char>, is_flow: bool) -> usize {
    if let Some(mark) = quote {
        return tail.find(mark).unwrap_or(0);
    }
    let mut end = tail.len();
    if is_flow {
        end = end.min(tail.find([',', ']', '}']).unwrap_or(end));
    }
    if slot != Slot::Value {
        end = end.min(tail.find(':').unwrap_or(end));
    }
    end = end.min(tail.find(" #").unwrap_or(end));
    tail[..end].trim_end().len()
}

/// The document around a place with a mark in it, read as a key or as a value.
pub(super) fn draft(
    view: &View<'_>,
    place: Place,
    line: &Line,
    document: &Range<usize>,
    is_key: bool,
) -> Option<Draft> {
    let file = file_of(view.program, place.file)?;
    let text = file.source.text();
    let (mut before, mut after) = (String::new(), String::new());
    if line.needs_blank {
        before.push(' ');
    }
    if let Some(mark) = line.quote.filter(|_| !line.is_closed) {
        after.push(mark);
    }
    let head = &text[line.start..line.word.0];
    let mut tail = text[line.word.1..].split(['\n', '\r']).next().unwrap_or_default();
    let line_end = line.word.1 + tail.len();
    if line.is_closed {
        let quote = line.quote.map_or(0, char::len_utf8);
        after.push_str(&tail[..quote]);
        tail = &tail[quote..];
    }
    if is_key && !line.has_colon {
        after.push_str(": ");
    }
    let patched = format!("{head}{before}{MARK}{after}{tail}");
    let mark_in_line = head.len() + before.len();
    let path = match file.source.kind() {
        FileKind::Manifest => file.source.path(),
        FileKind::Markdown => "block.yaml",
    };
    let namespace = &view.settings.default_namespace;
    let is_flow = matches!(line.slot, Slot::FlowKey | Slot::FlowItem);
    let read_whole = || {
        let lead = &text[document.start..line.start];
        let whole = format!("{lead}{patched}{}", &text[line_end..document.end.max(line_end)]);
        Draft::read(&whole, lead.len() + mark_in_line, path, namespace)
    };
    let read_lines = || {
        let lead = leading_lines(
            &text[document.start..line.start],
            &text[line_end..document.end.max(line_end)],
            line,
        );
        Draft::read(&format!("{lead}{patched}\n"), lead.len() + mark_in_line, path, namespace)
    };
    let is_between_items =
        is_key && !is_flow && is_between_items(&text[document.start..line.start], line, head);
    let whole = read_whole();
    if !is_flow && (is_between_items || whole.is_broken() || whole.trail().is_none()) {
        let lines = read_lines();
        if lines.trail().is_some() {
            return Some(lines);
        }
    }
    Some(whole)
}

/// Whether a line without a hyphen stands in the column of the hyphens of a list.
fn is_between_items(above: &str, line: &Line, head: &str) -> bool {
    if head[line.indent..].starts_with('-') || line.indent == 0 {
        return false;
    }
    let mut lines = above.lines().rev().filter(|other| !other.trim().is_empty());
    lines.find(|other| indent_of(other) <= line.indent).is_some_and(|other| {
        indent_of(other) == line.indent && is_item(other)
            // A list may stand in the column of its key, which is then the column of the next key as well.
            && above.lines().rev().filter(|more| !more.trim().is_empty()).find(|more| {
                indent_of(more) <= line.indent && !is_item(more)
            }).is_some_and(|more| indent_of(more) < line.indent)
    })
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn is_item(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t']);
    text == "-" || text.starts_with("- ")
}

/// The lines that lead to a line by their indentation, and those beside it in its block.
fn leading_lines(above: &str, below: &str, line: &Line) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut limit = line.indent;
    let mut may_be_equal = false;
    // Whether what is looked at still stands beside the line itself.
    let mut is_beside = true;
    for other in above.lines().rev() {
        let indent = indent_of(other);
        let content = other.trim();
        if content.is_empty() || content.starts_with('#') || content.starts_with("---") {
            continue;
        }
        let is_parent = indent < limit || (may_be_equal && indent == limit && !is_item(other));
        if is_parent {
            kept.push(other);
            limit = indent;
            may_be_equal = is_item(other);
            // Behind the hyphen stands the first key of the block that the line is in.
            is_beside = is_beside && is_item(other) && indent + 2 <= line.indent;
            if is_item(other) {
                is_beside = false;
            }
        } else if indent == line.indent && is_beside && !is_item(other) && content.contains(':') {
            kept.push(other);
        } else if indent == 0 && limit == 0 && is_head(content) {
            kept.push(other);
        }
    }
    let heads = below.lines().filter(|other| indent_of(other) == 0 && is_head(other));
    let below: Vec<&str> = heads.collect();
    let mut out = String::new();
    for other in below.into_iter().chain(kept.into_iter().rev()) {
        out.push_str(other);
        out.push('\n');
    }
    out
}

fn is_head(line: &str) -> bool {
    line.starts_with("apiVersion:") || line.starts_with("kind:")
}

/// The bytes that a proposal replaces.
pub(super) fn replaced(place: Place, line: &Line) -> Span {
    Span::new(place.file, line.word.0 as u32, line.word.1 as u32)
}
