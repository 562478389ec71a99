//! Schemas at other versions, schemas of the user, and hostile input, through the whole analysis.

#![expect(clippy::unwrap_used, reason = "a test ends where its own input is wrong")]

use std::sync::Arc;

use kplan::analysis::analyze;
use kplan::config::{Level, Settings};
use kplan::parse::schema::custom::UserSchemas;
use kplan::parse::version::Version;
use kplan::source::{SourceFile, Workspace};

/// `line: message` of everything that the groups `schema` and `deprecation` report.
fn check(text: &str, change: impl FnOnce(&mut Settings)) -> Vec<String> {
    let mut settings = Settings::plain();
    for check in kplan::check::CHECKS {
        let ours = matches!(check.group.as_str(), "schema" | "deprecation");
        settings.levels.insert(check.id.to_owned(), if ours { Level::On } else { Level::Off });
    }
    change(&mut settings);
    let workspace = Workspace::new([SourceFile::from_text("manifest.yaml", text)]);
    let analysis = analyze(&workspace, &settings);
    let shown = analysis.diagnostics.iter().map(|diagnostic| {
        let file = workspace.file(diagnostic.primary.span.file);
        let line = file.position(diagnostic.primary.span.start).line + 1;
        format!("{line}: {}: {}", diagnostic.check, diagnostic.message)
    });
    shown.collect()
}

fn at(minor: u16) -> impl FnOnce(&mut Settings) {
    move |settings| settings.target = Version { minor }
}

fn with_schema(path: &str, schema: &str) -> impl FnOnce(&mut Settings) {
    let file = Arc::new(SourceFile::from_text(path, schema));
    let schemas = UserSchemas::read(&[file]).unwrap();
    move |settings| settings.schemas = schemas
}

#[test]
fn a_kind_of_a_later_version_says_since_when() {
    let claim = "apiVersion: resource.k8s.io/v1\nkind: ResourceClaim\nmetadata: {name: a}\nspec: {}\n";
    assert_eq!(check(claim, at(37)), Vec::<String>::new());
    assert_eq!(
        check(claim, at(33)),
        [
            "1: unknown-kind: ResourceClaim `resource.k8s.io/v1` is served since Kubernetes 1.34, and the target is 1.33"
        ]
    );
}

#[test]
fn a_field_of_a_later_version_says_since_when() {
    let pod = "apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  containers:
  - name: a
    image: a
    restartPolicyRules: []
";
    assert_eq!(check(pod, at(34)), Vec::<String>::new());
    assert_eq!(
        check(pod, at(33)),
        [
            "8: unknown-field: unknown field `spec.containers[0].restartPolicyRules` in Kubernetes 1.33: it exists since 1.34 only"
        ]
    );
}

#[test]
fn an_api_version_is_deprecated_first_and_gone_later() {
    let policy = "apiVersion: networking.k8s.io/v1beta1
kind: IPAddress
metadata: {name: 10.0.0.1}
spec: {parentRef: {name: a, resource: services}}
";
    assert_eq!(check(policy, at(33)), Vec::<String>::new());
    assert_eq!(
        check(policy, at(34)),
        [
            "1: deprecated-api: networking.k8s.io/v1beta1 IPAddress is deprecated in v1.34+, unavailable in v1.37+; use networking.k8s.io/v1 IPAddress"
        ]
    );
    assert_eq!(
        check(policy, at(37)),
        [
            "1: removed-api: `networking.k8s.io/v1beta1` IPAddress was removed in Kubernetes 1.37, use `networking.k8s.io/v1`"
        ]
    );
}

const BACKUP: &str =
    "apiVersion: example.com/v1\nkind: Backup\nmetadata: {name: a}\nspec:\n  cout: 1\n  count: many\n";

#[test]
fn a_definition_given_by_the_user_describes_a_kind() {
    let definition = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.example.com}
spec:
  group: example.com
  names: {kind: Backup, plural: backups}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: {type: object, properties: {count: {type: integer}}}
";
    assert_eq!(
        check(BACKUP, with_schema("crd.yaml", definition)),
        [
            "5: unknown-field: unknown field `spec.cout`, did you mean `count`?",
            "6: wrong-type: `spec.count` must be an integer, not the string \"many\"",
        ]
    );
}

#[test]
fn a_json_schema_given_by_the_user_describes_a_kind() {
    let schema = r#"{
  "type": "object",
  "required": ["spec"],
  "properties": {
    "spec": {
      "type": "object",
      "additionalProperties": false,
      "required": ["schedule"],
      "properties": {"count": {"type": "integer"}, "schedule": {"type": "string"}}
    }
  }
}"#;
    let expected = [
        "4: missing-field: missing field `spec.schedule`, which is required",
        "5: unknown-field: unknown field `spec.cout`, did you mean `count`?",
        "6: wrong-type: `spec.count` must be an integer, not the string \"many\"",
    ];
    let mut found = check(BACKUP, with_schema("example.com/backup_v1.json", schema));
    found.sort();
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    assert_eq!(found[1..], expected[1..], "{found:#?}");
    assert!(found[0].ends_with("missing field `spec.schedule`, which is required"), "{found:#?}");
}

#[test]
fn a_schema_file_that_says_nothing_is_refused() {
    let read = |path: &str, text: &str| UserSchemas::read(&[Arc::new(SourceFile::from_text(path, text))]);
    assert!(read("a.json", r#"{"type": "object"}"#).is_err());
    assert!(read("a.yaml", "- 1").is_err());
    assert!(read("example.com/a_v1.json", r#"{"type": 3}"#).is_err());
}

#[test]
fn aliases_cost_no_more_than_their_text() {
    let mut text =
        String::from("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: &a0 {x: 1}\n");
    text.push_str("  annotations:\n");
    for level in 1..12 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("    k{level}: &a{level} [{items}]\n"));
    }
    let found = check(&text, |_| {});
    assert!(!found.is_empty() && found.len() < 100, "{}", found.len());
}

#[test]
fn nesting_has_no_end() {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("{}1{}", open.repeat(9_000), close.repeat(9_000));
        let schema = format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: a}}\nspec:\n  group: a.b\n  names: {{kind: A, plural: as}}\n  scope: Cluster\n  versions:\n  - name: v1\n    schema:\n      openAPIV3Schema:\n        default: {deep}\n        not: {deep}\n"
        );
        check(&schema, |_| {});
        check(&format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {deep}\n"), |_| {});
    }
}
