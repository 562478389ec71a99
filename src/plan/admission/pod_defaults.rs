//! The defaults of a pod that decide where it goes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use crate::plan::resources::{container_sum, is_pod_level_resource};

/// Fills in what the API server fills in when it reads a pod, as far as it matters for scheduling: requests that
/// follow from limits, pod-level requests, and the ports of pods in the network of their node (`SetDefaults_Pod`,
/// `defaultPodRequests`, `defaultHostNetworkPorts`). Doing it twice changes nothing.
pub fn set_pod_defaults(pod: &mut core::Pod) {
    let Some(spec) = &mut pod.spec else {
        return;
    };
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        if let Some(resources) = &mut container.resources
            && let Some(limits) = &resources.limits
        {
            let requests = resources.requests.get_or_insert_default();
            for (name, limit) in limits {
                requests.entry(name.clone()).or_insert_with(|| limit.clone());
            }
        }
        if spec.host_network == Some(true) {
            for port in container.ports.iter_mut().flatten() {
                if port.host_port.is_none_or(|port| port == 0) {
                    port.host_port = Some(port.container_port);
                }
            }
        }
    }
    set_pod_requests(pod);
}

/// Pod-level requests follow, where pod-level limits are set, from the containers' requests, else from the limits.
fn set_pod_requests(pod: &mut core::Pod) {
    let containers = container_sum(pod);
    let resources = pod.spec.as_mut().and_then(|spec| spec.resources.as_mut());
    let Some(resources) = resources else {
        return;
    };
    let Some(limits) = resources.limits.as_ref().filter(|limits| !limits.is_empty()) else {
        return;
    };
    let mut requests: BTreeMap<String, Quantity> = resources.requests.clone().unwrap_or_default();
    for (name, quantity) in containers {
        // Huge pages cannot be overcommitted: their request is the limit.
        if is_pod_level_resource(&name) && !name.starts_with("hugepages-") {
            requests.entry(name).or_insert_with(|| Quantity(quantity.to_string()));
        }
    }
    for (name, limit) in limits {
        if is_pod_level_resource(name) {
            requests.entry(name.clone()).or_insert_with(|| limit.clone());
        }
    }
    if !requests.is_empty() {
        resources.requests = Some(requests);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaulted(yaml: &str) -> core::PodSpec {
        let mut pod: core::Pod = serde_yaml::from_str(yaml).unwrap();
        set_pod_defaults(&mut pod);
        let once = pod.clone();
        set_pod_defaults(&mut pod);
        assert_eq!(once, pod);
        pod.spec.unwrap()
    }

    #[test]
    fn requests_follow_from_limits() {
        let spec = defaulted(
            "
spec:
  containers:
  - {name: a, resources: {limits: {cpu: '2', memory: 1Gi}, requests: {cpu: '1'}}}
",
        );
        let requests = spec.containers[0].resources.as_ref().unwrap().requests.as_ref().unwrap();
        assert_eq!(requests["cpu"].0, "1");
        assert_eq!(requests["memory"].0, "1Gi");
    }

    #[test]
    fn pod_level_requests_follow_from_the_containers_then_from_the_limits() {
        let spec = defaulted(
            "
spec:
  resources: {limits: {cpu: '4', memory: 2Gi}}
  containers:
  - {name: a, resources: {requests: {cpu: 1500m}}}
  - {name: b, resources: {requests: {cpu: 600m}}}
",
        );
        let requests = spec.resources.unwrap().requests.unwrap();
        assert_eq!(requests["cpu"].0, "2100m");
        assert_eq!(requests["memory"].0, "2Gi");
    }

    #[test]
    fn a_pod_in_the_network_of_its_node_occupies_its_ports_there() {
        let spec = defaulted(
            "
spec:
  hostNetwork: true
  containers:
  - {name: a, ports: [{containerPort: 80}]}
",
        );
        assert_eq!(spec.containers[0].ports.as_ref().unwrap()[0].host_port, Some(80));
    }
}
