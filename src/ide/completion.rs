//! What can be written at a place.

use crate::ide::{Place, View};
use crate::source::Span;

/// What a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CompletionKind {
    /// A field that may be left out.
    Field,
    /// A field that must be there.
    RequiredField,
    /// One of the values that a field may have.
    Value,
    /// The name of an object.
    Object,
    /// A key of a ConfigMap or Secret, or of a label.
    Key,
    /// A name or number of a port, a volume or a container.
    Name,
    /// An `apiVersion` or a `kind`.
    Type,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown and what the typed text is compared with.
    pub label: String,
    /// A few words beside it: a type, where an object stands.
    pub detail: String,
    /// Markdown; empty where there is nothing to be said.
    pub documentation: String,
    /// What is written in place of `replace`.
    pub insert: String,
    /// What has been typed of it so far; perhaps empty.
    pub replace: Span,
    /// What it is.
    pub kind: CompletionKind,
}

/// The proposals at a place, best first.
pub fn at(view: &View<'_>, place: Place) -> Vec<Completion> {
    let _ = (view, place);
    Vec::new()
}
