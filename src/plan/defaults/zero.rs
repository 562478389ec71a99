//! Fields whose zero value is the same as their absence: those that are no pointers in the Go types of `k8s.io/api`.
//!
//! `hostNetwork: false` is not stored; `privileged: false` is, and makes another pod template than its absence.

use serde_json::Value;

use crate::parse::schema::table::Leaf;

/// Strings whose emptiness says something.
const MEANT_WHEN_EMPTY: &[&str] = &["storageClassName", "volumeAttributesClassName"];

/// Booleans that are no pointers, whatever the type.
const PLAIN_BOOLEANS: &[&str] = &[
    "chapAuthDiscovery",
    "chapAuthSession",
    "deprecated",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "globalDefault",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "insecureSkipTLSVerify",
    "nullable",
    "paused",
    "preserveUnknownFields",
    "publishNotReadyAddresses",
    "readOnly",
    "sslEnabled",
    "stdin",
    "stdinOnce",
    "tty",
    "uniqueItems",
    "unschedulable",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
];

/// Types that have one of these as a pointer.
const POINTERS: &[(&str, &str)] =
    &[("core.v1.CSIVolumeSource", "readOnly"), ("core.v1.AzureDiskVolumeSource", "readOnly")];

/// Integers that are no pointers, whatever the type.
const PLAIN_INTEGERS: &[&str] = &[
    "failureThreshold",
    "handSize",
    "healthCheckNodePort",
    "hostPort",
    "initialDelaySeconds",
    "matchingPrecedence",
    "minReadySeconds",
    "nodePort",
    "periodSeconds",
    "queueLengthLimit",
    "queues",
    "successThreshold",
];

/// Integers that are pointers elsewhere.
const INTEGERS_OF: &[(&str, &str)] = &[
    ("core.v1.AWSElasticBlockStoreVolumeSource", "partition"),
    ("core.v1.GCEPersistentDiskVolumeSource", "partition"),
    ("core.v1.Probe", "timeoutSeconds"),
];

/// Whether the field of a type is stored as if it were absent.
pub(super) fn means_absent(type_name: &str, field: &str, leaf: Leaf, value: &Value) -> bool {
    match (leaf, value) {
        (Leaf::String, Value::String(text)) => text.is_empty() && !MEANT_WHEN_EMPTY.contains(&field),
        (Leaf::Bool, Value::Bool(false)) => {
            PLAIN_BOOLEANS.binary_search(&field).is_ok() && !POINTERS.contains(&(type_name, field))
        }
        (Leaf::Int32 | Leaf::Int64, Value::Number(number)) => {
            number.as_i64() == Some(0)
                && (PLAIN_INTEGERS.binary_search(&field).is_ok() || INTEGERS_OF.contains(&(type_name, field)))
        }
        (Leaf::IntOrString, Value::String(text)) => text.is_empty() && field == "targetPort",
        (Leaf::IntOrString, Value::Number(number)) => field == "targetPort" && number.as_i64() == Some(0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        assert!(PLAIN_BOOLEANS.is_sorted() && PLAIN_INTEGERS.is_sorted());
    }
}
