//! Findings that were accepted when kplan was switched on: a file that holds them back, by what they say and of what.
//!
//! An entry knows its finding by check, object, field and message, never by a line, so that edits elsewhere in a file do
//! not bring it back. A finding that no object owns is known by its file instead.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use crate::analysis::Analysis;
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::fingerprint::{Fingerprint, without_numbers};
use crate::parse::parse;
use crate::parse::tree::NodeRef;
use crate::source::{FileId, SourceFile, Span};

/// What is always said: a text that cannot be read cannot be judged.
const NEVER_ACCEPTED: &[&str] = &["syntax", "config", "baseline"];
/// How many of the entries that match nothing are shown one by one.
const SHOWN: usize = 5;

/// One line of the file.
#[derive(Serialize)]
struct Line<'a> {
    check: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

fn line(fingerprint: &Fingerprint, count: usize) -> Line<'_> {
    Line {
        check: &fingerprint.check,
        file: fingerprint.file.as_deref(),
        kind: fingerprint.kind.as_deref(),
        namespace: fingerprint.namespace.as_deref(),
        name: fingerprint.name.as_deref(),
        field: fingerprint.field.as_deref(),
        message: &fingerprint.message,
        count: (count > 1).then_some(count),
    }
}

/// The accepted findings.
#[derive(Debug, Default)]
pub struct Baseline {
    entries: BTreeMap<Fingerprint, Accepted>,
}

#[derive(Debug)]
struct Accepted {
    count: usize,
    range: Range<u32>,
}

/// What keeps a file from being a baseline, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoBaseline {
    /// The bytes in question.
    pub range: Range<u32>,
    /// One line.
    pub message: String,
}

/// How the path of a file is written in a baseline, given the path as shown to the user.
pub type PathOf<'a> = &'a dyn Fn(&str) -> String;

impl Baseline {
    /// Reads a baseline.
    ///
    /// # Errors
    /// Where the file is something else, or an entry lacks its check or its message.
    pub fn read(source: &SourceFile) -> Result<Self, NoBaseline> {
        let fail = |range, message: &str| Err(NoBaseline { range, message: message.to_owned() });
        let parsed = parse(source);
        if let Some(problem) = parsed.problems.first() {
            return fail(problem.range.clone(), &problem.message);
        }
        let Some(document) = parsed.documents.first() else { return fail(0..0, "the file is empty") };
        let root = parsed.tree.node(document.root);
        let is_baseline = root.get("kind").and_then(NodeRef::as_str) == Some("Baseline");
        let Some(findings) = root.get("findings").filter(|list| is_baseline && list.is_sequence()) else {
            return fail(root.range(), "this is no baseline: it has no `kind: Baseline` with `findings`");
        };
        if let Some(version) = root.get("apiVersion").filter(|node| node.as_str() != Some("kplan.dev/v1")) {
            return fail(
                version.range(),
                "this is no baseline of this kplan: its `apiVersion` is not `kplan.dev/v1`",
            );
        }
        let mut entries = BTreeMap::new();
        for item in findings.items() {
            let text = |key| item.get(key).and_then(NodeRef::as_str).map(str::to_owned);
            let (Some(check), Some(message)) = (text("check"), text("message")) else {
                return fail(item.range(), "an entry of the baseline has no `check` or no `message`");
            };
            let fingerprint = Fingerprint {
                check,
                file: text("file"),
                kind: text("kind"),
                namespace: text("namespace"),
                name: text("name"),
                field: text("field").as_deref().map(without_numbers),
                message: without_numbers(&message),
            };
            let count = match item.get("count") {
                Some(node) => match node.as_i64().and_then(|count| usize::try_from(count).ok()) {
                    Some(count) if count > 0 => count,
                    _ => return fail(node.range(), "`count` is no number of findings"),
                },
                None => 1,
            };
            let accepted = entries.entry(fingerprint).or_insert(Accepted { count: 0, range: item.range() });
            accepted.count = accepted.count.saturating_add(count);
        }
        Ok(Self { entries })
    }

    /// How many of the findings that it accepts another does not.
    pub fn count_beyond(&self, other: &Self) -> usize {
        let kept = |fingerprint| other.entries.get(fingerprint).map_or(0, |accepted| accepted.count);
        let beyond =
            self.entries.iter().map(|(fingerprint, one)| one.count.saturating_sub(kept(fingerprint)));
        beyond.sum()
    }

    /// The text of a baseline that accepts all of these findings: JSON, sorted, a line for each.
    pub fn write(
        findings: &[Diagnostic],
        path_of: PathOf<'_>,
        file_path: impl Fn(FileId) -> String,
    ) -> String {
        let mut counts: BTreeMap<Fingerprint, usize> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| can_be_accepted(finding)) {
            let path = path_of(&file_path(finding.primary.span.file));
            *counts.entry(Fingerprint::of(finding, path)).or_default() += 1;
        }
        let lines: Vec<String> = counts
            .iter()
            .map(|(fingerprint, &count)| serde_json::to_string(&line(fingerprint, count)).unwrap_or_default())
            .map(|line| format!("\n  {line}"))
            .collect();
        let end = if lines.is_empty() { "" } else { "\n" };
        format!(
            "{{\"apiVersion\": \"kplan.dev/v1\", \"kind\": \"Baseline\", \"findings\": [{}{end}]}}\n",
            lines.join(",")
        )
    }

    /// Takes the accepted findings out of an analysis, each entry as many as it counts. Returns the places of entries
    /// that match fewer.
    pub fn hold_back(
        &self,
        analysis: &mut Analysis,
        path_of: PathOf<'_>,
        file_path: impl Fn(FileId) -> String,
    ) -> Vec<Range<u32>> {
        let mut left: BTreeMap<&Fingerprint, usize> =
            self.entries.iter().map(|(fingerprint, accepted)| (fingerprint, accepted.count)).collect();
        analysis.diagnostics.retain(|finding| {
            if !can_be_accepted(finding) {
                return true;
            }
            let path = path_of(&file_path(finding.primary.span.file));
            match left.get_mut(&Fingerprint::of(finding, path)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            }
        });
        analysis.add(Vec::new());
        let stale = left.into_iter().filter(|(_, count)| *count > 0);
        stale.filter_map(|(fingerprint, _)| Some(self.entries.get(fingerprint)?.range.clone())).collect()
    }
}

/// Whether a baseline can hold a finding back.
pub fn can_be_accepted(finding: &Diagnostic) -> bool {
    !NEVER_ACCEPTED.contains(&finding.check)
}

/// What is said of entries that match nothing any more. A note: that a finding is gone must not break a build.
pub fn stale_finding(file: FileId, mut stale: Vec<Range<u32>>) -> Option<Diagnostic> {
    stale.sort_by_key(|range| range.start);
    let first = stale.first()?.clone();
    let label = |range: Range<u32>, text: &str| Label {
        span: Span::new(file, range.start, range.end),
        text: text.to_owned(),
    };
    let message = match stale.len() {
        1 => "an entry of the baseline matches nothing any more".to_owned(),
        count => format!("{count} entries of the baseline match nothing any more"),
    };
    Some(Diagnostic {
        primary: label(first, "this is gone"),
        severity: Severity::Note,
        check: "baseline",
        message,
        related: stale.drain(1..).take(SHOWN - 1).map(|range| label(range, "and this")).collect(),
        help: vec!["write it anew with `--write-baseline`, or remove what is gone".to_owned()],
        object: None,
        field: None,
        fix: None,
    })
}
