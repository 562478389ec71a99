#![doc = include_str!("unused_suppression.md")]

use crate::check::silence::{Usage, can_be_suppressed};
use crate::check::{CHECKS, Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::schema::suggest::closest;
use crate::source::Span;
use crate::suppression::Suppression;

pub(super) static CHECK: Check = Check {
    id: "unused-suppression",
    group: Group::Style,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a comment or annotation that suppresses nothing",
    page: include_str!("unused_suppression.md"),
    run: Run::Suppressions(run),
};

fn run(cx: &Context<'_>, usage: &Usage<'_>, sink: &mut Sink<'_>) {
    for suppression in cx.silence.iter() {
        if suppression.names.is_empty() {
            sink.report_span(suppression.place, "this names no check, so it suppresses nothing")
                .help("write `# kplan: ignore[check-id] reason`");
        }
        for (index, (name, span)) in suppression.names.iter().enumerate() {
            report_name(cx, usage, suppression, (index, name, *span), sink);
        }
    }
}

fn report_name(
    cx: &Context<'_>,
    usage: &Usage<'_>,
    suppression: &Suppression,
    (index, name, span): (usize, &str, Span),
    sink: &mut Sink<'_>,
) {
    let is_known = CHECKS.iter().any(|check| check.id == name || check.group.as_str() == name);
    if !can_be_suppressed(name) {
        sink.report_span(span, format!("`{name}` cannot be suppressed"))
            .help("name the check whose finding it is; what is no YAML is always said");
    } else if !is_known {
        let names = CHECKS.iter().flat_map(|check| [check.id, check.group.as_str()]);
        let help = match closest(name, names) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => "`kplan explain --list` prints all of them".to_owned(),
        };
        let message = format!("no check and no group is called `{name}`, so nothing is suppressed");
        sink.report_span(span, message).help(help);
    } else if name != CHECK.id && usage.is_idle(cx.program.file(span.file).source.path(), suppression, index)
    {
        sink.report_span(span, format!("this suppresses no finding of `{name}`"))
            .label("nothing to suppress")
            .help("remove it; a comment speaks for its own line or for what stands below it");
    }
}
