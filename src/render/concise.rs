//! One line for each finding: `path:line:column: error[check]: message`.

use std::fmt::Write as _;

use crate::render::page::{self, Style};
use crate::render::place::Places;
use crate::render::{Colors, Report, plain};

/// Renders the findings and nothing else, for `grep`, editors and logs.
pub(super) fn render(report: &Report<'_>, colors: Colors) -> String {
    let places = Places::new(report.workspace);
    let mut out = String::new();
    for diagnostic in report.diagnostics {
        let span = diagnostic.primary.span;
        let place = places.at(span.file, span.start);
        let path = report.workspace.file(span.file).path();
        let severity = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.check);
        let severity = page::painted(&severity, Style::Header(diagnostic.severity), colors);
        let (path, message) = (plain::line(path), plain::line(&diagnostic.message));
        // Writing to a String cannot fail.
        let _ = write!(out, "{path}:{}:{}: {severity}: {message}", place.line, place.column);
        if let Some(origin) = report.rendered_from(span) {
            let _ = write!(out, " ({origin})");
        }
        out.push('\n');
    }
    out
}
