//! Text becomes trees: YAML and JSON as kubectl reads them, and the objects in them.

pub mod decode;
pub mod edit;
pub mod foreign;
mod json;
pub mod kind;
mod markdown;
mod merge;
pub mod object;
pub mod origin;
pub mod pod;
pub mod problem;
pub mod scalar;
pub mod schema;
pub mod tree;
mod verdict;
pub mod version;
mod yaml;

use std::ops::Range;

use crate::source::{FileKind, SourceFile};

pub use crate::parse::problem::{Problem, ProblemFix, ProblemKind};
pub use crate::parse::tree::{Comment, NodeId, NodeKind, NodeRef, Scalar, Step, Style, Tree};
pub use crate::parse::verdict::verdict_line;

/// What was read from one file.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// All nodes of all documents.
    pub tree: Tree,
    /// The documents that kubectl would hand on, in order, and those that it would refuse, as far as they could be read.
    pub documents: Vec<Document>,
    /// Everything to be said about the text itself, in order of place.
    pub problems: Vec<Problem>,
    /// How many documents were null (empty, or only comments) and are not listed.
    pub null_documents: usize,
    /// Where kubectl stops, if it does: it reads no further than the first document that it refuses.
    pub refusal: Option<Refusal>,
}

/// One document: what stands between two `---` lines, one value of a JSON stream, or a fenced block of a Markdown file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its root node.
    pub root: NodeId,
    /// The bytes it was read from.
    pub range: Range<u32>,
    /// A syntax error lies in it: the tree holds what could be read, and what is absent may only be unread.
    pub broken: bool,
    /// It was read as JSON.
    pub json: bool,
}

/// Where kubectl stops reading the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// How many of the documents it has handed on by then.
    pub documents: usize,
    /// How many null documents it has skipped by then.
    pub null_documents: usize,
    /// The problem that makes it stop, in our words.
    pub message: String,
}

/// Reads one file as kubectl does, and goes on where kubectl stops. Total: never fails, never panics.
pub fn parse(file: &SourceFile) -> Parsed {
    yaml::read(file, &yaml_ranges(file))
}

/// The bytes of a file that are YAML: all of a manifest, the fenced blocks of a Markdown file.
pub fn yaml_ranges(file: &SourceFile) -> Vec<Range<usize>> {
    match file.kind() {
        FileKind::Manifest => std::iter::once(0..file.text().len()).collect(),
        FileKind::Markdown => markdown::fences(file.text()),
    }
}
