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
    /// How far a digest is shifted to the number of its bucket: as many buckets as entries, or a few more.
    shift: u32,
    /// Where each bucket starts among the entries, and where the last one ends: a look-up in a large index touches one or
    /// two lines of memory, where a binary search touches a dozen.
    buckets: Vec<u32>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), shift: 0, buckets: Vec::new() }
    }
}

impl<T: Copy + Ord> Index<T> {
    /// An index of these entries; those of one digest are kept in the order of their values.
    pub(crate) fn new(mut entries: Vec<(u64, T)>) -> Self {
        entries.sort_unstable();
        entries.shrink_to_fit();
        let bits = entries.len().next_power_of_two().trailing_zeros().max(1);
        let shift = u64::BITS - bits;
        let mut buckets = vec![0; (1 << bits) + 1];
        for (digest, _) in &entries {
            buckets[(*digest >> shift) as usize + 1] += 1;
        }
        let mut end = 0;
        for bucket in &mut buckets {
            end += *bucket;
            *bucket = end;
        }
        Self { entries, shift, buckets }
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
        let bucket = (digest >> self.shift) as usize;
        let Some([start, end]) = self.buckets.get(bucket..).and_then(<[u32]>::first_chunk) else {
            return 0..0;
        };
        let within = &self.entries[*start as usize..*end as usize];
        let start = *start as usize + within.iter().take_while(|(key, _)| *key < digest).count();
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
        assert!(Index::<u32>::new(Vec::new()).get(2).is_empty());
        assert!(Index::<u32>::default().get(2).is_empty());
    }

    #[test]
    fn an_index_of_any_size_finds_what_it_holds_and_nothing_else() {
        for count in [1u32, 2, 3, 63, 64, 65, 1000] {
            let name = |number: u32| digest(&["object", &number.to_string()]);
            let mut entries: Vec<_> = (0..count).rev().map(|number| (name(number), number)).collect();
            // The ends of the range, and one digest more than once.
            entries.extend([(0, 7), (u64::MAX, 7), (name(0), 7)]);
            let index = Index::new(entries);
            for number in 1..count {
                assert_eq!(index.get(name(number)), [(name(number), number)]);
            }
            assert_eq!(index.get(name(0)), [(name(0), 0), (name(0), 7)]);
            assert_eq!((index.get(0), index.get(u64::MAX)), (&[(0, 7)][..], &[(u64::MAX, 7)][..]));
            assert!(index.get(name(count)).is_empty());
        }
    }
}
