//! What must hold for every input whatever it says; shared by the tests that have inputs.

use kplan::analysis::analyze;
use kplan::config::Settings;
use kplan::source::{FileRole, SourceFile, Workspace};
use libtest_mimic::Failed;

/// Spans lie on character boundaries inside their file, the order of the files does not matter, and cutting any file
/// after any line does not panic.
pub(crate) fn hold(files: &[(String, String)], settings: &Settings) -> Result<(), Failed> {
    let whole = workspace(files.iter().cloned());
    let analysis = analyze(&whole, settings);
    for diagnostic in &analysis.diagnostics {
        let places = std::iter::once(&diagnostic.primary).chain(&diagnostic.related).map(|label| label.span);
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in places.chain(edits) {
            let text = whole.file(span.file).text();
            if text.get(span.range()).is_none() {
                return Err(format!("{}: span {span:?} does not lie in the text", diagnostic.check).into());
            }
        }
    }
    let reversed = analyze(&workspace(files.iter().rev().cloned()), settings);
    if reversed.diagnostics != analysis.diagnostics {
        return Err("the order of the files changes the findings".into());
    }
    for (index, (path, text)) in files.iter().enumerate() {
        for (at, _) in text.match_indices('\n').step_by(text.len() / 4000 + 1) {
            let cut = files.iter().enumerate().map(|(other, file)| {
                if other == index { (path.clone(), text[..at].to_owned()) } else { file.clone() }
            });
            analyze(&workspace(cut), settings);
        }
    }
    Ok(())
}

fn workspace(files: impl Iterator<Item = (String, String)>) -> Workspace {
    Workspace::new(files.map(|(path, text)| source(&path, &text)))
}

/// A file of a case: `nodes.yaml` says what the cluster has, every other one is checked.
pub(crate) fn source(path: &str, text: &str) -> SourceFile {
    let role = if path == "nodes.yaml" { FileRole::Inventory } else { FileRole::Source };
    SourceFile::from_text(path, text).with_role(role)
}
