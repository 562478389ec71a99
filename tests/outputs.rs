//! Several reports of one run, and where they may not go.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test makes its own files, and fails where it cannot"
)]

use std::fs;
use std::path::{Path, PathBuf};

const BAD: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  key: yes\n";

mod binary;
mod sandbox;

fn folder(name: &str) -> PathBuf {
    let folder = sandbox::folder(name);
    sandbox::write(&folder, "a.yaml", BAD);
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    binary::run(folder, &[&["check"], arguments].concat())
}

#[test]
fn one_run_writes_every_format() {
    let folder = folder("all");
    let formats = ["human", "concise", "json", "sarif", "github", "gitlab", "junit"];
    let outputs: Vec<String> =
        formats.iter().map(|format| format!("--output={format}={format}.out")).collect();
    let arguments: Vec<&str> = outputs.iter().map(String::as_str).chain(["--format", "gitlab"]).collect();
    let (status, stdout, stderr) = run(&folder, &arguments);
    assert_eq!((status, stderr.as_str()), (1, ""));
    for format in formats {
        let written = fs::read_to_string(folder.join(format!("{format}.out"))).unwrap();
        let (_, printed, _) = run(&folder, &["--format", format]);
        assert_eq!(written, printed, "{format}");
        assert!(written.contains("ambiguous-scalar"), "{format}");
        if format == "gitlab" {
            assert_eq!(stdout, written);
        }
    }
}

#[test]
fn reports_do_not_meet() {
    let folder = folder("clash");
    for (arguments, message) in [
        (&["--output", "json=-"][..], "standard output is for `--format`"),
        (&["--output", "json=x", "--output", "sarif=./x"], "two reports would be written to `./x`"),
        (&["--output", "junit=x", "--output", "junit=x"], "two reports would be written to `x`"),
        (&["--output", "gitlab"], "write it as FORMAT=FILE"),
        (&["--output", "gitlb=x"], "`gitlb` is none of the formats human, concise"),
    ] {
        let (status, stdout, stderr) = run(&folder, arguments);
        assert_eq!((status, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(stderr.contains(message), "{stderr}");
        assert!(!folder.join("x").exists() && !folder.join("-").exists());
    }
}

#[test]
fn a_report_is_no_manifest_of_the_next_run() {
    let folder = folder("again");
    let arguments = ["--format", "json", "--output", "json=report.json", "--output", "gitlab=quality.yaml"];
    let first = run(&folder, &arguments);
    assert_eq!(run(&folder, &arguments), first);
    assert!(first.1.contains("\"files\": 1,"), "{}", first.1);
    // One that is named is read all the same.
    let (_, named, _) = run(&folder, &["report.json", "--format", "json", "--output", "json=report.json"]);
    assert!(named.contains("\"files\": 1,") && named.contains("\"skipped\": 1,"), "{named}");
}

#[test]
fn a_report_is_written_also_where_nothing_was_found() {
    let folder = folder("clean");
    fs::write(folder.join("a.yaml"), BAD.replace("yes", "text")).unwrap();
    let (status, stdout, _) = run(&folder, &["-qq", "--output", "gitlab=q.json", "--output", "junit=t.xml"]);
    assert_eq!((status, stdout.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(folder.join("q.json")).unwrap(), "[]\n");
    let tests = fs::read_to_string(folder.join("t.xml")).unwrap();
    assert!(tests.contains("tests=\"1\" failures=\"0\""), "{tests}");
}
