#![doc = include_str!("duplicate_key.md")]

use crate::check::duplicate_object::is_same_value;
use crate::check::{Check, Context, Group, Run, Sink, syntax};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::parse::Problem;
use crate::parse::ProblemKind;
use crate::parse::edit::{self, Change};
use crate::parse::object::File;

pub(super) static CHECK: Check = Check {
    id: "duplicate-key",
    group: Group::Syntax,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a key stands twice in one mapping, and the last one wins",
    page: include_str!("duplicate_key.md"),
    run: Run::File(run),
};

fn run(_: &Context<'_>, file: &File, sink: &mut Sink<'_>) {
    let changes = |problem: &Problem| repair(file, problem);
    syntax::report_problems(file, sink, &changes, |kind| kind == ProblemKind::DuplicateKey);
}

/// Takes out what is ignored. That is certain where the other entry says the same; a text or a number of another value
/// has no effect either, but may be what was meant.
fn repair(file: &File, problem: &Problem) -> Option<(Safety, Change)> {
    let tree = &file.parsed.tree;
    let (winner, _) = problem.related.as_ref()?;
    let (key, winner) = (edit::key_at(tree, &problem.range)?, edit::key_at(tree, winner)?);
    let document = file.parsed.documents.iter().take_while(|document| document.root <= key).last()?;
    // Where not all was read, it is not known what the entries say.
    let mapping = edit::parent_of(file.node(document.root), key).filter(|_| !document.broken)?;
    let value_of = |id| mapping.raw_entries().find(|(key, _)| key.id() == id).map(|(_, value)| value);
    let (ignored, kept) = (value_of(key)?, value_of(winner)?);
    let safety = match is_same_value(ignored, kept) {
        true => Safety::Safe,
        false if ignored.is_scalar() && kept.is_scalar() => Safety::Unsafe,
        false => return None,
    };
    let removed = |id| edit::remove_entry(mapping, file.node(id));
    // Of two that say the same, the one with a comment stays.
    let other = || removed(winner).filter(|_| safety == Safety::Safe);
    Some((safety, removed(key).or_else(other)?))
}
