#![doc = include_str!("removed_api.md")]

use crate::check::{Check, Context, Group, Run, Sink, reshape};
use crate::diagnostic::{Edit, Safety, Severity};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::Standing;
use crate::parse::schema::lifecycle::{self, Change, Lifecycle};
use crate::parse::schema::retired::{Retired, retired};

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
            let report = sink
                .report(object, node, format!("{name} is not served after Kubernetes {until}{instead}"))
                .label(format!("not in Kubernetes {target}"));
            let moved = served.first().and_then(|row| {
                let problems = cx.schemas.problems_under(object, row.api_version)?;
                let text = edit::in_style_of(node, row.api_version).filter(|_| problems.is_empty())?;
                Some((row.api_version, text))
            });
            if let Some((version, text)) = moved {
                let title = format!("write `apiVersion: {version}`");
                report.fix(title, Safety::Unsafe, object.span(node), text);
            }
        }
        Standing::Unknown => {
            if let Some(row) = retired(object.api_version(), object.kind_name()) {
                report_retired(object, row, sink);
            }
        }
        _ => {}
    }
}

/// A custom kind of a project whose release in the cluster nobody tells: what was true for years is likely there too.
fn report_retired(object: ObjectRef<'_>, row: &Retired, sink: &mut Sink<'_>) {
    let Some(node) = object.get("apiVersion") else { return };
    let name = format!("`{}` {}", object.api_version(), object.kind_name());
    let instead = row.replacement.map(|replacement| format!(", use `{replacement}`")).unwrap_or_default();
    let report = sink
        .report(object, node, format!("{name} is not served since {}{instead}", row.gone_since))
        .severity(Severity::Warning)
        .help_opt((!row.note.is_empty()).then(|| row.note.to_owned()));
    if let Some(replacement) = row.replacement
        && let Some(text) = edit::in_style_of(node, replacement)
    {
        let title = format!("write `apiVersion: {replacement}`");
        report.fix(title, Safety::Unsafe, object.span(node), text);
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
    let problems = row.replacement.and_then(|replacement| cx.schemas.problems_under(object, replacement));
    let is_valid = problems.as_ref().is_some_and(Vec::is_empty);
    // What is valid under the new version has its shape already, and was only called by the old name.
    for note in row.notes_on(object).filter(|note| !is_valid || !lifecycle::is_about_shape(note)) {
        report = report.help(note);
    }
    let means_the_same =
        row.change == Change::ApiVersionOnly || row.notes_on(object).all(lifecycle::is_about_shape);
    let Some(replacement) = row.replacement else { return };
    let title = format!("write `apiVersion: {replacement}`");
    let Some(text) = edit::in_style_of(node, replacement) else { return };
    if row.change == Change::ApiVersionOnly || is_valid {
        // Where more than the version may have to change, the fix is offered only if the object is valid as it is.
        let safety = if means_the_same { Safety::Safe } else { Safety::Unsafe };
        report.fix(title, safety, object.span(node), text);
    } else if let Some(mut edits) = problems.and_then(|problems| reshape::rewrite(object, &problems)) {
        edits.push(Edit { span: object.span(node), text });
        // What was left out under `apps/v1beta2` had no default any more: the object never was one.
        let is_certain = means_the_same && row.api_version != "apps/v1beta2";
        let safety = if is_certain { Safety::Safe } else { Safety::Unsafe };
        report.edits(format!("{title}, and the fields as they are there"), safety, edits);
    }
}
