//! Text becomes tokens, by the rules of libyaml's grammar as go-yaml v2 carries them.
//!
//! A mapping key is recognised only by the colon behind it. So a token that may start a key stays in the queue until
//! its colon, its line's end, or 1024 characters have been seen, and the tokens that open the key are then put before
//! it.

use crate::parse::tree::{Comment, TagKind};
use crate::parse::yaml::bytes::{
    INDICATOR, TAG, WORD, break_len, byte_at, ends_word, is, is_blank, is_document_marker, line_end,
};
use crate::parse::yaml::fault::{Fault, FaultKind};

/// kubectl refuses documents with deeper nesting, of block and of flow containers each.
pub(crate) const DEPTH_LIMIT: usize = 10_000;
/// A key must end within this many characters.
const KEY_LIMIT: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// A token. `detail` is, for a scalar, the index of its text in the side buffer plus one (0: as in the source), and
/// for what opens a block container or an item the column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// `Style` bits of a scalar.
    pub(crate) style: u8,
    /// The tag of a tag token.
    pub(crate) tag: TagKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) detail: u32,
    /// The flow level plus one of the key that this token may start, else 0.
    pub(crate) key_level: u32,
}

/// A place where a key may have started.
#[derive(Clone, Copy, Debug)]
struct PossibleKey {
    possible: bool,
    /// It stands where only a key can stand.
    required: bool,
    /// The number of its first token.
    token: u32,
    start: u32,
    line_start: u32,
}

/// A `%TAG` line of the document.
#[derive(Clone, Debug)]
pub(crate) struct TagHandle {
    pub(crate) handle: String,
    pub(crate) prefix: String,
}

/// The scanner's state. Its buffers outlive the documents of a file.
#[derive(Debug, Default)]
pub(crate) struct Scanner<'s> {
    /// The text up to the end of the document.
    pub(crate) bytes: &'s [u8],
    pub(crate) pos: usize,
    pub(crate) line_start: usize,
    tokens: Vec<Token>,
    head: usize,
    /// Tokens taken by the builder since the start of the document.
    taken: u32,
    pub(crate) indent: i32,
    pub(crate) indents: Vec<i32>,
    keys: Vec<PossibleKey>,
    pub(crate) key_allowed: bool,
    ended: bool,
    /// A colon that separates although no space follows it: a repaired mistake.
    pub(crate) forced_colon: Option<usize>,
    pub(crate) handles: Vec<TagHandle>,
    pub(crate) comments: Vec<Comment>,
    /// Start and end of the scalar that was read last.
    pub(crate) last_scalar: (u32, u32),
    pub(crate) cooked: String,
    pub(crate) cooked_ranges: Vec<(u32, u32)>,
    /// What the last directive said.
    pub(crate) version_is_supported: bool,
}

impl<'s> Scanner<'s> {
    /// Starts on the text `bytes[start..]`, which is one document.
    pub(crate) fn begin(&mut self, bytes: &'s [u8], start: usize) {
        self.bytes = bytes;
        self.handles.clear();
        self.forced_colon = None;
        self.restart(start);
        self.indents.clear();
        self.indent = -1;
    }

    /// Goes on at the start of a line after a fault, with the open block containers that `indents` says.
    pub(crate) fn restart(&mut self, line_start: usize) {
        self.pos = line_start;
        self.line_start = line_start;
        self.tokens.clear();
        self.head = 0;
        self.taken = 0;
        self.keys.clear();
        self.keys.push(PossibleKey { possible: false, required: false, token: 0, start: 0, line_start: 0 });
        self.key_allowed = true;
        self.ended = false;
    }

    pub(crate) fn flow_level(&self) -> usize {
        self.keys.len() - 1
    }

    /// Whether the block context is at rest: no token waits, no bracket is open.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.head == self.tokens.len() && self.keys.len() == 1 && !self.ended
    }

    /// Forgets the key that may have started: what the builder has moved past on its own.
    pub(crate) fn forget_key(&mut self) {
        if let Some(key) = self.keys.last_mut() {
            key.possible = false;
        }
    }

    /// The next token, with all that may turn out to stand before it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<Token, Fault> {
        loop {
            if let Some(&head) = self.tokens.get(self.head)
                && (head.key_level == 0 || !self.may_be_key(head.key_level)?)
            {
                return Ok(head);
            }
            self.fetch()?;
        }
    }

    /// Takes the token that was peeked at.
    #[inline]
    pub(crate) fn take(&mut self) {
        self.head += 1;
        self.taken += 1;
        if self.head == self.tokens.len() {
            self.tokens.clear();
            self.head = 0;
        }
    }

    fn may_be_key(&mut self, key_level: u32) -> Result<bool, Fault> {
        let level = key_level as usize - 1;
        match self.keys.get(level) {
            Some(key) if key.possible && key.token == self.taken => self.is_key_valid(level),
            _ => Ok(false),
        }
    }

    /// Whether the key may still find its colon; if not and it had to be one, that is a fault.
    fn is_key_valid(&mut self, level: usize) -> Result<bool, Fault> {
        let key = self.keys[level];
        if !key.possible {
            return Ok(false);
        }
        let start = key.start as usize;
        if key.line_start as usize == self.line_start && !self.is_too_long_for_key(start) {
            return Ok(true);
        }
        if key.required {
            return Err(self.no_colon(start));
        }
        self.keys[level].possible = false;
        Ok(false)
    }

    fn is_too_long_for_key(&self, start: usize) -> bool {
        self.pos - start > KEY_LIMIT
            && self.bytes[start..self.pos].iter().filter(|&&byte| byte & 0xC0 != 0x80).count() > KEY_LIMIT
    }

    fn no_colon(&self, start: usize) -> Fault {
        let end = line_end(self.bytes, start);
        Fault::new(FaultKind::NoColon, start, end)
    }

    fn next_token_number(&self) -> u32 {
        self.taken + (self.tokens.len() - self.head) as u32
    }

    fn save_key(&mut self) -> Result<u32, Fault> {
        if !self.key_allowed {
            return Ok(0);
        }
        let required = self.keys.len() == 1 && self.indent == (self.pos - self.line_start) as i32;
        self.remove_key()?;
        let token = self.next_token_number();
        let level = self.keys.len() as u32;
        if let Some(key) = self.keys.last_mut() {
            *key = PossibleKey {
                possible: true,
                required,
                token,
                start: self.pos as u32,
                line_start: self.line_start as u32,
            };
        }
        Ok(level)
    }

    fn remove_key(&mut self) -> Result<(), Fault> {
        let Some(key) = self.keys.last_mut() else { return Ok(()) };
        if key.possible && key.required {
            let start = key.start as usize;
            return Err(self.no_colon(start));
        }
        key.possible = false;
        Ok(())
    }

    #[inline]
    fn push(&mut self, kind: TokenKind, start: usize, end: usize) {
        self.push_for_key(kind, start, end, 0);
    }

    #[inline]
    fn push_for_key(&mut self, kind: TokenKind, start: usize, end: usize, key_level: u32) {
        self.tokens.push(Token {
            kind,
            style: 0,
            tag: TagKind::None,
            start: start as u32,
            end: end as u32,
            detail: 0,
            key_level,
        });
    }

    /// Puts a token before the one with a number; one that is gone already is followed instead.
    fn insert(&mut self, number: u32, kind: TokenKind, at: usize, detail: u32) {
        let token = Token {
            kind,
            style: 0,
            tag: TagKind::None,
            start: at as u32,
            end: at as u32,
            detail,
            key_level: 0,
        };
        match number.checked_sub(self.taken) {
            Some(ahead) if self.head + ahead as usize <= self.tokens.len() => {
                self.tokens.insert(self.head + ahead as usize, token);
            }
            _ => {
                let here = self.pos as u32;
                self.tokens.push(Token { start: here, end: here, ..token });
            }
        }
    }

    /// Opens a block container at a column, if that is deeper than the innermost one.
    fn roll_indent(&mut self, column: usize, number: u32, kind: TokenKind, at: usize) -> Result<(), Fault> {
        if self.keys.len() > 1 || self.indent >= column as i32 {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column as i32;
        if self.indents.len() > DEPTH_LIMIT {
            return Err(Fault::new(FaultKind::Depth, at, at));
        }
        self.insert(number, kind, at, column as u32);
        Ok(())
    }

    fn unroll_indent(&mut self, column: i32) {
        if self.keys.len() > 1 {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.pos, self.pos);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn fetch(&mut self) -> Result<(), Fault> {
        self.skip_to_token();
        let pos = self.pos;
        let column = pos - self.line_start;
        if self.indent > column as i32 {
            self.unroll_indent(column as i32);
        }
        if pos >= self.bytes.len() {
            return self.fetch_stream_end();
        }
        let byte = self.bytes[pos];
        if !(is(byte, INDICATOR) || column == 0 && byte == b'.') {
            return self.fetch_plain();
        }
        if column == 0 {
            if byte == b'%' {
                return self.fetch_directive();
            }
            if is_document_marker(self.bytes, pos) {
                return self.fetch_document_marker(byte);
            }
        }
        let in_flow = self.keys.len() > 1;
        let next_ends = ends_word(self.bytes, pos + 1);
        match byte {
            b'[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            b',' => {
                self.remove_key()?;
                self.key_allowed = true;
                self.push_indicator(TokenKind::FlowEntry)
            }
            b'-' if next_ends => self.fetch_block_entry(),
            b'?' if in_flow || next_ends => self.fetch_key(),
            b':' if in_flow || next_ends || self.forced_colon == Some(pos) => self.fetch_value(),
            b'*' => self.fetch_anchor(TokenKind::Alias),
            b'&' => self.fetch_anchor(TokenKind::Anchor),
            b'!' => self.fetch_tag(),
            b'|' | b'>' if !in_flow => {
                self.remove_key()?;
                self.key_allowed = true;
                let token = self.scan_block_scalar(byte == b'|')?;
                self.tokens.push(token);
                Ok(())
            }
            b'\'' | b'"' => {
                let key_level = self.save_key()?;
                self.key_allowed = false;
                let mut token = self.scan_quoted(byte)?;
                token.key_level = key_level;
                self.tokens.push(token);
                Ok(())
            }
            b'-' | b'.' => self.fetch_plain(),
            b'?' | b':' if !in_flow => self.fetch_plain(),
            b'\t' => Err(Fault::new(FaultKind::Tab, pos, self.end_of_blanks(pos))),
            _ => Err(Fault::new(FaultKind::Character, pos, pos + 1)),
        }
    }

    fn end_of_blanks(&self, from: usize) -> usize {
        let mut at = from;
        while is_blank(self.bytes, at) {
            at += 1;
        }
        at
    }

    fn skip_to_token(&mut self) {
        let in_flow = self.keys.len() > 1;
        loop {
            let tabs = in_flow || !self.key_allowed;
            while byte_at(self.bytes, self.pos) == b' ' || (tabs && byte_at(self.bytes, self.pos) == b'\t') {
                self.pos += 1;
            }
            if byte_at(self.bytes, self.pos) == b'#' {
                self.skip_comment();
            }
            let length = break_len(self.bytes, self.pos);
            if length == 0 {
                return;
            }
            self.pos += length;
            self.line_start = self.pos;
            if !in_flow {
                self.key_allowed = true;
            }
        }
    }

    /// From the `#` to the end of the line.
    pub(crate) fn skip_comment(&mut self) {
        let start = self.pos;
        self.pos = line_end(self.bytes, start);
        self.comments.push(Comment { start: start as u32, end: self.pos as u32 });
    }

    fn push_indicator(&mut self, kind: TokenKind) -> Result<(), Fault> {
        let start = self.pos;
        self.pos += 1;
        self.push(kind, start, start + 1);
        Ok(())
    }

    fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        // The end counts as the start of a line.
        self.line_start = self.pos;
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        self.ended = true;
        self.push(TokenKind::StreamEnd, self.pos, self.pos);
        Ok(())
    }

    fn fetch_document_marker(&mut self, byte: u8) -> Result<(), Fault> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let kind = if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
        self.push(kind, self.pos, self.pos + 3);
        self.pos += 3;
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Result<(), Fault> {
        let key_level = self.save_key()?;
        let start = self.pos;
        if self.keys.len() > DEPTH_LIMIT {
            return Err(Fault::new(FaultKind::Depth, start, start + 1));
        }
        // The number tells an empty collection from others at its end.
        let token = self.next_token_number();
        self.keys.push(PossibleKey { possible: false, required: false, token, start: 0, line_start: 0 });
        self.key_allowed = true;
        self.pos += 1;
        self.push_for_key(kind, start, start + 1, key_level);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.remove_key()?;
        if self.keys.len() > 1
            && let Some(inner) = self.keys.pop()
            && let Some(ahead) = inner.token.checked_sub(self.taken)
            && let Some(token) = self.tokens.get_mut(self.head + ahead as usize)
        {
            // go-yaml forgets here what may start at the token that the level last noted. For `[]` and `{}` that is
            // the collection itself, so that `{}: x` is never seen as an entry.
            token.key_level = 0;
        }
        self.key_allowed = false;
        self.push_indicator(kind)
    }

    fn fetch_block_entry(&mut self) -> Result<(), Fault> {
        if self.keys.len() == 1 {
            if !self.key_allowed {
                return Err(Fault::new(FaultKind::Entry, self.pos, self.pos + 1));
            }
            let column = self.pos - self.line_start;
            let number = self.next_token_number();
            self.roll_indent(column, number, TokenKind::BlockSequenceStart, self.pos)?;
        }
        self.remove_key()?;
        self.key_allowed = true;
        let column = self.pos - self.line_start;
        self.push_indicator(TokenKind::BlockEntry)?;
        if let Some(token) = self.tokens.last_mut() {
            token.detail = column as u32;
        }
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Fault> {
        let in_block = self.keys.len() == 1;
        if in_block {
            if !self.key_allowed {
                return Err(Fault::new(FaultKind::Key, self.pos, self.pos + 1));
            }
            let column = self.pos - self.line_start;
            let number = self.next_token_number();
            self.roll_indent(column, number, TokenKind::BlockMappingStart, self.pos)?;
        }
        self.remove_key()?;
        self.key_allowed = in_block;
        self.push_indicator(TokenKind::Key)
    }

    fn fetch_value(&mut self) -> Result<(), Fault> {
        let level = self.keys.len() - 1;
        if self.is_key_valid(level)? {
            let key = self.keys[level];
            let start = key.start as usize;
            self.insert(key.token, TokenKind::Key, start, 0);
            let column = start - key.line_start as usize;
            self.roll_indent(column, key.token, TokenKind::BlockMappingStart, start)?;
            self.keys[level].possible = false;
            self.key_allowed = false;
        } else {
            let in_block = level == 0;
            if in_block {
                if !self.key_allowed {
                    return Err(Fault::new(FaultKind::Value, self.pos, self.pos + 1));
                }
                let column = self.pos - self.line_start;
                let number = self.next_token_number();
                self.roll_indent(column, number, TokenKind::BlockMappingStart, self.pos)?;
            }
            self.key_allowed = in_block;
        }
        self.push_indicator(TokenKind::Value)
    }

    fn fetch_plain(&mut self) -> Result<(), Fault> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let mut token = self.scan_plain()?;
        token.key_level = key_level;
        self.tokens.push(token);
        Ok(())
    }

    fn fetch_anchor(&mut self, kind: TokenKind) -> Result<(), Fault> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let mut end = start + 1;
        while is(byte_at(self.bytes, end), WORD) {
            end += 1;
        }
        let ended = ends_word(self.bytes, end)
            || matches!(byte_at(self.bytes, end), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if end == start + 1 || !ended {
            return Err(Fault::new(FaultKind::AnchorName, start, self.end_of_word(start)));
        }
        self.pos = end;
        self.push_for_key(kind, start, end, key_level);
        Ok(())
    }

    /// The end of the run of non-blanks at a place; at least one character.
    fn end_of_word(&self, from: usize) -> usize {
        let mut at = from;
        while !ends_word(self.bytes, at) {
            at += 1;
        }
        at
    }

    fn fetch_tag(&mut self) -> Result<(), Fault> {
        let key_level = self.save_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let tag = self.scan_tag(start)?;
        if !ends_word(self.bytes, self.pos) {
            return Err(Fault::new(FaultKind::Tag, start, self.end_of_word(start)));
        }
        self.push_for_key(TokenKind::Tag, start, self.pos, key_level);
        if let Some(token) = self.tokens.last_mut() {
            token.tag = tag;
        }
        Ok(())
    }

    fn scan_tag(&mut self, start: usize) -> Result<TagKind, Fault> {
        let bytes = self.bytes;
        if byte_at(bytes, start + 1) == b'<' {
            self.pos = start + 2;
            let uri = self.scan_uri(start)?;
            if uri.is_empty() || byte_at(bytes, self.pos) != b'>' {
                return Err(Fault::new(FaultKind::Tag, start, self.end_of_word(start)));
            }
            self.pos += 1;
            return Ok(tag_kind(&uri));
        }
        let handle_end = end_of_handle(bytes, start);
        if byte_at(bytes, handle_end) == b'!' {
            self.pos = handle_end + 1;
            let suffix = self.scan_uri(start)?;
            if suffix.is_empty() {
                return Err(Fault::new(FaultKind::Tag, start, self.end_of_word(start)));
            }
            let handle = String::from_utf8_lossy(&bytes[start..=handle_end]).into_owned();
            return self.tag_with_handle(&handle, &suffix, start);
        }
        self.pos = start + 1;
        let suffix = self.scan_uri(start)?;
        if suffix.is_empty() {
            // `!` alone makes a scalar text.
            return Ok(TagKind::Other);
        }
        self.tag_with_handle("!", &suffix, start)
    }

    fn tag_with_handle(&self, handle: &str, suffix: &str, start: usize) -> Result<TagKind, Fault> {
        let own = self.handles.iter().find(|own| own.handle == handle).map(|own| own.prefix.as_str());
        let prefix = match (own, handle) {
            (Some(prefix), _) => prefix,
            (None, "!") => "!",
            (None, "!!") => "tag:yaml.org,2002:",
            _ => return Err(Fault::new(FaultKind::TagHandle, start, self.pos)),
        };
        Ok(tag_kind(&format!("{prefix}{suffix}")))
    }

    /// The part of a tag at the current place, percent escapes undone.
    fn scan_uri(&mut self, start: usize) -> Result<String, Fault> {
        let from = self.pos;
        while is(byte_at(self.bytes, self.pos), TAG) {
            self.pos += 1;
        }
        let raw = &self.bytes[from..self.pos];
        if !raw.contains(&b'%') {
            return Ok(String::from_utf8_lossy(raw).into_owned());
        }
        let fault = Fault::new(FaultKind::Tag, start, self.pos);
        let mut decoded = Vec::with_capacity(raw.len());
        let mut at = 0;
        while let Some(&byte) = raw.get(at) {
            if byte == b'%' {
                let digit = |at: usize| raw.get(at).and_then(|&digit| (digit as char).to_digit(16));
                let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else { return Err(fault) };
                decoded.push((high * 16 + low) as u8);
                at += 3;
            } else {
                decoded.push(byte);
                at += 1;
            }
        }
        String::from_utf8(decoded).map_err(|_| fault)
    }

    fn fetch_directive(&mut self) -> Result<(), Fault> {
        self.unroll_indent(-1);
        self.remove_key()?;
        self.key_allowed = false;
        let start = self.pos;
        let end = line_end(self.bytes, start);
        let fault = Fault::new(FaultKind::Directive, start, end);
        let line = String::from_utf8_lossy(&self.bytes[start + 1..end]).into_owned();
        let content = line.find(" #").or_else(|| line.find("\t#")).map_or(line.as_str(), |at| &line[..at]);
        let words: Vec<&str> = content.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        let kind = match (content.starts_with([' ', '\t']), words.as_slice()) {
            (false, ["YAML", version]) => {
                let number = |text: &str| {
                    !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit())
                };
                let (major, minor) = version.split_once('.').ok_or(fault)?;
                if !number(major) || !number(minor) {
                    return Err(fault);
                }
                self.version_is_supported = major.parse() == Ok(1) && minor.parse() == Ok(1);
                TokenKind::VersionDirective
            }
            (false, ["TAG", handle, prefix]) => {
                let proper = end_of_handle(handle.as_bytes(), 0);
                if !handle.starts_with('!') || (*handle != "!" && proper + 1 != handle.len()) {
                    return Err(fault);
                }
                if self.handles.iter().any(|own| own.handle == *handle) {
                    return Err(fault);
                }
                self.handles.push(TagHandle { handle: (*handle).to_owned(), prefix: (*prefix).to_owned() });
                TokenKind::TagDirective
            }
            _ => return Err(fault),
        };
        self.pos = end;
        self.push(kind, start, end);
        Ok(())
    }
}

/// From a `!`, the end of the letters behind it: another `!` there makes a handle of it.
fn end_of_handle(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while is(byte_at(bytes, at), WORD) {
        at += 1;
    }
    at
}

fn tag_kind(tag: &str) -> TagKind {
    match tag.strip_prefix("tag:yaml.org,2002:") {
        Some("str") => TagKind::Str,
        Some("int") => TagKind::Int,
        Some("float") => TagKind::Float,
        Some("bool") => TagKind::Bool,
        Some("null") => TagKind::Null,
        Some("timestamp") => TagKind::Timestamp,
        Some("binary") => TagKind::Binary,
        Some("merge") => TagKind::Merge,
        _ => TagKind::Other,
    }
}
