//! The findings that a change causes: those of the files as they are that the files as they were do not have.
//!
//! Findings are told apart as in a baseline, by what they say and of what and never by a line, each as often as it was
//! there before. One that has become graver counts as new.

use std::collections::BTreeMap;

use crate::analysis::Analysis;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fingerprint::Fingerprint;
use crate::source::{FileId, Workspace};

/// With more files gone than this, a file is taken for a renamed one only where its text is the same.
const SIMILAR_AT_MOST: usize = 1000;

/// Takes the findings out of `now` that `before` has too, and counts them in its summary.
pub fn keep_new(now: &mut Analysis, workspace: &Workspace, before: &Analysis, base: &Workspace) {
    let mut left = Known::default();
    for finding in &before.diagnostics {
        let path = base.file(finding.primary.span.file).path();
        left.add(Fingerprint::of(finding, path.to_owned()), finding.severity);
    }
    let all = std::mem::take(&mut now.diagnostics);
    let count = all.len();
    let (known, rest) = all.into_iter().partition::<Vec<_>, _>(|finding| {
        left.take(finding, workspace.file(finding.primary.span.file).path())
    });
    drop(known);
    let mut renames = Renames::new(workspace, base);
    now.diagnostics = rest;
    now.diagnostics.retain(|finding| {
        // What an object owns is known by the object, wherever that stands.
        let old = finding.object.is_none().then(|| renames.old_path(finding.primary.span.file)).flatten();
        !old.is_some_and(|path| left.take(finding, path))
    });
    now.summary.older = Some(count - now.diagnostics.len());
    now.add(Vec::new());
}

/// How often each finding was there, by severity.
#[derive(Default)]
struct Known {
    counts: BTreeMap<Fingerprint, [usize; 3]>,
}

impl Known {
    fn add(&mut self, fingerprint: Fingerprint, severity: Severity) {
        self.counts.entry(fingerprint).or_default()[severity as usize] += 1;
    }

    /// Whether a finding was there and was as grave; it is then counted off.
    fn take(&mut self, finding: &Diagnostic, path: &str) -> bool {
        let Some(counts) = self.counts.get_mut(&Fingerprint::of(finding, path.to_owned())) else {
            return false;
        };
        // The same severity first, then the graver ones.
        let known = (0..=finding.severity as usize).rev().find(|&severity| counts[severity] > 0);
        if let Some(severity) = known {
            counts[severity] -= 1;
        }
        known.is_some()
    }
}

/// Which file a new file was before: one that is gone, and whose lines are mostly the same.
struct Renames<'a> {
    workspace: &'a Workspace,
    base: &'a Workspace,
    /// The files that are gone, with their lines, sorted.
    gone: Vec<(&'a str, Vec<&'a str>)>,
    /// What was found out.
    answers: BTreeMap<FileId, Option<&'a str>>,
}

impl<'a> Renames<'a> {
    fn new(workspace: &'a Workspace, base: &'a Workspace) -> Self {
        let gone = base.files().filter(|(_, file)| workspace.id_of(file.path()).is_none());
        let gone = gone.map(|(_, file)| (file.path(), sorted_lines(file.text()))).collect();
        Self { workspace, base, gone, answers: BTreeMap::new() }
    }

    fn old_path(&mut self, file: FileId) -> Option<&'a str> {
        if let Some(answer) = self.answers.get(&file) {
            return *answer;
        }
        let answer = self.find(file);
        self.answers.insert(file, answer);
        answer
    }

    fn find(&self, file: FileId) -> Option<&'a str> {
        let file = self.workspace.file(file);
        if self.base.id_of(file.path()).is_some() {
            return None;
        }
        let lines = sorted_lines(file.text());
        if let Some((path, _)) = self.gone.iter().find(|(_, old)| *old == lines) {
            return Some(path);
        }
        if self.gone.len() > SIMILAR_AT_MOST {
            return None;
        }
        // At least half of the lines, as git has it; of equals the first by name.
        let shares = self.gone.iter().map(|(path, old)| (in_common(&lines, old), old.len(), *path));
        let similar =
            shares.filter(|(common, length, _)| common * 2 >= lines.len().max(*length) && *common > 0);
        similar.rev().max_by_key(|(common, _, _)| *common).map(|(_, _, path)| path)
    }
}

fn sorted_lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// How many lines two sorted lists share.
fn in_common(left: &[&str], right: &[&str]) -> usize {
    let (mut at, mut other, mut common) = (0, 0, 0);
    while let (Some(one), Some(two)) = (left.get(at), right.get(other)) {
        match one.cmp(two) {
            std::cmp::Ordering::Less => at += 1,
            std::cmp::Ordering::Greater => other += 1,
            std::cmp::Ordering::Equal => {
                (at, other, common) = (at + 1, other + 1, common + 1);
            }
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::analyze;
    use crate::config::Settings;
    use crate::source::SourceFile;

    /// `path:line: check` of what a change causes, and how many findings are older.
    fn new_findings(before: &[(&str, &str)], after: &[(&str, &str)]) -> (Vec<String>, Option<usize>) {
        let read = |files: &[(&str, &str)]| {
            Workspace::new(files.iter().map(|(path, text)| SourceFile::from_text(*path, text)))
        };
        let (base, workspace) = (read(before), read(after));
        let settings = Settings::plain();
        let mut now = analyze(&workspace, &settings);
        keep_new(&mut now, &workspace, &analyze(&base, &settings), &base);
        let shown = now.diagnostics.iter().map(|finding| {
            let file = workspace.file(finding.primary.span.file);
            let line = file.position(finding.primary.span.start).line + 1;
            format!("{}:{line}: {}", file.path(), finding.check)
        });
        (shown.collect(), now.summary.older)
    }

    const BAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  key: yes\n";
    const BROKEN: &str =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a\ndata:\n  key: text\n  other: text\n";

    #[test]
    fn moved_lines_and_renamed_files_are_no_change() {
        let moved = format!("# a comment\n\n{BAD}");
        assert_eq!(new_findings(&[("a.yaml", BAD)], &[("a.yaml", &moved)]), (vec![], Some(1)));
        assert_eq!(new_findings(&[("a.yaml", BAD)], &[("b/c.yaml", &moved)]), (vec![], Some(1)));
        let (new, older) = new_findings(&[("a.yaml", BROKEN)], &[("z.yaml", &format!("# moved\n{BROKEN}"))]);
        assert_eq!((new, older.is_some_and(|older| older > 0)), (vec![], true));
    }

    #[test]
    fn a_syntax_error_in_another_file_is_new() {
        let fixed = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
        let other = BROKEN.replace("name: a", "name: b");
        let (new, _) = new_findings(&[("a.yaml", BROKEN)], &[("a.yaml", fixed), ("b.yaml", &other)]);
        assert!(new.iter().any(|finding| finding.starts_with("b.yaml:")), "{new:?}");
    }

    #[test]
    fn one_more_of_the_same_is_new() {
        let broken = "a: 1\n b: 2\n";
        let before = format!("{broken}---\n{BAD}");
        let after = format!("{broken}---\n{BAD}---\n{broken}");
        let (same, _) = new_findings(&[("a.yaml", &before)], &[("a.yaml", &before)]);
        assert_eq!(same, Vec::<String>::new());
        let (new, _) = new_findings(&[("a.yaml", &before)], &[("a.yaml", &after)]);
        assert!(!new.is_empty() && new.iter().all(|finding| !finding.contains("ambiguous")), "{new:?}");
    }

    #[test]
    fn lines_in_common_are_counted_with_repetitions() {
        assert_eq!(in_common(&["a", "a", "b"], &["a", "b", "b", "c"]), 2);
        assert_eq!(in_common(&[], &["a"]), 0);
    }
}
