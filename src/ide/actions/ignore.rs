//! "Ignore this check here": the comment that silences a finding, in the place where it is read.

use crate::diagnostic::{Diagnostic, Edit};
use crate::ide::View;
use crate::ide::actions::Action;
use crate::ide::cursor::{Trail, file_of, touches};
use crate::parse::object::File;
use crate::parse::tree::{Comment, NodeKind, NodeRef, Style};
use crate::source::Span;

const HEAD: &str = "kplan: ignore[";

/// The action that silences one finding at its place.
pub(super) fn here(view: &View<'_>, index: usize, finding: &Diagnostic) -> Option<Action> {
    let file = file_of(view.program, finding.primary.span.file)?;
    // JSON has no comments.
    if file
        .parsed
        .documents
        .iter()
        .any(|document| document.json && document.range.contains(&finding.primary.span.start))
    {
        return None;
    }
    let edit = edit(file, finding)?;
    let title = format!("ignore `{}` here", finding.check);
    Some(Action { title, edits: vec![edit], diagnostic: Some(index), is_preferred: false, new_file: None })
}

fn edit(file: &File, finding: &Diagnostic) -> Option<Edit> {
    let (text, lines) = (file.source.text(), file.source.lines());
    let start = finding.primary.span.start;
    let number = lines.line_of(start);
    let line_start = lines.start_of(text, number);
    let line_end = line_start + lines.line(text, number).len() as u32;
    let comments = file.parsed.tree.comments();
    let on_line = |comment: &&Comment| line_start <= comment.start && comment.start <= line_end;
    if let Some(comment) = comments.iter().find(on_line) {
        return Some(join(file, *comment, finding.check));
    }
    // A comment of its own on the line above speaks for what begins on this line.
    let above = number.checked_sub(1).map(|above| (lines.start_of(text, above), lines.line(text, above)));
    if let Some((above_start, above)) = above {
        let indent = above.len() - above.trim_start().len();
        let place = above_start + indent as u32;
        let own = comments.iter().find(|comment| comment.start == place);
        if let Some(comment) = own.filter(|comment| is_ours(file, **comment)) {
            return Some(join(file, *comment, finding.check));
        }
    }
    let insert = |at: u32, text: String| Edit { span: Span::new(file.id, at, at), text };
    let own_line = || {
        let line = &text[line_start as usize..line_end as usize];
        let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        insert(line_start + indent.len() as u32, format!("# {HEAD}{}]{newline}{indent}", finding.check))
    };
    match comment_place(file, start, line_start, line_end) {
        Where::EndOfLine => Some(insert(line_end, format!("  # {HEAD}{}]", finding.check))),
        Where::LineAbove => Some(own_line()),
        Where::Nowhere => None,
    }
}

fn is_ours(file: &File, comment: Comment) -> bool {
    let text = &file.source.text()[comment.start as usize..comment.end as usize];
    text.trim_start_matches('#').trim_start().starts_with(HEAD)
}

/// The check, added to what a comment says.
fn join(file: &File, comment: Comment, check: &str) -> Edit {
    let text = &file.source.text()[comment.start as usize..comment.end as usize];
    if let Some(head) = text.find(HEAD)
        && is_ours(file, comment)
    {
        let list = head + HEAD.len();
        let end = text[list..].find(']').map_or(text.len(), |at| list + at);
        let at = comment.start + end as u32;
        let lead = if text[list..end].trim().is_empty() { "" } else { ", " };
        let close = if end == text.len() { "]" } else { "" };
        return Edit { span: Span::new(file.id, at, at), text: format!("{lead}{check}{close}") };
    }
    // Another comment becomes the reason.
    let said = text.trim_start_matches('#').trim_start();
    let at = comment.end - said.len() as u32;
    let blank = if text[..text.len() - said.len()].ends_with(' ') { "" } else { " " };
    let tail = if said.is_empty() { "" } else { " " };
    Edit { span: Span::new(file.id, at, at), text: format!("{blank}{HEAD}{check}]{tail}") }
}

enum Where {
    EndOfLine,
    LineAbove,
    Nowhere,
}

/// Whether a comment can stand at the end of the line of a finding: not where a text goes on to the next line, and not
/// where the finding is of an object as a whole.
fn comment_place(file: &File, start: u32, line_start: u32, line_end: u32) -> Where {
    let documents = file.parsed.documents.iter();
    let roots: Vec<NodeRef<'_>> = documents.map(|document| file.node(document.root)).collect();
    let Some(root) = roots.iter().copied().find(|root| touches(*root, line_end)) else {
        return Where::EndOfLine;
    };
    // Inside a text of several lines a `#` is text.
    for end in [line_start, line_end] {
        let trail = Trail::down(root, end);
        let Some(node) = trail.node() else { continue };
        let range = node.range();
        if node.kind() == NodeKind::Scalar && range.start < end && end < range.end {
            let is_above = end == line_end && range.start >= line_start;
            // A block scalar can have a comment behind its `|`; nothing else can be split.
            let is_block = matches!(node.style(), Style::Literal | Style::Folded);
            return match (is_above, is_block) {
                (true, true) => Where::EndOfLine,
                (true, false) => Where::LineAbove,
                _ => Where::Nowhere,
            };
        }
    }
    // What the finding is about may begin before its line, as a list item that it is a key of: the line counts then.
    let _ = start;
    Where::EndOfLine
}
