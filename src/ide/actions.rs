//! What can be done about the findings at a place.

use crate::diagnostic::Edit;
use crate::ide::View;
use crate::source::Span;

/// A change that an editor offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it does, in the imperative.
    pub title: String,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
    /// Index in [`View::diagnostics`] of the finding that it is about.
    pub diagnostic: Option<usize>,
    /// Whether it is what the author most likely wants.
    pub is_preferred: bool,
    /// A file to be made: its path, as paths of the workspace are shown, and its text.
    pub new_file: Option<(String, String)>,
}

/// The actions for the findings whose primary place touches a span.
pub fn at(view: &View<'_>, span: Span) -> Vec<Action> {
    let _ = (view, span);
    Vec::new()
}
