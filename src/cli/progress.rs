//! A sign of life on a terminal, for work that takes long.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::cli::terminal::Terminal;

/// Work that is shorter than this is not worth a word.
const PATIENCE: Duration = Duration::from_millis(800);

/// Runs `work`; while it lasts longer than people like to wait, a line on the terminal says what is being done.
pub(super) fn during<T>(terminal: &Terminal, doing: &str, work: impl FnOnce() -> T) -> T {
    if !terminal.shows_progress() {
        return work();
    }
    let (done, waiter) = wait(doing.to_owned());
    let result = work();
    drop(done);
    let _ = waiter.join();
    result
}

fn wait(doing: String) -> (Sender<()>, JoinHandle<()>) {
    let (done, when_done) = mpsc::channel::<()>();
    let waiter = thread::spawn(move || {
        let terminal = Terminal::new();
        if when_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            terminal.complain(&format!("{doing} ..."));
            let _ = when_done.recv();
            terminal.complain("\r\x1b[K");
        }
    });
    (done, waiter)
}
