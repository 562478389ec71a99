//! What single bytes mean to the scanner: one table, and the line breaks that YAML 1.1 knows.

/// Ends or may end a run of a plain scalar.
pub(super) const PLAIN_STOP: u8 = 1;
/// Needs a look inside quotes: quotes, backslash, blanks and (the first byte of) line breaks.
pub(super) const QUOTE_STOP: u8 = 2;
/// Allowed in an anchor's name.
pub(super) const WORD: u8 = 4;
/// Allowed in a tag.
pub(super) const TAG: u8 = 8;
/// A line break, or the first byte of one (NEL, LS, PS).
pub(super) const BREAK_LEAD: u8 = 16;
/// Allowed in the plain keys that the fast path takes.
pub(super) const EASY_KEY: u8 = 32;
/// Cannot start a plain scalar, or only with care.
pub(super) const INDICATOR: u8 = 64;

/// Needs a look in a plain scalar of one line, in block context.
pub(super) const EASY_STOP: u8 = 128;

/// The classes of every byte.
pub(super) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut class = 0;
        let b = byte as u8;
        if matches!(
            b,
            b' ' | b'\t' | b'\n' | b'\r' | b':' | b',' | b'?' | b'[' | b']' | b'{' | b'}' | 0xC2 | 0xE2
        ) {
            class |= PLAIN_STOP;
        }
        if matches!(b, b'"' | b'\'' | b'\\' | b' ' | b'\t' | b'\n' | b'\r' | 0xC2 | 0xE2) {
            class |= QUOTE_STOP;
        }
        if matches!(b, b'\n' | b'\r' | 0xC2 | 0xE2) {
            class |= BREAK_LEAD;
        }
        if matches!(b, b':' | b'#' | b'\n' | b'\r' | b'\t' | 0xC2 | 0xE2) {
            class |= EASY_STOP;
        }
        if b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') {
            class |= WORD | TAG | EASY_KEY;
        }
        if matches!(b, b'.' | b'/') {
            class |= EASY_KEY;
        }
        let tag = b";/?:@&=+$.!~*'()%,[]";
        let mut at = 0;
        while at < tag.len() {
            if tag[at] == b {
                class |= TAG;
            }
            at += 1;
        }
        let indicators = b"-?:,[]{}#&*!|>'\"%@` \t\n\r";
        let mut at = 0;
        while at < indicators.len() {
            if indicators[at] == b {
                class |= INDICATOR;
            }
            at += 1;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

/// Whether a byte has one of the classes.
#[inline(always)]
pub(super) fn is(byte: u8, class: u8) -> bool {
    CLASS[byte as usize] & class != 0
}

/// The byte at a place, 0 past the end. NUL is no YAML, so no text is mistaken for its end.
#[inline(always)]
pub(super) fn byte_at(bytes: &[u8], at: usize) -> u8 {
    match bytes.get(at) {
        Some(&byte) => byte,
        None => 0,
    }
}

/// Length of the line break at a place, 0 if there is none. LF, CR, CRLF, NEL, LS and PS each are one; kubectl's
/// line reader drops one more CR before a CRLF.
#[inline]
pub(super) fn break_len(bytes: &[u8], at: usize) -> usize {
    match byte_at(bytes, at) {
        b'\n' => 1,
        b'\r' => match (byte_at(bytes, at + 1), byte_at(bytes, at + 2)) {
            (b'\n', _) => 2,
            (b'\r', b'\n') => 3,
            _ => 1,
        },
        0xC2 if byte_at(bytes, at + 1) == 0x85 => 2,
        0xE2 if byte_at(bytes, at + 1) == 0x80 && matches!(byte_at(bytes, at + 2), 0xA8 | 0xA9) => 3,
        _ => 0,
    }
}

/// Whether a blank, a line break or the end is at a place.
#[inline]
pub(super) fn ends_word(bytes: &[u8], at: usize) -> bool {
    match byte_at(bytes, at) {
        b' ' | b'\t' | b'\n' | b'\r' => true,
        0xC2 | 0xE2 => break_len(bytes, at) > 0,
        0 => at >= bytes.len(),
        _ => false,
    }
}

/// Whether a space or tab is at a place.
#[inline]
pub(super) fn is_blank(bytes: &[u8], at: usize) -> bool {
    matches!(byte_at(bytes, at), b' ' | b'\t')
}

/// The end of the line at a place: where its line break starts.
#[inline]
pub(super) fn line_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < bytes.len() {
        if is(bytes[at], BREAK_LEAD) && break_len(bytes, at) > 0 {
            return at;
        }
        at += 1;
    }
    at
}

/// Whether `---` or `...` stands at a place as a word.
pub(super) fn is_document_marker(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at..at + 3), Some(b"---" | b"...")) && ends_word(bytes, at + 3)
}
