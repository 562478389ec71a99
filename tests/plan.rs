//! `kplan plan` and `kplan build` as people use them: a repository with a history, and folders that must not differ
//! from themselves.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kplan::analysis::read;
use kplan::config::Settings;
use kplan::graph::Graph;
use kplan::plan::change::{Side, build, compare};
use kplan::render::manifest;
use kplan::source::{SourceFile, Workspace};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A repository in a folder of its own, which goes with it.
struct Repository {
    folder: PathBuf,
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Repository {
    /// The shop, with its first commit.
    fn shop(name: &str) -> Self {
        let folder =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("manifests")).unwrap();
        let source = root().join("fixtures/plan/shop");
        fs::copy(source.join("nodes.yaml"), folder.join("nodes.yaml")).unwrap();
        for entry in fs::read_dir(source.join("manifests")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.join("manifests").join(entry.file_name())).unwrap();
        }
        let repository = Self { folder };
        repository.git(&["init", "--quiet"]);
        repository.commit();
        repository
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .current_dir(&self.folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", "change"]);
    }

    fn edit(&self, file: &str, before: &str, after: &str) {
        let path = self.folder.join("manifests").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(before), "{file} has no {before:?}");
        fs::write(path, text.replace(before, after)).unwrap();
    }

    fn plan(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_kplan"))
            .current_dir(&self.folder)
            .args(["plan", "manifests", "--base", "HEAD~1"])
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What `check` prints, and its exit status.
    fn check(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let output = Command::new(env!("CARGO_BIN_EXE_kplan"))
            .current_dir(&self.folder)
            .args(["check", "manifests", "--base", "HEAD~1"])
            .args(arguments)
            .output()
            .unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.code())
    }

    /// What is printed in each format, and the exit status.
    fn pictures(&self, arguments: &[&str]) -> [(String, Option<i32>); 3] {
        ["human", "markdown", "json"].map(|format| {
            let output = self.plan(&[arguments, &["--format", format, "--exit-code"]].concat());
            assert_eq!(String::from_utf8_lossy(&output.stderr), "");
            (String::from_utf8(output.stdout).unwrap(), output.status.code())
        })
    }
}

fn show(name: &str, pictures: [(String, Option<i32>); 3], status: i32) {
    for ((text, code), format) in pictures.into_iter().zip(["human", "markdown", "json"]) {
        assert_eq!(code, Some(status), "{name} {format}");
        insta::assert_snapshot!(format!("{name}_{format}"), text);
    }
}

#[test]
fn an_image_bump_whose_surge_does_not_fit() {
    let shop = Repository::shop("surge");
    shop.edit("web.yaml", "shop/web:1.11.0", "shop/web:1.12.0");
    shop.commit();
    show("image_bump", shop.pictures(&["--nodes", "nodes.yaml"]), 1);
    // Without nodes nobody knows, and there are changes.
    assert_eq!(shop.plan(&["--exit-code"]).status.code(), Some(3));
    assert_eq!(shop.plan(&[]).status.code(), Some(0));
}

#[test]
fn what_blocks_a_plan_is_a_finding_of_check() {
    let shop = Repository::shop("findings");
    shop.edit("web.yaml", "shop/web:1.11.0", "shop/web:1.12.0");
    shop.edit("cart.yaml", "app: cart", "app: basket");
    shop.edit("catalog.yaml", "catalog-config", "catalog-settings");
    shop.commit();
    let (text, status) =
        shop.check(&["--nodes", "nodes.yaml", "--format", "concise", "--ignore", "no-room-for-rollout"]);
    let found: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once(": Deployment")?.0.split_once(": "))
        .map(|(_, found)| found)
        .collect();
    assert_eq!(found, ["error[immutable-field]", "error[rollout-stalls]", "error[rollout-stalls]"], "{text}");
    assert!(
        text.contains(
            "manifests/search.yaml:36:19: error[deleted-but-named]: ConfigMap `shop/catalog-config`"
        ),
        "{text}"
    );
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.contains("manifests/web.yaml:38:27"), "the request that finds no room: {text}");
    assert_eq!(status, Some(1));
    // The old place of what is gone is in the revision, as git calls it.
    let (text, _) = shop.check(&["--format", "json"]);
    assert!(text.contains("HEAD~1:manifests/catalog.yaml"), "{text}");
    // Without a base there is nothing to compare with.
    let alone = Command::new(env!("CARGO_BIN_EXE_kplan"))
        .current_dir(&shop.folder)
        .args(["check", "manifests", "--select", "rollout", "--format", "concise"])
        .output()
        .unwrap();
    assert_eq!((alone.status.code(), String::from_utf8_lossy(&alone.stdout).trim()), (Some(0), ""));
}

#[test]
fn nodes_of_the_configuration_are_those_of_a_plan() {
    let shop = Repository::shop("configured");
    let config = "apiVersion: kplan.dev/v1\nkind: Config\nnodes: nodes.yaml\n";
    fs::write(shop.folder.join("kplan.yaml"), config).unwrap();
    shop.edit("web.yaml", "shop/web:1.11.0", "shop/web:1.12.0");
    shop.commit();
    let output = shop.plan(&[]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("3 Insufficient cpu") && output.status.code() == Some(1), "{text}");
}

#[test]
fn what_a_revision_does_not_hold_is_said() {
    let shop = Repository::shop("pointers");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    fs::write(shop.folder.join("manifests/large.yaml"), pointer).unwrap();
    shop.commit();
    fs::remove_file(shop.folder.join("manifests/large.yaml")).unwrap();
    shop.commit();
    let output = shop.plan(&[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`manifests/large.yaml` at `HEAD~1` is a pointer of Git LFS"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_surge_that_exceeds_the_quota() {
    let shop = Repository::shop("quota");
    let quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: shop, namespace: shop}\nspec: {hard: {pods: 24}}\n";
    fs::write(shop.folder.join("manifests/quota.yaml"), quota).unwrap();
    shop.commit();
    shop.edit("web.yaml", "shop/web:1.11.0", "shop/web:1.12.0");
    shop.commit();
    let nodes = fs::read_to_string(shop.folder.join("nodes.yaml")).unwrap().replace("count: 3", "count: 6");
    fs::write(shop.folder.join("nodes.yaml"), nodes).unwrap();
    let output = shop.plan(&["--nodes", "nodes.yaml"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("exceeded quota: shop, requested: pods=1, used: pods=24, limited: pods=24"),
        "{text}"
    );
    assert!(text.contains("with `maxUnavailable: 1` an old pod goes first"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_selector_that_changes() {
    let shop = Repository::shop("selector");
    shop.edit("cart.yaml", "app: cart", "app: basket");
    shop.commit();
    show("selector_change", shop.pictures(&["--nodes", "nodes.yaml"]), 3);
}

#[test]
fn a_config_map_under_another_name() {
    let shop = Repository::shop("rename");
    shop.edit("catalog.yaml", "catalog-config", "catalog-settings");
    shop.commit();
    show("renamed_config_map", shop.pictures(&[]), 1);
}

#[test]
fn a_revision_that_does_not_exist_is_a_failure() {
    let shop = Repository::shop("failure");
    let output = shop.plan(&[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("`HEAD~1` is neither a path nor a git revision"), "{said}");
}

fn workspace(files: &[(&str, &str)]) -> Workspace {
    Workspace::new(files.iter().map(|(path, text)| SourceFile::from_text(*path, text)))
}

/// The names and verdicts of what changes.
fn changes(before: &str, after: &str) -> Vec<String> {
    let settings = Settings::plain();
    let (base, head) = (
        read(&workspace(&[("a.yaml", before)]), &settings),
        read(&workspace(&[("b.yaml", after)]), &settings),
    );
    let (base_graph, head_graph) = (Graph::build(&base, &settings), Graph::build(&head, &settings));
    let set = compare(
        Side { program: &base, graph: &base_graph },
        Side { program: &head, graph: &head_graph },
        settings.target,
    );
    let fields = |change: &kplan::plan::change::ObjectChange| {
        let paths: Vec<String> = change.changes.iter().map(|field| field.path.to_string()).collect();
        paths.join(",")
    };
    set.changes
        .iter()
        .map(|change| {
            format!("{:?} {} {}", change.verdict, change.identity, fields(change)).trim_end().to_owned()
        })
        .collect()
}

#[test]
fn spelling_is_no_change() {
    let before = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {}}\nspec:\n  selector: {matchLabels: {app: web}}\n  \
        template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: web, image: 'nginx:1.27', \
        resources: {requests: {cpu: 1000m, memory: 1024Mi}}, ports: [{containerPort: 80}]}\n";
    let after = "kind: Deployment\napiVersion: apps/v1\nmetadata:\n  namespace: default\n  name: \"web\"\nspec:\n  replicas: 1\n  paused: false\n  \
        strategy:\n    type: RollingUpdate\n    rollingUpdate: {maxSurge: 25%}\n  selector:\n    matchLabels:\n      app: web\n  template:\n    \
        metadata:\n      creationTimestamp: null\n      labels:\n        app: web\n    spec:\n      restartPolicy: Always\n      volumes: []\n      \
        containers:\n      - ports:\n        - protocol: TCP\n          containerPort: 0x50\n        image: nginx:1.27\n        name: web\n        \
        imagePullPolicy: IfNotPresent\n        resources:\n          requests:\n            memory: 1Gi\n            cpu: 1\n";
    assert_eq!(changes(before, after), [] as [&str; 0]);
}

#[test]
fn values_of_secrets_are_never_shown() {
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{token: {value}, same: hunter1}}\nstringdata: {{typo: {value}}}\n"
        )
    };
    let settings = Settings::plain();
    let files = [workspace(&[("a.yaml", &secret("hunter2"))]), workspace(&[("a.yaml", &secret("hunter3"))])];
    let [base, head] = files.each_ref().map(|workspace| read(workspace, &settings));
    let (base_graph, head_graph) = (Graph::build(&base, &settings), Graph::build(&head, &settings));
    let sides = (Side { program: &base, graph: &base_graph }, Side { program: &head, graph: &head_graph });
    let preview = kplan::plan::preview::preview(sides.0, sides.1, settings.target, None);
    let report = kplan::render::plan::PlanReport {
        preview: &preview,
        base: &base,
        head: &head,
        base_workspace: &files[0],
        head_workspace: &files[1],
    };
    use kplan::render::plan::{PlanFormat, render_plan};
    for format in [PlanFormat::Human, PlanFormat::Json, PlanFormat::Markdown] {
        let text = render_plan(&report, format, kplan::render::Colors::Off);
        // `hunter2`, in plain and in base64.
        for secret in ["hunter", "aHVudGVy"] {
            assert!(!text.contains(secret), "{format:?}: {text}");
        }
        assert!(text.contains("token") && text.contains("***"), "{text}");
        assert!(
            format != PlanFormat::Human || text.contains("data.token: *** (before) → *** (after)  a.yaml:4"),
            "{text}"
        );
    }
}

#[test]
fn a_dump_of_live_objects_is_no_change() {
    let written = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, type: NodePort, ports: [{port: 80}]}\n";
    let live = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata:\n    annotations:\n      \
        kubectl.kubernetes.io/last-applied-configuration: |\n        {}\n    creationTimestamp: \"2026-01-01T00:00:00Z\"\n    name: web\n    \
        namespace: default\n    resourceVersion: \"5\"\n    uid: 1-2\n  spec:\n    clusterIP: 10.0.0.1\n    clusterIPs:\n    - 10.0.0.1\n    \
        externalTrafficPolicy: Cluster\n    internalTrafficPolicy: Cluster\n    ipFamilies:\n    - IPv4\n    ipFamilyPolicy: SingleStack\n    \
        ports:\n    - nodePort: 30080\n      port: 80\n      protocol: TCP\n      targetPort: 80\n    selector:\n      app: web\n    \
        sessionAffinity: None\n    type: NodePort\n  status:\n    loadBalancer: {}\n";
    assert_eq!(changes(live, written), [] as [&str; 0]);
}

#[test]
fn what_a_cluster_makes_itself_is_not_deleted() {
    let written = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  \
        template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: 'x:1'}]}}\n  volumeClaimTemplates: [{metadata: {name: data}, \
        spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n";
    let made = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-db-0, uid: a}\nspec: {}\n---\napiVersion: v1\nkind: Pod\n\
        metadata: {name: db-0, uid: b, ownerReferences: [{kind: StatefulSet, name: db, controller: true}]}\nspec: {containers: []}\n---\n\
        apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kube-root-ca.crt, uid: c}\n---\napiVersion: v1\nkind: ServiceAccount\n\
        metadata: {name: default, uid: d}\n";
    let other = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data-cache-0, uid: e}\nspec: {}\n";
    assert_eq!(
        changes(&format!("{written}{made}{other}"), written),
        ["Delete PersistentVolumeClaim default/data-cache-0"]
    );
}

#[test]
fn items_of_a_typed_list_are_what_the_list_says() {
    let one = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: b}\n";
    let list = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- metadata: {name: m, namespace: default}\n  data: {a: b}\n";
    assert_eq!(changes(list, one), [] as [&str; 0]);
}

#[test]
fn what_is_named_is_made_first_and_deleted_last() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\nspec: {containers: [{name: c, image: x, envFrom: [{configMapRef: {name: m}}]}]}\n";
    let rest = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: shop}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    let all = format!("{pod}{rest}");
    assert_eq!(changes("", &all), ["Create Namespace shop", "Create ConfigMap shop/m", "Create Pod shop/p"]);
    assert_eq!(changes(&all, ""), ["Delete Pod shop/p", "Delete ConfigMap shop/m", "Delete Namespace shop"]);
}

/// The rollouts of `after` on three nodes, as people see them, and the risks.
fn played(before: &str, after: &str) -> String {
    played_beside(before, after, "")
}

/// The same with more in the inventory.
fn played_beside(before: &str, after: &str, running: &str) -> String {
    let settings = Settings::plain();
    let pool = "apiVersion: kplan.dev/v1\nkind: NodePool\nmetadata: {name: general}\nspec: {count: 3, allocatable: {cpu: 2, memory: 4Gi, pods: 20}}\n";
    let pool = format!("{pool}{running}");
    let files = [("before.yaml", before), ("after.yaml", after), ("nodes.yaml", &pool)]
        .map(|file| workspace(&[file]));
    let [base, head, nodes] = files.each_ref().map(|workspace| read(workspace, &settings));
    let (base_graph, head_graph) = (Graph::build(&base, &settings), Graph::build(&head, &settings));
    let sides = (Side { program: &base, graph: &base_graph }, Side { program: &head, graph: &head_graph });
    let preview = kplan::plan::preview::stage::on_nodes(sides.0, sides.1, &nodes, settings.target);
    let report = kplan::render::plan::PlanReport {
        preview: &preview,
        base: &base,
        head: &head,
        base_workspace: &files[0],
        head_workspace: &files[1],
    };
    let text = kplan::render::plan::render_plan(
        &report,
        kplan::render::plan::PlanFormat::Human,
        kplan::render::Colors::Off,
    );
    text[text.find("Rollout").unwrap_or(0)..].to_owned()
}

fn workload(kind: &str, image: &str, spec: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: web}}\nspec:\n  selector: {{matchLabels: {{app: web}}}}\n{spec}  \
         template:\n    metadata: {{labels: {{app: web}}}}\n    spec:\n{pod}      containers:\n      - {{name: c, image: 'x:{image}', \
         ports: [{{containerPort: 80, PORT}}], resources: {{requests: {{cpu: 100m}}}}}}\n"
    )
    .replace(", PORT", "")
}

#[test]
fn required_anti_affinity_without_a_spare_node() {
    let apart = "      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname, \
        labelSelector: {matchLabels: {app: web}}}]}}\n";
    let deployment = |image| workload("Deployment", image, "  replicas: 3\n", apart);
    let text = played(&deployment("1"), &deployment("2"));
    assert!(text.contains("3 node(s) didn't match pod anti-affinity rules"), "{text}");
    assert!(text.contains("with `maxUnavailable: 1` an old pod goes first"), "{text}");
    let roomy = |image| workload("Deployment", image, "  replicas: 2\n", apart);
    assert!(played(&roomy("1"), &roomy("2")).contains("completes"));
}

#[test]
fn a_host_port_that_old_pods_hold() {
    let deployment = |image: &str| {
        workload("Deployment", image, "  replicas: 3\n", "")
            .replace("containerPort: 80", "containerPort: 80, hostPort: 8080")
    };
    let text = played(&deployment("1"), &deployment("2"));
    assert!(text.contains("3 node(s) didn't have free ports for the requested pod ports"), "{text}");
}

#[test]
fn a_daemon_set_goes_node_by_node() {
    let daemon = |image| workload("DaemonSet", image, "", "");
    let text = played(&daemon("1"), &daemon("2"));
    assert!(text.contains("RollingUpdate, maxSurge 0, maxUnavailable 1): completes"), "{text}");
    for node in ["general-0", "general-1", "general-2"] {
        assert!(text.contains(&format!("-1 +1 on {node}")), "{text}");
    }
    let surge = "  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}\n";
    let surging = |image| workload("DaemonSet", image, surge, "");
    let text = played(&surging("1"), &surging("2"));
    assert!(text.contains("maxSurge 1, maxUnavailable 0): completes"), "{text}");
}

#[test]
fn a_stateful_set_keeps_its_names() {
    let set = |image| workload("StatefulSet", image, "  serviceName: web\n  replicas: 2\n", "");
    let text = played(&set("1"), &set("2"));
    assert!(text.contains("completes"), "{text}");
    assert_eq!(text.matches("-1 +1 on general-").count(), 2, "{text}");
}

#[test]
fn storage_that_the_inventory_does_not_know_blocks_nothing() {
    let claims = "  serviceName: web\n  replicas: 2\n  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], \
        resources: {requests: {storage: 1Gi}}}}]\n";
    let set = |image| workload("StatefulSet", image, claims, "");
    let text = played(&set("1"), &set("2"));
    assert!(text.contains("completes") && !text.contains("error"), "{text}");
}

/// The fixtures that are whole sets of manifests.
fn fixture_sets() -> Vec<Workspace> {
    ["fixtures/shop", "fixtures/plan/shop/manifests"]
        .map(|folder| {
            let mut files = Vec::new();
            let mut folders = vec![root().join(folder)];
            while let Some(folder) = folders.pop() {
                for entry in fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                    } else if path.extension().is_some_and(|extension| extension == "yaml") {
                        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                        files.push(SourceFile::new(name, fs::read(&path).unwrap()));
                    }
                }
            }
            Workspace::new(files)
        })
        .into()
}

#[test]
fn build_builds_to_itself_and_changes_nothing() {
    let settings = Settings::plain();
    for files in fixture_sets() {
        let program = read(&files, &settings);
        let graph = Graph::build(&program, &settings);
        let side = Side { program: &program, graph: &graph };
        let built = |side| manifest::stream(&build(side, settings.target).0);
        let once = built(side);
        let again_files = workspace(&[("built.yaml", &once)]);
        let again = read(&again_files, &settings);
        let again_graph = Graph::build(&again, &settings);
        let again_side = Side { program: &again, graph: &again_graph };
        assert_eq!(built(again_side), once);
        assert!(program.len() > 5);
        for (base, head) in [(side, again_side), (again_side, side), (side, side)] {
            let set = compare(base, head, settings.target);
            assert_eq!((set.changes.len(), set.unchanged), (0, program.len()));
        }
    }
}

#[test]
fn a_budget_guards_evictions_and_not_rollouts() {
    let budget = "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 3, selector: {matchLabels: {app: web}}}\n";
    let strategy = "  replicas: 3\n  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}\n";
    let deployment = |image| format!("{}{budget}", workload("Deployment", image, strategy, ""));
    let text = played(&deployment("1"), &deployment("2"));
    assert!(text.contains("completes"), "{text}");
    assert!(text.contains("note: Deployment `default/web`: the rollout leaves 2 of 3 pods ready"), "{text}");
    assert!(text.contains("a budget guards evictions, such as those of a drain, and not rollouts"), "{text}");
}

#[test]
fn a_rollout_at_the_maximum_of_the_autoscaler() {
    let scaler = |most: u32| {
        format!(
            "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: web}}\nspec: {{minReplicas: 2, maxReplicas: {most}, \
             scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}}}\n"
        )
    };
    // Three nodes of two CPUs take twelve pods of half a CPU.
    let deployment = |image: &str, most| {
        let strategy = "  strategy: {rollingUpdate: {maxUnavailable: 0}}\n";
        let text = workload("Deployment", image, strategy, "").replace("cpu: 100m", "cpu: 500m");
        format!("{text}{}", scaler(most))
    };
    let text = played(&deployment("1", 12), &deployment("2", 12));
    assert!(text.contains("completes"), "{text}");
    assert!(
        text.contains(
            "warning: Deployment `default/web`: the rollout stalls if the autoscaler has made all 12 pods"
        ),
        "{text}"
    );
    assert!(!played(&deployment("1", 11), &deployment("2", 11)).contains("warning"));
}

#[test]
fn running_pods_of_a_workload_count_once() {
    let running: String = (0..3)
        .map(|index| {
            format!(
                "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: web-abc-{index}, namespace: default, uid: u{index}, labels: {{app: web, \
                 pod-template-hash: abc}}, ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, controller: true}}]}}\n\
                 spec: {{nodeName: general-{index}, containers: [{{name: c, image: 'x:1', resources: {{requests: {{cpu: 1500m}}}}}}]}}\n\
                 status: {{phase: Running}}\n"
            )
        })
        .collect();
    let strategy = "  replicas: 3\n  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}\n";
    let deployment = |image| workload("Deployment", image, strategy, "").replace("cpu: 100m", "cpu: 1500m");
    // Twice three of them would not fit.
    let text = played_beside(&deployment("1"), &deployment("2"), &running);
    assert!(text.contains("completes"), "{text}");
}
