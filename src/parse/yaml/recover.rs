//! Reading a document to its end, whatever lies in it: after a fault, reading goes on at the next line that fits an open
//! block container.

use std::collections::BTreeMap;

use crate::parse::problem::ProblemKind;
use crate::parse::tree::{Tree, flag};
use crate::parse::yaml::builder::{Features, Reader, State};
use crate::parse::yaml::bytes::{break_len, byte_at, ends_word, is_blank, line_end};
use crate::parse::yaml::explain::Resume;
use crate::parse::yaml::facts::problem;
use crate::parse::yaml::fault::Fault;
use crate::parse::yaml::scanner::{Scanner, TokenKind};
use crate::parse::yaml::{Lines, has_rare_break};

/// A document with more faults than this is no YAML, and is given up.
const FAULT_LIMIT: usize = 100;

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s str, tree: Tree, lines: Lines) -> Self {
        Self {
            scanner: Scanner::default(),
            tree,
            frames: Vec::new(),
            anchors: BTreeMap::new(),
            problems: Vec::new(),
            features: Features::default(),
            last_end: 0,
            document_start: 0,
            source,
            refused: false,
            faults: 0,
            templates: 0,
            tabs_reported: false,
            resumed_at: 0,
            is_recovering: false,
            lines,
            takes_easy_lines: true,
        }
    }

    /// Forgets the document before, for a JSON value.
    pub(crate) fn begin_json(&mut self) {
        self.frames.clear();
        self.refused = false;
    }

    /// Reads the document `start..end` of the source; what has been said of it before counts. Returns whether a syntax error lies in it.
    pub(super) fn read_document(&mut self, start: usize, end: usize) -> bool {
        self.frames.clear();
        self.anchors.clear();
        self.features = Features::default();
        self.document_start = start;
        self.last_end = start as u32;
        self.faults = 0;
        self.templates = 0;
        self.tabs_reported = false;
        self.resumed_at = start;
        self.takes_easy_lines = match self.lines {
            Lines::Easy => true,
            Lines::Mixed => !has_rare_break(&self.source.as_bytes()[start..end]),
            #[cfg(test)]
            Lines::Scanned => false,
        };
        let root = self.tree.nodes.len();
        self.scanner.begin(&self.source.as_bytes()[..end], start);
        let mut step = self.begin_document().map(|_| true);
        loop {
            match step {
                Ok(true) => {}
                Ok(false) => match self.check_rest() {
                    Ok(()) => break,
                    Err(fault) if !self.recover(fault, root) => break,
                    Err(_) => {}
                },
                Err(fault) if !self.recover(fault, root) => break,
                Err(_) => {}
            }
            step = self.step();
        }
        if self.faults > 0 {
            self.settle(self.scanner.bytes.len());
        }
        self.close_above(0);
        if self.faults > 0 {
            self.cover_children(root);
        }
        if self.features.aliases {
            self.check_alias_budget(root);
        }
        self.faults > 0
    }

    /// Makes every container from `root` on at least as long as what is in it: the end of one that a fault cut short
    /// may have been set before something was rescued into it.
    fn cover_children(&mut self, root: usize) {
        // Children come after their container, so going backwards their own ends are right already.
        for container in (root..self.tree.nodes.len()).rev() {
            let node = self.tree.nodes[container];
            if !matches!(node.meta & flag::KIND, flag::SEQUENCE | flag::MAPPING) {
                continue;
            }
            let mut end = node.end;
            let mut child = container as u32 + 1;
            while child < node.payload {
                end = end.max(self.tree.nodes[child as usize].end);
                child = self.tree.after(child);
            }
            self.tree.nodes[container].end = end;
        }
    }

    /// kubectl reads one more token behind the document's root, and ignores everything else.
    fn check_rest(&mut self) -> Result<(), Fault> {
        if self.frames.is_empty() {
            return Ok(());
        }
        let token = self.scanner.peek()?;
        if token.kind == TokenKind::StreamEnd {
            return Ok(());
        }
        let bytes = self.scanner.bytes;
        let after_marker = matches!(token.kind, TokenKind::DocumentEnd | TokenKind::DocumentStart);
        let from = if after_marker { token.end } else { self.last_end };
        let Some(start) = next_content(bytes, from as usize) else { return Ok(()) };
        let range = start as u32..line_end(bytes, start) as u32;
        let what = match token.kind {
            TokenKind::DocumentEnd => "kubectl ignores everything after `...`".to_owned(),
            TokenKind::DocumentStart => "kubectl reads only the first document here".to_owned(),
            TokenKind::Key => "kubectl takes this for an empty value and ignores what follows".to_owned(),
            _ => "the document ends before this: kubectl ignores the rest of it".to_owned(),
        };
        let mut problem = problem(ProblemKind::IgnoredContent, range, what);
        problem.label = "ignored".to_owned();
        problem.help = Some(if after_marker {
            "separate documents with `---`".to_owned()
        } else {
            "separate documents with `---`, or remove this".to_owned()
        });
        self.report(problem);
        Ok(())
    }

    /// Goes on behind a fault. `false` if the rest of the document is given up.
    fn recover(&mut self, fault: Fault, root: usize) -> bool {
        self.faults += 1;
        if self.faults > FAULT_LIMIT {
            self.refused = true;
            return false;
        }
        let resume = self.explain(fault);
        match resume {
            Resume::Never => false,
            Resume::WithColon { line, colon }
                if self.scanner.forced_colon.is_none_or(|last| colon > last) =>
            {
                self.rewind(line, root);
                self.resume(line);
                self.scanner.forced_colon = Some(colon);
                true
            }
            Resume::WithColon { line, .. } => self.resume_from(self.next_line(line), root),
            Resume::From(place) => self.resume_from(self.next_line(place), root),
        }
    }

    /// The start of the line after the one with this place.
    fn next_line(&self, place: usize) -> usize {
        let bytes = self.scanner.bytes;
        let end = line_end(bytes, place.min(bytes.len()));
        end + break_len(bytes, end)
    }

    /// Goes on at the first line from a place on that fits an open block container.
    fn resume_from(&mut self, from: usize, root: usize) -> bool {
        let bytes = self.scanner.bytes;
        let mut line = if from > self.resumed_at { from } else { self.next_line(self.resumed_at) };
        while line < bytes.len() {
            if bytes[line..].starts_with(b"...") && ends_word(bytes, line + 3) {
                return false;
            }
            let indent = bytes[line..].iter().take_while(|&&byte| byte == b' ').count();
            if let Some(frame) = self.frame_for(line + indent, indent as u32) {
                self.rewind(line, root);
                self.close_above(frame + 1);
                self.complete_entry();
                self.resume(line);
                return true;
            }
            line = self.next_line(line + indent);
        }
        false
    }

    /// The innermost open container that the content at this place and column may continue.
    fn frame_for(&self, at: usize, column: u32) -> Option<usize> {
        let bytes = self.scanner.bytes;
        if matches!(byte_at(bytes, at), 0 | b'\t' | b'#' | b'\n' | b'\r') {
            return None;
        }
        let is_item = bytes[at] == b'-' && ends_word(bytes, at + 1);
        let is_key = !is_item && looks_like_key(bytes, at);
        let fits = self.frames.iter().rposition(|frame| match frame.state {
            State::BlockEntry | State::BlockItem | State::IndentlessEntry => {
                is_item && frame.column == column
            }
            State::BlockKey | State::BlockValue | State::BlockValueNode => is_key && frame.column == column,
            _ => false,
        });
        // Nothing has been opened yet: whatever looks right may.
        let rootless = self.frames.len() <= 1 && (is_item || is_key);
        let is_open = self.frames.last().is_none_or(|frame| frame.state == State::Root);
        fits.or(if rootless && is_open { Some(0) } else { None })
    }

    /// Takes the scanner to the start of a line, in the block containers that are open.
    fn resume(&mut self, line: usize) {
        self.resumed_at = line;
        if self.frames.is_empty() {
            self.push_frame(State::Root, 0, 0);
        }
        self.scanner.restart(line);
        self.scanner.indents.clear();
        self.scanner.indent = -1;
        for frame in &self.frames {
            if frame.state.is_block() && frame.state != State::IndentlessEntry {
                self.scanner.indents.push(self.scanner.indent);
                self.scanner.indent = frame.column as i32;
            }
        }
    }

    /// Forgets what was read from a place on: nodes, anchors and comments. The innermost frame that is left waits for
    /// what stands there.
    fn rewind(&mut self, place: usize, root: usize) {
        let place = place as u32;
        let mut kept = self.tree.nodes.len();
        while kept > root {
            let node = self.tree.nodes[kept - 1];
            let is_leaf = matches!(node.meta & flag::KIND, flag::SCALAR | flag::ALIAS);
            if node.start < place && !(is_leaf && node.end > place) {
                break;
            }
            kept -= 1;
        }
        self.drop_nodes(kept);
        while self.scanner.comments.last().is_some_and(|comment| comment.start >= place) {
            self.scanner.comments.pop();
        }
        while self.frames.last().is_some_and(|frame| {
            !matches!(frame.state, State::Root | State::RootDone) && frame.node as usize >= kept
        }) {
            self.frames.pop();
        }
        let Some(frame) = self.frames.last().copied() else {
            self.last_end = place;
            return;
        };
        if matches!(frame.state, State::Root | State::RootDone) {
            self.last_end = place;
            let state = if kept == root { State::Root } else { State::RootDone };
            if kept > root {
                self.seal(root as u32, place);
            }
            self.set_state(state);
            return;
        }
        self.last_end = self.tree.nodes[frame.node as usize].end;
        if let Some(last) = self.last_child(frame.node) {
            self.seal(last, place);
        }
        self.settle(place as usize);
    }

    /// What the innermost container waits for, judged by its children and the text before the place.
    fn settle(&mut self, place: usize) {
        let Some(frame) = self.frames.last().copied() else { return };
        if matches!(frame.state, State::Root | State::RootDone) {
            return;
        }
        let after_colon = self.children(frame.node) % 2 == 1;
        if after_colon {
            self.skip_colon();
        }
        let before = self.source[self.document_start..place].trim_end();
        let after_dash =
            before.strip_suffix('-').is_some_and(|lead| lead.is_empty() || lead.ends_with([' ', '\n']));
        let state = match frame.state {
            State::BlockKey | State::BlockValue | State::BlockValueNode if after_colon => {
                State::BlockValueNode
            }
            State::BlockKey | State::BlockValue | State::BlockValueNode => State::BlockKey,
            State::BlockEntry | State::BlockItem if after_dash => State::BlockItem,
            State::BlockEntry | State::BlockItem => State::BlockEntry,
            State::FlowKey | State::FlowValue | State::FlowNoValue | State::FlowFirstKey if after_colon => {
                State::FlowValue
            }
            State::FlowKey | State::FlowValue | State::FlowNoValue | State::FlowFirstKey => State::FlowKey,
            State::PairKey | State::PairValue | State::PairEnd if after_colon => State::PairValue,
            State::PairKey | State::PairValue => State::PairEnd,
            other => other,
        };
        self.set_state(state);
    }

    /// Moves `last_end` from a key's end behind its colon, where a missing value is said to stand.
    fn skip_colon(&mut self) {
        let bytes = self.scanner.bytes;
        let mut at = self.last_end as usize;
        while is_blank(bytes, at) {
            at += 1;
        }
        if byte_at(bytes, at) == b':' {
            self.last_end = at as u32 + 1;
        }
    }

    fn children(&self, container: u32) -> usize {
        let mut count = 0;
        let mut child = container + 1;
        while (child as usize) < self.tree.nodes.len() {
            count += 1;
            child = self.after_or_end(child);
        }
        count
    }

    fn last_child(&self, container: u32) -> Option<u32> {
        let mut last = None;
        let mut child = container + 1;
        while (child as usize) < self.tree.nodes.len() {
            last = Some(child);
            child = self.after_or_end(child);
        }
        last
    }

    fn after_or_end(&self, id: u32) -> u32 {
        self.tree.after(id).min(self.tree.nodes.len() as u32)
    }

    /// Completes the containers that end at the last node but reached beyond the place once: this one and those last
    /// in it.
    fn seal(&mut self, from: u32, place: u32) {
        let mut spine = Vec::new();
        let mut at = Some(from);
        while let Some(id) = at {
            let node = self.tree.nodes[id as usize];
            self.last_end = node.end;
            let is_container = matches!(node.meta & flag::KIND, flag::SEQUENCE | flag::MAPPING);
            if !is_container || (node.payload <= self.tree.nodes.len() as u32 && node.end <= place) {
                break;
            }
            spine.push(id);
            at = self.last_child(id);
            if at.is_none() {
                self.last_end = self.last_end.min(place);
            }
        }
        while let Some(id) = spine.pop() {
            if self.tree.nodes[id as usize].meta & flag::KIND == flag::MAPPING && self.children(id) % 2 == 1 {
                self.missing_value(self.last_end);
            }
            let after = self.tree.nodes.len() as u32;
            let node = &mut self.tree.nodes[id as usize];
            node.payload = after;
            node.end = self.last_end.max(node.start);
        }
    }

    /// Gives the innermost mapping's last key a value, if it has none.
    fn complete_entry(&mut self) {
        let Some(frame) = self.frames.last().copied() else { return };
        match frame.state {
            State::BlockValue | State::BlockValueNode => {
                self.set_state(State::BlockKey);
                self.missing_value(self.last_end);
            }
            State::FlowValue | State::FlowNoValue => {
                self.set_state(State::FlowKey);
                self.missing_value(self.last_end);
            }
            State::PairValue => {
                self.set_state(State::PairEnd);
                self.missing_value(self.last_end);
            }
            State::BlockItem => self.set_state(State::BlockEntry),
            _ => {}
        }
    }

    /// Closes the containers above the first `kept` frames, as they are.
    fn close_above(&mut self, kept: usize) {
        self.is_recovering = true;
        while self.frames.len() > kept {
            self.complete_entry();
            match self.frames.last().map(|frame| frame.state) {
                Some(State::Root | State::RootDone) => {
                    self.frames.pop();
                }
                _ => self.close(self.last_end),
            }
        }
        self.is_recovering = false;
    }

    /// Forgets the nodes from this index on.
    pub(super) fn drop_nodes(&mut self, from: usize) {
        self.tree.nodes.truncate(from);
        let kept = self.tree.properties.partition_point(|properties| (properties.node as usize) < from);
        self.tree.properties.truncate(kept);
        self.anchors.retain(|_, id| (*id as usize) < from);
    }
}

/// The first content from a place on that is no comment.
fn next_content(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        match byte_at(bytes, at) {
            b' ' | b'\t' => at += 1,
            b'#' => at = line_end(bytes, at),
            _ => match break_len(bytes, at) {
                0 => return (at < bytes.len()).then_some(at),
                length => at += length,
            },
        }
    }
}

/// Whether the line from here on reads like `key: value`.
pub(super) fn looks_like_key(bytes: &[u8], from: usize) -> bool {
    let mut at = from;
    match byte_at(bytes, at) {
        b'{' | b'}' | b'[' | b']' | b',' | b'|' | b'>' | b'@' | b'`' | b'%' => return false,
        quote @ (b'"' | b'\'') => {
            at += 1;
            while byte_at(bytes, at) != quote {
                if at >= bytes.len() || break_len(bytes, at) > 0 {
                    return false;
                }
                at += if bytes[at] == b'\\' && quote == b'"' { 2 } else { 1 };
            }
            at += 1;
            while byte_at(bytes, at) == b' ' {
                at += 1;
            }
            return byte_at(bytes, at) == b':' && ends_word(bytes, at + 1);
        }
        b'?' if ends_word(bytes, at + 1) => return true,
        _ => {}
    }
    while at < bytes.len() && break_len(bytes, at) == 0 {
        match bytes[at] {
            b':' if ends_word(bytes, at + 1) => return true,
            b'#' if byte_at(bytes, at - 1) == b' ' => return false,
            _ => at += 1,
        }
    }
    false
}
