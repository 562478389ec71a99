//! `kplan.yaml` and the flags beside it, from end to end: what each says that is wrong or to no purpose, and who goes first.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot"
)]

use std::fs;
use std::path::{Path, PathBuf};

mod binary;
mod sandbox;

use binary::run;
use sandbox::write;

const HEAD: &str = "apiVersion: kplan.dev/v1\nkind: Config\n";
/// `latest-image` at line 6, `dangling-reference` at line 7.
const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  containers:\n  - {name: web, image: web,\n     \
                   envFrom: [{secretRef: {name: db-main}}]}\n";

fn folder(name: &str, config: &str) -> PathBuf {
    let folder = sandbox::folder(name);
    write(&folder, "apps/web.yaml", POD);
    write(&folder, "kplan.yaml", &format!("{HEAD}{config}"));
    folder
}

/// Status and checks of the findings, in order, each with its severity.
fn found(folder: &Path, flags: &[&str]) -> (i32, Vec<String>) {
    let (status, stdout, stderr) = run(folder, &[&["check", "-q", "--format", "json"], flags].concat());
    let report: serde_json::Value =
        serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    let findings = report["diagnostics"].as_array().unwrap().iter();
    let names = findings
        .map(|one| format!("{}[{}]", one["severity"].as_str().unwrap(), one["check"].as_str().unwrap()));
    (status, names.collect())
}

#[test]
fn every_key_says_what_is_wrong_with_its_value() {
    for (index, config) in [
        "kubernetesVersion: 1.30",
        "kubernetesVersion: [a]",
        "paths: {a: b}",
        "paths: [nope]",
        "paths: [{a: b}]",
        "exclude: a",
        "baseline: [a]",
        "baseline: nope.json",
        "nodes: nope.yaml",
        "namespace: Shop_X",
        "world: closd",
        "checks: [a]",
        "checks: {latest-imge: error}",
        "checks: {latest-image: warn}",
        "checks: {latest-image: false}",
        "checks: {syntax: off}",
        "checks: {style: off, style: error}",
        "externals: []",
        "external: {a: b}",
        "external: [x]",
        "external: [{kind: Secret, nam: x}]",
        "external: [{name: x}]",
        "references: [{kind: Pod, path: a..b, target: Secret}]",
        "workloads: [{kind: Foo}]",
        "overrides: {a: b}",
        "overrides: [{paths: ['['], ignore: [security]}]",
        "overrides: [{names: [web], ignore: [lates-image]}]",
        "overrides: [{names: [web], ignore: [syntax]}]",
        "overrides: [{names: [web], ignore: []}]",
        "overrides: [{names: [web]}]",
        "overrides: [{ignore: [style]}]",
        "overrides: [{paths: [], ignore: [style]}]",
        "overrides: [{kinds: [Pod], namespaces: [], ignore: [style]}]",
        "exclude: ['a{b']",
    ]
    .into_iter()
    .enumerate()
    {
        let folder = folder(&format!("wrong/{index}"), &format!("{config}\n"));
        let (status, stdout, _) = run(&folder, &["check", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
        let findings = report["diagnostics"].as_array().unwrap();
        assert_eq!((status, findings.len()), (2, 1), "{config}: {stdout}");
        assert_eq!(findings[0]["check"], "config", "{config}");
        assert_eq!(findings[0]["span"]["start"]["line"], 3, "{config}");
        assert_ne!(findings[0]["help"].as_array().unwrap().len(), 0, "{config} has no help");
    }
}

#[test]
fn what_matches_nothing_is_said() {
    for (index, config) in [
        "exclude: ['legacy/**']",
        "external: [{kind: Secret, name: 'zz-*'}]",
        "references: [{kind: Pod, path: spec.foo, target: Secret}]",
        "workloads: [{kind: Foo, path: spec.template}]",
        "overrides: [{paths: ['x/**'], ignore: [security]}]",
        "overrides: [{kinds: [Deploy*], ignore: [security]}]",
        "overrides: [{namespaces: [elsewhere], ignore: [security]}]",
    ]
    .into_iter()
    .enumerate()
    {
        let folder = folder(&format!("idle/{index}"), &format!("{config}\n"));
        let all = found(&folder, &[]);
        let expected = ["warning[latest-image]", "warning[dangling-reference]", "warning[config]"];
        assert_eq!(all, (0, expected.map(str::to_owned).to_vec()), "{config}");
        assert_eq!(found(&folder, &["apps"]).1.len(), 2, "{config}: a part of the input says nothing of it");
    }
}

#[test]
fn patterns_that_leave_something_out_are_not_said() {
    let folder = folder("exclude", "exclude: ['legacy/**', '**/testdata/', '!keep.yaml']\n");
    write(&folder, "legacy/old.yaml", "a: [");
    write(&folder, "apps/testdata/x.yaml", "a: [");
    assert_eq!(found(&folder, &[]).1, ["warning[latest-image]", "warning[dangling-reference]"]);
}

#[test]
fn overrides_are_for_paths_kinds_names_and_namespaces() {
    for (index, entry) in [
        "paths: ['apps/**']",
        "kinds: [Po*]",
        "names: [web]",
        "namespaces: [shop]",
        "paths: [apps/], names: [w*]",
        "paths: [apps]",
    ]
    .into_iter()
    .enumerate()
    {
        let config = format!("overrides:\n- {{{entry}, ignore: [latest-image, reference]}}\n");
        assert_eq!(found(&folder(&format!("overrides/{index}"), &config), &[]), (0, Vec::new()), "{entry}");
    }
}

#[test]
fn flags_go_before_the_file_and_a_check_before_its_group() {
    let folder = folder("order", "checks: {latest-image: error, reliability: off, reference: off}\n");
    let names = |flags: &[&str]| found(&folder, flags);
    assert_eq!(names(&[]), (1, vec!["error[latest-image]".to_owned()]));
    assert_eq!(names(&["--ignore", "latest-image"]), (0, Vec::new()));
    assert_eq!(names(&["--select", "reference"]), (0, vec!["warning[dangling-reference]".to_owned()]));
    assert_eq!(
        names(&["--select", "all", "--ignore", "reliability,security,style"]).1,
        ["warning[dangling-reference]"]
    );
    assert_eq!(names(&["--select", "reference", "--deny", "warnings"]).0, 1);
    assert_eq!(names(&["--no-config"]).1, ["warning[latest-image]", "warning[dangling-reference]"]);
    let (status, _, stderr) = run(&folder, &["check", "--select", "refrence"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("did you mean `reference`?"), "{stderr}");
}

#[test]
fn a_text_that_cannot_be_read_is_said_whatever_is_asked_for() {
    let folder = folder("syntax", "");
    write(&folder, "apps/broken.yaml", "a: [\n");
    assert_eq!(found(&folder, &["--select", "latest-image"]).1, ["error[syntax]", "warning[latest-image]"]);
    assert_eq!(found(&folder, &["--ignore", "schema"]).0, 1);
    let (status, _, stderr) = run(&folder, &["check", "--ignore", "syntax"]);
    assert_eq!(status, 2);
    assert!(stderr.contains("`syntax` cannot be ignored"), "{stderr}");
}

#[test]
fn slips_in_the_configuration_are_repaired_before_anything_is_checked() {
    let folder = folder("repair", "cheks: {}\nchecks: {'latest-imgae': off} # ours\nworld: opn\n");
    let path = folder.join("kplan.yaml");
    let before = fs::read_to_string(&path).unwrap();
    let (_, diff, _) = run(&folder, &["check", "--fix", "--diff"]);
    assert!(diff.contains("+checks: {'latest-image': off} # ours\n"), "{diff}");
    assert_eq!(fs::read_to_string(&path).unwrap(), before);
    let (status, stdout, stderr) = run(&folder, &["check", "--fix", "-q"]);
    assert!(stderr.starts_with("Fixed kplan.yaml.\n"), "{stderr}");
    assert_eq!(status, 2, "a slip in three letters is not certain, and `checks` is there twice: {stdout}");
    let after = fs::read_to_string(&path).unwrap();
    assert!(after.contains("checks: {'latest-image': off} # ours\n"), "{after}");
    write(&folder, "kplan.yaml", &format!("{HEAD}checks: {{'latest-imgae': off}} # ours\n"));
    let (status, stdout, _) = run(&folder, &["check", "--fix", "-q", "--format", "concise"]);
    assert_eq!((status, stdout.lines().count()), (0, 1), "{stdout}");
}

#[test]
fn a_baseline_is_written_used_and_gets_old() {
    let folder = folder("baseline", "");
    assert_eq!(run(&folder, &["check", "--write-baseline"]).0, 0);
    write(&folder, "kplan.yaml", &format!("{HEAD}baseline: kplan-baseline.json\n"));
    assert_eq!(found(&folder, &[]).1, Vec::<String>::new());
    write(&folder, "apps/web.yaml", &POD.replace("image: web", "image: web:1"));
    let (status, stdout, _) = run(&folder, &["check", "-q", "--format", "concise"]);
    assert_eq!(status, 0);
    assert!(stdout.contains("note[baseline]: an entry of the baseline matches nothing any more"), "{stdout}");
}

#[test]
fn an_override_goes_through_links() {
    let folder = folder("links", "overrides:\n- {paths: [apps], ignore: [latest-image, reference]}\n");
    for (link, target) in [("whole", "links"), ("apart", "links/apps")] {
        let link = folder.parent().unwrap().join(link);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(target, &link).unwrap();
        let parent = folder.parent().unwrap();
        let name = link.file_name().unwrap().to_str().unwrap();
        assert_eq!(found(parent, &[name]), (0, Vec::new()), "{name}");
    }
}

#[test]
fn only_where_all_is_read_an_entry_is_said_to_match_nothing() {
    let folder = folder("part", "overrides: [{paths: [other.yaml], ignore: [security]}]\n");
    write(&folder, "other.yaml", &POD.replace("name: web, n", "name: other, n"));
    assert_eq!(found(&folder, &[]).1.len(), 4);
    assert_eq!(found(&folder.join("apps"), &[]).1.len(), 2);
}

#[test]
fn a_misspelt_kind_is_corrected() {
    let folder = folder(
        "kinds",
        "external: [{kind: secret, name: db-main}]\noverrides:\n- {kinds: [Pdo], ignore: [reliability]}\n",
    );
    let (_, stdout, _) = run(&folder, &["check", "-q"]);
    for said in
        ["did you mean `Secret`?  (fix available: --fix)", "did you mean `Pod`?  (fix available: --fix)"]
    {
        assert!(stdout.contains(said), "{stdout}");
    }
    assert_eq!(run(&folder, &["check", "--fix", "-q"]).0, 0);
    assert_eq!(found(&folder, &[]), (0, Vec::new()));
}

#[test]
fn a_configuration_of_any_name_may_be_used() {
    let folder = folder("named", "checks: {latest-image: error}\n");
    write(&folder, "ci/strict.yaml", &format!("{HEAD}paths: [../apps]\nchecks: {{reference: error}}\n"));
    let expected = ["warning[latest-image]", "error[dangling-reference]"].map(str::to_owned).to_vec();
    assert_eq!(found(&folder, &["--config", "ci/strict.yaml"]), (1, expected.clone()));
    assert_eq!(found(&folder, &["--config", "ci/strict.yaml", "apps"]), (1, expected));
    assert_eq!(run(&folder, &["check", "--config", "ci/strict.yaml", "--no-config"]).0, 2);
    assert_eq!(run(&folder, &["check", "--config", "nope.yaml"]).0, 2);
    assert_eq!(run(&folder, &["graph", "--config", "ci/strict.yaml"]).0, 0);
}

#[test]
fn names_in_flags_are_read_kindly_and_never_guessed() {
    let folder = folder("flags", "");
    assert_eq!(found(&folder, &["--ignore", "latest-image, reference"]), (0, Vec::new()));
    for (name, said) in [
        ("style,", "the name of a check or group is empty"),
        ("config", "`config` is no check, and always reported"),
        ("zzzz", "`kplan explain --list` prints all of them"),
    ] {
        let (status, _, stderr) = run(&folder, &["check", "--ignore", name]);
        assert!(status == 2 && stderr.contains(said), "{stderr}");
    }
}

#[test]
fn a_baseline_that_is_configured_can_be_made() {
    let folder = folder("first", "baseline: accepted.json\n");
    let (status, stdout, _) = run(&folder, &["check"]);
    assert!(status == 2 && stdout.contains("`kplan check --write-baseline` makes it"), "{stdout}");
    assert_eq!(run(&folder, &["build"]).0, 0, "who reads no baseline needs none");
    let (status, _, stderr) = run(&folder, &["check", "--write-baseline"]);
    assert_eq!((status, stderr.as_str()), (0, "Accepted 2 findings in accepted.json.\n"));
    assert_eq!(found(&folder, &[]), (0, Vec::new()));
    let (_, _, stderr) = run(&folder, &["check", "--write-baseline", "--select", "latest-image"]);
    assert_eq!(stderr, "Accepted 1 finding in accepted.json, and dropped 1 that it held before.\n");
}

#[test]
fn a_container_in_front_makes_no_new_findings() {
    let folder = folder("front", "");
    run(&folder, &["check", "--write-baseline"]);
    write(
        &folder,
        "apps/web.yaml",
        &POD.replace("  - {name: web", "  - {name: log, image: log:1}\n  - {name: web"),
    );
    assert_eq!(found(&folder, &["--baseline", "kplan-baseline.json"]), (0, Vec::new()));
    write(
        &folder,
        "apps/web.yaml",
        &POD.replace("  - {name: web", "  - {name: log, image: web}\n  - {name: web"),
    );
    assert_eq!(found(&folder, &["--baseline", "kplan-baseline.json"]).1, ["warning[latest-image]"]);
}

#[test]
fn what_is_no_baseline_is_refused() {
    let folder = folder("broken", "");
    let baseline = |text: &str| {
        write(&folder, "b.json", text);
        let (status, _, stderr) = run(&folder, &["check", "--baseline", "b.json"]);
        assert_eq!(status, 2, "{text}");
        stderr
    };
    for (text, said) in [
        ("", "the file is empty"),
        ("[]", "this is no baseline"),
        (
            r#"{"apiVersion": "kplan.dev/v2", "kind": "Baseline", "findings": []}"#,
            "this is no baseline of this kplan",
        ),
        (r#"{"kind": "Baseline", "findings": [{"check": "a"}]}"#, "has no `check` or no `message`"),
        (
            r#"{"kind": "Baseline", "findings": [{"check": "a", "message": "b", "count": -1}]}"#,
            "`count` is no number",
        ),
    ] {
        let stderr = baseline(text);
        assert!(stderr.contains(said), "{text}: {stderr}");
    }
    let (status, _, stderr) = run(&folder, &["check", "--baseline", "nope.json"]);
    assert!(status == 2 && stderr.contains("`kplan check --write-baseline=nope.json` makes it"), "{stderr}");
}
