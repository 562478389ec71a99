//! What is promised to those who come from other linters can be kept: the checks, levels and settings are there.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads the page that it is about")]

use std::collections::BTreeSet;
use std::path::Path;

use kplan::check::CHECKS;
use kplan::config::file;
use kplan::diagnostic::Severity;
use kplan::source::SourceFile;

const PAGE: &str = "docs/coming-from.md";

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE)).unwrap()
}

/// The code spans of a text.
fn spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Whether a code span has the form of a check's id.
fn looks_like_an_id(span: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    span == "syntax" || (span.contains('-') && span.split('-').all(is_word))
}

/// The rows of the tables that map checks, each with the tool and the two columns.
fn rows(page: &str) -> Vec<(&str, &str, &str)> {
    let (mut tool, mut is_map) = ("", false);
    let mut rows = Vec::new();
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            tool = title;
        }
        let Some(row) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else {
            is_map &= line.starts_with('|');
            continue;
        };
        let (theirs, ours) = row.split_once(" | ").unwrap_or_else(|| panic!("two columns: {line}"));
        match theirs {
            "its check" => is_map = true,
            "there" => is_map = false,
            _ if is_map => rows.push((tool, theirs, ours)),
            _ => {}
        }
    }
    rows
}

#[test]
fn every_check_that_is_named_exists() {
    let page = page();
    let known: BTreeSet<&str> = CHECKS.iter().map(|check| check.id).collect();
    let mut named = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let ours = line.trim_end_matches(" |").rsplit_once(" | ").map_or("", |(_, ours)| ours);
        for id in spans(ours).into_iter().filter(|span| looks_like_an_id(span)) {
            assert!(known.contains(id), "{PAGE}: there is no check `{id}`: {line}");
            named.insert(id);
        }
    }
    assert!(named.len() > 40, "{named:?}");
}

#[test]
fn every_row_names_a_check_or_says_why_there_is_none() {
    let page = page();
    let rows = rows(&page);
    assert!(rows.len() > 200, "{} rows", rows.len());
    for (tool, theirs, ours) in &rows {
        let names_a_check = spans(ours).into_iter().any(looks_like_an_id);
        let says_why = ours.strip_prefix("left out: ").is_some_and(|reason| reason.len() > 4);
        assert!(names_a_check || says_why, "{tool}: {theirs}");
    }
    let mut seen = BTreeSet::new();
    for (tool, theirs, _) in &rows {
        for id in spans(theirs).into_iter().filter(|span| !span.starts_with('-')) {
            assert!(seen.insert((*tool, id)), "{tool}: `{id}` stands twice");
        }
    }
}

#[test]
fn a_check_that_is_off_by_default_is_said_to_be_a_note() {
    let page = page();
    for (tool, theirs, ours) in rows(&page) {
        let mut parts = ours.split('`').skip(1);
        while let (Some(id), Some(behind)) = (parts.next(), parts.next()) {
            let Some(check) = CHECKS.iter().find(|check| check.id == id) else { continue };
            let is_off = check.severity == Severity::Note;
            if is_off && !ours.starts_with("left out") {
                assert!(behind.starts_with(" (note)"), "{tool}, {theirs}: `{id}` is a note");
            }
        }
    }
}

#[test]
fn the_settings_that_are_shown_are_settings() {
    let page = page();
    let blocks: Vec<&str> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 1);
    for block in blocks {
        let (_, faults) = file::read(&SourceFile::from_text("kplan.yaml", block));
        assert!(faults.is_empty(), "{faults:?}\n{block}");
    }
}

#[test]
fn the_commands_and_flags_that_are_shown_are_understood() {
    let page = page();
    let understands = |words: &[&str]| kplan::cli::understands(words.iter().map(Into::into)).is_ok();
    let mut understood = 0;
    for line in page.lines() {
        // What stands in a left-hand column is another program's.
        let ours =
            if line.starts_with('|') { line.trim_end_matches(" |").rsplit(" | ").next() } else { Some(line) };
        for span in spans(ours.unwrap()) {
            let command = span.split("| ").last().unwrap();
            let words: Vec<&str> = command.split_whitespace().filter(|word| *word != "...").collect();
            let words = match words.first() {
                Some(&"kplan") => words,
                Some(first) if first.starts_with("--") => [&["kplan", "check"], &words[..]].concat(),
                _ => continue,
            };
            // A flag may be named without its value.
            let is_right = understands(&words) || understands(&[&words[..], &["x"]].concat());
            assert!(is_right, "{PAGE}: {span}");
            understood += 1;
        }
    }
    assert!(understood > 20, "{understood} of them");
}

#[test]
fn the_readme_leads_here() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.contains(PAGE));
}
