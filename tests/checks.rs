//! Every check against its page and its fixtures: what is marked is reported, what is not marked is not.
//!
//! `cargo test --test checks env_from` runs the cases whose name holds `env_from`.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its fixtures, and ends where it cannot"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kplan::analysis::{Analysis, analyze};
use kplan::check::{CHECKS, Run};
use kplan::config::{Level, Settings};
use kplan::diagnostic::Safety;
use kplan::fix;
use kplan::source::Workspace;
use libtest_mimic::{Arguments, Failed, Trial};

mod properties;

/// One case: files that are checked together, by one check.
struct Case {
    check: String,
    name: String,
    files: Vec<(String, String)>,
}

fn main() {
    let trials = page_cases().into_iter().chain(fixture_cases()).map(|case| {
        let name = format!("{}::{}", case.check, case.name);
        Trial::test(name, move || run(&case))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(case: &Case) -> Result<(), Failed> {
    let analysis = analyze(&workspace(&case.files), &only(&case.check));
    let expected = markers(&case.files);
    let mut reported = reported(&case.files, &analysis);
    if judges_others(&case.check) {
        reported.retain(|(.., check)| *check == case.check);
    }
    if expected != reported {
        let missing: Vec<_> = expected.difference(&reported).collect();
        let surplus: Vec<_> = reported.difference(&expected).collect();
        let messages: Vec<_> = analysis.diagnostics.iter().map(|diagnostic| &diagnostic.message).collect();
        return Err(format!(
            "marked but not reported: {missing:#?}\nreported but not marked: {surplus:#?}\nall messages: {messages:#?}"
        )
        .into());
    }
    let files: Vec<_> =
        case.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
    properties::hold(&files, &only(&case.check), 40)?;
    match judges_others(&case.check) {
        true => Ok(()),
        false => repairs_lose_findings(case),
    }
}

/// With this check alone, the repairs take away as many findings as there are repairs, and bring none.
fn repairs_lose_findings(case: &Case) -> Result<(), Failed> {
    let (settings, before) = (only(&case.check), workspace(&case.files));
    let had = analyze(&before, &settings).diagnostics;
    for safety in [Safety::Safe, Safety::Unsafe] {
        let fixed = fix::apply(&before, &had, safety);
        if fixed.applied == 0 {
            continue;
        }
        let has = analyze(&before.with_texts(fixed.files), &settings).diagnostics;
        if has.len() + fixed.applied > had.len() {
            return Err(format!("{safety:?}: {} repairs leave {has:#?}", fixed.applied).into());
        }
    }
    Ok(())
}

/// Settings under which this check alone is on; all of them for one that judges what the others did.
fn only(check: &str) -> Settings {
    let mut settings = Settings::plain();
    if judges_others(check) {
        return settings;
    }
    for other in CHECKS {
        settings.levels.insert(other.id.to_owned(), if other.id == check { Level::On } else { Level::Off });
    }
    settings
}

fn workspace(files: &[(String, String)]) -> Workspace {
    Workspace::new(files.iter().map(|(path, text)| properties::source(path, text.as_bytes())))
}

fn judges_others(id: &str) -> bool {
    CHECKS.iter().any(|check| check.id == id && matches!(check.run, Run::Suppressions(_)))
}

/// What is said of one line: file, line from 1, severity, check.
type Finding = (String, u32, String, String);

fn reported(files: &[(String, String)], analysis: &Analysis) -> BTreeSet<Finding> {
    let workspace = workspace(files);
    let findings = analysis.diagnostics.iter().map(|diagnostic| {
        let file = workspace.file(diagnostic.primary.span.file);
        let line = file.position(diagnostic.primary.span.start).line + 1;
        (file.path().to_owned(), line, diagnostic.severity.as_str().to_owned(), diagnostic.check.to_owned())
    });
    findings.collect()
}

/// Reads `# error: check-id` at the end of a line; on a line of its own it speaks for the next line without a marker.
fn markers(files: &[(String, String)]) -> BTreeSet<Finding> {
    let mut findings = BTreeSet::new();
    for (path, text) in files {
        let mut waiting: Vec<(String, String)> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let own_line = line.trim_start().starts_with('#');
            let marked = markers_of(line);
            if own_line && !marked.is_empty() {
                waiting.extend(marked);
                continue;
            }
            for (severity, check) in waiting.drain(..).chain(marked) {
                findings.insert((path.clone(), index as u32 + 1, severity, check));
            }
        }
        assert!(waiting.is_empty(), "{path}: a marker after the last line");
    }
    findings
}

fn markers_of(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for severity in ["error", "warning", "note"] {
        let marker = format!("# {severity}: ");
        for (at, _) in line.match_indices(&marker) {
            let rest = &line[at + marker.len()..];
            let id: String = rest
                .chars()
                .take_while(|character| character.is_ascii_lowercase() || *character == '-')
                .collect();
            found.push((severity.to_owned(), id));
        }
    }
    found
}

/// The yaml blocks of each page; the first must be reported, one of them must be silent. A block `yaml base` is what
/// was there before those that follow it; what is marked in it is marked for the first of them.
fn page_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for check in CHECKS {
        let mut base = None::<String>;
        for (index, (info, block)) in yaml_blocks(check.page).into_iter().enumerate() {
            if info == "yaml base" {
                base = Some(block);
                continue;
            }
            let mut files = vec![("manifest.yaml".to_owned(), block)];
            if let Some(text) = &mut base {
                files.push(("before/manifest.yaml".to_owned(), text.clone()));
                *text = text.replace(&format!(": {}", check.id), "");
            }
            cases.push(Case { check: check.id.to_owned(), name: format!("page {}", index + 1), files });
        }
    }
    cases
}

/// The blocks of YAML, each with what stands behind its fence.
fn yaml_blocks(page: &str) -> Vec<(&str, String)> {
    let mut blocks = Vec::new();
    let mut block = None::<(&str, String)>;
    for line in page.lines() {
        match &mut block {
            Some(whole) if line.starts_with("```") => blocks.push(std::mem::take(whole)),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
                continue;
            }
            None if matches!(line, "```yaml" | "```yaml base") => {
                block = Some((&line[3..], String::new()));
                continue;
            }
            None => continue,
        }
        block = None;
    }
    blocks
}

/// `fixtures/check/ID/NAME.yaml`, or a folder of files that are checked together; its `nodes.yaml` is the inventory,
/// its folder `before` is what was there before.
fn fixture_cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/check");
    let mut cases = Vec::new();
    for folder in sorted_entries(&root) {
        let check = file_name(&folder);
        assert!(CHECKS.iter().any(|known| known.id == check), "fixtures/check/{check}: no such check");
        for entry in sorted_entries(&folder) {
            let name = file_name(&entry);
            let mut files = Vec::new();
            read_files(&entry, &entry, &mut files);
            cases.push(Case { check: check.clone(), name, files });
        }
    }
    cases
}

fn read_files(root: &Path, path: &Path, files: &mut Vec<(String, String)>) {
    if path.is_dir() {
        for entry in sorted_entries(path) {
            read_files(root, &entry, files);
        }
        return;
    }
    let shown = path
        .strip_prefix(root)
        .ok()
        .filter(|rest| !rest.as_os_str().is_empty())
        .map_or_else(|| file_name(path), |rest| rest.to_string_lossy().into_owned());
    files.push((
        shown,
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    ));
}

fn sorted_entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
