//! Places in an object: by a path with lists in it, and as the API server writes them.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::paths::Paths;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;

/// Whose a path is.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// Objects of these kinds; the path starts at the object.
    Kinds(&'static [Kind]),
    /// Every pod and pod template; the path starts beside its `metadata` and `spec`.
    Pod,
    /// Every pod and pod template with an `affinity`; the path starts there.
    Affinity,
    /// Every container of those; the path starts at the container.
    Container,
}

/// The paths of a table, with something that belongs to each: all that stands at them is found in one walk.
#[derive(Debug)]
pub struct Places<T> {
    kinds: Vec<Paths<T>>,
    pod: Paths<T>,
    affinity: Paths<T>,
    container: Paths<T>,
}

impl<T: Copy> Places<T> {
    /// The paths of these rows.
    pub fn new<'r>(rows: impl IntoIterator<Item = (Owner, &'r str, T)>) -> Self {
        let mut places = Self {
            kinds: Vec::new(),
            pod: Paths::default(),
            affinity: Paths::default(),
            container: Paths::default(),
        };
        places.kinds.resize_with(Kind::Other as usize + 1, Paths::default);
        for (owner, path, value) in rows {
            match owner {
                Owner::Kinds(kinds) => {
                    kinds.iter().for_each(|kind| places.kinds[*kind as usize].insert(path, value));
                }
                Owner::Pod => places.pod.insert(path, value),
                Owner::Affinity => places.affinity.insert(path, value),
                Owner::Container => places.container.insert(path, value),
            }
        }
        places
    }

    /// Visits what stands at the paths in an object, but for nulls: what belongs to the path, where the path starts, the
    /// node, and the mapping that holds it.
    pub fn each<'p>(
        &self,
        object: ObjectRef<'p>,
        visit: &mut dyn FnMut(T, NodeRef<'p>, NodeRef<'p>, NodeRef<'p>),
    ) {
        let mut walk = |paths: &Paths<T>, start: NodeRef<'p>| {
            paths.walk(start, &mut |value, node, holder| {
                if !node.is_null() {
                    visit(value, start, node, holder);
                }
            });
        };
        walk(&self.kinds[object.kind() as usize], object.root());
        let Some(template) = PodTemplate::of(object) else { return };
        walk(&self.pod, template.node);
        if !self.affinity.is_empty()
            && let Some(affinity) = template.get("affinity")
        {
            walk(&self.affinity, affinity);
        }
        if !self.container.is_empty() {
            template.containers().for_each(|Container { node, .. }| walk(&self.container, node));
        }
    }
}

/// Visits what stands at a path below a node: plain keys joined by dots, `[]` behind the key of a list for each of its
/// items. Nulls and what is absent are passed over.
pub fn each_at<'p>(node: NodeRef<'p>, path: &str, visit: &mut dyn FnMut(NodeRef<'p>)) {
    // As deep as the path has lists, whatever the input.
    match path.split_once("[]") {
        None => {
            if let Some(found) = field(node, path) {
                visit(found);
            }
        }
        Some((list, rest)) => {
            let rest = rest.strip_prefix('.').unwrap_or(rest);
            for item in field(node, list).into_iter().flat_map(NodeRef::items) {
                each_at(item, rest, visit);
            }
        }
    }
}

fn field<'p>(node: NodeRef<'p>, path: &str) -> Option<NodeRef<'p>> {
    let found = if path.is_empty() { Some(node) } else { node.get_path(path) };
    found.filter(|found| !found.is_null())
}

/// The path of a node as `field.Path` of the API server writes it: `metadata.annotations[a.b/c]`. For a node that is
/// written elsewhere and only named here, its own text.
pub fn written_path(object: ObjectRef<'_>, node: NodeRef<'_>) -> String {
    let path = object.root().path_to(node).unwrap_or_else(|| node.content().to_owned());
    path.replace("[\"", "[").replace("\"]", "]")
}

/// The path of an entry of a map, which `field.Path` writes with the key in brackets: `resources.limits[memory]`.
pub fn written_key(object: ObjectRef<'_>, mapping: NodeRef<'_>, key: &str) -> String {
    format!("{}[{key}]", written_path(object, mapping))
}
