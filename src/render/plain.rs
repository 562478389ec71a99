//! Text from manifests made safe for a terminal: a name or a comment must not move the cursor or hide itself.

use std::borrow::Cow;

/// `text` on one line with every control and direction character replaced by something visible.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|character| replacement(character).is_some() || character == '\t') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' => out.push(' '),
            _ => out.push(replacement(character).unwrap_or(character)),
        }
    }
    Cow::Owned(out)
}

/// Appends a piece of a source line; tabs stay, the drawing knows their width.
pub(super) fn push(out: &mut String, piece: &str) {
    for character in piece.chars() {
        out.push(replacement(character).unwrap_or(character));
    }
}

/// What stands for a character that a terminal would act on instead of showing it; `None` for all others.
fn replacement(character: char) -> Option<char> {
    match character {
        '\t' => None,
        // The pictures of the control characters stand in their order at U+2400.
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)),
        '\x7f' => Some('\u{2421}'),
        // C1 controls, line and paragraph separators, direction overrides and isolates, and the byte order mark.
        '\u{80}'..='\u{9f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => Some('\u{fffd}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_are_shown_not_obeyed() {
        assert_eq!(line("a\x1b[31mb\u{202e}c\r\nd\te"), "a␛[31mb\u{fffd}c␍ d e");
        assert_eq!(line("plain é漢"), Cow::Borrowed("plain é漢"));
    }
}
