//! What is wrong with a text as text, before any schema: facts with their places, from which checks make findings.

use std::ops::Range;

/// What sort of problem it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The text is not YAML (or not JSON): kubectl refuses the document.
    Syntax,
    /// `key:value` without a space after the colon.
    MissingSpace,
    /// A tab where indentation stands.
    Tab,
    /// A quote or bracket that is never closed.
    Unclosed,
    /// Indentation that fits no surrounding block.
    Indentation,
    /// `{{ ... }}`: a template that was not rendered.
    Template,
    /// A `---` line with something behind it.
    Separator,
    /// A `%YAML` or `%TAG` line.
    Directive,
    /// `*name` without `&name` before it, or inside it.
    Alias,
    /// More aliases than kubectl is willing to follow.
    ExcessiveAliasing,
    /// Nesting deeper than 10,000.
    Depth,
    /// Bytes that are not UTF-8, or characters that YAML forbids.
    Encoding,
    /// A tag that the value does not fit.
    Tag,
    /// A list or a mapping as a mapping key.
    Key,
    /// A `<<` whose value is not a mapping.
    Merge,
    /// `.inf`, `.nan`, or a key that JSON cannot express.
    NoJsonForm,
    /// The same key twice in one mapping; the last one wins.
    DuplicateKey,
    /// Two keys that become the same JSON key (`1` and `"1"`); which one wins is chance.
    KeyCollision,
    /// Content that kubectl silently ignores.
    IgnoredContent,
}

impl ProblemKind {
    /// Whether kubectl refuses the document for it. What is not refused is lost silently.
    pub fn is_refused(self) -> bool {
        !matches!(self, Self::DuplicateKey | Self::KeyCollision | Self::IgnoredContent)
    }
}

/// An edit of the text that repairs a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemFix {
    /// What it does, in the imperative.
    pub title: String,
    /// The bytes that are replaced; empty to insert.
    pub range: Range<u32>,
    /// What is written instead.
    pub text: String,
    /// Whether it certainly keeps what the author meant.
    pub safe: bool,
}

/// A fact about the text, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What sort it is.
    pub kind: ProblemKind,
    /// The place, as narrow as possible.
    pub range: Range<u32>,
    /// One line that stands alone.
    pub message: String,
    /// A few words for the place itself; may be empty.
    pub label: String,
    /// Another place that makes the first a problem, with a few words.
    pub related: Option<(Range<u32>, String)>,
    /// What to do about it.
    pub help: Option<String>,
    /// The repair, where it is clear.
    pub fix: Option<ProblemFix>,
}
