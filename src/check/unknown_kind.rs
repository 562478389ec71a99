#![doc = include_str!("unknown_kind.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::facts::Standing;
use crate::parse::schema::suggest::{closest, distance};

pub(super) static CHECK: Check = Check {
    id: "unknown-kind",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a kind that no Kubernetes API of this version has",
    page: include_str!("unknown_kind.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    match cx.schemas.object(object.id).standing {
        Standing::Impossible => impossible(cx, object, sink),
        Standing::Unknown => misspelt_group(cx, object, sink),
        Standing::OtherVersion(kind) => {
            let target = cx.schemas.table().version();
            let Some(since) = kind.versions.since.filter(|since| *since > target) else { return };
            let message = format!(
                "{} `{}` is served since Kubernetes {since}, and the target is {target}",
                object.kind_name(),
                object.api_version()
            );
            let served = cx.schemas.table().kinds_named(object.kind_name());
            let served =
                served.first().map(|kind| format!("Kubernetes {target} serves `{}`", kind.api_version));
            let Some(node) = object.get("apiVersion") else { return };
            sink.report(object, node, message).label(format!("not in Kubernetes {target}")).help_opt(served);
        }
        _ => {}
    }
}

fn impossible<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let table = cx.schemas.table();
    let (kind, api_version) = (object.kind_name(), object.api_version());
    let message = format!("no matches for kind `{kind}` in version `{api_version}`");
    let served = table.kinds_named(kind);
    if let (Some(first), Some(node)) = (served.first(), object.get("apiVersion")) {
        let mut slips = served.iter().filter(|row| typo::is_typo(api_version, row.api_version));
        let slip = slips.next().filter(|_| slips.next().is_none());
        let meant = slip.unwrap_or(first).api_version;
        let is_only_one = served.len() == 1 && is_valid_under(cx, object, meant);
        let safety = if slip.is_some() || is_only_one { Safety::Safe } else { Safety::Unsafe };
        let report = sink
            .report(object, node, format!("{message}, did you mean `{meant}`?"))
            .label(format!("has no {kind}"));
        if let Some(text) = edit::in_style_of(node, meant) {
            report.fix(format!("write `apiVersion: {meant}`"), safety, object.span(node), text);
        }
        return;
    }
    let Some(node) = object.get("kind") else { return };
    let here = table.kinds().filter(|row| row.api_version == api_version).map(|row| row.kind);
    let meant = closest(kind, here).map(|meant| (meant, api_version)).or_else(|| {
        let meant = closest(kind, table.kinds().map(|row| row.kind))?;
        Some((meant, table.kinds_named(meant).first()?.api_version))
    });
    match meant {
        Some((meant, version)) if version == api_version => {
            let report = sink
                .report(object, node, format!("{message}, did you mean `{meant}`?"))
                .label("no such kind");
            // No other kind can join an API version of Kubernetes itself.
            let safety = if typo::is_typo(kind, meant) { Safety::Safe } else { Safety::Unsafe };
            if let Some(text) = edit::in_style_of(node, meant) {
                report.fix(format!("write `kind: {meant}`"), safety, object.span(node), text);
            }
        }
        Some((meant, version)) => {
            sink.report(object, node, format!("{message}, did you mean `{meant}`?"))
                .label("no such kind")
                .help(format!("{meant} is a kind of `{version}`"));
        }
        None => {
            sink.report(object, node, message).label("no such kind");
        }
    }
}

/// Whether nothing is wrong with the object as one of an API version: what it says was written for that version.
fn is_valid_under(cx: &Context<'_>, object: ObjectRef<'_>, api_version: &str) -> bool {
    cx.schemas.problems_under(object, api_version).is_some_and(|problems| problems.is_empty())
}

/// A built-in kind under a group that no custom resource would have: `netwroking.k8s.io`.
fn misspelt_group<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let served = cx.schemas.table().kinds_named(object.kind_name());
    let Some(meant) = served.first().filter(|row| distance(row.group(), object.group()) <= 3) else { return };
    let Some(node) = object.get("apiVersion") else { return };
    let (kind, api_version) = (object.kind_name(), object.api_version());
    let meant = meant.api_version;
    let message = format!("no matches for kind `{kind}` in version `{api_version}`, did you mean `{meant}`?");
    let report = sink.report(object, node, message).label("no such API group");
    if let Some(text) = edit::in_style_of(node, meant) {
        // Nobody can add a group without a dot (`ValidateCustomResourceDefinition`), and those of Kubernetes end in
        // `k8s.io`.
        let is_own = !object.group().contains('.') || object.group().ends_with(".k8s.io");
        let is_certain = is_own && typo::is_typo(api_version, meant) && is_valid_under(cx, object, meant);
        let safety = if is_certain { Safety::Safe } else { Safety::Unsafe };
        report.fix(format!("write `apiVersion: {meant}`"), safety, object.span(node), text);
    }
}
