//! The path of a node, such as `spec.ports[0].targetPort`.
//!
//! A container does not say where its children are; the next one is known from the one before. A thousand findings in a
//! mapping of a hundred thousand keys would each walk over all of it, so long trees remember where every 64th child is.

use std::fmt::Write;

use crate::parse::tree::{Items, NodeRef, RawEntries, Tree, flag};

/// How many children lie between two that are remembered.
const STRIDE: usize = 64;

/// Trees with fewer nodes are walked.
const LONG: usize = 4096;

/// A child of a container that is neither among its first nor remembered with its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Landmark {
    container: u32,
    /// The node; of a mapping, the key.
    child: u32,
    /// How many items or entries come before it.
    index: u32,
}

/// Every 64th child of each container, sorted by container and child.
#[derive(Clone, Debug, Default)]
pub(super) struct Landmarks(Vec<Landmark>);

impl Landmarks {
    fn of(tree: &Tree) -> Self {
        let mut landmarks = Vec::new();
        for (container, node) in (0u32..).zip(&tree.nodes) {
            let nodes_of_child = match node.meta & flag::KIND {
                flag::MAPPING => 2,
                flag::SEQUENCE => 1,
                _ => continue,
            };
            let (mut child, mut index) = (container + 1, 0);
            while child < node.payload {
                if index > 0 && index % STRIDE as u32 == 0 {
                    landmarks.push(Landmark { container, child, index });
                }
                for _ in 0..nodes_of_child {
                    child = tree.after(child);
                }
                index += 1;
            }
        }
        Self(landmarks)
    }

    /// A child of the container at or before a node below it, and its index.
    fn before(&self, container: u32, node: u32) -> (u32, u32) {
        let after = self.0.partition_point(|one| (one.container, one.child) <= (container, node));
        match after.checked_sub(1).map(|at| self.0[at]) {
            Some(near) if near.container == container => (near.child, near.index),
            _ => (container + 1, 0),
        }
    }
}

impl<'t> NodeRef<'t> {
    /// `spec.ports[0].targetPort` of a node below this one, as written and without following aliases; for a key, the
    /// path of its value. `None` if it is not below.
    pub fn path_to(self, node: NodeRef<'t>) -> Option<String> {
        let tree = self.tree;
        let goal = node.id.0;
        if goal < self.id.0 || goal >= tree.after(self.id.0) {
            return None;
        }
        let landmarks =
            (tree.nodes.len() >= LONG).then(|| tree.landmarks.get_or_init(|| Landmarks::of(tree)));
        let mut path = String::new();
        let mut at = self.id.0;
        while at != goal {
            let container = tree.nodes[at as usize];
            let (next, index) = landmarks.map_or((at + 1, 0), |landmarks| landmarks.before(at, goal));
            let end = container.payload;
            match container.meta & flag::KIND {
                flag::MAPPING => {
                    let mut entries = RawEntries { tree, next, end };
                    let (key, value) = entries.find(|(_, value)| goal < tree.after(value.id.0))?;
                    push_key(&mut path, &key.key());
                    if goal < value.id.0 {
                        return Some(path);
                    }
                    at = value.id.0;
                }
                flag::SEQUENCE => {
                    let items = Items { tree, next, end };
                    let mut numbered = (index..).zip(items);
                    let (index, item) = numbered.find(|(_, item)| goal < tree.after(item.id.0))?;
                    write!(path, "[{index}]").ok()?;
                    at = item.id.0;
                }
                _ => return None,
            }
        }
        Some(path)
    }
}

fn push_key(path: &mut String, key: &str) {
    if key.is_empty() || key.contains(['.', '[', ']', ' ', '"']) {
        path.push_str(&format!("[{key:?}]"));
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

#[cfg(test)]
mod tests {
    use crate::parse;
    use crate::parse::tree::{NodeId, Step};
    use crate::source::SourceFile;

    #[test]
    fn a_path_leads_back_to_its_node_in_long_trees_too() {
        for count in [3, 63, 64, 65, 128, 3000] {
            let mut text = String::from("list:\n");
            for index in 0..count {
                text.push_str(&format!("- {{name: n{index}, ports: [{index}, 2]}}\n"));
            }
            text.push_str("map:\n");
            for index in 0..count {
                text.push_str(&format!("  key{index}: {{deep: [a, {index}]}}\n"));
            }
            let file = SourceFile::new("long.yaml", text.into_bytes());
            let parsed = parse::parse(&file);
            let root = parsed.tree.node(NodeId(0));
            for index in [0, 1, 62, 63, 64, 65, 127, 128, count - 1] {
                if index >= count {
                    continue;
                }
                let item = root.get("list").and_then(|list| list.items().nth(index)).expect("an item");
                let port = item.get("ports").and_then(|ports| ports.items().next()).expect("a port");
                assert_eq!(root.path_to(port).as_deref(), Some(&*format!("list[{index}].ports[0]")));
                let key = format!("key{index}");
                let steps = [Step::from("map"), Step::from(&*key), Step::from("deep"), Step::from(1)];
                let value = root.at(&steps).expect("a value");
                assert_eq!(root.path_to(value).as_deref(), Some(&*format!("map.{key}.deep[1]")));
                let (name, _) = root.get("map").and_then(|map| map.get_entry(&key)).expect("an entry");
                assert_eq!(root.path_to(name).as_deref(), Some(&*format!("map.{key}")));
            }
        }
    }
}
