//! Pictures of findings, one for each thing that can go wrong while drawing, and the promises of the machine formats.

use kplan::analysis::Summary;
use kplan::diagnostic::{Diagnostic, Edit, Fix, Label, ObjectName, Safety, Severity};
use kplan::parse::origin::Origins;
use kplan::render::{Colors, Detail, Format, Report, Rule, render};
use kplan::source::{FileId, SourceFile, Span, Workspace};

const FORMATS: [Format; 7] = [
    Format::Human,
    Format::Concise,
    Format::Json,
    Format::Sarif,
    Format::Github,
    Format::Gitlab,
    Format::Junit,
];

const RULES: &[Rule<'static>] = &[Rule {
    id: "service-target-port",
    group: "reference",
    severity: Severity::Error,
    summary: "a Service sends traffic to a port where nothing listens",
    page: "# service-target-port\n",
}];

const SERVICE: &str = "apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
spec:
  selector:
    app: web
  ports:
  - port: 80
    targetPort: 8080
";

const DEPLOYMENT: &str = "kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          ports:
            - containerPort: 80
";

fn workspace(files: &[(&str, &str)]) -> Workspace {
    Workspace::new(files.iter().map(|(path, text)| SourceFile::from_text(*path, text)))
}

/// The span of the first `text` in a file.
fn span(workspace: &Workspace, path: &str, text: &str) -> Span {
    let (id, file) = workspace.files().find(|(_, file)| file.path() == path).expect("the file is there");
    let start = file.text().find(text).expect("the text is there") as u32;
    Span::new(id, start, start + text.len() as u32)
}

fn finding(span: Span, message: &str, label: &str) -> Diagnostic {
    Diagnostic {
        primary: Label { span, text: label.to_owned() },
        severity: Severity::Error,
        check: "unknown-field",
        message: message.to_owned(),
        related: Vec::new(),
        help: Vec::new(),
        object: None,
        field: None,
        fix: None,
    }
}

fn target_port() -> (Workspace, Vec<Diagnostic>) {
    let workspace =
        workspace(&[("manifests/web/service.yaml", SERVICE), ("manifests/web/deployment.yaml", DEPLOYMENT)]);
    let at = span(&workspace, "manifests/web/service.yaml", "8080");
    let mut diagnostic = finding(
        at,
        "Service `shop/web` sends port 80 to 8080, but no selected pod listens there",
        "no container port 8080",
    );
    diagnostic.check = "service-target-port";
    let there = span(&workspace, "manifests/web/deployment.yaml", "80");
    let text = "Deployment `web`, selected by `app: web`, listens on 80".to_owned();
    diagnostic.related.push(Label { span: there, text });
    diagnostic.help.push("write `targetPort: 80`".to_owned());
    diagnostic.object = Some(ObjectName {
        api_version: "v1".to_owned(),
        kind: "Service".to_owned(),
        namespace: Some("shop".to_owned()),
        name: "web".to_owned(),
    });
    diagnostic.field = Some("spec.ports[0].targetPort".to_owned());
    diagnostic.fix = Some(Fix {
        title: "write `targetPort: 80`".to_owned(),
        safety: Safety::Safe,
        edits: vec![Edit { span: at, text: "80".to_owned() }],
    });
    (workspace, vec![diagnostic])
}

fn rendered(workspace: &Workspace, diagnostics: &[Diagnostic], format: Format, colors: Colors) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let summary = Summary {
        files: workspace.len(),
        objects: 11,
        skipped: Vec::new(),
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        notes: count(Severity::Note),
        older: None,
    };
    render(
        &Report {
            diagnostics,
            workspace,
            summary: &summary,
            rules: RULES,
            detail: Detail::Normal,
            origins: &Origins::default(),
            failing: Severity::Error,
        },
        format,
        colors,
    )
}

/// The picture without its summary line.
fn picture(workspace: &Workspace, diagnostics: &[Diagnostic]) -> String {
    for format in FORMATS {
        rendered(workspace, diagnostics, format, Colors::On);
    }
    let text = rendered(workspace, diagnostics, Format::Human, Colors::Off);
    let (picture, _) = text.trim_end().rsplit_once('\n').expect("a picture and a summary");
    picture.to_owned()
}

fn one(text: &str, marked: &str, label: &str) -> String {
    let workspace = workspace(&[("a.yaml", text)]);
    let at = span(&workspace, "a.yaml", marked);
    picture(&workspace, &[finding(at, "something is wrong", label)])
}

#[test]
fn human() {
    let (workspace, diagnostics) = target_port();
    insta::assert_snapshot!(rendered(&workspace, &diagnostics, Format::Human, Colors::Off));
}

#[test]
fn human_in_colour() {
    let (workspace, diagnostics) = target_port();
    let text = rendered(&workspace, &diagnostics, Format::Human, Colors::On);
    insta::assert_snapshot!(text.replace('\x1b', "␛"));
}

#[test]
fn concise() {
    let (workspace, diagnostics) = target_port();
    insta::assert_snapshot!(rendered(&workspace, &diagnostics, Format::Concise, Colors::Off));
}

#[test]
fn json() {
    let (workspace, diagnostics) = target_port();
    let text = rendered(&workspace, &diagnostics, Format::Json, Colors::On);
    insta::assert_snapshot!(text);
}

#[test]
fn sarif() {
    let (workspace, diagnostics) = target_port();
    let text = rendered(&workspace, &diagnostics, Format::Sarif, Colors::On);
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(text);
}

#[test]
fn github() {
    let (workspace, diagnostics) = target_port();
    insta::assert_snapshot!(rendered(&workspace, &diagnostics, Format::Github, Colors::On));
}

#[test]
fn github_escapes_what_would_end_a_property_or_a_line() {
    let workspace = workspace(&[("odd,na:me%.yaml", "a: 1\n")]);
    let diagnostic = finding(Span::new(FileId(0), 0, 1), "100% wrong\r\nreally: yes, so", "");
    let text = rendered(&workspace, &[diagnostic], Format::Github, Colors::Off);
    let first = text.lines().next().unwrap();
    assert_eq!(
        first,
        "::error file=odd%2Cna%3Ame%25.yaml,line=1,col=1,endLine=1,endColumn=2,title=kplan unknown-field\
         ::100%25 wrong%0D%0Areally: yes, so"
    );
}

#[test]
fn labels_on_one_line_and_on_lines_apart() {
    let text = "a: one\nb: two\nc: three\nd: four\ne: five\nf: six six\n";
    let workspace = workspace(&[("a.yaml", text)]);
    let mut diagnostic = finding(span(&workspace, "a.yaml", "five"), "several places", "here");
    for (text, label) in [("one", "first"), ("three", "after one line"), ("six", "left"), (" six\n", "right")]
    {
        let mut at = span(&workspace, "a.yaml", text);
        at.start += u32::from(text.starts_with(' '));
        diagnostic.related.push(Label { span: at, text: label.to_owned() });
    }
    insta::assert_snapshot!(picture(&workspace, &[diagnostic]));
}

#[test]
fn multi_byte_wide_and_tabbed_text() {
    insta::assert_snapshot!(one("name:\t\"é漢字😀\" # é\n", "\"é漢字😀\"", "wide"));
}

#[test]
fn carriage_returns_are_not_drawn() {
    insta::assert_snapshot!(one("a: 1\r\nb: 2\r\nc: 3\r\n", "2", "two"));
}

#[test]
fn a_span_of_several_lines_shows_its_first() {
    insta::assert_snapshot!(one("a:\n  b: 1   \n  c: 2\n", "b: 1   \n  c: 2", "both"));
}

#[test]
fn an_empty_span_is_a_place() {
    let workspace = workspace(&[("a.yaml", "kind:NetworkPolicy\n")]);
    insta::assert_snapshot!(picture(
        &workspace,
        &[finding(Span::new(FileId(0), 5, 5), "a space is missing after the colon", "write a space here")]
    ));
}

#[test]
fn the_end_of_the_file_is_a_place() {
    let workspace = workspace(&[("a.yaml", "a: [1,\n"), ("b.yaml", "a: [1,"), ("empty.yaml", "")]);
    let at = |file: u32, offset| finding(Span::new(FileId(file), offset, offset), "`]` is missing", "here");
    insta::assert_snapshot!(picture(&workspace, &[at(0, 7), at(1, 6), at(2, 0)]));
}

#[test]
fn long_lines_are_cut_around_what_is_marked() {
    let text =
        format!("{{\"é\": \"{}\", \"port\": 80, {}, \"last\": 1}}\n", "x".repeat(4000), "y".repeat(5000));
    let workspace = workspace(&[("a.json", &text)]);
    let mut diagnostic = finding(span(&workspace, "a.json", "80"), "in a long line", "here");
    for (text, label) in [("\"port\"", "near"), ("\"last\"", "far"), (&"y".repeat(5000)[..], "long")] {
        diagnostic.related.push(Label { span: span(&workspace, "a.json", text), text: label.to_owned() });
    }
    insta::assert_snapshot!(picture(&workspace, &[diagnostic]));
}

#[test]
fn manifests_cannot_steer_the_terminal() {
    let workspace = workspace(&[("a\x1b.yaml", "name: \"\x1b[2J\u{202e}\" # x\n")]);
    let at = span(&workspace, "a\x1b.yaml", "\"\x1b[2J\u{202e}\"");
    let mut diagnostic = finding(at, "bad name `\x1b[2J`", "\x1b[31m");
    diagnostic.help.push("no\n\x1b[1m".to_owned());
    for format in [Format::Human, Format::Concise] {
        let text = rendered(&workspace, std::slice::from_ref(&diagnostic), format, Colors::Off);
        assert!(!text.contains(['\x1b', '\u{202e}']), "{text:?}");
    }
    insta::assert_snapshot!(picture(&workspace, &[diagnostic]));
}

#[test]
fn a_megabyte_on_one_line_with_a_thousand_findings_is_quick() {
    let item = "{\"name\": \"é\", \"port\": 80}, ";
    let text = item.repeat(40_000);
    let workspace = workspace(&[("a.json", &text)]);
    let diagnostics: Vec<Diagnostic> = (0..40_000)
        .step_by(40)
        .map(|index| {
            let start = (index * item.len()) as u32 + 1;
            finding(Span::new(FileId(0), start, start + 6), "again", "here")
        })
        .collect();
    let sizes: Vec<usize> =
        FORMATS.iter().map(|format| rendered(&workspace, &diagnostics, *format, Colors::Off).len()).collect();
    // A quadratic renderer takes minutes for this; what it would write is no less than a gigabyte.
    assert!(sizes.iter().all(|size| *size < 2_000_000), "{sizes:?}");
}

#[test]
fn json_positions_count_from_one_in_characters_and_offsets_in_bytes() {
    let workspace = workspace(&[("a.yaml", "é: 1\r\né: é2\n")]);
    let text =
        rendered(&workspace, &[finding(span(&workspace, "a.yaml", "2"), "m", "")], Format::Json, Colors::Off);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let span = &value["diagnostics"][0]["span"];
    assert_eq!(span["start"], serde_json::json!({"line": 2, "column": 5, "offset": 13}));
    assert_eq!(span["end"], serde_json::json!({"line": 2, "column": 6, "offset": 14}));
}

#[test]
fn sarif_is_valid() {
    // One pattern in the published schema, of a member that we do not write, has a stray bracket.
    let schema = include_str!("data/sarif-2.1.0-rtm.5.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let (workspace, mut diagnostics) = target_port();
    let odd = Workspace::new([SourceFile::from_text("/tmp/a b/é:x.yaml", "a: 1\n")]);
    let mut empty = finding(Span::new(FileId(0), 5, 5), "at the end", "");
    empty.severity = Severity::Note;
    diagnostics.push(Diagnostic { check: "syntax", ..finding(Span::new(FileId(0), 0, 0), "no rule", "") });
    for (workspace, diagnostics) in [(&workspace, &diagnostics), (&odd, &vec![empty]), (&odd, &Vec::new())] {
        let text = rendered(workspace, diagnostics, Format::Sarif, Colors::Off);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        assert_eq!(value["runs"][0]["results"].as_array().unwrap().len(), diagnostics.len());
    }
    let mut wrong: serde_json::Value = serde_json::from_str("{\"version\": \"2.1.0\"}").unwrap();
    assert!(!validator.is_valid(&wrong), "the schema does refuse");
    wrong["runs"] = serde_json::json!([]);
    assert!(validator.is_valid(&wrong));
}
