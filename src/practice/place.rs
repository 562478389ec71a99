//! Places in an object: by a path with lists in it, and as the API server writes them.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
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

/// Where the paths in an object start, looked up once for all of them.
#[derive(Clone, Copy, Debug)]
pub struct Starts<'p> {
    /// The object.
    pub object: ObjectRef<'p>,
    template: Option<PodTemplate<'p>>,
    affinity: Option<NodeRef<'p>>,
}

impl<'p> Starts<'p> {
    /// The starts in an object.
    pub fn of(object: ObjectRef<'p>) -> Self {
        let template = PodTemplate::of(object);
        Self { object, template, affinity: template.and_then(|template| template.get("affinity")) }
    }

    /// Visits what stands at the path of an owner, with where the path starts.
    pub fn each(&self, owner: Owner, path: &str, visit: &mut dyn FnMut(NodeRef<'p>, NodeRef<'p>)) {
        let mut visit_from = |start: NodeRef<'p>| each_at(start, path, &mut |node| visit(start, node));
        match owner {
            Owner::Kinds(kinds) if kinds.contains(&self.object.kind()) => visit_from(self.object.root()),
            Owner::Kinds(_) => {}
            Owner::Pod => {
                if let Some(template) = self.template {
                    visit_from(template.node);
                }
            }
            Owner::Affinity => {
                if let Some(affinity) = self.affinity {
                    visit_from(affinity);
                }
            }
            Owner::Container => {
                let containers = self.template.into_iter().flat_map(PodTemplate::containers);
                containers.for_each(|Container { node, .. }| visit_from(node));
            }
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
