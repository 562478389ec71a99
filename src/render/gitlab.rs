//! A Code Quality report of GitLab: a JSON array with one entry for each finding.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::collections::BTreeMap;

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::fingerprint::Fingerprint;
use crate::render::place::{Place, Places};
use crate::render::{Report, plain};

/// Renders the report, with a line break at the end. Without findings the array is empty: GitLab compares the report of
/// a merge request with that of its target, so there must be one.
pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report.workspace);
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    let entries: Vec<Entry<'_>> = report
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let path = report.workspace.file(diagnostic.primary.span.file).path();
            let fingerprint = Fingerprint::of(diagnostic, path.to_owned());
            // GitLab drops an entry whose fingerprint another one has, so equal findings are numbered.
            let ordinal = seen.entry(fingerprint.clone()).or_default();
            let digest = fingerprint.digest(*ordinal);
            *ordinal += 1;
            entry(report, &places, diagnostic, digest)
        })
        .collect();
    let mut out = serde_json::to_string_pretty(&entries).unwrap_or_default();
    out.push('\n');
    out
}

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
    positions: Positions,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

impl From<Place> for Position {
    fn from(place: Place) -> Self {
        Self { line: place.line, column: place.column }
    }
}

fn entry<'a>(
    report: &Report<'a>,
    places: &Places<'_>,
    diagnostic: &'a Diagnostic,
    fingerprint: String,
) -> Entry<'a> {
    let span = diagnostic.primary.span;
    let (begin, end) = places.of(span);
    let mut description = plain::line(&diagnostic.message).into_owned();
    if let Some(origin) = report.rendered_from(span) {
        description.push_str(&format!(" ({origin})"));
    }
    Entry {
        description,
        check_name: diagnostic.check,
        fingerprint,
        severity: match diagnostic.severity {
            Severity::Error => "critical",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        location: Location {
            path: report.workspace.file(span.file).path(),
            lines: Lines { begin: begin.line, end: end.line },
            positions: Positions { begin: begin.into(), end: end.into() },
        },
    }
}
