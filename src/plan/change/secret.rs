//! Values of Secrets are never shown: neither before nor after.

use serde_json::Value;

use crate::parse::kind::Kind;
use crate::plan::change::ObjectChange;

const SAME: &str = "***";
const BEFORE: &str = "*** (before)";
const AFTER: &str = "*** (after)";

/// What of a Secret is no secret. Everything else may be one, also under a key that is misspelt.
const OPEN: &[&str] = &["apiVersion", "kind", "metadata", "type", "immutable"];

/// Replaces the values of a Secret in everything that is shown of a change. Which keys there are, and which of them
/// differ, stays visible.
pub(super) fn mask(change: &mut ObjectChange) {
    if change.kind != Kind::Secret && change.identity.kind != "Secret" {
        return;
    }
    let old = change.before_value.clone();
    let new = change.after_value.clone();
    mask_object(&mut change.before_value, &new, BEFORE);
    mask_object(&mut change.after_value, &old, AFTER);
    for field in &mut change.changes {
        if OPEN.iter().any(|key| field.path.is_at_or_below(key)) {
            continue;
        }
        let both = field.before.is_some() && field.after.is_some();
        mask_all(&mut field.before, if both { BEFORE } else { SAME });
        mask_all(&mut field.after, if both { AFTER } else { SAME });
    }
}

fn mask_object(object: &mut Value, other: &Value, differs: &str) {
    let Value::Object(fields) = object else { return };
    for (key, data) in fields.iter_mut().filter(|(key, _)| !OPEN.contains(&key.as_str())) {
        let Value::Object(entries) = data else {
            *data = Value::from(SAME);
            continue;
        };
        for (name, value) in entries.iter_mut() {
            let counterpart = other.get(key.as_str()).and_then(|data| data.get(name));
            let shown =
                if counterpart.is_some_and(|counterpart| counterpart != value) { differs } else { SAME };
            *value = Value::from(shown);
        }
    }
}

fn mask_all(value: &mut Option<Value>, shown: &str) {
    match value {
        Some(Value::Object(entries)) => {
            for (_, entry) in entries.iter_mut() {
                *entry = Value::from(shown);
            }
        }
        Some(other) => *other = Value::from(shown),
        None => {}
    }
}
