//! Reading a document to its end, whatever lies in it.

use std::collections::BTreeMap;

use crate::parse::problem::ProblemKind;
use crate::parse::tree::Tree;
use crate::parse::yaml::builder::{Features, Reader, State};
use crate::parse::yaml::facts::problem;
use crate::parse::yaml::fault::Fault;
use crate::parse::yaml::scanner::{Scanner, TokenKind};

impl<'s> Reader<'s> {
    pub(super) fn new(source: &'s str, tree: Tree) -> Self {
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
        }
    }

    /// Forgets the document before, for a JSON value.
    pub(crate) fn begin_json(&mut self) {
        self.frames.clear();
        self.refused = false;
    }

    /// Reads the document `start..end` of the source. Returns whether a syntax error lies in it.
    pub(super) fn read_document(&mut self, start: usize, end: usize) -> bool {
        self.frames.clear();
        self.anchors.clear();
        self.features = Features::default();
        self.document_start = start;
        self.last_end = start as u32;
        self.refused = false;
        self.faults = 0;
        self.templates = 0;
        let root = self.tree.nodes.len();
        let bytes = &self.source.as_bytes()[..end];
        self.scanner.begin(bytes, start);
        let mut opened = self.begin_document();
        loop {
            let stepped = match opened {
                Ok(_) => self.step(),
                Err(fault) => Err(fault),
            };
            opened = Ok(true);
            match stepped {
                Ok(true) => {}
                Ok(false) => match self.check_rest() {
                    Ok(()) => break,
                    Err(fault) => {
                        if !self.recover(fault) {
                            break;
                        }
                    }
                },
                Err(fault) => {
                    if !self.recover(fault) {
                        break;
                    }
                }
            }
        }
        self.close_all();
        if self.features.aliases {
            self.check_alias_budget(root);
        }
        self.faults > 0
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
        Ok(())
    }

    /// Goes on behind a fault. `false` if the rest of the document is given up.
    fn recover(&mut self, fault: Fault) -> bool {
        self.faults += 1;
        let problem = problem(ProblemKind::Syntax, fault.start..fault.end, format!("{:?}", fault.kind));
        self.report(problem);
        false
    }

    fn close_all(&mut self) {
        while let Some(frame) = self.frames.last() {
            match frame.state {
                State::Root | State::RootDone => {
                    self.frames.pop();
                }
                State::BlockValue | State::FlowValue | State::FlowNoValue | State::PairValue => {
                    let at = self.last_end;
                    self.set_state(if frame.state.is_block() { State::BlockKey } else { State::FlowKey });
                    self.missing_value(at);
                }
                _ => self.close(self.last_end),
            }
        }
    }

    /// Forgets the nodes from this index on.
    pub(super) fn drop_nodes(&mut self, from: usize) {
        self.tree.nodes.truncate(from);
        let kept = self.tree.properties.partition_point(|properties| (properties.node as usize) < from);
        self.tree.properties.truncate(kept);
    }
}
