//! What can be written at a place.

mod draft;
mod fields;
mod kinds;
mod values;

use crate::ide::completion::draft::{Draft, Line, Slot, draft, line_at, replaced};
use crate::ide::cursor::{Touched, Trail, file_of, floor};
use crate::ide::model::{Layout, Model};
use crate::ide::{Place, View};
use crate::parse::foreign::SkipReason;
use crate::parse::tree::{NodeRef, Step};
use crate::source::Span;

/// What a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CompletionKind {
    /// A field that may be left out.
    Field,
    /// A field that must be there.
    RequiredField,
    /// One of the values that a field may have.
    Value,
    /// The name of an object.
    Object,
    /// A key of a ConfigMap or Secret, or of a label.
    Key,
    /// A name or number of a port, a volume or a container.
    Name,
    /// An `apiVersion` or a `kind`.
    Type,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown and what the typed text is compared with.
    pub label: String,
    /// A few words beside it: a type, where an object stands.
    pub detail: String,
    /// Markdown; empty where there is nothing to be said.
    pub documentation: String,
    /// What is written in place of `replace`. It is indented as it must stand: no editor needs to indent it again.
    pub insert: String,
    /// What has been typed of it so far, and the rest of the same word; perhaps empty.
    pub replace: Span,
    /// What it is.
    pub kind: CompletionKind,
}

/// A proposal without its place.
struct Proposal {
    label: String,
    detail: String,
    documentation: String,
    /// What is written, where it is not the label as a scalar.
    insert: Option<String>,
    kind: CompletionKind,
}

impl Proposal {
    fn new(kind: CompletionKind, label: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { label: label.into(), detail: detail.into(), documentation: String::new(), insert: None, kind }
    }
}

/// The place of a mark in its draft, with all that the proposals need to know.
struct Blank<'d> {
    view: View<'d>,
    draft: &'d Draft,
    root: NodeRef<'d>,
    trail: Trail<'d>,
    model: Model<'d>,
    line: &'d Line,
    /// The text of the file, for its habits.
    text: &'d str,
    /// What stands before the place.
    typed: &'d str,
}

impl<'d> Blank<'d> {
    fn new(
        view: View<'d>,
        draft: &'d Draft,
        line: &'d Line,
        (text, typed): (&'d str, &'d str),
    ) -> Option<Self> {
        let root = draft.root()?;
        let word = |key: &str| root.get(key).and_then(NodeRef::as_str).unwrap_or_default();
        let model = Model::of(&view, word("apiVersion"), word("kind"));
        Some(Self { view, draft, root, trail: draft.trail()?, model, line, text, typed })
    }
}

/// The proposals at a place, best first: those that fit what has been typed.
pub fn at(view: &View<'_>, place: Place) -> Vec<Completion> {
    let Some(file) = file_of(view.program, place.file) else { return Vec::new() };
    // What belongs to another tool is none of ours; what says nothing yet may become a manifest.
    let is_other = |reason| !matches!(reason, SkipReason::NothingKubernetes | SkipReason::Data);
    if file.foreign.is_some_and(is_other) {
        return Vec::new();
    }
    let Some((line, document)) = line_at(view, place) else { return Vec::new() };
    let text = file.source.text();
    let cursor = floor(view.program, place).map_or(line.word.0, |offset| offset as usize);
    let typed = &text[line.word.0..cursor.clamp(line.word.0, line.word.1)];
    let is_key = matches!(line.slot, Slot::KeyOrItem | Slot::FlowKey);
    let mut proposals = None;
    if is_key && let Some(drafted) = draft(view, place, &line, &document, true) {
        proposals = Blank::new(*view, &drafted, &line, (text, typed)).and_then(|blank| of_key(&blank));
    }
    if proposals.is_none()
        && line.slot != Slot::FlowKey
        && !line.has_colon
        && let Some(drafted) = draft(view, place, &line, &document, false)
    {
        proposals = Blank::new(*view, &drafted, &line, (text, typed)).map(|blank| values::at(&blank));
    }
    let replace = replaced(place, &line);
    let mut fitting: Vec<(u32, Proposal)> = proposals
        .unwrap_or_default()
        .into_iter()
        .filter_map(|proposal| Some((fit(&proposal.label, typed)?, proposal)))
        .collect();
    // Among equals the order is that of the proposals.
    fitting.sort_by_key(|(fit, _)| *fit);
    let finished = fitting.into_iter().map(|(_, proposal)| finish(proposal, &line, replace));
    finished.collect()
}

fn finish(proposal: Proposal, line: &Line, replace: Span) -> Completion {
    let Proposal { label, detail, documentation, insert, kind } = proposal;
    let insert = insert.unwrap_or_else(|| values::written(&label, line));
    let insert = if line.needs_blank { format!(" {insert}") } else { insert };
    Completion { label, detail, documentation, insert, replace, kind }
}

/// How well a label fits what has been typed, 0 best; `None` if it has not its letters in their order.
fn fit(label: &str, typed: &str) -> Option<u32> {
    if label.starts_with(typed) {
        return Some(0);
    }
    let (label, typed) = (label.to_lowercase(), typed.trim().to_lowercase());
    if label.starts_with(&typed) {
        return Some(1);
    }
    if label.contains(&typed) {
        return Some(2);
    }
    let mut rest = label.chars();
    typed.chars().all(|wanted| rest.any(|own| own == wanted)).then_some(3)
}

/// The keys that can stand at the mark; `None` where a value belongs there.
fn of_key(blank: &Blank<'_>) -> Option<Vec<Proposal>> {
    let Touched::Key { .. } = blank.trail.touched else { return None };
    let (_, parents) = blank.trail.steps.split_last()?;
    let spot = blank.model.follow(parents);
    let is_item = matches!(parents.last(), Some(Step::Index(_)));
    if is_item && spot.as_ref().is_some_and(|spot| blank.model.layout(spot.holding) == Layout::Scalar) {
        return None;
    }
    Some(fields::at(blank, parents, spot.as_ref()))
}
