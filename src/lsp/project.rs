//! One folder of the workspace with its configuration, files and findings; and the files that lie in none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::analysis::{Analysis, Summary};
use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::incremental::Session;
use crate::load::{self, Failure};
use crate::parse::origin::Origins;
use crate::source::{FileId, SourceFile, Workspace};

/// A folder as it was read.
pub struct Opened {
    /// Its manifests, and what else findings are in.
    pub workspace: Workspace,
    /// What steers the analysis.
    pub settings: Settings,
    /// Files besides the manifests that all of this depends on, as shown to the user: the configuration, the baseline.
    pub special: Vec<String>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// What is made of the findings before they are shown, where there is something to be made of them.
    pub judge: Option<Judge>,
}

/// Takes away what is accepted, and adds what is to be said of the configuration.
pub type Judge = Box<dyn Fn(&Workspace, Analysis) -> Vec<Diagnostic>>;

/// The text of a file that an editor has open, by its path as shown to the user.
pub type Unsaved<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads a folder by its configuration. Given are the folder and what is not saved yet.
pub type Open<'a> = &'a dyn Fn(&Path, Unsaved<'_>) -> Result<Opened, Failure>;

/// See [`self`].
pub(super) struct Project {
    /// Absolute, without a slash at the end; `None` for the files that lie in no folder.
    root: Option<String>,
    session: Session,
    /// The files by their absolute paths.
    ids: BTreeMap<String, FileId>,
    /// The absolute path of each file.
    paths: Vec<String>,
    /// Absolute paths.
    special: BTreeSet<String>,
    judge: Option<Judge>,
    /// What the judge left, by file.
    judged: BTreeMap<FileId, Vec<Diagnostic>>,
}

impl Project {
    /// A folder; `texts` are what an editor has open, by absolute path.
    pub(super) fn of_folder(
        root: &str,
        texts: &BTreeMap<&str, &str>,
        open: Open<'_>,
    ) -> (Self, Vec<Failure>) {
        let unsaved = |shown: &str| texts.get(load::place_of(shown).as_str()).map(|text| (*text).to_owned());
        let opened = open(&PathBuf::from(root), &unsaved).unwrap_or_else(|failure| Opened {
            workspace: Workspace::default(),
            settings: Settings::plain(),
            special: Vec::new(),
            failures: vec![failure],
            judge: None,
        });
        let Opened { mut workspace, settings, special, failures, judge } = opened;
        let changed: Vec<(FileId, String)> =
            workspace.files().filter_map(|(id, file)| Some((id, unsaved(file.path())?))).collect();
        workspace = workspace.with_texts(changed);
        let known: BTreeSet<String> =
            workspace.files().map(|(_, file)| load::place_of(file.path())).collect();
        // What the disk has and the folder was read without is left out on purpose.
        let new = texts.iter().filter(|(path, _)| {
            is_below(root, path)
                && !known.contains(**path)
                && load::is_manifest_name(Path::new(path))
                && !load::exists(Path::new(path))
        });
        for (path, text) in new {
            workspace = workspace.with_file(&Arc::new(SourceFile::from_text(*path, text)));
        }
        let mut project = Self::of_workspace(Some(root.to_owned()), &workspace, settings);
        project.special = special.iter().map(|shown| load::place_of(shown)).collect();
        project.judge = judge;
        (project, failures)
    }

    /// Files that lie in no folder, by absolute path.
    pub(super) fn of_files(texts: &BTreeMap<&str, &str>) -> Self {
        let files = texts.iter().map(|(path, text)| SourceFile::from_text(*path, text));
        Self::of_workspace(None, &Workspace::new(files), Settings::plain())
    }

    fn of_workspace(root: Option<String>, workspace: &Workspace, settings: Settings) -> Self {
        let session = Session::new(workspace, settings);
        let paths: Vec<String> = workspace.files().map(|(_, file)| load::place_of(file.path())).collect();
        let ids = paths.iter().cloned().zip(workspace.files().map(|(id, _)| id)).collect();
        Self { root, session, ids, paths, special: BTreeSet::new(), judge: None, judged: BTreeMap::new() }
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    pub(super) fn root(&self) -> Option<&str> {
        self.root.as_deref()
    }

    /// Whether a path lies in the folder.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.root.as_deref().is_some_and(|root| is_below(root, path))
    }

    /// Whether the folder must be read anew when a file changes.
    pub(super) fn depends_on(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or_default();
        self.special.contains(path) || name == load::CONFIG_NAME || name == ".gitignore"
    }

    pub(super) fn id_of(&self, path: &str) -> Option<FileId> {
        self.ids.get(path).copied()
    }

    pub(super) fn path_of(&self, file: FileId) -> &str {
        &self.paths[file.0 as usize]
    }

    pub(super) fn source(&self, file: FileId) -> &SourceFile {
        &self.session.files()[file.0 as usize].source
    }

    pub(super) fn change(&mut self, file: FileId, text: &str) {
        self.session.change(file, text);
    }

    /// Looks again at what has changed. Returns the files of which something else may have to be shown now.
    pub(super) fn refresh(&mut self) -> Vec<FileId> {
        let mut touched = self.session.refresh();
        let Some(judge) = self.judge.as_ref().filter(|_| !touched.is_empty()) else { return touched };
        let analysis = Analysis {
            diagnostics: self.session.diagnostics().cloned().collect(),
            summary: Summary::default(),
            idle: self.session.idle(),
            origins: Origins::default(),
        };
        let mut judged: BTreeMap<FileId, Vec<Diagnostic>> = BTreeMap::new();
        for diagnostic in judge(&self.session.workspace(), analysis) {
            judged.entry(diagnostic.primary.span.file).or_default().push(diagnostic);
        }
        touched.extend(judged.keys().chain(self.judged.keys()));
        touched.sort_unstable();
        touched.dedup();
        self.judged = judged;
        touched
    }

    /// What is shown of a file, in output order.
    pub(super) fn diagnostics_in(&self, file: FileId) -> &[Diagnostic] {
        match self.judge {
            Some(_) => self.judged.get(&file).map_or(&[], Vec::as_slice),
            None => self.session.diagnostics_in(file),
        }
    }
}

/// Whether a path lies in a folder; both are absolute.
pub(super) fn is_below(root: &str, path: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.starts_with('/') || root.ends_with('/'))
}
