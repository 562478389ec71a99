//! Objects as the API server stores them: one spelling for everything, and every default filled in.
//!
//! Two walks over the built-in types: `canonical` removes what is not stored (null, empty lists, zeros of fields that
//! have no other way to be absent) and writes quantities one way; then the defaults go from parents to children, in the
//! order of the generated `SetObjectDefaults_*` functions. Applied twice they change nothing.

mod admission;
pub mod canonical;
mod node;
mod pod;
pub mod quantity;
mod scaling;
mod service;
pub mod single;
mod workload;
mod zero;

use serde_json::{Map, Value};

use crate::parse::schema::table::{Layer, Leaf, Shape, Table, TypeId};
use crate::parse::version::Version;

/// The fields of one object.
type Fields = Map<String, Value>;

/// Brings an object into the form that the API server of a version stores. Objects of kinds that are not built in keep
/// their fields, for their schema is not known here; what only the server sets is removed from all.
pub fn complete(object: &mut Value, version: Version) {
    let Some(fields) = object.as_object_mut() else { return };
    canonical::remove_server_fields(fields);
    let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    let table = Table::of(version);
    let Some(kind) = table.kind_of_any_version(&api_version, &kind) else { return };
    let id = table.type_of(kind);
    canonical::object(table, id, fields);
    let walk = Walk { table, version };
    walk.object(id, fields);
}

#[derive(Clone, Copy)]
struct Walk<'t> {
    table: &'t Table,
    version: Version,
}

impl Walk<'_> {
    /// Depth is bounded by [`crate::plan::value::MOST_LEVELS`].
    fn object(self, id: TypeId, fields: &mut Fields) {
        self.set_defaults(self.table.name(id), fields);
        let read = self.table.get(id);
        for (key, value) in fields.iter_mut() {
            if let Some(field) = read.field(key) {
                self.value(field.shape, value);
            }
        }
    }

    fn value(self, shape: Shape, value: &mut Value) {
        match (shape.outermost(), value) {
            (Ok((Layer::List, inner)), Value::Array(items)) => {
                for item in items {
                    self.value(inner, item);
                }
            }
            (Ok((Layer::Map, inner)), Value::Object(entries)) => {
                for (_, entry) in entries.iter_mut() {
                    self.value(inner, entry);
                }
            }
            (Err(Leaf::Object(id)), Value::Object(fields)) => self.object(id, fields),
            _ => {}
        }
    }

    /// Alpha and beta types have the defaults of their stable form.
    fn set_defaults(self, name: &str, fields: &mut Fields) {
        let (package, rest) = name.split_once('.').unwrap_or(("", name));
        let (stage, name) = rest.split_once('.').unwrap_or(("", rest));
        match package {
            "core" => {
                pod::set_defaults(name, fields);
                service::set_core_defaults(name, fields);
                node::set_core_defaults(name, fields);
            }
            "apps" => workload::set_apps_defaults(name, fields, self.version),
            "batch" => workload::set_batch_defaults(name, fields),
            "autoscaling" => scaling::set_defaults(stage, name, fields),
            "networking" | "discovery" => service::set_network_defaults(name, fields),
            "admissionregistration" | "apiregistration" | "apiextensions" | "rbac" => {
                admission::set_defaults(package, name, fields);
            }
            "storage" | "scheduling" | "flowcontrol" | "resource" => node::set_defaults(name, fields),
            _ => {}
        }
    }
}

/// Sets a field that is absent.
fn set(fields: &mut Fields, key: &str, value: impl Into<Value>) {
    if !fields.contains_key(key) {
        fields.insert(key.to_owned(), value.into());
    }
}

/// The text of a field; empty where it is absent or no text.
fn text<'f>(fields: &'f Fields, key: &str) -> &'f str {
    fields.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The object at a field, made if it is absent; `None` if something else stands there.
fn child<'f>(fields: &'f mut Fields, key: &str) -> Option<&'f mut Fields> {
    fields.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

#[cfg(test)]
mod tests;
