//! Which bytes of a file a comment speaks for.

use std::collections::BTreeSet;

use crate::parse::object::File;
use crate::parse::tree::{Comment, NodeRef};
use crate::source::Span;

/// A field, an item or an object, which a comment can stand at.
#[derive(Clone, Copy)]
struct Part {
    start: u32,
    end: u32,
    /// A document or an object: its first field begins where it does.
    is_root: bool,
}

/// The parts of a file in source order, outer ones before inner ones.
pub(super) struct Cover<'f> {
    file: &'f File,
    parts: Vec<Part>,
}

impl<'f> Cover<'f> {
    pub(super) fn of(file: &'f File) -> Self {
        let mut parts = Vec::new();
        let mut pending: Vec<NodeRef<'f>> = Vec::new();
        let roots = file.parsed.documents.iter().map(|document| file.node(document.root));
        for root in roots {
            let range = root.range();
            parts.push(Part { start: range.start, end: range.end, is_root: true });
            pending.push(root);
        }
        while let Some(node) = pending.pop() {
            // What an alias stands for is covered where it is written.
            if node.is_alias() {
                continue;
            }
            for (key, value) in node.raw_entries() {
                let (start, end) = (key.range().start, value.range().end.max(key.range().end));
                parts.push(Part { start, end, is_root: false });
                pending.push(value);
            }
            for item in node.items() {
                let range = item.range();
                parts.push(Part { start: range.start, end: range.end, is_root: false });
                pending.push(item);
            }
        }
        let objects: BTreeSet<(u32, u32)> = file
            .objects
            .iter()
            .map(|object| file.node(object.root).range())
            .map(|range| (range.start, range.end))
            .collect();
        for part in &mut parts {
            part.is_root = part.is_root || objects.contains(&(part.start, part.end));
        }
        // Of two that start together the longer one is the outer one.
        parts.sort_by_key(|part| (part.start, std::cmp::Reverse(part.end), !part.is_root));
        Self { file, parts }
    }

    /// What a comment speaks for: on a line of its own, the next part; else its line, and what begins there.
    pub(super) fn of_comment(&self, comment: Comment) -> Span {
        let (source, id) = (&self.file.source, self.file.id);
        let line = source.lines().line_of(comment.start);
        let line_start = source.lines().start_of(source.text(), line);
        let before = &source.text()[line_start as usize..comment.start as usize];
        // Beside the dashes that begin a document a comment speaks for what they begin.
        if !matches!(before.trim(), "" | "---") {
            let parts = self.parts_between(line_start, comment.start);
            let end = parts.iter().find(|part| !part.is_root).map_or(0, |part| part.end);
            return Span::new(id, line_start, end.max(comment.end));
        }
        let next = self.parts.partition_point(|part| part.start < comment.end);
        let Some(next) = self.parts.get(next) else { return Span::new(id, comment.end, comment.end) };
        // The part that begins first on that line need not begin with it: a list begins with its first item.
        Span::new(id, next.start, next.end)
    }

    fn parts_between(&self, start: u32, end: u32) -> &[Part] {
        let first = self.parts.partition_point(|part| part.start < start);
        let last = self.parts.partition_point(|part| part.start < end);
        &self.parts[first..last.max(first)]
    }
}
