//! `kplan check`: every problem, as findings with their places.

use std::io;
use std::path::Path;

use crate::analysis::{Analysis, Idle, Summary, analyze};
use crate::cli::args::CheckArgs;
use crate::cli::baseline::{self, Accepted};
use crate::cli::options::{self, Options, Printing, Repairs};
use crate::cli::terminal::{Printed, Terminal};
use crate::cli::{Outcome, base, fix, progress, report_failure};
use crate::diagnostic::Severity;
use crate::load::{self, Config, Failure, Inputs, STDIN};
use crate::parse::origin::Origins;
use crate::render::{Colors, Report, render, rules};
use crate::since;
use crate::source::{FileId, SourceFile, Workspace};

/// Runs the command.
pub(super) fn run(terminal: &Terminal, args: CheckArgs) -> Result<Outcome, Failure> {
    let mut options = options::resolve(terminal, args.clone())?;
    if let Some(repaired) = repair_config(&options) {
        if let Repairs::Show(_) = options.repairs {
            terminal.print(&repaired.diff)?;
            return Ok(Outcome::Failed);
        }
        load::write(Path::new(&repaired.path), &repaired.text)?;
        if !options.printing.silent {
            terminal.complain(&format!("Fixed {}.\n", repaired.path));
        }
        options = options::resolve(terminal, args)?;
    }
    if let Some(config) = &options.config
        && !options.configured.faults.is_empty()
    {
        return refuse_config(terminal, &options, config);
    }
    let inputs = Inputs {
        paths: &options.paths,
        inventory: &options.inventory,
        exclude: &options.configured.exclude,
        besides: options.config.as_ref().map(|config| &config.source),
    };
    let loaded = progress::during(terminal, "reading", || load::load(&inputs, &mut io::stdin().lock()))?;
    let accepted = match (&options.write_baseline, &options.baseline) {
        (None, Some(path)) => Some(Accepted::read(path, options.is_whole)?),
        _ => None,
    };
    let mut failures = loaded.failures;
    let mut workspace = load::without_outputs(loaded.workspace, &options.paths, options.printing.files());
    if let Some(base) = &options.base {
        let read = progress::during(terminal, "reading the base", || base::load(base, &inputs))?;
        workspace = workspace.with_base(&read.loaded.workspace, |path| read.name_of(path));
        failures.extend(read.loaded.failures);
    }
    if let Some(accepted) = &accepted {
        workspace = workspace.with_file(&accepted.source);
    }
    let judge = |workspace: &Workspace| {
        let mut analysis = analyze(workspace, &options.settings);
        if let Some(accepted) = &accepted {
            accepted.hold_back(workspace, &mut analysis);
        }
        let config = options.config.as_ref().filter(|_| options.is_whole);
        if let Some(file) = config.and_then(|config| workspace.id_of(config.source.path())) {
            analysis.add(options.configured.unused(workspace, &analysis.idle, file));
        }
        analysis
    };
    let before = match &options.since {
        Some(since) => {
            let mut base = progress::during(terminal, "reading what was there before", || {
                load::load_before(&inputs, &workspace, since.as_since())
            })?;
            let besides =
                inputs.besides.into_iter().chain(accepted.as_ref().map(|accepted| &accepted.source));
            for file in besides {
                base = base.with_file(file);
            }
            let analysis = progress::during(terminal, "checking what was there before", || judge(&base));
            Some((base, analysis))
        }
        None => None,
    };
    let examine = |workspace: &Workspace| {
        let mut analysis = judge(workspace);
        if let Some((base, before)) = &before {
            since::keep_new(&mut analysis, workspace, before, base);
        }
        analysis
    };
    let doing = format!("checking {} files", workspace.len());
    let mut analysis = progress::during(terminal, &doing, || examine(&workspace));
    if let Some(path) = &options.write_baseline {
        let written = baseline::write(path, &workspace, &mut analysis)?;
        if !options.printing.silent {
            let is_configured = options.baseline.as_ref() == Some(path);
            terminal.complain(&baseline::summary(path, &written, is_configured));
        }
    }
    let mut stream = Stream::Output;
    match options.repairs {
        Repairs::None => {}
        Repairs::Show(safety) => {
            write_outputs(&options.printing, &workspace, &analysis)?;
            let found = outcome(&options, &analysis.summary);
            let before = workspace.with_texts([]);
            let repaired = fix::repair(workspace, analysis, &examine, safety);
            terminal.print(&fix::diff(&before, &repaired))?;
            return finish(terminal, &failures, found);
        }
        Repairs::Write(safety) => {
            let repaired = fix::repair(workspace, analysis, &examine, safety);
            let is_piped = options.paths.iter().any(|path| path.as_os_str() == STDIN);
            let piped = if is_piped { fix::piped(&repaired.workspace)? } else { None };
            let unwritten = fix::write(&repaired);
            if let Some(text) = piped {
                terminal.print(text)?;
                stream = Stream::Error;
            }
            if !unwritten.is_empty() {
                // A report would be of files that are not on the disk.
                failures.extend(unwritten);
                return finish(terminal, &failures, Outcome::Failed);
            }
            if repaired.applied > 0 && !options.printing.silent {
                terminal.complain(&fix::summary(&repaired));
            }
            (workspace, analysis) = (repaired.workspace, repaired.analysis);
        }
    }

    let printed = show(terminal, &options.printing, &workspace, &analysis, stream)?;
    let found = match printed {
        Printed::Whole => outcome(&options, &analysis.summary),
        Printed::ReaderGone => Outcome::Clean,
    };
    finish(terminal, &failures, found)
}

/// Says what could not be read, which goes before all findings.
fn finish(terminal: &Terminal, failures: &[Failure], found: Outcome) -> Result<Outcome, Failure> {
    for failure in failures {
        report_failure(terminal, failure);
    }
    Ok(if failures.is_empty() { found } else { Outcome::Failed })
}

/// The configuration with the repairs that are wanted, if that has faults that can be repaired.
fn repair_config(options: &Options) -> Option<fix::RepairedFile> {
    let (config, safety) = match options.repairs {
        Repairs::None => return None,
        Repairs::Write(safety) | Repairs::Show(safety) => (options.config.as_ref()?, safety),
    };
    let findings = options.configured.findings(&config.source, FileId(0));
    fix::repair_file(&config.source, &findings, safety)
}

/// With a configuration that is not what its author thinks, nothing that kplan could say would be worth reading.
fn refuse_config(terminal: &Terminal, options: &Options, config: &Config) -> Result<Outcome, Failure> {
    let file = SourceFile::from_text(config.source.path(), config.source.text());
    let workspace = Workspace::new([file]);
    let mut analysis = Analysis {
        diagnostics: Vec::new(),
        summary: Summary { files: 1, ..Summary::default() },
        idle: Idle::default(),
        origins: Origins::default(),
    };
    analysis.add(options.configured.findings(&config.source, FileId(0)));
    show(terminal, &options.printing, &workspace, &analysis, Stream::Output)?;
    report_failure(
        terminal,
        &Failure::new(format!("`{}` has faults, so nothing was checked", config.source.path()), None),
    );
    Ok(Outcome::Failed)
}

/// Where the report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stream {
    Output,
    /// Standard output is taken by what came from standard input.
    Error,
}

/// Writes the report to where it is wanted.
fn show(
    terminal: &Terminal,
    printing: &Printing,
    workspace: &Workspace,
    analysis: &Analysis,
    stream: Stream,
) -> Result<Printed, Failure> {
    write_outputs(printing, workspace, analysis)?;
    if printing.silent {
        return Ok(Printed::Whole);
    }
    let text =
        with_report(printing, workspace, analysis, |report| render(report, printing.format, printing.colors));
    match stream {
        Stream::Output => terminal.print(&text),
        Stream::Error => {
            terminal.complain(&text);
            Ok(Printed::Whole)
        }
    }
}

/// Writes the reports that have files of their own.
fn write_outputs(printing: &Printing, workspace: &Workspace, analysis: &Analysis) -> Result<(), Failure> {
    printing.outputs.iter().try_for_each(|(format, file)| {
        let text = with_report(printing, workspace, analysis, |report| render(report, *format, Colors::Off));
        load::write(file, &text)
    })
}

fn with_report(
    printing: &Printing,
    workspace: &Workspace,
    analysis: &Analysis,
    render: impl Fn(&Report<'_>) -> String,
) -> String {
    let rules = rules();
    let report = Report {
        diagnostics: &analysis.diagnostics,
        workspace,
        summary: &analysis.summary,
        rules: &rules,
        detail: printing.detail,
        origins: &analysis.origins,
        failing: printing.failing,
    };
    render(&report)
}

fn outcome(options: &Options, summary: &Summary) -> Outcome {
    let failing = match options.printing.failing {
        Severity::Error => summary.errors,
        Severity::Warning => summary.errors + summary.warnings,
        Severity::Note => summary.errors + summary.warnings + summary.notes,
    };
    if failing > 0 { Outcome::Findings } else { Outcome::Clean }
}
