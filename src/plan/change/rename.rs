//! A deleted and a created object that are the same but for the name.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::plan::change::{ObjectChange, Verdict};

/// Of how many fields so many must be equal, in a hundred.
const LIKENESS: usize = 75;

/// Groups with more objects than this on both sides are not compared each with each.
const MOST_PAIRS: usize = 250_000;

/// What goes and what comes of one kind in one namespace, as indexes.
#[derive(Default)]
struct Group {
    deleted: Vec<usize>,
    created: Vec<usize>,
}

/// Finds renames: a deleted and a created object of one kind in one namespace, of which most fields are equal. The most
/// alike are paired first.
pub(super) fn find(changes: &mut [ObjectChange]) {
    let mut groups: BTreeMap<(String, String, Option<String>), Group> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        let identity = &change.identity;
        let key = (identity.group.clone(), identity.kind.clone(), identity.namespace.clone());
        match change.verdict {
            Verdict::Delete => groups.entry(key).or_default().deleted.push(index),
            Verdict::Create => groups.entry(key).or_default().created.push(index),
            _ => {}
        }
    }
    for Group { deleted, created } in groups.into_values() {
        if deleted.len() * created.len() > MOST_PAIRS {
            continue;
        }
        let old: Vec<Vec<String>> =
            deleted.iter().map(|index| fields(&changes[*index].before_value)).collect();
        let new: Vec<Vec<String>> =
            created.iter().map(|index| fields(&changes[*index].after_value)).collect();
        let mut pairs = Vec::new();
        for (left, old) in old.iter().enumerate() {
            for (right, new) in new.iter().enumerate() {
                let likeness = likeness(old, new);
                if likeness >= LIKENESS {
                    pairs.push((std::cmp::Reverse(likeness), left, right));
                }
            }
        }
        pairs.sort_unstable();
        let mut taken = (vec![false; old.len()], vec![false; new.len()]);
        for (_, left, right) in pairs {
            if taken.0[left] || taken.1[right] {
                continue;
            }
            taken.0[left] = true;
            taken.1[right] = true;
            let (before, after) = (deleted[left], created[right]);
            changes[before].renamed = Some(changes[after].identity.clone());
            changes[after].renamed = Some(changes[before].identity.clone());
        }
    }
}

/// How many of a hundred fields are equal. The lists are sorted.
fn likeness(left: &[String], right: &[String]) -> usize {
    let (mut at, mut same) = (0, 0);
    for field in left {
        while at < right.len() && right[at] < *field {
            at += 1;
        }
        if right.get(at) == Some(field) {
            same += 1;
            at += 1;
        }
    }
    let all = left.len() + right.len() - same;
    // Objects that say next to nothing are alike without being the same.
    if all < 2 { 0 } else { same * 100 / all }
}

/// All scalars with their paths, sorted, but for what names the object and what every object of the kind has.
fn fields(object: &Value) -> Vec<String> {
    let mut fields = Vec::new();
    let mut pending = vec![(String::new(), object)];
    while let Some((path, value)) = pending.pop() {
        match value {
            Value::Object(entries) => {
                for (key, value) in entries {
                    let skipped = match path.as_str() {
                        "" => matches!(key.as_str(), "apiVersion" | "kind"),
                        "/metadata" => matches!(key.as_str(), "name" | "namespace"),
                        _ => false,
                    };
                    if !skipped {
                        pending.push((format!("{path}/{key}"), value));
                    }
                }
            }
            Value::Array(items) => pending.extend(items.iter().map(|item| (format!("{path}[]"), item))),
            scalar => fields.push(format!("{path}={scalar}")),
        }
    }
    fields.sort_unstable();
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_with_the_same_data_are_alike() {
        let map = |name: &str, second: &str| {
            fields(
                &json!({"kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1", "b": "2", "c": "3", "d": second}}),
            )
        };
        assert_eq!(likeness(&map("x", "4"), &map("y", "4")), 100);
        assert_eq!(likeness(&map("x", "4"), &map("y", "5")), 60);
        assert_eq!(
            likeness(
                &fields(&json!({"metadata": {"name": "a"}})),
                &fields(&json!({"metadata": {"name": "b"}}))
            ),
            0
        );
    }
}
