//! The pipeline as one total function, used by the command line and by the language server.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{self, Context};
use crate::config::{Exemption, External, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::graph::reference::Resolution;
use crate::parse;
use crate::parse::foreign::SkipReason;
use crate::parse::kind::Kind;
use crate::parse::object::{File, ObjectRef, Program, read_objects};
use crate::parse::schema::facts::Facts;
use crate::plan::fit::Fit;
use crate::plan::gather::{Sources, has_nodes, is_whole};
use crate::plan::scheduler::Detail;
use crate::practice::Practice;
use crate::source::{FileId, FileRole, SourceFile, Workspace};
use crate::suppression::Suppressions;

/// What was found, in output order, and how much was looked at.
#[derive(Debug)]
pub struct Analysis {
    /// All findings, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The counts.
    pub summary: Summary,
    /// Entries of the settings that came to nothing.
    pub idle: Idle,
}

/// Entries of the settings that are for nothing in the input, by their index.
#[derive(Debug, Default)]
pub struct Idle {
    /// Of [`Settings::external`]: no reference leads to what they declare.
    pub external: Vec<usize>,
    /// Of [`Settings::exemptions`]: they are for no object, and no file, of the input.
    pub exemptions: Vec<usize>,
}

impl Idle {
    fn of(program: &Program, graph: &Graph<'_>, settings: &Settings) -> Self {
        let mut external: Vec<usize> = (0..settings.external.len()).collect();
        let outside = graph.edges().iter().filter(|edge| edge.resolution == Resolution::External);
        for edge in outside {
            external.retain(|index| {
                !settings.external[*index].declares(edge.kind.name(), edge.namespace, edge.name)
            });
        }
        let is_for_something =
            |exemption: &Exemption| program.files().iter().any(|file| is_for_something_in(exemption, file));
        let exemptions = settings.exemptions.iter().enumerate();
        let exemptions = exemptions.filter(|(_, exemption)| !is_for_something(exemption));
        Self { external, exemptions: exemptions.map(|(index, _)| index).collect() }
    }
}

/// Whether an exemption is for anything in a file.
pub fn is_for_something_in(exemption: &Exemption, file: &File) -> bool {
    let objects = &exemption.objects;
    let mut all = file.objects.iter();
    exemption.holds_file(file.source.path())
        && (objects.is_everything()
            || all.any(|one| objects.holds(&one.kind_name, one.namespace.as_deref(), &one.name)))
}

/// How much was looked at and how much was found.
#[derive(Debug, Default)]
pub struct Summary {
    /// Files read, skipped ones included.
    pub files: usize,
    /// Kubernetes objects found.
    pub objects: usize,
    /// Files that are not Kubernetes, with the reason.
    pub skipped: Vec<Skipped>,
    /// Findings at error level.
    pub errors: usize,
    /// Findings at warning level.
    pub warnings: usize,
    /// Findings at note level.
    pub notes: usize,
}

/// A file that is not Kubernetes.
#[derive(Debug)]
pub struct Skipped {
    /// Its path as shown to the user.
    pub path: String,
    /// What it is instead.
    pub reason: SkipReason,
}

impl Analysis {
    /// Adds findings that are not of a check, such as those in the configuration.
    pub fn add(&mut self, findings: Vec<Diagnostic>) {
        self.diagnostics.extend(findings);
        self.diagnostics.sort();
        let count =
            |severity| self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        self.summary.errors = count(Severity::Error);
        self.summary.warnings = count(Severity::Warning);
        self.summary.notes = count(Severity::Note);
    }
}

/// All that is looked at together: the program, and beside it what the cluster has.
#[derive(Debug)]
pub struct Input<'p> {
    /// The files that are checked, and those that they are checked against.
    pub program: &'p Program,
    /// The objects of the files that say what the cluster has.
    pub inventory: &'p Program,
}

/// Facts and findings of a program: the middle of the pipeline, between reading and counting.
///
/// Only the files that are wanted are checked; the program must hold all that they can be checked against.
pub fn examine(
    input: &Input<'_>,
    graph: &Graph<'_>,
    settings: &Settings,
    is_wanted: &(dyn Fn(FileId) -> bool + Sync),
) -> Vec<Diagnostic> {
    let Input { program, inventory } = *input;
    let schemas = Facts::of(program, settings.target, &settings.schemas);
    let practice = Practice::new(program);
    let sources = Sources { program, inventory };
    let is_known = has_nodes(sources) && is_whole(sources);
    let fit = is_known.then(|| Fit::new(sources, Detail::Outcome));
    let suppressions = Suppressions::of(program);
    let context = Context {
        program,
        schemas: &schemas,
        graph,
        practice: &practice,
        inventory,
        fit: fit.as_ref(),
        suppressions: &suppressions,
        settings,
    };
    check::run_where(&context, is_wanted)
}

/// Parses, resolves and checks all files. Never fails and never panics: bad input is diagnostics.
pub fn analyze(workspace: &Workspace, configured: &Settings) -> Analysis {
    let (program, inventory) = read_with_inventory(workspace, configured);
    let settings = &knowing(configured, &inventory);
    let graph = Graph::build(&program, settings);
    let input = Input { program: &program, inventory: &inventory };
    let diagnostics = examine(&input, &graph, settings, &|_| true);
    let summary = summarize(&program, &diagnostics);
    let idle = Idle::of(&program, &graph, configured);
    // Freeing the trees of a large input takes a while, and nobody needs to wait for it.
    rayon::spawn(move || drop(program));
    Analysis { diagnostics, summary, idle }
}

/// The settings, with what the inventory has as objects that exist. What nobody refers to by name is left out.
pub fn knowing<'s>(settings: &'s Settings, inventory: &Program) -> Cow<'s, Settings> {
    let is_meant = |object: &ObjectRef<'_>| {
        !matches!(
            object.kind(),
            Kind::Node | Kind::NodePool | Kind::Pod | Kind::CSINode | Kind::VolumeAttachment
        )
    };
    let known = inventory.objects().filter(is_meant).map(|object| External {
        kind: object.kind_name().to_owned(),
        namespace: object.namespace().map(str::to_owned),
        name: Some(object.name().to_owned()),
    });
    let known: Vec<External> = known.collect();
    if known.is_empty() {
        return Cow::Borrowed(settings);
    }
    let mut settings = settings.clone();
    settings.external.extend(known);
    Cow::Owned(settings)
}

/// Parses all files and reads the objects in them.
pub fn read(workspace: &Workspace, settings: &Settings) -> Program {
    read_with_inventory(workspace, settings).0
}

/// Parses all files: the program, and beside it the objects of the files that say what the cluster has. In the program
/// such a file is empty, so that every file keeps its id.
pub fn read_with_inventory(workspace: &Workspace, settings: &Settings) -> (Program, Program) {
    apart(read_files(workspace, settings))
}

/// Parses all files, in the order of their ids.
pub fn read_files(workspace: &Workspace, settings: &Settings) -> Vec<Arc<File>> {
    let sources: Vec<_> = workspace.files().collect();
    sources.into_par_iter().map(|(id, source)| read_file(id, source, settings)).collect()
}

/// Parses one file.
pub fn read_file(id: FileId, source: &Arc<SourceFile>, settings: &Settings) -> Arc<File> {
    let parsed = parse::parse(source);
    Arc::new(read_objects(id, Arc::clone(source), parsed, &settings.default_namespace))
}

/// Takes the files that say what the cluster has out of the others.
pub fn apart(files: Vec<Arc<File>>) -> (Program, Program) {
    if files.iter().all(|file| file.source.role() == FileRole::Source) {
        return (Program::new(files), Program::default());
    }
    let emptied = files.iter().map(|file| match file.source.role() {
        FileRole::Source => Arc::clone(file),
        FileRole::Inventory => Arc::new(File {
            id: file.id,
            source: Arc::clone(&file.source),
            parsed: parse::parse(&SourceFile::from_text(file.source.path(), "")),
            objects: Vec::new(),
            fragments: Vec::new(),
            foreign: None,
        }),
    });
    let program = Program::new(emptied.collect());
    let of_inventory = files.into_iter().filter(|file| file.source.role() == FileRole::Inventory);
    (program, Program::new(of_inventory.collect()))
}

fn summarize(program: &Program, diagnostics: &[Diagnostic]) -> Summary {
    // The configuration is not one of the user's manifests.
    let is_config = |file: &&Arc<File>| file.foreign == Some(SkipReason::KplanConfig);
    let skipped = program.files().iter().filter(|file| !is_config(file)).filter_map(|file| {
        let reason = file.foreign?;
        Some(Skipped { path: file.source.path().to_owned(), reason })
    });
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    Summary {
        files: program.files().iter().filter(|file| !is_config(file)).count(),
        objects: program.len(),
        skipped: skipped.collect(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
    }
}
