//! `kplan plan`: what changes, in which order, and each rollout step by step.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis;
use crate::cli::args::{ColorArg, ConfigArgs, parse_version};
use crate::cli::terminal::Terminal;
use crate::cli::{Outcome, base, options, progress, report_failure};
use crate::graph::Graph;
use crate::load::{self, Exclude, Failure, Inputs, Loaded};
use crate::parse::object::Program;
use crate::parse::version::Version;
use crate::plan::change::Side;
use crate::plan::gather::{Sources, has_nodes, is_whole};
use crate::plan::preview::preview;
use crate::plan::preview::stage::on_nodes;
use crate::render::plan::{PlanFormat, PlanReport, render_plan};

/// The flags of `plan`.
#[derive(Debug, ClapArgs)]
pub(super) struct PlanArgs {
    /// Files, folders, or `-` for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// What is there now: a git revision of the same paths, another folder, or a file with `kubectl get -o yaml`
    #[arg(long, value_name = "REV|PATH")]
    base: String,

    /// The Kubernetes version that the manifests are for [default: the newest built in]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    kubernetes_version: Option<Version>,

    /// How to print the plan
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: PlanFormatArg,

    /// Whether to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: ColorArg,

    /// The nodes to place pods on: NodePools, or `kubectl get nodes -o yaml`, with volumes and classes; may be repeated
    #[arg(long, value_name = "FILE")]
    nodes: Vec<PathBuf>,

    #[command(flatten)]
    config: ConfigArgs,

    /// Exit with status 3 when there are changes
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PlanFormatArg {
    /// Differences, rollouts, risks
    Human,
    /// One JSON object
    Json,
    /// For a comment of a pull request
    Markdown,
}

/// Runs the command.
pub(super) fn run(terminal: &Terminal, args: PlanArgs) -> Result<Outcome, Failure> {
    let options::Inputs { paths, settings, exclude, nodes } =
        options::resolve_inputs(args.paths, args.kubernetes_version, &args.config)?;
    let inputs = Inputs { paths: &paths, inventory: &[], exclude: &exclude, besides: None };
    let loaded = progress::during(terminal, "reading", || load::load(&inputs, &mut io::stdin().lock()))?;
    let base = progress::during(terminal, "reading the base", || base::load(&args.base, &inputs))?.loaded;
    let nodes = load_nodes(if args.nodes.is_empty() { &nodes } else { &args.nodes })?;

    let base_program = analysis::read(&base.workspace, &settings);
    let head_program = analysis::read(&loaded.workspace, &settings);
    let base_graph = Graph::build(&base_program, &settings);
    let head_graph = Graph::build(&head_program, &settings);
    let nodes_program = nodes.as_ref().map(|nodes| analysis::read(&nodes.workspace, &settings));
    let preview = progress::during(terminal, "planning", || {
        let base = Side { program: &base_program, graph: &base_graph };
        let head = Side { program: &head_program, graph: &head_graph };
        // As in `check`: nodes that stand among the manifests count, and none that cannot be read whole.
        let none = Program::default();
        let inventory = nodes_program.as_ref().unwrap_or(&none);
        let sources = Sources { program: &head_program, inventory };
        match has_nodes(sources) && is_whole(sources) {
            true => on_nodes(base, head, inventory, settings.target),
            false => preview(base, head, settings.target, None),
        }
    });
    let report = PlanReport {
        preview: &preview,
        base: &base_program,
        head: &head_program,
        base_workspace: &base.workspace,
        head_workspace: &loaded.workspace,
    };
    let format = match args.format {
        PlanFormatArg::Human => PlanFormat::Human,
        PlanFormatArg::Json => PlanFormat::Json,
        PlanFormatArg::Markdown => PlanFormat::Markdown,
    };
    terminal.print(&render_plan(&report, format, options::colors(terminal, args.color)))?;
    let mut blocked = preview.is_blocked();
    for (program, side) in [(&base_program, "the base: "), (&head_program, "")] {
        for broken in broken_documents(program) {
            terminal
                .complain(&format!("error: {side}{broken} has syntax errors: `kplan check` says which\n"));
            blocked = true;
        }
    }
    let failures = base.failures.iter().chain(&loaded.failures);
    let failures: Vec<&Failure> = failures.chain(nodes.iter().flat_map(|nodes| &nodes.failures)).collect();
    for failure in &failures {
        report_failure(terminal, failure);
    }
    Ok(match () {
        () if !failures.is_empty() => Outcome::Failed,
        () if blocked => Outcome::Findings,
        () if args.exit_code && !preview.is_empty() => Outcome::Changes,
        () => Outcome::Clean,
    })
}

/// What `--nodes` names, if it names anything.
fn load_nodes(paths: &[PathBuf]) -> Result<Option<Loaded>, Failure> {
    if paths.is_empty() {
        return Ok(None);
    }
    let inputs = Inputs { paths, inventory: &[], exclude: &Exclude::default(), besides: None };
    load::load(&inputs, &mut io::stdin().lock()).map(Some)
}

/// The files with documents that could not be read whole.
pub(super) fn broken_documents(program: &Program) -> Vec<String> {
    let broken = program.files().iter().filter(|file| {
        file.foreign.is_none() && file.parsed.documents.iter().any(|document| document.broken)
    });
    broken.map(|file| Path::new(file.source.path()).display().to_string()).collect()
}
