#![doc = include_str!("removed_api.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::Standing;
use crate::parse::schema::lifecycle::{Change, Lifecycle};

pub(super) static CHECK: Check = Check {
    id: "removed-api",
    group: Group::Deprecation,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "an API version that the target version of Kubernetes no longer serves",
    page: include_str!("removed_api.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    match cx.schemas.object(object.id).standing {
        Standing::Removed(row) => removed(cx, object, row, sink),
        Standing::OtherVersion(kind) => {
            let target = cx.schemas.table().version();
            let Some(until) = kind.versions.until.filter(|until| *until < target) else { return };
            let name = format!("`{}` {}", kind.api_version, kind.kind);
            let served = cx.schemas.table().kinds_named(kind.kind);
            let instead =
                served.first().map(|row| format!(", use `{}`", row.api_version)).unwrap_or_default();
            let Some(node) = object.get("apiVersion") else { return };
            sink.report(object, node, format!("{name} is not served after Kubernetes {until}{instead}"))
                .label(format!("not in Kubernetes {target}"));
        }
        _ => {}
    }
}

fn removed<'p>(cx: &Context<'p>, object: ObjectRef<'p>, row: &Lifecycle, sink: &mut Sink<'_>) {
    let Some(node) = object.get("apiVersion") else { return };
    let target = cx.schemas.table().version();
    let name = format!("`{}` {}", row.api_version, row.kind);
    let when = match row.removed {
        Some(removed) => format!("was removed in Kubernetes {removed}"),
        None => format!("is not served by Kubernetes {target}"),
    };
    let instead = match row.replacement {
        Some(replacement) => format!(", use `{replacement}`"),
        None => " and has no replacement".to_owned(),
    };
    let mut report = sink
        .report(object, node, format!("{name} {when}{instead}"))
        .label(format!("not in Kubernetes {target}"));
    let mut notes = row.notes_on(object).peekable();
    let is_moved_alone = row.change == Change::ApiVersionOnly || notes.peek().is_none();
    for note in notes {
        report = report.help(note);
    }
    let Some(replacement) = row.replacement.filter(|_| !node.is_alias()) else { return };
    // Where more than the version may have to change, the fix is offered only if the object would be valid as it is.
    let safety = if is_moved_alone { Safety::Safe } else { Safety::Unsafe };
    let is_valid =
        || cx.schemas.problems_under(object, replacement).is_some_and(|problems| problems.is_empty());
    if row.change == Change::ApiVersionOnly || is_valid() {
        report.fix(format!("write `apiVersion: {replacement}`"), safety, object.span(node), replacement);
    }
}
