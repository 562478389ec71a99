//! The language server: what an editor says becomes changes of sessions, what it asks is answered from them.
//!
//! One thread does everything in the order in which it comes. All that waits is read before anything is looked at again,
//! so that of many keystrokes only the last one is. See `docs/editors.md` for the settings of editors.

mod answer;
mod capabilities;
mod convert;
mod documents;
mod position;
mod project;
mod publish;
mod server;
mod transport;
mod uri;

pub use project::{Judge, Open, Opened, Unsaved};
pub use server::{Ending, serve};
pub use transport::{Threads, connect};
