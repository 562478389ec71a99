//! How long `kplan check` takes on a large fleet, in units of merely reading it.
//!
//! `cargo bench --bench check_ratio` writes a fleet of 2,000 applications (22,042 objects in 6,001 files, all correct),
//! then runs by turns a process that walks, reads and counts newlines on one thread, and `kplan check` with everything
//! on, and prints the medians and their ratio. `cargo bench --bench check_ratio -- FOLDER` does so for a folder.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench reads the disk and the clock, and ends where it cannot"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const APPLICATIONS: usize = 2000;
const TEAMS: usize = 40;
const ROUNDS: usize = 15;
const LIMIT: f64 = 4.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.as_slice() {
        [mode, folder] if mode == "--floor" => {
            let newlines = walk_read_and_count(Path::new(folder));
            println!("{newlines}");
            ExitCode::SUCCESS
        }
        [folder] => compare(Path::new(folder)),
        _ => compare(&fleet()),
    }
}

fn compare(folder: &Path) -> ExitCode {
    let floor = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--floor").arg(folder);
        command
    };
    let check = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kplan"));
        command.args(["check", "--no-config", "--color", "never"]).arg(folder);
        command
    };
    let output = check().output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or_default());
    // Once without measuring, so that both find the files in the system's cache.
    timed(floor());
    let mut floors = Vec::new();
    let mut checks = Vec::new();
    for _ in 0..ROUNDS {
        floors.push(timed(floor()));
        checks.push(timed(check()));
    }
    let (floor, check) = (median(floors), median(checks));
    let ratio = check.as_secs_f64() / floor.as_secs_f64();
    println!("walk, read and count on one thread: {:.1} ms", floor.as_secs_f64() * 1e3);
    println!("kplan check:                        {:.1} ms", check.as_secs_f64() * 1e3);
    println!("ratio of the medians of {ROUNDS}:           {ratio:.2} (at most {LIMIT:.1} is wanted)");
    if ratio <= LIMIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn timed(mut command: Command) -> Duration {
    let start = Instant::now();
    command.stdout(Stdio::null()).status().unwrap();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn walk_read_and_count(folder: &Path) -> usize {
    let mut newlines = 0;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                newlines += memchr::memchr_iter(b'\n', &fs::read(entry.path()).unwrap()).count();
            }
        }
    }
    newlines
}

/// Writes the fleet where the build keeps its temporary files, unless it is there.
fn fleet() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fleet-{APPLICATIONS}"));
    let finished = root.join("shared.yaml");
    if finished.exists() {
        return root;
    }
    for index in 0..APPLICATIONS {
        let team = format!("team-{:02}", index % TEAMS);
        let name = format!("app-{index:04}");
        let folder = root.join(&team).join(&name);
        fs::create_dir_all(&folder).unwrap();
        for (file, template) in [
            ("workload.yaml", include_str!("fleet/workload.yaml")),
            ("traffic.yaml", include_str!("fleet/traffic.yaml")),
            ("settings.yaml", include_str!("fleet/settings.yaml")),
        ] {
            fs::write(folder.join(file), fill(template, &team, &name, index)).unwrap();
        }
    }
    let namespaces = (0..TEAMS).map(|team| format!("team-{team:02}")).chain(["ingress".to_owned()]);
    let mut shared: String = namespaces
        .map(|name| format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n---\n"))
        .collect();
    shared.push_str("apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata:\n  name: nginx\n");
    shared.push_str("spec:\n  controller: k8s.io/ingress-nginx\n");
    fs::write(finished, shared).unwrap();
    root
}

fn fill(template: &str, team: &str, name: &str, index: usize) -> String {
    let pick = |choices: &[&str]| choices[index * 7 % choices.len()].to_owned();
    [
        ("@NAME@", name.to_owned()),
        ("@TEAM@", team.to_owned()),
        ("@INDEX@", index.to_string()),
        ("@TIER@", pick(&["web", "api", "worker"])),
        ("@REPLICAS@", (2 + index % 5).to_string()),
        ("@MINOR@", (index % 30).to_string()),
        ("@PORT@", pick(&["8080", "3000", "9000", "8443"])),
        ("@CPU@", pick(&["100m", "250m", "500m", "1"])),
        ("@MEMORY@", pick(&["128Mi", "256Mi", "512Mi", "1Gi"])),
    ]
    .into_iter()
    .fold(template.to_owned(), |text, (mark, value)| text.replace(mark, &value))
}
