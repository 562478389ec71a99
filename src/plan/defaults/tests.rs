//! Defaults against what an API server returns, and spellings that must not differ.

use serde_json::json;

use super::*;

fn completed(mut object: Value) -> Value {
    complete(&mut object, Version::NEWEST);
    let once = object.clone();
    complete(&mut object, Version::NEWEST);
    assert_eq!(object, once, "applied twice");
    object
}

#[test]
fn a_deployment_gets_what_kubectl_shows() {
    let stored = completed(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "creationTimestamp": null},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}, "creationTimestamp": null},
                "spec": {"containers": [{
                    "name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}],
                    "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}},
                    "readinessProbe": {"httpGet": {"port": 80}},
                }]},
            },
        },
        "status": {},
    }));
    assert_eq!(
        stored["spec"],
        json!({
            "progressDeadlineSeconds": 600, "replicas": 1, "revisionHistoryLimit": 10,
            "selector": {"matchLabels": {"app": "web"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {
                    "containers": [{
                        "image": "nginx:1.27", "imagePullPolicy": "IfNotPresent", "name": "web",
                        "ports": [{"containerPort": 80, "protocol": "TCP"}],
                        "readinessProbe": {
                            "failureThreshold": 3, "httpGet": {"path": "/", "port": 80, "scheme": "HTTP"},
                            "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1,
                        },
                        "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}},
                        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                    }],
                    "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler",
                    "securityContext": {}, "terminationGracePeriodSeconds": 30,
                },
            },
        })
    );
    assert!(stored.get("status").is_none());
}

#[test]
fn spelled_out_defaults_and_zeros_are_no_difference() {
    let short = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [
        {"name": "c", "image": "x:1", "resources": {"limits": {"cpu": 1}}}]}});
    let long = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {}, "annotations": null},
        "spec": {"hostNetwork": false, "nodeName": "", "volumes": [], "enableServiceLinks": true,
            "restartPolicy": "Always", "containers": [{
                "name": "c", "image": "x:1", "imagePullPolicy": "IfNotPresent", "tty": false, "env": null,
                "resources": {"limits": {"cpu": "1000m"}, "requests": {"cpu": "1.0"}}}]}});
    assert_eq!(completed(short), completed(long));
}

#[test]
fn a_pointer_that_is_false_is_stored() {
    let pod = |context: Value| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [
            {"name": "c", "image": "x:1", "securityContext": context}]}})
    };
    assert_ne!(completed(pod(json!({"privileged": false}))), completed(pod(json!({}))));
    assert_eq!(completed(pod(json!({"privileged": null}))), completed(pod(json!({}))));
}

#[test]
fn limits_are_requests_in_pods_and_not_in_templates() {
    let spec = json!({"containers": [{"name": "c", "image": "x:1", "resources": {"limits": {"cpu": "2"}}}]});
    let pod = completed(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}));
    assert_eq!(pod["spec"]["containers"][0]["resources"]["requests"], json!({"cpu": "2"}));
    let job = completed(json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"},
        "spec": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": spec}}}));
    assert_eq!(job["spec"]["template"]["spec"]["containers"][0]["resources"].get("requests"), None);
    assert_eq!(job["metadata"]["labels"], json!({"a": "b"}));
    assert_eq!(job["spec"]["backoffLimit"], 6);
}

#[test]
fn a_service_has_target_ports_and_policies_but_no_addresses() {
    let service = completed(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
        "spec": {"ports": [{"port": 80, "targetPort": 0}, {"port": 81, "name": "m", "targetPort": "metrics"}]}}));
    assert_eq!(
        service["spec"],
        json!({"internalTrafficPolicy": "Cluster", "sessionAffinity": "None", "type": "ClusterIP",
        "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80},
            {"name": "m", "port": 81, "protocol": "TCP", "targetPort": "metrics"}]})
    );
}

#[test]
fn a_stateful_set_gets_its_claims_kinds() {
    let set = completed(json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {"serviceName": "db", "selector": {}, "template": {"spec": {"containers": []}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}}}]}}));
    assert_eq!(
        set["spec"]["volumeClaimTemplates"][0],
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem",
            "resources": {"requests": {"storage": "1Gi"}}}})
    );
    assert_eq!(set["spec"]["updateStrategy"]["rollingUpdate"], json!({"partition": 0, "maxUnavailable": 1}));
}

#[test]
fn string_data_is_data() {
    let secret = completed(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"},
        "stringData": {"a": "foo"}, "data": {"a": "eA==", "b": "Zm9\nv"}}));
    assert_eq!(secret["data"], json!({"a": "Zm9v", "b": "Zm9v"}));
    assert_eq!((secret.get("stringData"), &secret["type"]), (None, &json!("Opaque")));
}

#[test]
fn what_a_live_object_has_is_removed() {
    let live = completed(json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "c", "namespace": "n", "uid": "1", "resourceVersion": "5", "managedFields": [{}],
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
        "data": {"a": ""}}));
    assert_eq!(
        live,
        json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "c", "namespace": "n"}, "data": {"a": ""}})
    );
}

#[test]
fn autoscaling_rules_are_filled_in() {
    let scaler = completed(json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "h"}, "spec": {"maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "w"},
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}}}}));
    assert_eq!(
        scaler["spec"]["behavior"]["scaleDown"],
        json!({"stabilizationWindowSeconds": 60,
        "selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]})
    );
    assert_eq!(scaler["spec"]["behavior"]["scaleUp"]["policies"].as_array().map(Vec::len), Some(2));
}

#[test]
fn custom_resources_keep_their_fields() {
    let custom = json!({"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"},
        "spec": {"empty": [], "zero": 0, "none": null}});
    assert_eq!(completed(custom.clone()), custom);
}
