//! JSON Schema files that the user brings, by way of the `jsonschema` crate.

use jsonschema::PatternOptions;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::parse::schema::hint;
use crate::parse::schema::json;
use crate::parse::schema::problem::{Expected, Fault, Hint, Problem};
use crate::parse::schema::suggest::closest;
use crate::parse::tree::NodeRef;

/// A JSON Schema ready for use.
#[derive(Debug)]
pub(super) struct UserSchema {
    validator: jsonschema::Validator,
    schema: Value,
}

/// Which kinds a JSON Schema is for: what `x-kubernetes-group-version-kind` lists, else what its `apiVersion` and `kind`
/// properties are restricted to, else what the path says in the manner of schema catalogues: `GROUP/KIND_VERSION.json`.
/// The kind of a path is in lower case.
pub(super) fn kinds_of(schema: &Value, path: &str) -> Vec<(String, String)> {
    let listed = schema["x-kubernetes-group-version-kind"].as_array();
    let listed: Vec<_> = listed
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let part = |name: &str| entry[name].as_str();
            Some((api_version(part("group").unwrap_or_default(), part("version")?), part("kind")?.to_owned()))
        })
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let only = |name: &str| {
        let property = &schema["properties"][name];
        let single = property["enum"].as_array().filter(|values| values.len() == 1).map(|values| &values[0]);
        property["const"].as_str().or_else(|| single.and_then(Value::as_str)).map(str::to_owned)
    };
    if let (Some(api_version), Some(kind)) = (only("apiVersion"), only("kind")) {
        return vec![(api_version, kind)];
    }
    kind_of_path(path).into_iter().collect()
}

fn kind_of_path(path: &str) -> Option<(String, String)> {
    let mut parts = path.rsplit('/');
    let name = parts.next()?;
    let group = parts.next()?;
    let stem = name.rsplit_once('.')?.0;
    let (kind, version) = stem.rsplit_once('_')?;
    group.contains('.').then(|| (api_version(group, version), kind.to_lowercase()))
}

fn api_version(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

impl UserSchema {
    /// Compiles a schema. References to other documents are not followed.
    pub(super) fn new(schema: Value) -> Result<Self, String> {
        // The linear-time engine: schemas are input as well.
        let options = jsonschema::options().with_pattern_options(PatternOptions::regex());
        let validator = options.build(&schema).map_err(|error| error.to_string())?;
        Ok(Self { validator, schema })
    }

    /// Adds what is wrong with `root`.
    pub(super) fn check(&self, root: NodeRef<'_>, problems: &mut Vec<Problem>) {
        let Some(instance) = json::value(root) else { return };
        for error in self.validator.iter_errors(&instance) {
            let node = json::node_at(root, error.instance_path().as_str());
            let simple = |fault| Problem { node: node.id(), fault };
            match error.kind() {
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    problems.extend(unexpected.iter().filter_map(|name| {
                        let (key, value) = node.get_entry(name)?;
                        let fault =
                            Fault::UnknownField { key: key.id(), hint: self.hint(&error, node, name) };
                        Some(Problem { node: value.id(), fault })
                    }));
                }
                ValidationErrorKind::Required { property } => {
                    let field = property.as_str().unwrap_or_default().to_owned();
                    problems.push(simple(Fault::MissingField { field, empty: None, owner: None }));
                }
                ValidationErrorKind::Type { .. } if node.is_null() && node.id() != root.id() => {
                    // Null stands for absence wherever the API server decodes it.
                }
                ValidationErrorKind::Type { kind } => {
                    let types: Vec<String> = match kind {
                        jsonschema::error::TypeKind::Single(one) => vec![one.to_string()],
                        jsonschema::error::TypeKind::Multiple(set) => {
                            set.iter().map(|one| one.to_string()).collect()
                        }
                    };
                    problems.push(simple(Fault::WrongType { expected: Expected::Types(types) }));
                }
                _ => problems.push(simple(Fault::Rule { message: error.to_string(), meant: None })),
            }
        }
    }

    /// A property of almost the same name in the schema that forbids this one.
    fn hint(&self, error: &jsonschema::ValidationError<'_>, node: NodeRef<'_>, name: &str) -> Option<Hint> {
        let path = error.schema_path().as_str();
        let schema = self.schema.pointer(path.strip_suffix("/additionalProperties")?)?;
        let properties = schema["properties"].as_object()?;
        let similar = closest(name, properties.keys().map(String::as_str))?;
        let standing = hint::standing(node, (name, similar), || false);
        Some(Hint::Similar { name: similar.to_owned(), standing })
    }
}
