//! Walks folders and reads their manifests at the same time, on all processors.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use crate::load::ignored::{self, Entry, Ignored};
use crate::load::{CONFIG_NAME, Exclude, Failure, read_file, shown};
use crate::source::SourceFile;

/// What a walk gave, in no particular order.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<ReadFile>,
    pub(super) failures: Vec<Failure>,
}

impl Found {
    pub(super) fn append(&mut self, mut other: Self) {
        self.files.append(&mut other.files);
        self.failures.append(&mut other.failures);
    }
}

/// A file that was read.
pub(super) struct ReadFile {
    pub(super) path: PathBuf,
    pub(super) source: SourceFile,
    /// It was reached by a symbolic link, so that it may have another name.
    pub(super) link: bool,
}

impl ReadFile {
    /// A file that the user named.
    pub(super) fn named(path: &Path, bytes: Vec<u8>) -> Self {
        Self { path: path.to_path_buf(), source: SourceFile::new(shown(path), bytes), link: false }
    }
}

/// Files of one folder that one task reads.
const FILES_PER_TASK: usize = 32;

/// Reads everything below `root` that is a manifest by its name. Links to files are followed, links to folders are not:
/// that is what `kubectl apply -R` does, and no loop can come of it.
pub(super) fn folder(root: &Path, exclude: &Exclude) -> Found {
    let walk = Walk { exclude, found: Mutex::default() };
    let place = ignored::absolute(root);
    let ignored = Ignored::above(&place);
    let first = Folder { path: root.to_path_buf(), place, shown: PathBuf::from(shown(root)), ignored };
    rayon::scope(|scope| visit(&walk, first, scope));
    walk.found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Walk<'w> {
    exclude: &'w Exclude,
    found: Mutex<Found>,
}

struct Folder {
    /// As the system is asked for it.
    path: PathBuf,
    /// Absolute, for the patterns.
    place: PathBuf,
    /// As findings show it.
    shown: PathBuf,
    ignored: Ignored,
}

impl Walk<'_> {
    fn add(&self, found: Found) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).append(found);
    }

    fn fail(&self, path: &Path, error: &io::Error) {
        let failures = vec![Failure::unreadable(&shown(path), error)];
        self.add(Found { files: Vec::new(), failures });
    }
}

fn visit<'s>(walk: &'s Walk<'_>, mut folder: Folder, scope: &Scope<'s>) {
    let entries: Vec<fs::DirEntry> = match fs::read_dir(&folder.path).and_then(Iterator::collect) {
        Ok(entries) => entries,
        Err(error) => return walk.fail(&folder.path, &error),
    };
    // The listing says whether there are rules: asking the disk in every folder would cost as much as the listing.
    if entries.iter().any(|entry| entry.file_name() == ".git") {
        folder.ignored = Ignored::default().and(&folder.place, &folder.place.join(".git/info/exclude"));
    }
    if entries.iter().any(|entry| entry.file_name() == ".gitignore") {
        folder.ignored = folder.ignored.and(&folder.place, &folder.place.join(".gitignore"));
    }
    let mut files = Vec::new();
    for entry in entries {
        let name = entry.file_name();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if !ignored::is_version_control(&name) && !leaves_out(walk, &folder, &name, Entry::Folder) {
                let next = Folder {
                    path: folder.path.join(&name),
                    place: folder.place.join(&name),
                    shown: folder.shown.join(&name),
                    ignored: folder.ignored.clone(),
                };
                scope.spawn(move |scope| visit(walk, next, scope));
            }
        } else if is_manifest_name(Path::new(&name))
            && name != CONFIG_NAME
            && !leaves_out(walk, &folder, &name, Entry::File)
        {
            let path = folder.path.join(&name);
            if kind.is_file()
                || (kind.is_symlink() && fs::metadata(&path).is_ok_and(|target| target.is_file()))
            {
                files.push(Wanted { path, shown: shown(&folder.shown.join(&name)), link: kind.is_symlink() });
            }
        }
    }
    while files.len() > FILES_PER_TASK {
        let some = files.split_off(files.len() - FILES_PER_TASK);
        scope.spawn(move |_| read(walk, some));
    }
    read(walk, files);
}

struct Wanted {
    path: PathBuf,
    shown: String,
    link: bool,
}

fn read(walk: &Walk<'_>, files: Vec<Wanted>) {
    let mut found = Found::default();
    for file in files {
        match read_file(&file.path) {
            Ok(bytes) => {
                let source = SourceFile::new(file.shown, bytes);
                found.files.push(ReadFile { path: file.path, source, link: file.link });
            }
            Err(error) => found.failures.push(Failure::unreadable(&file.shown, &error)),
        }
    }
    walk.add(found);
}

fn leaves_out(walk: &Walk<'_>, folder: &Folder, name: &std::ffi::OsStr, entry: Entry) -> bool {
    if folder.ignored.is_empty() && walk.exclude.matcher.is_none() {
        return false;
    }
    let place = folder.place.join(name);
    folder.ignored.leaves_out(&place, entry) || walk.exclude.leaves_out(&place, entry)
}

/// Markdown is read only when it is named: the folders of most projects hold a README with examples.
pub(super) fn is_manifest_name(name: &Path) -> bool {
    let extension = name.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
