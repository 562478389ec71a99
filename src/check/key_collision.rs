#![doc = include_str!("key_collision.md")]

use crate::check::{Check, Context, Group, Run, Sink, syntax};
use crate::diagnostic::Severity;
use crate::parse::ProblemKind;
use crate::parse::object::File;

pub(super) static CHECK: Check = Check {
    id: "key-collision",
    group: Group::Syntax,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two keys become the same JSON key, and which one wins is chance",
    page: include_str!("key_collision.md"),
    run: Run::File(run),
};

fn run(_: &Context<'_>, file: &File, sink: &mut Sink<'_>) {
    syntax::report_problems(file, sink, &|_| None, |kind| kind == ProblemKind::KeyCollision);
}
