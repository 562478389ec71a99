//! JUnit XML: each file is a suite, each finding in it a test case. A file without findings is one test that passes.
//!
//! There is no standard. The elements and attributes are those of the schema that Jenkins validates with (`junit-10.xsd`
//! of its xUnit plugin), which GitLab, Azure, CircleCI and others read as well.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::analysis::Skipped;
use crate::diagnostic::Diagnostic;
use crate::render::place::Places;
use crate::render::{Report, plain};
use crate::source::FileId;

/// The name of the test case of a file in which nothing was found.
const WHOLE_FILE: &str = "kplan check";

/// Renders the report. There are no times and no host in it: the same input gives the same bytes.
pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report.workspace);
    let mut findings: BTreeMap<FileId, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in report.diagnostics {
        findings.entry(diagnostic.primary.span.file).or_default().push(diagnostic);
    }
    let skipped: BTreeMap<&str, &Skipped> =
        report.summary.skipped.iter().map(|skipped| (skipped.path.as_str(), skipped)).collect();
    let mut total = Counts::default();
    let mut suites = String::new();
    for (id, file) in report.workspace.files() {
        let found = findings.get(&id).map(Vec::as_slice).unwrap_or_default();
        let suite = Suite { path: file.path(), found, skipped: skipped.get(file.path()).copied() };
        let counts = suite.counts(report);
        total = Counts {
            tests: total.tests + counts.tests,
            failures: total.failures + counts.failures,
            skipped: total.skipped + counts.skipped,
        };
        suite.write(report, &places, &counts, &mut suites);
    }
    let Counts { tests, failures, .. } = total;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"kplan\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

struct Suite<'a> {
    path: &'a str,
    found: &'a [&'a Diagnostic],
    skipped: Option<&'a Skipped>,
}

impl Suite<'_> {
    fn counts(&self, report: &Report<'_>) -> Counts {
        Counts {
            tests: self.found.len().max(1),
            failures: self.found.iter().filter(|finding| fails(report, finding)).count(),
            skipped: usize::from(self.found.is_empty() && self.skipped.is_some()),
        }
    }

    // Writing to a String cannot fail.
    fn write(&self, report: &Report<'_>, places: &Places<'_>, counts: &Counts, out: &mut String) {
        let path = escaped(&plain::line(self.path));
        let Counts { tests, failures, skipped } = counts;
        let _ = writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">"
        );
        if self.found.is_empty() {
            let case = format!("    <testcase name=\"{WHOLE_FILE}\" classname=\"{path}\"");
            let _ = match self.skipped {
                Some(skipped) => {
                    let why = escaped(skipped.reason.describe());
                    writeln!(out, "{case}>\n      <skipped message=\"{why}\"/>\n    </testcase>")
                }
                None => writeln!(out, "{case}/>"),
            };
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for finding in self.found {
            // The name is what servers know a test by from one run to the next, so it holds no line.
            let mut name = format!("{}: {}", finding.check, plain::line(&finding.message));
            let same = seen.entry(name.clone()).or_default();
            *same += 1;
            if *same > 1 {
                let _ = write!(name, " ({same})");
            }
            let _ = writeln!(out, "    <testcase name=\"{}\" classname=\"{path}\">", escaped(&name));
            let text = escaped(&text(report, places, finding));
            let _ = if fails(report, finding) {
                let message = escaped(&plain::line(&finding.message));
                let severity = finding.severity.as_str();
                writeln!(out, "      <failure type=\"{severity}\" message=\"{message}\">{text}</failure>")
            } else {
                writeln!(out, "      <system-out>{text}</system-out>")
            };
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
}

/// Whether a finding makes the exit status 1: tests fail where the run does.
fn fails(report: &Report<'_>, finding: &Diagnostic) -> bool {
    finding.severity <= report.failing
}

/// The place, the label, the related places, the template and the help, a line each.
fn text(report: &Report<'_>, places: &Places<'_>, finding: &Diagnostic) -> String {
    let mut lines = Vec::new();
    let labels = std::iter::once(&finding.primary).chain(&finding.related);
    for (index, label) in labels.enumerate() {
        let place = places.at(label.span.file, label.span.start);
        let path = report.workspace.file(label.span.file).path();
        let what = match index {
            0 => format!("{}[{}]: {}", finding.severity.as_str(), finding.check, finding.message),
            _ => label.text.clone(),
        };
        lines.push(format!("{path}:{}:{}: {what}", place.line, place.column));
    }
    lines.extend(report.rendered_from(finding.primary.span).map(|origin| format!("note: {origin}")));
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    let lines: Vec<_> = lines.iter().map(|line| plain::line(line)).collect();
    lines.join("\n")
}

/// Text for an attribute in double quotes, or between two tags. What XML 1.0 cannot hold, not even escaped, becomes
/// U+FFFD; `>` is escaped too, so that `]]>` never stands in a text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(character));
            }
            '\n' | ' '..='\u{fffd}' | '\u{10000}'.. => out.push(character),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}
