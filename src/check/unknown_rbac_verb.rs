#![doc = include_str!("unknown_rbac_verb.md")]

use crate::check::rbac_group::role;
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::permission::{METHODS, meant_verb};
use crate::practice::role::{Rule, own_rules_of};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unknown-rbac-verb",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a rule of a role permits a verb that nobody asks about",
    page: include_str!("unknown_rbac_verb.md"),
    run: Run::Object(run),
};

fn run<'p>(_: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    for rule in own_rules_of(object) {
        let verbs = || items_at(rule.node, "verbs");
        if items_at(rule.node, "nonResourceURLs").next().is_some() {
            check_paths(object, rule, sink);
            continue;
        }
        for verb in verbs() {
            let Some(meant) = meant_verb(verb.content()) else { continue };
            let has_meant = verbs().any(|other| other.content() == meant);
            report(object, verb, meant, has_meant, sink);
        }
    }
}

fn report(object: ObjectRef<'_>, verb: NodeRef<'_>, meant: &str, has_meant: bool, sink: &mut Sink<'_>) {
    let message = format!("{} permits `{}`, which is not a verb of Kubernetes", role(object), verb.content());
    // Beside the verb that was meant, it only is of no use.
    let severity = if has_meant { Severity::Note } else { Severity::Warning };
    let report = sink.report(object, verb, message).severity(severity).label("permits nothing");
    if has_meant {
        report.help(format!("remove it; `{meant}` stands beside it"));
        return;
    }
    let report = report.help(format!("write `{meant}`"));
    // A wildcard gives more than a word for reading or writing may have meant.
    let Some(text) = edit::in_style_of(verb, meant).filter(|_| meant != "*") else { return };
    let is_slip =
        verb.content().eq_ignore_ascii_case(meant) || verb.content().len().abs_diff(meant.len()) <= 1;
    let safety = if is_slip { Safety::Safe } else { Safety::Unsafe };
    report.fix(format!("write `{meant}`"), safety, object.span(verb), text);
}

/// Requests for paths that are no resources have the HTTP method as their verb.
fn check_paths(object: ObjectRef<'_>, rule: Rule<'_>, sink: &mut Sink<'_>) {
    let mut verbs = items_at(rule.node, "verbs");
    if verbs.any(|verb| verb.content() == "*" || METHODS.contains(&verb.content())) {
        return;
    }
    let Some(first) = items_at(rule.node, "verbs").next() else { return };
    let message = format!("{} permits no HTTP method on its `nonResourceURLs`", role(object));
    sink.report(object, first, message)
        .label("no HTTP method")
        .help(format!("the verbs of such paths are `{}`", METHODS.join("`, `")));
}
