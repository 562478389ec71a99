//! What kubectl makes of a file, as one line of JSON: to compare with the real thing.

use std::fmt::Write;

use crate::parse::scalar::json_float;
use crate::parse::tree::{NodeKind, NodeRef, Scalar, Style};
use crate::parse::{Parsed, parse};
use crate::source::SourceFile;

/// `{"file": ..., "docs": [...], "nullDocsSkipped": n, "error": null or text}`: the documents that kubectl hands on, up
/// to the first that it refuses, as the JSON it makes of them.
pub fn verdict_line(file: &SourceFile) -> String {
    let parsed = parse(file);
    let mut line = String::from("{\"file\":");
    write_string(&mut line, file.path());
    line.push_str(",\"docs\":[");
    let (nulls, error) = write_documents(&mut line, &parsed);
    let _ = write!(line, "],\"nullDocsSkipped\":{nulls},\"error\":");
    match error {
        Some(message) => write_string(&mut line, &message),
        None => line.push_str("null"),
    }
    line.push('}');
    line
}

fn write_documents(line: &mut String, parsed: &Parsed) -> (usize, Option<String>) {
    let (count, nulls, error) = match &parsed.refusal {
        Some(refusal) => (refusal.documents, refusal.null_documents, Some(refusal.message.clone())),
        None => (parsed.documents.len(), parsed.null_documents, None),
    };
    for (index, document) in parsed.documents.iter().take(count).enumerate() {
        if index > 0 {
            line.push(',');
        }
        write_json(line, parsed.tree.node(document.root));
    }
    (nulls, error)
}

/// A value that is still to be written, or the text after one.
enum Part<'t> {
    Value(NodeRef<'t>),
    Key(String),
    Text(&'static str),
}

/// Writes a node as Go's `encoding/json` writes what go-yaml makes of it: keys sorted, merges applied. Numbers of JSON
/// documents stay as they are.
pub(crate) fn write_json(line: &mut String, root: NodeRef<'_>) {
    let mut parts = vec![Part::Value(root)];
    while let Some(part) = parts.pop() {
        let node = match part {
            Part::Text(text) => {
                line.push_str(text);
                continue;
            }
            Part::Key(key) => {
                write_string(line, &key);
                line.push(':');
                continue;
            }
            Part::Value(node) => node,
        };
        match node.kind() {
            NodeKind::Scalar => write_scalar(line, node),
            NodeKind::Sequence => {
                line.push('[');
                parts.push(Part::Text("]"));
                let first = parts.len();
                for item in node.items() {
                    if parts.len() > first {
                        parts.push(Part::Text(","));
                    }
                    parts.push(Part::Value(item));
                }
                parts[first..].reverse();
            }
            NodeKind::Mapping => {
                line.push('{');
                parts.push(Part::Text("}"));
                let mut entries: Vec<_> = node.entries().map(|(key, value)| (key.key(), value)).collect();
                entries.sort_by(|left, right| left.0.cmp(&right.0));
                // Keys that collide only here: the last is as good as any.
                entries.reverse();
                entries.dedup_by(|later, earlier| later.0 == earlier.0);
                for (index, (key, value)) in entries.into_iter().enumerate() {
                    if index > 0 {
                        parts.push(Part::Text(","));
                    }
                    parts.push(Part::Value(value));
                    parts.push(Part::Key(key.into_owned()));
                }
            }
        }
    }
}

fn write_scalar(line: &mut String, node: NodeRef<'_>) {
    if node.style() == Style::Json {
        line.push_str(node.content());
        return;
    }
    match node.scalar() {
        None | Some(Scalar::Null) => line.push_str("null"),
        Some(Scalar::Bool(value)) => line.push_str(if value { "true" } else { "false" }),
        Some(Scalar::Int(value)) => line.push_str(&value.to_string()),
        Some(Scalar::UInt(value)) => line.push_str(&value.to_string()),
        Some(Scalar::Float(value)) => line.push_str(&json_float(value).unwrap_or_else(|| "null".to_owned())),
        Some(Scalar::Str(text)) => write_string(line, text),
    }
}

/// A JSON string; what needs no escape stays as it is.
fn write_string(line: &mut String, text: &str) {
    line.push('"');
    for character in text.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\0'..'\u{20}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(line, "\\u{:04x}", u32::from(character));
            }
            _ => line.push(character),
        }
    }
    line.push('"');
}
