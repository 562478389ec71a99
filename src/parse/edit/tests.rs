//! Edits of small texts, and of random ones: what they say and nothing else.

use proptest::prelude::*;

use super::*;
use crate::parse::schema::json;
use crate::parse::{Parsed, parse};
use crate::source::SourceFile;

fn read(text: &str) -> Parsed {
    parse(&SourceFile::from_text("a.yaml", text))
}

fn root(parsed: &Parsed) -> NodeRef<'_> {
    parsed.tree.node(parsed.documents[0].root)
}

fn changed(text: &str, change: &Change) -> String {
    let (start, end) = (change.range.start as usize, change.range.end as usize);
    format!("{}{}{}", &text[..start], change.text, &text[end..])
}

/// The text with `new: 1` behind the entry `a` of the mapping at a path.
fn inserted(text: &str, path: &str) -> Option<String> {
    let parsed = read(text);
    let mapping = if path.is_empty() { root(&parsed) } else { root(&parsed).get_path(path)? };
    let mapping = mapping.items().next().unwrap_or(mapping);
    insert_entry(mapping, Some("a"), "new", New::Raw("1")).map(|change| changed(text, &change))
}

/// The text without the entry `a`.
fn removed(text: &str, path: &str) -> Option<String> {
    let parsed = read(text);
    let mapping = if path.is_empty() { root(&parsed) } else { root(&parsed).get_path(path)? };
    let mapping = mapping.items().next().unwrap_or(mapping);
    let (key, _) = mapping.get_entry("a")?;
    remove_entry(mapping, key).map(|change| changed(text, &change))
}

#[test]
fn an_entry_is_put_in_as_its_neighbours_are_written() {
    for (text, path, expected) in [
        ("a: x\nb: y\n", "", "a: x\nnew: 1\nb: y\n"),
        ("a: x", "", "a: x\nnew: 1"),
        ("a: x # why\n# of b\nb: y\n", "", "a: x # why\nnew: 1\n# of b\nb: y\n"),
        ("m:\r\n    a: x\r\n    b: y\r\n", "m", "m:\r\n    a: x\r\n    new: 1\r\n    b: y\r\n"),
        ("m:\n  - a:\n      deep: x\n    b: y\n", "m", "m:\n  - a:\n      deep: x\n    new: 1\n    b: y\n"),
        ("m:\n- a: |\n    text\n\n  b: y\n", "m", "m:\n- a: |\n    text\n  new: 1\n\n  b: y\n"),
        ("m: {a: x, b: y}\n", "m", "m: {a: x, new: 1, b: y}\n"),
        ("{\"m\":{\"a\":\"x\"}}", "m", "{\"m\":{\"a\":\"x\",\"new\":1}}"),
        (
            "{\n  \"a\": [\n    1\n  ],\n  \"b\": 2\n}\n",
            "",
            "{\n  \"a\": [\n    1\n  ],\n  \"new\": 1,\n  \"b\": 2\n}\n",
        ),
    ] {
        assert_eq!(inserted(text, path).as_deref(), Some(expected), "{text:?}");
    }
}

#[test]
fn an_entry_is_put_in_nowhere_that_would_be_a_guess() {
    for (text, path) in [
        ("? a\n: x\n", ""),
        ("a: x\nnew: y\n", ""),
        ("m: {\n  a: x, # why\n  b: y}\n", "m"),
        ("a: |+\n  text\n\nb: y\n", ""),
        ("o: &o {a: x}\nm: *o\n", "m"),
    ] {
        assert_eq!(inserted(text, path), None, "{text:?}");
    }
}

#[test]
fn an_entry_is_taken_out_with_its_lines() {
    for (text, path, expected) in [
        ("a: x\nb: y\n", "", "b: y\n"),
        ("\u{FEFF}a: x\nb: y\n", "", "\u{FEFF}b: y\n"),
        ("b: y\na: x", "", "b: y"),
        ("b: y\r\na:\r\n  deep: x\r\nc: z\r\n", "", "b: y\r\nc: z\r\n"),
        ("# of a\na: x\n# of b\nb: y\n", "", "# of a\n# of b\nb: y\n"),
        ("m:\n- a: x\n  b: y\n", "m", "m:\n- b: y\n"),
        ("m:\n- b: y\n  a:\n  - x\n- c\n", "m", "m:\n- b: y\n- c\n"),
        ("m: {a: x, b: y}\n", "m", "m: {b: y}\n"),
        ("m: {b: y, a: x}\n", "m", "m: {b: y}\n"),
        ("{\n  \"b\": 2,\n  \"a\": 1\n}\n", "", "{\n  \"b\": 2\n}\n"),
        ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "", "{\n  \"b\": 2\n}\n"),
    ] {
        assert_eq!(removed(text, path).as_deref(), Some(expected), "{text:?}");
    }
}

#[test]
fn an_entry_with_a_comment_or_an_anchor_stays() {
    for text in [
        "a: x # why\nb: y\n",
        "a:\n  # why\n  deep: x\nb: y\n",
        "a: &x x\nb: *x\n",
        "a: x\n",
        "? a\n: x\nb: y\n",
        "b: |+\n  text\n\na: x\n",
        "? |+\na: x\n\n",
        "b: |\n  text\na: x\n    \n",
        "b: |\n  text\na:\n  # why\n",
    ] {
        assert_eq!(removed(text, ""), None, "{text:?}");
    }
}

#[test]
fn a_comment_goes_with_its_line_or_with_the_spaces_before_it() {
    for (text, expected) in [
        ("a: x  # why\nb: y\n", "a: x\nb: y\n"),
        ("a: x\r\n  # why\r\nb: y\r\n", "a: x\r\nb: y\r\n"),
        ("\u{FEFF}# why\na: x\n", "\u{FEFF}a: x\n"),
        ("a: x\n# why", "a: x"),
    ] {
        let comment = read(text).tree.comments()[0];
        assert_eq!(changed(text, &remove_comment(text, comment.start, comment.end)), expected, "{text:?}");
    }
}

#[test]
fn a_scalar_keeps_its_type_and_its_quotes() {
    let written = |text: &str, value: &str| {
        let parsed = read(text);
        in_style_of(root(&parsed).get("a").unwrap(), value)
    };
    for (text, value, expected) in [
        ("a: x\n", "web", "web"),
        ("a: x\n", "true", "\"true\""),
        ("a: x\n", "8080", "\"8080\""),
        ("a: 80\n", "8080", "8080"),
        ("a: 'x'\n", "web", "'web'"),
        ("a: 'x'\n", "it's", "\"it's\""),
        ("a: \"x\"\n", "a\"b", "\"a\\\"b\""),
        ("{\"a\": 80}\n", "8080", "8080"),
        ("{\"a\": 80}\n", "http", "\"http\""),
        ("a: ns/x\n", "ns/web", "ns/web"),
        ("a: x\n", "*.example.com", "\"*.example.com\""),
    ] {
        assert_eq!(written(text, value).as_deref(), Some(expected), "{text:?} {value:?}");
    }
    assert_eq!(written("o: &o x\na: *o\n", "web"), None);
    assert_eq!(written("a: |\n  x\n", "web"), None);
}

fn lines() -> impl Strategy<Value = String> {
    let indent = prop::sample::select(vec!["", "", "", "  ", "  ", "    ", "      "]);
    let dash = prop::sample::select(vec!["", "", "", "- ", "-   ", "- - "]);
    let key = prop::sample::select(vec![
        "a: ",
        "b: ",
        "c: ",
        "d: ",
        "e:",
        "\"q\": ",
        "f:",
        "",
        "? ",
        "!!str g: ",
        "&k h: ",
    ]);
    let value = prop::sample::select(vec![
        "",
        "x",
        "two words",
        "\"quoted\"",
        "'it''s'",
        "{a: b, c: [d, e]}",
        "[1, 2]",
        "|",
        "|+",
        ">-",
        "&x y",
        "*x",
        "x # c",
        "# c",
        "!!str 1",
        "~",
        "{}",
        "{\"a\":1,\"b\":2}",
        "x\u{e9}",
    ]);
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\n\n", "\n   \n", "\r\n", ""]);
    let line = (indent, dash, key, value, end)
        .prop_map(|(indent, dash, key, value, end)| format!("{indent}{dash}{key}{value}{end}"));
    prop::collection::vec(line, 1..9).prop_map(|lines| lines.concat())
}

/// All documents as JSON.
fn meaning(parsed: &Parsed) -> Vec<Option<serde_json::Value>> {
    parsed.documents.iter().map(|document| json::value(parsed.tree.node(document.root))).collect()
}

/// The value at the way that keys and indexes lead.
fn at_way<'v>(value: &'v mut serde_json::Value, way: &[Step]) -> Option<&'v mut serde_json::Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(index),
    })
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// Every container of a document as it is written, with the way to it.
fn containers(root: NodeRef<'_>) -> Vec<(Vec<Step>, NodeRef<'_>)> {
    let mut found = Vec::new();
    let mut pending = vec![(Vec::new(), root)];
    while let Some((way, node)) = pending.pop() {
        if node.is_alias() || node.is_scalar() {
            continue;
        }
        let with = |step: Step| way.iter().cloned().chain([step]).collect::<Vec<_>>();
        pending
            .extend(node.raw_entries().map(|(key, value)| (with(Step::Key(key.key().into_owned())), value)));
        pending.extend(node.items().enumerate().map(|(index, item)| (with(Step::Index(index)), item)));
        found.push((way, node));
    }
    found
}

fn is_usable(parsed: &Parsed) -> bool {
    parsed.problems.is_empty() && parsed.documents.len() == 1 && meaning(parsed)[0].is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// An edit does what it says and nothing else: the rest of the document means the same, and no comment is lost.
    #[test]
    fn an_edit_changes_one_entry_only(text in lines()) {
        let parsed = read(&text);
        if !is_usable(&parsed) {
            return Ok(());
        }
        for (way, node) in containers(root(&parsed)) {
            let mut edits = Vec::new();
            for (key, _) in node.raw_entries().filter(|(key, _)| !key.is_merge_key()) {
                let name = key.key().into_owned();
                let mut without = meaning(&parsed).remove(0).unwrap();
                at_way(&mut without, &way).and_then(|map| map.as_object_mut()).unwrap().remove(&name);
                edits.extend(remove_entry(node, key).map(|change| (change, without)));
                let mut with = meaning(&parsed).remove(0).unwrap();
                let value = serde_json::Value::from("true");
                at_way(&mut with, &way).unwrap()["new"] = value;
                let change = insert_entry(node, Some(&name), "new", New::Text("true"));
                edits.extend(change.map(|change| (change, with)));
            }
            for (index, item) in node.items().enumerate() {
                let mut without = meaning(&parsed).remove(0).unwrap();
                at_way(&mut without, &way).and_then(|list| list.as_array_mut()).unwrap().remove(index);
                edits.extend(remove_item(node, item).map(|change| (change, without)));
            }
            if node.is_sequence() {
                let mut with = meaning(&parsed).remove(0).unwrap();
                at_way(&mut with, &way).and_then(|list| list.as_array_mut()).unwrap().push("true".into());
                edits.extend(append_item(node, "true").map(|change| (change, with)));
            }
            for (change, expected) in edits {
                let after = changed(&text, &change);
                let read = read(&after);
                prop_assert!(is_usable(&read), "{after:?} {:?}", read.problems);
                prop_assert_eq!(meaning(&read), vec![Some(expected)], "{:?}", after);
                prop_assert_eq!(read.tree.comments().len(), parsed.tree.comments().len(), "{:?}", after);
            }
        }
    }
}
