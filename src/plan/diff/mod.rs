//! What differs between two versions of an object: fields with their paths, list items by their keys.

pub mod path;

use serde_json::{Map, Value};

use crate::parse::schema::table::{Layer, Leaf, Merge, Shape, Table};
use crate::parse::version::Version;
use crate::plan::diff::path::{Path, Segment};

/// One difference. An absent side means that the field was added or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where.
    pub path: Path,
    /// What stood there.
    pub before: Option<Value>,
    /// What stands there now.
    pub after: Option<Value>,
    /// The items of a list are the same and stand in another order: both sides are then the lists of their keys.
    pub is_order: bool,
}

/// The differences between two completed objects of one kind, in the order of their paths. Lists with merge keys are
/// compared by key, as `kubectl apply` merges them; the order of their items is a change of its own, for it is stored.
pub fn diff(before: &Value, after: &Value, version: Version) -> Vec<Change> {
    let table = Table::of(version);
    let text = |key: &str| after.get(key).and_then(Value::as_str).unwrap_or_default();
    let kind = table.kind_of_any_version(text("apiVersion"), text("kind"));
    let shape = kind.map(|kind| Shape::leaf(Leaf::Object(table.type_of(kind))));
    let mut walk = Walk { table, path: Path::default(), changes: Vec::new() };
    walk.compare(before, after, shape, Merge::Atomic);
    walk.changes
}

struct Walk<'t> {
    table: &'t Table,
    path: Path,
    changes: Vec<Change>,
}

/// An item of a list, by the values of its key fields.
type Key = Vec<(String, Value)>;

impl Walk<'_> {
    fn report(&mut self, before: Option<&Value>, after: Option<&Value>) {
        self.changes.push(Change {
            path: self.path.clone(),
            before: before.cloned(),
            after: after.cloned(),
            is_order: false,
        });
    }

    /// Depth is bounded by [`crate::plan::value::MOST_LEVELS`].
    fn compare(&mut self, before: &Value, after: &Value, shape: Option<Shape>, merge: Merge) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.objects(before, after, shape),
            (Value::Array(old), Value::Array(new)) => self.lists(old, new, shape, merge),
            _ => self.report(Some(before), Some(after)),
        }
    }

    fn objects(&mut self, before: &Map<String, Value>, after: &Map<String, Value>, shape: Option<Shape>) {
        let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let (inner, merge) = self.field(shape, key);
            self.path.push(Segment::Key(key.clone()));
            match (before.get(key), after.get(key)) {
                (Some(before), Some(after)) => self.compare(before, after, inner, merge),
                (before, after) => self.report(before, after),
            }
            self.path.pop();
        }
    }

    fn field(&self, shape: Option<Shape>, key: &str) -> (Option<Shape>, Merge) {
        match shape.map(Shape::outermost) {
            Some(Ok((Layer::Map, inner))) => (Some(inner), Merge::Atomic),
            Some(Err(Leaf::Object(id))) => match self.table.get(id).field(key) {
                Some(field) => (Some(field.shape), field.merge),
                None => (None, Merge::Atomic),
            },
            _ => (None, Merge::Atomic),
        }
    }

    fn lists(&mut self, before: &[Value], after: &[Value], shape: Option<Shape>, merge: Merge) {
        let inner = match shape.map(Shape::outermost) {
            Some(Ok((Layer::List, inner))) => Some(inner),
            _ => None,
        };
        if let Merge::Keys(fields) = merge {
            // Ports merge by number and are told apart by number and protocol (`x-kubernetes-list-map-keys`).
            for fields in [fields.to_owned(), format!("{fields},protocol")] {
                if let (Some(old), Some(new)) = (keys_of(before, &fields), keys_of(after, &fields)) {
                    return self.keyed_lists((before, &old), (after, &new), inner);
                }
            }
        }
        if before.len() == after.len() && before.iter().all(|item| item.is_object()) {
            for (index, (before, after)) in before.iter().zip(after).enumerate() {
                self.path.push(Segment::Index(index));
                self.compare(before, after, inner, Merge::Atomic);
                self.path.pop();
            }
            return;
        }
        self.changes.push(Change {
            path: self.path.clone(),
            before: Some(Value::from(before)),
            after: Some(Value::from(after)),
            is_order: false,
        });
    }

    fn keyed_lists(
        &mut self,
        (before, old_keys): (&[Value], &[Key]),
        (after, new_keys): (&[Value], &[Key]),
        inner: Option<Shape>,
    ) {
        for (item, key) in before.iter().zip(old_keys) {
            self.path.push(segment(key));
            match new_keys.iter().position(|other| other == key) {
                Some(at) => self.compare(item, &after[at], inner, Merge::Atomic),
                None => self.report(Some(item), None),
            }
            self.path.pop();
        }
        for (item, key) in after.iter().zip(new_keys) {
            if !old_keys.contains(key) {
                self.path.push(segment(key));
                self.report(None, Some(item));
                self.path.pop();
            }
        }
        let kept_old: Vec<&Key> = old_keys.iter().filter(|key| new_keys.contains(key)).collect();
        let kept_new: Vec<&Key> = new_keys.iter().filter(|key| old_keys.contains(key)).collect();
        if kept_old != kept_new {
            let names = |keys: &[Key]| Value::Array(keys.iter().map(|key| Value::from(label(key))).collect());
            self.changes.push(Change {
                path: self.path.clone(),
                before: Some(names(old_keys)),
                after: Some(names(new_keys)),
                is_order: true,
            });
        }
    }
}

fn segment(key: &Key) -> Segment {
    Segment::Item(key.clone())
}

/// `web`, or `80/TCP` for several key fields.
fn label(key: &Key) -> String {
    let values: Vec<String> = key.iter().map(|(_, value)| path::plain(value)).collect();
    values.join("/")
}

/// The keys of all items, with the key fields that they have; `None` where an item has none of them, or two are equal.
fn keys_of(items: &[Value], fields: &str) -> Option<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::with_capacity(items.len());
    for item in items {
        let item = item.as_object()?;
        let key: Key = fields
            .split(',')
            .filter_map(|field| Some((field.to_owned(), item.get(field)?.clone())))
            .filter(|(_, value)| !value.is_object() && !value.is_array())
            .collect();
        if key.is_empty() || keys.contains(&key) {
            return None;
        }
        keys.push(key);
    }
    Some(keys)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(before: &Value, after: &Value) -> Vec<String> {
        diff(before, after, Version::NEWEST).iter().map(|change| change.path.to_string()).collect()
    }

    fn pod(containers: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": containers}})
    }

    #[test]
    fn containers_are_known_by_name() {
        let before = pod(&json!([{"name": "web", "image": "a:1"}, {"name": "log", "image": "b:1"}]));
        let after = pod(
            &json!([{"name": "new", "image": "c:1"}, {"name": "web", "image": "a:2"}, {"name": "log", "image": "b:1"}]),
        );
        assert_eq!(paths(&before, &after), ["spec.containers[web].image", "spec.containers[new]"]);
    }

    #[test]
    fn ports_are_known_by_number_and_protocol() {
        let port = |name: &str| {
            json!({"name": "web", "ports": [
            {"containerPort": 53, "protocol": "UDP", "name": name}, {"containerPort": 53, "protocol": "TCP"}]})
        };
        let changes = paths(&pod(&json!([port("dns")])), &pod(&json!([port("names")])));
        assert_eq!(changes, ["spec.containers[web].ports[53/UDP].name"]);
    }

    #[test]
    fn another_order_is_one_change() {
        let before = pod(&json!([{"name": "a"}, {"name": "b"}]));
        let after = pod(&json!([{"name": "b"}, {"name": "a"}]));
        let changes = diff(&before, &after, Version::NEWEST);
        assert_eq!(changes.len(), 1);
        assert!(changes[0].is_order);
        assert_eq!(changes[0].after, Some(json!(["b", "a"])));
    }

    #[test]
    fn lists_without_keys_are_compared_by_place_or_whole() {
        let args = |args: Value| pod(&json!([{"name": "a", "args": args}]));
        assert_eq!(paths(&args(json!(["x"])), &args(json!(["y"]))), ["spec.containers[a].args"]);
        let rules = |verb: &str| {
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "rules": [{"verbs": ["get"]}, {"verbs": [verb]}]})
        };
        assert_eq!(paths(&rules("get"), &rules("list")), ["rules[1].verbs"]);
    }

    #[test]
    fn equal_keys_do_not_confuse_items() {
        let twice = |value: &str| {
            pod(&json!([{"name": "a", "env": [{"name": "X", "value": "1"}, {"name": "X", "value": value}]}]))
        };
        assert_eq!(paths(&twice("2"), &twice("3")), ["spec.containers[a].env[1].value"]);
    }

    #[test]
    fn keys_with_dots_are_quoted() {
        let labelled = |value: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"labels": {"app.kubernetes.io/name": value}}});
        assert_eq!(paths(&labelled("a"), &labelled("b")), ["metadata.labels[\"app.kubernetes.io/name\"]"]);
    }
}
