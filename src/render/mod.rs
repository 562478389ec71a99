//! Values become text. Nothing here prints, reads a file or knows a terminal.

mod concise;
pub mod config_schema;
mod excerpt;
pub mod explain;
mod github;
mod gitlab;
pub mod graph;
mod human;
mod json;
mod junit;
pub mod manifest;
mod page;
mod place;
mod plain;
pub mod plan;
mod sarif;
pub mod schedule;

use crate::analysis::Summary;
use crate::check::CHECKS;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::origin::Origins;
use crate::source::{Span, Workspace};

/// The ways to write a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people: source lines, labels, help.
    Human,
    /// One line for each finding: `path:line:column: error[check]: message`.
    Concise,
    /// One JSON object, version 1; documented in `docs/json.md`.
    Json,
    /// SARIF 2.1.0, for code scanning services.
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations of a pull request.
    Github,
    /// A Code Quality report of GitLab, for its merge requests.
    Gitlab,
    /// JUnit XML, which most CI servers show: a test case for each finding, and one for each file without any.
    Junit,
}

/// Whether the text may hold escape sequences of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Plain text.
    Off,
    /// ANSI colours.
    On,
}

/// What a renderer may say of a check besides its id.
#[derive(Clone, Copy, Debug)]
pub struct Rule<'a> {
    /// Kebab-case id.
    pub id: &'a str,
    /// The word of its group: `reference`.
    pub group: &'a str,
    /// Its severity where nothing is configured.
    pub severity: Severity,
    /// One line, no full stop.
    pub summary: &'a str,
    /// Its documentation in Markdown.
    pub page: &'a str,
}

/// What renderers may say of all checks, in the order of the documentation.
pub fn rules() -> Vec<Rule<'static>> {
    let rules = CHECKS.iter().map(|check| Rule {
        id: check.id,
        group: check.group.as_str(),
        severity: check.severity,
        summary: check.summary,
        page: check.page,
    });
    rules.collect()
}

/// Everything that a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The findings, in output order.
    pub diagnostics: &'a [Diagnostic],
    /// The files that they point into.
    pub workspace: &'a Workspace,
    /// How much was looked at and found.
    pub summary: &'a Summary,
    /// All checks, for the formats that describe them.
    pub rules: &'a [Rule<'a>],
    /// How much is said around the findings.
    pub detail: Detail,
    /// Which templates of charts the documents were rendered from.
    pub origins: &'a Origins,
    /// The mildest severity that makes a run fail; what is milder is a test that passes in [`Format::Junit`].
    pub failing: Severity,
}

impl Report<'_> {
    /// `rendered from shop/templates/web.yaml`, for a place in a document that names its template.
    fn rendered_from(&self, span: Span) -> Option<String> {
        let template = self.origins.template(span)?;
        Some(format!("rendered from {}", plain::line(template)))
    }
}

/// How much [`Format::Human`] and [`Format::Github`] say around the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The findings alone.
    Brief,
    /// The findings and the summary.
    Normal,
    /// Also which files were skipped, and why.
    Verbose,
}

/// The report in a format, ending in a line break unless it is empty. `colors` matters to [`Format::Human`] and
/// [`Format::Concise`] only.
pub fn render(report: &Report<'_>, format: Format, colors: Colors) -> String {
    match format {
        Format::Human => human::render(report, colors),
        Format::Concise => concise::render(report, colors),
        Format::Json => json::render(report),
        Format::Sarif => sarif::render(report),
        Format::Github => github::render(report),
        Format::Gitlab => gitlab::render(report),
        Format::Junit => junit::render(report),
    }
}

/// What is said after the findings, without colours; empty or whole lines.
fn epilogue(report: &Report<'_>) -> String {
    let mut out = String::new();
    if report.detail == Detail::Verbose {
        for skipped in &report.summary.skipped {
            out.push_str(&format!("skipped {}: {}\n", plain::line(&skipped.path), skipped.reason.describe()));
        }
    }
    if report.detail != Detail::Brief {
        out.push_str(&summary_line(report.summary));
        out.push('\n');
    }
    out
}

/// `2 errors, 1 warning in 3 files (11 objects, 1 file skipped)`.
pub fn summary_line(summary: &Summary) -> String {
    // Where a change was looked at, all counts are of what is new.
    let new = if summary.older.is_some() { "new " } else { "" };
    let found: Vec<String> = [
        (summary.errors, "error", "errors"),
        (summary.warnings, "warning", "warnings"),
        (summary.notes, "note", "notes"),
    ]
    .into_iter()
    .filter(|(count, _, _)| *count > 0)
    .map(|(count, one, many)| counted(count, &format!("{new}{one}"), &format!("{new}{many}")))
    .collect();
    let found = if found.is_empty() { format!("no {new}problems") } else { found.join(", ") };
    let mut looked_at = counted(summary.objects, "object", "objects");
    if !summary.skipped.is_empty() {
        looked_at.push_str(", ");
        looked_at.push_str(&counted(summary.skipped.len(), "file", "files"));
        looked_at.push_str(" skipped");
    }
    if let Some(older) = summary.older.filter(|older| *older > 0) {
        looked_at.push_str(", ");
        looked_at.push_str(&counted(older, "older finding", "older findings"));
    }
    format!("{found} in {} ({looked_at})", counted(summary.files, "file", "files"))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
