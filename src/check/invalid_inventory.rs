#![doc = include_str!("invalid_inventory.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::File;
use crate::source::FileRole;

pub(super) static CHECK: Check = Check {
    id: "invalid-inventory",
    group: Group::Schedule,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "something of the inventory that cannot be used as it is",
    page: include_str!("invalid_inventory.md"),
    run: Run::File(run),
};

fn run<'p>(cx: &Context<'p>, file: &'p File, sink: &mut Sink<'_>) {
    let faults = cx.fit.map_or(&[] as &[_], |fit| fit.gathered.faults.as_slice());
    // In manifests, the checks of the schema say what has the wrong type.
    let is_said = |is_schema: bool| is_schema && file.source.role() == FileRole::Source;
    for fault in faults.iter().filter(|fault| fault.span.file == file.id && !is_said(fault.is_schema)) {
        sink.report_span(fault.span, fault.message.clone())
            .severity(fault.severity)
            .help_opt(fault.help.clone())
            .named(fault.object.clone(), fault.field.clone());
    }
}
