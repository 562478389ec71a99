//! Which files of a folder nobody wants to see: the rules of `.gitignore`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The `.gitignore` files that apply to a folder, the nearest first. Paths are absolute.
#[derive(Clone, Default)]
pub(super) struct Ignored {
    nearest: Option<Arc<Link>>,
}

struct Link {
    matcher: Gitignore,
    next: Option<Arc<Link>>,
}

impl Ignored {
    /// The rules that hold in `folder` by the files above it, up to the folder that holds `.git`. A folder in no
    /// repository has none.
    pub(super) fn above(folder: &Path) -> Self {
        let Some(top) = folder.ancestors().find(|ancestor| ancestor.join(".git").exists()) else {
            return Self::default();
        };
        let between: Vec<&Path> =
            folder.ancestors().skip(1).take_while(|ancestor| ancestor.starts_with(top)).collect();
        let rules = Self::default().and(top, &top.join(".git/info/exclude"));
        between.iter().rev().fold(rules, |rules, ancestor| rules.and(ancestor, &ancestor.join(".gitignore")))
    }

    /// The rules with those of one more file, nearer than all others. A line that is not a pattern is passed over, as
    /// git does.
    pub(super) fn and(&self, folder: &Path, file: &Path) -> Self {
        let mut builder = GitignoreBuilder::new(folder);
        if builder.add(file).is_some_and(|error| error.is_io()) {
            return self.clone();
        }
        match builder.build() {
            Ok(matcher) if !matcher.is_empty() => {
                Self { nearest: Some(Arc::new(Link { matcher, next: self.nearest.clone() })) }
            }
            _ => self.clone(),
        }
    }

    /// Whether an entry is left out. The folders above it have been asked about before.
    pub(super) fn leaves_out(&self, path: &Path, entry: Entry) -> bool {
        let mut link = self.nearest.as_ref();
        while let Some(current) = link {
            match current.matcher.matched(path, entry == Entry::Folder) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => link = current.next.as_ref(),
            }
        }
        false
    }

    /// Whether there is no rule at all, so that no path need be made to ask.
    pub(super) fn is_empty(&self) -> bool {
        self.nearest.is_none()
    }
}

/// What a pattern that ends in `/` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// A folder.
    Folder,
    /// Anything else.
    File,
}

/// Whether `exclude` leaves an entry out, by itself or with a folder above it.
pub(super) fn is_excluded(exclude: &Gitignore, path: &Path, entry: Entry) -> bool {
    path.starts_with(exclude.path())
        && exclude.matched_path_or_any_parents(path, entry == Entry::Folder).is_ignore()
}

/// The folders in which version control systems keep their own files.
pub(super) fn is_version_control(name: &std::ffi::OsStr) -> bool {
    [".git", ".hg", ".svn", ".jj"].iter().any(|known| name == *known)
}

/// The absolute path of a folder, or the folder as it is where the system does not say.
pub(super) fn absolute(folder: &Path) -> PathBuf {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf())
}
