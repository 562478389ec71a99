#![doc = include_str!("duplicate_key.md")]

use crate::check::{Check, Context, Group, Run, Sink, syntax};
use crate::diagnostic::Severity;
use crate::parse::ProblemKind;
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
    syntax::report_problems(file, sink, |kind| kind == ProblemKind::DuplicateKey);
}
