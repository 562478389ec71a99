//! Custom kinds: from CustomResourceDefinitions in the input, and from schema files that the user brings.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program, Reading, read_objects};
use crate::parse::schema::custom_walk;
use crate::parse::schema::json;
use crate::parse::schema::problem::{Fault, Problem};
use crate::parse::schema::structural::Structural;
use crate::parse::schema::table::{Scope, by_stability};
use crate::parse::schema::user_schema::{UserSchema, kinds_of};
use crate::parse::schema::walk::{Absence, Walk};
use crate::parse::tree::NodeRef;
use crate::source::{FileId, SourceFile};

/// What describes one version of a custom kind.
#[derive(Clone, Debug)]
struct CustomKind {
    scope: Option<Scope>,
    description: Description,
    /// What the API server says to those who use this version, if it is deprecated.
    warning: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
enum Description {
    /// The definition says nothing about the fields.
    Anything,
    Structural(Arc<Structural>),
    JsonSchema(Arc<UserSchema>),
}

type Kinds = BTreeMap<String, BTreeMap<String, CustomKind>>;

/// Schemas that the user brings with `--schema`.
#[derive(Clone, Debug, Default)]
pub struct UserSchemas {
    kinds: Kinds,
}

/// A schema file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSchema {
    /// Its path as shown to the user.
    pub path: String,
    /// Why.
    pub reason: String,
}

impl fmt::Display for BadSchema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.reason)
    }
}

impl std::error::Error for BadSchema {}

impl UserSchemas {
    /// Reads schema files: CustomResourceDefinitions (YAML or JSON, any number in a file), or JSON Schemas. A JSON Schema
    /// says which kind it is for by `x-kubernetes-group-version-kind`, by the only value that it allows for `apiVersion`
    /// and `kind`, or by its path, `GROUP/KIND_VERSION.json`.
    pub fn read(files: &[Arc<SourceFile>]) -> Result<Self, BadSchema> {
        let mut schemas = Self::default();
        for source in files {
            let bad = |reason: &str| BadSchema { path: source.path().to_owned(), reason: reason.to_owned() };
            let file =
                read_objects(FileId(0), Arc::clone(source), crate::parse::parse(source), Reading::PLAIN);
            let mut found = false;
            for object in file.objects.iter().filter(|object| object.kind == Kind::CustomResourceDefinition) {
                add_definition(&mut schemas.kinds, file.node(object.root));
                found = true;
            }
            if found {
                continue;
            }
            let [document] = &file.parsed.documents[..] else {
                return Err(bad("neither a CustomResourceDefinition nor a JSON Schema"));
            };
            let schema = json::value(file.node(document.root)).filter(serde_json::Value::is_object);
            let schema = schema.ok_or_else(|| bad("neither a CustomResourceDefinition nor a JSON Schema"))?;
            let kinds = kinds_of(&schema, source.path());
            if kinds.is_empty() {
                return Err(bad("the schema does not say which kind it is for: give it \
                     `x-kubernetes-group-version-kind`, or name the file GROUP/KIND_VERSION.json"));
            }
            let schema = Arc::new(UserSchema::new(schema).map_err(|reason| bad(&reason))?);
            for (api_version, kind) in kinds {
                let description = Description::JsonSchema(Arc::clone(&schema));
                insert(
                    &mut schemas.kinds,
                    api_version,
                    kind,
                    CustomKind { scope: None, description, warning: None },
                );
            }
        }
        Ok(schemas)
    }
}

fn insert(kinds: &mut Kinds, api_version: String, kind: String, custom: CustomKind) {
    kinds.entry(api_version).or_default().insert(kind, custom);
}

/// The custom kinds of one run.
#[derive(Debug)]
pub struct CustomKinds {
    kinds: Kinds,
}

impl CustomKinds {
    /// The kinds that the definitions in the program and the user's schemas describe; the former go first.
    pub fn of(program: &Program, user: &UserSchemas) -> Self {
        let mut kinds = user.kinds.clone();
        for object in program.objects_of_kind(Kind::CustomResourceDefinition) {
            if !object.is_broken() {
                add_definition(&mut kinds, object.root());
            }
        }
        Self { kinds }
    }

    fn get(&self, api_version: &str, kind: &str) -> Option<&CustomKind> {
        let kinds = self.kinds.get(api_version)?;
        // Schema catalogues name their files in lower case.
        kinds.get(kind).or_else(|| kinds.get(&kind.to_lowercase()))
    }

    /// Whether the kind is described.
    pub fn has(&self, api_version: &str, kind: &str) -> bool {
        !self.kinds.is_empty() && self.get(api_version, kind).is_some()
    }

    /// Where objects of the kind live, if a definition says so.
    pub fn scope(&self, api_version: &str, kind: &str) -> Option<Scope> {
        self.get(api_version, kind)?.scope
    }

    /// What the API server says to those who use the kind under this API version, if its definition has it deprecated.
    pub fn warning(&self, api_version: &str, kind: &str) -> Option<Arc<str>> {
        self.get(api_version, kind)?.warning.clone()
    }

    /// The API versions under which a kind of this name is described.
    pub fn api_versions<'k>(&'k self, kind: &'k str) -> impl Iterator<Item = &'k str> {
        let having = self.kinds.iter().filter(move |(_, kinds)| kinds.contains_key(kind));
        having.map(|(api_version, _)| api_version.as_str())
    }

    pub(super) fn check<'p>(
        &self,
        object: ObjectRef<'p>,
        absence: Absence,
        walk: &mut Walk<'p>,
        problems: &mut Vec<Problem>,
    ) {
        let Some(custom) = self.get(object.api_version(), object.kind_name()) else { return };
        let root = object.root();
        match &custom.description {
            Description::Anything => walk.metadata(root, absence, problems),
            Description::JsonSchema(schema) => schema.check(root, problems),
            Description::Structural(structural) => {
                walk.metadata(root, absence, problems);
                for embedded in custom_walk::check(structural, root, absence, problems) {
                    walk.metadata(embedded.0, absence, problems);
                    problems.extend(type_meta(embedded.0, absence));
                }
            }
        }
    }
}

/// An embedded resource must say what it is. Mirrors `objectmeta.Validate`.
fn type_meta(node: NodeRef<'_>, absence: Absence) -> impl Iterator<Item = Problem> {
    let missing = |field: &&str| node.get(field).is_none() && absence == Absence::Reported;
    let names = ["apiVersion", "kind"].into_iter().filter(missing);
    let missing: Vec<_> = names.map(str::to_owned).collect();
    missing.into_iter().map(move |field| Problem {
        node: node.id(),
        fault: Fault::MissingField { field, empty: None, owner: None },
    })
}

/// Enters every served version of a CustomResourceDefinition, of `apiextensions.k8s.io/v1` or `v1beta1`.
fn add_definition(kinds: &mut Kinds, root: NodeRef<'_>) {
    let text = |path: &str| root.get_path(path).and_then(NodeRef::as_str).map(str::to_owned);
    let (Some(group), Some(kind)) = (text("spec.group"), text("spec.names.kind")) else { return };
    let scope = match text("spec.scope").as_deref() {
        Some("Cluster") => Some(Scope::Cluster),
        Some("Namespaced") => Some(Scope::Namespaced),
        _ => None,
    };
    let keeps_unknown_fields = match root.get_path("spec.preserveUnknownFields").and_then(NodeRef::as_bool) {
        Some(keeps) => keeps,
        None => text("apiVersion").as_deref() == Some("apiextensions.k8s.io/v1beta1"),
    };
    let shared = root.get_path("spec.validation.openAPIV3Schema");
    let mut versions: Vec<(String, Option<NodeRef<'_>>, Option<Arc<str>>)> = Vec::new();
    for version in root.get_path("spec.versions").into_iter().flat_map(NodeRef::items) {
        let is_served = version.get("served").and_then(NodeRef::as_bool) != Some(false);
        if let Some(name) = version.get("name").and_then(NodeRef::as_str).filter(|_| is_served) {
            let warning = deprecation(root, version, &format!("{group}/{name} {kind} is deprecated"));
            versions.push((name.to_owned(), version.get_path("schema.openAPIV3Schema").or(shared), warning));
        }
    }
    if let Some(name) = text("spec.version").filter(|_| versions.is_empty()) {
        versions.push((name, shared, None));
    }
    for (version, schema, warning) in versions {
        let description = match schema.filter(|schema| schema.is_mapping() && !keeps_unknown_fields) {
            Some(schema) => Description::Structural(Arc::new(Structural::read(schema))),
            None => Description::Anything,
        };
        insert(kinds, format!("{group}/{version}"), kind.clone(), CustomKind { scope, description, warning });
    }
}

/// The warning of a deprecated version: its own, else these words and the newest version to use instead. Mirrors
/// `defaultDeprecationWarning` of the handler of custom resources.
fn deprecation(root: NodeRef<'_>, version: NodeRef<'_>, words: &str) -> Option<Arc<str>> {
    let is_true = |version: NodeRef<'_>, key| version.get(key).and_then(NodeRef::as_bool) == Some(true);
    let name = |version: NodeRef<'_>| version.get("name").and_then(NodeRef::as_str).map(str::to_owned);
    if !is_true(version, "deprecated") {
        return None;
    }
    if let Some(own) = version.get("deprecationWarning").and_then(NodeRef::as_str) {
        return Some(own.into());
    }
    let own = name(version)?;
    let others = root.get_path("spec.versions").into_iter().flat_map(NodeRef::items);
    let newest = others
        .filter(|other| is_true(*other, "served") && !is_true(*other, "deprecated"))
        .filter_map(name)
        .filter(|other| by_stability(other, &own).is_lt())
        .min_by(|left, right| by_stability(left, right));
    let Some(newest) = newest else { return Some(words.into()) };
    let group = root.get_path("spec.group").map_or("", NodeRef::content);
    let kind = root.get_path("spec.names.kind").map_or("", NodeRef::content);
    Some(format!("{words}; use {group}/{newest} {kind}").into())
}
