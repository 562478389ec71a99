//! The reports for CI servers hold to their schemas, whatever the manifests and their names hold.

use std::collections::BTreeSet;

use kplan::analysis::analyze;
use kplan::config::Settings;
use kplan::diagnostic::Severity;
use kplan::render::{Colors, Detail, Format, Report, render};
use kplan::source::{SourceFile, Workspace};
use roxmltree::{Document, Node};
use serde_json::{Value, json};

fn report(files: &[(&str, &[u8])], format: Format, failing: Severity) -> String {
    let files = files.iter().map(|(path, bytes)| SourceFile::new(*path, bytes.to_vec()));
    let workspace = Workspace::new(files);
    let analysis = analyze(&workspace, &Settings::plain());
    let report = Report {
        diagnostics: &analysis.diagnostics,
        workspace: &workspace,
        summary: &analysis.summary,
        rules: &[],
        detail: Detail::Normal,
        origins: &analysis.origins,
        failing,
    };
    render(&report, format, Colors::Off)
}

const BAD: &[u8] = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: yes\n";
const GOOD: &[u8] = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\ndata:\n  key: text\n";

/// Everything that a format may trip over, in names, keys, values and paths.
const NASTY: &[(&str, &[u8])] = &[
    (
        "a <&\"'> ]]>.yaml",
        b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {\"<]]>&\\\"'\": yes}\n",
    ),
    ("bell\u{7}\u{1b}[31m\u{fffe}\u{202e}.yaml", BAD),
    (
        "caf\u{fffd}\u{1F600}.yaml",
        b"apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\x01\\uFFFF\\t\\n\\r\"}\nspcc: \xff\n",
    ),
    ("empty.yaml", b""),
    ("good.yaml", GOOD),
    ("values.yaml", b"a: 1\n"),
    (
        "windows.yaml",
        b"apiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: w}\r\ndata: {a: no}\r\nx: [\r\n",
    ),
];

/// The format of GitLab's documentation: `description`, `check_name`, `fingerprint`, `severity` of five words, and a
/// location with a relative path and a line. Members beside these are allowed by it; of kplan's there are none.
fn code_quality_schema() -> Value {
    let place = json!({
        "type": "object",
        "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
        "required": ["line", "column"],
    });
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "pattern": "^[a-z-]+$"},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines", "positions"],
                    "properties": {
                        "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "properties": {
                                "begin": {"type": "integer", "minimum": 1},
                                "end": {"type": "integer", "minimum": 1},
                            },
                        },
                        "positions": {"type": "object", "properties": {"begin": place, "end": place}},
                    },
                },
            },
        },
    })
}

fn gitlab(files: &[(&str, &[u8])]) -> Vec<Value> {
    let text = report(files, Format::Gitlab, Severity::Error);
    let value: Value = serde_json::from_str(&text).expect("it is JSON");
    let validator = jsonschema::validator_for(&code_quality_schema()).expect("the schema is one");
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{text}");
    value.as_array().expect("it is an array").clone()
}

fn fingerprints(files: &[(&str, &[u8])]) -> Vec<String> {
    let all: Vec<String> = gitlab(files)
        .iter()
        .map(|entry| entry["fingerprint"].as_str().expect("it is a string").to_owned())
        .collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "each has its own");
    all
}

#[test]
fn gitlab_takes_every_report() {
    assert_eq!(report(&[("good.yaml", GOOD)], Format::Gitlab, Severity::Error), "[]\n");
    assert_eq!(report(&[], Format::Gitlab, Severity::Error), "[]\n");
    assert!(gitlab(NASTY).len() >= 5);
    fingerprints(NASTY);
    let entry = &gitlab(&[("a.yaml", BAD)])[0];
    assert_eq!(entry["severity"], "critical");
    assert_eq!(entry["location"]["path"], "a.yaml");
    assert_eq!(entry["location"]["lines"], json!({"begin": 6, "end": 6}));
    assert_eq!(entry["location"]["positions"]["begin"], json!({"line": 6, "column": 8}));
}

#[test]
fn a_fingerprint_stays_when_lines_move_and_equal_findings_each_have_one() {
    let moved = [b"# a comment\n\n", BAD].concat();
    assert_eq!(fingerprints(&[("a.yaml", BAD)]), fingerprints(&[("a.yaml", &moved)]));
    let two = b"a: [\n---\na: [\n---\nb: [\n";
    let more = [b"# moved\n", two.as_slice()].concat();
    assert!(fingerprints(&[("a.yaml", two)]).len() >= 3);
    assert_eq!(fingerprints(&[("a.yaml", two)]), fingerprints(&[("a.yaml", &more)]));
}

/// What `junit-10.xsd` of Jenkins' xUnit plugin says of the elements that are used: parents, attributes, and which of
/// these must be there.
fn assert_junit(text: &str) {
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(document.root_element().tag_name().name(), "testsuites");
    for node in document.descendants().filter(Node::is_element) {
        let (parents, allowed, required): (&[&str], &[&str], &[&str]) = match node.tag_name().name() {
            "testsuites" => (&[], &["name", "time", "tests", "failures", "errors"], &[]),
            "testsuite" => (
                &["testsuites"],
                &[
                    "name",
                    "tests",
                    "failures",
                    "errors",
                    "skipped",
                    "time",
                    "timestamp",
                    "hostname",
                    "id",
                    "file",
                ],
                &["name", "tests", "failures", "errors"],
            ),
            "testcase" => (&["testsuite"], &["name", "classname", "time", "group"], &["name"]),
            "failure" | "skipped" => (&["testcase"], &["type", "message"], &[]),
            "system-out" => (&["testcase", "testsuite"], &[], &[]),
            other => panic!("<{other}> is no element of JUnit"),
        };
        let parent = node.parent_element().map(|parent| parent.tag_name().name());
        assert!(parent.map_or(parents.is_empty(), |parent| parents.contains(&parent)), "{node:?}");
        for attribute in node.attributes() {
            assert!(allowed.contains(&attribute.name()), "{node:?}");
        }
        assert!(required.iter().all(|name| node.attribute(*name).is_some()), "{node:?}");
        let is_text = ["failure", "system-out"].contains(&node.tag_name().name());
        let has_text = node
            .children()
            .any(|child| child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty()));
        assert!(is_text || !has_text, "{node:?} holds text");
    }
    for suite in document.descendants().filter(|node| node.has_tag_name("testsuite")) {
        let count = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count();
        let said = |name: &str| suite.attribute(name).and_then(|text| text.parse::<usize>().ok());
        assert_eq!(said("tests"), Some(count("testcase")));
        assert_eq!(said("failures"), Some(count("failure")));
        assert_eq!(said("skipped"), Some(count("skipped")));
        let cases = suite.children().filter(|node| node.has_tag_name("testcase"));
        let names: BTreeSet<_> = cases.clone().map(|case| case.attribute("name")).collect();
        assert_eq!(names.len(), cases.count(), "a server knows a test by its name");
    }
}

#[test]
fn junit_takes_every_report() {
    for failing in [Severity::Error, Severity::Warning, Severity::Note] {
        assert_junit(&report(NASTY, Format::Junit, failing));
    }
    let nothing = report(&[], Format::Junit, Severity::Error);
    assert_junit(&nothing);
    assert!(nothing.contains("tests=\"0\" failures=\"0\""), "{nothing}");
    let nasty = report(NASTY, Format::Junit, Severity::Error);
    assert!(!nasty.contains("]]>") && !nasty.contains('\u{7}') && !nasty.contains('\u{fffe}'), "{nasty}");
    assert!(nasty.contains("<skipped message=\"values for a Helm chart\"/>"), "{nasty}");
}

#[test]
fn junit() {
    insta::assert_snapshot!(report(
        &[("bad & worse.yaml", BAD), ("good.yaml", GOOD), ("values.yaml", b"a: 1\n")],
        Format::Junit,
        Severity::Error
    ));
}

#[test]
fn a_test_fails_where_the_run_does() {
    let warning = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  key: a\n  key: b\n";
    let failures = |failing| {
        let text = report(&[("a.yaml", warning)], Format::Junit, failing);
        assert_junit(&text);
        text.matches("<failure ").count()
    };
    assert_eq!((failures(Severity::Error), failures(Severity::Warning)), (0, 1));
}

#[test]
fn findings_of_a_rendered_chart_name_the_template() {
    let chart =
        [b"---\n# Source: shop/templates/a&b.yaml\n", BAD, b"---\n# Source: shop/templates/b.yaml\n", GOOD]
            .concat();
    let files: &[(&str, &[u8])] = &[("<stdin>", &chart)];
    let says = |format, what: &str| {
        let text = report(files, format, Severity::Error);
        assert!(text.contains(what), "{text}");
        assert!(!text.contains("templates/b.yaml"), "{text}");
    };
    says(Format::Human, "\n  = note: rendered from shop/templates/a&b.yaml\n");
    says(Format::Concise, "(rendered from shop/templates/a&b.yaml)\n");
    says(Format::Json, "\"template\": \"shop/templates/a&b.yaml\"");
    says(Format::Sarif, "\"template\": \"shop/templates/a&b.yaml\"");
    says(Format::Sarif, "note: rendered from shop/templates/a&b.yaml");
    says(Format::Github, "%0Anote: rendered from shop/templates/a&b.yaml");
    says(Format::Gitlab, "(rendered from shop/templates/a&b.yaml)");
    says(Format::Junit, "\nnote: rendered from shop/templates/a&amp;b.yaml");
}
