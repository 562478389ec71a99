//! The Pod Security Standards against the suite of the admission plugin itself.
//!
//! The suite is not part of this repository. It is looked for beside it, in `../shared/conformance/pod-security`, or where
//! `KPLAN_POD_SECURITY` says, as `LEVEL/VERSION/pass|fail/NAME.yaml`.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test reads its cases, and ends where it cannot"
)]

use std::path::{Path, PathBuf};

use kplan::analysis::read;
use kplan::config::Settings;
use kplan::parse::pod::PodTemplate;
use kplan::parse::version::Version;
use kplan::practice::pod_security::{Level, PolicyVersion, Standard, Violation, evaluate};
use kplan::source::{SourceFile, Workspace};

/// Evaluates the pods of a text and hands what they break to `then`.
fn with_violations<T>(text: &str, standard: Standard, then: impl FnOnce(Vec<Violation<'_>>) -> T) -> T {
    let workspace = Workspace::new([SourceFile::from_text("pod.yaml".to_owned(), text)]);
    let program = read(&workspace, &Settings::plain());
    let mut templates: Vec<_> = program.objects().filter_map(PodTemplate::of).collect();
    assert_eq!(templates.len(), 1, "one pod a file");
    then(evaluate(templates.remove(0), standard, Version::NEWEST))
}

fn suite() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/pod-security");
    std::env::var_os("KPLAN_POD_SECURITY").map_or_else(beside, PathBuf::from)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_verdict_of_the_suite() {
    let root = suite();
    if !root.exists() {
        eprintln!("skipped: there is no suite at {}", root.display());
        return;
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    for (word, level) in [("baseline", Level::Baseline), ("restricted", Level::Restricted)] {
        for version in entries(&root.join(word)) {
            let minor = name(&version).trim_start_matches("v1.").parse().unwrap();
            let standard = Standard { level, version: PolicyVersion::Minor(minor) };
            for (verdict, passes) in [("pass", true), ("fail", false)] {
                for file in entries(&version.join(verdict)) {
                    count += 1;
                    let text = std::fs::read_to_string(&file).unwrap();
                    wrong.extend(with_violations(&text, standard, |violations| {
                        mismatch(&file, passes, &violations)
                    }));
                }
            }
        }
    }
    eprintln!("{count} verdicts");
    assert!(wrong.is_empty(), "{} of {count} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "an empty suite at {}", root.display());
}

/// What is wrong with a verdict: a pod that should pass breaks nothing, and one that should fail breaks the control that
/// its file is named after.
fn mismatch(file: &Path, passes: bool, violations: &[Violation<'_>]) -> Option<String> {
    let found: Vec<_> = violations.iter().map(ToString::to_string).collect();
    let stem = name(file);
    let control = stem.trim_end_matches(".yaml").trim_end_matches(|digit: char| digit.is_ascii_digit());
    let is_named = violations.iter().any(|violation| {
        let id = violation.control.to_ascii_lowercase();
        // At the restricted level some controls take the place of milder ones, for whose files they then answer.
        let stands_for = match control {
            "capabilities_baseline" => "capabilities_restricted",
            "hostpathvolumes" => "restrictedvolumes",
            "procmount" => "procmount_restricted",
            "seccompprofile_baseline" => "seccompprofile_restricted",
            other => other,
        };
        id == control || id == stands_for
    });
    let is_right = if passes { violations.is_empty() } else { is_named };
    (!is_right).then(|| format!("{}: {found:?}", file.display()))
}

fn words(text: &str, level: Level, version: PolicyVersion) -> Vec<String> {
    with_violations(text, Standard { level, version }, |violations| {
        violations.iter().map(ToString::to_string).collect()
    })
}

const BARE: &str = "
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec:
  initContainers:
    - {name: first, image: a:1}
  containers:
    - {name: second, image: b:1}
";

#[test]
fn a_bare_pod_is_refused_in_the_words_of_the_plugin() {
    assert_eq!(
        words(BARE, Level::Restricted, PolicyVersion::Latest),
        [
            r#"allowPrivilegeEscalation != false (containers "first", "second" must set securityContext.allowPrivilegeEscalation=false)"#,
            r#"unrestricted capabilities (containers "first", "second" must set securityContext.capabilities.drop=["ALL"])"#,
            r#"runAsNonRoot != true (pod or containers "first", "second" must set securityContext.runAsNonRoot=true)"#,
            r#"seccompProfile (pod or containers "first", "second" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")"#,
        ]
    );
    assert!(words(BARE, Level::Baseline, PolicyVersion::Latest).is_empty());
    // Before 1.8 there was no such field.
    assert_eq!(words(BARE, Level::Restricted, PolicyVersion::Minor(7)).len(), 1);
}

const OPEN: &str = r#"
apiVersion: v1
kind: Pod
metadata:
  name: open
  annotations:
    container.apparmor.security.beta.kubernetes.io/a: unconfined
spec:
  hostPID: true
  hostNetwork: true
  securityContext:
    seLinuxOptions: {type: container_engine_t, user: u, role: r}
    sysctls: [{name: net.ipv4.tcp_rmem, value: "1"}, {name: vm.swappiness, value: "1"}]
  volumes:
    - {name: sock, hostPath: {path: /var/run/docker.sock}}
    - {name: share, nfs: {server: a, path: /}}
  containers:
    - name: a
      image: a:1
      ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 81, hostPort: 443}]
      securityContext: {privileged: true, capabilities: {add: [SYS_ADMIN, CHOWN]}}
    - name: b
      image: b:1
      livenessProbe: {httpGet: {host: 10.0.0.1, port: 80}}
      securityContext: {procMount: Unmasked, seccompProfile: {type: Unconfined}}
"#;

#[test]
fn every_baseline_control_has_its_words() {
    assert_eq!(
        words(OPEN, Level::Baseline, PolicyVersion::Latest),
        [
            r#"forbidden AppArmor profile (annotation must not set AppArmor profile type to "container.apparmor.security.beta.kubernetes.io/a="unconfined"")"#,
            r#"non-default capabilities (container "a" must not include "SYS_ADMIN" in securityContext.capabilities.add)"#,
            "host namespaces (hostNetwork=true, hostPID=true)",
            r#"hostPath volumes (volume "sock")"#,
            r#"hostPort (container "a" uses hostPorts 443, 8080)"#,
            r#"probe or lifecycle host (container "b" uses probe or lifecycle host "10.0.0.1")"#,
            r#"privileged (container "a" must not set securityContext.privileged=true)"#,
            r#"procMount (container "b" must not set securityContext.procMount to "Unmasked")"#,
            "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: user may not be set; role may not be set)",
            r#"seccompProfile (container "b" must not set securityContext.seccompProfile.type to "Unconfined")"#,
            "forbidden sysctls (vm.swappiness)",
        ]
    );
}

#[test]
fn an_older_policy_knows_less() {
    let old = words(OPEN, Level::Baseline, PolicyVersion::Minor(18));
    assert!(old.contains(&"forbidden sysctls (net.ipv4.tcp_rmem, vm.swappiness)".to_owned()), "{old:#?}");
    assert!(old.iter().any(|words| words.contains(r#"type "container_engine_t"; user may not be set"#)));
    assert!(!old.iter().any(|words| words.starts_with("seccompProfile") || words.starts_with("probe")));
    let restricted = words(OPEN, Level::Restricted, PolicyVersion::Latest);
    let volumes =
        r#"restricted volume types (volumes "sock", "share" use restricted volume types "hostPath", "nfs")"#;
    assert!(restricted.contains(&volumes.to_owned()), "{restricted:#?}");
    assert!(
        !restricted.iter().any(|words| words.starts_with("hostPath") || words.starts_with("non-default"))
    );
}

const USERNS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: apart}
spec:
  hostUsers: false
  securityContext: {runAsUser: 0, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: a
      image: a:1
      securityContext: {allowPrivilegeEscalation: false, procMount: Unmasked, capabilities: {drop: [ALL]}}
";

#[test]
fn a_user_namespace_relaxes_some_controls_from_1_35_on() {
    let at = |level, minor| words(USERNS, level, PolicyVersion::Minor(minor)).len();
    assert_eq!(at(Level::Baseline, 34), 1);
    assert_eq!(at(Level::Baseline, 35), 0);
    assert_eq!(at(Level::Restricted, 34), 3);
    assert_eq!(at(Level::Restricted, 35), 1);
}

#[test]
fn a_windows_pod_need_not_set_what_only_linux_has_from_1_25_on() {
    let text = BARE.replace("spec:", "spec:\n  os: {name: windows}\n  securityContext: {runAsNonRoot: true}");
    assert_eq!(words(&text, Level::Restricted, PolicyVersion::Minor(24)).len(), 3);
    assert!(words(&text, Level::Restricted, PolicyVersion::Minor(25)).is_empty());
}
