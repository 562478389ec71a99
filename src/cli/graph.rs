//! `kplan graph`: who names whom.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use crate::analysis;
use crate::check::{CHECKS, Group, can_be_suppressed};
use crate::cli::args::ConfigArgs;
use crate::cli::terminal::Terminal;
use crate::cli::{Outcome, options, progress, report_failure};
use crate::config::{Level, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::graph::map::{Map, Spot};
use crate::load::{self, Failure, Inputs};
use crate::parse::object::{ObjectId, Program};
use crate::parse::schema::field;
use crate::parse::schema::suggest::closest;
use crate::render::graph::{GraphFormat, render_graph};
use crate::source::Workspace;

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
    mark_faults(&mut map, &loaded.workspace, &program, &mut settings.clone());
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

/// Marks what the checks of references find, as `check` would report it.
fn mark_faults(map: &mut Map, workspace: &Workspace, program: &Program, settings: &mut Settings) {
    for check in CHECKS.iter().filter(|check| check.group != Group::Reference && can_be_suppressed(check.id))
    {
        settings.levels.insert(check.id.to_owned(), Level::Off);
    }
    let is_wanted = |finding: &Diagnostic| {
        finding.severity <= Severity::Warning
            && CHECKS.iter().any(|check| check.id == finding.check && check.group == Group::Reference)
    };
    let found = analysis::analyze(workspace, settings).diagnostics;
    let objects = objects_by_name(program);
    for finding in found.iter().filter(|finding| is_wanted(finding)) {
        let Some(name) = &finding.object else { continue };
        let key = (name.kind.as_str(), name.namespace.as_deref(), name.name.as_str());
        let Some(same) = objects.get(&key) else { continue };
        // Of several of one name, the last that begins before the finding in its file.
        let span = finding.primary.span;
        let is_before = |id: &&ObjectId| {
            let object = program.object(**id);
            object.file.id == span.file && object.root().range().start <= span.start
        };
        if let Some(id) = same.iter().rfind(is_before).or(same.first()) {
            map.mark(*id, finding.field.as_deref(), finding.check);
        }
    }
}

type ByName<'p> = BTreeMap<(&'p str, Option<&'p str>, &'p str), Vec<ObjectId>>;

fn objects_by_name(program: &Program) -> ByName<'_> {
    let mut objects = ByName::new();
    for object in program.objects() {
        let key = (object.kind_name(), object.namespace(), object.name());
        objects.entry(key).or_default().push(object.id);
    }
    objects
}

/// The objects that `KIND/NAME` or `KIND/NAMESPACE/NAME` means. The kind may have its group behind it, as `kubectl` takes
/// it: `deployments.apps`.
fn find(map: &Map, focus: &str, settings: &Settings) -> Result<Vec<usize>, Failure> {
    let parts: Vec<&str> = focus.split('/').collect();
    let (kind, namespace, name) = match parts[..] {
        [kind, name] => (kind, None, name),
        [kind, namespace, name] => (kind, Some(namespace), name),
        _ => return Err(no_object(map, focus)),
    };
    if kind.is_empty() || name.is_empty() {
        return Err(no_object(map, focus));
    }
    let kind = kind.split_once('.').map_or(kind, |(kind, _)| kind);
    let built_in = field::find(kind, settings.target).ok().map(|found| found.kind.kind);
    let is_kind = |spot: &Spot| spot.kind.eq_ignore_ascii_case(kind) || built_in == Some(&*spot.kind);
    let is_meant = |spot: &Spot| {
        is_kind(spot)
            && spot.name == name
            && namespace.is_none_or(|namespace| spot.namespace.as_deref() == Some(namespace))
    };
    let found: Vec<usize> =
        map.spots.iter().enumerate().filter(|(_, spot)| is_meant(spot)).map(|(index, _)| index).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let same_kind = || map.spots.iter().filter(|spot| is_kind(spot));
    let meant = if same_kind().next().is_none() {
        let kinds = map.spots.iter().map(|spot| spot.kind.as_str());
        let right = closest(kind, kinds).filter(|_| built_in.is_none());
        right.map(|kind| [&[kind][..], &parts[1..]].concat().join("/"))
    } else if let Some(other) = same_kind().find(|spot| spot.name == name) {
        Some(written(other))
    } else {
        closest(name, same_kind().map(|spot| spot.name.as_str()))
            .map(|similar| [&parts[..parts.len() - 1], &[similar]].concat().join("/"))
    };
    let help = meant.map(|meant| format!("did you mean `{meant}`?"));
    Err(Failure::new(format!("`{focus}` is not in the input, and nothing names it"), help))
}

/// A text that is not of the form of an object. One that is just its name is told its kind.
fn no_object(map: &Map, focus: &str) -> Failure {
    let help = match map.spots.iter().find(|spot| !focus.is_empty() && spot.name == focus) {
        Some(spot) => format!("did you mean `{}`?", written(spot)),
        None => "write it as `Deployment/web`, or `Deployment/shop/web`".to_owned(),
    };
    Failure::new(format!("`{focus}` is no object"), Some(help))
}

/// A spot as `--focus` takes it.
fn written(spot: &Spot) -> String {
    match &spot.namespace {
        Some(namespace) => format!("{}/{namespace}/{}", spot.kind, spot.name),
        None => format!("{}/{}", spot.kind, spot.name),
    }
}
