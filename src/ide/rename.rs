//! Giving another name to what stands at a place, everywhere.

use crate::diagnostic::Edit;
use crate::ide::{Place, View};
use crate::source::Span;

/// What can be renamed at a place: where its name stands, and the name.
pub fn prepare(view: &View<'_>, place: Place) -> Option<(Span, String)> {
    let _ = (view, place);
    None
}

/// The edits that rename what stands at a place, in order, at most one for each place.
///
/// # Errors
/// Why it cannot be renamed so, in one sentence for the user.
pub fn to(view: &View<'_>, place: Place, name: &str) -> Result<Vec<Edit>, String> {
    let _ = (view, place, name);
    Err("nothing here has a name that could be changed".to_owned())
}
