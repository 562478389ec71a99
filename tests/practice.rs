//! What every check of good practice does alike.

use kplan::analysis::analyze;
use kplan::check::{CHECKS, Check, Group, Run};
use kplan::config::{Level, Settings};
use kplan::source::{SourceFile, Workspace};

/// The checks of good practice that look at objects.
fn practice() -> impl Iterator<Item = &'static Check> {
    let checks = CHECKS.iter().copied();
    checks.filter(|check| {
        matches!(check.group, Group::Reliability | Group::Security | Group::Style)
            && matches!(check.run, Run::Object(_) | Run::File(_))
    })
}

/// The first example of a check's page.
fn example(check: &Check) -> &str {
    let start = check.page.find("```yaml\n").expect("a page has an example") + "```yaml\n".len();
    let end = check.page[start..].find("```").expect("an example ends");
    &check.page[start..start + end]
}

/// How many findings of a check there are in a text.
fn findings(check: &Check, text: &str) -> usize {
    let mut settings = Settings::plain();
    for other in CHECKS {
        let level = if other.id == check.id { Level::On } else { Level::Off };
        settings.levels.insert(other.id.to_owned(), level);
    }
    let workspace = Workspace::new([SourceFile::from_text("manifest.yaml", text)]);
    analyze(&workspace, &settings).diagnostics.iter().filter(|finding| finding.check == check.id).count()
}

/// The objects of which an example says that they are reported, made into what lives only while `helm test` runs.
fn as_tests(check: &Check, text: &str) -> String {
    let hook = "helm.sh/hook: test-success";
    let documents = text.split("---\n").map(|document| {
        if !document.contains(&format!(": {}", check.id)) {
            return document.to_owned();
        }
        let changed = if document.contains("annotations: {") {
            document.replacen("annotations: {", &format!("annotations: {{{hook}, "), 1)
        } else if document.contains("  annotations:\n") {
            document.replacen("  annotations:\n", &format!("  annotations:\n    {hook}\n"), 1)
        } else if document.contains("metadata: {") {
            document.replacen("metadata: {", &format!("metadata: {{annotations: {{{hook}}}, "), 1)
        } else {
            document.replacen("metadata:\n", &format!("metadata:\n  annotations: {{{hook}}}\n"), 1)
        };
        assert_ne!(changed, document, "{}: the example has metadata", check.id);
        changed
    });
    documents.collect::<Vec<_>>().join("---\n")
}

#[test]
fn objects_of_helm_test_are_spared_by_every_check_of_good_practice() {
    let mut spared = 0;
    for check in practice() {
        let text = example(check);
        assert_ne!(findings(check, text), 0, "{}: the example is reported", check.id);
        let tests = as_tests(check, text);
        assert_eq!(findings(check, &tests), 0, "{}:\n{tests}", check.id);
        spared += 1;
    }
    assert!(spared > 40, "all {spared} of them");
}

/// What merely runs at another time than the rest is judged like all others.
#[test]
fn other_hooks_are_not_spared() {
    let check = practice().find(|check| check.id == "latest-image").expect("there is such a check");
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: {helm.sh/hook: HOOK}\n\
               spec: {template: {spec: {restartPolicy: Never, containers: [{name: m, image: migrate}]}}}\n";
    assert_eq!(findings(check, &job.replace("HOOK", "pre-upgrade")), 1);
    assert_eq!(findings(check, &job.replace("HOOK", "'pre-upgrade, test'")), 0);
}
