//! The index of all objects by kind, namespace and name.

use std::sync::OnceLock;

use crate::graph::hash::{Index, digest, digest_from};
use crate::graph::{is_patch, typo};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};
use crate::source::FileId;

/// What kind of object is meant: one that kplan knows, or group and kind as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KindRef<'p> {
    /// A kind of [`Kind`], in whichever of its groups.
    Known(Kind),
    /// Any other kind.
    Other {
        /// The API group; `""` for the core group.
        group: &'p str,
        /// As written in `kind:`.
        name: &'p str,
    },
}

impl<'p> KindRef<'p> {
    /// The kind of this name in this group.
    pub fn of(group: &'p str, name: &'p str) -> Self {
        match Kind::of(group, name) {
            Kind::Other => Self::Other { group, name },
            kind => Self::Known(kind),
        }
    }

    /// The kind of an object.
    pub fn of_object(object: ObjectRef<'p>) -> Self {
        match object.kind() {
            Kind::Other => Self::Other { group: object.group(), name: object.kind_name() },
            kind => Self::Known(kind),
        }
    }

    /// As written in `kind:`.
    pub fn name(self) -> &'p str {
        match self {
            Self::Known(kind) => kind.as_str(),
            Self::Other { name, .. } => name,
        }
    }

    /// The API group; for a known kind the one of today.
    pub fn group(self) -> &'p str {
        match self {
            Self::Known(kind) => kind.group(),
            Self::Other { group, .. } => group,
        }
    }

    /// Whether objects of it live in a namespace. Taken to be so for kinds that kplan does not know.
    pub fn is_namespaced(self) -> bool {
        match self {
            Self::Known(kind) => kind.is_namespaced(),
            Self::Other { .. } => true,
        }
    }

    fn digest(self, namespace: Option<&str>, name: &str) -> u64 {
        match self {
            Self::Known(kind) => digest_from(kind as u64 + 1, &[namespace.unwrap_or_default(), name]),
            Self::Other { group, name: kind } => digest(&[group, kind, namespace.unwrap_or_default(), name]),
        }
    }
}

/// A name that exists and resembles one that does not.
#[derive(Clone, Copy, Debug)]
pub struct Closest<'p> {
    /// The object that has the name.
    pub object: ObjectRef<'p>,
    /// Whether the other name is a slip of the pen for this one; see [`typo::is_typo`].
    pub is_typo: bool,
}

/// All objects that have a name, by what they are and by where they live. Duplicates are kept.
#[derive(Debug, Default)]
pub(super) struct NameIndex {
    by_name: Index<ObjectId>,
    /// Objects that share kind, namespace and name with another one, in order.
    twins: Vec<ObjectId>,
    /// All that `by_name` holds, in order of the program.
    named: Vec<ObjectId>,
    /// Asked for only where something is missing, so made only then.
    by_namespace: OnceLock<Index<ObjectId>>,
    by_bare_name: OnceLock<Index<ObjectId>>,
    namespaces: OnceLock<Index<ObjectId>>,
}

impl NameIndex {
    pub(super) fn new(program: &Program, patches: &[FileId]) -> Self {
        let is_named = |object: &ObjectRef<'_>| !object.name().is_empty() && !is_patch(*object, patches);
        let mut named = Vec::with_capacity(program.len());
        let mut by_name = Vec::with_capacity(program.len());
        for object in program.objects().filter(is_named) {
            named.push(object.id);
            let kind = KindRef::of_object(object);
            by_name.push((kind.digest(object.namespace(), object.name()), object.id));
        }
        let by_name = Index::new(by_name);
        let mut twins: Vec<ObjectId> = by_name.repeated().collect();
        twins.sort_unstable();
        Self { by_name, twins, named, ..Self::default() }
    }

    /// Whether another object may have the same kind, namespace and name: false is certain.
    pub(super) fn may_have_twin(&self, object: ObjectId) -> bool {
        self.twins.binary_search(&object).is_ok()
    }

    fn index(&self, program: &Program, digest: impl Fn(ObjectRef<'_>) -> u64) -> Index<ObjectId> {
        Index::new(self.named.iter().map(|id| (digest(program.object(*id)), *id)).collect())
    }

    /// Whether any object lives in a namespace.
    pub(super) fn is_inhabited(&self, program: &Program, namespace: &str) -> bool {
        let index = self
            .namespaces
            .get_or_init(|| self.index(program, |object| digest(&[object.namespace().unwrap_or_default()])));
        let hits = index.get(digest(&[namespace]));
        hits.iter().any(|(_, id)| program.object(*id).namespace() == Some(namespace))
    }

    /// All objects of this kind and name in whichever namespace, in order.
    pub(super) fn find_anywhere<'p>(
        &self,
        program: &'p Program,
        kind: KindRef<'_>,
        name: &str,
    ) -> impl Iterator<Item = ObjectRef<'p>> {
        let index = self.by_bare_name.get_or_init(|| {
            self.index(program, |object| digest(&[KindRef::of_object(object).name(), object.name()]))
        });
        index
            .get(digest(&[kind.name(), name]))
            .iter()
            .map(|(_, id)| program.object(*id))
            .filter(move |object| object.name() == name && is_kind(*object, kind))
    }

    /// All objects of this identity, in order.
    pub(super) fn find<'p>(
        &self,
        program: &'p Program,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Iterator<Item = ObjectRef<'p>> {
        let hits = self.by_name.get(kind.digest(namespace, name));
        hits.iter().map(|(_, id)| program.object(*id)).filter(move |object| {
            object.name() == name && object.namespace() == namespace && is_kind(*object, kind)
        })
    }

    /// All objects of a kind in a namespace, in order.
    pub(super) fn all<'p>(
        &self,
        program: &'p Program,
        kind: KindRef<'_>,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = ObjectRef<'p>> {
        let index = self.by_namespace.get_or_init(|| {
            self.index(program, |object| KindRef::of_object(object).digest(object.namespace(), ""))
        });
        index
            .get(kind.digest(namespace, ""))
            .iter()
            .map(|(_, id)| program.object(*id))
            .filter(move |object| object.namespace() == namespace && is_kind(*object, kind))
    }

    /// The object of a kind in a namespace whose name is nearest to `name`: at most a third of its letters away.
    pub(super) fn closest<'p>(
        &self,
        program: &'p Program,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Closest<'p>> {
        let near = self.all(program, kind, namespace).filter_map(|object| {
            let distance = typo::nearness(name, object.name())?;
            let is_typo = typo::is_typo(name, object.name());
            if !is_typo && distance > typo::longest_of_their_own(name, object.name()) / 2 {
                return None;
            }
            Some((!is_typo, distance, Closest { object, is_typo }))
        });
        near.min_by_key(|(not_a_typo, distance, closest)| (*not_a_typo, *distance, closest.object.id))
            .map(|(.., closest)| closest)
    }
}

fn is_kind(object: ObjectRef<'_>, kind: KindRef<'_>) -> bool {
    match kind {
        KindRef::Known(kind) => object.kind() == kind,
        KindRef::Other { group, name } => object.group() == group && object.kind_name() == name,
    }
}
