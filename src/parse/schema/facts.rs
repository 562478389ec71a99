//! What the schemas say of every object of a program, computed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::parse::object::{File, ObjectId, ObjectRef, Program, group_of};
use crate::parse::schema::custom::{CustomKinds, UserSchemas};
use crate::parse::schema::lifecycle::{Lifecycle, lifecycle};
use crate::parse::schema::problem::{Fault, Problem};
use crate::parse::schema::table::{BuiltInKind, Scope, Table};
use crate::parse::schema::walk::{Absence, Walk};
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;
use crate::source::FILES_AT_ONCE;

/// How the target version stands to the kind of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// It serves it.
    BuiltIn(&'static BuiltInKind),
    /// A CustomResourceDefinition of the input, or a schema of the user, describes it.
    Custom,
    /// It belongs to kplan itself.
    Own,
    /// It is not served any more; the table of API versions tells since when.
    Removed(&'static Lifecycle),
    /// It is built into other versions of Kubernetes only.
    OtherVersion(&'static BuiltInKind),
    /// No API group of Kubernetes can have it: its group is built in, or has no dot, and knows no such kind.
    Impossible,
    /// Nobody here knows it.
    Unknown,
}

/// What the schemas say of one object.
#[derive(Clone, Debug)]
pub struct ObjectFacts {
    /// How the target version stands to its kind.
    pub standing: Standing,
    /// Where objects of its kind live, if that is known.
    pub scope: Option<Scope>,
    /// What is wrong with it, in no particular order.
    pub problems: Vec<Problem>,
    /// What the definition of a custom kind has to say against the API version of the object.
    pub warning: Option<Arc<str>>,
}

/// What the schemas say of all objects.
#[derive(Debug)]
pub struct Facts {
    objects: Vec<ObjectFacts>,
    /// The first object of each kind without a schema, and how many there are.
    unknown: BTreeMap<(String, String), (ObjectId, usize)>,
    version: Version,
}

impl Facts {
    /// Validates every object of the program at a target version.
    pub fn of(program: &Program, target: Version, user: &UserSchemas) -> Self {
        let table = Table::of(target);
        let custom = CustomKinds::of(program, user);
        let mut starts = Vec::with_capacity(program.files().len());
        let mut start = 0;
        for file in program.files() {
            starts.push(start);
            start += file.objects.len() as u32;
        }
        let objects: Vec<ObjectFacts> = program
            .files()
            .par_iter()
            .zip(starts)
            .with_max_len(FILES_AT_ONCE)
            .flat_map_iter(|(file, start)| facts_of_file(program, file, start, table, &custom))
            .collect();
        let mut unknown = BTreeMap::new();
        for (id, facts) in (0..).map(ObjectId).zip(&objects) {
            if facts.standing == Standing::Unknown {
                let object = program.object(id);
                let kind = (object.api_version().to_owned(), object.kind_name().to_owned());
                unknown.entry(kind).or_insert((object.id, 0)).1 += 1;
            }
        }
        Self { objects, unknown, version: table.version() }
    }

    /// The facts of one object.
    pub fn object(&self, id: ObjectId) -> &ObjectFacts {
        &self.objects[id.0 as usize]
    }

    /// How many objects share the unknown kind of this one, if it is the first of them.
    pub fn first_of_unknown_kind(&self, object: ObjectRef<'_>) -> Option<usize> {
        let kind = (object.api_version().to_owned(), object.kind_name().to_owned());
        self.unknown.get(&kind).filter(|(first, _)| *first == object.id).map(|(_, count)| *count)
    }

    /// What would be wrong with an object if it had another API version of its kind; `None` if that is not served.
    pub fn problems_under(&self, object: ObjectRef<'_>, api_version: &str) -> Option<Vec<Problem>> {
        let table = self.table();
        let kind = table.kind(api_version, object.kind_name())?;
        let mut problems = Vec::new();
        Walk::new(table).object(object.root(), table.type_of(kind), Absence::Reported, &mut problems);
        Some(problems)
    }

    /// The table of built-in kinds of the target version.
    pub fn table(&self) -> &'static Table {
        Table::of(self.version)
    }
}

fn facts_of_file(
    program: &Program,
    file: &Arc<File>,
    start: u32,
    table: &'static Table,
    custom: &CustomKinds,
) -> Vec<ObjectFacts> {
    let file = program.file(file.id);
    let mut walk = Walk::new(table);
    (start..start + file.objects.len() as u32)
        .map(|id| facts_of_object(program.object(ObjectId(id)), table, custom, &mut walk))
        .collect()
}

fn facts_of_object<'p>(
    object: ObjectRef<'p>,
    table: &'static Table,
    custom: &CustomKinds,
    walk: &mut Walk<'p>,
) -> ObjectFacts {
    let standing = standing(object.api_version(), object.kind_name(), table, custom);
    let absence = if object.is_broken() { Absence::Ignored } else { Absence::Reported };
    let mut problems = Vec::new();
    match standing {
        Standing::BuiltIn(kind) => walk.object(object.root(), table.type_of(kind), absence, &mut problems),
        Standing::Custom => custom.check(object, absence, walk, &mut problems),
        _ => {}
    }
    let named = match standing {
        Standing::BuiltIn(kind) => is_stored(kind),
        Standing::Custom => true,
        _ => false,
    };
    if named && absence == Absence::Reported {
        problems.extend(check_name(object.root()));
    }
    let scope = match standing {
        Standing::BuiltIn(kind) => Some(kind.scope),
        Standing::Custom => custom.scope(object.api_version(), object.kind_name()),
        _ => None,
    };
    let warning = (standing == Standing::Custom)
        .then(|| custom.warning(object.api_version(), object.kind_name()))
        .flatten();
    ObjectFacts { standing, scope, problems, warning }
}

/// The path of a node of an object, such as `spec.ports[0]`. A node behind an alias to elsewhere has the path of its last
/// key, or none.
pub fn path_in(object: ObjectRef<'_>, node: NodeRef<'_>) -> String {
    object.root().path_to(node).unwrap_or_default()
}

/// How the target version stands to a kind.
fn standing(api_version: &str, kind: &str, table: &'static Table, custom: &CustomKinds) -> Standing {
    if let Some(found) = table.kind(api_version, kind) {
        return Standing::BuiltIn(found);
    }
    if custom.has(api_version, kind) {
        return Standing::Custom;
    }
    let group = group_of(api_version);
    if group == "kplan.dev" {
        return Standing::Own;
    }
    if let Some(found) = lifecycle(api_version, kind) {
        return Standing::Removed(found);
    }
    if let Some(found) = table.kind_of_any_version(api_version, kind) {
        return Standing::OtherVersion(found);
    }
    // A CustomResourceDefinition needs a group with a dot, and cannot join a group that the API server has itself.
    if (!group.contains('.') || table.has_group(group)) && !is_configuration(kind) {
        return Standing::Impossible;
    }
    Standing::Unknown
}

/// `kind: Config` of `v1` is a kubeconfig file: read by clients, never sent to a server.
fn is_configuration(kind: &str) -> bool {
    kind == "Config"
}

/// Kinds that are sent to be answered and never stored need no name: reviews, and what goes to a subresource.
fn is_stored(kind: &BuiltInKind) -> bool {
    kind.scope != Scope::Subresource
        && kind.plural != "-"
        && !matches!(kind.group(), "authentication.k8s.io" | "authorization.k8s.io")
}

/// Mirrors `validation.ValidateObjectMetaAccessor`: an object needs `metadata.name` or `metadata.generateName`.
fn check_name(root: NodeRef<'_>) -> Option<Problem> {
    let metadata = root.get("metadata");
    let has = |key: &str| {
        let value = metadata.and_then(|metadata| metadata.get(key));
        value.is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
    };
    if has("name") || has("generateName") {
        return None;
    }
    let node = metadata.filter(|metadata| metadata.is_mapping()).unwrap_or(root);
    Some(Problem { node: node.id(), fault: Fault::NoName })
}
