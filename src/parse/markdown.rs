//! The fenced YAML blocks of a Markdown file.

use std::ops::Range;

/// The contents of the blocks.
pub(crate) fn fences(text: &str) -> Vec<Range<usize>> {
    let _ = text;
    Vec::new()
}
