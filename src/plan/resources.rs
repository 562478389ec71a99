//! What pods request and nodes offer, in the integers that the scheduler counts with.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as QuantityText;

use crate::plan::quantity::Quantity;

/// Amounts by resource name (`v1.ResourceList`).
pub type ResourceList = BTreeMap<String, Quantity>;

/// The CPU, in thousandths, that a container without a CPU request counts for in scores
/// (`schedutil.DefaultMilliCPURequest`).
pub const DEFAULT_MILLI_CPU_REQUEST: i64 = 100;

/// The memory, in bytes, that a container without a memory request counts for in scores
/// (`schedutil.DefaultMemoryRequest`).
pub const DEFAULT_MEMORY_REQUEST: i64 = 200 * 1024 * 1024;

/// Amounts of every resource that the scheduler counts (`framework.Resource`).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resources {
    /// CPU in thousandths of a core.
    pub milli_cpu: i64,
    /// Memory in bytes.
    pub memory: i64,
    /// Ephemeral storage in bytes.
    pub ephemeral_storage: i64,
    /// Extended resources, huge pages and attachable volumes, by name; without entries for nothing.
    pub scalars: BTreeMap<String, i64>,
}

impl Resources {
    /// Counts the amounts of a list; resources that the scheduler does not know are left out (`Resource.Add`).
    pub fn from_list(list: &ResourceList) -> Resources {
        let mut resources = Resources::default();
        for (name, quantity) in list {
            match name.as_str() {
                "cpu" => resources.milli_cpu = quantity.milli_value(),
                "memory" => resources.memory = quantity.value(),
                "ephemeral-storage" => resources.ephemeral_storage = quantity.value(),
                _ if is_scalar_resource_name(name) && !quantity.is_zero() => {
                    resources.scalars.insert(name.clone(), quantity.value());
                }
                _ => {}
            }
        }
        resources
    }

    /// The amount of one scalar resource.
    pub fn scalar(&self, name: &str) -> i64 {
        self.scalars.get(name).copied().unwrap_or(0)
    }

    /// Adds other amounts, saturating.
    pub fn add(&mut self, other: &Resources) {
        self.milli_cpu = self.milli_cpu.saturating_add(other.milli_cpu);
        self.memory = self.memory.saturating_add(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.saturating_add(other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            let sum = self.scalars.entry(name.clone()).or_default();
            *sum = sum.saturating_add(*amount);
        }
    }

    /// The amounts so many times, saturating.
    pub fn times(&self, count: i64) -> Resources {
        Resources {
            milli_cpu: self.milli_cpu.saturating_mul(count),
            memory: self.memory.saturating_mul(count),
            ephemeral_storage: self.ephemeral_storage.saturating_mul(count),
            scalars: self
                .scalars
                .iter()
                .map(|(name, amount)| (name.clone(), amount.saturating_mul(count)))
                .collect(),
        }
    }

    /// Takes other amounts away, saturating.
    pub fn subtract(&mut self, other: &Resources) {
        self.milli_cpu = self.milli_cpu.saturating_sub(other.milli_cpu);
        self.memory = self.memory.saturating_sub(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.saturating_sub(other.ephemeral_storage);
        for (name, amount) in &other.scalars {
            let sum = self.scalars.entry(name.clone()).or_default();
            *sum = sum.saturating_sub(*amount);
        }
    }
}

/// Everything that a pod's requests come down to.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodRequests {
    /// What the pod takes of a node, and must find there.
    pub requested: Resources,
    /// CPU in thousandths that the pod counts for in the scores of later pods.
    pub non_zero_milli_cpu: i64,
    /// Memory in bytes that the pod counts for in the scores of later pods.
    pub non_zero_memory: i64,
    /// CPU in thousandths that `NodeResourcesFit` scores the pod itself with.
    pub scored_milli_cpu: i64,
    /// Memory in bytes that `NodeResourcesFit` scores the pod itself with.
    pub scored_memory: i64,
}

/// Computes what a pod requests, with everything that counts: init containers, sidecars, pod-level resources,
/// overhead, and the resources that the status of a running pod reports (`resource.PodRequests` of component-helpers,
/// `PodInfo.CalculateResource` and `resourceAllocationScorer.calculatePodResourceRequest` of the scheduler).
pub fn pod_requests(pod: &core::Pod) -> PodRequests {
    let Some(spec) = &pod.spec else {
        return PodRequests::default();
    };
    let plain = sum_requests(pod, spec, &ResourceList::new());
    let default_cpu = ("cpu".to_owned(), Quantity::from_milli(DEFAULT_MILLI_CPU_REQUEST));
    let default_memory = ("memory".to_owned(), Quantity::from_units(DEFAULT_MEMORY_REQUEST));
    let defaults = ResourceList::from([default_cpu, default_memory]);
    let scored = sum_requests(pod, spec, &defaults);

    // A pod with pod-level requests counts the defaults only for what neither level requests
    // (`getNonMissingContainerRequests`).
    let non_zero = if pod_level_requests(spec).next().is_some() {
        let missing = |name: &String| !plain.contains_key(name);
        let missing = defaults.into_iter().filter(|(name, _)| missing(name)).collect();
        sum_requests(pod, spec, &missing)
    } else {
        scored.clone()
    };
    let milli_cpu = |list: &ResourceList| list.get("cpu").map_or(0, |quantity| quantity.milli_value());
    let memory = |list: &ResourceList| list.get("memory").map_or(0, |quantity| quantity.value());
    PodRequests {
        requested: Resources::from_list(&plain),
        non_zero_milli_cpu: milli_cpu(&non_zero),
        non_zero_memory: memory(&non_zero),
        scored_milli_cpu: milli_cpu(&scored),
        scored_memory: memory(&scored),
    }
}

/// The sum of a pod's limits, as quotas count it (`resource.PodLimits`): init containers as in requests, and overhead
/// where there is a limit.
pub fn pod_limits(pod: &core::Pod) -> Resources {
    let Some(spec) = &pod.spec else {
        return Resources::default();
    };
    let limits_of = |container: &core::Container| {
        resource_list(container.resources.as_ref().and_then(|resources| resources.limits.as_ref()))
    };
    let mut sum = ResourceList::new();
    for container in &spec.containers {
        add(&mut sum, &limits_of(container));
    }
    let mut sidecars = ResourceList::new();
    let mut highest_while_starting = ResourceList::new();
    for container in spec.init_containers.iter().flatten() {
        let mut limits = limits_of(container);
        if container.restart_policy.as_deref() == Some("Always") {
            add(&mut sum, &limits);
            add(&mut sidecars, &limits);
            limits = sidecars.clone();
        } else {
            add(&mut limits, &sidecars);
        }
        raise(&mut highest_while_starting, &limits);
    }
    raise(&mut sum, &highest_while_starting);
    let pod_level = spec.resources.as_ref().and_then(|resources| resources.limits.as_ref());
    sum.extend(resource_list(pod_level).into_iter().filter(|(name, _)| is_pod_level_resource(name)));
    for (name, overhead) in resource_list(spec.overhead.as_ref()) {
        if let Some(limit) = sum.get_mut(&name).filter(|limit| !limit.is_zero()) {
            *limit = limit.plus(overhead);
        }
    }
    Resources::from_list(&sum)
}

/// Reads a list of amounts; an amount that cannot be read is left out.
pub fn resource_list(list: Option<&BTreeMap<String, QuantityText>>) -> ResourceList {
    let entries = list.into_iter().flatten();
    entries.filter_map(|(name, text)| Some((name.clone(), Quantity::parse(&text.0).ok()?))).collect()
}

/// The amounts of a pod's `spec.resources.requests` that pod-level resources support.
fn pod_level_requests(spec: &core::PodSpec) -> impl Iterator<Item = (String, Quantity)> {
    let requests = spec.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    resource_list(requests).into_iter().filter(|(name, _)| is_pod_level_resource(name))
}

/// Whether a resource can be requested for a pod as a whole (`IsSupportedPodLevelResource`).
pub fn is_pod_level_resource(name: &str) -> bool {
    name == "cpu" || name == "memory" || name.starts_with("hugepages-")
}

/// What the containers of a pod request together (`AggregateContainerRequests`).
pub fn container_sum(pod: &core::Pod) -> ResourceList {
    pod.spec.as_ref().map_or_else(ResourceList::new, |spec| sum_containers(pod, spec, &ResourceList::new()))
}

/// `resource.PodRequests`, where containers that lack a request of `missing` count with the amount given there.
fn sum_requests(pod: &core::Pod, spec: &core::PodSpec, missing: &ResourceList) -> ResourceList {
    let mut sum = sum_containers(pod, spec, missing);
    sum.extend(pod_level_requests(spec));
    add(&mut sum, &resource_list(spec.overhead.as_ref()));
    sum
}

fn sum_containers(pod: &core::Pod, spec: &core::PodSpec, missing: &ResourceList) -> ResourceList {
    let mut sum = ResourceList::new();
    for container in &spec.containers {
        let statuses = pod.status.as_ref().and_then(|status| status.container_statuses.as_deref());
        add(&mut sum, &container_requests(pod, container, statuses, missing));
    }

    let mut sidecars = ResourceList::new();
    let mut highest_while_starting = ResourceList::new();
    for container in spec.init_containers.iter().flatten() {
        let is_sidecar = container.restart_policy.as_deref() == Some("Always");
        let statuses = pod.status.as_ref().and_then(|status| status.init_container_statuses.as_deref());
        let requests = container_requests(pod, container, statuses.filter(|_| is_sidecar), missing);
        let while_starting = if is_sidecar {
            add(&mut sum, &requests);
            add(&mut sidecars, &requests);
            sidecars.clone()
        } else {
            let mut both = requests;
            add(&mut both, &sidecars);
            both
        };
        raise(&mut highest_while_starting, &while_starting);
    }
    raise(&mut sum, &highest_while_starting);
    sum
}

/// What one container requests: its spec, or, where its status reports resources, the highest of what was asked,
/// allocated and put in place (`determineContainerReqs`).
fn container_requests(
    pod: &core::Pod,
    container: &core::Container,
    statuses: Option<&[core::ContainerStatus]>,
    missing: &ResourceList,
) -> ResourceList {
    let resources = container.resources.as_ref();
    let mut requests = resource_list(resources.and_then(|resources| resources.requests.as_ref()));
    let status = statuses.into_iter().flatten().find(|status| status.name == container.name);
    if let Some((status, in_place)) = status.and_then(|status| Some((status, status.resources.as_ref()?))) {
        let in_place = resource_list(in_place.requests.as_ref());
        if is_resize_infeasible(pod) {
            requests = in_place;
        } else {
            raise(&mut requests, &in_place);
        }
        raise(&mut requests, &resource_list(status.allocated_resources.as_ref()));
    }
    for (name, quantity) in missing {
        requests.entry(name.clone()).or_insert(*quantity);
    }
    requests
}

/// Whether the kubelet found that a resize of the pod can never be done (`IsPodResizeInfeasible`).
fn is_resize_infeasible(pod: &core::Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let pending = conditions.iter().find(|condition| condition.type_ == "PodResizePending");
    pending.is_some_and(|condition| condition.reason.as_deref() == Some("Infeasible"))
}

/// Adds every amount (`addResourceList`).
pub fn add(list: &mut ResourceList, other: &ResourceList) {
    for (name, quantity) in other {
        let sum = list.entry(name.clone()).or_default();
        *sum = sum.plus(*quantity);
    }
}

/// Raises every amount to at least the other's (`maxResourceList`).
fn raise(list: &mut ResourceList, other: &ResourceList) {
    for (name, quantity) in other {
        let highest = list.entry(name.clone()).or_insert(*quantity);
        *highest = (*highest).max(*quantity);
    }
}

/// Whether the scheduler counts the resource by name (`schedutil.IsScalarResourceName`).
pub fn is_scalar_resource_name(name: &str) -> bool {
    is_extended_resource_name(name)
        || name.starts_with("hugepages-")
        || name.contains("kubernetes.io/")
        || name.starts_with("attachable-volumes-")
}

/// Whether the resource is an extended one: with a domain other than Kubernetes' own, and no quota name
/// (`v1helper.IsExtendedResourceName`).
pub fn is_extended_resource_name(name: &str) -> bool {
    name.contains('/') && !name.contains("kubernetes.io/") && !name.starts_with("requests.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(yaml: &str) -> core::Pod {
        serde_yaml::from_str(yaml).unwrap()
    }

    #[test]
    fn a_sidecar_runs_beside_the_containers_and_the_init_containers_after_it() {
        let requests = pod_requests(&pod("
spec:
  initContainers:
  - {name: first, resources: {requests: {cpu: 1500m}}}
  - {name: sidecar, restartPolicy: Always, resources: {requests: {cpu: 200m}}}
  - {name: last, resources: {requests: {cpu: 1400m}}}
  containers:
  - {name: main, resources: {requests: {cpu: '1', memory: 1Gi}}}
"));
        // The last init container runs with the sidecar: 1600m beats the 1200m of the running pod.
        assert_eq!(requests.requested.milli_cpu, 1600);
        assert_eq!(requests.requested.memory, 1 << 30);
    }

    #[test]
    fn pod_level_requests_replace_the_sum_and_overhead_is_added() {
        let requests = pod_requests(&pod("
spec:
  resources: {requests: {cpu: '2', example.com/gpu: 1}}
  overhead: {cpu: 250m}
  containers:
  - {name: a, resources: {requests: {cpu: 100m, example.com/gpu: 2}}}
"));
        assert_eq!(requests.requested.milli_cpu, 2250);
        assert_eq!(requests.requested.scalar("example.com/gpu"), 2);
    }

    #[test]
    fn containers_without_requests_count_in_scores() {
        let requests = pod_requests(&pod("
spec:
  containers:
  - {name: a}
  - {name: b, resources: {requests: {cpu: '0'}}}
"));
        assert_eq!(requests.requested, Resources::default());
        assert_eq!(requests.scored_milli_cpu, 100);
        assert_eq!(requests.non_zero_memory, 2 * DEFAULT_MEMORY_REQUEST);
    }

    #[test]
    fn a_running_pod_counts_with_what_was_allocated_to_it() {
        let requests = pod_requests(&pod("
spec:
  containers:
  - {name: a, resources: {requests: {cpu: 100m}}}
status:
  containerStatuses:
  - {name: a, image: i, imageID: i, ready: true, restartCount: 0, allocatedResources: {cpu: 300m}, resources: {requests: {cpu: 200m}}}
"));
        assert_eq!(requests.requested.milli_cpu, 300);
    }
}
