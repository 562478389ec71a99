//! The binary from end to end: flags, formats, standard input, configuration and exit status.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot"
)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

mod binary;
mod sandbox;

use binary::{kplan, run, said};
use sandbox::{folder, write};

const GOOD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: value\n";
const BAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: yes\n";
const CONFIG: &str = "apiVersion: kplan.dev/v1\nkind: Config\n";

#[test]
fn exit_status_says_what_was_found() {
    let folder = folder("status");
    write(&folder, "good/a.yaml", GOOD);
    write(&folder, "bad/a.yaml", BAD);
    write(&folder, "warning/a.yaml", &GOOD.replace("  key: value", "  key: value\n  key: other"));
    for (arguments, status) in [
        (vec!["check", "good"], 0),
        (vec!["check", "bad"], 1),
        (vec!["check", "bad", "--ignore", "ambiguous-scalar"], 0),
        (vec!["check", "bad", "--ignore", "schema"], 0),
        (vec!["check", "bad", "--select", "reference"], 0),
        (vec!["check", "warning"], 0),
        (vec!["check", "warning", "--deny", "warnings"], 1),
        (vec!["check", "nowhere"], 2),
        (vec!["check", "--no-such-flag"], 2),
        (vec!["check", "good", "--select", "no-such-check"], 2),
        (vec!["check", "good", "--kubernetes-version", "1.20"], 2),
        (vec!["frobnicate"], 2),
        (vec![], 2),
        (vec!["--version"], 0),
        (vec!["check", "--help"], 0),
    ] {
        let (code, stdout, stderr) = run(&folder, &arguments);
        assert_eq!(code, status, "{arguments:?}\n{stdout}\n{stderr}");
    }
}

#[test]
fn a_failure_says_its_remedy() {
    let folder = folder("remedy");
    let (_, stdout, stderr) = run(&folder, &["check", "nowhere"]);
    assert_eq!(stdout, "");
    assert_eq!(
        stderr,
        "error: `nowhere` does not exist\n  = help: name a file, a folder, or `-` for standard input\n"
    );
    let (_, _, stderr) = run(&folder, &["check", "--ignore", "dangling-referenc"]);
    assert!(stderr.contains("did you mean `dangling-reference`?"), "{stderr}");
}

#[test]
fn findings_are_drawn_in_plain_text_for_a_pipe() {
    let folder = folder("pipe");
    write(&folder, "a.yaml", BAD);
    let (_, plain, _) = run(&folder, &["check"]);
    assert!(plain.contains("┌─ a.yaml:6:8\n6 │   key: yes\n"), "{plain}");
    assert!(!plain.contains('\x1b'));
    assert!(plain.ends_with("\n1 error in 1 file (1 object)\n"), "{plain}");
    let (_, coloured, _) = run(&folder, &["check", "--color", "always"]);
    assert!(coloured.starts_with("\x1b[1;31merror["), "{coloured}");
    let forced =
        said(kplan(&folder).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1").arg("check").output().unwrap());
    assert!(!forced.1.contains('\x1b'), "NO_COLOR goes first");
}

#[test]
fn quiet_and_verbose() {
    let folder = folder("quiet");
    write(&folder, "a.yaml", BAD);
    write(&folder, "values.yaml", "a: 1\n");
    let (_, quiet, _) = run(&folder, &["check", "-q", "--format", "human"]);
    assert!(quiet.contains("error[") && !quiet.contains("1 error"), "{quiet}");
    assert_eq!(run(&folder, &["check", "-qq"]).1, "");
    assert_eq!(run(&folder, &["check", "-qq"]).0, 1);
    let (_, verbose, _) = run(&folder, &["check", "-v"]);
    assert!(verbose.contains("skipped values.yaml: values for a Helm chart\n"), "{verbose}");
    assert!(verbose.ends_with("1 error in 2 files (1 object, 1 file skipped)\n"), "{verbose}");
}

#[test]
fn standard_input_is_a_file() {
    let folder = folder("stdin");
    let mut child = kplan(&folder)
        .args(["check", "-", "--format", "concise"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(BAD.as_bytes()).unwrap();
    let (code, stdout, _) = said(child.wait_with_output().unwrap());
    assert_eq!(code, 1);
    assert!(stdout.starts_with("<stdin>:6:8: error[ambiguous-scalar]: "), "{stdout}");
}

#[test]
fn outputs_are_written_beside_what_is_printed() {
    let folder = folder("output");
    write(&folder, "a.yaml", BAD);
    let arguments =
        ["check", "--format", "concise", "--output", "json=out.json", "--output", "sarif=out.sarif"];
    let (code, stdout, stderr) = run(&folder, &arguments);
    assert_eq!((code, stderr.as_str()), (1, ""));
    assert_eq!(stdout.lines().count(), 1);
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("out.json")).unwrap()).unwrap();
    assert_eq!(json["summary"]["errors"], 1);
    let sarif: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("out.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3, "no temporary file is left");
    let (code, _, stderr) = run(&folder, &["check", "--output", "json=no/such/folder.json"]);
    assert_eq!(code, 2, "{stderr}");
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_does_not_keep_kplan_from_the_rest() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("unreadable");
    write(&folder, "a.yaml", BAD);
    write(&folder, "secret.yaml", GOOD);
    fs::set_permissions(folder.join("secret.yaml"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(folder.join("secret.yaml")).is_ok() {
        // The superuser may read everything: a folder that is named like a file is what even they cannot read.
        return;
    }
    let (code, stdout, stderr) = run(&folder, &["check"]);
    assert_eq!(code, 2);
    assert!(stdout.contains("error[ambiguous-scalar]"), "{stdout}");
    assert!(stderr.contains("cannot read `secret.yaml`"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_a_success() {
    let folder = folder("reader");
    write(&folder, "a.yaml", &format!("{BAD}---\n").repeat(5000));
    let mut child =
        kplan(&folder).arg("check").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn the_configuration_is_found_above_and_paths_are_relative_to_it() {
    let folder = folder("config");
    write(
        &folder,
        "kplan.yaml",
        &format!(
            "{CONFIG}paths: [manifests]\nexclude: [generated/]\nchecks: {{ambiguous-scalar: warning}}\n"
        ),
    );
    write(&folder, "manifests/a.yaml", BAD);
    write(&folder, "manifests/generated/b.yaml", BAD);
    write(&folder, "other/c.yaml", BAD);
    let (code, stdout, stderr) = run(&folder, &["check", "--format", "concise"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.starts_with("manifests/a.yaml:6:8: warning[ambiguous-scalar]"), "{stdout}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let (_, from_below, _) = run(&folder.join("other"), &["check", "--format", "concise"]);
    assert!(from_below.starts_with("../manifests/a.yaml:6:8: warning["), "{from_below}");
    let (code, _, _) = run(&folder, &["check", "--no-config", "manifests"]);
    assert_eq!(code, 1);
    let (_, summary, _) = run(&folder, &["check"]);
    assert!(summary.ends_with("1 warning in 1 file (1 object)\n"), "kplan.yaml is no manifest: {summary}");
}

#[test]
fn overrides_are_for_some_files() {
    let folder = folder("overrides");
    write(
        &folder,
        "kplan.yaml",
        &format!("{CONFIG}overrides:\n- paths: ['legacy/**', 'gone/**']\n  ignore: [schema]\n"),
    );
    write(&folder, "legacy/a.yaml", BAD);
    write(&folder, "new/a.yaml", &BAD.replace("name: a", "name: b"));
    let (code, stdout, _) = run(&folder, &["check", "--format", "concise"]);
    assert_eq!(code, 1);
    assert_eq!(
        stdout,
        "kplan.yaml:4:24: warning[config]: this override is for no file that was read\n\
         new/a.yaml:6:8: error[ambiguous-scalar]: `data.key` must be a string, but `yes` is read as the boolean true\n"
    );
}

#[test]
fn a_configuration_with_faults_is_refused_with_their_places() {
    let folder = folder("faults");
    write(
        &folder,
        "kplan.yaml",
        &format!("{CONFIG}pahts: [x]\nchecks: {{dangling-refrence: off}}\npaths: [missing]\n"),
    );
    let (code, stdout, stderr) = run(&folder, &["check", "--format", "concise"]);
    assert_eq!(code, 2);
    assert_eq!(
        stdout,
        "kplan.yaml:3:1: error[config]: unknown key `pahts`\n\
         kplan.yaml:4:10: error[config]: no check and no group is called `dangling-refrence`\n\
         kplan.yaml:5:9: error[config]: `missing` does not exist\n"
    );
    assert!(stderr.contains("`kplan.yaml` has faults"), "{stderr}");
}

#[test]
fn schemas_that_the_user_brings_are_used() {
    let folder = folder("schema");
    write(
        &folder,
        "widget.yaml",
        "apiVersion: example.com/v1\nkind: Widget\nmetadata:\n  name: a\nspec:\n  size: big\n",
    );
    write(
        &folder,
        "schemas/example.com/widget_v1.json",
        "{\"type\": \"object\", \"properties\": {\"spec\": {\"type\": \"object\", \"properties\": {\"size\": {\"type\": \"integer\"}}}}}",
    );
    assert_eq!(run(&folder, &["check", "widget.yaml"]).0, 0);
    let (code, stdout, stderr) = run(&folder, &["check", "widget.yaml", "--schema", "schemas"]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    assert!(stdout.contains("widget.yaml:6:9"), "{stdout}");
    write(&folder, "empty.json", "[]");
    assert_eq!(run(&folder, &["check", "widget.yaml", "--schema", "empty.json"]).0, 2);
}

#[test]
fn the_shop_shows_what_kplan_finds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, stdout, _) = run(root, &["check", "fixtures/shop"]);
    assert_eq!(code, 1);
    insta::assert_snapshot!(stdout);
    // The README's first screen is what the command prints, so it cannot be out of date.
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains(stdout.trim_end()), "README.md does not show this:\n{stdout}");
}

#[test]
fn repairs_are_written_once_and_keep_everything_else() {
    let folder = folder("fix");
    let text = BAD.replace("key: yes", "key: yes   # keep me\n  other: 'x'");
    write(&folder, "a.yaml", &text);
    write(&folder, "good.yaml", &GOOD.replace("name: a", "name: b"));
    let (code, diff, _) = run(&folder, &["check", "--fix", "--diff"]);
    assert_eq!(code, 1, "nothing was changed");
    assert!(diff.contains("-  key: yes   # keep me\n+  key: \"yes\"   # keep me\n"), "{diff}");
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), text);
    let (code, stdout, stderr) = run(&folder, &["check", "--fix"]);
    assert_eq!((code, stderr.as_str()), (0, "Fixed 1 problem in 1 file.\n"), "{stdout}");
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), text.replace("yes", "\"yes\""));
    assert_eq!(
        run(&folder, &["check", "--fix"]),
        (0, "no problems in 2 files (2 objects)\n".to_owned(), String::new())
    );
    assert_eq!(run(&folder, &["check", "--diff"]).0, 2);
}

#[test]
fn standard_input_is_printed_repaired() {
    let folder = folder("fix-stdin");
    let pipe = |arguments: &[&str], text: &str| {
        let command = &mut kplan(&folder);
        let command =
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        said(child.wait_with_output().unwrap())
    };
    let right = BAD.replace("yes", "\"yes\"");
    let (code, stdout, stderr) = pipe(&["check", "--fix", "-"], BAD);
    assert_eq!((code, stdout.as_str()), (0, right.as_str()), "{stderr}");
    assert!(stderr.starts_with("Fixed 1 problem in 1 file.\nno problems in 1 file"), "{stderr}");
    let (code, stdout, stderr) = pipe(&["check", "--fix", "-qq", "-"], GOOD);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, GOOD, ""), "what is right passes through");
    let (code, stdout, _) = pipe(&["check", "--fix", "--diff", "-"], BAD);
    assert_eq!(code, 1);
    assert!(stdout.starts_with("--- <stdin>\n+++ <stdin>\n"), "{stdout}");
}

#[cfg(unix)]
#[test]
fn a_repaired_file_has_its_old_mode_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("fix-mode");
    write(&folder, "a.yaml", BAD);
    fs::set_permissions(folder.join("a.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(run(&folder, &["check", "--fix", "-q", "--output", "json=b.out"]).0, 0);
    assert_eq!(fs::metadata(folder.join("a.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.yaml", "b.out"]);
    write(&folder, "a.yaml", BAD);
    assert_eq!(run(&folder, &["check", "--fix", "--diff", "--output", "json=c.out"]).0, 1);
    assert!(fs::read_to_string(folder.join("c.out")).unwrap().contains("ambiguous-scalar"));
}

#[test]
fn repairs_of_the_shop_leave_nothing_that_can_be_repaired() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder("shop");
    for file in [
        "namespace.yaml",
        "web/deployment.yaml",
        "web/service.yaml",
        "web/config.yaml",
        "checkout/deployment.yaml",
        "db/statefulset.yaml",
    ] {
        write(&folder, file, &fs::read_to_string(root.join("fixtures/shop").join(file)).unwrap());
    }
    let (_, _, stderr) = run(&folder, &["check", "--unsafe-fixes"]);
    assert!(stderr.starts_with("Fixed "), "{stderr}");
    let (_, again, stderr) = run(&folder, &["check", "--unsafe-fixes"]);
    assert_eq!(stderr, "");
    assert!(!again.contains("fix available"), "{again}");
}

#[test]
fn debug_parse_prints_what_kubectl_reads() {
    let folder = folder("debug");
    write(&folder, "a.yaml", "a: 0644\n---\nnull\n---\nb: yes\n");
    let (code, stdout, _) = run(&folder, &["debug", "parse", "a.yaml"]);
    assert_eq!(code, 0);
    assert_eq!(
        stdout,
        "{\"file\":\"a.yaml\",\"docs\":[{\"a\":420},{\"b\":true}],\"nullDocsSkipped\":1,\"error\":null}\n"
    );
    assert!(!run(&folder, &["--help"]).1.contains("debug"));
}

#[test]
fn completions_are_scripts() {
    let folder = folder("completions");
    let (code, stdout, _) = run(&folder, &["completions", "bash"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("_kplan()"), "{stdout}");
}

#[test]
fn a_baseline_holds_back_what_was_accepted_and_nothing_else() {
    let folder = folder("baseline");
    write(&folder, "kplan.yaml", CONFIG);
    write(&folder, "a.yaml", BAD);
    let (code, stdout, stderr) = run(&folder, &["check", "--write-baseline"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stderr.starts_with("Accepted 1 finding in kplan-baseline.json.\n"), "{stderr}");
    let text = fs::read_to_string(folder.join("kplan-baseline.json")).unwrap();
    assert_eq!(
        text,
        "{\"apiVersion\": \"kplan.dev/v1\", \"kind\": \"Baseline\", \"findings\": [\n  \
         {\"check\":\"ambiguous-scalar\",\"kind\":\"ConfigMap\",\"namespace\":\"default\",\"name\":\"a\",\
         \"field\":\"data.key\",\"message\":\"`data.key` must be a string, but `yes` is read as the boolean true\"}\n]}\n"
    );
    assert_eq!(run(&folder, &["check"]).0, 1, "nobody named it");
    write(&folder, "kplan.yaml", &format!("{CONFIG}baseline: kplan-baseline.json\n"));
    let clean = (0, "no problems in 1 file (1 object)\n".to_owned(), String::new());
    assert_eq!(run(&folder, &["check"]), clean, "the baseline is no manifest");
    // Lines may move; another finding is another finding.
    write(&folder, "a.yaml", &format!("# one more line\n{BAD}  other: no\n"));
    let (code, stdout, _) = run(&folder, &["check", "--format", "concise"]);
    assert_eq!((code, stdout.lines().count()), (1, 1), "{stdout}");
    assert!(stdout.contains("a.yaml:8:10: error[ambiguous-scalar]: `data.other`"), "{stdout}");
    // What is gone is said, and breaks nothing; a part of the input proves nothing.
    write(&folder, "a.yaml", GOOD);
    let (code, stdout, _) = run(&folder, &["check", "--format", "concise", "--deny", "warnings"]);
    assert_eq!(code, 0);
    assert_eq!(
        stdout,
        "kplan-baseline.json:2:3: note[baseline]: an entry of the baseline matches nothing any more\n"
    );
    assert_eq!(run(&folder, &["check", "a.yaml"]), clean);
    // What cannot be read is never accepted.
    write(&folder, "b.yaml", "a: [\n");
    assert_eq!(run(&folder, &["check", "--write-baseline=other.json"]).0, 1);
    write(&folder, "kplan-baseline.json", "{\"kind\": \"Baseline\"}\n");
    let (code, _, stderr) = run(&folder, &["check"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("cannot use the baseline `kplan-baseline.json`: line 1: "), "{stderr}");
    assert_eq!(run(&folder, &["check", "--baseline", "nowhere.json"]).0, 2);
}

#[test]
fn overrides_are_for_some_objects() {
    let folder = folder("overrides-objects");
    write(
        &folder,
        "kplan.yaml",
        &format!(
            "{CONFIG}overrides:\n- kinds: [Config*]\n  names: [a]\n  ignore: [ambiguous-scalar]\n\
             - {{namespaces: [nowhere], ignore: [schema]}}\n- {{paths: ['*.yaml'], ignore: [syntax]}}\n"
        ),
    );
    write(&folder, "a.yaml", &format!("{BAD}---\n{}", BAD.replace("name: a", "name: b")));
    let (code, stdout, _) = run(&folder, &["check", "--format", "concise"]);
    assert_eq!(code, 2);
    assert_eq!(stdout, "kplan.yaml:8:32: error[config]: `syntax` cannot be suppressed\n");
    let text = fs::read_to_string(folder.join("kplan.yaml")).unwrap();
    write(&folder, "kplan.yaml", text.split("- {paths").next().unwrap());
    let (code, stdout, _) = run(&folder, &["check", "--format", "concise"]);
    assert_eq!(code, 1);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{stdout}");
    assert!(lines[0].starts_with("a.yaml:13:8: error[ambiguous-scalar]"), "{stdout}");
    assert_eq!(lines[1], "kplan.yaml:7:3: warning[config]: this override is for no object that was read");
    assert_eq!(run(&folder, &["check", "a.yaml", "--format", "concise"]).1.lines().count(), 1);
}

#[test]
fn an_external_object_that_nobody_names_is_said() {
    let folder = folder("external");
    write(
        &folder,
        "kplan.yaml",
        &format!("{CONFIG}external:\n- {{kind: Secret, name: db-*}}\n- {{kind: Secret, name: bd-*}}\n"),
    );
    write(
        &folder,
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: a:1\n    \
         envFrom: [{secretRef: {name: db-main}}]\n",
    );
    let (_, stdout, _) = run(&folder, &["check", "--format", "concise"]);
    let config: Vec<&str> = stdout.lines().filter(|line| line.starts_with("kplan.yaml")).collect();
    assert_eq!(config, ["kplan.yaml:5:3: warning[config]: no reference leads to this external object"]);
    assert!(!stdout.contains("dangling-reference"), "{stdout}");
}

/// The findings show such a name with replacement characters; a repair must not make a file of that name.
#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_text_is_checked_and_never_written() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = folder("odd-name");
    let odd = folder.join(OsStr::from_bytes(b"a\xff.yaml"));
    // Not every file system takes such names.
    if fs::write(&odd, BAD).is_err() {
        return;
    }
    let (status, out, _) = run(&folder, &["check", "--fix", "--format", "concise", "."]);
    assert_eq!((status, out.lines().count()), (1, 1), "{out}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no other file is made");
    assert_eq!(fs::read_to_string(&odd).unwrap(), BAD);
}
