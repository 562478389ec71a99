//! Files of a git revision, from the object store: nothing is checked out, and nothing of the work tree is read.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::load::{Exclude, Failure, Inputs, Loaded, STDIN, ignored, shown, walk};
use crate::source::{FileRole, SourceFile, Workspace};

/// How a file begins that stands for one kept by Git LFS.
const LFS_POINTER: &str = "version https://git-lfs.github.com/spec/";

fn submodule(shown: &str, revision: &str) -> Failure {
    Failure::new(
        format!("`{shown}` is a submodule at `{revision}`: its files are in another repository"),
        Some(
            "check the revision out elsewhere with its submodules, and give `--base` that folder".to_owned(),
        ),
    )
}

fn lfs_pointer(shown: &str, revision: &str) -> Failure {
    Failure::new(
        format!("`{shown}` at `{revision}` is a pointer of Git LFS: the file is not in the repository"),
        Some(
            "check the revision out elsewhere with `git lfs pull`, and give `--base` that folder".to_owned(),
        ),
    )
}

/// What a revision has below a path.
struct Listed {
    blobs: Vec<Blob>,
    /// The submodules, as paths are shown.
    submodules: Vec<String>,
}

/// A file of a revision, not read yet.
struct Blob {
    /// What git is asked for.
    object: String,
    shown: String,
    kind: BlobKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BlobKind {
    File,
    /// It may lead to a file of the same revision, or to anything else.
    Link,
}

/// What a revision is wanted for, which decides the remedies that are named when it cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// `plan --base`, which takes a path as well.
    Base,
    /// `check --changed-since`.
    Since,
}

/// Reads what [`load`](crate::load::load) reads, as it was at a revision. A path that did not exist then has no files.
///
/// # Errors
/// `git` is missing, a path lies in no repository, or the revision does not exist there.
pub fn load_revision(inputs: &Inputs<'_>, revision: &str) -> Result<Loaded, Failure> {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for path in inputs.paths {
        let place = place_of(path, Purpose::Base)?;
        let commit = commit_of(&place.top, revision, Purpose::Base)?;
        let listed = list(&place.top, &commit, path, &place.inside, inputs.exclude)?;
        failures.extend(listed.submodules.iter().map(|shown| submodule(shown, revision)));
        for file in read(&place.top, listed.blobs)? {
            // What stands in the work tree is the file, so that a comparison with the pointer would be of two things.
            if file.text().starts_with(LFS_POINTER) {
                failures.push(lfs_pointer(file.path(), revision));
            } else {
                files.push(file);
            }
        }
    }
    Ok(Loaded { workspace: one_of_each_path(files), failures })
}

/// What a change is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since<'a> {
    /// From the commit that this revision and the current one have both grown from.
    MergeBase(&'a str),
    /// From this revision, also where the current one has not grown from it.
    Exactly(&'a str),
}

/// Reads the files of `now` as they were before a change. What git has, but the working tree leaves out (by
/// `.gitignore`, say), is left out before as well. An inventory that was not in git is the same before and after, for it
/// is often made on the spot.
///
/// # Errors
/// As [`load_revision`]; also where there is no common commit, as in a shallow clone.
pub fn load_before(inputs: &Inputs<'_>, now: &Workspace, since: Since<'_>) -> Result<Workspace, Failure> {
    let mut files = Vec::new();
    for path in inputs.paths {
        let place = place_of(path, Purpose::Since)?;
        let commit = commit_before(&place.top, since)?;
        files.extend(files_of(&place, &commit, path, inputs.exclude)?);
    }
    files.retain(|file| now.id_of(file.path()).is_some() || !Path::new(file.path()).exists());
    for path in inputs.inventory.iter().filter(|path| path.as_os_str() != STDIN) {
        let Ok(place) = place_of(path, Purpose::Since) else { continue };
        let Ok(commit) = commit_before(&place.top, since) else { continue };
        let old = files_of(&place, &commit, path, inputs.exclude)?;
        let old: Vec<_> = old.into_iter().map(|file| file.with_role(FileRole::Inventory)).collect();
        files.retain(|file| old.iter().all(|inventory| inventory.path() != file.path()));
        files.extend(old);
    }
    let mut base = one_of_each_path(files);
    for (_, file) in now.files().filter(|(_, file)| file.role() == FileRole::Inventory) {
        base = base.with_file(file);
    }
    Ok(base)
}

/// A path on the disk and the repository around it.
struct Place {
    /// The repository's folder, absolute.
    top: PathBuf,
    /// The path below it.
    inside: PathBuf,
}

fn place_of(path: &Path, purpose: Purpose) -> Result<Place, Failure> {
    if path.as_os_str() == STDIN {
        let help = match purpose {
            Purpose::Base => "name a folder, or give `--base` a folder or a file",
            Purpose::Since => "name a folder or a file",
        };
        return Err(Failure::new(
            "standard input has no git revision to compare with",
            Some(help.to_owned()),
        ));
    }
    let place = ignored::absolute(path);
    let folder = if place.is_dir() { place.as_path() } else { place.parent().unwrap_or(Path::new(".")) };
    let top = top_of(folder, path, purpose)?;
    let inside = place.strip_prefix(&top).unwrap_or(Path::new("")).to_path_buf();
    Ok(Place { top, inside })
}

fn files_of(place: &Place, commit: &str, path: &Path, exclude: &Exclude) -> Result<Vec<SourceFile>, Failure> {
    read(&place.top, list(&place.top, commit, path, &place.inside, exclude)?.blobs)
}

/// A file below two paths is one file.
fn one_of_each_path(mut files: Vec<SourceFile>) -> Workspace {
    files.sort_by(|left, right| left.path().cmp(right.path()));
    files.dedup_by(|left, right| left.path() == right.path());
    Workspace::new(files)
}

fn commit_before(top: &Path, since: Since<'_>) -> Result<String, Failure> {
    let revision = match since {
        Since::Exactly(revision) => return commit_of(top, revision, Purpose::Since),
        Since::MergeBase(revision) => revision,
    };
    let commit = commit_of(top, revision, Purpose::Since)?;
    let output = git(top, &["merge-base", &commit, "HEAD"])?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let help = shallow_help(top, revision)
        .unwrap_or_else(|| format!("`--no-merge-base` compares with `{revision}` itself"));
    Err(Failure::new(format!("`{revision}` and the current commit have no commit in common"), Some(help)))
}

/// What to do where the history was not fetched; `None` where all of it is there.
fn shallow_help(top: &Path, revision: &str) -> Option<String> {
    let output = git(top, &["rev-parse", "--is-shallow-repository"]).ok()?;
    (String::from_utf8_lossy(&output.stdout).trim() == "true").then(|| {
        format!(
            "this clone is shallow: fetch the history with `git fetch --unshallow`, in GitHub Actions with \
             `fetch-depth: 0`, in GitLab with `GIT_DEPTH: 0`; if `{revision}` itself is there, `--no-merge-base` \
             compares with it"
        )
    })
}

/// Whether a text names a commit in the repository around a path.
pub fn is_revision(path: &Path, revision: &str) -> bool {
    place_of(path, Purpose::Base).and_then(|place| commit_of(&place.top, revision, Purpose::Base)).is_ok()
}

fn git(folder: &Path, arguments: &[&str]) -> Result<std::process::Output, Failure> {
    let output = command(folder).args(arguments).stdin(Stdio::null()).output();
    output.map_err(|error| {
        let message = format!("cannot run `git`: {error}");
        Failure::new(message, Some("install git, for revisions are read with it".to_owned()))
    })
}

/// `git`, run in a folder. A hook of git runs with variables that say which repository it is about; here the folder says
/// so.
fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).env("LC_ALL", "C");
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(variable);
    }
    command
}

fn top_of(folder: &Path, path: &Path, purpose: Purpose) -> Result<PathBuf, Failure> {
    let output = git(folder, &["rev-parse", "--show-toplevel"])?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        if why.contains("dubious ownership") {
            return Err(Failure::new(
                format!(
                    "git does not trust the repository of `{}`: it belongs to another user",
                    path.display()
                ),
                Some("`git config --global --add safe.directory FOLDER` makes git trust it".to_owned()),
            ));
        }
        let help = match purpose {
            Purpose::Base => "give `--base` a folder or a file",
            Purpose::Since => "leave out `--changed-since`",
        };
        return Err(Failure::new(
            format!("`{}` lies in no git repository", path.display()),
            Some(help.to_owned()),
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(ignored::absolute(Path::new(text.trim_end_matches(['\r', '\n']))))
}

fn commit_of(top: &Path, revision: &str, purpose: Purpose) -> Result<String, Failure> {
    let name = format!("{revision}^{{commit}}");
    let output = git(top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?;
    if !output.status.success() {
        let (message, help) = match purpose {
            Purpose::Base => (
                format!("`{revision}` is neither a path nor a git revision of `{}`", top.display()),
                "name a commit, a branch, a tag, a folder, or a file with `kubectl get -o yaml`",
            ),
            Purpose::Since => (
                format!("`{revision}` is no git revision of `{}`", top.display()),
                "name a commit, a branch or a tag, such as `origin/main`",
            ),
        };
        let help = match purpose {
            Purpose::Since => shallow_help(top, revision).unwrap_or_else(|| help.to_owned()),
            Purpose::Base => help.to_owned(),
        };
        return Err(Failure::new(message, Some(help)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn list(top: &Path, commit: &str, root: &Path, inside: &Path, exclude: &Exclude) -> Result<Listed, Failure> {
    let inside_text = inside.to_string_lossy().replace('\\', "/");
    let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit];
    // The text is a path, not a pattern.
    let literal = format!(":(literal){inside_text}");
    if !inside_text.is_empty() {
        arguments.extend(["--", &literal]);
    }
    let output = git(top, &arguments)?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(Failure::new(format!("git cannot list `{commit}`: {}", why.trim()), None));
    }
    let (mut blobs, mut submodules) = (Vec::new(), Vec::new());
    for entry in output.stdout.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
        let entry = String::from_utf8_lossy(entry);
        let Some((head, path)) = entry.split_once('\t') else { continue };
        let mut words = head.split(' ');
        let (mode, kind, object) = (words.next(), words.next(), words.next());
        let is_submodule = kind == Some("commit");
        let blob = match (mode, kind, object) {
            (Some("100644" | "100755" | "100664"), Some("blob"), Some(object)) => {
                Some((BlobKind::File, object.to_owned()))
            }
            // Asked for by its path, for git then goes where it leads. A question is a line.
            (Some("120000"), ..) if !path.contains('\n') => {
                Some((BlobKind::Link, format!("{commit}:{path}")))
            }
            _ if is_submodule => None,
            _ => continue,
        };
        let path = Path::new(path);
        let below = path.strip_prefix(inside).unwrap_or(path);
        let named = below.as_os_str().is_empty();
        if !named && !is_submodule && !walk::is_manifest_name(path) {
            continue;
        }
        let excluded = exclude
            .matcher
            .as_ref()
            .is_some_and(|exclude| ignored::is_excluded(exclude, &top.join(path), ignored::Entry::File));
        if !named && excluded {
            continue;
        }
        let shown = if named { shown(root) } else { shown(&root.join(below)) };
        match blob {
            Some((kind, object)) => blobs.push(Blob { object, shown, kind }),
            None => submodules.push(shown),
        }
    }
    Ok(Listed { blobs, submodules })
}

/// Reads all blobs with one process. The names are written by a thread of its own, for the pipe holds only so many.
fn read(top: &Path, blobs: Vec<Blob>) -> Result<Vec<SourceFile>, Failure> {
    if blobs.is_empty() {
        return Ok(Vec::new());
    }
    let failure = |error: std::io::Error| Failure::new(format!("cannot read from `git`: {error}"), None);
    let mut child = command(top)
        .args(["cat-file", "--batch", "--follow-symlinks"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failure)?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(Failure::new("cannot speak with `git`", None));
    };
    let names: String = blobs.iter().map(|blob| format!("{}\n", blob.object)).collect();
    let writer = thread::spawn(move || input.write_all(names.as_bytes()));
    let mut output = BufReader::new(output);
    let mut files = Vec::with_capacity(blobs.len());
    for blob in blobs {
        let mut head = String::new();
        output.read_line(&mut head).map_err(failure)?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let Some(size) = size else {
            if blob.kind == BlobKind::Link {
                continue;
            }
            return Err(Failure::new(
                format!("git has no object {} for `{}`", blob.object, blob.shown),
                None,
            ));
        };
        let mut bytes = Vec::new();
        output.by_ref().take(size).read_to_end(&mut bytes).map_err(failure)?;
        // A line break ends each object.
        output.by_ref().take(1).read_to_end(&mut Vec::new()).map_err(failure)?;
        // A link that leads to no file of the revision is answered by where it leads.
        if blob.kind == BlobKind::File || head.split(' ').nth(1) == Some("blob") {
            files.push(SourceFile::new(blob.shown, bytes));
        }
    }
    let _ = writer.join();
    let _ = child.wait();
    Ok(files)
}
