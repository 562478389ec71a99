//! Where what is named at a place is defined.

use crate::graph::reference::Resolution;
use crate::ide::cursor::Cursor;
use crate::ide::{Place, View, entity};
use crate::source::Span;

/// The places where what stands at a place is defined: the name of an object, the entry of a ConfigMap, a port, the
/// labels that a selector asks for. Of an object that another one makes, the maker.
pub fn at(view: &View<'_>, place: Place) -> Vec<Span> {
    let Some(cursor) = Cursor::at(view, place) else { return Vec::new() };
    if let Some(edge) = entity::edge_at(view, &cursor)
        && let Resolution::Made(maker) = edge.resolution
    {
        return vec![view.program.object(maker).name_span()];
    }
    let Some(entity) = entity::of_cursor(view, &cursor) else { return Vec::new() };
    let found = entity::occurrences(view, &entity);
    found.iter().filter(|one| one.is_definition).map(entity::Occurrence::span).collect()
}
