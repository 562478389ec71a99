//! The pipeline as one total function, used by the command line and by the language server.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{self, Context, Plan, Silence};
use crate::config::{Exemption, External, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::graph::Graph;
use crate::graph::reference::Resolution;
use crate::parse;
use crate::parse::foreign::SkipReason;
use crate::parse::kind::Kind;
use crate::parse::object::{File, ObjectRef, Program, Reading, read_objects};
use crate::parse::origin::Origins;
use crate::parse::schema::facts::Facts;
use crate::plan::change::Side;
use crate::plan::fit::Fit;
use crate::plan::gather::{Sources, has_nodes, is_whole};
use crate::plan::preview::preview;
use crate::plan::preview::stage::on_nodes;
use crate::plan::scheduler::Detail;
use crate::practice::Practice;
use crate::source::{FILES_AT_ONCE, FileId, FileRole, SourceFile, Workspace};
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
    /// Which templates of charts the documents were rendered from.
    pub origins: Origins,
}

/// Entries of the settings that are for nothing in the input, by their index.
#[derive(Debug, Default)]
pub struct Idle {
    /// Of [`Settings::external`]: no reference leads to what they declare.
    pub external: Vec<usize>,
    /// Of [`Settings::references`]: no object has the field.
    pub references: Vec<usize>,
    /// Of [`Settings::workloads`]: no object has a pod template there.
    pub workloads: Vec<usize>,
    /// Of [`Settings::exemptions`]: they are for no object, and no file, of the input.
    pub exemptions: Vec<usize>,
}

impl Idle {
    fn of(program: &Program, graph: &Graph<'_>, settings: &Settings) -> Self {
        let mut external: Vec<usize> = (0..settings.external.len()).collect();
        // Nearly always nothing is declared, and there are many edges.
        let edges = if external.is_empty() { &[] } else { graph.edges() };
        for edge in edges.iter().filter(|edge| edge.resolution == Resolution::External) {
            external.retain(|index| {
                !settings.external[*index].declares(edge.kind.name(), edge.namespace, edge.name)
            });
        }
        let is_for_something =
            |exemption: &Exemption| program.files().iter().any(|file| is_for_something_in(exemption, file));
        let exemptions = settings.exemptions.iter().enumerate();
        let exemptions = exemptions.filter(|(_, exemption)| !is_for_something(exemption));
        let references =
            (0..settings.references.len()).filter(|index| !graph.has_declared_field(*index)).collect();
        let workloads = unused_workloads(program, settings);
        let exemptions = exemptions.map(|(index, _)| index).collect();
        Self { external, references, workloads, exemptions }
    }
}

/// The workloads that the settings declare and of which no object has a pod template, by index.
pub fn unused_workloads(program: &Program, settings: &Settings) -> Vec<usize> {
    let mut unused: Vec<usize> = (0..settings.workloads.len()).collect();
    if unused.is_empty() {
        return unused;
    }
    for object in program.objects().filter(|object| object.custom_template().is_some()) {
        unused.retain(|index| !settings.workloads[*index].is(object.group(), object.kind_name()));
    }
    unused
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
    /// Findings that were there before a change and are not among the others; `None` where nothing was compared.
    pub older: Option<usize>,
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
    /// What the program is compared with.
    pub base: Option<&'p Program>,
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
    let Input { program, inventory, .. } = *input;
    let schemas = Facts::of(program, settings.target, &settings.schemas);
    let practice = Practice::new(program);
    let sources = Sources { program, inventory };
    let is_known = has_nodes(sources) && is_whole(sources);
    let fit = is_known.then(|| Fit::new(sources, Detail::Outcome));
    let base_graph = input.base.map(|base| Graph::build(base, settings));
    let preview = input.base.zip(base_graph.as_ref()).map(|(base, base_graph)| {
        let sides = (Side { program: base, graph: base_graph }, Side { program, graph });
        match is_known {
            true => on_nodes(sides.0, sides.1, inventory, settings.target),
            false => preview(sides.0, sides.1, settings.target, None),
        }
    });
    let plan = input.base.zip(preview.as_ref()).map(|(base, preview)| Plan { base, preview });
    let suppressions = Suppressions::of(program);
    let context = Context {
        program,
        schemas: &schemas,
        graph,
        practice: &practice,
        inventory,
        fit: fit.as_ref(),
        plan,
        silence: Silence::new(&suppressions),
        settings,
    };
    check::run_where(&context, is_wanted)
}

/// Parses, resolves and checks all files. Never fails and never panics: bad input is diagnostics.
pub fn analyze(workspace: &Workspace, configured: &Settings) -> Analysis {
    let Programs { program, inventory, base } = read_by_role(workspace, configured);
    let settings = &knowing(configured, &inventory);
    let graph = Graph::build(&program, settings);
    let input = Input { program: &program, inventory: &inventory, base: base.as_ref() };
    let diagnostics = examine(&input, &graph, settings, &|_| true);
    let summary = summarize(&program, &diagnostics);
    let idle = Idle::of(&program, &graph, configured);
    let origins = Origins::of(&program);
    // Freeing the trees of a large input takes a while, and nobody needs to wait for it.
    rayon::spawn(move || drop(program));
    Analysis { diagnostics, summary, idle, origins }
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

/// Parses all files: the program, and beside it the objects of the files that say what the cluster has.
pub fn read_with_inventory(workspace: &Workspace, settings: &Settings) -> (Program, Program) {
    let Programs { program, inventory, .. } = read_by_role(workspace, settings);
    (program, inventory)
}

/// The objects of a workspace, by what their files were read for.
#[derive(Debug)]
pub struct Programs {
    /// What is checked. A file that was read for something else is empty here, so that every file keeps its id.
    pub program: Program,
    /// What the cluster has.
    pub inventory: Program,
    /// What the program is compared with; `None` if nothing is.
    pub base: Option<Program>,
}

/// Parses all files and sorts them by what they were read for.
pub fn read_by_role(workspace: &Workspace, settings: &Settings) -> Programs {
    apart(read_files(workspace, settings))
}

/// Parses all files, in the order of their ids.
pub fn read_files(workspace: &Workspace, settings: &Settings) -> Vec<Arc<File>> {
    let sources: Vec<_> = workspace.files().collect();
    let sources = sources.into_par_iter().with_max_len(FILES_AT_ONCE);
    sources.map(|(id, source)| read_file(id, source, settings)).collect()
}

/// Parses one file.
pub fn read_file(id: FileId, source: &Arc<SourceFile>, settings: &Settings) -> Arc<File> {
    let reading = Reading { default_namespace: &settings.default_namespace, workloads: &settings.workloads };
    let parsed = parse::parse(source);
    Arc::new(read_objects(id, Arc::clone(source), parsed, reading))
}

/// Sorts files by what they were read for.
pub fn apart(files: Vec<Arc<File>>) -> Programs {
    if files.iter().all(|file| file.source.role() == FileRole::Source) {
        return Programs { program: Program::new(files), inventory: Program::default(), base: None };
    }
    let with_role = |role| {
        let files = files.iter().filter(|file| file.source.role() == role);
        let files: Vec<Arc<File>> = files.cloned().collect();
        (!files.is_empty()).then(|| Program::new(files))
    };
    let emptied = files.iter().map(|file| match file.source.role() {
        FileRole::Source => Arc::clone(file),
        FileRole::Inventory | FileRole::Base => Arc::new(File {
            id: file.id,
            source: Arc::clone(&file.source),
            parsed: parse::parse(&SourceFile::from_text(file.source.path(), "")),
            objects: Vec::new(),
            fragments: Vec::new(),
            has_list: false,
            foreign: None,
        }),
    });
    Programs {
        inventory: with_role(FileRole::Inventory).unwrap_or_default(),
        base: with_role(FileRole::Base),
        program: Program::new(emptied.collect()),
    }
}

fn summarize(program: &Program, diagnostics: &[Diagnostic]) -> Summary {
    // The configuration is not one of the user's manifests.
    // Nor is what they are compared with.
    let is_config = |file: &&Arc<File>| {
        file.foreign == Some(SkipReason::KplanConfig) || file.source.role() == FileRole::Base
    };
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
        older: None,
    }
}
