//! Findings for people: the source lines, labelled, in as many files as it takes, and what to write instead.

use std::borrow::Cow;
use std::fmt::Write as _;

use codespan_reporting::diagnostic as drawn;
use codespan_reporting::term::{self, Config};

use crate::diagnostic::{Diagnostic, Label, Safety, Severity};
use crate::render::excerpt::Excerpts;
use crate::render::page::{self, Page, Style};
use crate::render::place::Places;
use crate::render::{Colors, Report, epilogue, plain};

/// Renders all findings and the summary line.
pub(super) fn render(report: &Report<'_>, colors: Colors) -> String {
    let places = Places::new(report.workspace);
    let config = Config { tab_width: 4, ..Config::default() };
    let mut page = Page::new(colors);
    for diagnostic in report.diagnostics {
        page.start_finding();
        draw(report, &places, &config, &mut page, diagnostic);
    }
    let mut out = page.finish();
    out.push_str(&page::painted(&epilogue(report), Style::Strong, colors));
    out
}

fn draw(report: &Report<'_>, places: &Places<'_>, config: &Config, page: &mut Page, diagnostic: &Diagnostic) {
    let labels = || primary_first(diagnostic);
    let excerpts = Excerpts::new(report.workspace, places, labels());
    let picture = drawn::Diagnostic {
        severity: match diagnostic.severity {
            Severity::Error => drawn::Severity::Error,
            Severity::Warning => drawn::Severity::Warning,
            Severity::Note => drawn::Severity::Note,
        },
        code: Some(diagnostic.check.to_owned()),
        message: plain::line(&diagnostic.message).into_owned(),
        labels: labels()
            .zip(&excerpts.marks)
            .enumerate()
            .map(|(index, (label, mark))| drawn::Label {
                style: if index == 0 { drawn::LabelStyle::Primary } else { drawn::LabelStyle::Secondary },
                file_id: mark.file,
                range: mark.range.clone(),
                message: plain::line(&label.text).into_owned(),
            })
            .collect(),
        notes: notes(report, diagnostic),
    };
    if term::emit_to_write_style(page, config, &excerpts, &picture).is_err() {
        // No range of an excerpt lies outside it, so this is not reached; a finding must not get lost all the same.
        let place = places.at(diagnostic.primary.span.file, diagnostic.primary.span.start);
        let path = report.workspace.file(diagnostic.primary.span.file).path();
        let message = plain::line(&diagnostic.message);
        let _ = writeln!(page, "{path}:{}:{}: {}: {message}\n", place.line, place.column, diagnostic.check);
    }
}

fn primary_first(diagnostic: &Diagnostic) -> impl Iterator<Item = &Label> {
    std::iter::once(&diagnostic.primary).chain(&diagnostic.related)
}

/// What is said below the source lines.
fn notes(report: &Report<'_>, diagnostic: &Diagnostic) -> Vec<String> {
    let origin = report.rendered_from(diagnostic.primary.span).map(|origin| format!("note: {origin}"));
    origin.into_iter().chain(help_lines(diagnostic)).collect()
}

/// The help lines; the one that says what the fix does also says how to apply it.
fn help_lines(diagnostic: &Diagnostic) -> Vec<String> {
    let mut lines: Vec<(Cow<'_, str>, bool)> =
        diagnostic.help.iter().map(|help| (plain::line(help), false)).collect();
    if let Some(fix) = &diagnostic.fix {
        let question = fix.title.strip_prefix("write ").map(|what| format!("did you mean {what}?"));
        let says_the_same = |help: &String| *help == fix.title || Some(help) == question.as_ref();
        match diagnostic.help.iter().position(says_the_same) {
            Some(index) => lines[index].1 = true,
            None => lines.push((plain::line(&fix.title), true)),
        }
    }
    let how = match diagnostic.fix.as_ref().map(|fix| fix.safety) {
        Some(Safety::Unsafe) => "  (probable fix available: --unsafe-fixes)",
        _ => "  (fix available: --fix)",
    };
    lines.into_iter().map(|(line, fixes)| format!("help: {line}{}", if fixes { how } else { "" })).collect()
}
