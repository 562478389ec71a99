//! What can be done about the findings at a place.

mod create;
mod ignore;

use std::collections::BTreeSet;

use crate::check::can_be_suppressed;
use crate::diagnostic::{Diagnostic, Edit, Fix, Safety};
use crate::ide::View;
use crate::ide::cursor::file_of;
use crate::source::{Encoding, Span};

/// A change that an editor offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, in the imperative.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Index in [`View::diagnostics`] of the finding that it is about.
    pub diagnostic: Option<usize>,
    /// Whether it is what the author most likely wants.
    pub is_preferred: bool,
    /// A file to be made: its path, as paths of the workspace are shown, and its text.
    pub new_file: Option<(String, String)>,
}

/// The actions for the findings whose primary place touches a span: first the fixes, then what makes what is missing,
/// then what repairs all findings of a kind in the file, then what silences one.
pub fn at(view: &View<'_>, span: Span) -> Vec<Action> {
    let Some(file) = file_of(view.program, span.file) else { return Vec::new() };
    if file.source.encoding() != Encoding::Utf8 || file.source.damage().is_some() {
        return Vec::new();
    }
    let here = findings_at(view, span);
    let mut actions = Vec::new();
    for (index, finding) in &here {
        actions.extend(finding.fix.iter().filter(|fix| !fix.edits.is_empty()).map(|fix| of_fix(*index, fix)));
    }
    for (index, finding) in &here {
        actions.extend(create::missing(view, *index, finding));
    }
    let checks: BTreeSet<&str> = here.iter().map(|(_, finding)| finding.check).collect();
    for check in checks {
        actions.extend(fix_all(view, span, check));
    }
    for (index, finding) in &here {
        if can_be_suppressed(finding.check) {
            actions.extend(ignore::here(view, *index, finding));
        }
    }
    let mut seen = BTreeSet::new();
    actions.retain(|action| seen.insert((action.title.clone(), action.edits.clone())));
    actions
}

/// The findings of the file whose primary place touches a span, with their index. Findings are sorted by place, so that
/// those of one file stand together.
fn findings_at<'v>(view: &View<'v>, span: Span) -> Vec<(usize, &'v Diagnostic)> {
    let of_file = of_file(view, span);
    let touches = |place: Span| place.start <= span.end && span.start <= place.end;
    of_file.filter(|(_, finding)| touches(finding.primary.span)).collect()
}

fn of_file<'v>(view: &View<'v>, span: Span) -> impl Iterator<Item = (usize, &'v Diagnostic)> {
    let diagnostics = view.diagnostics;
    let start = diagnostics.partition_point(|finding| finding.primary.span.file < span.file);
    let run = diagnostics.iter().enumerate().skip(start);
    run.take_while(move |(_, finding)| finding.primary.span.file == span.file)
}

fn of_fix(index: usize, fix: &Fix) -> Action {
    let mut title = fix.title.clone();
    if fix.safety == Safety::Unsafe {
        title.push_str(" (may not be what you mean)");
    }
    let is_preferred = fix.safety == Safety::Safe;
    Action { title, edits: fix.edits.clone(), diagnostic: Some(index), is_preferred, new_file: None }
}

/// The safe fixes of all findings of one check in the file, where there are several.
fn fix_all(view: &View<'_>, span: Span, check: &str) -> Option<Action> {
    let findings = of_file(view, span).filter(|(_, finding)| finding.check == check);
    let fixes: Vec<&Fix> = findings
        .filter_map(|(_, finding)| finding.fix.as_ref())
        .filter(|fix| fix.safety == Safety::Safe)
        .collect();
    if fixes.len() < 2 {
        return None;
    }
    let mut edits: Vec<Edit> = Vec::new();
    let mut count = 0;
    for fix in fixes {
        // Two findings may ask for the very same edit; what merely touches could end up in either order.
        let is_apart = |edit: &Edit| {
            edits.iter().all(|other| {
                other == edit
                    || other.span.file != edit.span.file
                    || other.span.end < edit.span.start
                    || edit.span.end < other.span.start
            })
        };
        if fix.edits.iter().all(is_apart) {
            edits.extend(fix.edits.iter().cloned());
            count += 1;
        }
    }
    edits.sort();
    edits.dedup();
    let title = format!("fix all {count} of `{check}` in this file");
    (count > 1).then_some(Action { title, edits, diagnostic: None, is_preferred: false, new_file: None })
}
