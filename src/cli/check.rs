//! `kplan check`: every problem, as findings with their places.

use std::io;

use crate::analysis::{Analysis, analyze};
use crate::check::CHECKS;
use crate::cli::args::{CheckArgs, DenyArg};
use crate::cli::options::{self, Options};
use crate::cli::terminal::{Printed, Terminal};
use crate::cli::{Outcome, progress, report_failure};
use crate::load::{self, Failure, Inputs};
use crate::render::{Colors, Report, Rule, render};

/// Runs the command.
pub(super) fn run(terminal: &Terminal, args: CheckArgs) -> Result<Outcome, Failure> {
    let options = options::resolve(terminal, args)?;
    let inputs = Inputs { paths: &options.paths, exclude: &options.exclude };
    let loaded = progress::during(terminal, "reading", || load::load(&inputs, &mut io::stdin().lock()))?;
    let analysis = progress::during(terminal, &format!("checking {} files", loaded.workspace.len()), || {
        analyze(&loaded.workspace, &options.settings)
    });

    let rules = rules();
    let report = Report {
        diagnostics: &analysis.diagnostics,
        workspace: &loaded.workspace,
        summary: &analysis.summary,
        rules: &rules,
        detail: options.detail,
    };
    for (format, file) in &options.outputs {
        load::write(file, &render(&report, *format, Colors::Off))?;
    }
    if !options.silent
        && terminal.print(&render(&report, options.format, options.colors))? == Printed::ReaderGone
    {
        return Ok(Outcome::Clean);
    }
    for failure in &loaded.failures {
        report_failure(terminal, failure);
    }
    let found = outcome(&options, &analysis);
    Ok(if loaded.failures.is_empty() { found } else { Outcome::Failed })
}

fn outcome(options: &Options, analysis: &Analysis) -> Outcome {
    let denied = match options.deny {
        Some(DenyArg::Warnings) => analysis.summary.warnings,
        None => 0,
    };
    if analysis.summary.errors + denied > 0 { Outcome::Findings } else { Outcome::Clean }
}

fn rules() -> Vec<Rule<'static>> {
    let rules = CHECKS.iter().map(|check| Rule {
        id: check.id,
        group: check.group.as_str(),
        severity: check.severity,
        summary: check.summary,
        page: check.page,
    });
    rules.collect()
}
