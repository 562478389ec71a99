//! `kplan debug`: the inside of kplan, for comparisons with kubectl. Hidden from help.

use std::io;
use std::path::PathBuf;

use crate::cli::args::DebugCommand;
use crate::cli::terminal::{Printed, Terminal};
use crate::cli::{Outcome, report_failure};
use crate::load::{self, Exclude, Failure, Inputs};
use crate::parse::verdict_line;

/// Runs the command.
pub(super) fn run(terminal: &Terminal, command: DebugCommand) -> Result<Outcome, Failure> {
    let DebugCommand::Parse { paths } = command;
    print_verdicts(terminal, &paths)
}

/// One line of JSON for each file: the documents that kubectl would hand on, and why it would stop.
fn print_verdicts(terminal: &Terminal, paths: &[PathBuf]) -> Result<Outcome, Failure> {
    let exclude = Exclude::default();
    let loaded = load::load(
        &Inputs { paths, inventory: &[], exclude: &exclude, besides: None },
        &mut io::stdin().lock(),
    )?;
    for (_, file) in loaded.workspace.files() {
        let line = verdict_line(file);
        if terminal.print(&format!("{line}\n"))? == Printed::ReaderGone {
            break;
        }
    }
    for failure in &loaded.failures {
        report_failure(terminal, failure);
    }
    Ok(if loaded.failures.is_empty() { Outcome::Clean } else { Outcome::Failed })
}
