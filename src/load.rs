//! The disk and standard input become a workspace. The only module that reads files.
#![expect(clippy::disallowed_methods, reason = "this is the module that reads the disk")]

mod failure;
mod git;
mod ignored;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::source::{FileRole, SourceFile, Workspace};

pub use failure::Failure;
pub use git::{Since, is_revision, load_before, load_revision};

/// The path that means standard input.
pub const STDIN: &str = "-";
/// How standard input is called in findings.
pub const STDIN_NAME: &str = "<stdin>";

/// What to read.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Files, folders and `-`, as the user wrote them.
    pub paths: &'a [PathBuf],
    /// Files, folders and `-` that say what the cluster has.
    pub inventory: &'a [PathBuf],
    /// What folders are read without.
    pub exclude: &'a Exclude,
    /// A file that was read before and belongs to the workspace all the same.
    pub besides: Option<&'a Arc<SourceFile>>,
}

/// The name of the configuration file. Folders are read without it: the one that is in use is read by itself.
pub const CONFIG_NAME: &str = "kplan.yaml";

/// Patterns of files that a folder is read without, in the words of `.gitignore`, relative to a folder.
#[derive(Debug, Default)]
pub struct Exclude {
    matcher: Option<Gitignore>,
    /// Each pattern by itself, to tell which of them are of use.
    single: Vec<Gitignore>,
    used: Mutex<BTreeSet<usize>>,
}

impl Exclude {
    /// Patterns that are relative to `root`.
    ///
    /// # Errors
    /// The index of the first pattern that is not one, and why.
    pub fn new<'p>(root: &Path, patterns: impl Iterator<Item = &'p str>) -> Result<Self, (usize, String)> {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
        let mut builder = GitignoreBuilder::new(&root);
        let mut single = Vec::new();
        for (index, pattern) in patterns.enumerate() {
            let mut alone = GitignoreBuilder::new(&root);
            for builder in [&mut builder, &mut alone] {
                builder.add_line(None, pattern).map_err(|error| (index, reason(&error)))?;
            }
            single.push(alone.build().map_err(|error| (index, reason(&error)))?);
        }
        let matcher = builder.build().map_err(|error| (0, reason(&error)))?;
        Ok(Self { matcher: (!matcher.is_empty()).then_some(matcher), single, used: Mutex::default() })
    }

    /// The patterns, by their index, that have left out nothing so far. One that takes back what others leave out (`!x`)
    /// is never among them.
    pub fn unused(&self) -> impl Iterator<Item = usize> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let patterns = self.single.iter().enumerate();
        let unused = patterns.filter(move |(index, one)| one.num_ignores() > 0 && !used.contains(index));
        unused.map(|(index, _)| index)
    }

    /// Whether an entry of a folder is left out, by itself or with a folder above it.
    fn leaves_out(&self, path: &Path, entry: ignored::Entry) -> bool {
        let Some(matcher) = &self.matcher else { return false };
        let is_excluded = ignored::is_excluded(matcher, path, entry);
        if is_excluded {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            let patterns = self.single.iter().enumerate();
            used.extend(
                patterns.filter(|(_, one)| ignored::is_excluded(one, path, entry)).map(|(index, _)| index),
            );
        }
        is_excluded
    }
}

/// Why a pattern is none, without the pattern.
fn reason(error: &ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}

/// What was read, and what could not be.
#[derive(Debug)]
pub struct Loaded {
    /// All files that could be read.
    pub workspace: Workspace,
    /// The others, in the order of their paths.
    pub failures: Vec<Failure>,
}

/// Reads all files of the paths: a file whatever it is called; a folder with everything below it that ends in `.yaml`,
/// `.yml` or `.json` and that no `.gitignore` leaves out; `-` from `stdin`. A file that is named twice, or by two
/// names, is read once. What cannot be read is a failure beside the rest.
///
/// # Errors
/// A path that does not exist, before anything is read.
pub fn load(inputs: &Inputs<'_>, stdin: &mut dyn Read) -> Result<Loaded, Failure> {
    let mut roots = Vec::new();
    let mut from_stdin = None;
    let mut failures = Vec::new();
    let paths = inputs.inventory.iter().map(|path| (path, FileRole::Inventory));
    for (path, role) in paths.chain(inputs.paths.iter().map(|path| (path, FileRole::Source))) {
        if path.as_os_str() == STDIN {
            if from_stdin.is_none() {
                match read_to_limit(stdin, Vec::new()) {
                    Ok(bytes) => from_stdin = Some(SourceFile::new(STDIN_NAME, bytes).with_role(role)),
                    Err(error) => failures.push(Failure::unreadable(STDIN_NAME, &error)),
                }
            }
            continue;
        }
        match fs::metadata(path) {
            Ok(metadata) => roots.push(Root { path, role, folder: metadata.is_dir() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Failure::missing(path)),
            Err(error) => failures.push(Failure::unreadable(&shown(path), &error)),
        }
    }
    let mut found = walk::Found::default();
    for root in without_duplicates(&roots) {
        if root.folder {
            let mut below = walk::folder(root.path, inputs.exclude);
            if root.role == FileRole::Inventory {
                for file in &mut below.files {
                    let source = std::mem::replace(&mut file.source, SourceFile::from_text("", ""));
                    file.source = source.with_role(root.role);
                }
            }
            found.append(below);
        } else {
            match read_file(root.path) {
                Ok(bytes) => {
                    let mut file = walk::ReadFile::named(root.path, bytes);
                    file.source = file.source.with_role(root.role);
                    found.files.push(file);
                }
                Err(error) => found.failures.push(Failure::unreadable(&shown(root.path), &error)),
            }
        }
    }
    failures.append(&mut found.failures);
    failures.sort();
    let files = one_of_each(found.files, roots.len() > 1);
    let besides = inputs.besides.map(|file| SourceFile::from_text(file.path(), file.text()));
    Ok(Loaded { workspace: Workspace::new(from_stdin.into_iter().chain(files).chain(besides)), failures })
}

/// The configuration for a path: the nearest [`CONFIG_NAME`] in its folder or above it.
///
/// # Errors
/// Where there is one that cannot be read.
pub fn find_config(path: &Path) -> Result<Option<Config>, Failure> {
    let path = if path.as_os_str() == STDIN { Path::new(".") } else { path };
    let Ok(place) = fs::canonicalize(path) else {
        return Ok(None);
    };
    let folder = if place.is_dir() { place.as_path() } else { place.parent().unwrap_or(&place) };
    let Some(root) = folder.ancestors().find(|folder| folder.join(CONFIG_NAME).is_file()) else {
        return Ok(None);
    };
    let here = here();
    let shown = relative(&here, &root.join(CONFIG_NAME));
    let bytes = read_file(&root.join(CONFIG_NAME)).map_err(|error| Failure::unreadable(&shown, &error))?;
    let source = Arc::new(SourceFile::new(shown, bytes));
    Ok(Some(Config { source, root: root.to_path_buf(), here, links: Vec::new() }))
}

/// The configuration in a file of any name.
///
/// # Errors
/// Where it does not exist or cannot be read.
pub fn read_config(path: &Path) -> Result<Config, Failure> {
    let source = read_source(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let root = fs::canonicalize(folder).map_err(|error| Failure::unreadable(&shown(path), &error))?;
    Ok(Config { source, root, here: here(), links: Vec::new() })
}

/// A configuration file and where it is.
#[derive(Debug)]
pub struct Config {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Its folder, absolute.
    pub root: PathBuf,
    /// The folder that kplan runs in, absolute.
    pub here: PathBuf,
    /// Paths that lead elsewhere than they say, absolute, each with the place that it leads to.
    pub links: Vec<(PathBuf, PathBuf)>,
}

impl Config {
    /// Notes which of the paths, as the user wrote them, go through links: what is configured for a file holds for it
    /// by whichever name it is read.
    pub fn follow(&mut self, paths: &[PathBuf]) {
        for path in paths.iter().filter(|path| path.as_os_str() != STDIN) {
            let said = PathBuf::from(place_of(&shown(path)));
            match fs::canonicalize(path) {
                Ok(place) if place != said => self.links.push((said, place)),
                _ => {}
            }
        }
    }

    /// Whether a path, as the user wrote it, is the folder of the configuration.
    pub fn is_root(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|place| place == self.root)
    }

    /// A path that is written in the configuration, as one that is relative to where kplan runs.
    pub fn path(&self, written: &str) -> PathBuf {
        PathBuf::from(relative(&self.here, &self.root.join(written)))
    }
}

fn here() -> PathBuf {
    std::env::current_dir().and_then(fs::canonicalize).unwrap_or_default()
}

/// An absolute path as seen from an absolute folder: downwards from it, or upwards with as many `..` as it takes, unless
/// they have nothing in common.
fn relative(here: &Path, path: &Path) -> String {
    let common = here.components().zip(path.components()).take_while(|(left, right)| left == right).count();
    if common <= 1 && here.components().count() > 1 {
        return shown(path);
    }
    let up = here.components().skip(common).map(|_| std::path::Component::ParentDir);
    shown(&up.chain(path.components().skip(common)).collect::<PathBuf>())
}

/// Reads one file, called as findings show it.
///
/// # Errors
/// Where it does not exist or cannot be read.
pub fn read_source(path: &Path) -> Result<Arc<SourceFile>, Failure> {
    match read_file(path) {
        Ok(bytes) => Ok(Arc::new(SourceFile::new(shown(path), bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::missing(path)),
        Err(error) => Err(Failure::unreadable(&shown(path), &error)),
    }
}

/// A path as findings show it, as seen from the folder that another file is in: the same from wherever kplan runs.
pub fn seen_from_beside(file: &Path, shown: &str) -> String {
    let here = here();
    let folder = here.join(file.parent().unwrap_or(Path::new("")));
    let folder = fs::canonicalize(&folder).unwrap_or(folder);
    let path = here.join(shown);
    relative(&folder, &fs::canonicalize(&path).unwrap_or(path))
}

/// The absolute path, with `/` between its parts and without `.` and `..`, of a path as findings show it. The disk is
/// not asked, so links stay what they are.
pub fn place_of(shown: &str) -> String {
    let mut place = PathBuf::new();
    for part in here().join(shown).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                place.pop();
            }
            _ => place.push(part),
        }
    }
    self::shown(&place)
}

/// The path of a file without links on the way; the path itself where there is no such file.
pub fn without_links(path: &str) -> String {
    fs::canonicalize(path).map_or_else(|_| path.to_owned(), |place| shown(&place))
}

/// Whether a folder is read with files of this name.
pub fn is_manifest_name(name: &Path) -> bool {
    walk::is_manifest_name(name)
}

/// Whether there is a file or folder of this name.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Writes a file whole or not at all: whoever reads it meanwhile, or after a crash, sees the old one or the new one. The
/// permissions of an old file stay, and so does its owner where that is allowed; a link stays a link to the file that is
/// written.
///
/// # Errors
/// Where the folder does not exist or may not be written to.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failure =
        |error: io::Error| Failure::new(format!("cannot write `{}`: {error}", path.display()), None);
    let is_link = fs::symlink_metadata(path).is_ok_and(|old| old.is_symlink());
    let place = match is_link {
        true => fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
        false => path.to_path_buf(),
    };
    let is_plain_file = fs::symlink_metadata(&place).map_or(true, |old| old.is_file());
    if !is_plain_file {
        // A pipe or a device is written through, never replaced; a link to nothing makes what it leads to.
        return fs::write(path, text).map_err(failure);
    }
    let mut name = place.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = place.with_file_name(name);
    let old = fs::metadata(&place).ok();
    let written = write_through(&beside, text, old.as_ref()).and_then(|()| fs::rename(&beside, &place));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failure(error)
    })
}

/// Writes a file and waits until the disk has it: a name must not lead to a text that is not there yet.
fn write_through(path: &Path, text: &str, old: Option<&fs::Metadata>) -> io::Result<()> {
    let mut file = match create_beside(path, old) {
        // A run that was killed left it, and had the same number.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            create_beside(path, old)?
        }
        created => created?,
    };
    if let Some(old) = old {
        keep_owner(&file, old);
        file.set_permissions(old.permissions())?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A new file, never one that a link leads to. What takes the place of another one is for nobody else to read before it
/// has the permissions of that one: it may be a Secret.
fn create_beside(path: &Path, old: Option<&fs::Metadata>) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if old.is_some() {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = old;
    options.open(path)
}

/// Gives a file the owner and the group of another one, as far as the user may.
#[cfg(unix)]
fn keep_owner(file: &fs::File, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let is_same = |new: &fs::Metadata| (new.uid(), new.gid()) == (old.uid(), old.gid());
    if !file.metadata().is_ok_and(|new| is_same(&new))
        && fchown(file, Some(old.uid()), Some(old.gid())).is_err()
    {
        let _ = fchown(file, None, Some(old.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) {}

/// The first of some files to write that is another one of them by the same or another name.
pub fn first_repeated<'p>(files: impl Iterator<Item = &'p Path>) -> Option<&'p Path> {
    let mut seen = BTreeSet::new();
    // A device, such as `/dev/stderr`, takes any number of reports.
    let mut files = files.filter(|file| fs::metadata(file).map_or(true, |file| file.is_file()));
    files.find(|file| !seen.insert(place_to_write(file)))
}

/// A workspace without the files that reports are written to: a report of the last run is no manifest. One that is named
/// among the paths stays.
pub fn without_outputs<'p>(
    workspace: Workspace,
    paths: &[PathBuf],
    outputs: impl Iterator<Item = &'p Path>,
) -> Workspace {
    let outputs: Vec<PathBuf> = outputs.filter(|output| output.exists()).map(place_to_write).collect();
    let named: Vec<String> = paths.iter().map(|path| shown(path)).collect();
    if outputs.is_empty() {
        return workspace;
    }
    workspace.without(|file| {
        let path = Path::new(file.path());
        let may_be = outputs.iter().any(|output| output.file_name() == path.file_name());
        may_be && !named.iter().any(|name| name == file.path()) && outputs.contains(&place_to_write(path))
    })
}

/// The absolute path of a file that may not exist yet.
fn place_to_write(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    folder.join(file.file_name().unwrap_or_default())
}

struct Root<'a> {
    path: &'a Path,
    role: FileRole,
    folder: bool,
}

/// Leaves out roots that are written twice; what overlaps otherwise is found by [`one_of_each`].
fn without_duplicates<'r, 'a>(roots: &'r [Root<'a>]) -> Vec<&'r Root<'a>> {
    let mut kept: Vec<&Root<'a>> = Vec::new();
    for root in roots {
        if !kept.iter().any(|other| other.path == root.path) {
            kept.push(root);
        }
    }
    kept
}

/// Each file once, under the first of its names. Only links and overlapping paths give a file two names, so that the
/// disk is not asked about any other.
fn one_of_each(files: Vec<walk::ReadFile>, overlap: bool) -> Vec<SourceFile> {
    if !overlap && files.iter().all(|file| !file.link) {
        return files.into_iter().map(|file| file.source).collect();
    }
    let mut by_place: BTreeMap<PathBuf, walk::ReadFile> = BTreeMap::new();
    for file in files {
        let place = fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
        match by_place.entry(place) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(file);
            }
            // The file itself goes before a link to it; what is named as an inventory is one by every name.
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                let old = entry.get_mut();
                let is_inventory =
                    [&file, &*old].iter().any(|file| file.source.role() == FileRole::Inventory);
                if (file.link, file.source.path()) < (old.link, old.source.path()) {
                    *old = file;
                }
                if is_inventory {
                    let source = std::mem::replace(&mut old.source, SourceFile::from_text("", ""));
                    old.source = source.with_role(FileRole::Inventory);
                }
            }
        }
    }
    by_place.into_values().map(|file| file.source).collect()
}

/// The bytes of a file, or of a pipe that stands for one.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    // No fstat for the size: nearly all manifests fit, and the system calls are what reading small files costs.
    read_to_limit(&mut file, Vec::with_capacity(8 * 1024))
}

fn read_to_limit(reader: &mut dyn Read, mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let limit = u64::from(u32::MAX);
    reader.take(limit).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == limit {
        return Err(io::Error::other("it is larger than 4 GiB, which is more than kplan can address"));
    }
    Ok(bytes)
}

/// A path as findings show it: `/` between the parts, and no `.` among them unless it is all there is.
fn shown(path: &Path) -> String {
    let parts = path.components().filter(|part| !matches!(part, std::path::Component::CurDir));
    let path: PathBuf = parts.collect();
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        _ if text.is_empty() => ".".to_owned(),
        '\\' => text.replace('\\', "/"),
        _ => text.into_owned(),
    }
}
