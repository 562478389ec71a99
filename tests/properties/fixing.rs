//! Repairs are applied until there is none left, and there is an end to that.

use kplan::analysis::{Analysis, analyze};
use kplan::config::Settings;
use kplan::diagnostic::Safety;
use kplan::fix;
use kplan::source::{FileId, Workspace};
use libtest_mimic::Failed;

/// `kplan check --fix` gives up after as many rounds.
const MOST_ROUNDS: usize = 10;

/// After some rounds nothing is left to apply, and the text is not in worse order than before.
pub(crate) fn repairs_come_to_an_end(
    workspace: &Workspace,
    analysis: &Analysis,
    settings: &Settings,
) -> Result<(), Failed> {
    for safety in [Safety::Safe, Safety::Unsafe] {
        let mut workspace = workspace.with_texts([]);
        let mut fixed = fix::apply(&workspace, &analysis.diagnostics, safety);
        let mut last = None;
        for round in 0.. {
            if fixed.applied == 0 {
                break;
            }
            if round == MOST_ROUNDS {
                let texts: Vec<&(FileId, String)> = fixed.files.iter().collect();
                return Err(format!("{safety:?} repairs never end; the last give {texts:#?}").into());
            }
            workspace = workspace.with_texts(fixed.files);
            let repaired = analyze(&workspace, settings);
            fixed = fix::apply(&workspace, &repaired.diagnostics, safety);
            last = Some(repaired);
        }
        let Some(repaired) = last else { continue };
        if faults_of_the_text(&repaired) > faults_of_the_text(analysis) {
            return Err(format!("{safety:?} repairs make faults: {:#?}", repaired.diagnostics).into());
        }
    }
    Ok(())
}

fn faults_of_the_text(analysis: &Analysis) -> usize {
    analysis.diagnostics.iter().filter(|diagnostic| diagnostic.check == "syntax").count()
}
