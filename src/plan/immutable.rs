//! Fields that cannot change once an object exists: the update validation of the API server, for every built-in kind.

use serde_json::{Map, Value};

use crate::parse::kind::Kind;
use crate::plan::defaults::quantity;
use crate::plan::quantity::Quantity;
use crate::plan::value::{at, text_at};

/// A change that the API server rejects, so that the object must be deleted and made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forced {
    /// The field, as a dotted path.
    pub field: String,
    /// Why, in the words of the API server where they are few.
    pub why: &'static str,
}

const IMMUTABLE: &str = "field is immutable";

/// Fields that cannot change, whatever they are. Each row mirrors the `ValidateXUpdate` function of its kind in
/// `pkg/apis/GROUP/validation/validation.go`; for CustomResourceDefinitions, which are taken to be established,
/// `validateCustomResourceDefinitionSpecUpdate`; for IngressClasses `validateIngressClassSpecUpdate`; for ResourceSlices
/// `validateResourceSliceSpec`. The spec of a CertificateSigningRequest is not refused but put back (`PrepareForUpdate`
/// of its strategy), which comes to the same: the update does not happen.
const FIELDS: &[(Kind, &[&str], &str)] = &[
    (Kind::Deployment, &["spec.selector"], IMMUTABLE),
    (Kind::DaemonSet, &["spec.selector"], IMMUTABLE),
    (Kind::ReplicaSet, &["spec.selector"], IMMUTABLE),
    (Kind::ControllerRevision, &["data"], IMMUTABLE),
    (
        Kind::Job,
        &[
            "spec.selector",
            "spec.completionMode",
            "spec.podFailurePolicy",
            "spec.backoffLimitPerIndex",
            "spec.managedBy",
            "spec.successPolicy",
        ],
        IMMUTABLE,
    ),
    (Kind::Secret, &["type"], IMMUTABLE),
    (Kind::PersistentVolume, &["spec.volumeMode"], IMMUTABLE),
    (Kind::RoleBinding, &["roleRef"], "cannot change roleRef"),
    (Kind::ClusterRoleBinding, &["roleRef"], "cannot change roleRef"),
    (Kind::StorageClass, &["provisioner"], "updates to provisioner are forbidden."),
    (Kind::StorageClass, &["parameters"], "updates to parameters are forbidden."),
    (Kind::StorageClass, &["reclaimPolicy"], "updates to reclaimPolicy are forbidden."),
    (Kind::StorageClass, &["volumeBindingMode"], IMMUTABLE),
    (Kind::CSIDriver, &["spec.attachRequired", "spec.volumeLifecycleModes"], IMMUTABLE),
    (Kind::CSIStorageCapacity, &["nodeTopology", "storageClassName"], IMMUTABLE),
    (Kind::VolumeAttachment, &["spec"], IMMUTABLE),
    (Kind::VolumeAttributesClass, &["driverName"], "updates to driverName are forbidden."),
    (Kind::VolumeAttributesClass, &["parameters"], "updates to parameters are forbidden."),
    (Kind::PriorityClass, &["value"], "may not be changed in an update."),
    (Kind::PriorityClass, &["preemptionPolicy"], IMMUTABLE),
    (Kind::IngressClass, &["spec.controller"], IMMUTABLE),
    (Kind::IPAddress, &["spec.parentRef"], IMMUTABLE),
    (Kind::ServiceCIDR, &["spec.cidrs"], IMMUTABLE),
    (Kind::EndpointSlice, &["addressType"], IMMUTABLE),
    (Kind::RuntimeClass, &["handler"], IMMUTABLE),
    (
        Kind::CustomResourceDefinition,
        &["spec.group", "spec.names.kind", "spec.names.plural", "spec.scope"],
        IMMUTABLE,
    ),
    (Kind::CertificateSigningRequest, &["spec"], IMMUTABLE),
    (Kind::ResourceClaim, &["spec"], IMMUTABLE),
    (Kind::ResourceClaimTemplate, &["spec"], IMMUTABLE),
    (Kind::ResourceSlice, &["spec.pool.name", "spec.driver", "spec.nodeName"], IMMUTABLE),
];

/// What of a StatefulSet's spec can change.
const STATEFUL_SET_MUTABLE: &[&str] = &[
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
];

/// What forces an object to be replaced; empty if it can be updated in place. Both sides are completed.
pub fn forced(kind: Kind, before: &Value, after: &Value) -> Vec<Forced> {
    let mut found = Vec::new();
    for (_, paths, why) in FIELDS.iter().filter(|(own, ..)| *own == kind) {
        for path in *paths {
            if at(before, path) != at(after, path) {
                found.push(Forced { field: (*path).to_owned(), why });
            }
        }
    }
    match kind {
        Kind::Pod => pod(before, after, &mut found),
        Kind::StatefulSet => stateful_set(before, after, &mut found),
        Kind::Job => job(before, after, &mut found),
        Kind::Service => service(before, after, &mut found),
        Kind::ConfigMap | Kind::Secret => sealed(before, after, &mut found),
        Kind::PersistentVolumeClaim => claim(before, after, &mut found),
        Kind::PersistentVolume => volume(before, after, &mut found),
        Kind::ResourceQuota => quota(before, after, &mut found),
        _ => {}
    }
    found
}

fn push(found: &mut Vec<Forced>, field: impl Into<String>, why: &'static str) {
    found.push(Forced { field: field.into(), why });
}

/// The fields of two maps that differ.
fn differing<'v>(before: Option<&'v Value>, after: Option<&'v Value>) -> Vec<&'v str> {
    let fields = |value: Option<&'v Value>| value.and_then(Value::as_object);
    let mut keys: Vec<&str> = [fields(before), fields(after)]
        .into_iter()
        .flatten()
        .flat_map(Map::keys)
        .map(String::as_str)
        .filter(|key| before.and_then(|map| map.get(key)) != after.and_then(|map| map.get(key)))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Mirrors `ValidateStatefulSetUpdate`.
fn stateful_set(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    for key in differing(at(before, "spec"), at(after, "spec")) {
        if !STATEFUL_SET_MUTABLE.contains(&key) {
            push(
                found,
                format!("spec.{key}"),
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and \
                 'minReadySeconds' are forbidden",
            );
        }
    }
}

/// Mirrors `ValidateJobSpecUpdate` with `validateCompletions` and `validatePodTemplateUpdate`: `completions` of an indexed
/// Job may change to what `parallelism` is then, and the scheduling directives of a Job that is suspended may change
/// (`JobValidationOptions.AllowMutableSchedulingDirectives`, which takes one that has never started).
fn job(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    let completions = |job| at(job, "spec.completions");
    if completions(before) != completions(after) {
        let indexed = text_at(after, "spec.completionMode") == Some("Indexed");
        let follows = |job| at(job, "spec.completions") == at(job, "spec.parallelism");
        if !(indexed && (follows(after) || completions(after).is_none())) {
            push(found, "spec.completions", IMMUTABLE);
        }
    }
    let (mut old, mut new) = (at(before, "spec.template").cloned(), at(after, "spec.template").cloned());
    let suspended = |job| at(job, "spec.suspend") == Some(&Value::Bool(true));
    if suspended(before) {
        for template in [&mut old, &mut new].into_iter().flatten() {
            remove_scheduling_directives(template);
        }
    }
    if old != new {
        push(found, "spec.template", IMMUTABLE);
    }
}

fn remove_scheduling_directives(template: &mut Value) {
    if let Some(Value::Object(metadata)) = template.get_mut("metadata") {
        metadata.remove("annotations");
        metadata.remove("labels");
    }
    if template.get("metadata").is_some_and(|metadata| metadata.as_object().is_some_and(Map::is_empty))
        && let Some(template) = template.as_object_mut()
    {
        template.remove("metadata");
    }
    let Some(Value::Object(spec)) = template.get_mut("spec") else { return };
    for key in ["nodeSelector", "tolerations", "schedulingGates"] {
        spec.remove(key);
    }
    if let Some(Value::Object(affinity)) = spec.get_mut("affinity") {
        affinity.remove("nodeAffinity");
    }
    if spec.get("affinity").is_some_and(|affinity| affinity.as_object().is_some_and(Map::is_empty)) {
        spec.remove("affinity");
    }
}

/// Mirrors `ValidatePodUpdate`: images, tolerations that are added, `activeDeadlineSeconds`, scheduling gates that go.
fn pod(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    const WHY: &str = "pod updates may not change fields other than `spec.containers[*].image`, \
        `spec.initContainers[*].image`, `spec.activeDeadlineSeconds`, `spec.tolerations` (only additions to existing \
        tolerations), `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    for key in differing(at(before, "spec"), at(after, "spec")) {
        let path = format!("spec.{key}");
        let (old, new) = (at(before, &path), at(after, &path));
        let allowed = match key {
            "containers" | "initContainers" => without_images(old) == without_images(new),
            "tolerations" => {
                let list =
                    |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
                let new = list(new);
                list(old).iter().all(|toleration| new.contains(toleration))
            }
            "activeDeadlineSeconds" => match (old.and_then(Value::as_i64), new.and_then(Value::as_i64)) {
                (None, Some(_)) => true,
                (Some(old), Some(new)) => new <= old,
                _ => false,
            },
            "schedulingGates" => {
                let count = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
                count(new) < count(old)
            }
            "ephemeralContainers" => true,
            _ => false,
        };
        if !allowed {
            push(found, path, WHY);
        }
    }
}

fn without_images(containers: Option<&Value>) -> Vec<Value> {
    let mut containers = containers.and_then(Value::as_array).cloned().unwrap_or_default();
    for container in containers.iter_mut().filter_map(Value::as_object_mut) {
        container.remove("image");
        // The policy is defaulted from the tag, and a pod that exists keeps the one it has.
        container.remove("imagePullPolicy");
    }
    containers
}

const ONCE_SET: &str = "may not change once set";

/// Mirrors `ValidateServiceUpdate`: `validateUpgradeDowngradeClusterIPs`, `validateUpgradeDowngradeIPFamilies` and
/// `validateLoadBalancerClassField`. Addresses that are not written stay those that were allocated
/// (`patchAllocatedValues` of the registry), which the caller has filled in.
fn service(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    let type_of = |service| text_at(service, "spec.type").unwrap_or("ClusterIP");
    if [before, after].iter().all(|service| type_of(service) == "LoadBalancer") {
        let class = |service| text_at(service, "spec.loadBalancerClass");
        if class(before) != class(after) {
            push(found, "spec.loadBalancerClass", ONCE_SET);
        }
    }
    if [before, after].iter().any(|service| type_of(service) == "ExternalName") {
        return;
    }
    let (old, new) = (cluster_ips(before), cluster_ips(after));
    let is_headless = |addresses: &[&str]| addresses == ["None"];
    if is_headless(&old) && is_headless(&new) {
        return;
    }
    if old.first() != new.first() && !new.is_empty() {
        push(found, "spec.clusterIP", ONCE_SET);
    } else if old.len() == new.len() && old != new {
        push(found, "spec.clusterIPs", ONCE_SET);
    }
    if is_headless(&old) != is_headless(&new) {
        return;
    }
    let families =
        |service| at(service, "spec.ipFamilies").and_then(Value::as_array).cloned().unwrap_or_default();
    let (old, new) = (families(before), families(after));
    let differs = old.len() == new.len() && old != new || old.first() != new.first();
    if differs && !old.is_empty() && !new.is_empty() {
        push(found, "spec.ipFamilies", ONCE_SET);
    }
}

/// The addresses of a Service: `clusterIPs`, or the one of `clusterIP` (`normalizeClusterIPs`).
fn cluster_ips(service: &Value) -> Vec<&str> {
    let listed: Vec<&str> = at(service, "spec.clusterIPs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if listed.is_empty() { text_at(service, "spec.clusterIP").into_iter().collect() } else { listed }
}

/// Mirrors `ValidateResourceQuotaUpdate`, which compares the scopes as sets.
fn quota(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    let scopes = |quota| {
        let list = at(quota, "spec.scopes").and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).collect::<std::collections::BTreeSet<_>>()
    };
    if scopes(before) != scopes(after) {
        push(found, "spec.scopes", IMMUTABLE);
    }
}

/// Mirrors `ValidateConfigMapUpdate` and `ValidateSecretUpdate`.
fn sealed(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    const SEALED: &str = "field is immutable when `immutable` is set";
    let flag = Some(&Value::Bool(true));
    if at(before, "immutable") != flag {
        return;
    }
    if at(after, "immutable") != flag {
        push(found, "immutable", SEALED);
    }
    for key in ["data", "binaryData"] {
        if at(before, key) != at(after, key) {
            push(found, key, SEALED);
        }
    }
}

/// Mirrors `ValidatePersistentVolumeClaimUpdate`: a claim may grow, never shrink, and may change its attributes class. A
/// volume that was chosen for it, and a class that was filled in, are not taken away by not being written.
fn claim(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    for key in differing(at(before, "spec"), at(after, "spec")) {
        let path = format!("spec.{key}");
        match key {
            // Another class may be asked for, but not none again.
            "volumeAttributesClassName" => {
                let written = |claim| text_at(claim, &path).is_some_and(|name| !name.is_empty());
                if written(before) && !written(after) {
                    push(found, path, "update from non-nil value to nil or an empty string is forbidden");
                }
            }
            "volumeName" | "storageClassName"
                if at(after, &path).is_none() || at(before, &path).is_none() => {}
            "resources" => {
                let size = |claim| {
                    let text = claim_size(claim)?;
                    Quantity::parse(&text).ok()
                };
                if let (Some(old), Some(new)) = (size(before), size(after))
                    && new < old
                {
                    push(
                        found,
                        "spec.resources.requests.storage",
                        "field can not be less than previous value",
                    );
                }
                if at(before, "spec.resources.limits") != at(after, "spec.resources.limits") {
                    push(found, "spec.resources.limits", CLAIM);
                }
            }
            _ => push(found, path, CLAIM),
        }
    }
}

const CLAIM: &str = "spec is immutable after creation except resources.requests and volumeAttributesClassName for \
    bound claims";

fn claim_size(claim: &Value) -> Option<String> {
    let text = text_at(claim, "spec.resources.requests.storage")?;
    quantity::canonical(text, quantity::Precision::Milli)
}

/// Mirrors `ValidatePersistentVolumeUpdate`: where the data is cannot change, but for a secret that a driver needs to grow
/// the volume, which may be added; a node affinity may be added and not changed; an attributes class not taken away.
fn volume(before: &Value, after: &Value, found: &mut Vec<Forced>) {
    const ORDINARY: &[&str] = &[
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    ];
    for key in differing(at(before, "spec"), at(after, "spec")) {
        let path = format!("spec.{key}");
        if key == "nodeAffinity" && at(before, &path).is_some() {
            push(found, path, IMMUTABLE);
        } else if key == "volumeAttributesClassName" && at(after, &path).is_none() {
            push(found, path, "update from non-nil value to nil is forbidden");
        } else if key == "csi" && adds_only_an_expansion_secret(at(before, &path), at(after, &path)) {
            continue;
        } else if !ORDINARY.contains(&key) {
            push(found, path, "spec.persistentvolumesource is immutable after creation");
        }
    }
}

fn adds_only_an_expansion_secret(before: Option<&Value>, after: Option<&Value>) -> bool {
    let (Some(Value::Object(before)), Some(Value::Object(after))) = (before, after) else { return false };
    let mut without = after.clone();
    without.remove("controllerExpandSecretRef");
    !before.contains_key("controllerExpandSecretRef") && *before == without
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(kind: Kind, before: Value, after: Value) -> Vec<String> {
        forced(kind, &before, &after).into_iter().map(|forced| forced.field).collect()
    }

    #[test]
    fn selectors_are_immutable_and_templates_are_not() {
        let deployment = |app: &str, image: &str| {
            json!({"spec": {"selector": {"matchLabels": {"app": app}},
            "template": {"spec": {"containers": [{"image": image}]}}}})
        };
        assert_eq!(fields(Kind::Deployment, deployment("a", "x:1"), deployment("a", "x:2")), [] as [&str; 0]);
        assert_eq!(
            fields(Kind::Deployment, deployment("a", "x:1"), deployment("b", "x:1")),
            ["spec.selector"]
        );
    }

    #[test]
    fn a_stateful_set_keeps_its_claims_and_service() {
        let set = |service: &str, replicas: u32| {
            json!({"spec": {"serviceName": service, "replicas": replicas,
            "minReadySeconds": replicas}})
        };
        assert_eq!(fields(Kind::StatefulSet, set("a", 1), set("a", 3)), [] as [&str; 0]);
        assert_eq!(fields(Kind::StatefulSet, set("a", 1), set("b", 1)), ["spec.serviceName"]);
    }

    #[test]
    fn an_indexed_job_may_grow_with_its_parallelism() {
        let job = |mode: &str, count: u32| json!({"spec": {"completionMode": mode, "completions": count, "parallelism": count}});
        assert_eq!(fields(Kind::Job, job("Indexed", 2), job("Indexed", 4)), [] as [&str; 0]);
        assert_eq!(fields(Kind::Job, job("NonIndexed", 2), job("NonIndexed", 4)), ["spec.completions"]);
    }

    #[test]
    fn a_suspended_job_may_be_sent_elsewhere() {
        let job = |suspend: bool, zone: &str, image: &str| {
            json!({"spec": {"suspend": suspend, "template": {"spec": {
            "nodeSelector": {"zone": zone}, "containers": [{"image": image}]}}}})
        };
        assert_eq!(fields(Kind::Job, job(true, "a", "x"), job(true, "b", "x")), [] as [&str; 0]);
        assert_eq!(fields(Kind::Job, job(true, "a", "x"), job(true, "a", "y")), ["spec.template"]);
        assert_eq!(fields(Kind::Job, job(false, "a", "x"), job(false, "b", "x")), ["spec.template"]);
    }

    #[test]
    fn a_cluster_ip_that_is_not_written_stays() {
        let service = |spec: Value| json!({"spec": spec});
        let none = [] as [&str; 0];
        let headless = json!({"type": "ClusterIP", "clusterIP": "None"});
        let plain = json!({"type": "ClusterIP"});
        let external = json!({"type": "ExternalName", "externalName": "x"});
        assert_eq!(fields(Kind::Service, service(headless.clone()), service(plain.clone())), none);
        assert_eq!(
            fields(Kind::Service, service(plain.clone()), service(headless.clone())),
            ["spec.clusterIP"]
        );
        assert_eq!(fields(Kind::Service, service(external), service(headless)), none);
        assert_eq!(fields(Kind::Service, service(plain.clone()), service(json!({"type": "NodePort"}))), none);
    }

    #[test]
    fn claims_grow_and_do_not_shrink() {
        let claim = |size: &str, mode: &str| json!({"spec": {"accessModes": [mode], "resources": {"requests": {"storage": size}}}});
        assert_eq!(
            fields(Kind::PersistentVolumeClaim, claim("1Gi", "ReadWriteOnce"), claim("2Gi", "ReadWriteOnce")),
            [] as [&str; 0]
        );
        assert_eq!(
            fields(Kind::PersistentVolumeClaim, claim("2Gi", "ReadWriteOnce"), claim("1Gi", "ReadWriteOnce")),
            ["spec.resources.requests.storage"]
        );
        assert_eq!(
            fields(Kind::PersistentVolumeClaim, claim("1Gi", "ReadWriteOnce"), claim("1Gi", "ReadWriteMany")),
            ["spec.accessModes"]
        );
    }

    #[test]
    fn a_pod_may_change_its_images_and_tolerate_more() {
        let pod = |image: &str, command: &str, tolerations: Value| {
            json!({"spec": {"tolerations": tolerations,
            "containers": [{"name": "c", "image": image, "command": [command]}]}})
        };
        assert_eq!(
            fields(Kind::Pod, pod("a:1", "x", json!([])), pod("a:2", "x", json!([{"key": "k"}]))),
            [] as [&str; 0]
        );
        assert_eq!(
            fields(Kind::Pod, pod("a", "x", json!([{"key": "k"}])), pod("a", "y", json!([]))),
            ["spec.containers", "spec.tolerations"]
        );
    }

    #[test]
    fn sealed_data_stays() {
        let map = |immutable: bool, value: &str| json!({"immutable": immutable, "data": {"a": value}});
        assert_eq!(fields(Kind::ConfigMap, map(true, "1"), map(true, "2")), ["data"]);
        assert_eq!(fields(Kind::ConfigMap, map(false, "1"), map(true, "2")), [] as [&str; 0]);
        assert_eq!(fields(Kind::ConfigMap, map(true, "1"), map(false, "1")), ["immutable"]);
    }

    #[test]
    fn an_indexed_job_may_have_as_many_completions_as_it_runs_at_a_time() {
        let job = |completions: u32, parallelism: u32| json!({"spec": {"completionMode": "Indexed", "completions": completions, "parallelism": parallelism}});
        assert_eq!(fields(Kind::Job, job(5, 2), job(3, 3)), [] as [&str; 0]);
        assert_eq!(fields(Kind::Job, job(3, 3), job(4, 3)), ["spec.completions"]);
    }

    #[test]
    fn a_headless_service_may_change_its_families_and_others_may_not() {
        let service =
            |address: &str, families: Value| json!({"spec": {"clusterIP": address, "ipFamilies": families}});
        let (four, six) = (json!(["IPv4"]), json!(["IPv6"]));
        let headless = |families: &Value| service("None", families.clone());
        assert_eq!(fields(Kind::Service, headless(&four), headless(&six)), [] as [&str; 0]);
        let usual = |families: &Value| service("10.0.0.1", families.clone());
        assert_eq!(fields(Kind::Service, usual(&four), usual(&six)), ["spec.ipFamilies"]);
        assert_eq!(fields(Kind::Service, usual(&four), headless(&four)), ["spec.clusterIP"]);
        let both = json!(["IPv4", "IPv6"]);
        assert_eq!(fields(Kind::Service, usual(&four), usual(&both)), [] as [&str; 0]);
    }

    #[test]
    fn an_attributes_class_can_be_changed_and_not_taken_away() {
        let claim = |class: Value| json!({"spec": {"volumeAttributesClassName": class}});
        assert_eq!(
            fields(Kind::PersistentVolumeClaim, claim(json!("a")), claim(json!("b"))),
            [] as [&str; 0]
        );
        let path = "spec.volumeAttributesClassName";
        assert_eq!(fields(Kind::PersistentVolumeClaim, claim(json!("a")), json!({"spec": {}})), [path]);
        assert_eq!(fields(Kind::PersistentVolume, claim(json!("a")), json!({"spec": {}})), [path]);
    }

    #[test]
    fn a_volume_may_be_given_the_secret_that_it_grows_with() {
        let volume = |csi: Value| json!({"spec": {"csi": csi}});
        let bare = || volume(json!({"driver": "d"}));
        let secret = || volume(json!({"driver": "d", "controllerExpandSecretRef": {"name": "s"}}));
        assert_eq!(fields(Kind::PersistentVolume, bare(), secret()), [] as [&str; 0]);
        assert_eq!(fields(Kind::PersistentVolume, secret(), bare()), ["spec.csi"]);
    }

    #[test]
    fn the_order_of_scopes_is_no_change() {
        let quota = |scopes: Value| json!({"spec": {"scopes": scopes}});
        let (there, back) =
            (json!(["BestEffort", "NotTerminating"]), json!(["NotTerminating", "BestEffort"]));
        assert_eq!(fields(Kind::ResourceQuota, quota(there.clone()), quota(back)), [] as [&str; 0]);
        assert_eq!(fields(Kind::ResourceQuota, quota(there), json!({"spec": {}})), ["spec.scopes"]);
    }

    #[test]
    fn a_slice_stays_with_its_driver_pool_and_node() {
        let slice =
            |pool: &str, all: bool| json!({"spec": {"pool": {"name": pool}, "driver": "d", "allNodes": all}});
        assert_eq!(fields(Kind::ResourceSlice, slice("a", true), slice("a", false)), [] as [&str; 0]);
        assert_eq!(fields(Kind::ResourceSlice, slice("a", true), slice("b", true)), ["spec.pool.name"]);
    }
}
