//! Workflow commands of GitHub Actions: each finding becomes an annotation of the run and of the pull request.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Severity};
use crate::render::place::Places;
use crate::render::{Report, epilogue};

/// Renders one command for each finding, and the summary as a line of the log.
pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report.workspace);
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        let span = diagnostic.primary.span;
        let (start, end) = places.of(span);
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let file = property(report.workspace.file(span.file).path());
        let _ = write!(out, "::{command} file={file},line={},col={}", start.line, start.column);
        let _ = write!(out, ",endLine={}", end.line);
        // GitHub ignores columns of annotations over several lines.
        if end.line == start.line {
            let _ = write!(out, ",endColumn={}", end.column);
        }
        let title = property(&format!("kplan {}", diagnostic.check));
        let _ = writeln!(out, ",title={title}::{}", data(&text(report, &places, diagnostic)));
    }
    out.push_str(&epilogue(report));
    out
}

/// The message, the label, the related places and the help, one line each: an annotation has no other room for them.
fn text(report: &Report<'_>, places: &Places<'_>, diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if !diagnostic.primary.text.is_empty() {
        let _ = write!(text, "\n{}", diagnostic.primary.text);
    }
    for label in &diagnostic.related {
        let place = places.at(label.span.file, label.span.start);
        let path = report.workspace.file(label.span.file).path();
        let _ = write!(text, "\n{path}:{}:{}: {}", place.line, place.column, label.text);
    }
    if let Some(origin) = report.rendered_from(diagnostic.primary.span) {
        let _ = write!(text, "\nnote: {origin}");
    }
    for help in &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
