//! `kplan explain` and `kplan graph` from end to end.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot go on"
)]

use std::path::Path;

mod binary;
mod sandbox;

use sandbox::{folder, write};

fn run(arguments: &[&str]) -> (i32, String, String) {
    binary::run(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

#[test]
fn a_check_is_explained_by_its_page() {
    let (code, stdout, _) = run(&["explain", "latest-image"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("# latest-image\n"), "{stdout}");
    assert!(stdout.contains("Group `reliability`, level `warning`."), "{stdout}");
    assert!(stdout.contains("\n## Why it matters\n"), "{stdout}");
    let (_, group, _) = run(&["explain", "security"]);
    assert!(group.lines().count() > 3 && group.lines().all(|line| line.contains(" security ")), "{group}");
    let (_, list, _) = run(&["explain", "--list"]);
    assert!(list.contains("\nunused-suppression "), "{list}");
}

#[test]
fn what_is_not_known_has_a_remedy() {
    for (what, help) in [
        ("latest-imag", "did you mean `latest-image`?"),
        ("Deploymnt", "did you mean `Deployment`?"),
        ("sts.spec.replcas", "did you mean `StatefulSet.spec.replicas`?"),
        ("Pod.spec.nodeName.x", "`kplan explain Pod.spec.nodeName` says what it is"),
        ("Pod.metadata.labels.app", "`Pod.metadata.labels` is a map"),
        ("apps/v2/Deployment", "did you mean `apps/v1/Deployment`?"),
        ("HTTPRoute.spec", "`HTTPRoute` is not built into Kubernetes 1.37"),
        ("Config.cheks", "did you mean `Config.checks`?"),
        ("Config.overrides.kind", "did you mean `Config.overrides.kinds`?"),
    ] {
        let (code, stdout, stderr) = run(&["explain", what]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{what}");
        assert!(stderr.contains(help), "{what}: {stderr}");
    }
    assert_eq!(run(&["explain"]).0, 2);
}

#[test]
fn a_field_is_explained_with_type_default_and_versions() {
    let (code, stdout, _) = run(&["explain", "apps/v1/Deployment.spec.replicas"]);
    assert_eq!(code, 0);
    for fact in ["type      integer\n", "required  no\n", "default   1,", "versions  1.33 to 1.37\n"] {
        assert!(stdout.contains(fact), "{fact}: {stdout}");
    }
    assert!(stdout.contains("Number of desired pods."), "the words of Kubernetes: {stdout}");
    let (_, kind, _) = run(&["explain", "svc"]);
    assert!(kind.contains("  spec!       ServiceSpec"), "{kind}");
    let (code, _, stderr) =
        run(&["explain", "Pod.spec.containers.restartPolicyRules", "--kubernetes-version", "1.33"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("Kubernetes 1.37 has it: `--kubernetes-version 1.37`"), "{stderr}");
    let (_, required, _) = run(&["explain", "Pod.spec"]);
    assert!(!required.contains("  default "), "what must be there has no default: {required}");
}

#[test]
fn what_is_no_check_and_no_kind_of_kubernetes_is_explained_too() {
    for name in ["config", "baseline"] {
        let (code, stdout, _) = run(&["explain", name]);
        assert!(code == 0 && stdout.starts_with(&format!("# {name}\n\n{name}: ")), "{stdout}");
    }
    let (_, config, _) = run(&["explain", "Config"]);
    let world = config.lines().find(|line| line.starts_with("  world ")).unwrap_or_default();
    assert!(world.split_whitespace().collect::<Vec<_>>().starts_with(&["world", "open", "or", "closed"]));
    let (_, ignore, _) = run(&["explain", "kplan.yaml.overrides[0].ignore"]);
    assert!(ignore.starts_with("Config.overrides.ignore\n\n  type  []string\n"), "{ignore}");
}

#[test]
fn the_graph_is_a_tree_with_its_problems_marked() {
    let (code, stdout, _) = run(&["graph", "fixtures/shop"]);
    assert_eq!(code, 0);
    insta::assert_snapshot!(stdout);
}

#[test]
fn a_focus_looks_both_ways() {
    let (_, stdout, _) = run(&["graph", "fixtures/shop", "--focus", "deploy/web", "--depth", "1"]);
    let (names, named) = stdout.split_once("\nWhat names it:\n").unwrap();
    assert!(names.contains("└─ ConfigMap shop/web-settings"), "{stdout}");
    assert_eq!(named, "Deployment shop/web\n└─ Service shop/web  ✗ service-target-port  by its selector\n");
    let (_, far, _) = run(&["graph", "fixtures/shop", "--focus", "Deployment/shop/web", "--depth", "2"]);
    assert!(far.contains("   └─ Ingress shop/web"), "{far}");
    let (code, _, stderr) = run(&["graph", "fixtures/shop", "--focus", "svc/webb"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean `svc/web`?"), "{stderr}");
}

#[test]
fn the_graph_is_drawn_by_other_programs() {
    let (_, dot, _) = run(&["graph", "fixtures/shop", "--format", "dot"]);
    assert!(dot.starts_with("digraph kplan {\n") && dot.ends_with("}\n"), "{dot}");
    assert!(dot.contains("[label=\"Deployment\\nshop/check-out\", color=red, style=dashed];"), "{dot}");
    let (_, mermaid, _) = run(&["graph", "fixtures/shop", "--format", "mermaid"]);
    assert!(mermaid.contains("[\"Deployment<br/>shop/check-out\"]:::problem"), "{mermaid}");
    let (_, json, _) = run(&["graph", "fixtures/shop", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["version"], 1);
    let objects = json["objects"].as_array().unwrap();
    let edges = json["edges"].as_array().unwrap();
    let dangling: Vec<_> = edges.iter().filter(|edge| edge["dangling"] == true).collect();
    assert_eq!(dangling.len(), 1);
    let target = &objects[dangling[0]["to"].as_u64().unwrap() as usize];
    assert_eq!((&target["state"], &target["name"]), (&"missing".into(), &"check-out".into()));
    assert_eq!(dangling[0]["fields"][0], "spec.scaleTargetRef.name");
}

#[test]
fn a_focus_that_is_not_there_has_a_remedy() {
    for (focus, help) in [
        ("Servce/web", "did you mean `Service/web`?"),
        ("svc/shopp/web", "did you mean `Service/shop/web`?"),
        ("web", "did you mean `Deployment/shop/web`?"),
        ("Deployment/", "write it as `Deployment/web`"),
        ("a/b/c/d", "write it as `Deployment/web`"),
    ] {
        let (code, stdout, stderr) = run(&["graph", "fixtures/shop", "--focus", focus]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{focus}");
        assert!(stderr.contains(help), "{focus}: {stderr}");
    }
    assert_eq!(run(&["graph", "fixtures/shop", "--focus", "deployments.apps/web"]).0, 0);
}

#[test]
fn the_graph_marks_what_the_checks_of_references_find() {
    let folder = folder("graph");
    write(
        &folder,
        "a.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  containers: [{name: a, ports: [{containerPort: 80}]}]\n\
         ---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80, targetPort: 81}]}\n\
         ---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\nspec: {containers: [{name: a}]}\n\
         ---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: b-}\nspec: {containers: [{name: a}]}\n",
    );
    let graph = |arguments: &[&str]| binary::run(&folder, &[&["graph"][..], arguments].concat()).1;
    let text = graph(&[]);
    assert!(
        text.contains("Service default/web  ✗ service-target-port\n└─ Pod default/web  by its selector\n"),
        "{text}"
    );
    assert!(text.contains("Pod default/(no name) (a.yaml:"), "{text}");
    assert!(text.ends_with("1 problem\n"), "{text}");
    let dot = graph(&["--format", "dot", "--focus", "svc/web"]);
    assert!(
        dot.contains("[label=\"Service\\ndefault/web\\n✗ service-target-port\", color=red, penwidth=3];"),
        "{dot}"
    );
    let mermaid = graph(&["--format", "mermaid", "--focus", "svc/web"]);
    assert!(
        mermaid.contains("[\"Service<br/>default/web<br/>✗ service-target-port\"]:::problem\n"),
        "{mermaid}"
    );
    assert!(mermaid.contains("  class n1 focus\n"), "{mermaid}");
    let json: serde_json::Value = serde_json::from_str(&graph(&["--format", "json"])).unwrap();
    assert_eq!(json["objects"][1]["faults"][0], "service-target-port");
}

#[test]
fn monitors_and_roles_are_joined_with_what_they_select() {
    let folder = folder("graph-selected");
    let manifests = "\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: web, namespace: monitoring}
spec:
  namespaceSelector: {matchNames: [shop]}
  selector: {matchLabels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: elsewhere, labels: {app: web}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole, labels: {part: 'yes'}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: 'yes'}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: part, labels: {part: 'yes'}}
";
    write(&folder, "all.yaml", manifests);
    let (code, stdout, stderr) = binary::run(&folder, &["graph", "."]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    for tree in [
        "ServiceMonitor monitoring/web\n├─ Service shop/web  by its selector\n",
        "ClusterRole whole\n└─ ClusterRole part  by its selector\n",
        "Service elsewhere/other\n",
    ] {
        assert!(stdout.contains(tree), "{tree}: {stdout}");
    }
}
