//! The same manifest as other editors would have saved it.

use kplan::analysis::{Analysis, analyze};
use kplan::config::Settings;
use kplan::source::Workspace;
use libtest_mimic::Failed;

use super::{Files, workspace};

/// Windows line breaks, and a byte order mark, give the same findings at the same lines and columns.
pub(crate) fn line_breaks_and_marks_change_nothing(
    files: &Files,
    settings: &Settings,
    original: &Workspace,
    analysis: &Analysis,
) -> Result<(), Failed> {
    if files.iter().any(|(_, bytes)| !is_plain_text(bytes)) {
        return Ok(());
    }
    let expected = findings(original, analysis, Columns::Kept);
    let with_returns = variant(files, |text| text.replace('\n', "\r\n"));
    compare("carriage returns", &expected, &with_returns, settings, Columns::Kept)?;
    // What starts with a mark is never taken for a stream of JSON, nor for a separator: kubectl leaves that `---` to YAML.
    let is_odd = |bytes: &[u8]| bytes.trim_ascii_start().starts_with(b"{") || bytes.starts_with(b"---");
    if files.iter().any(|(_, bytes)| is_odd(bytes)) {
        return Ok(());
    }
    let expected = findings(original, analysis, Columns::ShiftedInTheFirstLine);
    let with_mark = variant(files, |text| format!("\u{FEFF}{text}"));
    compare("a byte order mark", &expected, &with_mark, settings, Columns::ShiftedInTheFirstLine)
}

/// UTF-8 with Unix line breaks and without a mark.
fn is_plain_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(['\r', '\u{FEFF}']))
}

fn variant(files: &Files, change: impl Fn(&str) -> String) -> Vec<(String, Vec<u8>)> {
    let files = files.iter().map(|(path, bytes)| {
        (path.clone(), change(std::str::from_utf8(bytes).expect("it is plain text")).into_bytes())
    });
    files.collect()
}

/// Whether columns of the first line can be compared.
#[derive(Clone, Copy, PartialEq)]
enum Columns {
    Kept,
    ShiftedInTheFirstLine,
}

fn compare(
    what: &str,
    expected: &[String],
    files: &Files,
    settings: &Settings,
    columns: Columns,
) -> Result<(), Failed> {
    let workspace = workspace(files);
    let got = findings(&workspace, &analyze(&workspace, settings), columns);
    if got == expected {
        return Ok(());
    }
    let missing: Vec<_> = expected.iter().filter(|finding| !got.contains(finding)).collect();
    let surplus: Vec<_> = got.iter().filter(|finding| !expected.contains(finding)).collect();
    Err(format!("{what} change the findings; no longer: {missing:#?}; instead: {surplus:#?}").into())
}

/// All that is said, with lines and columns in place of offsets.
fn findings(workspace: &Workspace, analysis: &Analysis, columns: Columns) -> Vec<String> {
    let place = |span: kplan::source::Span| {
        let file = workspace.file(span.file);
        let position = |offset| {
            let position = file.position(offset);
            let is_kept = columns == Columns::Kept || position.line > 0;
            (position.line + 1, if is_kept { position.character + 1 } else { 0 })
        };
        format!("{}:{:?}-{:?}", file.path(), position(span.start), position(span.end))
    };
    let findings = analysis.diagnostics.iter().map(|finding| {
        let labels: Vec<_> = std::iter::once(&finding.primary)
            .chain(&finding.related)
            .map(|label| (place(label.span), &label.text))
            .collect();
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        let edits: Vec<_> = edits.map(|edit| (place(edit.span), edit.text.replace("\r\n", "\n"))).collect();
        format!(
            "{} {} {} {labels:?} {:?} {:?} {edits:?}",
            finding.check,
            finding.severity.as_str(),
            finding.message,
            finding.help,
            finding.field
        )
    });
    findings.collect()
}
