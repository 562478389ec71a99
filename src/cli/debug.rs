//! `kplan debug`: the inside of kplan, for comparisons with kubectl. Hidden from help.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use crate::cli::args::{DebugCommand, MixArg};
use crate::cli::terminal::{Printed, Terminal};
use crate::cli::{Outcome, report_failure};
use crate::load::{self, Exclude, Failure, Inputs};
use crate::parse::verdict_line;
use crate::plan::bench::{Mix, bench};

/// Runs the command.
pub(super) fn run(terminal: &Terminal, command: DebugCommand) -> Result<Outcome, Failure> {
    match command {
        DebugCommand::Parse { paths } => print_verdicts(terminal, &paths),
        DebugCommand::BenchSchedule { nodes, pods, mix } => bench_schedule(terminal, nodes, pods, mix),
    }
}

/// Measures the scheduler: making the cluster is not counted, and neither is leaving the process.
#[expect(clippy::disallowed_methods, reason = "a measurement needs a clock, and nothing else depends on it")]
fn bench_schedule(terminal: &Terminal, nodes: u32, pods: usize, mix: MixArg) -> Result<Outcome, Failure> {
    let (mix, name) = match mix {
        MixArg::Plain => (Mix::Plain, "plain"),
        MixArg::Spread => (Mix::Spread, "spread"),
        MixArg::Anti => (Mix::Anti, "anti"),
    };
    let bench = bench(nodes, pods, mix);
    let start = Instant::now();
    let placed = bench.run();
    let seconds = start.elapsed().as_secs_f64();
    let rate = pods as f64 / seconds;
    terminal.print(&format!(
        "{name}: {placed} of {pods} pods placed on {nodes} nodes in {seconds:.2} s: {rate:.0} pods a second\n"
    ))?;
    Ok(Outcome::Clean)
}

/// One line of JSON for each file: the documents that kubectl would hand on, and why it would stop.
fn print_verdicts(terminal: &Terminal, paths: &[PathBuf]) -> Result<Outcome, Failure> {
    let exclude = Exclude::default();
    let loaded = load::load(
        &Inputs { paths, inventory: &[], exclude: &exclude, besides: None },
        &mut io::stdin().lock(),
    )?;
    for (_, file) in loaded.workspace.files() {
        let line = verdict_line(file);
        if terminal.print(&format!("{line}\n"))? == Printed::ReaderGone {
            break;
        }
    }
    for failure in &loaded.failures {
        report_failure(terminal, failure);
    }
    Ok(if loaded.failures.is_empty() { Outcome::Clean } else { Outcome::Failed })
}
