//! The default of one field, found by completing an object that has nothing but what the field needs to be there.

use serde_json::{Map, Value, json};

use crate::parse::schema::table::{BuiltInKind, Layer, Leaf, Shape, Table};
use crate::parse::version::Version;
use crate::plan::defaults::complete;

/// What the API server writes at a field of an object in which only the parents of the field are there; `None` where it
/// writes nothing. The path is of keys, through all lists and maps.
pub fn default_of(kind: &BuiltInKind, path: &[&str], version: Version) -> Option<Value> {
    let (last, parents) = path.split_last()?;
    // It hangs on the tag of the image, so that there is no one default.
    if *last == "imagePullPolicy" {
        return None;
    }
    let table = Table::of(version);
    // Inside out would need no walk down, but the shapes are known from the outside only.
    let mut shapes = Vec::new();
    let mut owner = table.type_of(kind);
    for key in parents {
        let field = table.get(owner).field(key)?;
        shapes.push((*key, field.shape));
        let Leaf::Object(id) = field.shape.innermost() else { return None };
        owner = id;
    }
    let mut value = json!({});
    for (key, shape) in shapes.iter().rev() {
        value = json!({ *key: wrapped(*shape, value) });
    }
    let root = value.as_object_mut()?;
    root.insert("apiVersion".to_owned(), kind.api_version.into());
    root.insert("kind".to_owned(), kind.kind.into());
    complete(&mut value, version);
    let mut at = &value;
    for (key, shape) in &shapes {
        at = inside(*shape, at.get(*key)?)?;
    }
    at.get(*last).cloned()
}

/// A value in the lists and maps of a shape, alone in each.
fn wrapped(shape: Shape, value: Value) -> Value {
    let (mut shape, mut layers) = (shape, Vec::new());
    while let Ok((layer, inner)) = shape.outermost() {
        layers.push(layer);
        shape = inner;
    }
    layers.into_iter().rev().fold(value, |value, layer| match layer {
        Layer::List => Value::Array(vec![value]),
        Layer::Map => Value::Object(Map::from_iter([("x".to_owned(), value)])),
    })
}

fn inside(shape: Shape, value: &Value) -> Option<&Value> {
    let (mut shape, mut value) = (shape, value);
    while let Ok((layer, inner)) = shape.outermost() {
        value = match layer {
            Layer::List => value.get(0)?,
            Layer::Map => value.get("x")?,
        };
        shape = inner;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default(api_version: &str, kind: &str, path: &str) -> Option<Value> {
        let table = Table::of(Version::NEWEST);
        let path: Vec<&str> = path.split('.').collect();
        default_of(table.kind(api_version, kind).unwrap(), &path, Version::NEWEST)
    }

    #[test]
    fn defaults_are_those_of_the_api_server() {
        assert_eq!(default("apps/v1", "Deployment", "spec.replicas"), Some(json!(1)));
        assert_eq!(default("apps/v1", "Deployment", "spec.strategy.type"), Some(json!("RollingUpdate")));
        assert_eq!(
            default("v1", "Pod", "spec.containers.readinessProbe.periodSeconds"),
            Some(json!(10)),
            "in a list"
        );
        assert_eq!(default("v1", "Service", "spec.type"), Some(json!("ClusterIP")));
        assert_eq!(default("v1", "Pod", "spec.nodeName"), None);
    }
}
