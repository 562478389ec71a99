//! Nodes as JSON values, and places in such values as nodes again.

use serde_json::{Map, Number, Value};

use crate::parse::tree::{NodeRef, Scalar};

/// Nesting beyond this is refused: JSON values and those who read them go down by recursion.
const MAX_DEPTH: usize = 128;
/// More values than any real object has: aliases may stand for many times their text.
const MAX_VALUES: usize = 1_000_000;

enum Task<'t> {
    Value(NodeRef<'t>, usize),
    CloseList(usize),
    CloseMap(Vec<String>),
}

/// The JSON that Kubernetes makes of a node; `None` if it is too deep, too large, or holds infinity or no number.
pub(in crate::parse) fn value(node: NodeRef<'_>) -> Option<Value> {
    let mut tasks = vec![Task::Value(node, 0)];
    let mut done: Vec<Value> = Vec::new();
    let mut budget = MAX_VALUES;
    while let Some(task) = tasks.pop() {
        match task {
            Task::Value(node, depth) => {
                budget = budget.checked_sub(1)?;
                if depth > MAX_DEPTH {
                    return None;
                }
                if let Some(scalar) = node.scalar() {
                    done.push(scalar_value(scalar)?);
                } else if node.is_sequence() {
                    let items: Vec<_> = node.items().collect();
                    tasks.push(Task::CloseList(items.len()));
                    tasks.extend(items.into_iter().rev().map(|item| Task::Value(item, depth + 1)));
                } else {
                    let entries: Vec<_> = node.entries().collect();
                    tasks.push(Task::CloseMap(
                        entries.iter().map(|(key, _)| key.key().into_owned()).collect(),
                    ));
                    tasks.extend(entries.into_iter().rev().map(|(_, entry)| Task::Value(entry, depth + 1)));
                }
            }
            Task::CloseList(length) => {
                let items = done.split_off(done.len() - length);
                done.push(Value::Array(items));
            }
            Task::CloseMap(keys) => {
                let values = done.split_off(done.len() - keys.len());
                done.push(Value::Object(keys.into_iter().zip(values).collect::<Map<_, _>>()));
            }
        }
    }
    done.pop()
}

fn scalar_value(scalar: Scalar<'_>) -> Option<Value> {
    Some(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Int(value) => Value::Number(value.into()),
        Scalar::UInt(value) => Value::Number(value.into()),
        // Go writes 3.0 as 3.
        Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => {
            Value::Number((value as i64).into())
        }
        Scalar::Float(value) => Value::Number(Number::from_f64(value)?),
        Scalar::Str(text) => Value::String(text.to_owned()),
    })
}

/// The node at a JSON pointer, or the nearest one around it that exists.
pub(super) fn node_at<'t>(root: NodeRef<'t>, pointer: &str) -> NodeRef<'t> {
    let mut node = root;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let next = if node.is_sequence() {
            part.parse().ok().and_then(|index: usize| node.items().nth(index))
        } else {
            node.get(&part)
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}
