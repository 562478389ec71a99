//! The invariants of ARCHITECTURE.md that no compiler holds.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads the sources, and ends where it cannot"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kplan::check::CHECKS;

/// A module may use what stands above it, never what stands below it or beside it.
const LADDER: &[&[&str]] = &[
    &["source"],
    &["diagnostic"],
    &["fingerprint"],
    &["parse"],
    &["suppression"],
    &["config"],
    &["graph"],
    &["practice"],
    &["plan"],
    &["check"],
    &["analysis"],
    &["render", "fix", "baseline", "since"],
    &["incremental"],
    &["ide"],
    &["load"],
    &["lsp"],
    &["cli"],
    &["main", "lib"],
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The top-level module that a file under `src/` belongs to.
fn module_of(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).unwrap();
    let first = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn rung(module: &str) -> usize {
    LADDER.iter().position(|modules| modules.contains(&module)).unwrap_or_else(|| {
        panic!("`{module}` is not on the ladder: put it on a rung in tests/tidy.rs and ARCHITECTURE.md")
    })
}

#[test]
fn no_module_climbs_the_ladder_backwards() {
    for path in rust_files("src") {
        let module = module_of(&path);
        let text = read(&path);
        for (at, _) in text.match_indices("crate::") {
            let rest = &text[at + "crate::".len()..];
            let used: String = rest
                .chars()
                .take_while(|character| character.is_ascii_lowercase() || *character == '_')
                .collect();
            if used.is_empty() || used == module || rest[used.len()..].starts_with('!') {
                continue;
            }
            assert!(
                rung(&used) < rung(&module),
                "{}: `{module}` uses `{used}`, which stands below it",
                path.display()
            );
        }
    }
}

#[test]
fn no_file_has_two_purposes() {
    for folder in ["src", "tests", "benches"] {
        for path in rust_files(folder) {
            let text = read(&path);
            let lines = text.lines().count();
            assert!(lines <= 800, "{}: {lines} lines", path.display());
            assert!(text.starts_with("//!") || text.starts_with("#!"), "{}: no `//!` line", path.display());
        }
    }
}

#[test]
fn a_check_is_one_short_file_with_one_page() {
    let folder = root().join("src/check");
    let mut ids = BTreeSet::new();
    for check in CHECKS {
        assert!(ids.insert(check.id), "{} is registered twice", check.id);
        assert!(
            check.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{}: not kebab-case",
            check.id
        );
        let file = folder.join(format!("{}.rs", check.id.replace('-', "_")));
        let lines = read(&file).lines().count();
        assert!(lines <= 150, "{}: {lines} lines", file.display());
        let page = read(&folder.join(format!("{}.md", check.id.replace('-', "_"))));
        assert_eq!(page, check.page, "{}: not its own page", check.id);
        for heading in [
            &format!("# {}\n", check.id) as &str,
            "\n## What it does\n",
            "\n## Why it matters\n",
            "\n## Example\n",
        ] {
            assert!(page.contains(heading), "{}: its page has no {heading:?}", check.id);
        }
        let marker = |line: &str| {
            ["error", "warning", "note"]
                .iter()
                .any(|level| line.contains(&format!("# {level}: {}", check.id)))
        };
        assert!(page.lines().any(marker), "{}: its page has no example with a marker", check.id);
        assert!(check.summary.len() <= 100 && !check.summary.ends_with('.'), "{}: summary", check.id);
    }
    for path in rust_files("src/check") {
        let stem = path.file_stem().unwrap().to_string_lossy().replace('_', "-");
        let page = path.with_extension("md");
        assert!(!page.exists() || ids.contains(stem.as_str()), "{}: not in CHECKS", path.display());
    }
}

#[test]
fn nothing_can_reach_a_network() {
    let lock = read(&root().join("Cargo.lock"));
    for name in ["reqwest", "hyper", "ureq", "curl", "tokio", "async-std", "rustls", "native-tls", "openssl"]
    {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name} is in the dependency tree");
    }
}

#[test]
fn only_the_renderer_of_pictures_names_the_snippet_crate() {
    for path in rust_files("src") {
        let shown = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let text = read(&path);
        assert!(
            !text.contains("codespan_reporting::") || shown.starts_with("src/render/"),
            "{shown} names codespan"
        );
        assert!(!text.contains("lsp_types::") || shown.starts_with("src/lsp/"), "{shown} names lsp_types");
        assert!(!text.contains("clap::") || shown.starts_with("src/cli"), "{shown} names clap");
    }
}

#[test]
fn the_architecture_names_only_what_exists() {
    let text = read(&root().join("ARCHITECTURE.md"));
    for piece in text.split('`').skip(1).step_by(2) {
        let is_path = piece.starts_with("src/")
            || piece.starts_with("tests/")
            || piece.starts_with("schemas/")
            || piece.starts_with("fixtures/");
        let path = piece.split([':', '#', '*']).next().unwrap_or(piece);
        assert!(
            !is_path || root().join(path).exists(),
            "ARCHITECTURE.md names {piece}, which does not exist"
        );
    }
}
