//! `kplan explain` and `kplan graph` from end to end.
#![expect(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

use std::path::Path;

mod binary;

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
    assert!(config.contains("\n  world               open or closed "), "{config}");
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
    assert_eq!(named, "Deployment shop/web\n└─ Service shop/web  by its selector\n");
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
