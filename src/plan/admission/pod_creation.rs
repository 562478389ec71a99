//! What happens to a pod when it is created: admission, as far as it decides where the pod goes.

use std::collections::BTreeMap;
use std::fmt;

use k8s_openapi::api::{core::v1 as core, node::v1 as node, scheduling::v1 as scheduling};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

use crate::plan::admission::pod_defaults::set_pod_defaults;
use crate::plan::pod::namespace_or_default;

/// The objects that admission looks at.
#[derive(Debug, Clone, Default)]
pub struct AdmissionObjects {
    /// PriorityClasses; the two of the system are always there.
    pub priority_classes: Vec<scheduling::PriorityClass>,
    /// RuntimeClasses.
    pub runtime_classes: Vec<node::RuntimeClass>,
    /// LimitRanges of all namespaces.
    pub limit_ranges: Vec<core::LimitRange>,
}

/// Why admission refuses a pod, or would if the object that it names does not exist elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdmissionRefusal {
    /// The pod names a PriorityClass that is not among the objects; its priority is taken as 0.
    UnknownPriorityClass(String),
    /// The pod names a RuntimeClass that is not among the objects; it gets no overhead.
    UnknownRuntimeClass(String),
    /// The pod states another overhead than its RuntimeClass.
    OverheadDiffers,
    /// The pod and its RuntimeClass select nodes by different values of a label.
    RuntimeClassConflict {
        /// The label's key.
        key: String,
        /// The value that the RuntimeClass wants.
        runtime_class: String,
        /// The value that the pod wants.
        pod: String,
    },
}

impl fmt::Display for AdmissionRefusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AdmissionRefusal::UnknownPriorityClass(name) => {
                write!(formatter, "no PriorityClass with name {name} was found")
            }
            AdmissionRefusal::UnknownRuntimeClass(name) => {
                write!(formatter, "pod rejected: RuntimeClass {name:?} not found")
            }
            AdmissionRefusal::OverheadDiffers => formatter
                .write_str("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"),
            AdmissionRefusal::RuntimeClassConflict { key, runtime_class, pod } => write!(
                formatter,
                "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {runtime_class}; pod.spec.nodeSelector[{key}] = {pod}"
            ),
        }
    }
}

/// Admits a pod that is being created: defaults, LimitRanges, priority, default tolerations, RuntimeClass, in the order
/// of the API server's plugins. What cannot be admitted is left as it is and reported.
pub fn admit_pod(objects: &AdmissionObjects, pod: &mut core::Pod) -> Vec<AdmissionRefusal> {
    let mut refusals = Vec::new();
    set_pod_defaults(pod);
    apply_limit_ranges(&objects.limit_ranges, pod);
    set_pod_defaults(pod);
    if let Some(spec) = &mut pod.spec {
        refusals.extend(set_priority(&objects.priority_classes, spec));
        add_default_tolerations(spec);
        refusals.extend(apply_runtime_class(&objects.runtime_classes, spec));
    }
    refusals
}

/// Gives containers the default requests and limits of their namespace (LimitRanger's `PodMutateLimitFunc`).
fn apply_limit_ranges(limit_ranges: &[core::LimitRange], pod: &mut core::Pod) {
    let namespace = namespace_or_default(pod.metadata.namespace.as_deref());
    let of_namespace =
        |range: &&core::LimitRange| namespace_or_default(range.metadata.namespace.as_deref()) == namespace;
    for range in limit_ranges.iter().filter(of_namespace) {
        let items = range.spec.iter().flat_map(|spec| &spec.limits).filter(|item| item.type_ == "Container");
        let mut limits = BTreeMap::new();
        let mut requests = BTreeMap::new();
        for item in items {
            let (item_limits, item_requests) = container_defaults(item);
            limits.extend(item_limits);
            requests.extend(item_requests);
        }
        let Some(spec) = &mut pod.spec else { continue };
        for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
            let resources = container.resources.get_or_insert_default();
            fill(&mut resources.limits, &limits);
            fill(&mut resources.requests, &requests);
        }
    }
}

/// The defaults that one item of a LimitRange gives: limits, then requests (`SetDefaults_LimitRangeItem`).
fn container_defaults(
    item: &core::LimitRangeItem,
) -> (BTreeMap<String, Quantity>, BTreeMap<String, Quantity>) {
    let mut limits = item.default.clone().unwrap_or_default();
    let mut requests = item.default_request.clone().unwrap_or_default();
    for (name, maximum) in item.max.iter().flatten() {
        limits.entry(name.clone()).or_insert_with(|| maximum.clone());
    }
    for (name, limit) in &limits {
        requests.entry(name.clone()).or_insert_with(|| limit.clone());
    }
    for (name, minimum) in item.min.iter().flatten() {
        requests.entry(name.clone()).or_insert_with(|| minimum.clone());
    }
    (limits, requests)
}

fn fill(amounts: &mut Option<BTreeMap<String, Quantity>>, defaults: &BTreeMap<String, Quantity>) {
    if defaults.is_empty() {
        return;
    }
    let amounts = amounts.get_or_insert_default();
    for (name, default) in defaults {
        amounts.entry(name.clone()).or_insert_with(|| default.clone());
    }
}

/// Resolves the PriorityClass (the Priority plugin's `admitPod`). A class that is not known leaves the priority alone.
fn set_priority(classes: &[scheduling::PriorityClass], spec: &mut core::PodSpec) -> Option<AdmissionRefusal> {
    let name = spec.priority_class_name.clone().filter(|name| !name.is_empty());
    let (value, policy) = match name.as_deref() {
        Some("system-node-critical") => (2_000_001_000, None),
        Some("system-cluster-critical") => (2_000_000_000, None),
        Some(name) => {
            let Some(class) = classes.iter().find(|class| class.metadata.name.as_deref() == Some(name))
            else {
                return Some(AdmissionRefusal::UnknownPriorityClass(name.to_owned()));
            };
            (class.value.unwrap_or(0), class.preemption_policy.clone())
        }
        None => {
            let defaults = classes.iter().filter(|class| class.global_default == Some(true));
            match defaults.min_by_key(|class| class.value.unwrap_or(0)) {
                Some(class) => (class.value.unwrap_or(0), class.preemption_policy.clone()),
                // A pod that states its priority without a class keeps it here, so that a single pod can be tried.
                None => (spec.priority.unwrap_or(0), None),
            }
        }
    };
    spec.priority = Some(value);
    if spec.preemption_policy.is_none() {
        spec.preemption_policy = policy;
    }
    None
}

/// Tolerates for five minutes that a node is not ready or not reachable (DefaultTolerationSeconds).
fn add_default_tolerations(spec: &mut core::PodSpec) {
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let is_covered = |toleration: &core::Toleration| {
            let is_empty_or = |text: &Option<String>, expected: &str| {
                text.as_deref().is_none_or(|text| text.is_empty() || text == expected)
            };
            is_empty_or(&toleration.key, key) && is_empty_or(&toleration.effect, "NoExecute")
        };
        let tolerations = spec.tolerations.get_or_insert_default();
        if !tolerations.iter().any(is_covered) {
            tolerations.push(core::Toleration {
                key: Some(key.to_owned()),
                operator: Some("Exists".to_owned()),
                effect: Some("NoExecute".to_owned()),
                toleration_seconds: Some(300),
                ..core::Toleration::default()
            });
        }
    }
}

/// Applies overhead and scheduling of the RuntimeClass (`setOverhead` and `setScheduling` of the RuntimeClass plugin).
fn apply_runtime_class(classes: &[node::RuntimeClass], spec: &mut core::PodSpec) -> Option<AdmissionRefusal> {
    let name = spec.runtime_class_name.clone()?;
    let Some(class) = classes.iter().find(|class| class.metadata.name.as_ref() == Some(&name)) else {
        return Some(AdmissionRefusal::UnknownRuntimeClass(name));
    };
    if let Some(overhead) = class.overhead.as_ref().and_then(|overhead| overhead.pod_fixed.as_ref()) {
        if spec.overhead.as_ref().is_some_and(|stated| !stated.is_empty() && stated != overhead) {
            return Some(AdmissionRefusal::OverheadDiffers);
        }
        spec.overhead = Some(overhead.clone());
    }
    let scheduling = class.scheduling.as_ref()?;
    for (key, value) in scheduling.node_selector.iter().flatten() {
        let selector = spec.node_selector.get_or_insert_default();
        if let Some(stated) = selector.get(key).filter(|stated| *stated != value) {
            return Some(AdmissionRefusal::RuntimeClassConflict {
                key: key.clone(),
                runtime_class: value.clone(),
                pod: stated.clone(),
            });
        }
        selector.insert(key.clone(), value.clone());
    }
    for toleration in scheduling.tolerations.iter().flatten() {
        let tolerations = spec.tolerations.get_or_insert_default();
        if !tolerations.contains(toleration) {
            tolerations.push(toleration.clone());
        }
    }
    None
}

/// Merges `matchLabelKeys` and `mismatchLabelKeys` of affinity terms into their selectors
/// (`applyMatchLabelKeysAndMismatchLabelKeys` of the registry of pods). A pod that was read back from a cluster has
/// them merged already; merging again changes nothing about what it selects.
pub fn merge_label_keys(pod: &mut core::Pod) {
    let labels = pod.metadata.labels.clone().unwrap_or_default();
    let Some(affinity) = pod.spec.as_mut().and_then(|spec| spec.affinity.as_mut()) else {
        return;
    };
    let mut terms: Vec<&mut core::PodAffinityTerm> = Vec::new();
    if let Some(to) = &mut affinity.pod_affinity {
        terms.extend(to.required_during_scheduling_ignored_during_execution.iter_mut().flatten());
        let preferred = to.preferred_during_scheduling_ignored_during_execution.iter_mut().flatten();
        terms.extend(preferred.map(|term| &mut term.pod_affinity_term));
    }
    if let Some(anti) = &mut affinity.pod_anti_affinity {
        terms.extend(anti.required_during_scheduling_ignored_during_execution.iter_mut().flatten());
        let preferred = anti.preferred_during_scheduling_ignored_during_execution.iter_mut().flatten();
        terms.extend(preferred.map(|term| &mut term.pod_affinity_term));
    }
    for term in terms {
        let Some(selector) = &mut term.label_selector else { continue };
        merge(selector, term.match_label_keys.as_deref().unwrap_or_default(), "In", &labels);
        merge(selector, term.mismatch_label_keys.as_deref().unwrap_or_default(), "NotIn", &labels);
    }
}

fn merge(selector: &mut LabelSelector, keys: &[String], operator: &str, labels: &BTreeMap<String, String>) {
    for key in keys {
        if let Some(value) = labels.get(key) {
            let requirement = LabelSelectorRequirement {
                key: key.clone(),
                operator: operator.to_owned(),
                values: Some(vec![value.clone()]),
            };
            let expressions = selector.match_expressions.get_or_insert_default();
            if !expressions.contains(&requirement) {
                expressions.push(requirement);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(objects: &AdmissionObjects, yaml: &str) -> (core::Pod, Vec<AdmissionRefusal>) {
        let mut pod: core::Pod = serde_yaml::from_str(yaml).unwrap();
        let refusals = admit_pod(objects, &mut pod);
        (pod, refusals)
    }

    #[test]
    fn a_limit_range_gives_limits_then_requests() {
        let range = serde_yaml::from_str(
            "{metadata: {namespace: shop}, spec: {limits: [{type: Container, max: {memory: 1Gi}, min: {cpu: 50m}, \
             defaultRequest: {cpu: 100m}}]}}",
        )
        .unwrap();
        let objects = AdmissionObjects { limit_ranges: vec![range], ..AdmissionObjects::default() };
        let (pod, _) = admitted(&objects, "{metadata: {namespace: shop}, spec: {containers: [{name: a}]}}");
        let resources = pod.spec.unwrap().containers[0].resources.clone().unwrap();
        assert_eq!(resources.limits.unwrap()["memory"].0, "1Gi");
        let requests = resources.requests.unwrap();
        assert_eq!((requests["memory"].0.as_str(), requests["cpu"].0.as_str()), ("1Gi", "100m"));

        let (pod, _) = admitted(&objects, "{metadata: {namespace: other}, spec: {containers: [{name: a}]}}");
        assert_eq!(pod.spec.unwrap().containers[0].resources, None);
    }

    #[test]
    fn a_priority_class_gives_value_and_policy() {
        let class =
            serde_yaml::from_str("{metadata: {name: high}, value: 1000, preemptionPolicy: Never}").unwrap();
        let default = serde_yaml::from_str("{metadata: {name: low}, value: 5, globalDefault: true}").unwrap();
        let objects =
            AdmissionObjects { priority_classes: vec![class, default], ..AdmissionObjects::default() };
        let spec = |yaml: &str| admitted(&objects, yaml).0.spec.unwrap();
        let high = spec("{spec: {priorityClassName: high, containers: []}}");
        assert_eq!((high.priority, high.preemption_policy.as_deref()), (Some(1000), Some("Never")));
        assert_eq!(spec("{spec: {containers: []}}").priority, Some(5));
        let system = spec("{spec: {priorityClassName: system-node-critical, containers: []}}");
        assert_eq!(system.priority, Some(2_000_001_000));
        let (_, refusals) = admitted(&objects, "{spec: {priorityClassName: none, containers: []}}");
        assert_eq!(refusals, [AdmissionRefusal::UnknownPriorityClass("none".to_owned())]);
    }

    #[test]
    fn a_runtime_class_gives_overhead_selector_and_tolerations() {
        let class = serde_yaml::from_str(
            "{metadata: {name: kata}, handler: kata, overhead: {podFixed: {cpu: 250m}}, scheduling: {nodeSelector: \
             {kata: 'yes'}, tolerations: [{key: kata, operator: Exists}]}}",
        )
        .unwrap();
        let objects = AdmissionObjects { runtime_classes: vec![class], ..AdmissionObjects::default() };
        let (pod, refusals) = admitted(&objects, "{spec: {runtimeClassName: kata, containers: []}}");
        let spec = pod.spec.unwrap();
        assert!(refusals.is_empty());
        assert_eq!(spec.overhead.unwrap()["cpu"].0, "250m");
        assert_eq!(spec.node_selector.unwrap()["kata"], "yes");
        assert!(spec.tolerations.unwrap().iter().any(|toleration| toleration.key.as_deref() == Some("kata")));
        let (_, refusals) = admitted(
            &objects,
            "{spec: {runtimeClassName: kata, nodeSelector: {kata: 'no'}, containers: []}}",
        );
        assert_eq!(refusals.len(), 1);
    }

    #[test]
    fn the_default_tolerations_are_added_unless_covered() {
        let objects = AdmissionObjects::default();
        let count = |yaml: &str| admitted(&objects, yaml).0.spec.unwrap().tolerations.unwrap().len();
        assert_eq!(count("{spec: {containers: []}}"), 2);
        assert_eq!(count("{spec: {containers: [], tolerations: [{operator: Exists}]}}"), 1);
    }

    #[test]
    fn label_keys_are_merged_into_selectors() {
        let (mut pod, _) = admitted(
            &AdmissionObjects::default(),
            "{metadata: {labels: {rev: '2'}}, spec: {containers: [], affinity: {podAntiAffinity: \
             {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {}, matchLabelKeys: \
             [rev, other]}]}}}}",
        );
        merge_label_keys(&mut pod);
        let anti = pod.spec.unwrap().affinity.unwrap().pod_anti_affinity.unwrap();
        let term = &anti.required_during_scheduling_ignored_during_execution.unwrap()[0];
        let expressions = term.label_selector.as_ref().unwrap().match_expressions.as_ref().unwrap();
        assert_eq!(expressions.len(), 1);
        assert_eq!((expressions[0].key.as_str(), expressions[0].operator.as_str()), ("rev", "In"));
    }
}
