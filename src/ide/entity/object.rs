//! Objects, and the fields that name them.

use crate::graph::reference::{Edge, Resolution, Scope};
use crate::graph::{KindRef, NAMESPACE_NAME_LABEL};
use crate::ide::View;
use crate::ide::cursor::Cursor;
use crate::ide::entity::{Entity, Named, Occurrence};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef};
use crate::parse::tree::{NodeRef, Step};
use crate::practice::selection::items_at;

/// The object that the name at a place is of.
pub(super) fn at<'p>(view: &View<'p>, cursor: &Cursor<'p>) -> Option<Entity<'p>> {
    let object = cursor.object;
    let node = cursor.trail.node()?;
    if let Some(edge) = edge_at(view, cursor) {
        return Some(Entity::Object(Named {
            kind: edge.kind,
            namespace: edge.namespace,
            name: edge.name,
            id: edge.target(),
        }));
    }
    let is_name = matches!(&cursor.trail.steps[..], [Step::Key(first), Step::Key(second)] if first == "metadata" && second == "name");
    if !is_name || object.name().is_empty() || node.as_str() != Some(object.name()) {
        return None;
    }
    let kind = KindRef::of_object(object);
    let (namespace, name) = (object.namespace(), object.name());
    // A patch speaks of the object that it is applied to.
    let patched = || view.graph.find(kind, namespace, name).next().map(|object| object.id);
    let id = if view.graph.is_patch(object) { patched() } else { Some(object.id) };
    Some(Entity::Object(Named { kind, namespace, name, id }))
}

/// The reference whose field a place touches.
pub(in crate::ide) fn edge_at<'p>(view: &View<'p>, cursor: &Cursor<'p>) -> Option<&'p Edge<'p>> {
    let node = cursor.trail.node()?;
    let edges = view.graph.edges_from(cursor.object.id).iter();
    let mut edges = edges.filter(|edge| edge.field.id() == node.id()).peekable();
    let first = *edges.peek()?;
    // Of several names in one field the one that is pointed at.
    let touched = edges.find(|edge| {
        edge.place_in_list().is_some_and(|place| (place.start..=place.end).contains(&cursor.offset))
    });
    Some(touched.unwrap_or(first))
}

/// Every place that names an object.
pub(super) fn occurrences<'p>(view: &View<'p>, named: &Named<'p>) -> Vec<Occurrence<'p>> {
    let graph = view.graph;
    let mut found = Vec::new();
    match named.id {
        Some(id) => {
            let object = view.program.object(id);
            if let Some(name) = object.get("metadata.name") {
                found.push(Occurrence::of(object, name, true));
            }
            let edges: Vec<_> = graph.edges_to(id).map(|edge| occurrence(view, edge)).collect();
            found.extend(edges);
            found.extend(patches_of(view, object));
            found.extend(names_of_makers(view, object));
            if makes_namesake(object) {
                let same = made_by(view, id).into_iter().filter(|edge| edge.name == object.name());
                found.extend(same.map(|edge| occurrence(view, edge)));
            }
        }
        None => {
            let is_same = |edge: &&Edge<'p>| {
                edge.target().is_none()
                    && (edge.kind, edge.namespace, edge.name) == (named.kind, named.namespace, named.name)
            };
            found.extend(graph.edges().iter().filter(is_same).map(|edge| occurrence(view, edge)));
        }
    }
    if named.kind == KindRef::Known(Kind::Namespace) {
        found.extend(namespaces_beside_names(view, named.name));
        found.extend(namespaces_in_selectors(view, named.name));
    }
    found
}

/// Whether an object makes one that has its own name, having been given no other: External Secrets and Sealed Secrets.
pub(in crate::ide) fn makes_namesake(object: ObjectRef<'_>) -> bool {
    let says = |path: &str| object.get(path).is_some();
    match object.kind() {
        Kind::ExternalSecret => !says("spec.target.name"),
        Kind::ClusterExternalSecret => {
            !says("spec.externalSecretSpec.target.name") && !says("spec.externalSecretName")
        }
        Kind::SealedSecret => true,
        _ => false,
    }
}

/// The references to what an object makes.
pub(in crate::ide) fn made_by<'p>(view: &View<'p>, maker: ObjectId) -> Vec<&'p Edge<'p>> {
    let graph = view.graph;
    graph.edges().iter().filter(|edge| edge.resolution == Resolution::Made(maker)).collect()
}

/// A reference to what an object makes under a name that begins with, or is put together from, its own: claims of a
/// StatefulSet or a pod, and whatever an operator makes of its resource.
pub(in crate::ide) fn derived_name<'p>(view: &View<'p>, object: ObjectRef<'p>) -> Option<&'p Edge<'p>> {
    let is_derived = match object.kind() {
        Kind::StatefulSet | Kind::Pod => true,
        // Of what kplan knows, all others say in a field what they make.
        Kind::Other => true,
        _ => false,
    };
    let mut made = made_by(view, object.id).into_iter();
    made.find(|edge| is_derived && edge.name.contains(object.name()))
}

fn occurrence<'p>(view: &View<'p>, edge: &Edge<'p>) -> Occurrence<'p> {
    let object = view.program.object(edge.from);
    let (skip, rest) = edge.beside_name();
    Occurrence { skip, rest, ..Occurrence::of(object, edge.field, false) }
}

/// The names of the patches that are applied to an object.
fn patches_of<'p>(view: &View<'p>, object: ObjectRef<'p>) -> Vec<Occurrence<'p>> {
    let is_for = |patch: &ObjectRef<'p>| {
        view.graph.is_patch(*patch)
            && patch.kind_name() == object.kind_name()
            && patch.group() == object.group()
            && patch.name() == object.name()
    };
    let patches = view.program.objects().filter(is_for);
    patches.filter_map(|patch| Some(Occurrence::of(patch, patch.get("metadata.name")?, false))).collect()
}

/// The fields by which those say the name that make an object which is there, or add to it.
fn names_of_makers<'p>(view: &View<'p>, object: ObjectRef<'p>) -> Vec<Occurrence<'p>> {
    let makers = view.graph.makers(object.kind(), object.namespace(), object.name()).flatten();
    let fields = makers.filter_map(|maker| {
        let path = match maker.kind() {
            Kind::ExternalSecret => "spec.target.name",
            Kind::ClusterExternalSecret => "spec.externalSecretSpec.target.name",
            Kind::Certificate => "spec.secretName",
            _ => return None,
        };
        let field = maker.get(path).filter(|field| field.as_str() == Some(object.name()))?;
        Some(Occurrence::of(maker, field, false))
    });
    fields.collect()
}

/// The names of a namespace in selectors by the label that holds it: what asks for that label is about namespaces, whatever
/// the kind.
fn namespaces_in_selectors<'p>(view: &View<'p>, namespace: &str) -> Vec<Occurrence<'p>> {
    let mut found = Vec::new();
    let speaking =
        view.program.objects().filter(|object| object.file.source.text().contains(NAMESPACE_NAME_LABEL));
    for object in speaking {
        let mut pending = vec![object.root()];
        while let Some(node) = pending.pop() {
            pending.extend(node.items());
            pending.extend(node.entries().map(|(_, value)| value));
            let pair = node.get(NAMESPACE_NAME_LABEL);
            let is_term = node.get("key").and_then(NodeRef::as_str) == Some(NAMESPACE_NAME_LABEL);
            let values = is_term.then(|| items_at(node, "values")).into_iter().flatten();
            let named = pair.into_iter().chain(values).filter(|value| value.as_str() == Some(namespace));
            found.extend(named.map(|value| Occurrence::of(object, value, false)));
        }
    }
    found
}

/// The fields that stand beside a name and say the namespace that it is in.
fn namespaces_beside_names<'p>(view: &View<'p>, namespace: &str) -> Vec<Occurrence<'p>> {
    let graph = view.graph;
    let said = graph.edges().iter().filter(|edge| edge.namespace == Some(namespace));
    let said = said.filter_map(|edge| {
        let object = view.program.object(edge.from);
        if let Some((skip, rest)) = edge.beside_namespace() {
            return Some(Occurrence { skip, rest, ..Occurrence::of(object, edge.field, false) });
        }
        let (Scope::Sibling(key) | Scope::SiblingOrSame(key)) = edge.row.scope else { return None };
        let node: NodeRef<'p> = edge.holder.get(key)?;
        (node.as_str() == Some(namespace)).then(|| Occurrence::of(object, node, false))
    });
    said.collect()
}
