//! Objects as YAML, the way kubectl prints them: keys in order, lists not indented, text quoted where a reader of
//! Kubernetes would take it for something else.
//!
//! Crates quote by the rules of YAML 1.2 and leave `yes`, `0644`, `1_000` or `0o7` bare, which Kubernetes reads as a
//! boolean and as numbers. Here a text stays bare only if our own reader resolves it to itself.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::parse::scalar::{Scalar, resolve_plain};

/// One document, ending in a line break, without a `---`.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(&mut out, map, 0),
        Value::Array(items) if !items.is_empty() => sequence(&mut out, items, 0),
        other => {
            scalar(&mut out, other, 0);
            out.push('\n');
        }
    }
    out
}

/// A stream of documents, each after a `---`.
pub fn stream<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    let mut out = String::new();
    for value in values {
        out.push_str("---\n");
        out.push_str(&document(value));
    }
    out
}

fn indent(out: &mut String, columns: usize) {
    out.extend(std::iter::repeat_n(' ', columns));
}

/// Depth is bounded by [`crate::plan::value::MOST_LEVELS`].
fn mapping(out: &mut String, map: &Map<String, Value>, column: usize) {
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 {
            indent(out, column);
        }
        text(out, key);
        out.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                out.push('\n');
                indent(out, column + 2);
                mapping(out, inner, column + 2);
            }
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                indent(out, column);
                sequence(out, items, column);
            }
            other => {
                out.push(' ');
                scalar(out, other, column + 2);
                out.push('\n');
            }
        }
    }
}

fn sequence(out: &mut String, items: &[Value], column: usize) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            indent(out, column);
        }
        out.push_str("- ");
        match item {
            Value::Object(inner) if !inner.is_empty() => mapping(out, inner, column + 2),
            Value::Array(inner) if !inner.is_empty() => sequence(out, inner, column + 2),
            other => {
                scalar(out, other, column + 2);
                out.push('\n');
            }
        }
    }
}

fn scalar(out: &mut String, value: &Value, column: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(value) if value.contains('\n') && is_block(value) => block(out, value, column),
        Value::String(value) => text(out, value),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// Whether a literal block gives the text back: it can hold anything that is printed, but its first line must not start
/// with blanks, and it must not be all line breaks.
fn is_block(value: &str) -> bool {
    let first = value.trim_start_matches('\n');
    !first.is_empty()
        && !value.starts_with([' ', '\t', '\n'])
        && value.chars().all(|character| matches!(character, '\n' | '\t') || is_printed(character))
        // A line of blanks only at the end would be read as a line break.
        && !value.lines().next_back().is_some_and(|line| line.trim_matches([' ', '\t']).is_empty() && !line.is_empty())
}

fn is_printed(character: char) -> bool {
    !character.is_control() && !matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn block(out: &mut String, value: &str, column: usize) {
    let body = value.trim_end_matches('\n');
    out.push_str(match value.len() - body.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(out, column);
            out.push_str(line);
        }
    }
    // The caller ends the last line; `|+` keeps the empty lines behind it.
    let more = (value.len() - body.len()).saturating_sub(1);
    out.extend(std::iter::repeat_n('\n', more));
}

/// A text in double quotes.
pub fn quoted(value: &str) -> String {
    let mut out = String::new();
    quote(&mut out, value);
    out
}

fn text(out: &mut String, value: &str) {
    if is_bare(value) {
        out.push_str(value);
    } else {
        quote(out, value);
    }
}

fn quote(out: &mut String, value: &str) {
    if value.chars().all(is_printed) {
        // kubectl prints `"true"` with double quotes, and so do people.
        out.push('"');
        for character in value.chars() {
            if matches!(character, '"' | '\\') {
                out.push('\\');
            }
            out.push(character);
        }
        out.push('"');
    } else {
        escaped(out, value);
    }
}

fn escaped(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            other if is_printed(other) => out.push(other),
            other if u32::from(other) <= 0xff => {
                let _ = write!(out, "\\x{:02x}", u32::from(other));
            }
            other if u32::from(other) <= 0xffff => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
            other => {
                let _ = write!(out, "\\U{:08x}", u32::from(other));
            }
        }
    }
    out.push('"');
}

/// Whether a text can stand in a block without quotes and still be that text.
pub fn is_bare(value: &str) -> bool {
    let Some(first) = value.chars().next() else { return false };
    let last = value.chars().next_back().unwrap_or(first);
    if first == ' ' || last == ' ' || last == ':' || "-?:,[]{}#&*!|>'\"%@`=<~".contains(first) {
        return false;
    }
    if value.contains(": ") || value.contains(" #") || value.contains(":\t") || value.contains("\t#") {
        return false;
    }
    if !value.chars().all(is_printed) || value.starts_with("---") || value.starts_with("...") {
        return false;
    }
    // Dates and sexagesimal numbers are text to kubectl and something else to other readers.
    let numeric = first.is_ascii_digit() || matches!(first, '+' | '.');
    if numeric
        && value.chars().all(|character| character.is_ascii_digit() || "-:.+_TZtz ".contains(character))
    {
        return value.matches('.').count() > 1 && !value.contains(['-', ':', '_', ' ', '+']);
    }
    matches!(resolve_plain(value), Scalar::Str(text) if text == value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::parse::parse;
    use crate::plan::value::of_node;
    use crate::source::SourceFile;

    fn read_back(text: &str) -> Value {
        let parsed = parse(&SourceFile::new("test.yaml", text.as_bytes().to_vec()));
        assert!(parsed.problems.is_empty(), "{:?}\n{text}", parsed.problems);
        of_node(parsed.tree.node(parsed.documents[0].root)).unwrap()
    }

    #[test]
    fn looks_like_kubectl() {
        let value = json!({"kind": "Pod", "apiVersion": "v1", "spec": {"containers": [
            {"name": "web", "args": ["-c", "a: b", "yes"], "ports": [{"containerPort": 80}], "resources": {}}],
            "list": [["a"], []]}});
        let expected = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - args:\n    - \"-c\"\n    - \"a: b\"\n    - \
                        \"yes\"\n    name: web\n    ports:\n    - containerPort: 80\n    resources: {}\n  list:\n  - - a\n  - []\n";
        assert_eq!(document(&value), expected);
    }

    #[test]
    fn text_that_looks_like_something_else_is_quoted() {
        for text in [
            "yes",
            "No",
            "on",
            "y",
            "null",
            "~",
            "",
            "true",
            "0644",
            "0o644",
            "1e3",
            "1_000",
            "0x1F",
            ".5",
            "12",
            "-1",
            "+1",
            "1.5",
            ".inf",
            "2024-01-01",
            "12:30:45",
            "a: b",
            "a #b",
            "#a",
            "- a",
            "*a",
            "&a",
            "!a",
            "a:",
            " a",
            "a ",
            "---",
            "...",
            "%a",
            "@a",
            "`a",
            "{a}",
            "[a]",
            "'a'",
            "\"a\"",
            "\u{7}",
            "a\tb",
            "\u{feff}a",
            "0b1",
            "0b+1",
            "<<",
            "=",
            "?",
            "1.",
            "1:2",
            "\\",
            "é",
            "日本",
            "😀",
            "190.2.3.4",
            "v1.2",
            "1.2.3",
            "1.2.3-rc1",
            "a,b",
            "10Gi",
            "100m",
            "a\u{85}b",
        ] {
            let value = json!({"k": text, text: [text]});
            assert_eq!(read_back(&document(&value)), value, "{text:?}\n{}", document(&value));
        }
        for bare in [
            "nginx:1.27",
            "app.kubernetes.io/name",
            "1.2.3",
            "10Gi",
            "a-b",
            "/etc/x",
            "http://a/b?c=d#e",
            "25%",
        ] {
            assert_eq!(document(&json!(bare)), format!("{bare}\n"));
        }
    }

    #[test]
    fn lines_are_blocks() {
        let value = json!({"a": "x\ny\n", "b": "x\n\n  y", "c": "x\n\n\n", "d": "\n", "e": " x\ny", "f": ["x\ny\n"], "g": "x\n  ", "h": "x\r\ny\n"});
        let text = document(&value);
        assert!(
            text.starts_with("a: |\n  x\n  y\nb: |-\n  x\n\n    y\nc: |+\n  x\n\n\nd: \"\\n\"\n"),
            "{text}"
        );
        assert_eq!(read_back(&text), value);
    }

    proptest! {
        #[test]
        fn every_text_reads_back(text in "\\PC*|[ \t\n:#a-z0-9'\"-]{0,12}|[+.0-9eExXob_-]{1,6}") {
            let value = json!({"key": text, "list": [text, {"inner": text}], "last": 1});
            let printed = document(&value);
            prop_assert_eq!(read_back(&printed), value, "{}", printed);
        }
    }
}
