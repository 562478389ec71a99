//! One spelling for everything: no nulls, no empty lists, no zeros that mean "absent", quantities in canonical form.

use serde_json::{Map, Value};

use crate::parse::schema::table::{Layer, Leaf, Shape, Table, TypeId};
use crate::plan::defaults::quantity::{self, Precision};
use crate::plan::defaults::zero;

/// Annotations that clients and controllers keep for themselves.
const OWN_ANNOTATIONS: &[&str] = &[
    "control-plane.alpha.kubernetes.io/leader",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deployment.kubernetes.io/revision",
    "deprecated.daemonset.template.generation",
    "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
    "volume.kubernetes.io/storage-provisioner",
];

/// Removes what only the server and the controllers write: `status`, `managedFields`, `resourceVersion` and the like.
pub fn remove_server_fields(object: &mut Map<String, Value>) {
    object.remove("status");
    object.retain(|_, value| !value.is_null());
    let Some(Value::Object(metadata)) = object.get_mut("metadata") else { return };
    for key in [
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "resourceVersion",
        "selfLink",
        "uid",
    ] {
        metadata.remove(key);
    }
    if let Some(Value::Object(annotations)) = metadata.get_mut("annotations") {
        annotations.retain(|key, _| !OWN_ANNOTATIONS.contains(&key.as_str()));
    }
    metadata.retain(|_, value| !value.is_null() && !is_empty(value) && value != "");
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Brings an object of a built-in type into one spelling. Unknown fields stay: they are for the checks to report.
pub(super) fn object(table: &Table, id: TypeId, fields: &mut Map<String, Value>) {
    let read = table.get(id);
    let name = table.name(id);
    fields.retain(|key, value| {
        let Some(field) = read.field(key) else { return !value.is_null() };
        let precision = match field.shape.outermost() {
            Ok((Layer::Map, _)) => Precision::Milli,
            _ => Precision::Nano,
        };
        spell(table, field.shape, precision, value);
        if value.is_null() {
            return false;
        }
        let absent = match field.shape.outermost() {
            Ok(_) => is_empty(value),
            Err(leaf) => !field.required && zero::means_absent(name, key, leaf, value),
        };
        !absent
    });
    match name {
        "core.v1.Secret" => merge_string_data(fields),
        "core.v1.PodTemplateSpec" | "batch.v1.JobTemplateSpec" | "core.v1.PersistentVolumeClaimTemplate" => {
            fields.retain(|key, value| key != "metadata" || !is_empty(value));
        }
        "core.v1.PersistentVolumeClaim" | "core.v1.PersistentVolume" => {
            fields.remove("status");
        }
        _ => {}
    }
}

fn spell(table: &Table, shape: Shape, precision: Precision, value: &mut Value) {
    match shape.outermost() {
        Ok((Layer::List, inner)) => {
            if let Value::Array(items) = value {
                for item in items {
                    spell(table, inner, precision, item);
                }
            }
        }
        Ok((Layer::Map, inner)) => {
            if let Value::Object(entries) = value {
                for (_, entry) in entries.iter_mut() {
                    if entry.is_null() && inner.outermost() == Err(Leaf::String) {
                        *entry = Value::from("");
                    }
                    spell(table, inner, precision, entry);
                }
            }
        }
        Err(leaf) => spell_leaf(table, leaf, precision, value),
    }
}

fn spell_leaf(table: &Table, leaf: Leaf, precision: Precision, value: &mut Value) {
    match (leaf, &mut *value) {
        (Leaf::Object(id), Value::Object(fields)) => object(table, id, fields),
        (Leaf::Quantity, Value::String(text)) => {
            if let Some(canonical) = quantity::canonical(text, precision) {
                *text = canonical;
            }
        }
        (Leaf::Quantity, Value::Number(number)) => {
            if let Some(canonical) = quantity::canonical(&number.to_string(), precision) {
                *value = Value::from(canonical);
            }
        }
        (Leaf::Int32 | Leaf::Int64 | Leaf::IntOrString, Value::Number(number)) => {
            // `3.0` is 3 to Go's decoder of integers.
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            if let Some(float) = number.as_f64().filter(|_| number.is_f64())
                && float.fract() == 0.0
                && float.abs() < 9e15
            {
                *value = Value::from(float as i64);
            }
        }
        (Leaf::Bytes, Value::String(text)) => {
            // Go's decoder of base64 skips line breaks.
            text.retain(|character| !matches!(character, '\r' | '\n'));
        }
        _ => {}
    }
}

/// Mirrors `Convert_v1_Secret_To_core_Secret`: `stringData` is a way to write `data`, and goes before it.
fn merge_string_data(fields: &mut Map<String, Value>) {
    let Some(Value::Object(texts)) = fields.remove("stringData") else { return };
    let data = fields.entry("data").or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(data) = data else { return };
    for (key, text) in texts {
        let text = text.as_str().unwrap_or_default();
        data.insert(key, Value::from(base64(text.as_bytes())));
    }
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit > chunk.len() {
                text.push('=');
            } else {
                text.push(char::from(BASE64[(bits >> (18 - 6 * digit) & 63) as usize]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_everybody_writes_it() {
        for (text, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("s3cr3t!", "czNjcjN0IQ==")]
        {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }
}
