//! What a name in a manifest stands for, and every place that names it.

mod key;
mod label;
mod local;
mod object;
mod port;

use crate::graph::KindRef;
use crate::graph::ports::PortRef;
use crate::ide::cursor::{Cursor, inner_span};
use crate::ide::{Place, View};
use crate::parse::object::{ObjectId, ObjectRef};
use crate::parse::tree::NodeRef;
use crate::source::{FileId, Span};

pub(super) use key::entries_of;
pub(super) use label::LabelPart;
pub(super) use label::selectors_that_change;
pub(super) use object::{derived_name, edge_at, made_by};
pub(super) use port::{backend_port, uses_in, uses_of_pods};

/// Something that has a name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entity<'p> {
    /// An object.
    Object(Named<'p>),
    /// An entry of a ConfigMap or a Secret.
    Key {
        /// The ConfigMap or Secret.
        object: ObjectId,
        /// Its key.
        key: String,
    },
    /// A label of pods that selectors ask for.
    Label {
        /// The namespace of the pods.
        namespace: &'p str,
        /// Key of the label.
        key: String,
        /// Its value.
        value: &'p str,
        /// The selector or the template that the place is in.
        start: ObjectId,
        /// Whether key or value is touched.
        part: LabelPart,
    },
    /// A port of containers.
    ContainerPort {
        /// An object that has the pods.
        owner: ObjectId,
        /// Its name or number.
        port: PortRef<'p>,
    },
    /// A port of a Service.
    ServicePort {
        /// The Service.
        service: ObjectId,
        /// Its name or number.
        port: PortRef<'p>,
    },
    /// A volume of a pod.
    Volume {
        /// The object that has the pod.
        owner: ObjectId,
        /// Its name.
        name: &'p str,
    },
    /// A container of a pod.
    Container {
        /// The object that has the pod.
        owner: ObjectId,
        /// Its name.
        name: &'p str,
    },
}

/// An object by its identity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Named<'p> {
    /// Its kind.
    pub(super) kind: KindRef<'p>,
    /// Its namespace; `None` for kinds that live in none.
    pub(super) namespace: Option<&'p str>,
    /// Its name.
    pub(super) name: &'p str,
    /// The object, where it is in the input.
    pub(super) id: Option<ObjectId>,
}

/// One place that names an entity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Occurrence<'p> {
    /// The file.
    pub(super) file: FileId,
    /// The scalar or key.
    pub(super) node: NodeRef<'p>,
    /// Bytes of its text that stand before the name, such as those of `shop/` in `shop/credentials`.
    pub(super) skip: usize,
    /// Bytes of its text that stand behind the name, such as those of `.shop.svc` in `web.shop.svc`.
    pub(super) rest: usize,
    /// Whether the entity is defined here.
    pub(super) is_definition: bool,
}

impl<'p> Occurrence<'p> {
    fn of(object: ObjectRef<'p>, node: NodeRef<'p>, is_definition: bool) -> Self {
        Self { file: object.file.id, node, skip: 0, rest: 0, is_definition }
    }

    /// Where the name stands, quotes excluded.
    pub(super) fn span(&self) -> Span {
        let span = inner_span(self.file, self.node);
        let is_verbatim = self.node.tree().text().get(span.range()) == Some(self.node.content());
        let (skip, rest) = if is_verbatim { (self.skip as u32, self.rest as u32) } else { (0, 0) };
        let start = (span.start + skip).min(span.end);
        Span::new(span.file, start, span.end.saturating_sub(rest).max(start))
    }
}

/// What the name at a place stands for, and the key or scalar that holds it.
pub(super) fn at<'p>(view: &View<'p>, place: Place) -> Option<(Entity<'p>, NodeRef<'p>)> {
    let cursor = Cursor::at(view, place)?;
    let node = cursor.trail.node()?;
    Some((of_cursor(view, &cursor)?, node))
}

/// As [`at`], of a place that has been looked up.
pub(super) fn of_cursor<'p>(view: &View<'p>, cursor: &Cursor<'p>) -> Option<Entity<'p>> {
    object::at(view, cursor)
        .or_else(|| key::at(view, cursor))
        .or_else(|| local::at(cursor))
        .or_else(|| port::at(view, cursor))
        .or_else(|| label::at(view, cursor))
}

/// Every place that names an entity, in order, each once.
pub(super) fn occurrences<'p>(view: &View<'p>, entity: &Entity<'p>) -> Vec<Occurrence<'p>> {
    let mut found = match entity {
        Entity::Object(named) => object::occurrences(view, named),
        Entity::Key { object, key } => key::occurrences(view, *object, key),
        Entity::Label { namespace, key, value, start, part } => {
            label::occurrences(view, (namespace, key, value), *start, *part)
        }
        Entity::ContainerPort { owner, port } => port::of_containers(view, *owner, *port),
        Entity::ServicePort { service, port } => port::of_service(view, *service, *port),
        Entity::Volume { owner, name } => local::volumes(view.program.object(*owner), name),
        Entity::Container { owner, name } => local::containers(view, view.program.object(*owner), name),
    };
    found.sort_by_key(|one| (one.file, one.node.id(), !one.is_definition));
    found.dedup_by_key(|one| (one.file, one.node.id()));
    found
}
