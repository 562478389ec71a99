//! How long a keystroke takes on a large fleet, in units of checking all of it again.
//!
//! `cargo bench --bench keystroke -- FOLDER` reads a folder, such as the fleet that the bench `check_ratio` writes, then
//! types a hundred single characters into files here and there. After each it takes the time of the session that
//! follows, and of a check of everything as it is now, in this process, the files in memory; both must find the same.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench reads the disk and the clock, and ends where it cannot"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use kplan::analysis::analyze;
use kplan::config::Settings;
use kplan::incremental::Session;
use kplan::load::{Exclude, Inputs, load};
use kplan::source::FileId;

const KEYSTROKES: usize = 100;
const LIMIT: f64 = 1.0 / 20.0;

fn main() -> ExitCode {
    let folders: Vec<PathBuf> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).map(PathBuf::from).collect();
    if folders.is_empty() {
        println!("name a folder of manifests: cargo bench --bench keystroke -- FOLDER");
        return ExitCode::SUCCESS;
    }
    let inputs = Inputs { paths: &folders, inventory: &[], exclude: &Exclude::default(), besides: None };
    let workspace = load(&inputs, &mut io::empty()).unwrap().workspace;
    let settings = Settings::plain();
    let start = Instant::now();
    let mut session = Session::new(&workspace, settings.clone());
    session.refresh();
    let opened = start.elapsed();
    let mut keystrokes = Vec::new();
    let mut wholes = Vec::new();
    let mut findings = 0;
    for stroke in 0..KEYSTROKES {
        // Far apart, and neither the same file nor the same place of it.
        let file = FileId((stroke * 3571 % workspace.len()) as u32);
        let text = session.files()[file.0 as usize].source.text().to_owned();
        let at = (stroke * 97 + 13) % text.len().max(1);
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let typed = format!("{}x{}", &text[..at], &text[at..]);
        let start = Instant::now();
        session.change(file, &typed);
        let changed = session.refresh();
        keystrokes.push(start.elapsed());
        findings += changed.iter().map(|file| session.diagnostics_in(*file).len()).sum::<usize>();
        let now = session.workspace();
        let start = Instant::now();
        let whole = analyze(&now, &settings);
        wholes.push(start.elapsed());
        assert!(
            session.diagnostics().eq(&whole.diagnostics),
            "a keystroke in file {} is not followed",
            file.0
        );
        // Every other one stays, so that the findings of before are there to be kept.
        if stroke % 2 == 0 {
            session.change(file, &text);
            session.refresh();
        }
    }
    let slowest = keystrokes.iter().copied().max().unwrap_or_default();
    let (keystroke, whole) = (median(keystrokes), median(wholes));
    let ratio = keystroke.as_secs_f64() / whole.as_secs_f64();
    println!("{} files; opened in {:.1} ms", workspace.len(), opened.as_secs_f64() * 1e3);
    println!(
        "keystroke:     {:7.2} ms (the slowest {:.2} ms)",
        keystroke.as_secs_f64() * 1e3,
        slowest.as_secs_f64() * 1e3
    );
    println!("full check:    {:7.2} ms", whole.as_secs_f64() * 1e3);
    println!(
        "ratio of the medians of {KEYSTROKES}: 1/{:.0} (at most 1/{:.0} is wanted); {findings} findings came or went, all as in the full checks",
        1.0 / ratio,
        1.0 / LIMIT
    );
    if ratio <= LIMIT { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
