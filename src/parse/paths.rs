//! Many paths into an object, read in one walk.

use crate::parse::tree::{KeySet, NodeRef};

/// Paths with something that belongs to each, merged where they begin alike, so that no field is looked at twice.
///
/// A path is keys joined by dots; `[]` follows the key of a list, and the path goes on in each of its items; `['a.b']` is a
/// key with dots in it; `{a|b.c}` stands for either, and `{containers}` for the three lists of containers.
#[derive(Debug)]
pub struct Paths<T> {
    nodes: Vec<PathNode<T>>,
}

#[derive(Debug)]
struct PathNode<T> {
    values: Vec<T>,
    children: Vec<Child>,
    /// The keys of the children: most mappings have none of them.
    keys: KeySet,
    /// A bit for each length that the key of a child has: most keys of a document are of no interest.
    lengths: u64,
}

#[derive(Debug)]
struct Child {
    key: Box<str>,
    /// The value is a list, and the path goes on in each of its items.
    is_list: bool,
    node: usize,
}

impl<T> Default for Paths<T> {
    fn default() -> Self {
        Self { nodes: Vec::new() }
    }
}

impl<T: Copy> Paths<T> {
    /// Adds a path and what belongs to it.
    pub fn insert(&mut self, path: &str, value: T) {
        if self.nodes.is_empty() {
            self.nodes.push(PathNode::default());
        }
        for path in ways(path) {
            let mut end = 0;
            for (key, is_list) in steps(&path) {
                end = self.child(end, key, is_list);
            }
            self.nodes[end].values.push(value);
        }
    }

    fn child(&mut self, parent: usize, key: &str, is_list: bool) -> usize {
        let children = &self.nodes[parent].children;
        if let Some(child) = children.iter().find(|child| *child.key == *key && child.is_list == is_list) {
            return child.node;
        }
        let node = self.nodes.len();
        self.nodes[parent].children.push(Child { key: key.into(), is_list, node });
        self.nodes[parent].keys.insert(key);
        self.nodes[parent].lengths |= bit_of_length(key);
        self.nodes.push(PathNode::default());
        node
    }

    /// Whether there is no path.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Calls `found` for each path at which something stands below `root`: what belongs to it, the field, and the mapping
    /// that holds it. The empty path is `root` itself.
    pub fn walk<'p>(&self, root: NodeRef<'p>, found: &mut impl FnMut(T, NodeRef<'p>, NodeRef<'p>)) {
        let Some(first) = self.nodes.first() else { return };
        first.values.iter().for_each(|value| found(*value, root, root));
        // Bounded by the paths: none of them is longer than a dozen steps.
        let mut pending = vec![(0, root)];
        while let Some((at, mapping)) = pending.pop() {
            let holder: &PathNode<T> = &self.nodes[at];
            if !mapping.may_have(holder.keys) {
                continue;
            }
            for (key, value) in mapping.entries() {
                let key = key.key();
                if holder.lengths & bit_of_length(&key) == 0 {
                    continue;
                }
                for child in holder.children.iter().filter(|child| *child.key == *key) {
                    let mut visit = |value: NodeRef<'p>| {
                        let node = &self.nodes[child.node];
                        node.values.iter().for_each(|one| found(*one, value, mapping));
                        if !node.children.is_empty() && value.is_mapping() {
                            pending.push((child.node, value));
                        }
                    };
                    if child.is_list {
                        value.items().for_each(&mut visit);
                    } else {
                        visit(value);
                    }
                }
            }
        }
    }
}

impl<T> Default for PathNode<T> {
    fn default() -> Self {
        Self { values: Vec::new(), children: Vec::new(), keys: KeySet::default(), lengths: 0 }
    }
}

fn bit_of_length(key: &str) -> u64 {
    1 << (key.len() % 64)
}

/// The paths that a path with braces stands for: one for each way that it leaves open.
pub fn ways(path: &str) -> Vec<String> {
    let Some((before, (choices, after))) =
        path.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    else {
        return vec![path.to_owned()];
    };
    let choices = if choices == "containers" { CONTAINER_LISTS } else { choices };
    // Bounded by the tables, in which no path has more than three pairs of braces.
    let rests = ways(after);
    let mut all = Vec::new();
    for choice in choices.split('|') {
        all.extend(rests.iter().map(|rest| format!("{before}{choice}{rest}")));
    }
    all
}

/// What `{containers}` stands for.
const CONTAINER_LISTS: &str = "containers|initContainers|ephemeralContainers";

/// The steps of a path: each a key, and whether a list follows.
pub fn steps(path: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = path;
    std::iter::from_fn(move || {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if rest.is_empty() {
            return None;
        }
        let (key, after) = match rest.strip_prefix("['") {
            Some(quoted) => quoted.split_once("']").unwrap_or((quoted, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        rest = after.strip_prefix("[]").unwrap_or(after);
        Some((key, rest.len() < after.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_step_by_step() {
        let steps = |path| steps(path).collect::<Vec<_>>();
        assert_eq!(steps("spec.tls[].secretName"), [("spec", false), ("tls", true), ("secretName", false)]);
        assert_eq!(
            steps("metadata.annotations['cert-manager.io/issuer']"),
            [("metadata", false), ("annotations", false), ("cert-manager.io/issuer", false)]
        );
        assert_eq!(steps("spec.gateways[]"), [("spec", false), ("gateways", true)]);
    }

    #[test]
    fn braces_leave_ways_open() {
        assert_eq!(ways("spec.name"), ["spec.name"]);
        assert_eq!(ways("spec.{a[]|b.c}.name"), ["spec.a[].name", "spec.b.c.name"]);
        assert_eq!(ways("{a|b}.{c|d}"), ["a.c", "a.d", "b.c", "b.d"]);
    }
}
