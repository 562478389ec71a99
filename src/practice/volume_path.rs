//! Where the files of a volume lie in it, and which lie upon each other.

use crate::parse::tree::NodeRef;

/// A file of a volume whose path is that of another, or leads through it.
#[derive(Clone, Debug)]
pub struct Overlap<'p> {
    /// Its path.
    pub path: NodeRef<'p>,
    /// The path of the other, which comes before it.
    pub other: NodeRef<'p>,
    /// What the API server says of it.
    pub words: String,
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

/// Visits the files of a volume whose path is taken, once each. Mirrors `warningsForOverlappingVirtualPaths`.
pub fn each_overlap<'p>(volume: NodeRef<'p>, visit: &mut dyn FnMut(&Overlap<'p>)) {
    let named = |source: NodeRef<'_>, key: &str| source.get(key).map_or("", NodeRef::content).to_owned();
    for (kind, title, key) in [
        ("configMap", "ConfigMap", "name"),
        ("secret", "Secret", "secretName"),
        ("downwardAPI", "DownwardAPI", ""),
    ] {
        let Some(source) = volume.get(kind).filter(|source| source.get("items").is_some()) else { continue };
        let title =
            if key.is_empty() { title.to_owned() } else { format!("{title} \"{}\"", named(source, key)) };
        overlaps(volume, &title, &items_of(source, ""), visit);
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
    overlaps(volume, "Projected", &items, visit);
}

fn items_of<'p>(source: NodeRef<'p>, title: &str) -> Vec<Item<'p>> {
    let items = source.get("items").into_iter().flat_map(NodeRef::items);
    items.filter_map(|item| item.get("path")).map(|node| Item { node, source: title.to_owned() }).collect()
}

fn overlaps<'p>(volume: NodeRef<'p>, title: &str, items: &[Item<'p>], visit: &mut dyn FnMut(&Overlap<'p>)) {
    let name = volume.get("name").map_or("", NodeRef::content);
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.path().is_empty()) {
        let overlapping = items[..index].iter().find(|other| {
            !other.path().is_empty()
                && (covers(item.path(), other.path()) || covers(other.path(), item.path()))
        });
        let Some(other) = overlapping else { continue };
        let (own, its) = (item.named(), other.named());
        let words = format!("volume \"{name}\" ({title}): overlapping paths: {own} with {its}");
        visit(&Overlap { path: item.node, other: other.node, words });
    }
}

/// Whether a path is another one, or a folder on its way.
fn covers(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
