//! Merge keys (`<<`) as go-yaml v2 applies them: in place and in order.

use std::collections::BTreeMap;

use crate::parse::scalar::Scalar;
use crate::parse::tree::NodeRef;

/// A key by what it resolves to, so that equal keys are found in large mappings too.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KeyValue<'t> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    /// The bits of the number, zero without its sign.
    Float(u64),
    Str(&'t str),
    /// Equal to nothing but itself: NaN, or a container.
    Unequal(u32),
}

impl<'t> KeyValue<'t> {
    pub(crate) fn of(key: NodeRef<'t>) -> Self {
        match key.scalar() {
            Some(Scalar::Null) => Self::Null,
            Some(Scalar::Bool(value)) => Self::Bool(value),
            Some(Scalar::Int(value)) => Self::Int(value),
            Some(Scalar::UInt(value)) => Self::UInt(value),
            Some(Scalar::Float(value)) if value.is_nan() => Self::Unequal(key.id().0),
            Some(Scalar::Float(value)) => Self::Float(if value == 0.0 { 0 } else { value.to_bits() }),
            Some(Scalar::Str(text)) => Self::Str(text),
            None => Self::Unequal(key.id().0),
        }
    }
}

/// The entries of a mapping with its merge keys applied: what stands before a `<<` is overwritten by it, what stands
/// after it wins, and in a list of mappings the earlier win. Each key keeps the place where it first came up.
pub(crate) fn merged_entries<'t>(mapping: NodeRef<'t>) -> Vec<(NodeRef<'t>, NodeRef<'t>)> {
    let mut entries: Vec<(NodeRef<'t>, NodeRef<'t>)> = Vec::new();
    let mut places: BTreeMap<KeyValue<'t>, usize> = BTreeMap::new();
    // Mappings being read, the innermost merge last: a chain of merges may be as long as the file.
    let mut open = vec![mapping.raw_entries()];
    while let Some(innermost) = open.last_mut() {
        let Some((key, value)) = innermost.next() else {
            open.pop();
            continue;
        };
        if key.is_merge_key() {
            if value.is_mapping() {
                open.push(value.raw_entries());
            } else if value.is_sequence() {
                // The last item is applied first, so it must be on top.
                open.extend(value.items().filter(|item| item.is_mapping()).map(NodeRef::raw_entries));
            }
            continue;
        }
        match places.entry(KeyValue::of(key)) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                vacant.insert(entries.len());
                entries.push((key, value));
            }
            std::collections::btree_map::Entry::Occupied(occupied) => entries[*occupied.get()] = (key, value),
        }
    }
    entries
}
