//! Why the scanner or the builder cannot go on: a code and a place, made into words only when one is reported.

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A character that starts nothing: `@`, a backtick, `%`.
    Character,
    /// A tab where indentation is expected.
    Tab,
    /// A line of a block mapping without a colon.
    NoColon,
    /// A colon where no key can end.
    Value,
    /// `? ` where no key can start.
    Key,
    /// `- ` where no item can start.
    Entry,
    /// A quote that is never closed; the place is the opening.
    UnclosedQuote,
    /// `---` or `...` at the start of a line inside quotes; the other place is the opening.
    MarkerInQuotes,
    /// An escape that YAML does not know.
    Escape,
    /// An escape with too few hexadecimal digits.
    Hexadecimal,
    /// An escape for a surrogate or beyond U+10FFFF.
    CodePoint,
    /// The indentation indicator `0`.
    IndicatorZero,
    /// Something behind a block scalar's header.
    BlockHeader,
    /// A tab in a block scalar's indentation.
    BlockTab,
    /// An anchor or alias without a proper name.
    AnchorName,
    /// A tag that is not one.
    Tag,
    /// `!handle!` without a `%TAG` line.
    TagHandle,
    /// A `%` line that is not a proper directive.
    Directive,
    /// `%YAML` with another version than 1.1.
    Version,
    /// Too deep.
    Depth,
    /// Nothing there that could be a value.
    Content,
    /// A block mapping goes on with something that is no key.
    ExpectedKey,
    /// A block sequence goes on with something that is no item.
    ExpectedEntry,
    /// A `[` goes on with something else than `,` or `]`; the other place is the opening.
    ExpectedSequenceEnd,
    /// A `{` goes on with something else than `,` or `}`; the other place is the opening.
    ExpectedMappingEnd,
    /// Directives without `---`.
    ExpectedDocument,
}

/// A fault and its place. All offsets are into the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Where the thing that went wrong began; equal to `start` where that says nothing.
    pub(crate) origin: u32,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, start: usize, end: usize) -> Self {
        Self { kind, start: start as u32, end: end as u32, origin: start as u32 }
    }

    pub(crate) fn since(self, origin: usize) -> Self {
        Self { origin: origin as u32, ..self }
    }
}
