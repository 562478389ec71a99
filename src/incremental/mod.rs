//! The analysis of a workspace that changes: after an edit only what can depend on it is looked at again.
//!
//! Files are kept parsed. For each file it is known what it says of which topics, and which topics its findings may
//! depend on. A change of one file changes what is said of some topics; the files that depend on these are checked
//! again, in a program of no more files than they can be checked against. Findings are the same, in the same order, as
//! those of [`crate::analysis::analyze`] over everything.

mod topics;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::analysis::{self, Idle, Input, Programs};
use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::graph::reference::Resolution;
use crate::graph::{Graph, References};
use crate::incremental::topics::{Reach, Said, Topic};
use crate::parse::object::{File, ObjectId, Program};
use crate::source::{FileId, SourceFile, Workspace};

/// A workspace with its findings, which follow the changes of its files. Files cannot be added or removed: that is
/// another workspace.
#[derive(Debug)]
pub struct Session {
    settings: Settings,
    /// By id.
    files: Vec<Arc<File>>,
    said: Vec<Said>,
    found: Vec<Found>,
    /// Who says something of a topic.
    definers: BTreeSet<(Topic, FileId)>,
    /// Whose findings may depend on a topic.
    readers: BTreeSet<(Topic, FileId)>,
    /// Files, and those whose findings show places in them.
    shown_in: BTreeSet<(FileId, FileId)>,
    pending: Pending,
}

/// What came of one file.
#[derive(Debug, Default)]
struct Found {
    /// In output order.
    diagnostics: Vec<Diagnostic>,
    /// The names that its references miss, sorted.
    missed: Vec<Topic>,
    /// Entries of the settings that are for something in it: of `external`, and of `exemptions`.
    external: Vec<usize>,
    exemptions: Vec<usize>,
}

/// What has changed since the findings were right.
#[derive(Debug)]
enum Pending {
    /// These files, and what is said of these topics.
    Some { files: BTreeSet<FileId>, topics: BTreeSet<Topic> },
    /// Anything may have.
    All,
}

impl Pending {
    fn nothing() -> Self {
        Self::Some { files: BTreeSet::new(), topics: BTreeSet::new() }
    }
}

impl Session {
    /// Reads all files. There are no findings before the first [`Session::refresh`].
    pub fn new(workspace: &Workspace, settings: Settings) -> Self {
        let files = analysis::read_files(workspace, &settings);
        let references = References::new(&settings);
        let said: Vec<Said> =
            files.par_iter().map(|file| topics::said_by(file, &settings, &references)).collect();
        let mut definers = Vec::new();
        let mut readers = Vec::new();
        for (file, said) in files.iter().zip(&said) {
            definers.extend(said.defines.iter().map(|(topic, _)| (*topic, file.id)));
            readers.extend(said.reads.iter().map(|topic| (*topic, file.id)));
        }
        Self {
            settings,
            found: files.iter().map(|_| Found::default()).collect(),
            files,
            said,
            definers: definers.into_iter().collect(),
            readers: readers.into_iter().collect(),
            shown_in: BTreeSet::new(),
            pending: Pending::All,
        }
    }

    /// What steers the analysis.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All files as they were last read, by id.
    pub fn files(&self) -> &[Arc<File>] {
        &self.files
    }

    /// The id of the file of a path, as shown to the user.
    pub fn id_of(&self, path: &str) -> Option<FileId> {
        let index = self.files.binary_search_by(|file| file.source.path().cmp(path)).ok()?;
        Some(FileId(index as u32))
    }

    /// The files with their texts.
    pub fn workspace(&self) -> Workspace {
        Workspace::of_shared(self.files.iter().map(|file| Arc::clone(&file.source)))
    }

    /// Reads a new text of a file. The findings are those of before until the next [`Session::refresh`].
    pub fn change(&mut self, id: FileId, text: &str) {
        let index = id.0 as usize;
        let old = &self.files[index].source;
        if old.text() == text {
            return;
        }
        let source = Arc::new(SourceFile::from_text(old.path(), text).with_role(old.role()));
        let file = analysis::read_file(id, &source, &self.settings);
        let said = topics::said_by(&file, &self.settings, &References::new(&self.settings));
        let before = std::mem::replace(&mut self.said[index], said);
        self.files[index] = file;
        let now = &self.said[index];
        for (topic, _) in &before.defines {
            self.definers.remove(&(*topic, id));
        }
        self.definers.extend(now.defines.iter().map(|(topic, _)| (*topic, id)));
        for topic in &before.reads {
            self.readers.remove(&(*topic, id));
        }
        let missed = &self.found[index].missed;
        self.readers.extend(now.reads.iter().chain(missed).map(|topic| (*topic, id)));
        if before.reach != Reach::Topics || now.reach != Reach::Topics {
            self.pending = Pending::All;
        }
        let Pending::Some { files, topics } = &mut self.pending else { return };
        topics.extend(differing(&before.defines, &now.defines));
        files.insert(id);
        // What stands in the file stands elsewhere now.
        let showing = self.shown_in.range((id, FileId(0))..=(id, FileId(u32::MAX)));
        files.extend(showing.map(|(_, from)| *from));
    }

    /// Looks again at everything that the changes may concern. Returns the files whose findings may have to be shown anew,
    /// in order: those whose findings are other ones now, those that have changed, and those whose findings show places
    /// in these.
    pub fn refresh(&mut self) -> Vec<FileId> {
        // Should it not come to an end, nothing is known to be right.
        let pending = std::mem::replace(&mut self.pending, Pending::All);
        let all = || self.files.iter().map(|file| file.id).collect::<BTreeSet<FileId>>();
        let mut touched = BTreeSet::new();
        let wanted: BTreeSet<FileId> = match pending {
            Pending::All => {
                touched = all();
                all()
            }
            Pending::Some { files, .. } if files.is_empty() => {
                self.pending = Pending::nothing();
                return Vec::new();
            }
            Pending::Some { files, .. } if self.said.iter().any(|said| said.reach == Reach::Nodes) => {
                touched = files;
                all()
            }
            Pending::Some { mut files, topics } => {
                touched.extend(files.iter().copied());
                files.extend(topics.iter().flat_map(|topic| holders(&self.readers, *topic)));
                files
            }
        };
        let found = self.examine(&wanted);
        for (id, found) in wanted.into_iter().zip(found) {
            if self.replace(id, found) {
                touched.insert(id);
            }
        }
        self.pending = Pending::nothing();
        touched.into_iter().collect()
    }

    /// All findings, in output order.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter().flat_map(|found| &found.diagnostics)
    }

    /// The findings in one file, in output order.
    pub fn diagnostics_in(&self, file: FileId) -> &[Diagnostic] {
        &self.found[file.0 as usize].diagnostics
    }

    /// Entries of the settings that are for nothing.
    pub fn idle(&self) -> Idle {
        let left = |count: usize, used: &dyn Fn(&Found) -> &[usize]| {
            let used: BTreeSet<usize> = self.found.iter().flat_map(used).copied().collect();
            (0..count).filter(|index| !used.contains(index)).collect()
        };
        Idle {
            external: left(self.settings.external.len(), &|found| &found.external),
            references: self.unused_references(),
            workloads: self.unused_workloads(),
            exemptions: left(self.settings.exemptions.len(), &|found| &found.exemptions),
        }
    }

    fn unused_references(&self) -> Vec<usize> {
        let mut unused: Vec<usize> = (0..self.settings.references.len()).collect();
        if !unused.is_empty() {
            let program = self.program();
            let references = References::new(&self.settings);
            unused.retain(|index| !program.objects().any(|object| references.has_field(*index, object)));
        }
        unused
    }

    fn unused_workloads(&self) -> Vec<usize> {
        match self.settings.workloads.is_empty() {
            true => Vec::new(),
            false => analysis::unused_workloads(&self.program(), &self.settings),
        }
    }

    /// All files as one program; files that say what the cluster has are empty in it.
    pub fn program(&self) -> Program {
        analysis::apart(self.files.clone()).program
    }

    /// A file with all that its findings may depend on, as a program with the ids of the whole.
    pub fn surroundings(&self, file: FileId) -> Program {
        if self.said.iter().any(|said| said.reach == Reach::Nodes) {
            return self.program();
        }
        let wanted = BTreeSet::from([file]);
        let mut needed = self.needed_by(&wanted);
        needed.extend(self.found[file.0 as usize].missed.iter().flat_map(|topic| self.definers_of(*topic)));
        self.program_of(&needed)
    }

    fn definers_of(&self, topic: Topic) -> impl Iterator<Item = FileId> {
        holders(&self.definers, topic)
    }

    /// The files that these can be checked against, themselves included, but for names like those that are missing.
    fn needed_by(&self, wanted: &BTreeSet<FileId>) -> BTreeSet<FileId> {
        let mut topics: Vec<Topic> =
            wanted.iter().flat_map(|id| &self.said[id.0 as usize].reads).copied().collect();
        topics.sort_unstable();
        topics.dedup();
        let mut needed = wanted.clone();
        needed.extend(topics.into_iter().flat_map(|topic| self.definers_of(topic)));
        let reaching = self.files.iter().zip(&self.said).filter(|(_, said)| said.reach != Reach::Topics);
        needed.extend(reaching.map(|(file, _)| file.id));
        needed
    }

    fn program_of(&self, files: &BTreeSet<FileId>) -> Program {
        Program::new(files.iter().map(|id| Arc::clone(&self.files[id.0 as usize])).collect())
    }

    /// What is to be said of some files, in their order.
    fn examine(&self, wanted: &BTreeSet<FileId>) -> Vec<Found> {
        if wanted.len() == self.files.len() {
            let Programs { program, inventory, .. } = analysis::apart(self.files.clone());
            let settings = &analysis::knowing(&self.settings, &inventory);
            let graph = Graph::build(&program, settings);
            let input = Input { program: &program, inventory: &inventory, base: None };
            return self.findings(&input, &graph, settings, wanted);
        }
        let mut needed = self.needed_by(wanted);
        let program = self.program_of(&needed);
        let graph = Graph::build(&program, &self.settings);
        let missed = missed_in(&program, &graph, wanted).into_iter().flat_map(|(_, topics)| topics);
        let more: Vec<FileId> =
            missed.flat_map(|topic| self.definers_of(topic)).filter(|id| !needed.contains(id)).collect();
        let none = Program::default();
        if more.is_empty() {
            let input = Input { program: &program, inventory: &none, base: None };
            return self.findings(&input, &graph, &self.settings, wanted);
        }
        needed.extend(more);
        let program = self.program_of(&needed);
        let graph = Graph::build(&program, &self.settings);
        let input = Input { program: &program, inventory: &none, base: None };
        self.findings(&input, &graph, &self.settings, wanted)
    }

    fn findings(
        &self,
        input: &Input<'_>,
        graph: &Graph<'_>,
        settings: &Settings,
        wanted: &BTreeSet<FileId>,
    ) -> Vec<Found> {
        let is_wanted = |id: FileId| wanted.contains(&id);
        let mut diagnostics = analysis::examine(input, graph, settings, &is_wanted).into_iter().peekable();
        let mut missed = missed_in(input.program, graph, wanted).into_iter().peekable();
        let mut externals = self.externals_in(input.program, graph, wanted).into_iter().peekable();
        let found = wanted.iter().map(|id| Found {
            diagnostics: std::iter::from_fn(|| {
                diagnostics.next_if(|diagnostic| diagnostic.primary.span.file == *id)
            })
            .collect(),
            missed: missed.next_if(|(file, _)| file == id).map(|(_, topics)| topics).unwrap_or_default(),
            external: externals.next_if(|(file, _)| file == id).map(|(_, used)| used).unwrap_or_default(),
            exemptions: self.exemptions_for(*id),
        });
        found.collect()
    }

    /// For each wanted file with any, the declared objects that its references lead to.
    fn externals_in(
        &self,
        program: &Program,
        graph: &Graph<'_>,
        wanted: &BTreeSet<FileId>,
    ) -> Vec<(FileId, Vec<usize>)> {
        let externals = &self.settings.external;
        if externals.is_empty() {
            return Vec::new();
        }
        let mut used: Vec<(FileId, Vec<usize>)> = Vec::new();
        for edge in graph.edges().iter().filter(|edge| edge.resolution == Resolution::External) {
            let file = program.object(edge.from).file.id;
            if !wanted.contains(&file) {
                continue;
            }
            if used.last().is_none_or(|(last, _)| *last != file) {
                used.push((file, Vec::new()));
            }
            let Some((_, indexes)) = used.last_mut() else { continue };
            let declaring = externals
                .iter()
                .enumerate()
                .filter(|(_, external)| external.declares(edge.kind.name(), edge.namespace, edge.name));
            indexes.extend(declaring.map(|(index, _)| index));
        }
        used
    }

    fn exemptions_for(&self, id: FileId) -> Vec<usize> {
        let file = &self.files[id.0 as usize];
        let exemptions = self.settings.exemptions.iter().enumerate();
        let meant = exemptions.filter(|(_, exemption)| analysis::is_for_something_in(exemption, file));
        meant.map(|(index, _)| index).collect()
    }

    /// Takes over what was found in a file, and says whether other findings came of it.
    fn replace(&mut self, id: FileId, found: Found) -> bool {
        let old = std::mem::replace(&mut self.found[id.0 as usize], found);
        let new = &self.found[id.0 as usize];
        if old.missed != new.missed {
            let reads = &self.said[id.0 as usize].reads;
            for topic in old.missed.iter().filter(|topic| reads.binary_search(topic).is_err()) {
                self.readers.remove(&(*topic, id));
            }
            self.readers.extend(new.missed.iter().map(|topic| (*topic, id)));
        }
        if old.diagnostics == new.diagnostics {
            return false;
        }
        for file in old.diagnostics.iter().flat_map(files_shown) {
            self.shown_in.remove(&(file, id));
        }
        let shown = new.diagnostics.iter().flat_map(files_shown).filter(|file| *file != id);
        self.shown_in.extend(shown.map(|file| (file, id)));
        true
    }
}

/// The files in which a finding shows a place.
fn files_shown(diagnostic: &Diagnostic) -> impl Iterator<Item = FileId> {
    let related = diagnostic.related.iter().map(|label| label.span.file);
    related.chain(diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span.file))
}

fn holders(index: &BTreeSet<(Topic, FileId)>, topic: Topic) -> impl Iterator<Item = FileId> {
    index.range((topic, FileId(0))..=(topic, FileId(u32::MAX))).map(|(_, id)| *id)
}

/// The topics of which something else is said now; both lists are sorted.
fn differing(before: &[(Topic, u64)], now: &[(Topic, u64)]) -> Vec<Topic> {
    let is_new = |list: &[(Topic, u64)], entry: &(Topic, u64)| list.binary_search(entry).is_err();
    let gone = before.iter().filter(|entry| is_new(now, entry));
    gone.chain(now.iter().filter(|entry| is_new(before, entry))).map(|(topic, _)| *topic).collect()
}

/// For each wanted file of a program the topics of what its references miss, in order.
fn missed_in(program: &Program, graph: &Graph<'_>, wanted: &BTreeSet<FileId>) -> Vec<(FileId, Vec<Topic>)> {
    let mut first = 0;
    let mut missed = Vec::new();
    for file in program.files() {
        let objects = first..first + file.objects.len() as u32;
        first = objects.end;
        if wanted.contains(&file.id) {
            let edges = objects.flat_map(|id| graph.edges_from(ObjectId(id)));
            missed.push((file.id, topics::read_by_missing(edges)));
        }
    }
    missed
}
