//! Objects as plain JSON values, cut loose from their text: what is defaulted, compared and written.

use serde_json::{Map, Number, Value};

use crate::parse::tree::{NodeKind, NodeRef, Scalar};

/// Nesting beyond which an object is not read. Kubernetes types nest a few dozen levels.
pub const MOST_LEVELS: u32 = 128;

/// Nodes beyond which an object is not read. The API server takes 3 MiB; aliases can stand for more than any text.
pub const MOST_NODES: u32 = 4_000_000;

/// Why an object could not be made a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is nested more than [`MOST_LEVELS`] deep.
    TooDeep,
    /// Its aliases stand for more than [`MOST_NODES`] nodes.
    TooLarge,
}

/// The value of a node as the API server would decode it: aliases and merge keys followed, the last of equal keys, keys
/// in order. Numbers without a JSON form (`.inf`, `.nan`) are null.
///
/// # Errors
///
/// The node nests too deeply, or its aliases stand for too much.
pub fn of_node(node: NodeRef<'_>) -> Result<Value, Unreadable> {
    read(node, 0, &mut 0)
}

fn read(node: NodeRef<'_>, level: u32, nodes: &mut u32) -> Result<Value, Unreadable> {
    *nodes += 1;
    if *nodes > MOST_NODES {
        return Err(Unreadable::TooLarge);
    }
    if level == MOST_LEVELS {
        return Err(Unreadable::TooDeep);
    }
    Ok(match node.kind() {
        NodeKind::Scalar => scalar(node.scalar().unwrap_or(Scalar::Null)),
        NodeKind::Sequence => {
            let items: Result<Vec<_>, _> = node.items().map(|item| read(item, level + 1, nodes)).collect();
            Value::Array(items?)
        }
        NodeKind::Mapping => {
            let mut map = Map::new();
            for (key, value) in node.entries() {
                map.insert(key.key().into_owned(), read(value, level + 1, nodes)?);
            }
            Value::Object(map)
        }
    })
}

fn scalar(scalar: Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::from(value),
        Scalar::UInt(value) => Value::from(value),
        Scalar::Float(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Scalar::Str(text) => Value::from(text),
    }
}

/// The value at a dotted path of plain keys, if it exists and is not null.
pub fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.get(key)).filter(|value| !value.is_null())
}

/// The text at a dotted path of plain keys.
pub fn text_at<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path)?.as_str()
}

/// The whole number at a dotted path of plain keys, if it is not negative.
pub fn number_at(value: &Value, path: &str) -> Option<u64> {
    at(value, path)?.as_u64()
}
