#![doc = include_str!("invalid_value.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::path_in;
use crate::parse::schema::problem::Fault;
use crate::parse::schema::table::Leaf;
use crate::parse::schema::value::{self, BadQuantity};
use crate::parse::tree::{NodeRef, Style};

pub(super) static CHECK: Check = Check {
    id: "invalid-value",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a value of the right type that the API server rejects all the same",
    page: include_str!("invalid_value.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for problem in &cx.schemas.object(object.id).problems {
        let node = object.file.node(problem.node);
        let path = path_in(object, node);
        match &problem.fault {
            Fault::OutOfRange { leaf } => {
                let bits = if *leaf == Leaf::Int64 { 64 } else { 32 };
                let message =
                    format!("`{path}`: {} does not fit into an integer of {bits} bits", node.content());
                sink.report(object, node, message).label("too large");
            }
            Fault::QuotedPort => {
                let text = node.content();
                let reason = "must contain at least one letter (a-z)";
                let report = sink
                    .report(object, node, format!("{path}: Invalid value: {text:?}: {reason}"))
                    .label("in quotes, a number is a name");
                let is_port = text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text);
                let is_quoted = matches!(node.style(), Style::SingleQuoted | Style::DoubleQuoted);
                if is_port && is_quoted && !node.is_alias() && node.tag().is_none() {
                    let help = format!("write `{text}` without quotes");
                    report.help(help.clone()).fix(help, Safety::Safe, object.span(node), text);
                }
            }
            Fault::Quantity(reason) => {
                let meant = value::quantity_meant(node.content());
                let question = meant.as_ref().map(|meant| format!(", did you mean `{meant}`?"));
                let question = question.unwrap_or_default();
                let message = format!("`{path}`: `{}` is not a quantity{question}", node.content());
                let report =
                    sink.report(object, node, message).label(label_of(*reason)).help(reason.as_str());
                if let Some(meant) = meant {
                    // `64mi` can be nothing but mebibytes; `64g` can be two things.
                    let is_case = meant.ends_with('i') && meant.eq_ignore_ascii_case(node.content());
                    let safety = if is_case { Safety::Safe } else { Safety::Unsafe };
                    replace(object, node, &meant, safety, report);
                }
            }
            Fault::Time { micro } => {
                let example = if *micro { "2026-01-31T08:00:00.000000Z" } else { "2026-01-31T08:00:00Z" };
                sink.report(object, node, format!("`{path}`: `{}` is not a time", node.content()))
                    .label("RFC 3339 is wanted")
                    .help(format!("write it as `{example}`"));
            }
            Fault::Base64 { at } => {
                let plain = (object.kind() == Kind::Secret && path.starts_with("data"))
                    .then(|| "write plain text under `stringData` instead of `data`".to_owned());
                sink.report(
                    object,
                    node,
                    format!("`{path}` is not base64: illegal base64 data at input byte {at}"),
                )
                .label("not base64")
                .help_opt(plain);
            }
            Fault::Rule { message, meant } => {
                let subject = if path.is_empty() { object.kind_name() } else { &path };
                let report = sink.report(object, node, format!("{subject}: {message}"));
                if let Some(meant) = meant {
                    // One of a list, but for its case or a slip of the pen.
                    let safety = match typo::is_typo(node.content(), meant) {
                        true => Safety::Safe,
                        false => Safety::Unsafe,
                    };
                    let report = report.help(format!("did you mean `{meant}`?"));
                    replace(object, node, meant, safety, report);
                }
            }
            _ => {}
        }
    }
}

fn label_of(reason: BadQuantity) -> &'static str {
    match reason {
        BadQuantity::Format => "want a number and m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei or nothing",
        BadQuantity::Suffix => "no such suffix",
    }
}

fn replace(
    object: ObjectRef<'_>,
    node: NodeRef<'_>,
    meant: &str,
    safety: Safety,
    report: crate::check::Report<'_>,
) {
    if let Some(text) = edit::in_style_of(node, meant) {
        report.fix(format!("write `{meant}`"), safety, object.span(node), text);
    }
}
