//! What an editor asks about a place in a manifest: pure functions over one analysed program, without any protocol.
//!
//! All places are bytes of the file, on character boundaries; an offset that is not is taken for the one before it. Every
//! function is total: there is no place in no text at which one of them panics.

pub mod actions;
pub mod completion;
mod cursor;
pub mod definition;
mod describe;
mod entity;
pub mod folding;
pub mod hints;
pub mod hover;
pub mod lenses;
mod model;
pub mod references;
pub mod rename;
mod selection;
pub mod symbols;

use crate::config::Settings;
use crate::diagnostic::Diagnostic;
use crate::graph::Graph;
use crate::parse::object::Program;
use crate::source::FileId;

/// One state of the workspace, analysed: what all questions are answered from.
#[derive(Clone, Copy, Debug)]
pub struct View<'p> {
    /// The files, parsed.
    pub program: &'p Program,
    /// Who names whom in them.
    pub graph: &'p Graph<'p>,
    /// What the analysis was steered by.
    pub settings: &'p Settings,
    /// What was found, in output order.
    pub diagnostics: &'p [Diagnostic],
}

/// A place between two characters of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Bytes from its start.
    pub offset: u32,
}
