#![doc = include_str!("unknown_field.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::path_in;
use crate::parse::schema::problem::Similarity;
use crate::parse::schema::problem::{Fault, Hint, Place};
use crate::parse::tree::{NodeRef, Style};
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "unknown-field",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a field that the schema of the kind does not have",
    page: include_str!("unknown_field.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for problem in &cx.schemas.object(object.id).problems {
        if let Fault::UnknownField { key, hint } = &problem.fault {
            report(cx, object, object.file.node(*key), hint.as_ref(), sink);
        }
    }
}

fn report<'p>(
    cx: &Context<'p>,
    object: ObjectRef<'p>,
    key: NodeRef<'p>,
    hint: Option<&Hint>,
    sink: &mut Sink<'_>,
) {
    let path = path_in(object, key);
    let name = key.key();
    let path = if path.is_empty() { &*name } else { &path };
    match hint {
        None => {
            sink.report(object, key, format!("unknown field `{path}`")).label("no such field here");
        }
        Some(Hint::Similar { name: similar, standing }) => {
            let report = sink
                .report(object, key, format!("unknown field `{path}`, did you mean `{similar}`?"))
                .label("no such field here");
            let safety = match standing {
                Similarity::Certain => Safety::Safe,
                Similarity::Likely => Safety::Unsafe,
                // Renamed, it would be there twice.
                Similarity::Taken => return,
            };
            if let Some(text) = edit::in_style_of(key, similar) {
                report.fix(format!("write `{similar}`"), safety, object.span(key), text);
            }
        }
        Some(Hint::MissingSpace { colon }) => {
            let message = format!(
                "unknown field `{path}`: a space is missing after the colon of `{}`",
                &name[..=*colon]
            );
            let report =
                sink.report(object, key, message).label("without a space, the colon is part of the key");
            let start = object.span(key).start + *colon as u32 + 1;
            if is_whole_behind(object, key, *colon) {
                let help = "insert the space";
                report.help(help).fix(help, Safety::Safe, Span::new(object.file.id, start, start), " ");
            }
        }
        Some(Hint::Elsewhere { path: owner, place }) => {
            let owner = match owner.strip_suffix("[]") {
                Some(list) => format!("an item of `{list}`"),
                None if owner.is_empty() => "the object itself".to_owned(),
                None => format!("`{owner}`"),
            };
            let direction = match place {
                Place::Above => "further out",
                Place::Below => "further in",
                Place::Beside => "beside this",
            };
            sink.report(object, key, format!("unknown field `{path}`: `{name}` is a field of {owner}"))
                .label(format!("belongs {direction}"))
                .help(format!("move `{name}` to {owner}"));
        }
        Some(Hint::Renamed(now)) => {
            let message = format!("unknown field `{path}`: in `{}` it is `{now}`", object.api_version());
            sink.report(object, key, message).label(format!("now `{now}`"));
        }
        Some(Hint::OtherVersion(range)) => {
            let target = cx.schemas.table().version();
            let when = match (range.since, range.until) {
                (Some(since), _) if since > target => format!("exists since {since} only"),
                (_, Some(until)) => format!("existed up to {until}"),
                _ => "exists in other versions only".to_owned(),
            };
            sink.report(object, key, format!("unknown field `{path}` in Kubernetes {target}: it {when}"))
                .label(format!("not in Kubernetes {target}"));
        }
    }
}

/// Whether what stands behind a colon in a plain key is closed on its line, so that it is a value once there is a space.
fn is_whole_behind(object: ObjectRef<'_>, key: NodeRef<'_>, colon: usize) -> bool {
    let is_as_written = key.style() == Style::Plain && key.source() == key.key() && !key.is_alias();
    let start = object.span(key).start as usize + colon + 1;
    let rest = object.file.source.text()[start..].lines().next().unwrap_or_default();
    let count = |brackets: [char; 2]| rest.matches(brackets).count();
    is_as_written && (!rest.starts_with(['{', '[']) || count(['{', '[']) == count(['}', ']']))
}
