//! Defaults of pods and what is in them: `pkg/apis/core/v1/defaults.go`, and for the older kinds of volumes what is declared
//! as `+default` in `staging/src/k8s.io/api/core/v1/types.go`.
//!
//! What `SetDefaults_Pod` works out for `spec.resources` of a pod from its containers (`defaultPodRequests`,
//! `defaultPodLimits`, `defaultHugePagePodLimits`) is left out: it takes a pod that states one half of them.

use serde_json::{Map, Value, json};

use crate::plan::defaults::{Fields, child, set, text};

/// Sets the defaults of a type of the core group that pods are made of.
pub(super) fn set_defaults(name: &str, fields: &mut Fields) {
    match name {
        "Pod" => set_pod(fields),
        "PodSpec" => set_pod_spec(fields),
        "Container" | "EphemeralContainer" => set_container(fields),
        "ContainerPort" => set(fields, "protocol", "TCP"),
        "Probe" => {
            set(fields, "timeoutSeconds", 1);
            set(fields, "periodSeconds", 10);
            set(fields, "successThreshold", 1);
            set(fields, "failureThreshold", 3);
        }
        "HTTPGetAction" => {
            set(fields, "path", "/");
            set(fields, "scheme", "HTTP");
        }
        "GRPCAction" => set(fields, "service", ""),
        "ObjectFieldSelector" => set(fields, "apiVersion", "v1"),
        // A `resource.Quantity` that is no pointer is always written.
        "ResourceFieldSelector" => set(fields, "divisor", "0"),
        "PodTemplateSpec" => {
            set(fields, "spec", Map::new());
        }
        "Volume" => set_volume(fields),
        "SecretVolumeSource"
        | "ConfigMapVolumeSource"
        | "DownwardAPIVolumeSource"
        | "ProjectedVolumeSource" => set(fields, "defaultMode", 0o644),
        "ServiceAccountTokenProjection" => set(fields, "expirationSeconds", 3600),
        "HostPathVolumeSource" => set(fields, "type", ""),
        "ISCSIVolumeSource" | "ISCSIPersistentVolumeSource" => set(fields, "iscsiInterface", "default"),
        "RBDVolumeSource" | "RBDPersistentVolumeSource" => {
            set(fields, "pool", "rbd");
            set(fields, "user", "admin");
            set(fields, "keyring", "/etc/ceph/keyring");
        }
        "AzureDiskVolumeSource" => {
            set(fields, "cachingMode", "ReadWrite");
            set(fields, "kind", "Shared");
            set(fields, "fsType", "ext4");
            set(fields, "readOnly", false);
        }
        "ScaleIOVolumeSource" | "ScaleIOPersistentVolumeSource" => {
            set(fields, "storageMode", "ThinProvisioned");
            set(fields, "fsType", "xfs");
        }
        _ => {}
    }
}

/// Mirrors `SetDefaults_PodSpec`, and the conversion that keeps `serviceAccount` beside `serviceAccountName`.
fn set_pod_spec(fields: &mut Fields) {
    set(fields, "dnsPolicy", "ClusterFirst");
    set(fields, "restartPolicy", "Always");
    set(fields, "securityContext", Map::new());
    set(fields, "terminationGracePeriodSeconds", 30);
    set(fields, "schedulerName", "default-scheduler");
    let account = match text(fields, "serviceAccountName") {
        "" => text(fields, "serviceAccount"),
        name => name,
    };
    if !account.is_empty() {
        let account = Value::from(account);
        fields.insert("serviceAccount".to_owned(), account.clone());
        fields.insert("serviceAccountName".to_owned(), account);
    }
}

/// Mirrors `SetDefaults_Container`.
fn set_container(fields: &mut Fields) {
    let policy = pull_policy(text(fields, "image"));
    set(fields, "imagePullPolicy", policy);
    set(fields, "terminationMessagePath", "/dev/termination-log");
    set(fields, "terminationMessagePolicy", "File");
    set(fields, "resources", Map::new());
}

/// Mirrors the use of `parsers.ParseImageName`: an image with neither tag nor digest has the tag `latest`.
fn pull_policy(image: &str) -> &'static str {
    let (name, digest) = image.split_once('@').map_or((image, false), |(name, _)| (name, true));
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.split_once(':') {
        Some((_, "latest")) => "Always",
        None if !digest && !image.is_empty() => "Always",
        _ => "IfNotPresent",
    }
}

/// Mirrors `SetDefaults_Volume`: a volume without a source is an `emptyDir`.
fn set_volume(fields: &mut Fields) {
    if fields.keys().all(|key| key == "name") {
        fields.insert("emptyDir".to_owned(), json!({}));
    }
    if let Some(Value::Object(image)) = fields.get_mut("image") {
        let policy = pull_policy(text(image, "reference"));
        set(image, "pullPolicy", policy);
    }
}

/// Mirrors `SetDefaults_Pod`: what holds for pods and not for templates.
fn set_pod(fields: &mut Fields) {
    let Some(spec) = child(fields, "spec") else { return };
    let host_network = spec.get("hostNetwork") == Some(&Value::Bool(true));
    for list in ["containers", "initContainers"] {
        let Some(Value::Array(containers)) = spec.get_mut(list) else { continue };
        for container in containers.iter_mut().filter_map(Value::as_object_mut) {
            if let Some(Value::Object(resources)) = container.get_mut("resources") {
                set_requests(resources);
            }
            if !host_network {
                continue;
            }
            let Some(Value::Array(ports)) = container.get_mut("ports") else { continue };
            for port in ports.iter_mut().filter_map(Value::as_object_mut) {
                if let Some(number) = port.get("containerPort").cloned() {
                    set(port, "hostPort", number);
                }
            }
        }
    }
    set(spec, "enableServiceLinks", true);
}

/// What has a limit and no request, requests its limit.
fn set_requests(resources: &mut Fields) {
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    let Some(requests) = child(resources, "requests") else { return };
    for (resource, limit) in limits {
        set(requests, &resource, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_latest_is_always_pulled() {
        for (image, policy) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.27", "IfNotPresent"),
            ("localhost:5000/nginx", "Always"),
            ("localhost:5000/nginx:1", "IfNotPresent"),
            ("nginx@sha256:0123", "IfNotPresent"),
            ("nginx:latest@sha256:0123", "Always"),
            ("", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }
}
