//! Places as editors count them: lines from 0, columns in the units that were agreed on.

use lsp_types::{Position, PositionEncodingKind, Range};

use crate::source::{LineIndex, SourceFile, Span};

/// The unit of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16, which every client can do.
    #[default]
    Utf16,
}

impl Encoding {
    /// Bytes where the client offers them, for that is what kplan counts in.
    pub(super) fn agree(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(kinds) if kinds.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            _ => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    pub(super) fn position(self, file: &SourceFile, offset: u32) -> Position {
        let place = file.position(offset);
        let column = match self {
            Self::Utf8 => place.byte,
            Self::Utf16 => place.utf16,
        };
        Position::new(place.line, column)
    }

    pub(super) fn range(self, file: &SourceFile, span: Span) -> Range {
        Range::new(self.position(file, span.start), self.position(file, span.end))
    }

    pub(super) fn offset(self, file: &SourceFile, position: Position) -> u32 {
        self.offset_in(file.text(), file.lines(), position)
    }

    /// The byte offset of a position. Past the end of its line it is the end of the line, before the line break; past the
    /// last line it is the end of the text; inside a character it is its start.
    pub(super) fn offset_in(self, text: &str, lines: &LineIndex, position: Position) -> u32 {
        if position.line as usize >= lines.len() {
            return text.len() as u32;
        }
        let start = lines.start_of(text, position.line);
        let line = lines.line(text, position.line);
        let mut column = 0;
        for (at, character) in line.char_indices() {
            let width = match self {
                Self::Utf8 => character.len_utf8(),
                Self::Utf16 => character.len_utf16(),
            };
            if column + width as u32 > position.character {
                return start + at as u32;
            }
            column += width as u32;
        }
        start + line.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_again() {
        let file = SourceFile::from_text("a.yaml", "é: 1\r\nemoji: \u{1F600} x\rlast\n");
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, _) in file.text().char_indices() {
                let position = encoding.position(&file, offset as u32);
                // Between the two characters of a line break there is no place.
                if !file.text()[offset..].starts_with('\n') {
                    assert_eq!(encoding.offset(&file, position), offset as u32, "{encoding:?} {offset}");
                }
            }
        }
    }

    #[test]
    fn places_that_do_not_exist_are_near_ones() {
        let file = SourceFile::from_text("a.yaml", "a: \u{1F600}\nb\n");
        let at = |encoding: Encoding, line, column| encoding.offset(&file, Position::new(line, column));
        assert_eq!(at(Encoding::Utf16, 0, 4), 3, "inside a character");
        assert_eq!(at(Encoding::Utf16, 0, 5), 7);
        assert_eq!(at(Encoding::Utf8, 0, 5), 3, "inside a character");
        assert_eq!(at(Encoding::Utf8, 0, 99), 7, "past the line");
        assert_eq!(at(Encoding::Utf16, 99, 0), 10, "past the text");
    }
}
