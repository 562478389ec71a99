//! Files of a git revision, from the object store: nothing is checked out, and nothing of the work tree is read.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::load::{Exclude, Failure, Inputs, Loaded, STDIN, ignored, shown, walk};
use crate::source::{SourceFile, Workspace};

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
    object: String,
    shown: String,
}

/// Reads what [`load`](crate::load::load) reads, as it was at a revision. A path that did not exist then has no files.
///
/// # Errors
/// `git` is missing, a path lies in no repository, or the revision does not exist there.
pub fn load_revision(inputs: &Inputs<'_>, revision: &str) -> Result<Loaded, Failure> {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for path in inputs.paths {
        if path.as_os_str() == STDIN {
            return Err(Failure::new(
                "standard input has no git revision to compare with",
                Some("name a folder, or give `--base` a folder or a file".to_owned()),
            ));
        }
        let place = ignored::absolute(path);
        let folder = if place.is_dir() { place.as_path() } else { place.parent().unwrap_or(Path::new(".")) };
        let top = top_of(folder, path)?;
        let commit = commit_of(&top, revision)?;
        let inside = place.strip_prefix(&top).unwrap_or(Path::new("")).to_path_buf();
        let listed = list(&top, &commit, path, &inside, inputs.exclude)?;
        failures.extend(listed.submodules.iter().map(|shown| submodule(shown, revision)));
        for file in read(&top, listed.blobs)? {
            // What stands in the work tree is the file, so that a comparison with the pointer would be of two things.
            if file.text().starts_with(LFS_POINTER) {
                failures.push(lfs_pointer(file.path(), revision));
            } else {
                files.push(file);
            }
        }
    }
    // A file below two paths is one file.
    files.sort_by(|left: &SourceFile, right| left.path().cmp(right.path()));
    files.dedup_by(|left, right| left.path() == right.path());
    Ok(Loaded { workspace: Workspace::new(files), failures })
}

/// Whether a text names a commit in the repository around a path.
pub fn is_revision(path: &Path, revision: &str) -> bool {
    let place = ignored::absolute(path);
    let folder = if place.is_dir() { place.as_path() } else { place.parent().unwrap_or(Path::new(".")) };
    top_of(folder, path).and_then(|top| commit_of(&top, revision)).is_ok()
}

fn git(folder: &Path, arguments: &[&str]) -> Result<std::process::Output, Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
    command.output().map_err(|error| {
        Failure::new(
            format!("cannot run `git`: {error}"),
            Some("install git, or give `--base` a folder or a file".to_owned()),
        )
    })
}

fn top_of(folder: &Path, path: &Path) -> Result<PathBuf, Failure> {
    let output = git(folder, &["rev-parse", "--show-toplevel"])?;
    if !output.status.success() {
        return Err(Failure::new(
            format!("`{}` lies in no git repository", path.display()),
            Some("give `--base` a folder or a file".to_owned()),
        ));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(ignored::absolute(Path::new(text.trim_end_matches(['\r', '\n']))))
}

fn commit_of(top: &Path, revision: &str) -> Result<String, Failure> {
    let name = format!("{revision}^{{commit}}");
    let output = git(top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?;
    if !output.status.success() {
        return Err(Failure::new(
            format!("`{revision}` is neither a path nor a git revision of `{}`", top.display()),
            Some("name a commit, a branch, a tag, a folder, or a file with `kubectl get -o yaml`".to_owned()),
        ));
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
        // Links are no files of this tree.
        let is_file = matches!((mode, kind), (Some("100644" | "100755" | "100664"), Some("blob")));
        let Some(object) = object.filter(|_| is_file || is_submodule) else { continue };
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
        match is_submodule {
            true => submodules.push(shown),
            false => blobs.push(Blob { object: object.to_owned(), shown }),
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
    let mut child = Command::new("git")
        .arg("-C")
        .arg(top)
        .args(["cat-file", "--batch"])
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
            return Err(Failure::new(
                format!("git has no object {} for `{}`", blob.object, blob.shown),
                None,
            ));
        };
        let mut bytes = Vec::new();
        output.by_ref().take(size).read_to_end(&mut bytes).map_err(failure)?;
        // A line break ends each object.
        output.by_ref().take(1).read_to_end(&mut Vec::new()).map_err(failure)?;
        files.push(SourceFile::new(blob.shown, bytes));
    }
    let _ = writer.join();
    let _ = child.wait();
    Ok(files)
}
