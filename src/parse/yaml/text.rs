//! Scalars: where they end, and what text they stand for.
//!
//! A scalar whose text is a piece of the source stays one. Only folding, escapes and block scalars make a copy.

use memchr::{memchr, memchr3};

use crate::parse::tree::{Style, TagKind};
use crate::parse::yaml::bytes::{
    PLAIN_STOP, QUOTE_STOP, break_len, byte_at, ends_word, is, is_blank, is_document_marker, line_end,
};
use crate::parse::yaml::fault::{Fault, FaultKind};
use crate::parse::yaml::scanner::{Scanner, Token, TokenKind};

/// What a line break inside a scalar reads as: a line feed, except for the two Unicode separators.
fn break_text(bytes: &[u8], at: usize) -> &'static str {
    match (byte_at(bytes, at), byte_at(bytes, at + 2)) {
        (0xE2, 0xA8) => "\u{2028}",
        (0xE2, _) => "\u{2029}",
        _ => "\n",
    }
}

impl Scanner<'_> {
    fn scalar(&mut self, style: Style, start: usize, end: usize, cooked_from: Option<usize>) -> Token {
        let detail = cooked_from.map_or(0, |from| {
            self.cooked_ranges.push((from as u32, self.cooked.len() as u32));
            self.cooked_ranges.len() as u32
        });
        self.last_scalar = (start as u32, end as u32);
        Token {
            kind: TokenKind::Scalar,
            style: style as u8,
            tag: TagKind::None,
            start: start as u32,
            end: end as u32,
            detail,
            key_level: 0,
        }
    }

    /// A text in the side buffer that is empty.
    pub(super) fn empty_text(&mut self) -> u32 {
        let at = self.cooked.len() as u32;
        self.cooked_ranges.push((at, at));
        self.cooked_ranges.len() as u32 - 1
    }

    /// Copies source text to the side buffer. The range lies on character boundaries: it ends before ASCII
    /// characters or whole line breaks.
    fn cook(&mut self, from: usize, to: usize) {
        match str::from_utf8(&self.bytes[from..to]) {
            Ok(text) => self.cooked.push_str(text),
            Err(_) => self.cooked.push_str(&String::from_utf8_lossy(&self.bytes[from..to])),
        }
    }

    /// Appends what the blanks and line breaks of a range fold to: one break is a space, more are all but the first.
    /// `escaped` says that a backslash has swallowed the first one.
    fn cook_fold(&mut self, from: usize, to: usize, escaped: bool) {
        let bytes = self.bytes;
        let mut first = if escaped { Some("") } else { None };
        let mut more = false;
        let mut at = from;
        while at < to {
            let length = break_len(bytes, at);
            if length == 0 {
                at += 1;
                continue;
            }
            let text = break_text(bytes, at);
            at += length;
            match first {
                None => {
                    if text != "\n" {
                        self.cooked.push_str(text);
                    }
                    first = Some(text);
                }
                Some(_) => {
                    self.cooked.push_str(text);
                    more = true;
                }
            }
        }
        if !more && first == Some("\n") {
            self.cooked.push(' ');
        }
    }

    pub(super) fn scan_plain(&mut self) -> Result<Token, Fault> {
        let bytes = self.bytes;
        let start = self.pos;
        let least_column = self.indent + 1;
        let in_flow = self.flow_level() > 0;
        let mut end = start;
        let mut cooked_from = None;
        // Whether a line break stands between `end` and `at`.
        let mut broken = false;
        let mut at = start;
        loop {
            if at == self.line_start && is_document_marker(bytes, at) {
                break;
            }
            if byte_at(bytes, at) == b'#' {
                break;
            }
            let run = at;
            at = self.end_of_plain_run(at, in_flow);
            if at > run {
                if broken {
                    let from = *cooked_from.get_or_insert(self.cooked.len());
                    if from == self.cooked.len() {
                        self.cook(start, end);
                    }
                    self.cook_fold(end, run, false);
                    self.cook(run, at);
                } else if cooked_from.is_some() {
                    self.cook(end, at);
                }
                end = at;
                broken = false;
            }
            if !is_blank(bytes, at) && break_len(bytes, at) == 0 {
                break;
            }
            loop {
                if is_blank(bytes, at) {
                    let column = (at - self.line_start) as i32;
                    if broken && column < least_column && bytes[at] == b'\t' {
                        let mut tabs = at;
                        while is_blank(bytes, tabs) {
                            tabs += 1;
                        }
                        return Err(Fault::new(FaultKind::Tab, at, tabs).since(start));
                    }
                    at += 1;
                } else {
                    let length = break_len(bytes, at);
                    if length == 0 {
                        break;
                    }
                    at += length;
                    self.line_start = at;
                    broken = true;
                }
            }
            if !in_flow && ((at - self.line_start) as i32) < least_column {
                break;
            }
        }
        self.pos = at;
        if broken {
            self.key_allowed = true;
        }
        Ok(self.scalar(Style::Plain, start, end, cooked_from))
    }

    /// From a non-blank, the end of the run of plain characters.
    #[inline]
    fn end_of_plain_run(&self, from: usize, in_flow: bool) -> usize {
        let bytes = self.bytes;
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            if !is(byte, PLAIN_STOP) {
                at += 1;
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => break,
                b':' if self.forced_colon == Some(at) || ends_word(bytes, at + 1) => break,
                b',' | b'?' | b'[' | b']' | b'{' | b'}' if in_flow => break,
                0xC2 | 0xE2 if break_len(bytes, at) > 0 => break,
                _ => at += 1,
            }
        }
        at
    }

    pub(super) fn scan_quoted(&mut self, quote: u8) -> Result<Token, Fault> {
        let bytes = self.bytes;
        let start = self.pos;
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        let mut at = start + 1;
        // Text without escapes and breaks is taken as it stands.
        while let Some(&byte) = bytes.get(at) {
            if is(byte, QUOTE_STOP) {
                if byte == quote {
                    if quote == b'\'' && byte_at(bytes, at + 1) == b'\'' {
                        break;
                    }
                    self.pos = at + 1;
                    return Ok(self.scalar(style, start, at + 1, None));
                }
                if (byte == b'\\' && quote == b'"') || break_len(bytes, at) > 0 {
                    break;
                }
            }
            at += 1;
        }
        self.scan_quoted_slowly(quote, style)
    }

    fn scan_quoted_slowly(&mut self, quote: u8, style: Style) -> Result<Token, Fault> {
        let bytes = self.bytes;
        let start = self.pos;
        let cooked_from = self.cooked.len();
        let mut at = start + 1;
        loop {
            if at == self.line_start && is_document_marker(bytes, at) {
                return Err(Fault::new(FaultKind::MarkerInQuotes, at, at + 3).since(start));
            }
            if at >= bytes.len() {
                return Err(Fault::new(FaultKind::UnclosedQuote, start, start + 1));
            }
            let mut escaped_break = false;
            // From here on not yet copied.
            let mut run = at;
            while !ends_word(bytes, at) {
                let byte = bytes[at];
                if byte == quote {
                    if quote == b'\'' && byte_at(bytes, at + 1) == b'\'' {
                        self.cook(run, at + 1);
                        at += 2;
                        run = at;
                        continue;
                    }
                    break;
                }
                if byte == b'\\' && quote == b'"' {
                    self.cook(run, at);
                    let length = break_len(bytes, at + 1);
                    if length > 0 {
                        at += 1 + length;
                        self.line_start = at;
                        escaped_break = true;
                        run = at;
                        break;
                    }
                    at = self.cook_escape(at, start)?;
                    run = at;
                    continue;
                }
                at += 1;
            }
            self.cook(run, at);
            if !escaped_break && byte_at(bytes, at) == quote {
                self.pos = at + 1;
                return Ok(self.scalar(style, start, at + 1, Some(cooked_from)));
            }
            let blanks = at;
            let mut broken = escaped_break;
            loop {
                let length = break_len(bytes, at);
                if length > 0 {
                    at += length;
                    self.line_start = at;
                    broken = true;
                } else if is_blank(bytes, at) {
                    at += 1;
                } else {
                    break;
                }
            }
            if broken {
                self.cook_fold(blanks, at, escaped_break);
            } else {
                self.cook(blanks, at);
            }
        }
    }

    /// Appends what the escape at a backslash stands for, and returns where it ends.
    fn cook_escape(&mut self, at: usize, origin: usize) -> Result<usize, Fault> {
        let code = byte_at(self.bytes, at + 1);
        let (digits, character) = match code {
            b'0' => (0, '\0'),
            b'a' => (0, '\u{7}'),
            b'b' => (0, '\u{8}'),
            b't' | b'\t' => (0, '\t'),
            b'n' => (0, '\n'),
            b'v' => (0, '\u{B}'),
            b'f' => (0, '\u{C}'),
            b'r' => (0, '\r'),
            b'e' => (0, '\u{1B}'),
            b' ' => (0, ' '),
            b'"' => (0, '"'),
            b'\'' => (0, '\''),
            b'\\' => (0, '\\'),
            b'N' => (0, '\u{85}'),
            b'_' => (0, '\u{A0}'),
            b'L' => (0, '\u{2028}'),
            b'P' => (0, '\u{2029}'),
            b'x' => (2, '\0'),
            b'u' => (4, '\0'),
            b'U' => (8, '\0'),
            _ => {
                let mut end = at + 1;
                if end < self.bytes.len() {
                    end += 1;
                }
                while byte_at(self.bytes, end) & 0xC0 == 0x80 {
                    end += 1;
                }
                return Err(Fault::new(FaultKind::Escape, at, end).since(origin));
            }
        };
        if digits == 0 {
            self.cooked.push(character);
            return Ok(at + 2);
        }
        let end = at + 2 + digits;
        let mut value = 0_u32;
        for digit_at in at + 2..end {
            let Some(digit) = (byte_at(self.bytes, digit_at) as char).to_digit(16) else {
                return Err(Fault::new(FaultKind::Hexadecimal, at, digit_at).since(origin));
            };
            value = value << 4 | digit;
        }
        let Some(character) = char::from_u32(value) else {
            return Err(Fault::new(FaultKind::CodePoint, at, end).since(origin));
        };
        self.cooked.push(character);
        Ok(end)
    }

    /// A block scalar, from its `|` or `>`.
    pub(super) fn scan_block_scalar(&mut self, literal: bool) -> Result<Token, Fault> {
        let bytes = self.bytes;
        let start = self.pos;
        let (keep, indicated, header_end) = self.scan_block_header(start)?;
        let mut indent = match (indicated, self.indent) {
            (0, _) => 0,
            (indicated, outer) => indicated + outer.max(0) as usize,
        };
        let cooked_from = self.cooked.len();
        let mut end = header_end;
        let breaks = self.pos;
        self.skip_block_breaks(&mut indent)?;
        // The break after the last line, not yet written, and the empty lines behind it.
        let mut pending = None;
        let mut empty = (breaks, self.pos);
        let mut last_blank = false;
        while self.pos - self.line_start == indent && self.pos < bytes.len() {
            let blank = is_blank(bytes, self.pos);
            if let Some(text) = pending.take() {
                if !literal && !last_blank && !blank && text == "\n" {
                    if !has_break(bytes, empty) {
                        self.cooked.push(' ');
                    }
                } else {
                    self.cooked.push_str(text);
                }
            }
            self.cook_breaks(empty);
            last_blank = blank;
            let line = self.pos;
            end = self.end_of_block_line(line);
            self.cook(line, end);
            let length = break_len(bytes, end);
            // kubectl's line reader ends the last line too.
            pending = Some(if length > 0 { break_text(bytes, end) } else { "\n" });
            self.pos = end + length;
            self.line_start = self.pos;
            self.skip_block_breaks(&mut indent)?;
            empty = (end + length, self.pos);
        }
        if keep != Some(false)
            && let Some(text) = pending
        {
            self.cooked.push_str(text);
        }
        if keep == Some(true) {
            self.cook_breaks(empty);
            if self.pos == bytes.len() && self.pos > self.line_start {
                self.cooked.push('\n');
            }
        }
        let style = if literal { Style::Literal } else { Style::Folded };
        Ok(self.scalar(style, start, end, Some(cooked_from)))
    }

    /// The end of the line at a place. Most lines hold no exotic break, and a search for the line feed finds it.
    fn end_of_block_line(&self, from: usize) -> usize {
        let bytes = self.bytes;
        let end = memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at);
        if memchr3(b'\r', 0xC2, 0xE2, &bytes[from..end]).is_some() { line_end(bytes, from) } else { end }
    }

    fn cook_breaks(&mut self, (from, to): (usize, usize)) {
        let bytes = self.bytes;
        let mut at = from;
        while at < to {
            let length = break_len(bytes, at);
            if length > 0 {
                self.cooked.push_str(break_text(bytes, at));
            }
            at += length.max(1);
        }
    }

    /// What stands behind the `|`: whether to keep (`true`) or strip (`false`) the last breaks, the indentation or 0,
    /// and where the indicators end.
    fn scan_block_header(&mut self, start: usize) -> Result<(Option<bool>, usize, usize), Fault> {
        let bytes = self.bytes;
        let mut keep = None;
        let mut indicated = 0;
        let mut at = start + 1;
        for _ in 0..2 {
            match byte_at(bytes, at) {
                b'0' if indicated == 0 => {
                    return Err(Fault::new(FaultKind::IndicatorZero, at, at + 1).since(start));
                }
                digit @ b'1'..=b'9' if indicated == 0 => indicated = usize::from(digit - b'0'),
                b'+' if keep.is_none() => keep = Some(true),
                b'-' if keep.is_none() => keep = Some(false),
                _ => break,
            }
            at += 1;
        }
        let header_end = at;
        while is_blank(bytes, at) {
            at += 1;
        }
        self.pos = at;
        if byte_at(bytes, at) == b'#' {
            self.skip_comment();
        } else if !ends_word(bytes, at) {
            return Err(Fault::new(FaultKind::BlockHeader, at, line_end(bytes, at)).since(start));
        }
        self.pos += break_len(bytes, self.pos);
        self.line_start = self.pos;
        Ok((keep, indicated, header_end))
    }

    /// Skips empty lines and the indentation of the next line; finds the indentation out if it is still 0.
    fn skip_block_breaks(&mut self, indent: &mut usize) -> Result<(), Fault> {
        let bytes = self.bytes;
        let mut deepest = 0;
        loop {
            while (*indent == 0 || self.pos - self.line_start < *indent) && byte_at(bytes, self.pos) == b' ' {
                self.pos += 1;
            }
            let column = self.pos - self.line_start;
            deepest = deepest.max(column);
            if (*indent == 0 || column < *indent) && byte_at(bytes, self.pos) == b'\t' {
                return Err(Fault::new(FaultKind::BlockTab, self.pos, self.pos + 1));
            }
            let length = break_len(bytes, self.pos);
            if length == 0 {
                break;
            }
            self.pos += length;
            self.line_start = self.pos;
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1).max(1) as usize);
        }
        Ok(())
    }
}

fn has_break(bytes: &[u8], (from, to): (usize, usize)) -> bool {
    (from..to).any(|at| break_len(bytes, at) > 0)
}
