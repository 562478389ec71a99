//! Open and closed worlds, and what the configuration declares: the same input, told differently.

use kplan::analysis::analyze;
use kplan::check::{CHECKS, Group};
use kplan::config::{External, Level, Settings, World};
use kplan::diagnostic::Diagnostic;
use kplan::source::{SourceFile, Workspace};

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  serviceAccountName: default
  priorityClassName: important
  containers:
  - name: web
    image: nginx:1.27
    envFrom:
    - secretRef: {name: web-tokens}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{port: 80}]}
";

/// What the reference checks say, as `severity check: message`.
fn findings(files: &[(&str, &str)], settings: &Settings) -> Vec<String> {
    let mut settings = settings.clone();
    for check in CHECKS.iter().filter(|check| check.group != Group::Reference) {
        settings.levels.insert(check.id.to_owned(), Level::Off);
    }
    let workspace = Workspace::new(files.iter().map(|(path, text)| SourceFile::from_text(*path, text)));
    let shown = |diagnostic: &Diagnostic| {
        format!("{} {}: {}", diagnostic.severity.as_str(), diagnostic.check, diagnostic.message)
    };
    analyze(&workspace, &settings).diagnostics.iter().map(shown).collect()
}

#[test]
fn in_an_open_world_what_is_missing_may_be_in_the_cluster() {
    assert_eq!(
        findings(&[("pod.yaml", POD)], &Settings::plain()),
        [
            "warning dangling-reference: Pod `shop/web` names Secret `shop/web-tokens`, which is not in the input",
            "warning service-selects-nothing: Service `shop/api` selects no pod: none has `app: api`",
        ]
    );
}

#[test]
fn in_a_closed_world_what_is_missing_does_not_exist() {
    let closed = Settings { world: World::Closed, ..Settings::plain() };
    assert_eq!(
        findings(&[("pod.yaml", POD)], &closed),
        [
            "error dangling-reference: Pod `shop/web` names Namespace `shop`, which does not exist",
            "error dangling-reference: Pod `shop/web` names PriorityClass `important`, which does not exist",
            "error dangling-reference: Pod `shop/web` names Secret `shop/web-tokens`, which does not exist",
            "error dangling-reference: Service `shop/api` names Namespace `shop`, which does not exist",
            "error service-selects-nothing: Service `shop/api` selects no pod: none has `app: api`",
        ]
    );
}

#[test]
fn what_the_configuration_declares_exists() {
    let declared = |kind: &str, namespace: Option<&str>, name: &str| External {
        kind: kind.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: Some(name.to_owned()),
    };
    let mut settings = Settings { world: World::Closed, ..Settings::plain() };
    settings.external = vec![
        declared("Namespace", None, "shop"),
        declared("PriorityClass", None, "imp*"),
        declared("Secret", Some("shop"), "web-*"),
    ];
    let left = findings(&[("pod.yaml", POD)], &settings);
    assert_eq!(left.len(), 1, "{left:#?}");
    assert!(left[0].starts_with("error service-selects-nothing"));
    settings.external[2].namespace = Some("other".to_owned());
    assert_eq!(findings(&[("pod.yaml", POD)], &settings).len(), 2);
}
