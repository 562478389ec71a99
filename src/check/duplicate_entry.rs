#![doc = include_str!("duplicate_entry.md")]

use std::collections::BTreeMap;

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::place::{each_at, written_path};
use crate::practice::volume_path::each_overlap;

pub(super) static CHECK: Check = Check {
    id: "duplicate-entry",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an entry of a pod's list that stands there twice, or is empty, and is lost when it is merged",
    page: include_str!("duplicate_entry.md"),
    run: Run::Object(run),
};

/// A list of a pod spec that is merged by one key, and what the API server calls the key.
struct Keyed {
    list: &'static str,
    key: &'static str,
    help: &'static str,
}

/// Mirrors `warningsForPodSpecAndMeta`; for variables see `duplicate-env`, for ports `duplicate-port`.
const KEYED: &[Keyed] = &[
    Keyed { list: "hostAliases", key: "ip", help: "list all host names of an address in one entry" },
    Keyed { list: "imagePullSecrets", key: "name", help: "name each Secret once" },
];

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for keyed in KEYED {
        let Some(list) = template.get(keyed.list) else { continue };
        check_list(object, list, keyed, sink);
    }
    each_at(template.spec, "volumes[]", &mut |volume| check_volume(object, volume, sink));
}

fn check_list(object: ObjectRef<'_>, list: NodeRef<'_>, keyed: &Keyed, sink: &mut Sink<'_>) {
    let mut first: BTreeMap<&str, NodeRef<'_>> = BTreeMap::new();
    let is_alone = list.items().len() < 2;
    for item in list.items().filter(|item| item.is_mapping()) {
        let node = item.get(keyed.key);
        let value = node.map_or("", NodeRef::content);
        let place = node.filter(|node| !node.source().is_empty()).unwrap_or(item);
        let path = || format!("{}.{}", written_path(object, item), keyed.key);
        if value.is_empty() {
            if keyed.key == "name" {
                sink.report(object, place, format!("{}: invalid empty name \"\"", path()))
                    .help("name a Secret of the namespace, or drop the entry");
            }
            continue;
        }
        if is_alone {
            return;
        }
        if let Some(other) = first.get(value) {
            sink.report(object, place, format!("{}: duplicate {} \"{value}\"", path(), keyed.key))
                .related(object.span(*other), "the first time")
                .help(keyed.help);
        } else {
            first.insert(value, place);
        }
    }
}

fn check_volume(object: ObjectRef<'_>, volume: NodeRef<'_>, sink: &mut Sink<'_>) {
    each_overlap(volume, &mut |overlap| {
        sink.report(object, overlap.path, overlap.words.as_str())
            .related(object.span(overlap.other), "taken by this one")
            .help("give each file of the volume a path of its own: of two equal ones the last wins");
    });
}
