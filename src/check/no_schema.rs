#![doc = include_str!("no_schema.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "no-schema",
    group: Group::Schema,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a custom kind whose fields cannot be checked, for nobody described it",
    page: include_str!("no_schema.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(count) = cx.schemas.first_of_unknown_kind(object) else { return };
    let Some(node) = object.get("kind") else { return };
    let objects = if count == 1 { "its object".to_owned() } else { format!("its {count} objects") };
    let kind = object.kind_name();
    let api_version = object.api_version();
    let message = format!("no schema for {kind} of `{api_version}`: the fields of {objects} are not checked");
    sink.report(object, node, message)
        .label("unknown to Kubernetes itself")
        .help("add its CustomResourceDefinition to the input, or name it with `--schema`");
}
