//! Findings' edits become files' new text.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Edit, Fix, Safety};
use crate::source::{Encoding, FileId, SourceFile, Workspace};

/// What fixing comes to.
#[derive(Debug, Default)]
pub struct Fixed {
    /// New texts of the files that change, in order.
    pub files: Vec<(FileId, String)>,
    /// How many fixes were applied.
    pub applied: usize,
}

/// Applies the fixes of `diagnostics` that are at least as safe as `safety`. Of fixes that touch the same bytes the first
/// is applied: after it, the other may no longer be wanted. A file whose offsets are not those of its bytes is left alone.
pub fn apply(workspace: &Workspace, diagnostics: &[Diagnostic], safety: Safety) -> Fixed {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    let mut applied = 0;
    for fix in diagnostics.iter().filter_map(|diagnostic| diagnostic.fix.as_ref()) {
        if is_wanted(fix, safety) && fix.edits.iter().all(|edit| can_apply(workspace, &edits, edit)) {
            for edit in &fix.edits {
                let accepted = edits.entry(edit.span.file).or_default();
                if !accepted.contains(&edit) {
                    accepted.push(edit);
                }
            }
            applied += 1;
        }
    }
    let files = edits.into_iter().map(|(file, mut edits)| {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        (file, edited(workspace.file(file), &edits))
    });
    Fixed { files: files.collect(), applied }
}

fn is_wanted(fix: &Fix, safety: Safety) -> bool {
    !fix.edits.is_empty() && (fix.safety == Safety::Safe || safety == Safety::Unsafe)
}

fn can_apply(workspace: &Workspace, accepted: &BTreeMap<FileId, Vec<&Edit>>, edit: &Edit) -> bool {
    let file = workspace.file(edit.span.file);
    if file.encoding() != Encoding::Utf8
        || file.damage().is_some()
        || file.text().get(edit.span.range()).is_none()
    {
        return false;
    }
    let accepted = accepted.get(&edit.span.file).map_or(&[][..], Vec::as_slice);
    // Two findings may ask for the very same edit; what merely touches could end up in either order.
    accepted
        .iter()
        .all(|other| *other == edit || other.span.end < edit.span.start || edit.span.end < other.span.start)
}

fn edited(file: &SourceFile, edits: &[&Edit]) -> String {
    let text = file.text();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Label, Severity};
    use crate::source::Span;

    fn finding(safety: Safety, edits: &[(u32, u32, &str)]) -> Diagnostic {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit {
            span: Span::new(FileId(0), start, end),
            text: text.to_owned(),
        };
        Diagnostic {
            primary: Label { span: Span::new(FileId(0), 0, 0), text: String::new() },
            severity: Severity::Error,
            check: "test",
            message: String::new(),
            related: Vec::new(),
            help: Vec::new(),
            object: None,
            field: None,
            fix: Some(Fix { title: String::new(), safety, edits: edits.iter().map(edit).collect() }),
        }
    }

    fn fixed(text: &str, safety: Safety, findings: &[Diagnostic]) -> (String, usize) {
        let workspace = Workspace::new([SourceFile::from_text("a.yaml", text)]);
        let fixed = apply(&workspace, findings, safety);
        (fixed.files.into_iter().next().map_or_else(|| text.to_owned(), |(_, text)| text), fixed.applied)
    }

    #[test]
    fn edits_are_applied_from_front_to_back_whatever_their_order() {
        let findings =
            [finding(Safety::Safe, &[(3, 6, "yes"), (0, 1, "key")]), finding(Safety::Safe, &[(9, 9, "!")])];
        assert_eq!(
            fixed("a: oné\nb\n", Safety::Safe, &findings[..1]),
            ("a: oné\nb\n".to_owned(), 0),
            "inside é"
        );
        let findings =
            [finding(Safety::Safe, &[(3, 7, "yes"), (0, 1, "key")]), finding(Safety::Safe, &[(9, 9, "!")])];
        assert_eq!(fixed("a: oné\nb\n", Safety::Safe, &findings), ("key: yes\nb!\n".to_owned(), 2));
    }

    #[test]
    fn of_fixes_in_conflict_the_first_is_applied_whole() {
        let findings = [
            finding(Safety::Safe, &[(0, 2, "x")]),
            finding(Safety::Safe, &[(1, 3, "y"), (5, 6, "z")]),
            finding(Safety::Safe, &[(0, 2, "x")]),
        ];
        assert_eq!(fixed("abcdef", Safety::Safe, &findings), ("xcdef".to_owned(), 2));
    }

    #[test]
    fn what_is_only_probable_is_asked_for() {
        let findings = [finding(Safety::Unsafe, &[(0, 1, "x")])];
        assert_eq!(fixed("a", Safety::Safe, &findings), ("a".to_owned(), 0));
        assert_eq!(fixed("a", Safety::Unsafe, &findings), ("x".to_owned(), 1));
    }
}
