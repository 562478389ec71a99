//! The command line: what was typed becomes calls, what comes back is printed, and the process gets its exit status.
//!
//! Nothing else in kplan prints. The exit status is 0 where nothing is at error level, 1 where something is, and 2 where
//! kplan could not do its work.

mod args;
mod base;
mod baseline;
mod build;
mod check;
mod config;
mod debug;
mod explain;
mod fix;
mod graph;
mod lsp;
mod options;
mod plan;
mod progress;
mod schedule;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use miette::Diagnostic as _;

use crate::cli::args::{Args, Command};
use crate::cli::terminal::Terminal;
use crate::load::Failure;

/// How a run ended; the numbers are the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Nothing at error level.
    Clean = 0,
    /// Something at error level.
    Findings = 1,
    /// kplan could not do its work.
    Failed = 2,
    /// There are changes, and it was asked whether there are (`plan --exit-code`).
    Changes = 3,
}

/// Runs the command that `arguments` say, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let terminal = Terminal::new();
    let outcome = match Args::try_parse_from(arguments) {
        Ok(args) => run_command(&terminal, args),
        Err(error) => show_usage(&terminal, &error),
    };
    ExitCode::from(outcome as u8)
}

/// Whether the command line understands these arguments, the program's name first. Nothing is run.
///
/// # Errors
/// What is said to a person who types them.
pub fn understands(arguments: impl IntoIterator<Item = OsString>) -> Result<(), String> {
    Args::try_parse_from(arguments).map(|_| ()).map_err(|error| error.to_string())
}

fn run_command(terminal: &Terminal, args: Args) -> Outcome {
    let result = match args.command {
        Command::Check(args) => check::run(terminal, args),
        Command::Schedule(args) => schedule::run(terminal, args),
        Command::Plan(args) => plan::run(terminal, args),
        Command::Build(args) => build::run(terminal, args),
        Command::Graph(args) => graph::run(terminal, args),
        Command::Explain(args) => explain::run(terminal, args),
        Command::Lsp(args) => lsp::run(terminal, &args),
        Command::Debug(command) => debug::run(terminal, command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "kplan", &mut script);
            terminal.print(&String::from_utf8_lossy(&script)).map(|_| Outcome::Clean)
        }
    };
    result.unwrap_or_else(|failure| {
        report_failure(terminal, &failure);
        Outcome::Failed
    })
}

/// Help and version go to standard output and are a success; all else is a failure to understand.
fn show_usage(terminal: &Terminal, error: &clap::Error) -> Outcome {
    let text = error.render();
    if error.use_stderr() {
        terminal.complain(&text.to_string());
        return Outcome::Failed;
    }
    match terminal.print(&text.to_string()) {
        Ok(_) => Outcome::Clean,
        Err(_) => Outcome::Failed,
    }
}

/// Prints a failure of kplan itself, with its remedy.
fn report_failure(terminal: &Terminal, failure: &Failure) {
    let mut text = format!("error: {failure}\n");
    if let Some(help) = failure.help() {
        text.push_str(&format!("  = help: {help}\n"));
    }
    terminal.complain(&text);
}
