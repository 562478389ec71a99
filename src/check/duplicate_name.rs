#![doc = include_str!("duplicate_name.md")]

use std::collections::BTreeMap;

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::place::written_path;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "duplicate-name",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two containers or two volumes of a pod with one name, or a volume that is two things",
    page: include_str!("duplicate_name.md"),
    run: Run::Object(run),
};

/// Lists of a pod spec whose entries have names that are their own. All containers share one set of names.
const NAMED: &[&[&str]] =
    &[&["containers", "initContainers", "ephemeralContainers"], &["volumes"], &["resourceClaims"]];

/// Mirrors `ValidatePodSpec`: `validateContainers` and its kin, `ValidateVolumes`, `validatePodResourceClaims`.
fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object).filter(|_| !context.graph.is_patch(object)) else { return };
    for lists in NAMED {
        let entries = lists.iter().flat_map(|list| items_at(template.spec, list));
        check_names(object, entries.filter_map(|entry| entry.get("name")), sink);
    }
    for volume in items_at(template.spec, "volumes") {
        check_sources(object, volume, sink);
    }
}

fn check_names<'p>(object: ObjectRef<'p>, names: impl Iterator<Item = NodeRef<'p>>, sink: &mut Sink<'_>) {
    let mut first: BTreeMap<&str, NodeRef<'_>> = BTreeMap::new();
    for name in names.filter(|name| !name.content().is_empty()) {
        let Some(other) = first.get(name.content()) else {
            first.insert(name.content(), name);
            continue;
        };
        let message = format!("{}: Duplicate value: \"{}\"", written_path(object, name), name.content());
        sink.report(object, name, message)
            .related(object.span(*other), "the first time")
            .help("give each its own name");
    }
}

fn check_sources(object: ObjectRef<'_>, volume: NodeRef<'_>, sink: &mut Sink<'_>) {
    let mut sources =
        volume.entries().filter(|(key, value)| key.key() != "name" && !value.is_null() && value.is_mapping());
    let Some((first, _)) = sources.next() else { return };
    for (key, value) in sources {
        let path = written_path(object, value);
        sink.report(object, key, format!("{path}: Forbidden: may not specify more than 1 volume type"))
            .related(object.span(first), "the volume is this already")
            .help("make it a volume of its own");
    }
}
