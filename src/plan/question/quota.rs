//! What ResourceQuotas allow against what pods and claims use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;

use crate::plan::pod::{Pod, PodTemplate, namespace_or_default};
use crate::plan::quantity::Quantity;
use crate::plan::resources::{Resources, resource_list};
use crate::plan::volume::Claim;

/// One line of a quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaLine {
    /// The resource as the quota names it.
    pub resource: String,
    /// How much is allowed.
    pub hard: Quantity,
    /// How much pods and claims use.
    pub used: Quantity,
}

/// A quota and its use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaUse {
    /// The namespace.
    pub namespace: String,
    /// The quota's name.
    pub name: String,
    /// The lines that count pods and claims, by resource; lines that count other objects are left out.
    pub lines: Vec<QuotaLine>,
    /// Resources that the quota limits and that some of its pods do not state, so that they would be refused: the
    /// resource, and the first such pod as `NAMESPACE/NAME` (`PodResourcesRequired`-style constraints of the quota
    /// admission).
    pub unstated: BTreeMap<String, String>,
}

impl QuotaUse {
    /// The lines that are exceeded.
    pub fn exceeded(&self) -> impl Iterator<Item = &QuotaLine> {
        self.lines.iter().filter(|line| line.used > line.hard)
    }
}

/// Adds up pods and claims for every quota. Pods that a quota's scopes leave out do not count for it
/// (`podEvaluator`, `pvcEvaluator` of the quota admission).
pub fn quota_use(quotas: &[core::ResourceQuota], pods: &[Arc<Pod>], claims: &[&Claim]) -> Vec<QuotaUse> {
    quotas.iter().map(|quota| use_of(quota, pods, claims)).collect()
}

fn use_of(quota: &core::ResourceQuota, pods: &[Arc<Pod>], claims: &[&Claim]) -> QuotaUse {
    let namespace = namespace_or_default(quota.metadata.namespace.as_deref());
    let empty = core::ResourceQuotaSpec::default();
    let spec = quota.spec.as_ref().unwrap_or(&empty);
    let counted: Vec<&Arc<Pod>> = pods
        .iter()
        .filter(|pod| pod.template.namespace == namespace && is_in_scope(spec, &pod.template))
        .collect();
    let claims: Vec<&&Claim> = claims.iter().filter(|claim| claim.namespace == namespace).collect();
    let mut requests = Resources::default();
    let mut limits = Resources::default();
    for pod in &counted {
        requests.add(&pod.template.requests.requested);
        limits.add(&pod.template.quota.limits);
    }
    let mut lines = Vec::new();
    let mut unstated = BTreeMap::new();
    for (resource, hard) in resource_list(spec.hard.as_ref()) {
        let used = match resource.as_str() {
            "pods" | "count/pods" => Some(Quantity::from_units(counted.len() as i64)),
            _ => used_amount(&resource, &requests, &limits).or_else(|| claim_amount(&resource, &claims)),
        };
        if let Some(used) = used {
            if let Some(pod) = counted.iter().find(|pod| lacks(&resource, &pod.template)) {
                unstated.insert(resource.clone(), pod.full_name());
            }
            lines.push(QuotaLine { resource, hard, used });
        }
    }
    QuotaUse { namespace, name: quota.metadata.name.clone().unwrap_or_default(), lines, unstated }
}

/// The amount of a resource of pods under its name in a quota; `None` if it is none of pods.
fn used_amount(resource: &str, requests: &Resources, limits: &Resources) -> Option<Quantity> {
    let (amounts, name) = match resource.split_once('.') {
        Some(("limits", name)) => (limits, name),
        Some(("requests", name)) => (requests, name),
        _ => (requests, resource),
    };
    Some(match name {
        "cpu" => Quantity::from_milli(amounts.milli_cpu),
        "memory" => Quantity::from_units(amounts.memory),
        "ephemeral-storage" => Quantity::from_units(amounts.ephemeral_storage),
        _ if name.starts_with("hugepages-") || (name.contains('/') && resource.starts_with("requests.")) => {
            Quantity::from_units(amounts.scalar(name))
        }
        _ => return None,
    })
}

/// The number or the size of claims, of all or of one storage class.
fn claim_amount(resource: &str, claims: &[&&Claim]) -> Option<Quantity> {
    let (class, kind) = match resource.split_once(".storageclass.storage.k8s.io/") {
        Some((class, kind)) => (Some(class), kind),
        None => (None, resource),
    };
    let of_class = claims.iter().filter(|claim| class.is_none_or(|class| claim.storage_class == class));
    match kind {
        "persistentvolumeclaims" | "count/persistentvolumeclaims" => {
            Some(Quantity::from_units(of_class.count() as i64))
        }
        "requests.storage" => {
            let sizes = of_class.map(|claim| claim.requested.unwrap_or_default());
            Some(sizes.fold(Quantity::ZERO, Quantity::plus))
        }
        _ => None,
    }
}

/// Whether a pod states nothing for a resource of which the quota demands a statement: CPU and memory, requests and
/// limits (`podEvaluator.Constraints`). That some container of a pod states nothing while others do is not seen here.
fn lacks(resource: &str, pod: &PodTemplate) -> bool {
    let (requests, limits) = (&pod.requests.requested, &pod.quota.limits);
    match resource {
        "cpu" | "requests.cpu" => requests.milli_cpu == 0,
        "memory" | "requests.memory" => requests.memory == 0,
        "limits.cpu" => limits.milli_cpu == 0,
        "limits.memory" => limits.memory == 0,
        _ => false,
    }
}

/// Whether the quota's scopes let a pod count (`podMatchesScopeFunc`).
fn is_in_scope(spec: &core::ResourceQuotaSpec, pod: &PodTemplate) -> bool {
    let stated = spec.scopes.iter().flatten().map(|scope| (scope.as_str(), "Exists", BTreeSet::new()));
    let selected =
        spec.scope_selector.iter().flat_map(|selector| selector.match_expressions.iter().flatten());
    let selected = selected.map(|expression| {
        let values = expression.values.iter().flatten().map(String::as_str).collect();
        (expression.scope_name.as_str(), expression.operator.as_str(), values)
    });
    stated.chain(selected).all(|(scope, operator, values)| match scope {
        "Terminating" => pod.quota.has_deadline,
        "NotTerminating" => !pod.quota.has_deadline,
        "BestEffort" => pod.quota.is_best_effort,
        "NotBestEffort" => !pod.quota.is_best_effort,
        "PriorityClass" => {
            let class = pod.quota.priority_class.as_deref();
            match operator {
                "In" => class.is_some_and(|class| values.contains(class)),
                "NotIn" => class.is_none_or(|class| !values.contains(class)),
                "DoesNotExist" => class.is_none(),
                _ => class.is_some(),
            }
        }
        "CrossNamespacePodAffinity" => reaches_other_namespaces(pod),
        _ => true,
    })
}

/// Whether an affinity term of the pod states namespaces (`usesCrossNamespacePodAffinity`).
fn reaches_other_namespaces(pod: &PodTemplate) -> bool {
    let Ok(affinity) = &pod.affinity else {
        return false;
    };
    let required = affinity.required.iter().chain(&affinity.required_anti);
    let preferred = affinity.preferred.iter().chain(&affinity.preferred_anti).map(|(_, term)| term);
    required.chain(preferred).any(|term| {
        let own_only = term.namespaces.len() == 1 && term.namespaces.contains(&pod.namespace);
        !own_only || term.namespace_selector != crate::plan::selector::Selector::Nothing
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(yaml: &str) -> Arc<Pod> {
        Arc::new(Pod::new(&serde_yaml::from_str(yaml).unwrap()))
    }

    fn quota(yaml: &str) -> core::ResourceQuota {
        serde_yaml::from_str(yaml).unwrap()
    }

    #[test]
    fn requests_limits_and_numbers_are_added_up() {
        let pods = [
            pod(
                "{metadata: {name: a, namespace: shop}, spec: {containers: [{name: c, resources: {requests: {cpu: 500m}, limits: {memory: 1Gi}}}]}}",
            ),
            pod(
                "{metadata: {name: b, namespace: shop}, spec: {containers: [{name: c, resources: {limits: {cpu: '1', memory: 1Gi}}}]}}",
            ),
            pod(
                "{metadata: {name: c, namespace: other}, spec: {containers: [{name: c, resources: {limits: {cpu: '9'}}}]}}",
            ),
        ];
        let quota = quota(
            "{metadata: {name: q, namespace: shop}, spec: {hard: {pods: '1', requests.cpu: '2', limits.cpu: '4', memory: 1Gi, services: '3'}}}",
        );
        let uses = quota_use(&[quota], &pods, &[]);
        let used: Vec<(&str, String)> =
            uses[0].lines.iter().map(|line| (line.resource.as_str(), line.used.to_string())).collect();
        let gigabytes = (2_u64 << 30).to_string();
        assert_eq!(
            used,
            [
                ("limits.cpu", "1".to_owned()),
                ("memory", gigabytes),
                ("pods", "2".to_owned()),
                ("requests.cpu", "1500m".to_owned())
            ]
        );
        let exceeded: Vec<&str> = uses[0].exceeded().map(|line| line.resource.as_str()).collect();
        assert_eq!(exceeded, ["memory", "pods"]);
        assert_eq!(uses[0].unstated["limits.cpu"], "shop/a");
    }

    #[test]
    fn scopes_choose_the_pods() {
        let pods = [
            pod("{metadata: {name: a}, spec: {containers: [{name: c}]}}"),
            pod(
                "{metadata: {name: b}, spec: {priorityClassName: high, containers: [{name: c, resources: {requests: {cpu: '1'}}}]}}",
            ),
        ];
        let count = |yaml: &str| quota_use(&[quota(yaml)], &pods, &[])[0].lines[0].used.value();
        assert_eq!(count("{metadata: {name: q}, spec: {hard: {pods: '9'}, scopes: [BestEffort]}}"), 1);
        assert_eq!(count("{metadata: {name: q}, spec: {hard: {pods: '9'}, scopes: [NotTerminating]}}"), 2);
        assert_eq!(
            count(
                "{metadata: {name: q}, spec: {hard: {pods: '9'}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [low]}]}}}"
            ),
            0
        );
    }

    #[test]
    fn claims_count_by_storage_class() {
        let claim = |yaml: &str| Claim::new(&serde_yaml::from_str(yaml).unwrap());
        let fast = claim(
            "{metadata: {name: a}, spec: {storageClassName: fast, resources: {requests: {storage: 5Gi}}}}",
        );
        let slow = claim(
            "{metadata: {name: b}, spec: {storageClassName: slow, resources: {requests: {storage: 1Gi}}}}",
        );
        let quota = quota(
            "{metadata: {name: q}, spec: {hard: {requests.storage: 10Gi, fast.storageclass.storage.k8s.io/requests.storage: 4Gi, persistentvolumeclaims: '2'}}}",
        );
        let uses = quota_use(&[quota], &[], &[&fast, &slow]);
        let exceeded: Vec<&str> = uses[0].exceeded().map(|line| line.resource.as_str()).collect();
        assert_eq!(exceeded, ["fast.storageclass.storage.k8s.io/requests.storage"]);
        assert_eq!(uses[0].lines[2].used.value(), 6 << 30);
    }
}
