//! `kplan graph`: who names whom.

use std::io;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis;
use crate::cli::args::ConfigArgs;
use crate::cli::terminal::Terminal;
use crate::cli::{Outcome, options, progress, report_failure};
use crate::config::Settings;
use crate::graph::Graph;
use crate::graph::map::{Map, Spot};
use crate::load::{self, Failure, Inputs};
use crate::parse::schema::field;
use crate::parse::schema::suggest::closest;
use crate::render::graph::{GraphFormat, render_graph};

/// The flags of `graph`.
#[derive(Debug, ClapArgs)]
pub(super) struct GraphArgs {
    /// Files, folders, or `-` for standard input [default: `paths` of kplan.yaml, else the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: GraphFormatArg,

    /// Only what an object names and what names it: `Deployment/web`, `svc/shop/web`
    #[arg(long, value_name = "KIND/[NAMESPACE/]NAME")]
    focus: Option<String>,

    /// How many references away from the object to go
    #[arg(long, value_name = "N", default_value_t = 3, requires = "focus")]
    depth: usize,

    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GraphFormatArg {
    /// A tree
    Text,
    /// For Graphviz
    Dot,
    /// For Mermaid
    Mermaid,
    /// One JSON object
    Json,
}

/// Runs the command. What is missing is marked; whether it is a fault is for `check` to say.
pub(super) fn run(terminal: &Terminal, args: GraphArgs) -> Result<Outcome, Failure> {
    let options::Inputs { paths, settings, exclude, .. } =
        options::resolve_inputs(args.paths, None, &args.config)?;
    let inputs = Inputs { paths: &paths, inventory: &[], exclude: &exclude, besides: None };
    let loaded = progress::during(terminal, "reading", || load::load(&inputs, &mut io::stdin().lock()))?;
    let program = analysis::read(&loaded.workspace, &settings);
    let graph = Graph::build(&program, &settings);
    let mut map = Map::of(&graph);
    let mut centres = Vec::new();
    if let Some(focus) = &args.focus {
        centres = find(&map, focus, &settings)?;
        (map, centres) = map.around(&centres, args.depth);
    }
    let format = match args.format {
        GraphFormatArg::Text => GraphFormat::Text,
        GraphFormatArg::Dot => GraphFormat::Dot,
        GraphFormatArg::Mermaid => GraphFormat::Mermaid,
        GraphFormatArg::Json => GraphFormat::Json,
    };
    terminal.print(&render_graph(&map, &centres, &program, format))?;
    for failure in &loaded.failures {
        report_failure(terminal, failure);
    }
    Ok(if loaded.failures.is_empty() { Outcome::Clean } else { Outcome::Failed })
}

/// The objects that `KIND/NAME` or `KIND/NAMESPACE/NAME` means.
fn find(map: &Map, focus: &str, settings: &Settings) -> Result<Vec<usize>, Failure> {
    let bad = || {
        let help = Some("write it as `Deployment/web`, or `Deployment/shop/web`".to_owned());
        Failure::new(format!("`{focus}` is no object"), help)
    };
    let (kind, rest) = focus.split_once('/').ok_or_else(bad)?;
    let (namespace, name) = match rest.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, rest),
    };
    let built_in = field::find(kind, settings.target).ok().map(|found| found.kind.kind);
    let is_kind = |spot: &Spot| spot.kind.eq_ignore_ascii_case(kind) || built_in == Some(&*spot.kind);
    let is_meant = |spot: &Spot| {
        is_kind(spot)
            && spot.name == name
            && namespace.is_none_or(|namespace| spot.namespace.as_deref() == Some(namespace))
    };
    let found: Vec<usize> =
        map.spots.iter().enumerate().filter(|(_, spot)| is_meant(spot)).map(|(index, _)| index).collect();
    if found.is_empty() {
        let names = map.spots.iter().filter(|spot| is_kind(spot)).map(|spot| spot.name.as_str());
        let help = closest(name, names).map(|similar| format!("did you mean `{kind}/{similar}`?"));
        return Err(Failure::new(format!("`{focus}` is not in the input, and nothing names it"), help));
    }
    Ok(found)
}
