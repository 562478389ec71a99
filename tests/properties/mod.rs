//! What must hold for every input whatever it says; shared by the tests that have inputs.

mod cutting;
mod fixing;
mod rendering;
mod variants;

use std::sync::LazyLock;

use kplan::analysis::{Analysis, analyze};
use kplan::config::Settings;
use kplan::source::{FileRole, SourceFile, Workspace};
use libtest_mimic::Failed;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Files by path.
pub(crate) type Files = [(String, Vec<u8>)];

/// Spans lie on character boundaries inside their file; neither the order of the files nor the number of threads
/// matters; every format can be written; repairs come to an end; line breaks and byte order marks change nothing; and
/// no file that ends too early is too much. `most_cuts` is the number of places where each file is cut.
pub(crate) fn hold(files: &Files, settings: &Settings, most_cuts: usize) -> Result<(), Failed> {
    let workspace = workspace(files);
    let analysis = analyze(&workspace, settings);
    spans_lie_in_the_text(&workspace, &analysis)?;
    order_and_threads_do_not_matter(files, settings, &analysis)?;
    rendering::every_format_renders(&workspace, &analysis)?;
    rendering::compiled_forms_render(&workspace, settings)?;
    fixing::repairs_come_to_an_end(&workspace, &analysis, settings)?;
    variants::line_breaks_and_marks_change_nothing(files, settings, &workspace, &analysis)?;
    cutting::no_cut_is_too_much(files, settings, most_cuts)
}

fn spans_lie_in_the_text(workspace: &Workspace, analysis: &Analysis) -> Result<(), Failed> {
    for diagnostic in &analysis.diagnostics {
        let places = std::iter::once(&diagnostic.primary).chain(&diagnostic.related).map(|label| label.span);
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in places.chain(edits) {
            if workspace.file(span.file).text().get(span.range()).is_none() {
                return Err(format!("{}: span {span:?} does not lie in the text", diagnostic.check).into());
            }
        }
    }
    Ok(())
}

fn order_and_threads_do_not_matter(
    files: &Files,
    settings: &Settings,
    analysis: &Analysis,
) -> Result<(), Failed> {
    static ONE: LazyLock<ThreadPool> = LazyLock::new(|| pool(1));
    static FIVE: LazyLock<ThreadPool> = LazyLock::new(|| pool(5));
    let reversed: Vec<_> = files.iter().rev().cloned().collect();
    let reversed = self::workspace(&reversed);
    for (what, other) in [
        ("the order of the files", ONE.install(|| analyze(&reversed, settings))),
        ("the number of threads", FIVE.install(|| analyze(&self::workspace(files), settings))),
    ] {
        if other.diagnostics != analysis.diagnostics {
            return Err(format!("{what} changes the findings").into());
        }
        if format!("{:?}", other.summary) != format!("{:?}", analysis.summary) {
            return Err(format!("{what} changes the summary").into());
        }
    }
    Ok(())
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be made")
}

fn workspace(files: &Files) -> Workspace {
    Workspace::new(files.iter().map(|(path, bytes)| source(path, bytes)))
}

/// A file of a case: `nodes.yaml` says what the cluster has, what lies in `before` was there before, every other one is
/// checked.
pub(crate) fn source(path: &str, bytes: &[u8]) -> SourceFile {
    let is_inventory = path == "nodes.yaml" || path.ends_with("/nodes.yaml");
    let role = match path {
        _ if is_inventory => FileRole::Inventory,
        _ if path.starts_with("before/") || path.contains("/before/") => FileRole::Base,
        _ => FileRole::Source,
    };
    SourceFile::new(path, bytes.to_vec()).with_role(role)
}
