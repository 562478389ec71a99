#![doc = include_str!("ambiguous_scalar.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::scalar::json_float;
use crate::parse::schema::facts::path_in;
use crate::parse::schema::problem::Fault;
use crate::parse::tree::{NodeRef, Scalar};

pub(super) static CHECK: Check = Check {
    id: "ambiguous-scalar",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a bare word where a string is wanted, which YAML reads as a number or a boolean",
    page: include_str!("ambiguous_scalar.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let problems = &cx.schemas.object(object.id).problems;
    for problem in problems {
        if problem.fault != Fault::AmbiguousScalar {
            continue;
        }
        let node = object.file.node(problem.node);
        let written = node.content();
        let reading = reading(node);
        let path = path_in(object, node);
        let report = sink
            .report(object, node, format!("`{path}` must be a string, but `{written}` is read as {reading}"))
            .label(format!("read as {reading}"));
        let quoted = format!("\"{written}\"");
        let is_same =
            |alias| problems.iter().any(|other| other.node == alias && other.fault == problem.fault);
        if node.is_alias() {
            report.help(format!("write `{quoted}` at the anchor"));
        } else if node.tag().is_some() || !edit::aliases_of(node).all(is_same) {
            // The tag would contradict the quotes, or an alias may stand where a number is wanted.
            report.help("write a text in quotes");
        } else {
            report.fix(format!("write `{quoted}`"), Safety::Safe, object.span(node), quoted);
        }
    }
}

/// What Kubernetes makes of the scalar.
fn reading(node: NodeRef<'_>) -> String {
    match node.scalar() {
        Some(Scalar::Bool(value)) => format!("the boolean {value}"),
        Some(Scalar::Int(value)) => format!("the number {value}"),
        Some(Scalar::UInt(value)) => format!("the number {value}"),
        Some(Scalar::Float(value)) => match json_float(value) {
            Some(number) => format!("the number {number}"),
            None => "a number that JSON cannot hold".to_owned(),
        },
        Some(Scalar::Null | Scalar::Str(_)) | None => "something else".to_owned(),
    }
}
