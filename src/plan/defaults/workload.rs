//! Defaults of workloads: `pkg/apis/apps/v1/defaults.go` and `pkg/apis/batch/v1/defaults.go`.

use serde_json::{Map, Value};

use crate::parse::version::Version;
use crate::plan::defaults::{Fields, child, set, text};
use crate::plan::rollout::stateful_set::heeds_max_unavailable;

/// Sets the defaults of `apps`.
pub(super) fn set_apps_defaults(name: &str, fields: &mut Fields, version: Version) {
    match name {
        "DeploymentSpec" => {
            set(fields, "replicas", 1);
            if let Some(strategy) = child(fields, "strategy") {
                set(strategy, "type", "RollingUpdate");
                if text(strategy, "type") == "RollingUpdate"
                    && let Some(rolling) = child(strategy, "rollingUpdate")
                {
                    set(rolling, "maxUnavailable", "25%");
                    set(rolling, "maxSurge", "25%");
                }
            }
            set(fields, "revisionHistoryLimit", 10);
            set(fields, "progressDeadlineSeconds", 600);
        }
        "DaemonSetSpec" => {
            if let Some(strategy) = child(fields, "updateStrategy") {
                set(strategy, "type", "RollingUpdate");
                if text(strategy, "type") == "RollingUpdate"
                    && let Some(rolling) = child(strategy, "rollingUpdate")
                {
                    set(rolling, "maxUnavailable", 1);
                    set(rolling, "maxSurge", 0);
                }
            }
            set(fields, "revisionHistoryLimit", 10);
        }
        "StatefulSetSpec" => set_stateful_set(fields, version),
        "ReplicaSetSpec" => set(fields, "replicas", 1),
        _ => {}
    }
}

/// Mirrors `SetDefaults_StatefulSet`, and the conversion that gives claim templates their kind.
fn set_stateful_set(fields: &mut Fields, version: Version) {
    set(fields, "podManagementPolicy", "OrderedReady");
    if let Some(strategy) = child(fields, "updateStrategy") {
        if !strategy.contains_key("type") {
            set(strategy, "type", "RollingUpdate");
            set(strategy, "rollingUpdate", Map::new());
        }
        if text(strategy, "type") == "RollingUpdate"
            && let Some(Value::Object(rolling)) = strategy.get_mut("rollingUpdate")
        {
            set(rolling, "partition", 0);
            if heeds_max_unavailable(version) {
                set(rolling, "maxUnavailable", 1);
            }
        }
    }
    if let Some(retention) = child(fields, "persistentVolumeClaimRetentionPolicy") {
        set(retention, "whenDeleted", "Retain");
        set(retention, "whenScaled", "Retain");
    }
    set(fields, "replicas", 1);
    set(fields, "revisionHistoryLimit", 10);
    if let Some(Value::Array(claims)) = fields.get_mut("volumeClaimTemplates") {
        for claim in claims.iter_mut().filter_map(Value::as_object_mut) {
            claim.insert("apiVersion".to_owned(), Value::from("v1"));
            claim.insert("kind".to_owned(), Value::from("PersistentVolumeClaim"));
        }
    }
}

/// Sets the defaults of `batch`.
pub(super) fn set_batch_defaults(name: &str, fields: &mut Fields) {
    match name {
        "Job" => {
            let labels = fields
                .get("spec")
                .and_then(|spec| spec.pointer("/template/metadata/labels"))
                .filter(|labels| labels.as_object().is_some_and(|labels| !labels.is_empty()))
                .cloned();
            if let (Some(labels), Some(metadata)) = (labels, child(fields, "metadata")) {
                set(metadata, "labels", labels);
            }
            if let Some(spec) = child(fields, "spec") {
                set_job(spec);
            }
        }
        "CronJobSpec" => {
            set(fields, "concurrencyPolicy", "Allow");
            set(fields, "suspend", false);
            set(fields, "successfulJobsHistoryLimit", 3);
            set(fields, "failedJobsHistoryLimit", 1);
        }
        "PodFailurePolicyOnPodConditionsPattern" => set(fields, "status", "True"),
        _ => {}
    }
}

/// Mirrors `SetDefaults_Job`. The template of a CronJob is no Job, and gets none of these.
fn set_job(spec: &mut Fields) {
    if !spec.contains_key("completions") && !spec.contains_key("parallelism") {
        set(spec, "completions", 1);
    }
    set(spec, "parallelism", 1);
    let per_index = spec.contains_key("backoffLimitPerIndex");
    set(spec, "backoffLimit", if per_index { i64::from(i32::MAX) } else { 6 });
    set(spec, "completionMode", "NonIndexed");
    set(spec, "suspend", false);
    let policy = if spec.contains_key("podFailurePolicy") { "Failed" } else { "TerminatingOrFailed" };
    set(spec, "podReplacementPolicy", policy);
    set(spec, "manualSelector", false);
}
