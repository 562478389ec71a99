//! The binary, as a user runs it, but with nothing in its environment and nothing on its standard input.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A run in a folder that has not begun.
pub(crate) fn kplan(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kplan"));
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    command
}

/// Exit status, standard output and standard error of a run.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    said(kplan(folder).args(arguments).output().unwrap())
}

/// The same of a run that has ended.
pub(crate) fn said(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}
