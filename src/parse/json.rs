//! JSON as Go's `encoding/json` reads it, onto the same tree, with the same spans.

use crate::parse::tree::{Node, Style, flag};
use crate::parse::yaml::{DEPTH_LIMIT, Reader, State};

/// Why a text is no JSON.
#[derive(Clone, Debug)]
pub(crate) struct JsonFault {
    /// The byte that does not fit.
    pub(crate) at: usize,
    /// What is wrong with it.
    pub(crate) message: String,
}

/// The first byte from a place on that is no JSON white space.
pub(crate) fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    let blanks = bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')).count();
    from + blanks
}

/// The start of the next line from a place on that starts with `{`: where a stream may be taken up again.
pub(crate) fn next_object(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memmem::find(&bytes[from.min(bytes.len())..], b"\n{").map(|at| from + at + 1)
}

/// Reads the value that starts at a place onto the reader's tree and returns where it ends. Nothing is kept of a value
/// that is not whole, but the caller has to drop its nodes.
pub(crate) fn read_value(reader: &mut Reader<'_>, bytes: &[u8], start: usize) -> Result<usize, JsonFault> {
    reader.begin_json();
    let mut at = start;
    loop {
        at = skip_blanks(bytes, at);
        at = read_start(reader, bytes, at)?;
        // A value is complete, or a container has just been opened.
        loop {
            let Some(frame) = reader.frames.last().copied() else { return Ok(at) };
            at = skip_blanks(bytes, at);
            let is_mapping = matches!(frame.state, State::FlowFirstKey | State::FlowKey);
            let first = matches!(frame.state, State::FlowFirstKey | State::FlowFirstEntry);
            match (bytes.get(at), is_mapping) {
                (Some(b'}'), true) | (Some(b']'), false) => {
                    at += 1;
                    reader.close(at as u32);
                    continue;
                }
                (Some(b','), _) if !first => at = skip_blanks(bytes, at + 1),
                _ if first => {}
                (_, true) => return Err(unexpected(bytes, at, "after object key:value pair")),
                (_, false) => return Err(unexpected(bytes, at, "after array element")),
            }
            if !is_mapping {
                reader.set_state(State::FlowEntry);
                break;
            }
            reader.set_state(State::FlowKey);
            if bytes.get(at) != Some(&b'"') {
                return Err(unexpected(bytes, at, "looking for beginning of object key string"));
            }
            at = read_string(reader, bytes, at)?;
            reader.note_key(reader.tree.nodes.len() as u32 - 1);
            at = skip_blanks(bytes, at);
            if bytes.get(at) != Some(&b':') {
                return Err(unexpected(bytes, at, "after object key"));
            }
            at += 1;
            break;
        }
    }
}

/// A scalar, or the opening of a container.
fn read_start(reader: &mut Reader<'_>, bytes: &[u8], at: usize) -> Result<usize, JsonFault> {
    let (meta, state) = match bytes.get(at) {
        Some(b'"') => return read_string(reader, bytes, at),
        Some(b'{') => (flag::MAPPING | Style::Flow.bits(), State::FlowFirstKey),
        Some(b'[') => (flag::SEQUENCE | Style::Flow.bits(), State::FlowFirstEntry),
        Some(b'-' | b'0'..=b'9') => return read_number(reader, bytes, at),
        Some(b't') => return read_word(reader, bytes, at, b"true"),
        Some(b'f') => return read_word(reader, bytes, at, b"false"),
        Some(b'n') => return read_word(reader, bytes, at, b"null"),
        _ => return Err(unexpected(bytes, at, "looking for beginning of value")),
    };
    if reader.frames.len() >= DEPTH_LIMIT {
        return Err(JsonFault { at, message: "exceeded max depth".to_owned() });
    }
    let node = reader.tree.nodes.len() as u32;
    reader.tree.nodes.push(Node {
        start: at as u32,
        end: at as u32,
        payload: crate::parse::yaml::OPEN,
        meta,
    });
    reader.push_frame(state, node, 0);
    Ok(at + 1)
}

fn push(reader: &mut Reader<'_>, start: usize, end: usize, payload: u32, meta: u32) {
    reader.tree.nodes.push(Node { start: start as u32, end: end as u32, payload, meta });
    reader.last_end = end as u32;
}

fn read_word(reader: &mut Reader<'_>, bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, JsonFault> {
    for (offset, expected) in word.iter().enumerate() {
        if bytes.get(at + offset) != Some(expected) {
            let context = format!("in literal {}", String::from_utf8_lossy(word));
            return Err(unexpected(bytes, at + offset, &context));
        }
    }
    push(reader, at, at + word.len(), 0, flag::SCALAR | Style::Json.bits());
    Ok(at + word.len())
}

fn read_number(reader: &mut Reader<'_>, bytes: &[u8], start: usize) -> Result<usize, JsonFault> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let some_digits = |from: usize| match digits(from) {
        0 => Err(unexpected(bytes, from, "in numeric literal")),
        count => Ok(from + count),
    };
    let mut at = start + usize::from(bytes[start] == b'-');
    at = if bytes.get(at) == Some(&b'0') { at + 1 } else { some_digits(at)? };
    if bytes.get(at) == Some(&b'.') {
        at = some_digits(at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = some_digits(at)?;
    }
    push(reader, start, at, 0, flag::SCALAR | Style::Json.bits());
    Ok(at)
}

fn read_string(reader: &mut Reader<'_>, bytes: &[u8], start: usize) -> Result<usize, JsonFault> {
    let meta = flag::SCALAR | Style::DoubleQuoted.bits() | flag::TEXT;
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                push(reader, start, at + 1, 0, meta);
                return Ok(at + 1);
            }
            b'\\' => break,
            0..0x20 => return Err(unexpected(bytes, at, "in string literal")),
            _ => at += 1,
        }
    }
    let from = reader.scanner.cooked.len() as u32;
    let end = decode_string(bytes, start, &mut reader.scanner.cooked)?;
    reader.scanner.cooked_ranges.push((from, reader.scanner.cooked.len() as u32));
    let payload = reader.scanner.cooked_ranges.len() as u32 - 1;
    push(reader, start, end, payload, meta | flag::COOKED);
    Ok(end)
}

/// Appends what a string with escapes stands for, and returns where it ends.
fn decode_string(bytes: &[u8], start: usize, into: &mut String) -> Result<usize, JsonFault> {
    let mut at = start + 1;
    let mut run = at;
    let copy = |into: &mut String, from: usize, to: usize| {
        into.push_str(&String::from_utf8_lossy(&bytes[from..to]));
    };
    loop {
        match bytes.get(at) {
            None => return Err(unexpected(bytes, at, "in string literal")),
            Some(b'"') => {
                copy(into, run, at);
                return Ok(at + 1);
            }
            Some(0..0x20) => return Err(unexpected(bytes, at, "in string literal")),
            Some(b'\\') => {
                copy(into, run, at);
                let character = match bytes.get(at + 1) {
                    Some(b'b') => '\u{8}',
                    Some(b'f') => '\u{C}',
                    Some(b'n') => '\n',
                    Some(b'r') => '\r',
                    Some(b't') => '\t',
                    Some(&plain @ (b'"' | b'\\' | b'/')) => plain as char,
                    Some(b'u') => {
                        let (character, end) = decode_unicode(bytes, at)?;
                        into.push(character);
                        at = end;
                        run = at;
                        continue;
                    }
                    _ => return Err(unexpected(bytes, at + 1, "in string escape code")),
                };
                into.push(character);
                at += 2;
                run = at;
            }
            Some(_) => at += 1,
        }
    }
}

/// `\uXXXX`, with the second half of a surrogate pair; a half alone is U+FFFD.
fn decode_unicode(bytes: &[u8], at: usize) -> Result<(char, usize), JsonFault> {
    let first = four_digits(bytes, at + 2)?;
    if (0xD800..0xDC00).contains(&first)
        && bytes.get(at + 6..at + 8) == Some(b"\\u")
        && let Ok(second @ 0xDC00..0xE000) = four_digits(bytes, at + 8)
    {
        let value = 0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00));
        return Ok((char::from_u32(value).unwrap_or('\u{FFFD}'), at + 12));
    }
    Ok((char::from_u32(first).unwrap_or('\u{FFFD}'), at + 6))
}

fn four_digits(bytes: &[u8], from: usize) -> Result<u32, JsonFault> {
    (from..from + 4).try_fold(0, |value, at| {
        let digit = bytes.get(at).and_then(|&digit| (digit as char).to_digit(16));
        digit
            .map(|digit| value << 4 | digit)
            .ok_or_else(|| unexpected(bytes, at, "in \\u hexadecimal character escape"))
    })
}

fn unexpected(bytes: &[u8], at: usize, context: &str) -> JsonFault {
    let Some(&byte) = bytes.get(at) else {
        return JsonFault { at: bytes.len(), message: "unexpected end of JSON input".to_owned() };
    };
    let some = &bytes[at..bytes.len().min(at + 4)];
    let character = some.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    let character = character.unwrap_or(byte as char);
    JsonFault { at, message: format!("invalid character {character:?} {context}") }
}
