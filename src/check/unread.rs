//! What may only be said because the text was not understood: one mistake gives one finding.

use std::collections::BTreeMap;

use crate::check::{CHECKS, Group, syntax};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// Drops what other checks say of the very places that a syntax error is about: what stands there is not what was meant.
pub(super) fn drop_consequences(diagnostics: &mut Vec<Diagnostic>) {
    let mut broken: BTreeMap<FileId, Vec<Span>> = BTreeMap::new();
    for finding in diagnostics.iter().filter(|finding| finding.check == syntax::CHECK.id) {
        let places = std::iter::once(&finding.primary).chain(&finding.related).map(|label| label.span);
        broken.entry(finding.primary.span.file).or_default().extend(places);
    }
    if broken.is_empty() {
        return;
    }
    // Merged, so that the one place to look at is found by halving.
    for places in broken.values_mut() {
        places.sort();
        places.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            last.end = if touches { last.end.max(next.end) } else { last.end };
            touches
        });
    }
    let of_text = |id: &str| CHECKS.iter().any(|check| check.id == id && check.group == Group::Syntax);
    diagnostics.retain(|finding| {
        let span = finding.primary.span;
        let Some(places) = broken.get(&span.file).filter(|_| !of_text(finding.check)) else { return true };
        let first = places.partition_point(|place| place.end < span.start);
        places.get(first).is_none_or(|place| place.start > span.end)
    });
}
