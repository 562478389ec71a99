#![doc = include_str!("fractional_bytes.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::plan::defaults::quantity::{Precision, canonical};
use crate::plan::quantity::Quantity;
use crate::practice::place::{each_at, written_key};

pub(super) static CHECK: Check = Check {
    id: "fractional-bytes",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an amount of memory or storage that is no whole number of bytes",
    page: include_str!("fractional_bytes.md"),
    run: Run::Object(run),
};

const BYTES: &[&str] = &["memory", "ephemeral-storage"];
const STORAGE: &[&str] = &["storage"];

/// Where claims do. Mirrors `GetWarningsForPersistentVolumeClaimSpec` and its callers.
const IN_CLAIM: &[(Kind, &str)] = &[
    (Kind::PersistentVolumeClaim, "spec.resources.requests"),
    (Kind::PersistentVolumeClaim, "spec.resources.limits"),
    (Kind::StatefulSet, "spec.volumeClaimTemplates[].spec.resources.requests"),
    (Kind::StatefulSet, "spec.volumeClaimTemplates[].spec.resources.limits"),
];

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if let Some(template) = PodTemplate::of(object) {
        check_pod(template, sink);
    }
    for (_, path) in IN_CLAIM.iter().filter(|(kind, _)| *kind == object.kind()) {
        each_at(object.root(), path, &mut |list| check(object, list, STORAGE, sink));
    }
}

/// Mirrors `warningsForPodSpecAndMeta`; what the whole pod asks for is of the same kind.
fn check_pod(template: PodTemplate<'_>, sink: &mut Sink<'_>) {
    let object = template.owner;
    let of_containers = template.containers().filter_map(|container| container.get("resources"));
    for resources in of_containers.chain(template.get("resources")) {
        for list in ["limits", "requests"].iter().filter_map(|list| resources.get(list)) {
            check(object, list, BYTES, sink);
        }
    }
    if let Some(overhead) = template.get("overhead") {
        check(object, overhead, BYTES, sink);
    }
    each_at(template.spec, "volumes[].ephemeral.volumeClaimTemplate.spec.resources", &mut |resources| {
        for list in ["limits", "requests"].iter().filter_map(|list| resources.get(list)) {
            check(object, list, STORAGE, sink);
        }
    });
}

fn check(object: ObjectRef<'_>, list: NodeRef<'_>, resources: &[&str], sink: &mut Sink<'_>) {
    for name in resources {
        let Some(node) = list.get(name).filter(|node| node.is_scalar() && !node.is_null()) else { continue };
        // Most end in `i`, and their fraction, if any, shows.
        if !node.content().contains(['m', 'u', 'n', '.', 'e', 'E']) {
            continue;
        }
        let Ok(amount) = Quantity::parse(node.content()) else { continue };
        if amount.milli_value() % 1000 == 0 {
            continue;
        }
        let path = written_key(object, list, name);
        let written = canonical(node.content(), Precision::Milli).unwrap_or_default();
        let message = format!("{path}: fractional byte value \"{written}\" is invalid, must be an integer");
        let report = sink.report(object, node, message);
        let Some(number) = node.content().strip_suffix('m') else {
            let whole = amount.value();
            report.label("rounded up when it is used").help(format!("write `{whole}`, or a smaller unit"));
            continue;
        };
        let meant = format!("{number}Mi");
        let help = format!("write `{meant}`: `M` and `Mi` are millions of bytes");
        let report = report.label("`m` is a thousandth of a byte").help(help.as_str());
        if let Some(text) = edit::in_style_of(node, &meant) {
            report.fix(help, Safety::Unsafe, object.span(node), text);
        }
    }
}
