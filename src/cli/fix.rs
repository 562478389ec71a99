//! `kplan check --fix`: repairs are applied until there is none left to apply.

use std::collections::BTreeMap;
use std::path::Path;

use similar::TextDiff;

use crate::analysis::Analysis;
use crate::diagnostic::{Diagnostic, Safety};
use crate::fix;
use crate::load::{self, Failure, STDIN_NAME};
use crate::source::{Encoding, SourceFile, Workspace};

/// A repair may uncover another; more rounds than this would be two that undo each other.
const ROUNDS: usize = 10;

/// The workspace after all repairs, and what is still to be said of it.
pub(super) struct Repaired {
    pub(super) workspace: Workspace,
    pub(super) analysis: Analysis,
    /// How many repairs were applied.
    pub(super) applied: usize,
    /// New texts by path, sorted.
    pub(super) texts: BTreeMap<String, String>,
}

/// Applies the repairs of `analysis` and those that they uncover, in memory.
pub(super) fn repair(
    workspace: Workspace,
    analysis: Analysis,
    examine: &dyn Fn(&Workspace) -> Analysis,
    safety: Safety,
) -> Repaired {
    let mut repaired = Repaired { workspace, analysis, applied: 0, texts: BTreeMap::new() };
    for _ in 0..ROUNDS {
        let Repaired { workspace, analysis, .. } = &repaired;
        // A name that is not UTF-8 is shown with replacement characters, and under those there is another file or none.
        let of_disk = |file: &SourceFile| !file.path().contains('\u{FFFD}');
        let wanted: Vec<_> = analysis
            .diagnostics
            .iter()
            .filter(|finding| {
                let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
                edits.clone().count() > 0
                    && edits.into_iter().all(|edit| of_disk(workspace.file(edit.span.file)))
            })
            .cloned()
            .collect();
        let fixed = fix::apply(workspace, &wanted, safety);
        if fixed.applied == 0 {
            break;
        }
        let changed: Vec<(String, String)> = fixed
            .files
            .iter()
            .map(|(file, text)| (workspace.file(*file).path().to_owned(), text.clone()))
            .collect();
        repaired.workspace = workspace.with_texts(fixed.files);
        repaired.texts.extend(changed);
        repaired.analysis = examine(&repaired.workspace);
        repaired.applied += fixed.applied;
    }
    repaired
}

/// One file with its repairs.
pub(super) struct RepairedFile {
    pub(super) path: String,
    pub(super) text: String,
    /// What changes, as a unified diff.
    pub(super) diff: String,
}

/// Applies the repairs of findings in one file by itself; `None` where there are none.
pub(super) fn repair_file(
    file: &SourceFile,
    findings: &[Diagnostic],
    safety: Safety,
) -> Option<RepairedFile> {
    if file.encoding() != Encoding::Utf8 {
        return None;
    }
    let workspace = Workspace::new([SourceFile::from_text(file.path(), file.text())]);
    let (_, text) = fix::apply(&workspace, findings, safety).files.into_iter().next()?;
    let path = file.path().to_owned();
    let diff = TextDiff::from_lines(file.text(), &text).unified_diff().header(&path, &path).to_string();
    Some(RepairedFile { path, text, diff })
}

/// Writes the new texts to the disk, each whole or not at all; says which could not be written.
pub(super) fn write(repaired: &Repaired) -> Vec<Failure> {
    let of_disk = repaired.texts.iter().filter(|(path, _)| *path != STDIN_NAME);
    of_disk.filter_map(|(path, text)| load::write(Path::new(path), text).err()).collect()
}

/// The text that came from standard input, as it is to be passed on.
///
/// # Errors
/// Where its bytes are no UTF-8: they would not be passed on as they are.
pub(super) fn piped(workspace: &Workspace) -> Result<Option<&str>, Failure> {
    let Some(id) = workspace.id_of(STDIN_NAME) else { return Ok(None) };
    let file = workspace.file(id);
    match file.damage().is_some() || file.encoding() != Encoding::Utf8 {
        false => Ok(Some(file.text())),
        true => Err(Failure::new(
            "standard input is not UTF-8, so it cannot be repaired",
            Some("without `--fix`, kplan says what is wrong with it".to_owned()),
        )),
    }
}

/// What writing would change, as a unified diff.
pub(super) fn diff(before: &Workspace, repaired: &Repaired) -> String {
    let old: BTreeMap<&str, &str> = before.files().map(|(_, file)| (file.path(), file.text())).collect();
    let diffs = repaired.texts.iter().map(|(path, text)| {
        let old = old.get(path.as_str()).copied().unwrap_or_default();
        TextDiff::from_lines(old, text).unified_diff().header(path, path).to_string()
    });
    diffs.collect()
}

/// `Fixed 3 problems in 2 files.`
pub(super) fn summary(repaired: &Repaired) -> String {
    let counted = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    format!("Fixed {} in {}.\n", counted(repaired.applied, "problem"), counted(repaired.texts.len(), "file"))
}
