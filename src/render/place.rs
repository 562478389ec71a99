//! Offsets become lines and columns, fast also where a whole file is one line.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::source::{FileId, Span, Workspace};

/// A place as the machine formats write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: u32,
    /// From 1, in characters.
    pub(super) column: u32,
    /// From 0, in bytes.
    pub(super) offset: u32,
}

/// Lines longer than this have their characters counted once, block by block.
const LONG_LINE: usize = 4096;

/// Answers where an offset lies, for one report.
pub(super) struct Places<'a> {
    workspace: &'a Workspace,
    /// Per long line: the number of characters before each block of [`LONG_LINE`] bytes.
    blocks: RefCell<BTreeMap<(FileId, u32), Vec<u32>>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, blocks: RefCell::default() }
    }

    /// Both ends of a span.
    pub(super) fn of(&self, span: Span) -> (Place, Place) {
        (self.at(span.file, span.start), self.at(span.file, span.end))
    }

    /// The place of an offset; one past the end is the end, one inside a character is its start.
    pub(super) fn at(&self, file: FileId, offset: u32) -> Place {
        let source = self.workspace.file(file);
        let text = source.text();
        let offset = text.floor_char_boundary(offset as usize);
        let line = source.lines().line_of(offset as u32);
        let start = source.lines().start_of(text, line);
        let before = offset - start as usize;
        let characters = if before <= LONG_LINE {
            count(text, start as usize, offset)
        } else {
            self.characters_in_long_line(file, text, start, before)
        };
        Place { line: line + 1, column: characters + 1, offset: offset as u32 }
    }

    fn characters_in_long_line(&self, file: FileId, text: &str, start: u32, before: usize) -> u32 {
        let mut all = self.blocks.borrow_mut();
        let blocks = all.entry((file, start)).or_insert_with(|| vec![0]);
        let block = before / LONG_LINE;
        let at = |index: usize| text.floor_char_boundary(start as usize + index * LONG_LINE);
        while blocks.len() <= block {
            let last = blocks.len() - 1;
            let next = blocks[last] + count(text, at(last), at(last + 1));
            blocks.push(next);
        }
        blocks[block] + count(text, at(block), start as usize + before)
    }
}

fn count(text: &str, start: usize, end: usize) -> u32 {
    text[start..end].chars().count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn long_lines_are_counted_like_short_ones() {
        let text = format!("a: b\nc: {}\r\nd: é\n", "aé漢😀".repeat(3000));
        let workspace = Workspace::new([SourceFile::from_text("a.yaml", &text)]);
        let places = Places::new(&workspace);
        for offset in (0..text.len() as u32 + 3).step_by(7) {
            let expected = workspace.file(FileId(0)).position(offset);
            let place = places.at(FileId(0), offset);
            assert_eq!(
                (place.line, place.column),
                (expected.line + 1, expected.character + 1),
                "at {offset}"
            );
        }
    }
}
