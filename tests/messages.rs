//! What is said of common mistakes: one mistake, one finding, at its place, with what to do.

#![expect(clippy::disallowed_methods, reason = "a test of speed looks at the clock")]

use std::time::{Duration, Instant};

use kplan::analysis::analyze;
use kplan::config::Settings;
use kplan::diagnostic::Severity;
use kplan::source::{SourceFile, Workspace};

/// The errors and warnings of a manifest: line from 1, check, message, helps.
fn said(text: &str) -> Vec<(u32, &'static str, String, Vec<String>)> {
    let workspace = Workspace::new([SourceFile::from_text("a.yaml", text)]);
    let analysis = analyze(&workspace, &Settings::plain());
    let findings = analysis.diagnostics.into_iter().filter(|finding| finding.severity != Severity::Note);
    let findings = findings.map(|finding| {
        let span = finding.primary.span;
        let line = workspace.file(span.file).position(span.start).line + 1;
        (line, finding.check, finding.message, finding.help)
    });
    findings.collect()
}

/// Lines and checks.
fn places(text: &str) -> Vec<(u32, &'static str)> {
    said(text).into_iter().map(|(line, check, ..)| (line, check)).collect()
}

#[test]
fn a_merge_conflict_is_called_by_its_name() {
    let inside = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n<<<<<<< HEAD\n  a: b\n=======\n  a: c\n>>>>>>> other\n";
    let around = "<<<<<<< HEAD\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n=======\nkind: Secret\n>>>>>>> other\n";
    for (text, line) in [(inside, 6), (around, 1)] {
        let said = said(text);
        assert_eq!(said.len(), 1, "{said:#?}");
        assert_eq!((said[0].0, &*said[0].2), (line, "a merge conflict is not resolved"));
    }
}

#[test]
fn what_a_syntax_error_is_about_is_not_judged_twice() {
    let missing_colon =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name web\n  labels:\n    app: web\ndata: {a: b}\n";
    assert_eq!(places(missing_colon), [(5, "syntax")]);
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: nginx: 1.27\n  restartPolicy: never\n";
    assert_eq!(places(pod), [(7, "syntax"), (8, "invalid-value")], "other lines are checked as ever");
}

#[test]
fn labels_right_below_a_selector_belong_under_match_labels() {
    let text =
        "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: a}\nspec:\n  selector:\n    app: web\n";
    let said = said(text);
    let helps: Vec<_> =
        said.iter().filter(|(_, check, ..)| *check == "unknown-field").map(|(.., helps)| helps).collect();
    assert_eq!(helps, [&["move `app` to `spec.selector.matchLabels`".to_owned()]]);
}

#[test]
fn a_comment_needs_a_space_before_it() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: 80# web\n";
    let said = said(text);
    let helps = said.iter().find(|(_, check, ..)| *check == "wrong-type").map(|(.., helps)| helps.clone());
    assert_eq!(helps.unwrap_or_default(), ["put a space before the `#` to make it a comment"]);
}

#[test]
fn of_two_objects_of_one_name_the_second_may_be_refused() {
    let class = |disk| {
        let head = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\n";
        format!("{head}provisioner: csi.example.com\nparameters: {{type: {disk}}}\n")
    };
    let map =
        |color| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata: {{color: {color}}}\n");
    let refused = said(&format!("{}---\n{}", class("ssd"), class("nvme")));
    let replaced = said(&format!("{}---\n{}", map("red"), map("blue")));
    assert_eq!(
        (&*refused[0].2, &*replaced[0].2),
        (
            "StorageClass `fast` is defined more than once, and the one applied second is refused: `parameters` cannot change",
            "ConfigMap `default/a` is defined more than once, and the last one applied wins"
        )
    );
}

/// Twice as many lines must not take much more than twice as long; what is quadratic takes minutes for these.
#[test]
fn many_findings_take_no_more_than_moments() {
    let unknown = (0..10_000).map(|index| format!("  field{index}: 1\n")).collect::<String>();
    let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n{unknown}");
    let markdown = "```yaml\nkind:Pod\n```\n".repeat(30_000);
    for (path, text) in [("a.yaml", pod), ("a.md", markdown)] {
        let started = Instant::now();
        analyze(&Workspace::new([SourceFile::from_text(path, &text)]), &Settings::plain());
        assert!(started.elapsed() < Duration::from_secs(60), "{path}: {:?}", started.elapsed());
    }
}
