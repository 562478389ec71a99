//! The guide that explains Kubernetes, whose blocks contain real mistakes: each is found, where it stands.
//!
//! The guide is not part of this repository. It is looked for beside it, in `../shared/seed`.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test reads its input, and says what it skips"
)]

use std::path::Path;

use kplan::analysis::analyze;
use kplan::config::Settings;
use kplan::diagnostic::Severity;
use kplan::source::{SourceFile, Workspace};

/// Line, check and severity of what has to be said of the guide.
const MISTAKES: &[(u32, &str, Severity)] = &[
    (124, "missing-field", Severity::Error),
    (125, "missing-field", Severity::Error),
    (282, "missing-kind", Severity::Note),
    (329, "service-target-port", Severity::Error),
    (370, "missing-kind", Severity::Note),
    (441, "missing-field", Severity::Error),
    (442, "statefulset-service", Severity::Warning),
    (444, "missing-field", Severity::Error),
    (484, "in-tree-provisioner", Severity::Warning),
    (546, "missing-field", Severity::Error),
    (566, "dangling-reference", Severity::Warning),
    (580, "syntax", Severity::Error),
    (628, "missing-field", Severity::Error),
    (710, "duplicate-object", Severity::Warning),
    (723, "duplicate-object", Severity::Warning),
    (748, "duplicate-object", Severity::Warning),
];

fn guide() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/seed/kubernetes-explained.md");
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: there is no guide at {}", path.display());
    }
    text
}

/// Line, check and severity of what is said of a text.
fn found(name: &str, text: &str) -> Vec<(u32, &'static str, Severity)> {
    let workspace = Workspace::new([SourceFile::from_text(name, text)]);
    let diagnostics = analyze(&workspace, &Settings::plain()).diagnostics;
    let place = |one: &kplan::diagnostic::Diagnostic| {
        let span = one.primary.span;
        (workspace.file(span.file).position(span.start).line + 1, one.check, one.severity)
    };
    diagnostics.iter().map(place).collect()
}

#[test]
fn every_mistake_of_the_guide_is_found_and_no_other_error() {
    let Some(text) = guide() else { return };
    let found = found("kubernetes-explained.md", &text);
    for mistake in MISTAKES {
        assert!(found.contains(mistake), "{mistake:?} is missing from {found:#?}");
    }
    let others: Vec<_> =
        found.iter().filter(|one| one.2 == Severity::Error && !MISTAKES.contains(one)).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn the_complete_example_has_no_errors() {
    let Some(text) = guide() else { return };
    // The last fenced block is the whole application.
    let (_, block) = text.rsplit_once("```yaml\n").unwrap();
    let (example, _) = block.split_once("```").unwrap();
    assert!(example.contains("kind: Deployment"), "another block stands last: {example}");
    let errors: Vec<_> =
        found("complete.yaml", example).into_iter().filter(|one| one.2 == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
