//! `kplan lsp`: the language server. What a folder is, is decided here as for `check`: by its `kplan.yaml`.

use std::io;
use std::path::Path;
use std::sync::Arc;

use clap::Args as ClapArgs;

use crate::analysis::Analysis;
use crate::cli::Outcome;
use crate::cli::args::parse_version;
use crate::cli::baseline::Accepted;
use crate::cli::config::{self, Configured};
use crate::cli::terminal::Terminal;
use crate::config::Settings;
use crate::load::{self, Config, Failure, Inputs};
use crate::lsp::{self, Ending, Judge, Opened, Unsaved};
use crate::parse::version::Version;
use crate::source::{SourceFile, Workspace};

/// What may be typed; editors type it.
#[derive(Debug, ClapArgs)]
pub(super) struct LspArgs {
    /// Does nothing: the server always speaks on standard input and output, and some clients say so
    #[arg(long)]
    stdio: bool,

    /// The Kubernetes version that the manifests are for [default: that of kplan.yaml, else the newest built in]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    kubernetes_version: Option<Version>,
}

/// Runs the command until the client leaves.
pub(super) fn run(_: &Terminal, args: &LspArgs) -> Result<Outcome, Failure> {
    let (connection, threads) = lsp::connect(io::stdin(), io::stdout());
    let open = |folder: &Path, unsaved: Unsaved<'_>| open(folder, args.kubernetes_version, unsaved);
    let ending = lsp::serve(&connection, &open);
    drop(connection);
    threads.join();
    Ok(match ending {
        Ending::Orderly => Outcome::Clean,
        Ending::Abrupt => Outcome::Findings,
    })
}

/// Reads a folder as `check` does. A configuration with faults is used as far as it can be understood.
fn open(folder: &Path, version: Option<Version>, unsaved: Unsaved<'_>) -> Result<Opened, Failure> {
    let mut settings = Settings::plain();
    let mut config = load::find_config(folder)?;
    if let Some(config) = &mut config
        && let Some(text) = unsaved(config.source.path())
    {
        config.source = Arc::new(SourceFile::from_text(config.source.path(), &text));
    }
    let mut configured =
        config.as_ref().map(|config| config::apply(config, &mut settings)).unwrap_or_default();
    settings.target = version.unwrap_or(settings.target);
    let written = std::mem::take(&mut configured.paths);
    let paths = if written.is_empty() { vec![folder.to_path_buf()] } else { written };
    let inventory = std::mem::take(&mut configured.nodes);
    let inputs = Inputs {
        paths: &paths,
        inventory: &inventory,
        exclude: &configured.exclude,
        besides: config.as_ref().map(|config| &config.source),
    };
    let loaded = load::load(&inputs, &mut io::empty())?;
    let (mut workspace, mut failures) = (loaded.workspace, loaded.failures);
    let is_whole = config.as_ref().is_some_and(|config| config.is_root(folder));
    let mut special: Vec<String> = config.iter().map(|config| config.source.path().to_owned()).collect();
    let mut accepted = None;
    configured.faults.extend(configured.missing_baseline.take());
    if let Some(path) = configured.baseline.take().filter(|path| load::exists(path)) {
        match Accepted::read(&path, is_whole) {
            Ok(baseline) => {
                special.push(baseline.source.path().to_owned());
                workspace = workspace.with_file(&baseline.source);
                accepted = Some(baseline);
            }
            Err(failure) => failures.push(failure),
        }
    }
    let judge = judge(config, configured, accepted, is_whole);
    Ok(Opened { workspace, settings, special, failures, judge })
}

/// What is made of findings: the baseline holds some back, and the configuration has some of its own.
fn judge(
    config: Option<Config>,
    configured: Configured,
    accepted: Option<Accepted>,
    is_whole: bool,
) -> Option<Judge> {
    if config.is_none() && accepted.is_none() {
        return None;
    }
    Some(Box::new(move |workspace: &Workspace, mut analysis: Analysis| {
        if let Some(accepted) = &accepted {
            accepted.hold_back(workspace, &mut analysis);
        }
        if let Some(file) = config.as_ref().and_then(|config| workspace.id_of(config.source.path())) {
            analysis.add(configured.findings(workspace.file(file), file));
            if is_whole && configured.faults.is_empty() {
                analysis.add(configured.unused(workspace, &analysis.idle, file));
            }
        }
        analysis.diagnostics
    }))
}
