#![doc = include_str!("missing_kind.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Edit, Safety, Severity};
use crate::parse::edit;
use crate::parse::object::{File, Fragment, Lack};
use crate::parse::schema::suggest::distance;
use crate::parse::tree::{NodeRef, Style};
use crate::source::{FileKind, Span};

pub(super) static CHECK: Check = Check {
    id: "missing-kind",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a document without `apiVersion` or `kind`",
    page: include_str!("missing_kind.md"),
    run: Run::File(run),
};

fn run(cx: &Context<'_>, file: &File, sink: &mut Sink<'_>) {
    for fragment in &file.fragments {
        let root = file.node(fragment.root);
        let start = root.range().start;
        let documents = &file.parsed.documents;
        let document =
            documents[..documents.partition_point(|document| document.range.start <= start)].last();
        // What is missing may only be unread.
        if document.is_none_or(|document| !document.broken || document.range.end <= start) {
            report(cx, file, *fragment, root, sink);
        }
    }
}

fn report(cx: &Context<'_>, file: &File, fragment: Fragment, root: NodeRef<'_>, sink: &mut Sink<'_>) {
    let first_key = root.entries().next().map(|(key, _)| key);
    let span = file.span(first_key.unwrap_or(root));
    let in_text = file.source.kind() == FileKind::Markdown;
    match fragment.lack {
        Lack::NotAMapping if in_text => {}
        Lack::NotAMapping => {
            let what = if root.is_sequence() { "a list" } else { "a scalar" };
            // A list or a block of text may be long: its beginning is enough to find it.
            let end = file.source.text()[span.range()]
                .find(['\n', '\r'])
                .map_or(span.end, |at| span.start + at as u32);
            sink.report_span(
                Span { end, ..span },
                format!("the document is {what}, not a Kubernetes object"),
            )
            .label("an object has `apiVersion` and `kind`");
        }
        Lack::Both if in_text || !looks_like_an_object(root) => {
            sink.report_span(span, "a fragment without `apiVersion` and `kind` is skipped")
                .severity(Severity::Note)
                .label("not an object");
        }
        Lack::Both => {
            sink.report_span(span, "the document has neither `apiVersion` nor `kind`")
                .label("looks like a Kubernetes object");
        }
        Lack::Kind => {
            if let Some(key) = misspelt(root, "kind") {
                return report_misspelt(file, key, "kind", sink);
            }
            let Some((key, _)) = root.get_entry("apiVersion") else { return };
            sink.report_span(file.span(key), "the object has no `kind`").label("`kind` is missing");
        }
        Lack::ApiVersion => no_api_version(cx, file, root, sink),
        Lack::NotText => {
            for name in ["apiVersion", "kind"] {
                let Some(value) = root.get(name).filter(|value| value.as_str().is_none()) else { continue };
                sink.report_span(file.span(value), format!("`{name}` must be a string"))
                    .label("not a string");
            }
        }
    }
}

fn looks_like_an_object(root: NodeRef<'_>) -> bool {
    root.get("metadata").is_some() || root.get("spec").is_some()
}

/// The key that is a slip of the pen for a field which the object lacks, if there is just one.
fn misspelt<'t>(root: NodeRef<'t>, lacking: &str) -> Option<NodeRef<'t>> {
    let limit = if lacking.len() >= 8 { 2 } else { 1 };
    let is_slip = |name: &str| name.eq_ignore_ascii_case(lacking) || distance(name, lacking) <= limit;
    let mut slips = root
        .entries()
        .filter(|(key, value)| value.as_str().is_some() && is_slip(&key.key()))
        .map(|(key, _)| key);
    slips.next().filter(|_| slips.next().is_none())
}

fn report_misspelt(file: &File, key: NodeRef<'_>, meant: &str, sink: &mut Sink<'_>) {
    let message = format!("unknown field `{}`, did you mean `{meant}`?", key.key());
    let report = sink.report_span(file.span(key), message).label(format!("`{meant}` is missing"));
    if let Some(text) = edit::in_style_of(key, meant) {
        let help = format!("write `{meant}`");
        report.help(help.clone()).fix(help, Safety::Safe, file.span(key), text);
    }
}

fn no_api_version(cx: &Context<'_>, file: &File, root: NodeRef<'_>, sink: &mut Sink<'_>) {
    if let Some(key) = misspelt(root, "apiVersion") {
        return report_misspelt(file, key, "apiVersion", sink);
    }
    let Some((key, kind)) = root.get_entry("kind") else { return };
    let name = kind.content();
    let served = cx.schemas.table().kinds_named(name);
    let Some(first) = served.first() else {
        let message = format!("the {name} has no `apiVersion`");
        sink.report_span(file.span(key), message).label("`apiVersion` is missing");
        return;
    };
    let line = format!("apiVersion: {}", first.api_version);
    let report = sink
        .report_span(file.span(key), format!("the {name} has no `apiVersion`, write `{line}`"))
        .label("`apiVersion` is missing");
    let start = key.range().start;
    let column = file.source.position(start).byte;
    let indent = &file.source.text()[(start - column) as usize..start as usize];
    let indent = indent.trim_start_matches('\u{FEFF}');
    if root.style() == Style::Block && indent.bytes().all(|byte| byte == b' ') {
        let span = Span::new(file.id, start, start);
        let safety = if served.len() == 1 { Safety::Safe } else { Safety::Unsafe };
        let line_break = edit::line_break_at(file.source.text(), start as usize);
        let text = format!("{line}{line_break}{indent}");
        report.edits(format!("add `{line}`"), safety, vec![Edit { span, text }]);
    }
}
