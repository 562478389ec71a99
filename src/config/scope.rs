//! Which files an entry of the configuration is for.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobSet};

use crate::config::pattern;

/// Patterns of files, relative to the folder of the configuration.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Absolute.
    root: PathBuf,
    /// The folder that shown paths are relative to, absolute.
    here: PathBuf,
    /// Paths that lead elsewhere than they say, absolute, each with the place that it leads to.
    links: Vec<(PathBuf, PathBuf)>,
    patterns: GlobSet,
}

impl Scope {
    /// Patterns relative to `root`, for paths that are shown relative to `here`; both absolute. `*` does not cross `/`,
    /// `**` does.
    ///
    /// # Errors
    /// The index of the first pattern that is none, and why.
    pub fn new<'p>(
        root: &Path,
        here: &Path,
        patterns: impl Iterator<Item = &'p str>,
    ) -> Result<Self, (usize, String)> {
        let mut set = GlobSet::builder();
        for (index, pattern) in patterns.enumerate() {
            for glob in globs(pattern) {
                set.add(glob.map_err(|error| (index, error.kind().to_string()))?);
            }
        }
        let patterns = set.build().map_err(|error| (0, error.kind().to_string()))?;
        Ok(Self { root: root.to_path_buf(), here: here.to_path_buf(), links: Vec::new(), patterns })
    }

    /// The same with paths that lead elsewhere than they say, absolute, each with the place that it leads to.
    pub fn with_links(self, links: &[(PathBuf, PathBuf)]) -> Self {
        Self { links: links.to_vec(), ..self }
    }

    /// Whether a file, by its path as shown to the user, is meant.
    pub fn holds(&self, shown: &str) -> bool {
        let absolute = without_dots(&self.here.join(shown));
        let through = |(said, place): &(PathBuf, PathBuf)| match absolute.strip_prefix(said).ok()? {
            rest if rest.as_os_str().is_empty() => Some(place.clone()),
            rest => Some(place.join(rest)),
        };
        let place = self.links.iter().find_map(through).unwrap_or(absolute.clone());
        place.strip_prefix(&self.root).is_ok_and(|relative| self.patterns.is_match(relative))
    }
}

/// Which objects an entry is for, by patterns in which `*` stands for any run of characters. An empty list is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    /// Kinds, as written in `kind:`.
    pub kinds: Vec<String>,
    /// Names.
    pub names: Vec<String>,
    /// Namespaces. Objects that live in none are in none of them.
    pub namespaces: Vec<String>,
}

impl Objects {
    /// Whether it is for all objects, and for what belongs to no object.
    pub fn is_everything(&self) -> bool {
        self.kinds.is_empty() && self.names.is_empty() && self.namespaces.is_empty()
    }

    /// Whether an object is meant.
    pub fn holds(&self, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let any = |patterns: &[String], text: &str| {
            patterns.is_empty() || patterns.iter().any(|one| pattern::matches(one, text))
        };
        any(&self.kinds, kind)
            && any(&self.names, name)
            && namespace.map_or(self.namespaces.is_empty(), |namespace| any(&self.namespaces, namespace))
    }
}

/// Some checks are not reported for some files or objects.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// The files; `None` for all.
    pub scope: Option<Scope>,
    /// The objects in them.
    pub objects: Objects,
    /// Checks and groups.
    pub ignore: Vec<String>,
}

impl Exemption {
    /// Whether it is for a check.
    pub fn names(&self, check: &str, group: &str) -> bool {
        self.ignore.iter().any(|name| name == check || name == group)
    }

    /// Whether it is for anything in a file, by its path as shown to the user.
    pub fn holds_file(&self, shown: &str) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope.holds(shown))
    }
}

/// The pattern, and where it ends in a plain name, what is below the folder of that name.
fn globs(pattern: &str) -> impl Iterator<Item = Result<Glob, globset::Error>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let name = pattern.rsplit('/').next().unwrap_or_default();
    let is_plain = !name.contains(['*', '?', '[', ']', '{', '}', '\\']);
    let itself = (!name.is_empty()).then(|| pattern.to_owned());
    let below = is_plain.then(|| format!("{}/**", pattern.trim_end_matches('/')));
    let patterns = itself.into_iter().chain(below);
    patterns.map(|pattern| GlobBuilder::new(&pattern).literal_separator(true).build())
}

/// The path without `.` and `..`, by its text alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            _ => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_relative_to_the_configuration_wherever_kplan_runs() {
        let scope = |here: &str| {
            Scope::new(
                Path::new("/repo"),
                Path::new(here),
                ["legacy/**", "*.yaml", "old/", "very/old"].into_iter(),
            )
            .unwrap()
        };
        for (here, shown, expected) in [
            ("/repo", "legacy/a/b.yaml", true),
            ("/repo", "a.yaml", true),
            ("/repo", "new/a.yaml", false),
            ("/repo", "old/x/a.yaml", true),
            ("/repo", "very/old/x/a.yaml", true),
            ("/repo", "very/older/a.yaml", false),
            ("/repo/legacy", "a.yaml", true),
            ("/repo/new", "a.yaml", false),
            ("/repo/new", "../legacy/a.yaml", true),
            ("/", "/repo/legacy/a.yaml", true),
            ("/", "/other/legacy/a.yaml", false),
        ] {
            assert_eq!(scope(here).holds(shown), expected, "{shown} in {here}");
        }
        let through = scope("/repo").with_links(&[("/link".into(), "/repo/legacy".into())]);
        assert!(through.holds("/link/a.yaml") && !through.holds("/other/a.yaml"));
        assert_eq!(Scope::new(Path::new("/"), Path::new("/"), ["a", "b["].into_iter()).unwrap_err().0, 1);
    }
}
