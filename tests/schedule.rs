//! `kplan schedule` through the binary: the verdicts, the tables, the questions, and its exit status.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rayon::prelude::*;
use serde_json::Value;

const POOL: &str = "apiVersion: kplan.dev/v1
kind: NodePool
metadata: {name: node}
spec:
  count: 2
  zones: [a, b]
  allocatable: {cpu: '2', memory: 8Gi}
";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schedule").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kplan"));
    let output =
        command.current_dir(folder).env_clear().stdin(Stdio::null()).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn deployment(name: &str, replicas: u32, cpu: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: main
          image: main:1.0
          resources: {{requests: {{cpu: {cpu}, memory: 1Gi}}}}
---
"
    )
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

#[test]
fn the_binary_prints_the_verdicts_of_kube_scheduler() {
    let folder = root().join("fixtures/scheduler");
    let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let scenarios: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "yaml")).collect();
    assert!(scenarios.len() >= 720, "only {} scenarios", scenarios.len());
    let different: Vec<String> = scenarios
        .par_iter()
        .filter_map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            let arguments = ["schedule", name, "--no-config", "--per-node", "--format", "json"];
            let (status, stdout, stderr) = run(&folder, &arguments);
            let mut actual: Value = serde_json::from_str(&stdout).unwrap();
            let expected = fs::read_to_string(path.with_extension("json")).unwrap();
            let mut expected: Value = serde_json::from_str(&expected).unwrap();
            sort_reasons(&mut actual);
            sort_reasons(&mut expected);
            let pods = expected["pods"].as_array().unwrap();
            // A pod that gates hold back is no fault of the nodes.
            let is_missed = |pod: &Value| {
                let error = pod["error"].as_str();
                pod.get("message").is_some() || error.is_some_and(|error| !error.contains("scheduling gates"))
            };
            let expected_status = i32::from(pods.iter().any(is_missed));
            let is_same = actual == expected && stderr.is_empty() && status == expected_status;
            (!is_same).then(|| format!("{name}: status {status}, {stderr}"))
        })
        .collect();
    assert!(different.is_empty(), "{} differ: {different:#?}", different.len());
}

#[test]
fn the_tables_say_where_everything_goes_and_what_does_not_fit() {
    let folder = root().join("fixtures/schedule");
    let (status, stdout, stderr) = run(&folder, &["schedule", "app", "--nodes", "nodes.yaml", "--no-config"]);
    assert_eq!((status, stderr.as_str()), (1, ""));
    insta::assert_snapshot!("schedule_with_misses", stdout);
}

#[test]
fn questions_are_answered_beside() {
    let folder = folder("questions");
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    fs::write(
        folder.join("app.yaml"),
        format!("{}{}", deployment("a", 1, "1500m"), deployment("b", 2, "200m")),
    )
    .unwrap();
    let arguments = ["schedule", "app.yaml", "--nodes", "nodes.yaml", "--lose-zone", "ANY", "--headroom"];
    let (status, stdout, _) = run(&folder, &[&arguments[..], &["--lose-node", "node-1"]].concat());
    assert_eq!(status, 0, "{stdout}");
    insta::assert_snapshot!("schedule_questions", stdout);

    fs::write(folder.join("app.yaml"), deployment("a", 2, "1500m")).unwrap();
    let (status, stdout, _) = run(&folder, &[&arguments[..], &["--format", "json"]].concat());
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(status, 1, "losing a zone leaves a pod without a place");
    assert_eq!(answer["losses"].as_array().unwrap().len(), 2);
    assert_eq!(answer["losses"][0]["homeless"][0]["message"], "0/1 nodes are available: 1 Insufficient cpu.");
    assert_eq!(answer["headroom"][0]["more"], 0);

    let (status, _, stderr) =
        run(&folder, &["schedule", "app.yaml", "--nodes", "nodes.yaml", "--lose-node", "node-2"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("there is no node `node-2`"), "{stderr}");
}

#[test]
fn without_nodes_there_is_nothing_to_say() {
    let folder = folder("without-nodes");
    fs::write(folder.join("app.yaml"), deployment("a", 1, "1")).unwrap();
    let (status, stdout, stderr) = run(&folder, &["schedule", "."]);
    assert_eq!((status, stdout.as_str()), (2, ""));
    assert!(stderr.starts_with("error: there are no nodes to place pods on\n"), "{stderr}");
    // The nodes may stand among the manifests, or be named by the configuration.
    fs::write(folder.join("pool.yaml"), POOL).unwrap();
    assert_eq!(run(&folder, &["schedule", "."]).0, 0);
    fs::rename(folder.join("pool.yaml"), folder.join("pool.txt")).unwrap();
    let config = "apiVersion: kplan.dev/v1\nkind: Config\nnodes: pool.txt\n";
    fs::write(folder.join("kplan.yaml"), config).unwrap();
    assert_eq!(run(&folder, &["schedule"]).0, 0);
    assert_eq!(run(&folder, &["schedule", "--no-config"]).0, 2);
}

#[test]
fn pods_of_the_inventory_take_their_share_unless_they_are_placed_anew() {
    let folder = folder("running");
    let running = |owner: &str, name: &str| {
        format!(
            "---
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  namespace: default
  labels: {{pod-template-hash: abc}}
  ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: {owner}-abc, uid: u, controller: true}}]
spec: {{nodeName: node-0, containers: [{{name: c, image: c:1.0, resources: {{requests: {{cpu: '1500m'}}}}}}]}}
status: {{phase: Running}}
"
        )
    };
    fs::write(folder.join("app.yaml"), deployment("a", 2, "1500m")).unwrap();
    fs::write(folder.join("nodes.yaml"), format!("{POOL}{}", running("other", "x"))).unwrap();
    let arguments = ["schedule", "app.yaml", "--nodes", "nodes.yaml", "--format", "json"];
    let (status, stdout, _) = run(&folder, &arguments);
    assert_eq!(status, 1, "{stdout}");
    assert!(stdout.contains("0/2 nodes are available: 2 Insufficient cpu."), "{stdout}");
    fs::write(folder.join("nodes.yaml"), format!("{POOL}{}", running("a", "x"))).unwrap();
    assert_eq!(run(&folder, &arguments).0, 0, "its own pod makes room");
}

#[test]
fn a_bad_inventory_is_said_with_its_place() {
    let folder = folder("bad-inventory");
    fs::write(folder.join("app.yaml"), deployment("a", 1, "1")).unwrap();
    let bad = POOL.replace("memory: 8Gi", "memory: 8Gb").replace("  zones", "  zoness");
    fs::write(folder.join("nodes.yaml"), bad).unwrap();
    let (status, _, stderr) = run(&folder, &["schedule", "app.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 1);
    let lines: Vec<&str> = stderr.lines().collect();
    assert!(lines[0].starts_with("nodes.yaml:6:3: error: a NodePool has no field `zoness`"), "{stderr}");
    assert!(
        lines[1].starts_with("nodes.yaml:7:35: error: the amount of `memory` is not a quantity"),
        "{stderr}"
    );
    let (status, stdout, _) =
        run(&folder, &["check", "app.yaml", "--nodes", "nodes.yaml", "--format", "concise"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("nodes.yaml:6:3: error[invalid-inventory]"), "{stdout}");
    assert!(stdout.contains("error[unschedulable-pod]"), "nothing fits without memory\n{stdout}");
}

#[test]
fn claims_are_provisioned_where_no_storage_class_is_known() {
    let folder = folder("claims");
    let set = "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      containers: [{name: db, image: 'db:17.2', volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
";
    fs::write(folder.join("app.yaml"), set).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    let (status, stdout, _) = run(&folder, &["schedule", "app.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 0, "{stdout}");
}

#[test]
fn a_class_of_the_manifests_provisions_before_the_pods_are_placed() {
    let folder = folder("class");
    // Binding at once is the default of a class. Another class, and a default one, may be in the cluster.
    let app = |class: &str| {
        format!(
            "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: fast}}
provisioner: ebs.csi.aws.com
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: data}}
spec: {{{class}accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: db}}
spec:
  containers: [{{name: db, image: 'db:17.2', volumeMounts: [{{name: data, mountPath: /data}}]}}]
  volumes: [{{name: data, persistentVolumeClaim: {{claimName: data}}}}]
"
        )
    };
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    for class in ["storageClassName: fast, ", "storageClassName: slow, ", ""] {
        fs::write(folder.join("app.yaml"), app(class)).unwrap();
        let (status, stdout, _) = run(&folder, &["schedule", "app.yaml", "--nodes", "nodes.yaml"]);
        assert_eq!(status, 0, "{class}: {stdout}");
    }
    // A volume that is made by hand may be in the cluster: that is no error.
    fs::write(folder.join("app.yaml"), app("storageClassName: '', ")).unwrap();
    let select = ["--select", "unschedulable-pod"];
    let check = [&["check", "app.yaml", "--nodes", "nodes.yaml"], &select[..]].concat();
    let (status, stdout, _) = run(&folder, &check);
    assert_eq!(status, 0, "{stdout}");
    assert!(stdout.contains("warning[unschedulable-pod]"), "{stdout}");
    // One that is in the input is bound.
    let volume = "---
apiVersion: v1
kind: PersistentVolume
metadata: {name: by-hand}
spec: {accessModes: [ReadWriteOnce], capacity: {storage: 2Gi}, hostPath: {path: /data}}
";
    for claim in ["storageClassName: '', ", "storageClassName: '', volumeName: by-hand, "] {
        fs::write(folder.join("app.yaml"), app(claim) + volume).unwrap();
        let (status, stdout, _) = run(&folder, &["schedule", "app.yaml", "--nodes", "nodes.yaml"]);
        assert_eq!(status, 0, "{claim}: {stdout}");
    }
    fs::write(folder.join("app.yaml"), app("storageClassName: '', ")).unwrap();
    // An inventory with classes has all that there are.
    let class = "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: other}\nprovisioner: example.com/other\n";
    fs::write(folder.join("nodes.yaml"), format!("{POOL}---\n{class}")).unwrap();
    let (status, stdout, _) = run(&folder, &check);
    assert_eq!(status, 1, "{stdout}");
}

#[test]
fn what_the_inventory_has_is_known_to_references() {
    let folder = folder("known");
    let claim = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
";
    let class = "---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast}
provisioner: example.com/fast
";
    fs::write(folder.join("kplan.yaml"), "apiVersion: kplan.dev/v1\nkind: Config\nworld: closed\n").unwrap();
    fs::write(folder.join("app.yaml"), claim).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    let arguments = ["check", "app.yaml", "--nodes", "nodes.yaml", "--select", "dangling-reference"];
    let (_, stdout, _) = run(&folder, &arguments);
    assert!(stdout.contains("StorageClass `fast`"), "{stdout}");
    fs::write(folder.join("nodes.yaml"), format!("{POOL}{class}")).unwrap();
    let (status, stdout, _) = run(&folder, &arguments);
    assert_eq!((status, stdout.as_str()), (0, "no problems in 2 files (1 object)\n"));
}

#[test]
fn a_pool_without_measure_is_cut() {
    let folder = folder("measure");
    fs::write(folder.join("app.yaml"), deployment("a", 1, "1")).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL.replace("count: 2", "count: 4000000000")).unwrap();
    let (status, stdout, stderr) = run(&folder, &["check", "app.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 1, "{stderr}");
    assert!(stdout.contains("more than 20000 nodes"), "{stdout}");
}

#[test]
fn pools_together_have_no_more_nodes_than_one_may() {
    let folder = folder("measure_together");
    fs::write(folder.join("app.yaml"), deployment("a", 1, "1")).unwrap();
    let many = POOL.replace("count: 2", "count: 15000");
    fs::write(folder.join("nodes.yaml"), format!("{many}---\n{}", many.replace("name: node", "name: more")))
        .unwrap();
    let (status, stdout, _) = run(&folder, &["check", "app.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("of NodePool `more`, 5000 count"), "{stdout}");
}

#[test]
fn pods_without_number_are_cut_and_that_is_said() {
    let folder = folder("replicas");
    fs::write(folder.join("a.yaml"), deployment("a", 2_000_000_000, "1")).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    let select = ["--select", "schedule"];
    let (status, stdout, _) =
        run(&folder, &[&["check", "a.yaml", "--nodes", "nodes.yaml"], &select[..]].concat());
    assert_eq!(status, 1);
    assert!(stdout.contains("only 200000 of the 2000000000 pods of Deployment `default/a`"), "{stdout}");
    assert!(stdout.contains("a.yaml:5:13"), "the warning is at the number: {stdout}");
    let (status, stdout, _) = run(&folder, &["schedule", "a.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("note: Deployment default/a: only 200000 of its 2000000000 pods"), "{stdout}");
    let (_, stdout, _) = run(&folder, &["schedule", "a.yaml", "--nodes", "nodes.yaml", "--format", "json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert!(json["leftOut"][0].as_str().unwrap().contains("2000000000"), "{}", json["leftOut"]);
}

#[test]
fn a_list_of_too_many_verdicts_is_refused() {
    let folder = folder("pairs");
    fs::write(folder.join("a.yaml"), deployment("a", 60_000, "1")).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL.replace("count: 2", "count: 200")).unwrap();
    let (status, _, stderr) = run(&folder, &["schedule", "a.yaml", "--nodes", "nodes.yaml", "--per-node"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("60000 pods with 200 nodes each"), "{stderr}");
}

#[test]
fn of_many_large_workloads_the_small_ones_are_placed_whole() {
    let folder = folder("many");
    let mut text = deployment("small", 3, "1m");
    (0..40).for_each(|index| text.push_str(&deployment(&format!("large-{index}"), 200_000, "1")));
    fs::write(folder.join("app.yaml"), text).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    let (status, stdout, _) = run(&folder, &["schedule", "app.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("Deployment default/small         3       3  "), "{stdout}");
    assert!(stdout.contains("large-0: only 12499 of its 200000 pods were placed"), "{stdout}");
    assert!(stdout.contains("499963 pods: 5 placed on 2 nodes"), "{stdout}");
}

#[test]
fn a_broken_inventory_makes_no_claims() {
    let folder = folder("broken");
    fs::write(folder.join("app.yaml"), deployment("a", 1, "1")).unwrap();
    fs::write(folder.join("nodes.yaml"), format!("{POOL}  labels: {{a: b\n  taints: [\n")).unwrap();
    let (status, stdout, _) = run(&folder, &["check", "app.yaml", "--nodes", "nodes.yaml"]);
    assert_eq!(status, 1);
    assert!(stdout.contains("nodes.yaml") && !stdout.contains("unschedulable-pod"), "{stdout}");
}

/// Argo Rollouts, what kplan.yaml declares, and other custom resources that carry a pod template take their place.
#[test]
fn custom_workloads_are_placed_like_any_other() {
    let folder = folder("custom");
    let custom = |api_version: &str, kind: &str, name: &str, spec: &str| {
        let template = "template:
    metadata: {labels: {app: x}}
    spec: {containers: [{name: main, image: 'main:1.0', resources: {requests: {cpu: 100m, memory: 1Gi}}}]}";
        format!(
            "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n  {spec}\n  {template}\n---\n"
        )
    };
    let all = [
        custom(
            "argoproj.io/v1alpha1",
            "Rollout",
            "rollout",
            "replicas: 3\n  selector: {matchLabels: {app: x}}",
        ),
        custom("apps.kruise.io/v1alpha1", "CloneSet", "clones", "replicas: 2"),
        custom("serving.knative.dev/v1", "Service", "knative", "traffic: []"),
        custom("example.com/v1", "Worker", "workers", "replicas: 4"),
        custom("example.com/v1", "Stranger", "stranger", "replicas: 5"),
        "apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: clones}
spec: {minReplicaCount: 3, maxReplicaCount: 9, scaleTargetRef: {kind: CloneSet, name: clones}}
"
        .to_owned(),
    ];
    fs::write(folder.join("all.yaml"), all.concat()).unwrap();
    fs::write(folder.join("nodes.yaml"), POOL).unwrap();
    let config = "apiVersion: kplan.dev/v1
kind: Config
workloads:
- {kind: Worker, group: example.com, path: spec.template}
";
    fs::write(folder.join("kplan.yaml"), config).unwrap();
    let arguments = ["schedule", "all.yaml", "--nodes", "nodes.yaml", "--format", "json"];
    let (code, out, error) = run(&folder, &arguments);
    assert_eq!((code, error.as_str()), (0, ""));
    let verdict: Value = serde_json::from_str(&out).unwrap();
    let pods: Vec<_> =
        verdict["pods"].as_array().unwrap().iter().map(|pod| pod["pod"].as_str().unwrap()).collect();
    let count = |name: &str| pods.iter().filter(|pod| pod.starts_with(&format!("default/{name}-"))).count();
    let counts = ["rollout", "clones", "knative", "workers", "stranger"].map(count);
    assert_eq!(counts, [3, 3, 1, 4, 0], "{pods:?}");
}
