#![doc = include_str!("unknown_receiver.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::host::is_placeholder;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unknown-receiver",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a route of an AlertmanagerConfig names a receiver or an interval that it does not have",
    page: include_str!("unknown_receiver.md"),
    run: Run::Object(run),
};

/// Mirrors `validateAlertManagerRoutes` of the Prometheus operator, which takes in no object with such a fault.
fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::AlertmanagerConfig || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let names = |list: &str| -> Vec<NodeRef<'p>> {
        items_at(object.root(), list).filter_map(|one| one.get("name")).collect()
    };
    let receivers = names("spec.receivers");
    // `v1alpha1` calls them by what they were first for.
    let intervals = [names("spec.timeIntervals"), names("spec.muteTimeIntervals")].concat();
    let mut pending: Vec<NodeRef<'p>> = object.get("spec.route").into_iter().collect();
    while let Some(route) = pending.pop() {
        if let Some(receiver) = route.get("receiver").filter(|name| !name.content().is_empty()) {
            check_name(object, receiver, &receivers, ("sends to receiver", "receiver"), sink);
        }
        for list in ["muteTimeIntervals", "activeTimeIntervals"] {
            for interval in items_at(route, list) {
                check_name(object, interval, &intervals, ("names interval", "interval"), sink);
            }
        }
        pending.extend(items_at(route, "routes"));
    }
}

fn check_name(
    object: ObjectRef<'_>,
    name: NodeRef<'_>,
    known: &[NodeRef<'_>],
    (act, what): (&str, &str),
    sink: &mut Sink<'_>,
) {
    let Some(written) = name.as_str().filter(|text| !is_placeholder(text)) else { return };
    if known.iter().any(|one| one.content() == written) {
        return;
    }
    let message = format!(
        "{} is not taken in: a route {act} `{written}`, which it does not have",
        absence::title(object)
    );
    let report = sink.report(object, name, message).label(format!("no {what} of this name"));
    match known.iter().find(|one| typo::is_typo(written, one.content())) {
        Some(meant) => {
            let report = report.related(object.span(*meant), format!("this {what} has a similar name"));
            absence::write_instead(report, object, name, meant.content(), Safety::Safe);
        }
        None => {
            report.help(format!("add the {what}: those of other objects cannot be named"));
        }
    }
}
