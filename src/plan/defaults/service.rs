//! Defaults of Services, endpoints and policies of the network.

use serde_json::{Value, json};

use crate::plan::defaults::{Fields, child, set, text};

/// Sets the defaults of the core group's network types: `pkg/apis/core/v1/defaults.go`.
pub(super) fn set_core_defaults(name: &str, fields: &mut Fields) {
    match name {
        "Service" => {
            if let Some(spec) = child(fields, "spec") {
                set_service(spec);
            }
        }
        "EndpointPort" => set(fields, "protocol", "TCP"),
        _ => {}
    }
}

/// Mirrors `SetDefaults_Service`. Cluster IPs, node ports and IP families are allocated, not defaulted: they are not
/// known here.
fn set_service(spec: &mut Fields) {
    set(spec, "sessionAffinity", "None");
    if text(spec, "sessionAffinity") == "None" {
        spec.remove("sessionAffinityConfig");
    } else if text(spec, "sessionAffinity") == "ClientIP" {
        let seconds =
            spec.get("sessionAffinityConfig").and_then(|config| config.pointer("/clientIP/timeoutSeconds"));
        if seconds.is_none() {
            spec.insert("sessionAffinityConfig".to_owned(), json!({"clientIP": {"timeoutSeconds": 10800}}));
        }
    }
    set(spec, "type", "ClusterIP");
    if let Some(Value::Array(ports)) = spec.get_mut("ports") {
        for port in ports.iter_mut().filter_map(Value::as_object_mut) {
            set(port, "protocol", "TCP");
            if let Some(number) = port.get("port").cloned() {
                set(port, "targetPort", number);
            }
        }
    }
    let kind = text(spec, "type").to_owned();
    let has_external_ips = matches!(spec.get("externalIPs"), Some(Value::Array(ips)) if !ips.is_empty());
    // Mirrors `service.ExternallyAccessible`.
    let external = matches!(kind.as_str(), "NodePort" | "LoadBalancer");
    if external || (kind == "ClusterIP" && has_external_ips) {
        set(spec, "externalTrafficPolicy", "Cluster");
    }
    if external || kind == "ClusterIP" {
        set(spec, "internalTrafficPolicy", "Cluster");
    }
    if kind == "LoadBalancer" {
        set(spec, "allocateLoadBalancerNodePorts", true);
    }
}

/// Sets the defaults of `networking.k8s.io` and `discovery.k8s.io`.
pub(super) fn set_network_defaults(name: &str, fields: &mut Fields) {
    match name {
        "NetworkPolicyPort" => set(fields, "protocol", "TCP"),
        "NetworkPolicySpec" => {
            let has_egress = fields.contains_key("egress");
            let kinds = if has_egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
            set(fields, "policyTypes", kinds);
        }
        "IngressClassSpec" => {
            if let Some(Value::Object(parameters)) = fields.get_mut("parameters") {
                set(parameters, "scope", "Cluster");
            }
        }
        "EndpointPort" => {
            set(fields, "name", "");
            set(fields, "protocol", "TCP");
        }
        _ => {}
    }
}
