//! What of a file can be folded away.

use crate::ide::{View, cursor};
use crate::parse::object::File;
use crate::parse::tree::NodeRef;
use crate::source::{FileId, Span};

/// Documents, mappings, lists, block scalars and runs of comments that are longer than one line, in order. Each begins
/// on the line that stays: that of the key, of the hyphen, or the first one.
pub fn of_file(view: &View<'_>, file: FileId) -> Vec<Span> {
    let Some(file) = cursor::file_of(view.program, file) else { return Vec::new() };
    let mut folds = Vec::new();
    for document in &file.parsed.documents {
        fold_document(file, file.node(document.root), &mut folds);
    }
    fold_comments(file, &mut folds);
    folds.retain(|span| file.source.lines().line_of(span.start) < file.source.lines().line_of(span.end));
    folds.sort();
    folds.dedup();
    folds
}

fn fold_document(file: &File, root: NodeRef<'_>, folds: &mut Vec<Span>) {
    folds.push(file.span(root));
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        if node.is_alias() {
            continue;
        }
        for (key, value) in node.raw_entries() {
            let end = value.range().end.max(key.range().end);
            folds.push(Span::new(file.id, key.range().start, end));
            pending.push(value);
        }
        for item in node.items() {
            folds.push(file.span(item));
            pending.push(item);
        }
    }
}

/// Runs of comments that stand on lines of their own.
fn fold_comments(file: &File, folds: &mut Vec<Span>) {
    let (text, lines) = (file.source.text(), file.source.lines());
    let mut run: Option<(u32, u32, u32)> = None;
    for comment in file.parsed.tree.comments() {
        let line = lines.line_of(comment.start);
        let before = &text[lines.start_of(text, line) as usize..comment.start as usize];
        if !before.trim().is_empty() {
            continue;
        }
        run = match run {
            Some((start, _, last)) if last + 1 == line => Some((start, comment.end, line)),
            other => {
                folds.extend(other.map(|(start, end, _)| Span::new(file.id, start, end)));
                Some((comment.start, comment.end, line))
            }
        };
    }
    folds.extend(run.map(|(start, end, _)| Span::new(file.id, start, end)));
}
