//! `kplan check --changed-since`, on real git repositories.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own repositories, and fails where it cannot"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const APP: &str = "apiVersion: v1
kind: Pod
metadata: {name: app}
spec:
  containers:
  - name: app
    image: example.com/app:1.2
    envFrom: [{configMapRef: {name: settings}}]
";
const SETTINGS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"1\"}\n";
const OLD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old}\ndata:\n  old: yes\n";
const CLOSED: &str = "apiVersion: kplan.dev/v1\nkind: Config\nworld: closed\n";

struct Repository(PathBuf);

impl Repository {
    /// A repository with an app, its settings, and a finding that is older than all changes.
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("since").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let repository = Self(folder);
        repository.git(&["init", "-q", "-b", "main", "."]);
        repository.write("kplan.yaml", CLOSED);
        repository.write("apps/app.yaml", APP);
        repository.write("config/settings.yaml", SETTINGS);
        repository.write("config/old.yaml", OLD);
        repository.commit("first");
        repository
    }

    fn git(&self, arguments: &[&str]) {
        git_in(&self.0, arguments);
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.0.join(name)).unwrap();
    }

    /// Exit status and findings, each as `path: check`.
    fn check(&self, arguments: &[&str]) -> (i32, Vec<String>) {
        let (status, stdout, stderr) = self.run("", &[&["check", "--format", "concise"], arguments].concat());
        assert_eq!(stderr, "");
        let short = |line: &str| {
            let path = line.split(':').next().unwrap();
            let check = line.split(['[', ']']).nth(1).unwrap();
            format!("{path}: {check}")
        };
        (status, stdout.lines().map(short).collect())
    }

    fn run(&self, folder: &str, arguments: &[&str]) -> (i32, String, String) {
        run_in(&self.0.join(folder), arguments)
    }
}

fn git_in(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn run_in(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_kplan"))
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

const CLEAN: (i32, Vec<String>) = (0, Vec::new());

fn found(findings: &[&str]) -> (i32, Vec<String>) {
    (1, findings.iter().map(|finding| (*finding).to_owned()).collect())
}

#[test]
fn only_what_a_change_causes_is_reported() {
    let repository = Repository::new("causes");
    assert_eq!(repository.check(&[]), found(&["config/old.yaml: ambiguous-scalar"]));
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
    let (_, human, _) = repository.run("", &["check", "--changed-since", "HEAD"]);
    assert_eq!(human, "no new problems in 3 files (3 objects, 1 older finding)\n");

    // Moved lines, and a second finding beside the old one.
    repository.write("config/old.yaml", &format!("# moved\n\n{OLD}  new: no\n"));
    let (_, concise, _) = repository.run("", &["check", "--format", "concise", "--changed-since", "HEAD"]);
    assert_eq!(concise.lines().count(), 1, "{concise}");
    assert!(concise.starts_with("config/old.yaml:8:8: error[ambiguous-scalar]: `data.new`"), "{concise}");
    let (_, json, _) = repository.run("", &["check", "--format", "json", "--changed-since", "HEAD"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["summary"]["errors"], &json["summary"]["older"]), (&1.into(), &1.into()));
}

#[test]
fn an_item_in_front_makes_no_new_findings() {
    let repository = Repository::new("front");
    let latest = APP.replace("app:1.2", "app");
    repository.write("apps/app.yaml", &latest);
    repository.commit("second");
    repository.write(
        "apps/app.yaml",
        &latest.replace("  - name: app", "  - {name: log, image: \"log:1\"}\n  - name: app"),
    );
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
}

#[test]
fn what_is_taken_away_is_missed_elsewhere() {
    let repository = Repository::new("elsewhere");
    repository.remove("config/settings.yaml");
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), found(&["apps/app.yaml: dangling-reference"]));
    // The revision is older than the current one, and what was committed since counts too.
    repository.commit("settings are gone");
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
    assert_eq!(
        repository.check(&["--changed-since", "HEAD~1"]),
        found(&["apps/app.yaml: dangling-reference"])
    );
}

#[test]
fn files_that_git_does_not_know_yet_count_as_new() {
    let repository = Repository::new("untracked");
    repository.write("more/new.yaml", &OLD.replace("name: old", "name: new"));
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), found(&["more/new.yaml: ambiguous-scalar"]));
    // What is ignored is not there, neither now nor before.
    repository.write(".gitignore", "more/\nsettings.yaml\n");
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
}

#[test]
fn a_renamed_file_is_no_change() {
    let repository = Repository::new("rename");
    repository.write(
        "config/broken.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b\ndata:\n  a: text\n",
    );
    repository.commit("broken");
    assert_eq!(repository.check(&[]).0, 1);
    for name in ["old.yaml", "broken.yaml"] {
        fs::rename(repository.0.join("config").join(name), repository.0.join("apps").join(name)).unwrap();
    }
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
}

#[test]
fn it_works_from_a_subfolder_and_for_single_files() {
    let repository = Repository::new("subfolder");
    repository.write("config/old.yaml", &format!("{OLD}  new: no\n"));
    let arguments = ["check", "--format", "concise", "--changed-since", "main"];
    let (status, stdout, stderr) = repository.run("config", &arguments);
    assert_eq!((status, stderr.as_str()), (1, ""));
    assert!(stdout.starts_with("old.yaml:6:8: ") && stdout.lines().count() == 1, "{stdout}");
    let (_, stdout, _) = repository.run("apps", &[&arguments[..], &["../config/old.yaml"]].concat());
    assert!(stdout.starts_with("../config/old.yaml:6:8: ") && stdout.lines().count() == 1, "{stdout}");
}

#[test]
fn a_branch_that_went_on_counts_as_it_was_left() {
    let repository = Repository::new("merge-base");
    repository.git(&["checkout", "-q", "-b", "feature"]);
    repository.write("config/more.yaml", &SETTINGS.replace("settings", "more"));
    repository.commit("more");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("config/old.yaml", &OLD.replace("yes", "\"yes\""));
    repository.commit("main repairs what is old");
    repository.git(&["checkout", "-q", "feature"]);
    assert_eq!(repository.check(&["--changed-since", "main"]), CLEAN);
    assert_eq!(
        repository.check(&["--changed-since", "main", "--no-merge-base"]),
        found(&["config/old.yaml: ambiguous-scalar"])
    );
}

#[test]
fn links_are_followed_in_the_revision_too() {
    #[cfg(unix)]
    {
        let repository = Repository::new("links");
        repository.write("shared/linked.txt", &OLD.replace("name: old", "name: linked"));
        std::os::unix::fs::symlink("../shared/linked.txt", repository.0.join("config/linked.yaml")).unwrap();
        std::os::unix::fs::symlink("nowhere.yaml", repository.0.join("config/lost.yaml")).unwrap();
        repository.commit("links");
        assert_eq!(repository.check(&[]).1.len(), 2);
        assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
    }
}

#[test]
fn accepted_findings_stay_accepted() {
    let repository = Repository::new("baseline");
    let (status, ..) = repository.run("", &["check", "-qq", "--write-baseline=accepted.json"]);
    assert_eq!(status, 0);
    repository.write("config/old.yaml", &format!("{OLD}---\n{OLD}"));
    let arguments = ["--changed-since", "HEAD", "--baseline", "accepted.json"];
    let (status, findings) = repository.check(&arguments);
    assert_eq!(status, 1);
    assert!(findings.contains(&"config/old.yaml: ambiguous-scalar".to_owned()), "{findings:?}");
}

const NODES: &str = "apiVersion: kplan.dev/v1
kind: NodePool
metadata: {name: general}
spec: {count: 1, allocatable: {cpu: 4, memory: 8Gi, pods: 20}}
";

#[test]
fn an_inventory_is_compared_where_git_has_it() {
    let repository = Repository::new("inventory");
    repository.write("kplan.yaml", &format!("{CLOSED}nodes: nodes.yaml\n"));
    repository.write("nodes.yaml", NODES);
    let needy = APP.replace("    envFrom", "    resources: {requests: {cpu: 2}}\n    envFrom");
    repository.write("apps/app.yaml", &needy);
    repository.commit("nodes");
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
    repository.write("nodes.yaml", &NODES.replace("cpu: 4", "cpu: 1"));
    let (status, findings) = repository.check(&["--changed-since", "HEAD"]);
    assert_eq!(status, 1);
    assert!(findings.iter().all(|finding| finding.starts_with("apps/app.yaml: ")), "{findings:?}");

    // One that is made on the spot is the same on both sides.
    repository.git(&["rm", "-q", "--cached", "nodes.yaml"]);
    repository.git(&["commit", "-q", "-m", "nodes are not kept"]);
    assert_eq!(repository.check(&["--changed-since", "HEAD"]), CLEAN);
}

#[test]
fn repairs_are_made_of_what_is_new() {
    let repository = Repository::new("fix");
    repository.write("config/old.yaml", &format!("{OLD}  new: no\n"));
    let (status, ..) = repository.run("", &["check", "-q", "--fix", "--changed-since", "HEAD"]);
    assert_eq!(status, 0);
    let text = fs::read_to_string(repository.0.join("config/old.yaml")).unwrap();
    assert_eq!(text, format!("{OLD}  new: \"no\"\n"));
}

#[test]
fn what_cannot_be_compared_says_why() {
    let repository = Repository::new("failures");
    let says = |arguments: &[&str], message: &str, help: &str| {
        let (status, stdout, stderr) = repository.run("", &[&["check"], arguments].concat());
        assert_eq!((status, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(message) && stderr.contains(help), "{stderr}");
    };
    says(&["--changed-since", "nowhere"], "`nowhere` is no git revision of", "such as `origin/main`");
    says(&["--changed-since", "--help"], "--help", "");
    says(&["--changed-since=-q"], "`-q` is no git revision of", "");
    says(&["--changed-since", "HEAD", "-"], "standard input has no git revision", "name a folder");
    says(&["--no-merge-base"], "--changed-since", "");
    says(&["--changed-since", "HEAD", "--write-baseline"], "cannot be used with", "");
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    repository.commit("another root");
    says(&["--changed-since", "main"], "have no commit in common", "--no-merge-base");

    let outside = std::env::temp_dir().join(format!("kplan-no-repository-{}", std::process::id()));
    fs::create_dir_all(&outside).unwrap();
    let (status, _, stderr) = run_in(&outside, &["check", "--changed-since", "HEAD"]);
    fs::remove_dir_all(&outside).unwrap();
    assert_eq!(status, 2);
    assert!(stderr.contains("lies in no git repository"), "{stderr}");
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let repository = Repository::new("deep");
    repository.commit("second");
    let shallow = repository.0.with_file_name("shallow");
    let _ = fs::remove_dir_all(&shallow);
    let url = format!("file://{}", repository.0.display());
    git_in(repository.0.parent().unwrap(), &["clone", "-q", "--depth", "1", &url, "shallow"]);
    let (status, _, stderr) = run_in(&shallow, &["check", "--changed-since", "HEAD~1"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("this clone is shallow") && stderr.contains("fetch-depth: 0"), "{stderr}");
}

#[test]
fn the_variables_of_a_hook_do_not_mislead() {
    let repository = Repository::new("hook");
    repository.write("config/old.yaml", &format!("{OLD}  new: no\n"));
    let output = Command::new(env!("CARGO_BIN_EXE_kplan"))
        .current_dir(repository.0.join("config"))
        .args(["check", "--format", "concise", "--changed-since", "HEAD"])
        .env("GIT_DIR", ".git")
        .env("GIT_INDEX_FILE", ".git/index")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
}
