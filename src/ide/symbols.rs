//! The outline of a file, and the objects of the workspace by name.

use crate::ide::View;
use crate::source::{FileId, Span};

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SymbolKind {
    /// An object.
    Object,
    /// A container of a pod.
    Container,
    /// A port of a container or a Service.
    Port,
    /// A volume of a pod.
    Volume,
    /// A key of a ConfigMap or Secret.
    Key,
    /// A rule of an Ingress or of a role.
    Rule,
}

/// An object or a part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// `web`
    pub name: String,
    /// A few words beside it: `Deployment`, `shop/Deployment`.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it. Its file is where the symbol is.
    pub span: Span,
    /// Its name, inside `span`.
    pub name_span: Span,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// The objects of a file with their parts, in order.
pub fn of_file(view: &View<'_>, file: FileId) -> Vec<Symbol> {
    let _ = (view, file);
    Vec::new()
}

/// The objects of the workspace that fit what was typed, best first, without their parts.
pub fn matching(view: &View<'_>, query: &str) -> Vec<Symbol> {
    let _ = (view, query);
    Vec::new()
}
