//! The standard streams, and what the environment says about them.
#![expect(clippy::disallowed_methods, reason = "the command line is what the environment speaks to")]

use std::env;
use std::io::{self, IsTerminal, Write};

use crate::load::Failure;

/// Whether a text was wanted to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Printed {
    Whole,
    ReaderGone,
}

/// The streams of the process.
#[derive(Debug)]
pub(super) struct Terminal {
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self {
            stdout_is_terminal: io::stdout().is_terminal(),
            stderr_is_terminal: io::stderr().is_terminal(),
        }
    }

    /// Whether colours are wanted where nobody said: on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
    pub(super) fn wants_colors(&self) -> bool {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        !is_set("NO_COLOR") && (is_set("CLICOLOR_FORCE") || (self.stdout_is_terminal && !dumb))
    }

    /// Whether somebody watches who would like to know that work goes on.
    pub(super) fn shows_progress(&self) -> bool {
        self.stdout_is_terminal && self.stderr_is_terminal
    }

    /// Writes to standard output. A reader that has gone away has seen enough, which is not an error.
    ///
    /// # Errors
    /// Any other reason why the text could not be written, such as a full disk.
    pub(super) fn print(&self, text: &str) -> Result<Printed, Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(Printed::Whole),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Printed::ReaderGone),
            Err(error) => Err(Failure::new(format!("cannot write to standard output: {error}"), None)),
        }
    }

    /// Writes to standard error.
    pub(super) fn complain(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}
