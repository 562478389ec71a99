//! Tokens become nodes: a state for every open container, on a stack of our own.

use std::collections::BTreeMap;

use crate::parse::problem::Problem;
use crate::parse::scalar::is_plainly_text;
use crate::parse::tree::{Node, Properties, Style, TagKind, Tree, flag};
use crate::parse::yaml::Lines;
use crate::parse::yaml::fault::{Fault, FaultKind};
use crate::parse::yaml::scanner::{Scanner, Token, TokenKind};

/// Marks a container that is still open.
pub(crate) const OPEN: u32 = u32::MAX;

/// What an open container waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The document's root node.
    Root,
    /// What follows the root node.
    RootDone,
    BlockEntry,
    /// An item of a sequence that stands at the column of its mapping.
    IndentlessEntry,
    /// An item whose `-` has been read.
    BlockItem,
    BlockKey,
    BlockValue,
    /// A value whose colon has been read.
    BlockValueNode,
    FlowFirstEntry,
    FlowEntry,
    /// The key of a single pair in a flow sequence.
    PairKey,
    PairValue,
    PairEnd,
    FlowFirstKey,
    FlowKey,
    FlowValue,
    /// The value of a flow key without a colon.
    FlowNoValue,
}

impl State {
    /// Whether the container is written by indentation.
    pub(crate) fn is_block(self) -> bool {
        matches!(
            self,
            Self::BlockEntry
                | Self::IndentlessEntry
                | Self::BlockItem
                | Self::BlockKey
                | Self::BlockValue
                | Self::BlockValueNode
        )
    }
}

/// An open container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) state: State,
    /// Keys need a closer look when the mapping is complete.
    pub(crate) suspicious: bool,
    pub(crate) node: u32,
    /// Column of its entries, for block containers.
    pub(crate) column: u32,
    /// A bit for each key's fingerprint: a bit met twice may be a duplicate.
    pub(crate) seen: u64,
}

/// What a document holds that calls for a closer look at its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Features {
    pub(crate) aliases: bool,
}

/// Reads the documents of one file onto one tree.
pub(crate) struct Reader<'s> {
    pub(crate) scanner: Scanner<'s>,
    pub(crate) tree: Tree,
    pub(crate) frames: Vec<Frame>,
    /// The last node of each anchor's name in the document.
    pub(crate) anchors: BTreeMap<&'s [u8], u32>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) features: Features,
    /// End of the last node: where a container that ends here ends.
    pub(crate) last_end: u32,
    /// First byte of the document.
    pub(crate) document_start: usize,
    /// The source.
    pub(crate) source: &'s str,
    /// Problems that make kubectl refuse the current document were met.
    pub(crate) refused: bool,
    /// Faults of the current document so far.
    pub(crate) faults: usize,
    /// Pieces of template text met in the current document.
    pub(crate) templates: usize,
    /// Tabs as indentation have been reported in the current document.
    pub(crate) tabs_reported: bool,
    /// Where reading was last taken up in the current document.
    pub(crate) resumed_at: usize,
    /// Containers are being closed as they are, after a fault.
    pub(crate) is_recovering: bool,
    /// How lines are read.
    pub(crate) lines: Lines,
    /// Whether this document's easy lines are read without tokens.
    pub(crate) takes_easy_lines: bool,
}

#[derive(Clone, Copy, Default)]
struct Pending {
    anchor: (u32, u32),
    tag: (u32, u32),
    kind: Option<TagKind>,
    anchored: bool,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.kind.is_none() && !self.anchored
    }
}

impl<'s> Reader<'s> {
    /// Reads directives and the `---`, and opens the frame of the root. `false` if there is nothing but those.
    pub(crate) fn begin_document(&mut self) -> Result<bool, Fault> {
        let mut first = self.scanner.peek()?;
        if first.kind == TokenKind::StreamEnd {
            return Ok(false);
        }
        let mut versions = 0;
        while matches!(first.kind, TokenKind::VersionDirective | TokenKind::TagDirective) {
            if first.kind == TokenKind::VersionDirective {
                versions += 1;
                if versions > 1 || !self.scanner.version_is_supported {
                    return Err(Fault::new(FaultKind::Version, first.start as usize, first.end as usize));
                }
            }
            self.scanner.take();
            let directive = first;
            first = self.scanner.peek().map_err(|fault| fault.since(directive.start as usize))?;
            if !matches!(
                first.kind,
                TokenKind::VersionDirective | TokenKind::TagDirective | TokenKind::DocumentStart
            ) {
                return Err(Fault::new(
                    FaultKind::ExpectedDocument,
                    directive.start as usize,
                    directive.end as usize,
                ));
            }
        }
        if first.kind == TokenKind::DocumentStart {
            self.scanner.take();
            let next = self.scanner.peek()?;
            if matches!(
                next.kind,
                TokenKind::StreamEnd
                    | TokenKind::DocumentStart
                    | TokenKind::DocumentEnd
                    | TokenKind::VersionDirective
                    | TokenKind::TagDirective
            ) {
                self.missing(next.start, Pending::default());
                self.push_frame(State::RootDone, 0, 0);
                return Ok(true);
            }
        }
        self.push_frame(State::Root, 0, 0);
        Ok(true)
    }

    pub(crate) fn push_frame(&mut self, state: State, node: u32, column: u32) {
        self.frames.push(Frame { state, suspicious: false, node, column, seen: 0 });
    }

    /// Does the next step of the innermost container. `false` when the document is complete.
    pub(crate) fn step(&mut self) -> Result<bool, Fault> {
        let Some(mut frame) = self.frames.last().copied() else { return Ok(false) };
        let may_be_easy = matches!(
            frame.state,
            State::BlockKey | State::BlockEntry | State::IndentlessEntry | State::BlockValueNode
        );
        if may_be_easy && self.takes_easy_lines && self.scanner.is_at_rest() {
            self.read_easy_lines()?;
            let Some(&innermost) = self.frames.last() else { return Ok(false) };
            frame = innermost;
        }
        match frame.state {
            State::Root => {
                self.set_state(State::RootDone);
                self.node(true, false)?;
            }
            State::RootDone => return Ok(false),
            State::BlockKey | State::BlockValue => self.step_block_mapping(frame)?,
            State::BlockValueNode => self.step_block_value()?,
            State::BlockItem => self.step_block_item()?,
            State::BlockEntry => self.step_block_sequence()?,
            State::IndentlessEntry => self.step_indentless_sequence()?,
            State::FlowFirstEntry | State::FlowEntry => self.step_flow_sequence(frame)?,
            State::PairKey | State::PairValue | State::PairEnd => self.step_pair(frame)?,
            State::FlowFirstKey | State::FlowKey => self.step_flow_key(frame)?,
            State::FlowValue | State::FlowNoValue => self.step_flow_value(frame)?,
        }
        Ok(true)
    }

    #[inline]
    pub(crate) fn set_state(&mut self, state: State) {
        if let Some(frame) = self.frames.last_mut() {
            frame.state = state;
        }
    }

    fn step_block_mapping(&mut self, frame: Frame) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        if frame.state == State::BlockValue {
            self.set_state(State::BlockKey);
            if token.kind != TokenKind::Value {
                self.missing(self.last_end, Pending::default());
                return Ok(());
            }
            self.last_end = token.end;
            self.scanner.take();
            return self.step_block_value();
        }
        match token.kind {
            TokenKind::Key => {
                self.scanner.take();
                self.set_state(State::BlockValue);
                let next = self.scanner.peek()?;
                if matches!(next.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
                    self.missing(token.end, Pending::default());
                    return Ok(());
                }
                self.node(true, true)
            }
            TokenKind::BlockEnd => {
                self.scanner.take();
                self.close(self.last_end);
                Ok(())
            }
            _ => Err(unexpected(FaultKind::ExpectedKey, token)),
        }
    }

    /// What follows the colon, which ends at `last_end`.
    fn step_block_value(&mut self) -> Result<(), Fault> {
        self.set_state(State::BlockKey);
        let next = self.scanner.peek()?;
        if matches!(next.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
            self.missing(self.last_end, Pending::default());
            return Ok(());
        }
        self.node(true, true)
    }

    /// What follows the `-`, which ends at `last_end`.
    fn step_block_item(&mut self) -> Result<(), Fault> {
        self.set_state(State::BlockEntry);
        let next = self.scanner.peek()?;
        if matches!(next.kind, TokenKind::BlockEntry | TokenKind::BlockEnd) {
            self.missing(self.last_end, Pending::default());
            return Ok(());
        }
        self.node(true, false)
    }

    fn step_block_sequence(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                self.last_end = token.end;
                self.scanner.take();
                self.step_block_item()
            }
            TokenKind::BlockEnd => {
                self.scanner.take();
                self.close(self.last_end);
                Ok(())
            }
            _ => Err(unexpected(FaultKind::ExpectedEntry, token)),
        }
    }

    fn step_indentless_sequence(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.close(self.last_end);
            return Ok(());
        }
        self.scanner.take();
        let next = self.scanner.peek()?;
        if matches!(
            next.kind,
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd
        ) {
            self.missing(token.end, Pending::default());
            return Ok(());
        }
        self.node(true, false)
    }

    fn step_flow_sequence(&mut self, frame: Frame) -> Result<(), Fault> {
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowSequenceEnd {
            if frame.state == State::FlowEntry {
                if token.kind != TokenKind::FlowEntry {
                    let origin = self.tree.nodes[frame.node as usize].start as usize;
                    return Err(unexpected(FaultKind::ExpectedSequenceEnd, token).since(origin));
                }
                self.scanner.take();
                token = self.scanner.peek()?;
            }
            self.set_state(State::FlowEntry);
            if token.kind == TokenKind::Key {
                self.scanner.take();
                let node = self.open(flag::MAPPING | Style::Flow.bits(), token.start, Pending::default());
                self.push_frame(State::PairKey, node, 0);
                return Ok(());
            }
            if token.kind != TokenKind::FlowSequenceEnd {
                return self.node(false, false);
            }
        }
        self.scanner.take();
        self.close(token.end);
        Ok(())
    }

    fn step_pair(&mut self, frame: Frame) -> Result<(), Fault> {
        if frame.state == State::PairEnd {
            self.close(self.last_end);
            return Ok(());
        }
        let token = self.scanner.peek()?;
        if frame.state == State::PairKey {
            self.set_state(State::PairValue);
            if matches!(token.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                // go-yaml drops the token here; a key of nothing is refused in any case.
                self.scanner.take();
                self.missing(token.start, Pending::default());
                return Ok(());
            }
            return self.node(false, false);
        }
        self.set_state(State::PairEnd);
        if token.kind == TokenKind::Value {
            self.scanner.take();
            let next = self.scanner.peek()?;
            if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node(false, false);
            }
            self.missing(token.end, Pending::default());
        } else {
            self.missing(self.last_end, Pending::default());
        }
        Ok(())
    }

    fn step_flow_key(&mut self, frame: Frame) -> Result<(), Fault> {
        let mut token = self.scanner.peek()?;
        if token.kind != TokenKind::FlowMappingEnd {
            if frame.state == State::FlowKey {
                if token.kind != TokenKind::FlowEntry {
                    let origin = self.tree.nodes[frame.node as usize].start as usize;
                    return Err(unexpected(FaultKind::ExpectedMappingEnd, token).since(origin));
                }
                self.scanner.take();
                token = self.scanner.peek()?;
            }
            if token.kind == TokenKind::Key {
                self.scanner.take();
                self.set_state(State::FlowValue);
                let next = self.scanner.peek()?;
                if matches!(next.kind, TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    self.missing(token.end, Pending::default());
                    return Ok(());
                }
                return self.node(false, false);
            }
            if token.kind != TokenKind::FlowMappingEnd {
                self.set_state(State::FlowNoValue);
                return self.node(false, false);
            }
        }
        self.scanner.take();
        self.close(token.end);
        Ok(())
    }

    fn step_flow_value(&mut self, frame: Frame) -> Result<(), Fault> {
        self.set_state(State::FlowKey);
        if frame.state == State::FlowValue {
            let token = self.scanner.peek()?;
            if token.kind == TokenKind::Value {
                self.scanner.take();
                let next = self.scanner.peek()?;
                if !matches!(next.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                    return self.node(false, false);
                }
                self.missing(token.end, Pending::default());
                return Ok(());
            }
        }
        self.missing(self.last_end, Pending::default());
        Ok(())
    }

    /// One node: its anchor and tag, and its scalar or the start of its container. The state of the frame around it
    /// says already what follows.
    fn node(&mut self, block: bool, indentless: bool) -> Result<(), Fault> {
        let mut token = self.scanner.peek()?;
        if token.kind == TokenKind::Scalar {
            self.scanner.take();
            self.scalar(token, Pending::default());
            return Ok(());
        }
        if token.kind == TokenKind::Alias {
            self.scanner.take();
            self.alias(token);
            return Ok(());
        }
        let mut pending = Pending::default();
        let mut properties_end = token.start;
        loop {
            match token.kind {
                TokenKind::Anchor if !pending.anchored => {
                    pending.anchored = true;
                    pending.anchor = (token.start + 1, token.end);
                }
                TokenKind::Tag if pending.kind.is_none() => {
                    pending.kind = Some(token.tag);
                    pending.tag = (token.start, token.end);
                }
                _ => break,
            }
            properties_end = token.end;
            self.scanner.take();
            token = self.scanner.peek()?;
        }
        let (meta, state) = match token.kind {
            TokenKind::BlockEntry if indentless => {
                (flag::SEQUENCE | Style::Block.bits(), State::IndentlessEntry)
            }
            TokenKind::Scalar => {
                self.scanner.take();
                self.scalar(token, pending);
                return Ok(());
            }
            TokenKind::FlowSequenceStart => (flag::SEQUENCE | Style::Flow.bits(), State::FlowFirstEntry),
            TokenKind::FlowMappingStart => (flag::MAPPING | Style::Flow.bits(), State::FlowFirstKey),
            TokenKind::BlockSequenceStart if block => {
                (flag::SEQUENCE | Style::Block.bits(), State::BlockEntry)
            }
            TokenKind::BlockMappingStart if block => (flag::MAPPING | Style::Block.bits(), State::BlockKey),
            _ if !pending.is_empty() => {
                self.missing(properties_end, pending);
                return Ok(());
            }
            _ => return Err(unexpected(FaultKind::Content, token)),
        };
        if state != State::IndentlessEntry {
            self.scanner.take();
        }
        let node = self.open(meta, token.start, pending);
        self.push_frame(state, node, token.detail);
        Ok(())
    }

    /// Whether the node that comes next is a key of the innermost mapping.
    #[inline]
    pub(crate) fn is_key_next(&self) -> bool {
        // The state has moved on already: a mapping that waits for a value is about to get its key.
        matches!(
            self.frames.last(),
            Some(Frame {
                state: State::BlockValue | State::FlowValue | State::FlowNoValue | State::PairValue,
                ..
            })
        )
    }

    fn open(&mut self, meta: u32, start: u32, pending: Pending) -> u32 {
        let id = self.tree.nodes.len() as u32;
        let meta = meta | self.attach(id, pending);
        let is_flow = meta >> flag::STYLE_SHIFT & 0b111 == Style::Flow as u32;
        // A pair in a flow sequence has no bracket of its own.
        let end =
            start + u32::from(is_flow && matches!(self.scanner.bytes.get(start as usize), Some(b'[' | b'{')));
        self.last_end = end;
        self.tree.nodes.push(Node { start, end, payload: OPEN, meta });
        id
    }

    /// Notes anchor and tag of the node that is about to get this index.
    fn attach(&mut self, id: u32, pending: Pending) -> u32 {
        if pending.is_empty() {
            return 0;
        }
        self.tree.properties.push(Properties { node: id, anchor: pending.anchor, tag: pending.tag });
        if pending.anchored {
            let (start, end) = pending.anchor;
            let name: &'s [u8] = &self.scanner.bytes[start as usize..end as usize];
            self.anchors.insert(name, id);
        }
        flag::PROPERTIES | pending.kind.map_or(0, TagKind::bits)
    }

    /// Closes the innermost container.
    pub(crate) fn close(&mut self, end: u32) {
        let Some(frame) = self.frames.pop() else { return };
        let after = self.tree.nodes.len() as u32;
        let node = &mut self.tree.nodes[frame.node as usize];
        node.end = end;
        node.payload = after;
        let start = node.start;
        if node.meta & flag::KIND == flag::MAPPING && frame.suspicious {
            self.inspect_mapping(frame.node);
        }
        self.last_end = end;
        if self.is_key_next() {
            self.note_odd_key();
            if !self.is_recovering {
                self.container_as_key(start, end);
            }
        }
    }

    /// A value, key or item that is not there.
    fn missing(&mut self, at: u32, pending: Pending) {
        let id = self.tree.nodes.len() as u32;
        let mut meta = flag::SCALAR | Style::Plain.bits() | self.attach(id, pending);
        if matches!(TagKind::of(meta), TagKind::Str | TagKind::Other | TagKind::Binary | TagKind::Merge) {
            meta |= flag::TEXT;
        }
        self.tree.nodes.push(Node { start: at, end: at, payload: 0, meta });
        self.last_end = at;
        if self.is_key_next() {
            self.note_key(id);
        }
        if meta & flag::TAG != 0 {
            self.check_tag(id);
        }
    }

    pub(crate) fn missing_value(&mut self, at: u32) {
        self.missing(at, Pending::default());
    }

    pub(crate) fn push_scalar(&mut self, token: Token) {
        self.scalar(token, Pending::default());
    }

    fn scalar(&mut self, token: Token, pending: Pending) {
        let id = self.tree.nodes.len() as u32;
        let mut meta = flag::SCALAR | u32::from(token.style) << flag::STYLE_SHIFT;
        let mut payload = 0;
        if token.detail > 0 {
            meta |= flag::COOKED;
            payload = token.detail - 1;
        }
        let is_plain = token.style == Style::Plain as u8;
        if !pending.is_empty() {
            meta |= self.attach(id, pending);
        }
        let is_text = match TagKind::of(meta) {
            TagKind::None => {
                !is_plain || is_plainly_text(&self.scanner.bytes[token.start as usize..token.end as usize])
            }
            TagKind::Str | TagKind::Binary | TagKind::Timestamp | TagKind::Merge | TagKind::Other => true,
            TagKind::Int | TagKind::Float | TagKind::Bool | TagKind::Null => false,
        };
        if is_text {
            meta |= flag::TEXT;
        }
        self.tree.nodes.push(Node { start: token.start, end: token.end, payload, meta });
        self.last_end = token.end;
        if meta & flag::TAG != 0 {
            self.check_tag(id);
        }
        if self.is_key_next() {
            self.note_key(id);
        } else if !is_text {
            self.check_number(id);
        }
    }

    fn alias(&mut self, token: Token) {
        let id = self.tree.nodes.len() as u32;
        self.last_end = token.end;
        let name = &self.scanner.bytes[token.start as usize + 1..token.end as usize];
        let target = self.anchors.get(name).copied();
        match target {
            Some(target) if self.tree.nodes[target as usize].payload != OPEN => {
                self.features.aliases = true;
                self.tree.nodes.push(Node {
                    start: token.start,
                    end: token.end,
                    payload: target,
                    meta: flag::ALIAS,
                });
            }
            _ => {
                self.unusable_alias(token.start, token.end, target);
                // Stands for null from here on.
                let payload = self.scanner.empty_text();
                self.tree.nodes.push(Node {
                    start: token.start,
                    end: token.end,
                    payload,
                    meta: flag::SCALAR | Style::Plain.bits() | flag::COOKED,
                });
                if self.is_key_next() {
                    self.note_odd_key();
                    return;
                }
            }
        }
        if self.is_key_next() {
            self.note_key(id);
        }
    }
}

fn unexpected(kind: FaultKind, token: Token) -> Fault {
    Fault::new(kind, token.start as usize, token.end as usize)
}
