#![doc = include_str!("ignored_field.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::practice::ignored::each_ignored;

pub(super) static CHECK: Check = Check {
    id: "ignored-field",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a field that is accepted and does nothing, or not what it says",
    page: include_str!("ignored_field.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    each_ignored(object, &mut |place, words, help| {
        sink.report(object, place, words).help(help);
    });
}
