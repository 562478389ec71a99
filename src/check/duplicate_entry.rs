#![doc = include_str!("duplicate_entry.md")]

use std::collections::BTreeMap;

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::place::{each_at, written_path};

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

/// A file that a volume puts somewhere, and where the API server says it comes from.
struct Item<'p> {
    node: NodeRef<'p>,
    source: String,
}

impl Item<'_> {
    fn path(&self) -> &str {
        self.node.content().trim_end_matches('/')
    }

    fn named(&self) -> String {
        if self.source.is_empty() {
            return format!("\"{}\"", self.path());
        }
        format!("\"{}\" ({})", self.path(), self.source)
    }
}

/// Mirrors `warningsForOverlappingVirtualPaths`.
fn check_volume(object: ObjectRef<'_>, volume: NodeRef<'_>, sink: &mut Sink<'_>) {
    let named = |source: NodeRef<'_>, key: &str| source.get(key).map_or("", NodeRef::content).to_owned();
    for (kind, title, key) in [
        ("configMap", "ConfigMap", "name"),
        ("secret", "Secret", "secretName"),
        ("downwardAPI", "DownwardAPI", ""),
    ] {
        let Some(source) = volume.get(kind).filter(|source| source.get("items").is_some()) else { continue };
        let title =
            if key.is_empty() { title.to_owned() } else { format!("{title} \"{}\"", named(source, key)) };
        check_overlap(object, volume, &title, items_of(source, ""), sink);
    }
    let Some(sources) = volume.get_path("projected.sources") else { return };
    let mut items = Vec::new();
    for source in sources.items() {
        let kinds = source.entries().find(|(_, value)| value.is_mapping());
        let Some((kind, value)) = kinds else { continue };
        let own_path = || value.get("path").into_iter();
        match &*kind.key() {
            "configMap" => items.extend(items_of(value, &format!("ConfigMap \"{}\"", named(value, "name")))),
            "secret" => items.extend(items_of(value, &format!("Secret \"{}\"", named(value, "name")))),
            "downwardAPI" => items.extend(items_of(value, "DownwardAPI")),
            "serviceAccountToken" => {
                items.extend(own_path().map(|node| Item { node, source: "ServiceAccountToken".to_owned() }));
            }
            "clusterTrustBundle" => {
                let name = value.get("name").or_else(|| value.get("signerName")).map_or("", NodeRef::content);
                let source = format!("ClusterTrustBundle \"{name}\"");
                items.extend(own_path().map(|node| Item { node, source: source.clone() }));
            }
            _ => {}
        }
    }
    check_overlap(object, volume, "Projected", items, sink);
}

fn items_of<'p>(source: NodeRef<'p>, title: &str) -> Vec<Item<'p>> {
    let items = source.get("items").into_iter().flat_map(NodeRef::items);
    items.filter_map(|item| item.get("path")).map(|node| Item { node, source: title.to_owned() }).collect()
}

fn check_overlap(
    object: ObjectRef<'_>,
    volume: NodeRef<'_>,
    title: &str,
    items: Vec<Item<'_>>,
    sink: &mut Sink<'_>,
) {
    let name = volume.get("name").map_or("", NodeRef::content);
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.path().is_empty()) {
        let overlapping = items[..index].iter().find(|other| {
            !other.path().is_empty()
                && (covers(item.path(), other.path()) || covers(other.path(), item.path()))
        });
        let Some(other) = overlapping else { continue };
        let message = format!(
            "volume \"{name}\" ({title}): overlapping paths: {} with {}",
            item.named(),
            other.named()
        );
        sink.report(object, item.node, message)
            .related(object.span(other.node), "taken by this one")
            .help("give each file of the volume a path of its own: of two equal ones the last wins");
    }
}

/// Whether a path is another one, or a folder on its way.
fn covers(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
