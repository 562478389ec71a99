//! Every scenario of `fixtures/scheduler` against the verdict of kube-scheduler: order, node, message, and for every
//! node the plugin, the reasons and the scores.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads its fixtures and may fail")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kplan::analysis::read_with_inventory;
use kplan::config::Settings;
use kplan::plan::cluster::Cluster;
use kplan::plan::gather::{Sources, gather};
use kplan::plan::inventory::inventory;
use kplan::plan::pod::Pod;
use kplan::plan::scheduler::verdict::verdicts;
use kplan::plan::scheduler::{Detail, schedule};
use kplan::plan::workload::{ScaleEnd, expand};
use kplan::source::{SourceFile, Workspace};
use serde_json::Value;

/// Reads a scenario with kplan's own parser: the cluster, and the pods that wait.
fn read_scenario(path: &Path, text: &str) -> (Cluster, Vec<Arc<Pod>>) {
    let workspace = Workspace::new([SourceFile::from_text(path.to_string_lossy(), text)]);
    let (program, none) = read_with_inventory(&workspace, &Settings::plain());
    let gathered = gather(Sources { program: &program, inventory: &none });
    assert!(gathered.faults.is_empty(), "{}: {:?}", path.display(), gathered.faults);
    let mut cluster = inventory(&gathered.inventory).cluster;
    let (scalers, admission) = (&gathered.autoscalers, &gathered.admission);
    let workloads = expand(&gathered.workloads, scalers, admission, ScaleEnd::Minimum, &mut cluster);
    (cluster, workloads.into_iter().flat_map(|workload| workload.pods).collect())
}

/// Sorts the reasons of a node: kube-scheduler walks the extended resources of a pod in no particular order.
fn sort_reasons(verdict: &mut Value) {
    let pods = verdict["pods"].as_array_mut().unwrap();
    let nodes = pods.iter_mut().filter_map(|pod| pod.get_mut("nodes")?.as_object_mut());
    for node in nodes.flat_map(|nodes| nodes.values_mut()) {
        if let Some(reasons) = node.get_mut("reasons").and_then(Value::as_array_mut) {
            reasons.sort_by_key(|reason| reason.to_string());
        }
    }
}

/// Says where two verdicts differ, pod by pod and node by node; empty if they do not.
fn differences(expected: &Value, actual: &Value) -> String {
    let mut report = String::new();
    let empty = Vec::new();
    let expected_pods = expected["pods"].as_array().unwrap_or(&empty);
    let actual_pods = actual["pods"].as_array().unwrap_or(&empty);
    if expected_pods.len() != actual_pods.len() {
        let _ = writeln!(report, "  {} pods, expected {}", actual_pods.len(), expected_pods.len());
    }
    for (expected, actual) in expected_pods.iter().zip(actual_pods) {
        for key in ["pod", "node", "message", "error"] {
            if expected.get(key) != actual.get(key) {
                let (got, wanted) = (actual.get(key), expected.get(key));
                let _ = writeln!(report, "  {} {key}: got {got:?}, expected {wanted:?}", expected["pod"]);
            }
        }
        let none = serde_json::Map::new();
        let expected_nodes = expected.get("nodes").and_then(Value::as_object);
        let actual_nodes = actual.get("nodes").and_then(Value::as_object);
        if expected_nodes.is_some() != actual_nodes.is_some() {
            let _ = writeln!(report, "  {} has nodes: {}", expected["pod"], actual_nodes.is_some());
        }
        let (expected_nodes, actual_nodes) = (expected_nodes.unwrap_or(&none), actual_nodes.unwrap_or(&none));
        let names: std::collections::BTreeSet<&String> =
            expected_nodes.keys().chain(actual_nodes.keys()).collect();
        for name in names {
            let (wanted, got) = (expected_nodes.get(name), actual_nodes.get(name));
            if wanted != got {
                let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
                let pod = &expected["pod"];
                let _ = writeln!(
                    report,
                    "  {pod} on {name}:\n    got      {}\n    expected {}",
                    text(got),
                    text(wanted)
                );
            }
        }
    }
    report
}

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scheduler");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    paths.sort();
    paths
}

#[test]
fn every_scenario_gets_the_verdict_of_kube_scheduler() {
    let paths = scenarios();
    assert!(paths.len() >= 720, "only {} scenarios", paths.len());
    let mut failed = 0;
    let mut report = String::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let expected = std::fs::read_to_string(path.with_extension("json")).unwrap();
        let mut expected: Value = serde_json::from_str(&expected).unwrap();
        let (cluster, pending) = read_scenario(path, &text);
        let placements = schedule(&cluster, &pending, Detail::PerNode);
        // The fast engine, which says nothing about nodes, must decide the same.
        let fast = schedule(&cluster, &pending, Detail::Outcome);
        for (placement, fast) in placements.iter().zip(&fast) {
            let pod = placement.pod.full_name();
            assert_eq!(placement.outcome, fast.outcome, "{}: the fast engine on {pod}", path.display());
        }
        let mut actual = serde_json::to_value(verdicts(&cluster, &placements)).unwrap();
        sort_reasons(&mut expected);
        sort_reasons(&mut actual);
        if expected != actual {
            failed += 1;
            if failed <= 10 {
                let features = text.lines().next().unwrap_or_default();
                let differences = differences(&expected, &actual);
                let _ = writeln!(report, "{} ({features})\n{differences}", path.display());
            }
        }
    }
    assert!(failed == 0, "{failed} of {} scenarios differ; the first ones:\n{report}", paths.len());
}
