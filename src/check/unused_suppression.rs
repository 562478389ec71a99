#![doc = include_str!("unused_suppression.md")]

use crate::check::silence::{Usage, can_be_suppressed};
use crate::check::{CHECKS, Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::edit::{self, Change};
use crate::parse::schema::suggest::closest;
use crate::source::Span;
use crate::suppression::{Slip, Suppression};

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
        if let Some(slip) = &suppression.slip {
            report_slip(cx, suppression, slip, sink);
        } else if suppression.names.is_empty() {
            sink.report_span(suppression.place, "this names no check, so it suppresses nothing")
                .help("write `# kplan: ignore[check-id] reason`");
        }
        for (index, (name, span)) in suppression.names.iter().enumerate() {
            report_name(cx, usage, suppression, (index, name, *span), sink);
        }
    }
}

/// What looks like a suppression and is none.
fn report_slip(cx: &Context<'_>, suppression: &Suppression, slip: &Slip, sink: &mut Sink<'_>) {
    if slip.hinge.as_ref().is_some_and(|hinge| !is_known(hinge)) {
        return;
    }
    let text = cx.program.file(suppression.place.file).source.text();
    let written = &text[slip.span.range()];
    let message = match text[suppression.place.range()].starts_with('#') {
        true => "this looks like a suppression and is none, so nothing is suppressed".to_owned(),
        false => {
            let key = written.trim_matches(['"', '\'']);
            format!("kplan reads no annotation `{key}`, so nothing is suppressed")
        }
    };
    let meant = slip.meant.trim_matches(['"', '\'']);
    let safety = if slip.is_sure { Safety::Safe } else { Safety::Unsafe };
    sink.report_span(slip.span, message).help(format!("did you mean `{meant}`?")).fix(
        format!("write `{meant}`"),
        safety,
        slip.span,
        slip.meant.clone(),
    );
}

fn is_known(name: &str) -> bool {
    CHECKS.iter().any(|check| check.id == name || check.group.as_str() == name)
}

fn report_name(
    cx: &Context<'_>,
    usage: &Usage<'_>,
    suppression: &Suppression,
    (index, name, span): (usize, &str, Span),
    sink: &mut Sink<'_>,
) {
    let text = cx.program.file(span.file).source.text();
    if !can_be_suppressed(name) {
        sink.report_span(span, format!("`{name}` cannot be suppressed"))
            .help("name the check whose finding it is; what is no YAML is always said");
    } else if !is_known(name) {
        let names = CHECKS.iter().flat_map(|check| [check.id, check.group.as_str()]);
        let similar = closest(name, names);
        let help = match similar {
            Some(similar) => format!("did you mean `{similar}`?"),
            None if name.split_whitespace().next().is_some_and(|word| is_known(word) && word != name) => {
                let reason = match text[suppression.place.range()].starts_with('#') {
                    true => "behind the bracket",
                    false => "behind them, in parentheses",
                };
                format!("put a comma between two names; a reason goes {reason}")
            }
            None => "`kplan explain --list` prints all checks and their groups".to_owned(),
        };
        let message = format!("no check and no group is called `{name}`, so nothing is suppressed");
        let report = sink.report_span(span, message).help(help);
        // Where an annotation has escapes, the name does not stand there as it is.
        if let Some(similar) = similar.filter(|_| span != suppression.place) {
            let safety = if typo::is_typo(name, similar) { Safety::Safe } else { Safety::Unsafe };
            report.fix(format!("write `{similar}`"), safety, span, similar);
        }
    } else if suppression.names[..index].iter().any(|(other, _)| other == name) {
        sink.report_span(span, format!("`{name}` is named twice")).change(
            "remove it",
            Safety::Safe,
            span.file,
            removal(cx, suppression, index),
        );
    } else if name != CHECK.id && usage.is_idle(cx.program.file(span.file).source.path(), suppression, index)
    {
        sink.report_span(span, format!("this suppresses no finding of `{name}`"))
            .label("nothing to suppress")
            .help("remove it; a comment speaks for its own line or for what stands below it")
            .change("remove it", safety_of_removal(name), span.file, removal(cx, suppression, index));
    }
}

/// What other files have to do with a finding may not have been read, and then its suppression only seems to be unused.
fn safety_of_removal(name: &str) -> Safety {
    let mut meant = CHECKS.iter().filter(|check| check.id == name || check.group.as_str() == name);
    let is_local =
        meant.all(|check| matches!(check.group, Group::Syntax | Group::Schema | Group::Deprecation));
    if is_local { Safety::Safe } else { Safety::Unsafe }
}

/// Takes a name out of a suppression; with the only name a comment goes as a whole.
fn removal(cx: &Context<'_>, suppression: &Suppression, index: usize) -> Option<Change> {
    let (names, place) = (&suppression.names, suppression.place);
    let text = cx.program.file(place.file).source.text();
    let span = names[index].1;
    if span == place {
        return None;
    }
    if names.len() > 1 {
        let range = match names.get(index + 1) {
            Some((_, next)) => span.start..next.start,
            None => names[index - 1].1.end..span.end,
        };
        return Some(Change { range, text: String::new() });
    }
    let rest = text[place.end as usize..].trim_start_matches([' ', '\t']);
    let next = (text.len() - rest.len()) as u32;
    text[place.range()].starts_with('#').then(|| match rest.starts_with('#') {
        // The comment goes on with something else.
        true => Change { range: place.start..next, text: String::new() },
        false => edit::remove_comment(text, place.start, place.end),
    })
}
