//! The reader against kubectl: every case in `fixtures/yaml` has the verdict of kubectl's own reading loop beside it.

use std::fs;
use std::path::{Path, PathBuf};

use kplan::parse::verdict_line;
use kplan::source::SourceFile;

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
