//! One JSON object for programs, version 1. `docs/json.md` is its manual: members may be added, never changed.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Fix, Label, ObjectName, Safety};
use crate::render::Report;
use crate::render::place::{Place, Places};
use crate::source::{Span, Workspace};

/// Renders the report, with a line break at the end.
pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report.workspace);
    let summary = report.summary;
    let output = Output {
        version: 1,
        summary: JsonSummary {
            files: summary.files,
            objects: summary.objects,
            skipped: summary.skipped.len(),
            errors: summary.errors,
            warnings: summary.warnings,
            notes: summary.notes,
            older: summary.older,
        },
        diagnostics: report
            .diagnostics
            .iter()
            .map(|diagnostic| json_diagnostic(report, &places, diagnostic))
            .collect(),
    };
    // Only maps with keys that are not strings and failing Serialize impls can fail here, and there are neither.
    let mut out = serde_json::to_string_pretty(&output).unwrap_or_default();
    out.push('\n');
    out
}

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    summary: JsonSummary,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    objects: usize,
    skipped: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    older: Option<usize>,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    check: &'a str,
    severity: &'static str,
    message: &'a str,
    object: Option<JsonObject<'a>>,
    field: Option<&'a str>,
    template: Option<&'a str>,
    span: JsonSpan<'a>,
    label: &'a str,
    related: Vec<JsonLabel<'a>>,
    help: &'a [String],
    fix: Option<JsonFix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonObject<'a> {
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

/// A span as every JSON format of kplan writes it.
#[derive(Serialize)]
pub(super) struct JsonSpan<'a> {
    file: &'a str,
    start: JsonPlace,
    end: JsonPlace,
}

#[derive(Serialize)]
struct JsonPlace {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct JsonLabel<'a> {
    span: JsonSpan<'a>,
    label: &'a str,
    template: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    text: &'a str,
}

fn json_diagnostic<'a>(
    report: &Report<'a>,
    places: &Places<'_>,
    diagnostic: &'a Diagnostic,
) -> JsonDiagnostic<'a> {
    let workspace = report.workspace;
    JsonDiagnostic {
        check: diagnostic.check,
        severity: diagnostic.severity.as_str(),
        message: &diagnostic.message,
        object: diagnostic.object.as_ref().map(json_object),
        field: diagnostic.field.as_deref(),
        template: report.origins.template(diagnostic.primary.span),
        span: json_span(workspace, places, diagnostic.primary.span),
        label: &diagnostic.primary.text,
        related: diagnostic.related.iter().map(|label| json_label(report, places, label)).collect(),
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(|fix| json_fix(workspace, fix)),
    }
}

fn json_object(object: &ObjectName) -> JsonObject<'_> {
    JsonObject {
        api_version: &object.api_version,
        kind: &object.kind,
        namespace: object.namespace.as_deref(),
        name: &object.name,
    }
}

pub(super) fn json_span<'a>(workspace: &'a Workspace, places: &Places<'_>, span: Span) -> JsonSpan<'a> {
    let (start, end) = places.of(span);
    JsonSpan { file: workspace.file(span.file).path(), start: json_place(start), end: json_place(end) }
}

fn json_place(place: Place) -> JsonPlace {
    JsonPlace { line: place.line, column: place.column, offset: place.offset }
}

fn json_label<'a>(report: &Report<'a>, places: &Places<'_>, label: &'a Label) -> JsonLabel<'a> {
    JsonLabel {
        span: json_span(report.workspace, places, label.span),
        label: &label.text,
        template: report.origins.template(label.span),
    }
}

fn json_fix<'a>(workspace: &'a Workspace, fix: &'a Fix) -> JsonFix<'a> {
    let edits = fix.edits.iter().map(|edit| JsonEdit {
        file: workspace.file(edit.span.file).path(),
        start: edit.span.start,
        end: edit.span.end,
        text: &edit.text,
    });
    JsonFix { title: &fix.title, safe: fix.safety == Safety::Safe, edits: edits.collect() }
}
