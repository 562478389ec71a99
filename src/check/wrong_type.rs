#![doc = include_str!("wrong_type.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit::{self, Change};
use crate::parse::object::ObjectRef;
use crate::parse::scalar::json_float;
use crate::parse::schema::facts::path_in;
use crate::parse::schema::problem::{Expected, Fault};
use crate::parse::schema::table::Leaf;
use crate::parse::tree::{NodeRef, Scalar, Style, resolve_plain};

pub(super) static CHECK: Check = Check {
    id: "wrong-type",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a value of another type than the field has",
    page: include_str!("wrong_type.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let problems = &cx.schemas.object(object.id).problems;
    for problem in problems {
        let Fault::WrongType { expected } = &problem.fault else { continue };
        let node = object.file.node(problem.node);
        let wanted = expected.describe();
        let path = path_in(object, node);
        let report = sink
            .report(object, node, format!("`{path}` must be {wanted}, not {}", found(node)))
            .label(format!("expected {wanted}"))
            .help_opt(advice(expected, node));
        let is_same =
            |alias| problems.iter().any(|other| other.node == alias && other.fault == problem.fault);
        if !edit::aliases_of(node).all(is_same) {
            // What the others stand for may be right as it is.
            continue;
        }
        if let Some(text) = without_quotes(expected, node) {
            report.fix(format!("write `{text}` without quotes"), Safety::Safe, object.span(node), text);
        } else if let Some(change) = space_of_entry(expected, node) {
            let title = "insert the space after the colon";
            report.change(title, Safety::Safe, object.file.id, Some(change));
        } else if let Some(text) = as_list(expected, node) {
            report.fix(format!("write `{text}`"), Safety::Unsafe, object.span(node), text);
        }
    }
}

/// What stands there, with an article.
fn found(node: NodeRef<'_>) -> String {
    if node.is_mapping() {
        return "a map".to_owned();
    }
    match node.scalar() {
        None => "a list".to_owned(),
        Some(Scalar::Null) => "null".to_owned(),
        Some(Scalar::Bool(value)) => value.to_string(),
        Some(Scalar::Int(value)) => format!("the number {value}"),
        Some(Scalar::UInt(value)) => format!("the number {value}"),
        Some(Scalar::Float(value)) => {
            format!("the number {}", json_float(value).unwrap_or_else(|| value.to_string()))
        }
        Some(Scalar::Str(text)) => {
            let mut short: String = text.chars().take(40).map(|c| if c == '\n' { ' ' } else { c }).collect();
            if short.len() < text.len() {
                short.push_str("...");
            }
            format!("the string \"{short}\"")
        }
    }
}

fn advice(expected: &Expected, node: NodeRef<'_>) -> Option<String> {
    let wants =
        |name: &str| matches!(expected, Expected::Types(types) if types.iter().any(|one| one == name));
    let wants_list = *expected == Expected::List || wants("array");
    let wants_map = matches!(expected, Expected::Map | Expected::Object) || wants("object");
    if wants_list && node.is_mapping() {
        return Some("a list has `- ` before each item".to_owned());
    }
    if wants_list && node.is_scalar() && !node.is_null() {
        return Some(format!("write `[{}]` for a list of one", node.source()));
    }
    if wants_map && node.is_sequence() {
        return Some("write `key: value` lines without the `- `".to_owned());
    }
    if !wants_list && !wants_map && node.style() == Style::Plain && node.source().contains("# ") {
        return Some("put a space before the `#` to make it a comment".to_owned());
    }
    None
}

/// The space that makes an entry of a text where a mapping is wanted.
fn space_of_entry(expected: &Expected, node: NodeRef<'_>) -> Option<Change> {
    matches!(expected, Expected::Map | Expected::Object).then(|| edit::space_of_entry(node)).flatten()
}

/// A string as a list of one, where a list of strings is wanted.
fn as_list(expected: &Expected, node: NodeRef<'_>) -> Option<String> {
    let is_text = node.as_str().is_some_and(|text| !text.is_empty()) && !node.is_alias();
    let is_quoted = matches!(node.style(), Style::SingleQuoted | Style::DoubleQuoted);
    let is_one_word = node.style() == Style::Plain && edit::bare_or_quoted(node.content()) == node.source();
    (*expected == Expected::List && is_text && (is_quoted || is_one_word))
        .then(|| format!("[{}]", node.source()))
}

/// The text without its quotes, if it then has the type that is wanted.
fn without_quotes(expected: &Expected, node: NodeRef<'_>) -> Option<String> {
    if !matches!(node.style(), Style::SingleQuoted | Style::DoubleQuoted)
        || node.is_alias()
        || node.tag().is_some()
    {
        return None;
    }
    let text = node.content();
    let is_one =
        |name: &str| matches!(expected, Expected::Types(types) if types.len() == 1 && types[0] == name);
    let fits = match expected {
        Expected::Leaf(Leaf::Int32) => is_decimal(text) && text.parse::<i32>().is_ok(),
        Expected::Leaf(Leaf::Int64) => is_decimal(text) && text.parse::<i64>().is_ok(),
        Expected::Leaf(Leaf::Bool) => return bool_meant(text).map(str::to_owned),
        _ if is_one("integer") => is_decimal(text) && text.parse::<i64>().is_ok(),
        _ if is_one("boolean") => return bool_meant(text).map(str::to_owned),
        _ => false,
    };
    fits.then(|| text.to_owned())
}

/// What a word is read as where it has no quotes, see `resolve_plain`.
fn bool_meant(text: &str) -> Option<&'static str> {
    match resolve_plain(text) {
        Scalar::Bool(true) => Some("true"),
        Scalar::Bool(false) => Some("false"),
        _ => None,
    }
}

/// Digits that YAML reads as Rust does: no sign, no leading zero that would make it octal.
fn is_decimal(text: &str) -> bool {
    text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()))
}
