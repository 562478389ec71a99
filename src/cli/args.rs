//! What the user may type. What it means is decided in `options`.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::cli::build::BuildArgs;
use crate::cli::explain::ExplainArgs;
use crate::cli::graph::GraphArgs;
use crate::cli::lsp::LspArgs;
use crate::cli::plan::PlanArgs;
use crate::cli::schedule::ScheduleArgs;
use crate::load::{self, Config, Failure};
use crate::parse::version::{BadVersion, Version};

/// A compiler and validator for Kubernetes manifests.
#[derive(Debug, Parser)]
#[command(name = "kplan", version, arg_required_else_help = true, infer_subcommands = false)]
#[command(
    after_help = "Exit status: 0 nothing at error level, 1 something is, 2 kplan could not do its work."
)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Say what is wrong with manifests, and where
    Check(CheckArgs),
    /// Say where each pod lands, what is left, and what does not fit and why
    Schedule(ScheduleArgs),
    /// Say what changes, in which order, and how each workload rolls out
    Plan(PlanArgs),
    /// Print the compiled set: defaulted, in the order of apply, one YAML stream
    Build(BuildArgs),
    /// Show who names whom
    Graph(GraphArgs),
    /// Print the page of a check, or the documentation of a field
    Explain(ExplainArgs),
    /// Speak with an editor: the language server, on standard input and output
    Lsp(LspArgs),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Look inside
    #[command(hide = true, subcommand)]
    Debug(DebugCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum DebugCommand {
    /// Print what is read from each file, one line of JSON for each
    Parse {
        /// Files, folders, or `-`
        #[arg(value_name = "FILE", required = true)]
        paths: Vec<PathBuf>,
    },
    /// Place pods on a made-up cluster and print how many a second
    BenchSchedule {
        /// How many nodes: 32 CPU, 128Gi and 110 pods each, in three zones
        #[arg(long, default_value_t = 5_000)]
        nodes: u32,
        /// How many pods: 500m and 512Mi each, fifty to an app
        #[arg(long, default_value_t = 150_000)]
        pods: usize,
        /// What the pods ask for besides
        #[arg(long, default_value = "plain")]
        mix: MixArg,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MixArg {
    /// Nothing
    Plain,
    /// An even spread over the zones that must hold
    Spread,
    /// No two pods of an app on a node
    Anti,
}

#[derive(Clone, Debug, ClapArgs)]
pub(super) struct CheckArgs {
    /// Files, folders, or `-` for standard input [default: `paths` of kplan.yaml, else the current folder]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Repair what can certainly be repaired, and report the rest. Standard input is printed repaired, and the report
    /// to standard error
    #[arg(long)]
    pub(super) fix: bool,

    /// Repair also what is only probably meant so
    #[arg(long)]
    pub(super) unsafe_fixes: bool,

    /// With `--fix` or `--unsafe-fixes`: print what would change, and change nothing
    #[arg(long)]
    pub(super) diff: bool,

    /// What the cluster has: nodes, NodePools, and what runs there, a file or a folder; may be repeated [default:
    /// `nodes` of kplan.yaml, and the nodes among the manifests]
    #[arg(long, value_name = "FILE")]
    pub(super) nodes: Vec<PathBuf>,

    /// What is there now: a git revision of the same paths, another folder, or a file with `kubectl get -o yaml`. Reports
    /// what could go wrong when the manifests take its place
    #[arg(long, value_name = "REV|PATH")]
    pub(super) base: Option<String>,

    /// Do not report the findings that this file holds [default: `baseline` of kplan.yaml]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,

    /// Accept all findings of today: write them to the baseline [default: kplan-baseline.json]
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    #[arg(conflicts_with_all = ["fix", "unsafe_fixes", "diff"])]
    pub(super) write_baseline: Option<Option<PathBuf>>,

    /// Report only what has changed since a git revision causes, in any file: what its files do not have. A branch that
    /// has gone on meanwhile counts as it was where this one left it
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    pub(super) changed_since: Option<String>,

    /// With `--changed-since`: compare with the revision itself, not with the last commit in common
    #[arg(long, requires = "changed_since")]
    pub(super) no_merge_base: bool,

    #[command(flatten)]
    pub(super) shared: SharedArgs,
}

/// The flags that all commands on manifests have.
#[derive(Clone, Debug, ClapArgs)]
pub(super) struct SharedArgs {
    /// The Kubernetes version that the manifests are for [default: the newest built in]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    pub(super) kubernetes_version: Option<Version>,

    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(super) format: FormatArg,

    /// Write the findings to a file as well, such as `sarif=kplan.sarif`; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub(super) output: Vec<Output>,

    /// Whether to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorArg,

    /// What to treat as an error besides errors
    #[arg(long, value_name = "LEVEL")]
    pub(super) deny: Option<DenyArg>,

    /// Report only these checks or groups, also those that are off by default; `all` for every one
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(super) select: Vec<String>,

    /// Do not report these checks or groups
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    pub(super) ignore: Vec<String>,

    /// Schemas of custom kinds: CustomResourceDefinitions or JSON Schemas, a file or a folder; may be repeated
    #[arg(long, value_name = "PATH")]
    pub(super) schema: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) config: ConfigArgs,

    /// Print the findings without the summary; twice: print nothing
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "verbose")]
    pub(super) quiet: u8,

    /// Say which files were skipped, and why
    #[arg(short, long)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// Source lines, labels, help
    Human,
    /// One line for each finding
    Concise,
    /// One JSON object
    Json,
    /// SARIF 2.1.0
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// Code Quality report of GitLab
    Gitlab,
    /// JUnit XML
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DenyArg {
    /// Warnings make the exit status 1
    Warnings,
}

/// Where the configuration is.
#[derive(Clone, Debug, ClapArgs)]
pub(super) struct ConfigArgs {
    /// The configuration to use [default: the nearest `kplan.yaml` in the folder of the first PATH or above it]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// Do not look for `kplan.yaml`
    #[arg(long)]
    no_config: bool,
}

impl ConfigArgs {
    /// Reads the configuration for these paths, as the user wrote them.
    pub(super) fn find(&self, paths: &[PathBuf]) -> Result<Option<Config>, Failure> {
        let mut config = match &self.config {
            _ if self.no_config => None,
            Some(file) => Some(load::read_config(file)?),
            None => load::find_config(paths.first().map_or(Path::new("."), PathBuf::as_path))?,
        };
        if let Some(config) = &mut config {
            config.follow(paths);
        }
        Ok(config)
    }
}

/// A file to write a report to.
#[derive(Clone, Debug)]
pub(super) struct Output {
    pub(super) format: FormatArg,
    pub(super) file: PathBuf,
}

fn parse_output(text: &str) -> Result<Output, String> {
    let (format, file) =
        text.split_once('=').ok_or("write it as FORMAT=FILE, such as `sarif=kplan.sarif`")?;
    let format = FormatArg::from_str(format, false).map_err(|_| {
        let known: Vec<String> = FormatArg::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value)
            .map(|value| value.get_name().to_owned())
            .collect();
        format!("`{format}` is none of the formats {}", known.join(", "))
    })?;
    if file.is_empty() {
        return Err("the name of the file is missing after the `=`".to_owned());
    }
    if file == "-" {
        return Err("standard output is for `--format`; name a file".to_owned());
    }
    Ok(Output { format, file: PathBuf::from(file) })
}

pub(super) fn parse_version(text: &str) -> Result<Version, String> {
    let version: Version = text.parse().map_err(|error: BadVersion| error.to_string())?;
    if Version::built_in().any(|known| known == version) {
        return Ok(version);
    }
    Err(format!("built in are {} to {}", Version::OLDEST, Version::NEWEST))
}
