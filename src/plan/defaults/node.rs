//! Defaults of namespaces, claims, volumes, limits and classes, and of the smaller groups.

use serde_json::{Map, Value, json};

use crate::plan::defaults::{Fields, child, set, text};

/// Sets the defaults of the rest of the core group: `pkg/apis/core/v1/defaults.go`.
pub(super) fn set_core_defaults(name: &str, fields: &mut Fields) {
    match name {
        "Namespace" => {
            let own = fields.get("metadata").and_then(|metadata| metadata.get("name")).cloned();
            if let (Some(own), Some(metadata)) = (own, child(fields, "metadata"))
                && let Some(labels) = child(metadata, "labels")
            {
                labels.insert("kubernetes.io/metadata.name".to_owned(), own);
            }
        }
        "Secret" => set(fields, "type", "Opaque"),
        "PersistentVolumeSpec" => {
            set(fields, "persistentVolumeReclaimPolicy", "Retain");
            set(fields, "volumeMode", "Filesystem");
        }
        "PersistentVolumeClaimSpec" => set(fields, "volumeMode", "Filesystem"),
        "LimitRangeItem" if text(fields, "type") == "Container" => set_limits(fields),
        "ReplicationController" => set_controller(fields),
        _ => {}
    }
}

/// Mirrors `SetDefaults_LimitRangeItem`.
fn set_limits(fields: &mut Fields) {
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
        let Some(Value::Object(source)) = fields.get(from).cloned() else { continue };
        let Some(target) = child(fields, to) else { continue };
        for (resource, amount) in source {
            set(target, &resource, amount);
        }
    }
}

/// Mirrors `SetDefaults_ReplicationController`.
fn set_controller(fields: &mut Fields) {
    let Some(spec) = child(fields, "spec") else { return };
    set(spec, "replicas", 1);
    let labels = spec.get("template").and_then(|template| template.pointer("/metadata/labels")).cloned();
    let Some(labels) = labels.filter(|labels| labels.as_object().is_some_and(|map| !map.is_empty())) else {
        return;
    };
    set(spec, "selector", labels.clone());
    if let Some(metadata) = child(fields, "metadata") {
        set(metadata, "labels", labels);
    }
}

/// Sets the defaults of `storage`, `scheduling`, `flowcontrol` and `resource`.
pub(super) fn set_defaults(name: &str, fields: &mut Fields) {
    match name {
        "StorageClass" => {
            set(fields, "reclaimPolicy", "Delete");
            set(fields, "volumeBindingMode", "Immediate");
        }
        "CSIDriverSpec" => {
            set(fields, "attachRequired", true);
            set(fields, "podInfoOnMount", false);
            set(fields, "storageCapacity", false);
            set(fields, "fsGroupPolicy", "ReadWriteOnceWithFSType");
            set(fields, "volumeLifecycleModes", json!(["Persistent"]));
            set(fields, "requiresRepublish", false);
            set(fields, "seLinuxMount", false);
        }
        "PriorityClass" => set(fields, "preemptionPolicy", "PreemptLowerPriority"),
        "FlowSchemaSpec" => set(fields, "matchingPrecedence", 1000),
        "ExemptPriorityLevelConfiguration" => {
            set(fields, "nominalConcurrencyShares", 0);
            set(fields, "lendablePercent", 0);
        }
        "LimitedPriorityLevelConfiguration" => {
            set(fields, "nominalConcurrencyShares", 30);
            set(fields, "lendablePercent", 0);
        }
        "QueuingConfiguration" => {
            set(fields, "handSize", 8);
            set(fields, "queues", 64);
            set(fields, "queueLengthLimit", 50);
        }
        "ExactDeviceRequest" | "DeviceSubRequest" => set_device_request(fields),
        // Before 1.34 the request itself had the mode; a list of alternatives has one each.
        "DeviceRequest" if fields.contains_key("deviceClassName") => set_device_request(fields),
        _ => {}
    }
}

/// Mirrors `SetDefaults_ExactDeviceRequest` and `SetDefaults_DeviceSubRequest`.
fn set_device_request(fields: &mut Map<String, Value>) {
    set(fields, "allocationMode", "ExactCount");
    if text(fields, "allocationMode") == "ExactCount" {
        set(fields, "count", 1);
    }
}
