//! What is known of what stands at a place.

use crate::ide::{Place, View};
use crate::source::Span;

/// What is shown beside a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// What is known of what stands at a place.
pub fn at(view: &View<'_>, place: Place) -> Option<Hover> {
    let _ = (view, place);
    None
}
