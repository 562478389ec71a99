//! `kplan schedule`: where each pod lands, what is left, what does not fit and why.

use std::io;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis;
use crate::cli::args::{ColorArg, ConfigArgs, parse_version};
use crate::cli::terminal::Terminal;
use crate::cli::{Outcome, options, progress, report_failure};
use crate::diagnostic::Severity;
use crate::load::{self, Failure, Inputs};
use crate::parse::version::Version;
use crate::plan::answer::{AdviceWanted, Answers, HeadroomWanted, Lose, Questions, answer};
use crate::plan::fit::{Fit, size};
use crate::plan::gather::{InventoryFault, Sources, has_nodes};
use crate::plan::scheduler::Detail;
use crate::render::schedule::{NodeRows, ScheduleFormat, ScheduleReport, render_schedule};
use crate::source::Workspace;

/// The flags of `schedule`.
#[derive(Debug, ClapArgs)]
pub(super) struct ScheduleArgs {
    /// Files, folders, or `-` for standard input [default: `paths` of kplan.yaml, else the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// What the cluster has: nodes, NodePools, and what runs there, a file or a folder; may be repeated [default:
    /// `nodes` of kplan.yaml, and the nodes among the manifests]
    #[arg(long, value_name = "FILE")]
    nodes: Vec<PathBuf>,

    /// Say for every pod and node whether it could go there: the reasons or the scores; every node is listed
    #[arg(long)]
    per_node: bool,

    /// Say what happens if a node is lost; ANY for each of them in turn
    #[arg(long, value_name = "NAME|ANY")]
    lose_node: Vec<String>,

    /// Say what happens if a zone is lost; ANY for each of them in turn
    #[arg(long, value_name = "NAME|ANY")]
    lose_zone: Vec<String>,

    /// Say how many more pods of each workload fit, and what runs out first
    #[arg(long)]
    headroom: bool,

    /// The Kubernetes version that the manifests are for [default: the newest built in]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    kubernetes_version: Option<Version>,

    /// How to print the schedule
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: ScheduleFormatArg,

    /// Whether to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    color: ColorArg,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ScheduleFormatArg {
    /// Tables with bars, and what does not fit with its reasons
    Human,
    /// One JSON object
    Json,
}

/// Runs the command.
pub(super) fn run(terminal: &Terminal, args: ScheduleArgs) -> Result<Outcome, Failure> {
    let options::Inputs { paths, settings, exclude, nodes } =
        options::resolve_inputs(args.paths.clone(), args.kubernetes_version, &args.config)?;
    let nodes = if args.nodes.is_empty() { nodes } else { args.nodes.clone() };
    let inputs = Inputs { paths: &paths, inventory: &nodes, exclude: &exclude, besides: None };
    let loaded = progress::during(terminal, "reading", || load::load(&inputs, &mut io::stdin().lock()))?;
    let (program, inventory) = analysis::read_with_inventory(&loaded.workspace, &settings);
    let sources = Sources { program: &program, inventory: &inventory };
    if !has_nodes(sources) {
        let help = "name a file with Nodes (`kubectl get nodes -o yaml`) or NodePools: `--nodes FILE`, or `nodes:` in kplan.yaml";
        return Err(Failure::new("there are no nodes to place pods on", Some(help.to_owned())));
    }
    let fit = progress::during(terminal, "placing pods", || placed(sources, &args))?;
    let answers = progress::during(terminal, "asking what if", || answer(&fit, &questions(&args)));
    let answers = answers.map_err(|lose| unknown(&lose, &fit))?;

    let report = ScheduleReport {
        fit: &fit,
        answers: &answers,
        program: &program,
        workspace: &loaded.workspace,
        rows: if args.per_node { NodeRows::All } else { NodeRows::Some },
    };
    let format = match args.format {
        ScheduleFormatArg::Human => ScheduleFormat::Human,
        ScheduleFormatArg::Json => ScheduleFormat::Json,
    };
    terminal.print(&render_schedule(&report, format, options::colors(terminal, args.color)))?;

    let mut has_errors = does_not_fit(&fit, &answers);
    for fault in &fit.gathered.faults {
        terminal.complain(&line(&loaded.workspace, fault));
        has_errors |= fault.severity == Severity::Error;
    }
    for program in [&program, &inventory] {
        for broken in super::plan::broken_documents(program) {
            terminal.complain(&format!("error: {broken} has syntax errors: `kplan check` says which\n"));
            has_errors = true;
        }
    }
    for failure in &loaded.failures {
        report_failure(terminal, failure);
    }
    Ok(match () {
        () if !loaded.failures.is_empty() => Outcome::Failed,
        () if has_errors => Outcome::Findings,
        () => Outcome::Clean,
    })
}

/// How many pairs of a pod and a node are listed at most.
const MOST_PAIRS: usize = 10_000_000;

fn placed(sources: Sources<'_>, args: &ScheduleArgs) -> Result<Fit, Failure> {
    if !args.per_node {
        return Ok(Fit::new(sources, Detail::Outcome));
    }
    let (pods, nodes) = size(sources);
    if pods.saturating_mul(nodes) > MOST_PAIRS {
        let message = format!("`--per-node` would list {pods} pods with {nodes} nodes each");
        let help = "leave `--per-node` out, or name fewer manifests".to_owned();
        return Err(Failure::new(message, Some(help)));
    }
    Ok(Fit::new(sources, Detail::PerNode))
}

fn questions(args: &ScheduleArgs) -> Questions {
    let nodes = args.lose_node.iter().map(|name| match name.as_str() {
        "ANY" => Lose::AnyNode,
        name => Lose::Node(name.to_owned()),
    });
    let zones = args.lose_zone.iter().map(|name| match name.as_str() {
        "ANY" => Lose::AnyZone,
        name => Lose::Zone(name.to_owned()),
    });
    Questions {
        lose: nodes.chain(zones).collect(),
        headroom: args.headroom.then_some(HeadroomWanted),
        advice: (args.format == ScheduleFormatArg::Human).then_some(AdviceWanted),
    }
}

fn unknown(lose: &Lose, fit: &Fit) -> Failure {
    let nodes = &fit.cluster.nodes;
    let (what, name, known): (_, _, Vec<&str>) = match lose {
        Lose::Zone(name) => {
            let zones = nodes.iter().filter_map(|node| node.label("topology.kubernetes.io/zone"));
            ("zone", name.as_str(), zones.collect())
        }
        Lose::Node(name) => ("node", name.as_str(), nodes.iter().map(|node| node.name.as_str()).collect()),
        Lose::AnyNode | Lose::AnyZone => ("node", "ANY", Vec::new()),
    };
    let similar = crate::parse::schema::suggest::closest(name, known);
    let help = similar.map(|similar| format!("did you mean `{similar}`? `ANY` asks for each in turn"));
    Failure::new(format!("there is no {what} `{name}`"), help)
}

fn does_not_fit(fit: &Fit, answers: &Answers) -> bool {
    let is_exceeded = fit.quotas.iter().any(|quota| quota.exceeded().next().is_some());
    let is_lost =
        answers.losses.iter().flat_map(|(_, losses)| &losses.losses).any(|loss| !loss.homeless.is_empty());
    !fit.misses.is_empty() || is_exceeded || is_lost
}

fn line(workspace: &Workspace, fault: &InventoryFault) -> String {
    let file = workspace.file(fault.span.file);
    let position = file.position(fault.span.start);
    let help = fault.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
    format!(
        "{}:{}:{}: {}: {}{help}\n",
        file.path(),
        position.line + 1,
        position.character + 1,
        fault.severity.as_str(),
        fault.message
    )
}
