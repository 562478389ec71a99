//! A file becomes documents, as kubectl's `YAMLOrJSONDecoder` cuts it: at lines that start with `---`, whatever they
//! stand in.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

use crate::parse::yaml::bytes::{byte_at, line_end};

/// One piece of a YAML stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// What the YAML parser gets.
    pub(super) range: Range<usize>,
    /// The separator line after it has something behind its `---`: this is the place of that. kubectl then loses the
    /// chunk and stops.
    pub(super) bad_separator: Option<Range<usize>>,
}

/// Cuts a text into chunks. A separator that stands where nothing has been collected yet is kept as the chunk's first
/// line; any other is dropped. (`YAMLReader.Read` in apimachinery.)
pub(super) struct Chunks<'s> {
    bytes: &'s [u8],
    pos: usize,
}

impl<'s> Chunks<'s> {
    pub(super) fn new(bytes: &'s [u8], pos: usize) -> Self {
        Self { bytes, pos }
    }

    /// Where the next `---` at the start of a line is, from a place inside or at the start of a line on.
    fn next_separator(&self, from: usize) -> Option<usize> {
        static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("\n---"));
        FINDER.find(&self.bytes[from..]).map(|at| from + at + 1)
    }
}

impl Iterator for Chunks<'_> {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let bytes = self.bytes;
        let start = self.pos;
        if start >= bytes.len() {
            return None;
        }
        let mut from = start;
        if bytes[start..].starts_with(b"---") {
            let rest = rest_of_separator(bytes, start);
            if !rest.is_empty() {
                self.pos = after_bad_separator(bytes, start, rest.start);
                return Some(Chunk { range: start..start, bad_separator: Some(rest) });
            }
            from = start + 3;
        }
        let Some(separator) = self.next_separator(from) else {
            self.pos = bytes.len();
            return Some(Chunk { range: start..bytes.len(), bad_separator: None });
        };
        let rest = rest_of_separator(bytes, separator);
        if rest.is_empty() {
            self.pos = next_line(bytes, separator);
            return Some(Chunk { range: start..separator, bad_separator: None });
        }
        self.pos = after_bad_separator(bytes, separator, rest.start);
        Some(Chunk { range: start..separator, bad_separator: Some(rest) })
    }
}

fn next_line(bytes: &[u8], from: usize) -> usize {
    memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at + 1)
}

/// What stands behind a `---`, blanks and comments left out; empty for a proper separator.
fn rest_of_separator(bytes: &[u8], separator: usize) -> Range<usize> {
    let start = separator + 3;
    let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
    // Only a line that is no UTF-8 would fail here, and the text is UTF-8.
    let line = str::from_utf8(&bytes[start..end]).unwrap_or_default();
    let text = line.trim();
    if text.starts_with('#') || text.is_empty() {
        return start..start;
    }
    let from = start + (line.len() - line.trim_start().len());
    from..from + text.len()
}

/// Where to go on after a separator that is none: with what stands behind it if that can open a document, else with
/// the next line.
fn after_bad_separator(bytes: &[u8], separator: usize, rest: usize) -> usize {
    let opens = matches!(byte_at(bytes, rest), b'{' | b'[' | b'!' | b'&' | b'"' | b'\'');
    let spaced = rest > separator + 3;
    if opens && spaced { rest } else { next_line(bytes, line_end(bytes, separator)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        Chunks::new(text.as_bytes(), 0).map(|chunk| &text[chunk.range]).collect()
    }

    #[test]
    fn separators_with_nothing_before_them_stay_in_the_chunk() {
        assert_eq!(cut("---\n---\na: 1\n"), ["---\n", "a: 1\n"]);
        assert_eq!(cut("# c\n---\na: 1\n---\n"), ["# c\n", "a: 1\n"]);
        assert_eq!(cut("---\na: 1\n--- # x\nb: 2"), ["---\na: 1\n", "b: 2"]);
        assert_eq!(cut("---"), ["---"]);
        assert_eq!(cut(""), [""; 0]);
        assert_eq!(cut("a: |\n  x\n---\n---\n"), ["a: |\n  x\n", "---\n"]);
    }

    #[test]
    fn a_separator_with_text_behind_it_is_bad() {
        let text = "a: 1\n--- {b: 1}\n---x\nc: 1\n";
        let chunks: Vec<_> = Chunks::new(text.as_bytes(), 0).collect();
        assert_eq!(chunks[0], Chunk { range: 0..5, bad_separator: Some(9..15) });
        assert_eq!(&text[chunks[1].range.clone()], "{b: 1}\n");
        assert_eq!(chunks[1].bad_separator, Some(19..20));
        assert_eq!(&text[chunks[2].range.clone()], "c: 1\n");
    }
}
