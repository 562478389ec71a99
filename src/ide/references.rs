//! Every place that names what stands at a place.

use crate::ide::{Place, View, entity};
use crate::source::Span;

/// All places that name it, its definition included, in order of files and places.
pub fn at(view: &View<'_>, place: Place) -> Vec<Span> {
    let Some((entity, _)) = entity::at(view, place) else { return Vec::new() };
    let mut spans: Vec<Span> =
        entity::occurrences(view, &entity).iter().map(entity::Occurrence::span).collect();
    spans.sort();
    spans.dedup();
    spans
}

/// Those of the same file.
pub fn in_file(view: &View<'_>, place: Place) -> Vec<Span> {
    at(view, place).into_iter().filter(|span| span.file == place.file).collect()
}
