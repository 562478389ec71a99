//! The file of accepted findings, as `kplan check` reads and writes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::Analysis;
use crate::baseline::{Baseline, can_be_accepted, stale_finding};
use crate::load::{self, Failure};
use crate::source::{FileId, SourceFile, Workspace};

/// A baseline in use.
pub(super) struct Accepted {
    path: PathBuf,
    pub(super) source: Arc<SourceFile>,
    baseline: Baseline,
    /// Whether each of its entries ought to match.
    is_whole: bool,
}

impl Accepted {
    /// Reads the file.
    pub(super) fn read(path: &Path, is_whole: bool) -> Result<Self, Failure> {
        if !load::exists(path) {
            let shown = path.display();
            let help = format!("`kplan check --write-baseline={shown}` makes it");
            return Err(Failure::new(format!("the baseline `{shown}` does not exist"), Some(help)));
        }
        let source = load::read_source(path)?;
        let baseline = Baseline::read(&source).map_err(|fault| {
            let line = source.position(fault.range.start).line + 1;
            let message =
                format!("cannot use the baseline `{}`: line {line}: {}", source.path(), fault.message);
            Failure::new(message, Some("write it anew with `kplan check --write-baseline`".to_owned()))
        })?;
        Ok(Self { path: path.to_path_buf(), source, baseline, is_whole })
    }

    /// Takes what it holds out of an analysis, and says what of it matches nothing any more.
    pub(super) fn hold_back(&self, workspace: &Workspace, analysis: &mut Analysis) {
        let path_of = |shown: &str| load::seen_from_beside(&self.path, shown);
        let stale = self.baseline.hold_back(analysis, &path_of, file_path(workspace));
        if let Some(file) = workspace.id_of(self.source.path()).filter(|_| self.is_whole) {
            analysis.add(stale_finding(file, stale).into_iter().collect());
        }
    }
}

/// What became of a baseline that was written.
pub(super) struct Written {
    /// How many findings it accepts.
    accepted: usize,
    /// How many it accepted before and does not any more.
    dropped: usize,
}

/// Writes all findings to a file and takes them out of the analysis.
pub(super) fn write(path: &Path, workspace: &Workspace, analysis: &mut Analysis) -> Result<Written, Failure> {
    let path_of = |shown: &str| load::seen_from_beside(path, shown);
    let text = Baseline::write(&analysis.diagnostics, &path_of, file_path(workspace));
    let read = |source: &SourceFile| Baseline::read(source).ok();
    let old = load::read_source(path).ok().and_then(|source| read(&source));
    let new = read(&SourceFile::from_text("", &text));
    let dropped = old.zip(new).map_or(0, |(old, new)| old.count_beyond(&new));
    load::write(path, &text)?;
    let before = analysis.diagnostics.len();
    analysis.diagnostics.retain(|finding| !can_be_accepted(finding));
    analysis.add(Vec::new());
    Ok(Written { accepted: before - analysis.diagnostics.len(), dropped })
}

/// `Accepted 3 findings in kplan-baseline.json.`
pub(super) fn summary(path: &Path, written: &Written, is_configured: bool) -> String {
    let findings = if written.accepted == 1 { "finding" } else { "findings" };
    let shown = path.display();
    let dropped = match written.dropped {
        0 => String::new(),
        count => format!(", and dropped {count} that it held before"),
    };
    let hint = if is_configured {
        String::new()
    } else {
        format!("  = help: `--baseline {shown}`, or `baseline: {shown}` in kplan.yaml, holds them back\n")
    };
    format!("Accepted {} {findings} in {shown}{dropped}.\n{hint}", written.accepted)
}

fn file_path(workspace: &Workspace) -> impl Fn(FileId) -> String {
    |file| workspace.file(file).path().to_owned()
}
