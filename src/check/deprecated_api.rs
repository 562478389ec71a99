#![doc = include_str!("deprecated_api.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::Standing;
use crate::parse::schema::lifecycle::Change;

pub(super) static CHECK: Check = Check {
    id: "deprecated-api",
    group: Group::Deprecation,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an API version that is still served and will not be for long",
    page: include_str!("deprecated_api.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let facts = cx.schemas.object(object.id);
    if let (Some(warning), Some(node)) = (&facts.warning, object.get("apiVersion")) {
        sink.report(object, node, &**warning).label("deprecated by its CustomResourceDefinition");
    }
    let Standing::BuiltIn(kind) = facts.standing else { return };
    let Some(row) = kind.lifecycle else { return };
    let target = cx.schemas.table().version();
    let Some(deprecated) = row.deprecated.filter(|deprecated| *deprecated <= target) else { return };
    let Some(node) = object.get("apiVersion") else { return };
    // The words of the API server's own warning, see `deprecation.WarningMessage`.
    let mut message = format!("{} {} is deprecated in v{deprecated}+", row.api_version, row.kind);
    if let Some(removed) = row.removed {
        message.push_str(&format!(", unavailable in v{removed}+"));
    }
    if let Some(replacement) = row.replacement {
        message.push_str(&format!("; use {replacement} {}", row.kind));
    }
    let mut report = sink.report(object, node, message).label("deprecated");
    if row.removed.is_none() {
        report = report.severity(Severity::Note);
    }
    for note in row.notes_on(object) {
        report = report.help(note);
    }
    if let Some(replacement) = row.replacement.filter(|_| row.change == Change::ApiVersionOnly)
        && let Some(text) = edit::in_style_of(node, replacement)
    {
        report.fix(format!("write `apiVersion: {replacement}`"), Safety::Safe, object.span(node), text);
    }
}
