//! The lines that most manifests consist of, without tokens: `key: value`, `key:`, `- value`, `- key: value`, comments
//! and blank lines, in block context.
//!
//! Whatever else comes up is left to the scanner, which takes over at any line, or at any value. Nothing here decides
//! differently from it: a line is taken only if there is but one way to read it.

use crate::parse::scalar::is_plainly_text;
use crate::parse::tree::{Comment, Node, Style, flag};
use crate::parse::yaml::builder::{Frame, OPEN, Reader, State};
use crate::parse::yaml::bytes::{
    EASY_KEY, EASY_STOP, INDICATOR, QUOTE_STOP, break_len, byte_at, ends_word, is, is_blank, line_end,
};
use crate::parse::yaml::fault::Fault;
use crate::parse::yaml::scanner::DEPTH_LIMIT;

/// Keys longer than this may be too long to be keys.
const KEY_LIMIT: usize = 1000;

/// What was found to be on the rest of a line.
enum Value {
    /// Nothing: the value is on the lines below, or missing.
    Below { next: usize },
    /// A scalar that ends on this line.
    Scalar { end: usize, style: Style, next: usize, comment: Option<Comment> },
    /// A block scalar.
    Block,
    /// Something for the scanner.
    Other,
}

/// What became of a line.
enum Line {
    /// It was read, and the next one starts here.
    Read { next: usize },
    /// Nothing of it was read: the scanner has to.
    Hard,
    /// It was read up to its value, where the scanner stands.
    HardValue,
}

impl Reader<'_> {
    /// Reads easy lines as long as there are some. The scanner must be at rest and a block container innermost.
    pub(super) fn read_easy_lines(&mut self) -> Result<(), Fault> {
        let Some(mut line) = self.next_easy_line() else { return Ok(()) };
        self.scanner.forget_key();
        let bytes = self.scanner.bytes;
        loop {
            let mut at = line;
            while byte_at(bytes, at) == b' ' {
                at += 1;
            }
            match byte_at(bytes, at) {
                b'\n' => {
                    line = at + 1;
                    continue;
                }
                b'#' => {
                    let end = line_end(bytes, at);
                    self.scanner.comments.push(Comment { start: at as u32, end: end as u32 });
                    let length = break_len(bytes, end);
                    line = end + length;
                    if length == 0 {
                        break;
                    }
                    continue;
                }
                0 | b'\t' | b'\r' | b'.' | b'?' => break,
                b'-' if at == line && bytes[at..].starts_with(b"---") => break,
                _ => {}
            }
            match self.read_easy_line(line, at)? {
                Line::Read { next } => line = next,
                Line::Hard => break,
                Line::HardValue => return Ok(()),
            }
        }
        self.scanner.pos = line;
        self.scanner.line_start = line;
        self.scanner.key_allowed = true;
        Ok(())
    }

    /// The start of the line that comes next, if nothing but blanks and a comment stands before it.
    fn next_easy_line(&mut self) -> Option<usize> {
        if self.scanner.forced_colon.is_some() {
            return None;
        }
        let bytes = self.scanner.bytes;
        let (start, pos) = (self.scanner.line_start, self.scanner.pos);
        if bytes[start..pos].iter().all(|&byte| byte == b' ') {
            return self.scanner.key_allowed.then_some(start);
        }
        let mut at = pos;
        while is_blank(bytes, at) {
            at += 1;
        }
        let comment = at;
        if byte_at(bytes, at) == b'#' {
            at = line_end(bytes, at);
        }
        let length = break_len(bytes, at);
        if length == 0 {
            return None;
        }
        if at > comment {
            self.scanner.comments.push(Comment { start: comment as u32, end: at as u32 });
        }
        Some(at + length)
    }

    /// Reads a line whose content starts at `at`.
    fn read_easy_line(&mut self, line: usize, at: usize) -> Result<Line, Fault> {
        let bytes = self.scanner.bytes;
        let column = (at - line) as u32;
        let is_item = bytes[at] == b'-' && byte_at(bytes, at + 1) == b' ';
        let Some(frame) = self.close_deeper(column, is_item) else { return Ok(Line::Hard) };
        let key_at = if is_item {
            let mut content = at + 2;
            while byte_at(bytes, content) == b' ' {
                content += 1;
            }
            content
        } else {
            at
        };
        let colon = end_of_easy_key(bytes, key_at);
        // What may be opened for this line, outermost first.
        let opens_sequence = is_item && !matches!(frame.state, State::BlockEntry | State::IndentlessEntry);
        if is_item {
            let fits = match frame.state {
                State::BlockEntry | State::IndentlessEntry => frame.column == column,
                State::BlockValueNode => true,
                _ => false,
            };
            if !fits {
                return Ok(Line::Hard);
            }
        } else {
            let fits = match frame.state {
                State::BlockKey => frame.column == column,
                State::BlockValueNode => true,
                _ => false,
            };
            if !fits || colon.is_none() {
                return Ok(Line::Hard);
            }
        }
        if self.scanner.indents.len() + 2 > DEPTH_LIMIT {
            return Ok(Line::Hard);
        }
        let Some(colon) = colon else {
            return self.read_easy_item(line, at, key_at, opens_sequence);
        };
        if opens_sequence {
            self.open_sequence(at, column, frame);
        }
        if is_item {
            self.open_mapping(key_at, (key_at - line) as u32);
        } else if frame.state == State::BlockValueNode && column > frame.column {
            self.set_state(State::BlockKey);
            self.open_mapping(key_at, column);
        } else if frame.state == State::BlockValueNode {
            self.missing_value(self.last_end);
            self.set_state(State::BlockKey);
        }
        self.set_state(State::BlockValue);
        self.push_easy(key_at, colon, Style::Plain);
        self.note_key(self.tree.nodes.len() as u32 - 1);
        self.read_easy_value(line, colon + 1)
    }

    /// The value behind a colon.
    fn read_easy_value(&mut self, line: usize, after_colon: usize) -> Result<Line, Fault> {
        let bytes = self.scanner.bytes;
        let mut at = after_colon;
        while byte_at(bytes, at) == b' ' {
            at += 1;
        }
        match self.look_at_value(at) {
            Value::Below { next } => {
                self.set_state(State::BlockValueNode);
                self.last_end = after_colon as u32;
                Ok(Line::Read { next })
            }
            Value::Scalar { end, style, next, comment } => {
                self.set_state(State::BlockKey);
                self.push_easy(at, end, style);
                self.scanner.comments.extend(comment);
                Ok(Line::Read { next })
            }
            Value::Block => {
                self.set_state(State::BlockKey);
                self.scanner.pos = at;
                self.scanner.line_start = line;
                let token = self.scanner.scan_block_scalar(bytes[at] == b'|')?;
                self.push_scalar(token);
                Ok(Line::Read { next: self.scanner.line_start })
            }
            Value::Other => {
                self.set_state(State::BlockValueNode);
                self.last_end = after_colon as u32;
                self.scanner.pos = at;
                self.scanner.line_start = line;
                self.scanner.key_allowed = false;
                Ok(Line::HardValue)
            }
        }
    }

    /// `- value`, where the value is a scalar.
    fn read_easy_item(
        &mut self,
        line: usize,
        dash: usize,
        at: usize,
        opens_sequence: bool,
    ) -> Result<Line, Fault> {
        let column = (dash - line) as u32;
        let Some(frame) = self.frames.last().copied() else { return Ok(Line::Hard) };
        let outer = self.scanner.indent;
        if opens_sequence && column > frame.column {
            // Continuation lines are measured by the sequence that is about to be opened.
            self.scanner.indent = column as i32;
        }
        let value = self.look_at_value(at);
        self.scanner.indent = outer;
        let Value::Scalar { end, style, next, comment } = value else { return Ok(Line::Hard) };
        if opens_sequence {
            self.open_sequence(dash, column, frame);
        }
        self.push_easy(at, end, style);
        self.scanner.comments.extend(comment);
        Ok(Line::Read { next })
    }

    /// Closes what ends before a line with this indentation, and returns what the line may continue.
    fn close_deeper(&mut self, column: u32, is_item: bool) -> Option<Frame> {
        loop {
            let frame = *self.frames.last()?;
            let ends = match frame.state {
                State::BlockKey | State::BlockEntry | State::BlockValueNode => frame.column > column,
                State::IndentlessEntry => frame.column > column || (frame.column == column && !is_item),
                _ => return None,
            };
            if !ends {
                return Some(frame);
            }
            if frame.state == State::BlockValueNode {
                self.set_state(State::BlockKey);
                self.missing_value(self.last_end);
            }
            if frame.state != State::IndentlessEntry {
                self.scanner.indent = self.scanner.indents.pop().unwrap_or(-1);
            }
            self.close(self.last_end);
        }
    }

    /// Opens the sequence whose first `-` is here, as the value that the innermost mapping waits for.
    fn open_sequence(&mut self, at: usize, column: u32, outer: Frame) {
        self.set_state(State::BlockKey);
        let node = self.push_container(at, flag::SEQUENCE);
        if column == outer.column {
            self.push_frame(State::IndentlessEntry, node, column);
            return;
        }
        self.push_frame(State::BlockEntry, node, column);
        self.scanner.indents.push(self.scanner.indent);
        self.scanner.indent = column as i32;
    }

    fn open_mapping(&mut self, at: usize, column: u32) {
        let node = self.push_container(at, flag::MAPPING);
        self.push_frame(State::BlockKey, node, column);
        self.scanner.indents.push(self.scanner.indent);
        self.scanner.indent = column as i32;
    }

    fn push_container(&mut self, at: usize, kind: u32) -> u32 {
        let id = self.tree.nodes.len() as u32;
        let at = at as u32;
        self.tree.nodes.push(Node { start: at, end: at, payload: OPEN, meta: kind | Style::Block.bits() });
        id
    }

    #[inline]
    fn push_easy(&mut self, start: usize, end: usize, style: Style) {
        let is_plain = style == Style::Plain;
        let text = if !is_plain || is_plainly_text(&self.scanner.bytes[start..end]) { flag::TEXT } else { 0 };
        self.tree.nodes.push(Node {
            start: start as u32,
            end: end as u32,
            payload: 0,
            meta: flag::SCALAR | style.bits() | text,
        });
        self.last_end = end as u32;
        if text == 0 {
            self.check_number(self.tree.nodes.len() as u32 - 1);
        }
    }

    /// What stands at the first non-blank behind a colon or a dash.
    #[inline]
    fn look_at_value(&self, at: usize) -> Value {
        let bytes = self.scanner.bytes;
        let Some(&byte) = bytes.get(at) else { return Value::Other };
        if !is(byte, INDICATOR) && break_len(bytes, at) == 0 {
            return self.look_at_plain(at);
        }
        match byte {
            b'\n' => Value::Below { next: at + 1 },
            b'"' | b'\'' => look_at_quoted(bytes, at),
            b'|' | b'>' => Value::Block,
            _ => Value::Other,
        }
    }

    #[inline]
    fn look_at_plain(&self, start: usize) -> Value {
        let bytes = self.scanner.bytes;
        let mut at = start + 1;
        let (end, comment) = loop {
            let Some(&byte) = bytes.get(at) else { return Value::Other };
            if !is(byte, EASY_STOP) {
                at += 1;
                continue;
            }
            match byte {
                b'\n' => break (at, None),
                b':' if !ends_word(bytes, at + 1) => at += 1,
                b'#' if bytes[at - 1] != b' ' => at += 1,
                b'#' => break (at, Some(at)),
                0xC2 | 0xE2 if break_len(bytes, at) == 0 => at += 1,
                _ => return Value::Other,
            }
        };
        let mut text_end = end;
        while bytes[text_end - 1] == b' ' {
            text_end -= 1;
        }
        if let Some(start) = comment {
            let line_end = line_end(bytes, start);
            let length = break_len(bytes, line_end);
            if length == 0 {
                return Value::Other;
            }
            let comment = Some(Comment { start: start as u32, end: line_end as u32 });
            return Value::Scalar { end: text_end, style: Style::Plain, next: line_end + length, comment };
        }
        // A deeper line below would continue the text.
        let mut next = end + 1;
        loop {
            let mut content = next;
            while byte_at(bytes, content) == b' ' {
                content += 1;
            }
            match byte_at(bytes, content) {
                b'\n' => next = content + 1,
                b'\t' | b'\r' | 0xC2 | 0xE2 => return Value::Other,
                _ if (content - next) as i32 > self.scanner.indent && content < bytes.len() => {
                    return Value::Other;
                }
                _ => return Value::Scalar { end: text_end, style: Style::Plain, next, comment: None },
            }
        }
    }
}

fn look_at_quoted(bytes: &[u8], start: usize) -> Value {
    let quote = bytes[start];
    let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
    let mut at = start + 1;
    loop {
        let Some(&byte) = bytes.get(at) else { return Value::Other };
        if is(byte, QUOTE_STOP) {
            match byte {
                b' ' => {}
                b'"' | b'\'' if byte == quote => break,
                b'"' | b'\'' => {}
                b'\\' if quote == b'\'' => {}
                0xC2 | 0xE2 if break_len(bytes, at) == 0 => {}
                _ => return Value::Other,
            }
        }
        at += 1;
    }
    let end = at + 1;
    let mut after = end;
    while byte_at(bytes, after) == b' ' {
        after += 1;
    }
    // A doubled quote, a comment or anything else is for the scanner.
    if byte_at(bytes, after) != b'\n' {
        return Value::Other;
    }
    Value::Scalar { end, style, next: after + 1, comment: None }
}

/// The colon of a plain key of harmless characters, with a space or the line's end behind it.
#[inline]
fn end_of_easy_key(bytes: &[u8], start: usize) -> Option<usize> {
    if matches!(byte_at(bytes, start), b'-' | b'.') {
        return None;
    }
    let mut at = start;
    while is(byte_at(bytes, at), EASY_KEY) {
        at += 1;
    }
    let is_key = at > start
        && at - start < KEY_LIMIT
        && byte_at(bytes, at) == b':'
        && matches!(byte_at(bytes, at + 1), b' ' | b'\n');
    is_key.then_some(at)
}
