#![doc = include_str!("ignored_namespace.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::parse::Style;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "ignored-namespace",
    group: Group::Style,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "an object that lives in no namespace says that it lives in one",
    page: include_str!("ignored_namespace.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.namespace().is_some()
        || !sink.wants(Severity::Note)
        || matches!(object.kind(), Kind::Config | Kind::NodePool)
    {
        return;
    }
    let Some(metadata) = object.get("metadata") else { return };
    let Some((key, value)) = metadata.get_entry("namespace") else { return };
    if value.as_str().is_none_or(str::is_empty) {
        return;
    }
    let message = format!(
        "{} says that it lives in namespace `{}`, but a {} lives in none",
        absence::title(object),
        value.content(),
        object.kind_name()
    );
    let report = sink
        .report(object, value, message)
        .severity(Severity::Note)
        .label("passed over")
        .help("leave the namespace out");
    if let Some(span) = span_of_entry(object, metadata, key, value) {
        report.fix("remove the namespace", Safety::Safe, span, "");
    }
}

/// What is cut out to take an entry from a mapping; `None` where that cannot be told, or it is the only one.
fn span_of_entry(
    object: ObjectRef<'_>,
    mapping: NodeRef<'_>,
    key: NodeRef<'_>,
    value: NodeRef<'_>,
) -> Option<Span> {
    let entries: Vec<_> = mapping.raw_entries().collect();
    let at = entries.iter().position(|(other, _)| other.id() == key.id())?;
    if mapping.is_alias() || value.is_alias() || value.anchor().is_some() || entries.len() < 2 {
        return None;
    }
    let text = object.file.source.text();
    let (start, end) = (key.range().start as usize, value.range().end as usize);
    let (from, to) = if mapping.style() == Style::Block {
        let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
        let is_alone = text[line..start].trim().is_empty() && text[end..rest].trim().is_empty();
        is_alone.then_some((line, rest))?
    } else if at > 0 {
        (entries[at - 1].1.range().end as usize, end)
    } else {
        (start, entries[1].0.range().start as usize)
    };
    let is_plain = !text[from..to].contains('#');
    let span = object.span(value);
    is_plain.then(|| Span::new(span.file, from as u32, to as u32))
}
