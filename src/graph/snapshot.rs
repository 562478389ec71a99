//! The dumps of a cluster among the input: `kubectl get KINDS -A -o yaml`. What such a dump would have and has not, does
//! not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::graph::names::KindRef;
use crate::parse::object::{File, ObjectId, ObjectRef, Program};

/// Which kinds the dumps cover, and where.
#[derive(Debug, Default)]
pub(super) struct Snapshot<'p> {
    /// The live objects, in order.
    objects: Vec<ObjectId>,
    /// For each kind that was asked for, the namespaces that it was found in.
    kinds: BTreeMap<KindRef<'p>, BTreeSet<Option<&'p str>>>,
}

impl<'p> Snapshot<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut snapshot = Self::default();
        let mut first = 0;
        for file in program.files() {
            let ids = first..first + file.objects.len() as u32;
            first = ids.end;
            if !may_be_dump(file) {
                continue;
            }
            let objects = ids.map(|id| program.object(ObjectId(id)));
            for object in objects.filter(|object| is_listed(*object) && is_live(*object)) {
                snapshot.objects.push(object.id);
                let namespaces = snapshot.kinds.entry(KindRef::of_object(object)).or_default();
                namespaces.insert(object.namespace());
            }
        }
        snapshot
    }

    /// Whether the dumps have all objects of a kind in a namespace: some of them are there, or objects of the kind from
    /// several namespaces, so that all namespaces were asked.
    pub(super) fn covers(&self, kind: KindRef<'_>, namespace: Option<&str>) -> bool {
        let found = self.kinds.iter().find(|(known, _)| **known == kind).map(|(_, namespaces)| namespaces);
        found.is_some_and(|namespaces| namespaces.len() > 1 || namespaces.contains(&namespace))
    }

    /// Whether an object was read from a cluster.
    pub(super) fn has(&self, object: ObjectId) -> bool {
        self.objects.binary_search(&object).is_ok()
    }
}

/// Whether live objects may stand in a file: nearly all have no list, or a look at the bytes tells.
pub(super) fn may_be_dump(file: &File) -> bool {
    static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("resourceVersion"));
    file.has_list && FINDER.find(file.source.text().as_bytes()).is_some()
}

/// Whether an object stands in a `List`: one that was dumped alone says nothing of others.
fn is_listed(object: ObjectRef<'_>) -> bool {
    let root = object.root().id();
    !object.file.parsed.documents.iter().any(|document| document.root == root)
}

/// Fields that only the API server sets.
fn is_live(object: ObjectRef<'_>) -> bool {
    ["metadata.uid", "metadata.resourceVersion"].iter().all(|path| object.get(path).is_some())
}
