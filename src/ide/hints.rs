//! What is known at a place and not written there.

use crate::ide::View;
use crate::source::FileId;

/// A few words behind a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hint {
    /// Bytes from the start of the file: the end of what it is about.
    pub offset: u32,
    /// `3 pods`
    pub label: String,
}

/// The hints of a file, in order.
pub fn of_file(view: &View<'_>, file: FileId) -> Vec<Hint> {
    let _ = (view, file);
    Vec::new()
}
