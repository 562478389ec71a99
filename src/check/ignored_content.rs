#![doc = include_str!("ignored_content.md")]

use crate::check::{Check, Context, Group, Run, Sink, syntax};
use crate::diagnostic::Severity;
use crate::parse::ProblemKind;
use crate::parse::object::File;

pub(super) static CHECK: Check = Check {
    id: "ignored-content",
    group: Group::Syntax,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "text that kubectl silently ignores",
    page: include_str!("ignored_content.md"),
    run: Run::File(run),
};

fn run(_: &Context<'_>, file: &File, sink: &mut Sink<'_>) {
    syntax::report_problems(file, sink, &|_| None, |kind| kind == ProblemKind::IgnoredContent);
}
