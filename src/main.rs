//! The `kplan` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    kplan::cli::run(std::env::args_os())
}
