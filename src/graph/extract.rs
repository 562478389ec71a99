//! Finds the references of an object: all rows of the table in one walk over its fields.

use std::sync::LazyLock;

use crate::graph::declared::Declared;
use crate::graph::names::KindRef;
use crate::graph::reference::{Edge, From, Resolution, Row, Scope, To};
use crate::graph::table::{self, DECLARED};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, group_of};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

/// The paths of many rows, merged where they begin alike, so that no field is looked at twice.
#[derive(Debug, Default)]
struct Trie {
    nodes: Vec<TrieNode>,
}

#[derive(Debug, Default)]
struct TrieNode {
    rows: Vec<&'static Row>,
    children: Vec<Child>,
}

#[derive(Debug)]
struct Child {
    key: &'static str,
    /// The value is a list, and the path goes on in each of its items.
    is_list: bool,
    node: usize,
}

/// All tries: one for pod specs, one for each kind.
#[derive(Debug)]
struct Tries {
    pod_spec: Trie,
    kinds: Vec<Trie>,
}

static TRIES: LazyLock<Tries> = LazyLock::new(|| {
    let mut tries = Tries { pod_spec: Trie::default(), kinds: Vec::new() };
    tries.kinds.resize_with(Kind::Other as usize + 1, Trie::default);
    for row in table::rows() {
        match row.from {
            From::PodSpec => tries.pod_spec.insert(row),
            From::Kinds(kinds) => kinds.iter().for_each(|kind| tries.kinds[*kind as usize].insert(row)),
            // There is one such row of each, and it is read without a trie.
            From::Namespaced | From::Declared => {}
        }
    }
    tries
});

const CONTAINER_LISTS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];

impl Trie {
    fn insert(&mut self, row: &'static Row) {
        if self.nodes.is_empty() {
            self.nodes.push(TrieNode::default());
        }
        let mut ends = vec![0];
        for (key, is_list) in steps(row.path) {
            let keys = if key == "{containers}" { CONTAINER_LISTS } else { std::slice::from_ref(&key) };
            let mut next = Vec::with_capacity(ends.len() * keys.len());
            for end in ends {
                for key in keys {
                    next.push(self.child(end, key, is_list));
                }
            }
            ends = next;
        }
        for end in ends {
            self.nodes[end].rows.push(row);
        }
    }

    fn child(&mut self, parent: usize, key: &'static str, is_list: bool) -> usize {
        let children = &self.nodes[parent].children;
        if let Some(child) = children.iter().find(|child| child.key == key && child.is_list == is_list) {
            return child.node;
        }
        let node = self.nodes.len();
        self.nodes[parent].children.push(Child { key, is_list, node });
        self.nodes.push(TrieNode::default());
        node
    }

    /// Calls `found` with each row whose field exists below `root`, the field, and the mapping that holds it.
    fn walk<'p>(&self, root: NodeRef<'p>, found: &mut impl FnMut(&'static Row, NodeRef<'p>, NodeRef<'p>)) {
        if self.nodes.is_empty() {
            return;
        }
        // Bounded by the table: no path of it is longer than a dozen steps.
        let mut pending = vec![(0, root)];
        while let Some((at, mapping)) = pending.pop() {
            for (key, value) in mapping.entries() {
                let key = key.key();
                for child in self.nodes[at].children.iter().filter(|child| child.key == key) {
                    let mut visit = |value: NodeRef<'p>| {
                        let node = &self.nodes[child.node];
                        node.rows.iter().for_each(|row| found(row, value, mapping));
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

/// The steps of a path: each a key, and whether a list follows.
fn steps(path: &'static str) -> impl Iterator<Item = (&'static str, bool)> {
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

/// All references of an object, in source order, each still unresolved.
pub(super) fn edges_of<'p>(object: ObjectRef<'p>, declared: &Declared<'p>, edges: &mut Vec<Edge<'p>>) {
    let first = edges.len();
    let tries = &*TRIES;
    for (reference, kind) in declared.references_of(object) {
        for (field, holder) in reference.fields(object.root()) {
            edges.extend(edge(object, &DECLARED, field, holder, kind));
        }
    }
    let mut found = |row: &'static Row, field: NodeRef<'p>, holder: NodeRef<'p>| match row.to {
        To::Resources => {
            let kinds = declared.kinds_of_rule(holder);
            edges.extend(kinds.into_iter().filter_map(|kind| edge(object, row, field, holder, kind)));
        }
        _ => edges
            .extend(target_kind(row, field, holder).and_then(|kind| edge(object, row, field, holder, kind))),
    };
    if let Some(holder) = object.namespace().and_then(|_| object.root().get("metadata"))
        && let Some(field) = holder.get("namespace")
    {
        found(&table::NAMESPACE, field, holder);
    }
    tries.kinds[object.kind() as usize].walk(object.root(), &mut found);
    if let Some(template) = PodTemplate::of(object) {
        tries.pod_spec.walk(template.spec, &mut found);
    }
    edges[first..].sort_by_key(|edge| edge.field.id());
}

fn edge<'p>(
    object: ObjectRef<'p>,
    row: &'static Row,
    field: NodeRef<'p>,
    holder: NodeRef<'p>,
    kind: KindRef<'p>,
) -> Option<Edge<'p>> {
    let value = field.as_str()?;
    let (namespace, name) = match row.scope {
        Scope::Same => (object.namespace(), value),
        Scope::SiblingOrSame(key) => (sibling(holder, key).or(object.namespace()), value),
        Scope::Sibling(key) => (Some(sibling(holder, key)?), value),
        Scope::ServiceHost => match value.strip_suffix(".svc.cluster.local") {
            Some(full) => full.split_once('.').map(|(name, namespace)| (Some(namespace), name))?,
            None if value.contains('.') => return None,
            None => (object.namespace(), value),
        },
        Scope::Slash => match value.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (object.namespace(), value),
        },
    };
    if !is_plain_name(name) {
        return None;
    }
    Some(Edge {
        from: object.id,
        row,
        field,
        holder,
        kind,
        namespace: namespace.filter(|_| kind.is_namespaced()),
        name,
        resolution: Resolution::Missing,
    })
}

/// Names that are templates of names (`${pvc.name}`, `$(NAME)`, `{{ .Values.name }}`) name nothing that can be looked up.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['$', '{', '}', '<', '>', ' ', '*'])
}

fn sibling<'p>(holder: NodeRef<'p>, key: &str) -> Option<&'p str> {
    holder.get(key)?.as_str().filter(|text| !text.is_empty())
}

fn target_kind<'p>(row: &Row, field: NodeRef<'p>, holder: NodeRef<'p>) -> Option<KindRef<'p>> {
    match row.to {
        To::Kind(kind) => Some(KindRef::Known(kind)),
        To::Backend => {
            let port = holder.get_path("port.name").and_then(NodeRef::as_str);
            (port != Some("use-annotation")).then_some(KindRef::Known(Kind::Service))
        }
        To::Unless(key, kind) => {
            let is_outdone = sibling(holder, key).is_some_and(|other| field.as_str() != Some(other));
            (!is_outdone).then_some(KindRef::Known(kind))
        }
        To::If(kind) => (sibling(holder, "kind") == Some(kind.as_str())).then_some(KindRef::Known(kind)),
        To::Said { group: group_key, default } => {
            let Some(kind) = sibling(holder, "kind") else { return default.map(KindRef::Known) };
            let written = holder.get(group_key).and_then(NodeRef::as_str).map(|text| match group_key {
                "apiVersion" => group_of(text),
                _ => text,
            });
            let default_group = default.map_or("", Kind::group);
            Some(KindRef::of(written.unwrap_or(default_group), kind))
        }
        To::ByFlag(flag, unset, set) => {
            let is_set = holder.get(flag).and_then(NodeRef::as_bool) == Some(true);
            Some(KindRef::Known(if is_set { set } else { unset }))
        }
        To::Foreign(group, name) => Some(KindRef::Other { group, name }),
        // They are found with the help of the whole input.
        To::Resources | To::Declared => None,
    }
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
    fn every_path_of_the_table_is_well_formed() {
        for row in table::rows() {
            let steps: Vec<_> = steps(row.path).collect();
            assert!(!steps.is_empty(), "{}", row.path);
            assert!(
                steps.iter().all(|(key, _)| !key.is_empty() && !key.contains(['[', ']'])),
                "{}",
                row.path
            );
        }
    }
}
