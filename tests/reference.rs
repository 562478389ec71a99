//! Open and closed worlds, and what the configuration declares: the same input, told differently.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its fixtures, and ends where it cannot"
)]

use kplan::analysis::analyze;
use kplan::check::{CHECKS, Group};
use kplan::config::{External, Level, Settings, World};
use kplan::diagnostic::{Diagnostic, Safety};
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

/// All files of a fixture case: the file, or everything in the folder.
fn files_of(case: &std::path::Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut pending = vec![case.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// The texts after all safe fixes that do not overlap, and how many findings they were for.
fn fixed(files: &[(String, String)], diagnostics: &[Diagnostic]) -> (Vec<(String, String)>, usize) {
    let mut edits: Vec<_> = diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.fix.as_ref())
        .filter(|fix| fix.safety == Safety::Safe)
        .flat_map(|fix| fix.edits.clone())
        .collect();
    edits.sort();
    edits.dedup();
    let count = edits.len();
    let mut files = files.to_vec();
    for edit in edits.into_iter().rev() {
        files[edit.span.file.0 as usize].1.replace_range(edit.span.range(), &edit.text);
    }
    (files, count)
}

#[test]
fn a_safe_fix_removes_its_finding_and_adds_none() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/check");
    let mut total = 0;
    for check in CHECKS.iter().filter(|check| check.group == Group::Reference) {
        let mut cases: Vec<_> = std::fs::read_dir(root.join(check.id))
            .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
            .unwrap_or_default();
        cases.sort();
        for case in cases {
            let files = files_of(&case);
            let mut settings = Settings::plain();
            for other in CHECKS.iter().filter(|other| other.id != check.id) {
                settings.levels.insert(other.id.to_owned(), Level::Off);
            }
            let analysis_of = |files: &[(String, String)]| {
                let files = files.iter().map(|(path, text)| SourceFile::from_text(path.clone(), text));
                analyze(&Workspace::new(files), &settings).diagnostics
            };
            let before = analysis_of(&files);
            let (after_files, fixes) = fixed(&files, &before);
            let after = analysis_of(&after_files);
            assert_eq!(before.len() - fixes, after.len(), "{}: {after:#?}", case.display());
            total += fixes;
        }
    }
    assert!(total > 10, "only {total} fixes were tried");
}

/// The settings that a `kplan.yaml` makes of what it declares; it must have no faults.
fn configured(text: &str) -> Settings {
    let text = match text.contains("apiVersion") {
        true => text.to_owned(),
        false => format!("apiVersion: kplan.dev/v1\nkind: Config\n{text}"),
    };
    let (config, faults) = kplan::config::file::read(&SourceFile::from_text("kplan.yaml", &text));
    assert_eq!(faults.iter().map(|fault| &fault.message).collect::<Vec<_>>(), Vec::<&String>::new());
    let mut settings = Settings::plain();
    settings.references = config.references.into_iter().map(|(reference, _)| reference).collect();
    settings.workloads = config.workloads.into_iter().map(|(workload, _)| workload).collect();
    settings
}

/// Custom resources as the README has them, and more of their kind.
const CUSTOM: &str = "
apiVersion: v1
kind: Secret
metadata: {name: app-password, namespace: shop}
data: {password: aHVudGVyMg==}
---
apiVersion: example.com/v1
kind: Cache
metadata: {name: sessions, namespace: shop}
spec:
  users:
  - passwordRef: {name: app-password, key: password}
  - passwordRef: {name: app-pasword}
  - passwordRef: {name: app-password, namespace: elsewhere}
  - passwordRef: {name: app-password, key: pasword}
  - passwordRef: {name: absent, optional: true}
  issuer: {name: authority}
---
apiVersion: example.com/v1
kind: Worker
metadata: {name: mailer, namespace: shop}
spec:
  template:
    metadata: {labels: {app: mailer}}
    spec:
      containers:
      - {name: mailer, image: 'mailer:1.0', envFrom: [{secretRef: {name: app-pasword}}]}
---
apiVersion: other.example.com/v1
kind: Worker
metadata: {name: unrelated, namespace: shop}
spec:
  template:
    spec:
      containers:
      - {name: main, image: 'main:1.0', envFrom: [{secretRef: {name: app-pasword}}]}
---
apiVersion: example.com/v1
kind: Batch
metadata: {name: bare, namespace: shop}
spec:
  run:
    pod:
      containers:
      - {name: main, image: 'main:1.0', envFrom: [{secretRef: {name: app-pasword}}]}
---
apiVersion: v1
kind: Service
metadata: {name: mailer, namespace: shop}
spec: {selector: {app: mailer}, ports: [{port: 80}]}
";

#[test]
fn without_a_configuration_nothing_is_known_of_custom_resources() {
    assert_eq!(findings(&[("custom.yaml", CUSTOM)], &Settings::plain()), Vec::<String>::new());
}

#[test]
fn what_the_readme_declares_takes_effect() {
    let readme = include_str!("../README.md");
    let start = readme.find("apiVersion: kplan.dev/v1\nkind: Config\n").unwrap();
    let settings = configured(readme[start..].split("```").next().unwrap());
    // A `Worker` is one of any group: both are workloads.
    assert_eq!(
        findings(&[("custom.yaml", CUSTOM)], &settings),
        [
            "error dangling-reference: Cache `shop/sessions` names Secret `shop/app-pasword`, which is not in the input",
            "error missing-key: Cache `shop/sessions` asks for key `pasword` of Secret `app-password`, which has no such key",
            "error dangling-reference: Worker `shop/mailer` names Secret `shop/app-pasword`, which is not in the input",
            "error dangling-reference: Worker `shop/unrelated` names Secret `shop/app-pasword`, which is not in the input",
        ]
    );
}

#[test]
fn several_paths_groups_and_kinds_are_declared_side_by_side() {
    let settings = configured(
        "
references:
- {kind: Cache, group: example.com, path: 'spec.users[].passwordRef.name', target: Secret}
- {kind: Cache, path: spec.issuer.name, target: Authority, targetGroup: example.com}
workloads:
- {kind: Worker, group: other.example.com, path: spec.template}
- {kind: Batch, path: spec.run.pod}
",
    );
    assert_eq!(
        findings(&[("custom.yaml", CUSTOM)], &settings),
        [
            "error dangling-reference: Cache `shop/sessions` names Secret `shop/app-pasword`, which is not in the input",
            "error missing-key: Cache `shop/sessions` asks for key `pasword` of Secret `app-password`, which has no such key",
            "warning dangling-reference: Cache `shop/sessions` names Authority `shop/authority`, which is not in the input",
            "error dangling-reference: Worker `shop/unrelated` names Secret `shop/app-pasword`, which is not in the input",
            "error dangling-reference: Batch `shop/bare` names Secret `shop/app-pasword`, which is not in the input",
        ]
    );
}

#[test]
fn the_namespace_beside_a_declared_reference_is_its_own() {
    let settings =
        configured("references: [{kind: Cache, path: 'spec.users[].passwordRef.name', target: Secret}]\n");
    let there = "
apiVersion: v1
kind: Secret
metadata: {name: other, namespace: elsewhere}
";
    let found = findings(&[("custom.yaml", CUSTOM), ("there.yaml", there)], &settings);
    // Of a namespace that the input has something of, it says what is missing there.
    assert!(
        found.contains(
            &"warning dangling-reference: Cache `shop/sessions` names Secret `elsewhere/app-password`, which is not in the input"
                .to_owned()
        ),
        "{found:#?}"
    );
}

#[test]
fn a_misspelt_kind_in_a_declaration_is_said() {
    let faults = |text: &str| -> Vec<String> {
        let (_, faults) = kplan::config::file::read(&SourceFile::from_text("kplan.yaml", text));
        faults.into_iter().map(|fault| fault.message).collect()
    };
    assert_eq!(
        faults(
            "apiVersion: kplan.dev/v1\nkind: Config\nreferences: [{kind: Cache, path: spec.name, target: Sercet}]\n"
        ),
        ["kplan knows no kind `Sercet`"]
    );
    // Of a kind that no object has nothing can be wrong but that it is for nothing.
    let settings = configured("workloads: [{kind: Workr, path: spec.template}]\n");
    let workspace = Workspace::new([SourceFile::from_text("custom.yaml", CUSTOM)]);
    assert_eq!(analyze(&workspace, &settings).idle.workloads, [0]);
}

#[test]
fn in_a_closed_world_operators_make_pods_all_the_same() {
    let closed = Settings { world: World::Closed, ..Settings::plain() };
    let input = "
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata: {name: main, namespace: shop}
spec: {replicas: 3}
---
apiVersion: v1
kind: Service
metadata: {name: alerts, namespace: shop}
spec: {selector: {alertmanager: main}, ports: [{port: 9093}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: solvers, namespace: other}
spec: {podSelector: {matchLabels: {acme.cert-manager.io/http01-solver: \"true\"}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: other}
";
    assert_eq!(findings(&[("input.yaml", input)], &closed), Vec::<String>::new());
}

#[test]
fn a_host_of_the_mesh_has_the_ports_of_its_service_and_of_its_entries() {
    let mesh = "
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: vm, namespace: shop}
spec:
  hosts: [stock.shop.svc.cluster.local]
  ports: [{number: 80, name: http, protocol: HTTP}]
---
apiVersion: v1
kind: Service
metadata: {name: stock, namespace: shop}
spec: {ports: [{name: admin, port: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: shop}
spec:
  hosts: [stock]
  http:
  - route:
    - destination: {host: stock, port: {number: 80}}
    - destination: {host: stock, port: {number: 8080}}
    - destination: {host: stock, port: {number: 81}}
";
    assert_eq!(
        findings(&[("mesh.yaml", mesh)], &Settings::plain()),
        [
            "warning mesh-port: VirtualService `shop/stock` sends to port 81 of `stock`, which ServiceEntry `shop/vm` does not open"
        ]
    );
}
