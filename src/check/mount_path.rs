#![doc = include_str!("mount_path.md")]

use crate::check::{Check, Context, Group, Report, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::place::written_path;

pub(super) static CHECK: Check = Check {
    id: "mount-path",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two mounts of a container at one path, or a path in a volume that leads out of it",
    page: include_str!("mount_path.md"),
    run: Run::Object(run),
};

/// A field of a list of mounts or devices.
#[derive(Clone, Copy)]
struct Entry<'p> {
    node: NodeRef<'p>,
    list: &'static str,
}

impl<'p> Entry<'p> {
    fn field(self, key: &str) -> Option<NodeRef<'p>> {
        self.node.get(key).filter(|field| !field.content().is_empty())
    }

    /// Where it is put.
    fn path(self) -> Option<NodeRef<'p>> {
        self.field(if self.list == MOUNTS { "mountPath" } else { "devicePath" })
    }
}

const MOUNTS: &str = "volumeMounts";
const DEVICES: &str = "volumeDevices";

/// Mirrors `ValidateVolumeMounts`, `ValidateVolumeDevices` and `validateLocalDescendingPath` of the API server.
fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object).filter(|_| !context.graph.is_patch(object)) else { return };
    for Container { node, .. } in template.containers() {
        let entries = |list: &'static str| {
            let items = node.get(list).into_iter().flat_map(NodeRef::items);
            items.filter(|item| item.is_mapping()).map(move |node| Entry { node, list })
        };
        let mut above: Vec<Entry<'_>> = Vec::new();
        // A mount is told of the devices, wherever the list of these stands.
        for entry in entries(DEVICES).chain(entries(MOUNTS)) {
            check_neighbours(object, entry, &above, sink);
            check_sub_path(object, entry, sink);
            above.push(entry);
        }
    }
}

fn check_neighbours(object: ObjectRef<'_>, entry: Entry<'_>, above: &[Entry<'_>], sink: &mut Sink<'_>) {
    let Some(path) = entry.path() else { return };
    let mut others = above.iter().filter_map(|other| Some((other, other.path()?)));
    if let Some((other, node)) = others.find(|(_, other)| other.content() == path.content()) {
        let words = match other.list == entry.list {
            true => "must be unique",
            false => "must not already exist as a path in volumeDevices",
        };
        report(object, path, words, sink)
            .related(object.span(node), "taken by this one")
            .help("give each its own path, or take one of them out");
    }
    let Some(name) = entry.field("name") else { return };
    // A volume may be mounted at several places, and be a device at one.
    let mut devices = above.iter().filter(|other| other.list == DEVICES);
    let twice = devices.find_map(|other| other.field("name").filter(|own| own.content() == name.content()));
    if let Some(node) = twice {
        let words = match entry.list == DEVICES {
            true => "must be unique",
            false => "must not already exist in volumeDevices",
        };
        report(object, name, words, sink)
            .related(object.span(node), "used as a device here")
            .help("a volume is a device or a file system, once in each container as a device");
    }
}

/// A path in a volume stays in it.
fn check_sub_path(object: ObjectRef<'_>, entry: Entry<'_>, sink: &mut Sink<'_>) {
    let (plain, expression) = (entry.field("subPath"), entry.field("subPathExpr"));
    if let (Some(plain), Some(expression)) = (plain, expression) {
        report(object, expression, "subPathExpr and subPath are mutually exclusive", sink)
            .related(object.span(plain), "this one is there as well")
            .help("write one of them");
    }
    for path in [plain, expression].into_iter().flatten() {
        let words = if path.content().starts_with('/') {
            "must be a relative path"
        } else if path.content().split('/').any(|part| part == "..") {
            "must not contain '..'"
        } else {
            continue;
        };
        report(object, path, words, sink).help("write the path from the root of the volume");
    }
}

fn report<'s>(object: ObjectRef<'_>, node: NodeRef<'_>, words: &str, sink: &'s mut Sink<'_>) -> Report<'s> {
    let message = format!("{}: Invalid value: \"{}\": {words}", written_path(object, node), node.content());
    sink.report(object, node, message)
}
