//! Sorted lists of hashes: an index that is fast, small, and the same on every run.

use std::ops::Range;

/// A 64-bit digest of a few texts. Not cryptographic: whoever looks something up by it compares the texts as well.
pub(crate) fn digest(parts: &[&str]) -> u64 {
    digest_from(0, parts)
}

/// As [`digest`], of a number and a few texts.
pub(super) fn digest_from(seed: u64, parts: &[&str]) -> u64 {
    let mut state = mix(0x9E37_79B9_7F4A_7C15, seed);
    for part in parts {
        let mut chunks = part.as_bytes().chunks_exact(8);
        for chunk in chunks.by_ref() {
            let word = chunk.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
            state = mix(state, word);
        }
        let rest = chunks.remainder().iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        state = mix(mix(state, rest), part.len() as u64);
    }
    state
}

fn mix(state: u64, word: u64) -> u64 {
    let product = (state ^ word).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    product ^ (product >> 32)
}

/// A multimap from digests to small values, kept sorted by digest and then by value.
#[derive(Debug)]
pub(crate) struct Index<T> {
    entries: Vec<(u64, T)>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T: Copy + Ord> Index<T> {
    /// An index of these entries; those of one digest are kept in the order of their values.
    pub(crate) fn new(mut entries: Vec<(u64, T)>) -> Self {
        entries.sort_unstable();
        entries.shrink_to_fit();
        Self { entries }
    }

    /// All values of a digest, in order.
    pub(crate) fn get(&self, digest: u64) -> &[(u64, T)] {
        &self.entries[self.range(digest)]
    }

    /// The values whose digest another one has as well.
    pub(super) fn repeated(&self) -> impl Iterator<Item = T> {
        let runs = self.entries.chunk_by(|left, right| left.0 == right.0);
        runs.filter(|run| run.len() > 1).flatten().map(|(_, value)| *value)
    }

    fn range(&self, digest: u64) -> Range<usize> {
        let start = self.entries.partition_point(|(key, _)| *key < digest);
        let run = self.entries[start..].iter().take_while(|(key, _)| *key == digest).count();
        start..start + run
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_keep_the_parts_apart() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_ne!(digest(&["a"]), digest(&["a", ""]));
        assert_ne!(digest(&["12345678"]), digest(&["12345678\0"]));
        assert_eq!(digest(&["shop", "web"]), digest(&["shop", "web"]));
    }

    #[test]
    fn an_index_gives_all_values_of_a_digest_in_order() {
        let index = Index::new(vec![(7, 3), (1, 9), (7, 1), (8, 0)]);
        assert_eq!(index.get(7), [(7, 1), (7, 3)]);
        assert!(index.get(2).is_empty());
    }
}
