//! `kplan build`: the compiled set, as one YAML stream.

use std::io;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::analysis;
use crate::cli::args::{ConfigArgs, parse_version};
use crate::cli::terminal::Terminal;
use crate::cli::{Outcome, options, progress, report_failure};
use crate::graph::Graph;
use crate::load::{self, Failure, Inputs};
use crate::parse::version::Version;
use crate::plan::change::{Side, build};
use crate::render::manifest;

/// The flags of `build`.
#[derive(Debug, ClapArgs)]
pub(super) struct BuildArgs {
    /// Files, folders, or `-` for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The Kubernetes version that the manifests are for [default: the newest built in]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    kubernetes_version: Option<Version>,

    #[command(flatten)]
    config: ConfigArgs,
}

/// Runs the command. A document that cannot be read as YAML is an error, for a set without it is another set.
pub(super) fn run(terminal: &Terminal, args: BuildArgs) -> Result<Outcome, Failure> {
    let options::Inputs { paths, settings, exclude, .. } =
        options::resolve_inputs(args.paths, args.kubernetes_version, &args.config)?;
    let inputs = Inputs { paths: &paths, inventory: &[], exclude: &exclude, besides: None };
    let loaded = progress::during(terminal, "reading", || load::load(&inputs, &mut io::stdin().lock()))?;
    let program = analysis::read(&loaded.workspace, &settings);
    let graph = Graph::build(&program, &settings);
    let (objects, unreadable) = progress::during(terminal, "building", || {
        build(Side { program: &program, graph: &graph }, settings.target)
    });
    terminal.print(&manifest::stream(&objects))?;
    let mut outcome = Outcome::Clean;
    for broken in super::plan::broken_documents(&program) {
        terminal.complain(&format!("error: {broken} has syntax errors: `kplan check` says which\n"));
        outcome = Outcome::Findings;
    }
    for identity in unreadable {
        terminal.complain(&format!("error: {identity} nests too deeply to be written\n"));
        outcome = Outcome::Findings;
    }
    for failure in &loaded.failures {
        report_failure(terminal, failure);
    }
    Ok(if loaded.failures.is_empty() { outcome } else { Outcome::Failed })
}
