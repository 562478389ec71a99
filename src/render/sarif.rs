//! SARIF 2.1.0, for GitHub code scanning and other services that collect findings of many tools.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Edit, Fix, ObjectName, Severity};
use crate::render::place::Places;
use crate::render::{Report, Rule};
use crate::source::{FileId, Span, Workspace};

/// Renders the report as one run, with a line break at the end.
pub(super) fn render(report: &Report<'_>) -> String {
    let places = Places::new(report.workspace);
    let rules = rules_with_indices(report);
    let descriptors: Vec<Value> = rules.list.iter().map(descriptor).collect();
    let results: Vec<Value> =
        report.diagnostics.iter().map(|diagnostic| result(report, &places, &rules, diagnostic)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "kplan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": descriptors,
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {"SRCROOT": {
                "description": {"text": "The folder that kplan was run in."},
            }},
            "results": results,
        }],
    });
    let mut out = serde_json::to_string_pretty(&log).unwrap_or_default();
    out.push('\n');
    out
}

/// The rules in their order, then every id that was reported without one.
struct Rules<'a> {
    list: Vec<Described<'a>>,
    indices: BTreeMap<&'a str, usize>,
}

enum Described<'a> {
    Rule(&'a Rule<'a>),
    IdOnly(&'a str),
}

fn rules_with_indices<'a>(report: &Report<'a>) -> Rules<'a> {
    let mut rules = Rules { list: Vec::new(), indices: BTreeMap::new() };
    for rule in report.rules {
        rules.indices.insert(rule.id, rules.list.len());
        rules.list.push(Described::Rule(rule));
    }
    for diagnostic in report.diagnostics {
        let next = rules.list.len();
        let index = *rules.indices.entry(diagnostic.check).or_insert(next);
        if index == next {
            rules.list.push(Described::IdOnly(diagnostic.check));
        }
    }
    rules
}

fn descriptor(described: &Described<'_>) -> Value {
    match described {
        Described::IdOnly(id) => json!({"id": id}),
        Described::Rule(rule) => json!({
            "id": rule.id,
            "shortDescription": {"text": sentence(rule.summary)},
            "help": {"text": rule.page, "markdown": rule.page},
            "defaultConfiguration": {"level": level(rule.severity)},
            "properties": {"tags": [rule.group]},
        }),
    }
}

fn sentence(summary: &str) -> String {
    let mut characters = summary.chars();
    let mut text: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    text.push_str(characters.as_str());
    text.push('.');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(report: &Report<'_>, places: &Places<'_>, rules: &Rules<'_>, diagnostic: &Diagnostic) -> Value {
    let workspace = report.workspace;
    let mut location = json!({"physicalLocation": physical(workspace, places, diagnostic.primary.span)});
    if !diagnostic.primary.text.is_empty() {
        location["message"] = json!({"text": diagnostic.primary.text});
    }
    if let Some(object) = &diagnostic.object {
        location["logicalLocations"] = json!([logical(object, diagnostic.field.as_deref())]);
    }
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(diagnostic.check));
    result.insert("ruleIndex".to_owned(), json!(rules.indices[diagnostic.check]));
    result.insert("level".to_owned(), json!(level(diagnostic.severity)));
    result.insert("message".to_owned(), json!({"text": message(report, diagnostic)}));
    result.insert("locations".to_owned(), json!([location]));
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().enumerate().map(|(index, label)| {
            let mut related =
                json!({"id": index + 1, "physicalLocation": physical(workspace, places, label.span)});
            if !label.text.is_empty() {
                related["message"] = json!({"text": label.text});
            }
            related
        });
        result.insert("relatedLocations".to_owned(), related.collect());
    }
    if let Some(template) = report.origins.template(diagnostic.primary.span) {
        result.insert("properties".to_owned(), json!({"template": template}));
    }
    if let Some(fix) = &diagnostic.fix {
        result.insert("fixes".to_owned(), json!([sarif_fix(workspace, places, fix)]));
    }
    Value::Object(result)
}

/// The message and the help: a viewer shows nothing else by itself.
fn message(report: &Report<'_>, diagnostic: &Diagnostic) -> String {
    let mut text = diagnostic.message.clone();
    if let Some(origin) = report.rendered_from(diagnostic.primary.span) {
        let _ = write!(text, "\nnote: {origin}");
    }
    for help in &diagnostic.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    text
}

fn physical(workspace: &Workspace, places: &Places<'_>, span: Span) -> Value {
    json!({"artifactLocation": artifact(workspace, span.file), "region": region(places, span)})
}

fn artifact(workspace: &Workspace, file: FileId) -> Value {
    let path = workspace.file(file).path();
    if path.starts_with('/') {
        return json!({"uri": format!("file://{}", uri_path(path))});
    }
    json!({"uri": uri_path(path), "uriBaseId": "SRCROOT"})
}

/// The path with everything percent-encoded that may not stand in a URI's path (RFC 3986, section 3.3), and the colon,
/// which would make a scheme of a first segment.
fn uri_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

fn region(places: &Places<'_>, span: Span) -> Value {
    let (start, end) = places.of(span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset - start.offset,
    })
}

fn logical(object: &ObjectName, field: Option<&str>) -> Value {
    let namespace = object.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let object_path = format!("{}/{} {namespace}{}", object.api_version, object.kind, object.name);
    let full = field.map_or_else(|| object_path.clone(), |field| format!("{object_path}: {field}"));
    json!({"name": object.name, "fullyQualifiedName": full, "kind": "resource"})
}

fn sarif_fix(workspace: &Workspace, places: &Places<'_>, fix: &Fix) -> Value {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    let changes: Vec<Value> = by_file
        .into_iter()
        .map(|(file, edits)| {
            let replacements: Vec<Value> = edits
                .into_iter()
                .map(|edit| json!({"deletedRegion": region(places, edit.span), "insertedContent": {"text": edit.text}}))
                .collect();
            json!({"artifactLocation": artifact(workspace, file), "replacements": replacements})
        })
        .collect();
    json!({"description": {"text": fix.title}, "artifactChanges": changes})
}
