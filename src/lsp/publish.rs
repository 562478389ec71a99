//! Findings as an editor shows them.

use std::str::FromStr;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Uri,
};

use crate::check::{CHECKS, Group};
use crate::diagnostic::{self, Severity};
use crate::lsp::position::Encoding;
use crate::lsp::project::Project;
use crate::source::Span;

/// The name under which editors show where a finding comes from.
pub(super) const SOURCE: &str = "kplan";
/// Checks whose findings are of what nobody would miss.
const UNNECESSARY: &[&str] = &["unused-object", "unused-suppression", "ignored-content"];

/// A finding of a project. `uri` gives the URI under which the client knows a path.
pub(super) fn diagnostic(
    project: &Project,
    encoding: Encoding,
    uri: &dyn Fn(&str) -> Option<Uri>,
    finding: &diagnostic::Diagnostic,
) -> Diagnostic {
    let location = |span: Span| {
        let range = encoding.range(project.source(span.file), span);
        Some(Location { uri: uri(project.path_of(span.file))?, range })
    };
    let mut message = finding.message.clone();
    if !finding.primary.text.is_empty() {
        message.push_str(&format!("\n{}", finding.primary.text));
    }
    for help in &finding.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    let related = finding.related.iter().filter_map(|label| {
        let text = if label.text.is_empty() { "see here" } else { &label.text };
        Some(DiagnosticRelatedInformation { location: location(label.span)?, message: text.to_owned() })
    });
    let related: Vec<_> = related.collect();
    let tags = tags(finding.check);
    Diagnostic {
        range: encoding.range(project.source(finding.primary.span.file), finding.primary.span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.check.to_owned())),
        code_description: page_of(finding.check).map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: (!tags.is_empty()).then_some(tags),
        data: None,
    }
}

/// Where the page of a check can be read.
fn page_of(check: &str) -> Option<Uri> {
    let is_check = CHECKS.iter().any(|known| known.id == check);
    let page = format!("{}/blob/main/docs/checks.md#{check}", env!("CARGO_PKG_REPOSITORY"));
    Uri::from_str(&page).ok().filter(|_| is_check)
}

fn tags(id: &str) -> Vec<DiagnosticTag> {
    let group = CHECKS.iter().find(|check| check.id == id).map(|check| check.group);
    let mut tags = Vec::new();
    if group == Some(Group::Deprecation) {
        tags.push(DiagnosticTag::DEPRECATED);
    }
    if UNNECESSARY.contains(&id) {
        tags.push(DiagnosticTag::UNNECESSARY);
    }
    tags
}
