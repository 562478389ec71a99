//! The reader against kubectl: every case in `fixtures/yaml` has the verdict of kubectl's own reading loop beside it.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its cases from the disk")]

use std::fs;
use std::path::{Path, PathBuf};

use kplan::parse::{parse, verdict_line};
use kplan::source::SourceFile;
use proptest::prelude::*;

/// Cases that are answered differently on purpose, with the reason. All of them are accidents of how go-yaml refills
/// its buffer, not rules.
const DIFFERENT_ON_PURPOSE: &[(&str, &str)] = &[(
    "enc-bad-far-after-docend",
    "kubectl reads in pieces of 512 bytes and never sees a bad character far behind the end of a document",
)];

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/yaml");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    cases.sort();
    cases
}

fn name(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

/// The text of a member of the outermost object, or of the one object in it that comes first.
fn member<'a>(text: &'a str, key: &str) -> &'a str {
    let start = text.find(&format!("\"{key}\":")).unwrap() + key.len() + 3;
    let mut depth = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (at, byte) in text[start..].bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b',' | b'}' | b']' if depth == 0 => return text[start..start + at].trim(),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    text[start..].trim()
}

/// JSON that can be compared: by value, or where it is too deep for that, by text without blanks.
fn comparable(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => value.to_string(),
        Err(_) => text.split_whitespace().collect(),
    }
}

struct Verdict {
    docs: String,
    nulls: String,
    refused: bool,
}

impl Verdict {
    fn of(text: &str) -> Self {
        let docs = member(text, "docs");
        Self {
            docs: comparable(if docs == "null" { "[]" } else { docs }),
            nulls: member(text, "nullDocsSkipped").to_owned(),
            refused: member(text, "error") != "null",
        }
    }
}

fn disagreement(path: &Path) -> Option<String> {
    let expected = ["json", "err"].iter().find_map(|kind| fs::read_to_string(path.with_extension(kind)).ok());
    let expected = expected.expect("every case has a verdict");
    let kubectl = Verdict::of(&expected[expected.find("\"kubectl\"").unwrap()..]);
    let line = verdict_line(&SourceFile::new(name(path), fs::read(path).unwrap()));
    let ours = Verdict::of(&line);
    if ours.refused != kubectl.refused {
        return Some(format!(
            "refused: ours {}, kubectl {}\n    {}",
            ours.refused,
            kubectl.refused,
            shortened(&line)
        ));
    }
    if ours.nulls != kubectl.nulls {
        return Some(format!("null documents: ours {}, kubectl {}", ours.nulls, kubectl.nulls));
    }
    if ours.docs != kubectl.docs {
        return Some(format!(
            "documents:\n    ours    {}\n    kubectl {}",
            shortened(&ours.docs),
            shortened(&kubectl.docs)
        ));
    }
    None
}

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

#[test]
fn every_case_is_read_as_kubectl_reads_it() {
    let cases = cases();
    assert!(cases.len() >= 519, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for path in &cases {
        let on_purpose = DIFFERENT_ON_PURPOSE.iter().any(|(case, _)| *case == name(path));
        match disagreement(path) {
            Some(how) if !on_purpose => wrong.push(format!("{}: {how}", name(path))),
            None if on_purpose => wrong.push(format!("{} is listed as different, but agrees", name(path))),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Every node lies inside its parent, behind its elder sibling, on character boundaries; every container is whole.
fn assert_well_formed(text: &str) {
    let file = SourceFile::from_text("case.yaml", text);
    let parsed = parse(&file);
    let text = file.text();
    let is_place = |at: u32| text.is_char_boundary(at as usize);
    let mut documents_end = 0;
    for document in &parsed.documents {
        assert!(document.range.start >= documents_end, "documents in order: {text:?}");
        documents_end = document.range.end;
        let mut pending = vec![parsed.tree.node(document.root)];
        while let Some(node) = pending.pop() {
            let range = node.range();
            assert!(range.start <= range.end && range.end as usize <= text.len(), "{node:?} in {text:?}");
            assert!(is_place(range.start) && is_place(range.end), "{node:?} in {text:?}");
            let _ = (node.key(), node.content(), node.scalar());
            // However a key is written, and whatever stands beside it, it is found; none is that is not there.
            for (key, _) in node.entries().take(100) {
                let found = node.get_entry(&key.key()).map(|(key, _)| key.key());
                assert_eq!(found, Some(key.key()), "in {text:?}");
            }
            for absent in ["b", "key", "items", "1", "null", "<<"] {
                let is_there = node.entries().any(|(key, _)| key.key() == absent);
                assert_eq!(node.get(absent).is_some(), is_there, "{absent} in {text:?}");
            }
            if node.is_alias() {
                assert!(node.target().id() < node.id(), "aliases point back: {text:?}");
                continue;
            }
            let mut children: Vec<_> = node.raw_entries().flat_map(|(key, value)| [key, value]).collect();
            children.extend(node.items());
            let mut end = range.start;
            for child in &children {
                assert!(child.range().start >= end, "{child:?} after {end} in {node:?} of {text:?}");
                end = child.range().end;
                assert!(node.path_to(*child).is_some());
            }
            assert!(end <= range.end, "{node:?} ends before its children in {text:?}");
            pending.extend(children);
        }
    }
    let mut end = 0;
    for comment in parsed.tree.comments() {
        assert!(comment.start >= end && comment.end as usize <= text.len(), "comments in order: {text:?}");
        assert!(text[comment.start as usize..].starts_with('#'), "{text:?}");
        end = comment.end;
    }
    for problem in &parsed.problems {
        let mut ranges = vec![problem.range.clone()];
        ranges.extend(problem.related.iter().map(|(range, _)| range.clone()));
        ranges.extend(problem.fix.iter().map(|fix| fix.range.clone()));
        for range in ranges {
            assert!(range.start <= range.end && range.end as usize <= text.len(), "{problem:?} in {text:?}");
            assert!(is_place(range.start) && is_place(range.end), "{problem:?} in {text:?}");
        }
    }
    let refused = parsed.problems.iter().any(|problem| problem.kind.is_refused());
    assert_eq!(refused, parsed.refusal.is_some(), "refused means that a problem says why: {text:?}");
    assert!(parsed.documents.iter().all(|document| !document.broken) || refused, "{text:?}");
}

#[test]
fn cases_cut_anywhere_are_well_formed() {
    for path in cases() {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        assert_well_formed(&text);
        // Every line end, and in short cases every character.
        for (at, character) in text.char_indices() {
            if character == '\n' || text.len() < 200 {
                assert_well_formed(&text[..at]);
            }
            if at > 20_000 {
                break;
            }
        }
    }
}

/// Texts of pieces that mean something, in any order.
fn yaml_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "b: ",
        "key:",
        "- ",
        "-",
        "\n",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        "'",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        ":",
        "? ",
        "#",
        " # c\n",
        "&x ",
        "*x",
        "!!str ",
        "! ",
        "!<x>",
        "|\n",
        ">-\n",
        "|2\n",
        "\t",
        "---\n",
        "...\n",
        "\r\n",
        "\r",
        "<<: ",
        "é",
        "\u{2028}",
        "\u{85}",
        "\u{FEFF}",
        "{{ .x }}",
        "yes",
        "0644",
        "1e3",
        ".inf",
        "~",
        "\\",
        "\\u00e9",
        "%YAML 1.1\n",
        "kind:Pod\n",
        "@",
        "`",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

/// Texts that once came out malformed.
#[test]
fn once_malformed_texts_are_well_formed() {
    for text in [
        "`'---\n\n  - &x : [\r\n.inf\r1e3]: a\t%YAML 1.1\n!<x>\u{85}|2\n\u{85}|\n, éyes",
        "`? '---\n\n  - &x : [\r\n.inf\r1e3]: a\t%YAML 1.1\n!<x>\u{85}|2\n\u{85}|\n, éyes",
        "---\n<<: \r\n<<: [.inf0644>-\n- \t]: ? }{ # c\n\n  {\"&x b: é: \r\n0644\"\u{feff}>-\n\n    !!str |2\n*x\n",
    ] {
        assert_well_formed(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_well_formed(text in yaml_like()) {
        assert_well_formed(&text);
    }

    #[test]
    fn documents_do_not_touch_each_other(first in yaml_like(), second in yaml_like()) {
        let count = |text: &str| {
            let parsed = parse(&SourceFile::from_text("case.yaml", text));
            (parsed.documents.len() + parsed.null_documents, parsed.problems.len())
        };
        // A `{` may start JSON, and a separator may or may not stand at the very start.
        let plain = |text: &str| format!("a: 1\n{}", text.replace("---", "").replace('{', ""));
        let (first, second) = (plain(&first), plain(&second));
        let (left, right) = (format!("{first}\n"), format!("{second}\n"));
        let both = count(&format!("{left}---\n{right}"));
        let (left, right) = (count(&left), count(&right));
        prop_assert_eq!(both, (left.0 + right.0, left.1 + right.1));
    }
}
