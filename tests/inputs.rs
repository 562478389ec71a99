//! Every input there is, against what must hold for any input: the fixtures of the checks, the shops, the pages, and the
//! cases of kubectl's reading and of kube-scheduler, with every check on.
//!
//! `cargo test --test inputs alias` runs the inputs whose name holds `alias`. The published cases of the Pod Security
//! Standards are not part of this repository; they are read too where they lie in `../shared/conformance/pod-security`,
//! or in `KPLAN_POD_SECURITY`.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test reads its fixtures, ends where it cannot, and says what it does without"
)]

use std::path::{Path, PathBuf};

use kplan::check::CHECKS;
use kplan::config::{Level, Settings};
use libtest_mimic::{Arguments, Failed, Trial};

mod properties;

/// How thorough the cuts of one kind of inputs are; there are many, and each file of each is cut as often.
#[derive(Clone, Copy)]
struct MostCuts(usize);

/// Files that are read together.
struct Input {
    name: String,
    files: Vec<(String, Vec<u8>)>,
    cuts: MostCuts,
}

fn main() {
    let mut inputs = Vec::new();
    for check in folders("fixtures/check") {
        inputs.extend(entries(&check).iter().map(|case| together(case, MostCuts(20))));
    }
    for set in ["fixtures/shop", "fixtures/plan/shop"] {
        inputs.push(together(&root().join(set), MostCuts(12)));
    }
    inputs
        .extend(folders("fixtures/yaml").iter().filter(is_manifest).map(|case| together(case, MostCuts(12))));
    inputs.extend(
        folders("fixtures/scheduler").iter().filter(is_manifest).map(|case| together(case, MostCuts(2))),
    );
    for check in CHECKS {
        let files = vec![(format!("{}.md", check.id), check.page.as_bytes().to_vec())];
        inputs.push(Input { name: format!("page of {}", check.id), files, cuts: MostCuts(12) });
    }
    match pod_security() {
        Some(suite) => {
            let levels = entries(&suite).into_iter().filter(|path| path.is_dir());
            let versions = levels.flat_map(|level| entries(&level));
            inputs.extend(
                versions.flat_map(|version| entries(&version)).map(|set| together(&set, MostCuts(1))),
            );
        }
        None => eprintln!("inputs: without the cases of the Pod Security Standards, which are not there"),
    }
    let trials = inputs.into_iter().map(|input| Trial::test(input.name.clone(), move || run(&input)));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(input: &Input) -> Result<(), Failed> {
    let mut settings = Settings::plain();
    for check in CHECKS {
        settings.levels.insert(check.id.to_owned(), Level::On);
    }
    properties::hold(&input.files, &settings, input.cuts.0)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn pod_security() -> Option<PathBuf> {
    let beside = || root().join("../shared/conformance/pod-security");
    let suite = std::env::var_os("KPLAN_POD_SECURITY").map_or_else(beside, PathBuf::from);
    suite.is_dir().then_some(suite)
}

fn folders(path: &str) -> Vec<PathBuf> {
    let found = entries(&root().join(path));
    assert!(!found.is_empty(), "{path} is empty");
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The verdicts lie beside the cases, as JSON.
fn is_manifest(path: &&PathBuf) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "md")
}

/// A file, or all files of a folder.
fn together(path: &Path, cuts: MostCuts) -> Input {
    let mut files = Vec::new();
    let mut pending = vec![path.to_path_buf()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(entries(&path));
        } else {
            files.push((shown(&path), std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    Input { name: shown(path), files, cuts }
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
