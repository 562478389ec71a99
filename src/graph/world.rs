//! What exists although it is not in the input: what every cluster has, what objects of the input make, and what the
//! configuration declares.

use std::sync::OnceLock;

use crate::config::External;
use crate::graph::hash::{Index, digest};
use crate::graph::made::{self, Made};
use crate::graph::names::KindRef;
use crate::graph::reference::Resolution;
use crate::graph::typo::is_typo;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};

/// The namespaces that every cluster has (`SystemNamespaces` of the API server and `metav1.NamespaceDefault`).
pub const SYSTEM_NAMESPACES: &[&str] = &["default", "kube-node-lease", "kube-public", "kube-system"];

/// The ClusterRoles of every cluster (`clusterRoles` of the package `bootstrappolicy`), without those of its controllers.
const CLUSTER_ROLES: &[&str] = &[
    "admin",
    "cluster-admin",
    "edit",
    "system:aggregate-to-admin",
    "system:aggregate-to-edit",
    "system:aggregate-to-view",
    "system:auth-delegator",
    "system:basic-user",
    "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    "system:certificates.k8s.io:kube-apiserver-client-approver",
    "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
    "system:certificates.k8s.io:kubelet-serving-approver",
    "system:certificates.k8s.io:legacy-unknown-approver",
    "system:discovery",
    "system:heapster",
    "system:kube-aggregator",
    "system:kube-controller-manager",
    "system:kube-dns",
    "system:kube-scheduler",
    "system:kubelet-api-admin",
    "system:monitoring",
    "system:node",
    "system:node-bootstrapper",
    "system:node-problem-detector",
    "system:node-proxier",
    "system:persistent-volume-provisioner",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
    "system:volume-scheduler",
    "view",
];

const PRIORITY_CLASSES: &[&str] = &["system-cluster-critical", "system-node-critical"];

const PRIORITY_LEVELS: &[&str] = &[
    "catch-all",
    "exempt",
    "global-default",
    "leader-election",
    "node-high",
    "system",
    "workload-high",
    "workload-low",
];

/// What of a kind every cluster has, in every namespace where it lives in one.
pub fn furniture(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Namespace => SYSTEM_NAMESPACES,
        Kind::ServiceAccount => &["default"],
        Kind::ConfigMap => &["kube-root-ca.crt"],
        Kind::ClusterRole => CLUSTER_ROLES,
        Kind::PriorityClass => PRIORITY_CLASSES,
        Kind::PriorityLevelConfiguration => PRIORITY_LEVELS,
        _ => &[],
    }
}

/// Whether every cluster has this object, made by the API server or by a controller when it starts.
///
/// Sources: `bootstrappolicy.ClusterRoles` and `NamespaceRoles`; `scheduling.SystemPriorityClasses`; the flow control
/// `bootstrap` package; the `rootcacertpublisher` and `serviceaccount` controllers, which serve every namespace;
/// `kubernetesservice.Controller`.
pub fn always_exists(kind: Kind, namespace: Option<&str>, name: &str) -> bool {
    let system = namespace == Some("kube-system");
    if furniture(kind).contains(&name) {
        return true;
    }
    match kind {
        Kind::ServiceAccount => system && is_controller_account(name),
        Kind::ConfigMap => system && name == "extension-apiserver-authentication",
        // Those of controllers and of add-ons, unless one of the others is meant.
        Kind::ClusterRole => {
            name.starts_with("system:") && !CLUSTER_ROLES.iter().any(|known| is_typo(name, known))
        }
        Kind::Role => {
            (system && name == "extension-apiserver-authentication-reader")
                || (namespace.is_some_and(|namespace| namespace.starts_with("kube-"))
                    && name.starts_with("system:"))
        }
        Kind::Service | Kind::Endpoints => namespace == Some("default") && name == "kubernetes",
        Kind::ServiceCIDR => name == "kubernetes",
        // Until 1.24 each ServiceAccount had such a Secret made for it, and clusters that were upgraded still have them.
        Kind::Secret => is_generated_token(name),
        _ => false,
    }
}

/// Whether a name stands for something that is no object: `mesh` among the gateways of Istio is every sidecar, and a backend
/// of kind `Hostname` is a host of the mesh (`buildDestination` of the package `pilot/pkg/config/kube/gateway`).
pub(super) fn is_reserved(kind: KindRef<'_>, name: &str) -> bool {
    match kind {
        KindRef::Other { group: "networking.istio.io", name: "Gateway" } => name == "mesh",
        KindRef::Other { group: "networking.istio.io", name: "Hostname" } => true,
        _ => false,
    }
}

/// Accounts under which kube-controller-manager runs its controllers (`controller_policy.go`).
fn is_controller_account(name: &str) -> bool {
    name.ends_with("-controller")
        || matches!(
            name,
            "bootstrap-signer"
                | "cloud-provider"
                | "generic-garbage-collector"
                | "horizontal-pod-autoscaler"
                | "kube-controller-manager"
                | "kube-scheduler"
                | "legacy-service-account-token-cleaner"
                | "persistent-volume-binder"
                | "pod-garbage-collector"
                | "root-ca-cert-publisher"
                | "token-cleaner"
        )
}

fn is_generated_token(name: &str) -> bool {
    let Some((_, suffix)) = name.rsplit_once("-token-") else { return false };
    suffix.len() == 5 && suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// What is known of the cluster beside the objects of the input.
#[derive(Debug, Default)]
pub(super) struct World<'p> {
    external: &'p [External],
    made: Vec<Made<'p>>,
    made_by_name: Index<u32>,
    /// By kind and namespace. Asked for only where something is missing, so made only then.
    made_by_place: OnceLock<Index<u32>>,
    /// Custom resources of kinds that kplan does not know, and of those that are known to make pods, by namespace.
    operated: Index<ObjectId>,
    /// Namespaces in which one of them may make pods that are not in the input.
    with_unknown_pods: Index<ObjectId>,
}

impl<'p> World<'p> {
    pub(super) fn new(program: &'p Program, external: &'p [External]) -> Self {
        let mut made = Vec::new();
        let (mut operated, mut with_unknown_pods) = (Vec::new(), Vec::new());
        for object in program.objects() {
            made::collect(object, &mut made);
            if is_operated(object) {
                let namespace = digest(&[object.namespace().unwrap_or_default()]);
                operated.push((namespace, object.id));
                if object.custom_template().is_none() {
                    with_unknown_pods.push((namespace, object.id));
                }
            }
        }
        for file in program.files() {
            made::collect_generated(file, &mut made);
        }
        let by_name =
            (0u32..).zip(&made).map(|(index, made)| (digest(&[made.kind.as_str(), &made.name]), index));
        Self {
            external,
            made_by_name: Index::new(by_name.collect()),
            made_by_place: OnceLock::new(),
            operated: Index::new(operated),
            with_unknown_pods: Index::new(with_unknown_pods),
            made,
        }
    }

    /// Who in the input makes this object.
    pub(super) fn maker(&self, kind: Kind, namespace: Option<&str>, name: &str) -> Option<Resolution> {
        let find = |name: &str, has_ordinal: bool| {
            let mut hits = self.made_as(kind, namespace, name);
            hits.find(|made| made.has_ordinal == has_ordinal && !made.is_part)
                .map(|made| made.by.map_or(Resolution::Generated, Resolution::Made))
        };
        find(name, false).or_else(|| {
            let (stem, ordinal) = name.rsplit_once('-')?;
            let is_ordinal = !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
            find(stem, true).filter(|_| is_ordinal)
        })
    }

    fn made_as<'w>(
        &'w self,
        kind: Kind,
        namespace: Option<&'w str>,
        name: &'w str,
    ) -> impl Iterator<Item = &'w Made<'p>> {
        let hits = self.made_by_name.get(digest(&[kind.as_str(), name]));
        hits.iter().map(|(_, index)| &self.made[*index as usize]).filter(move |made| {
            made.kind == kind
                && made.name == name
                && (made.namespace.is_none() || namespace.is_none() || made.namespace == namespace)
        })
    }

    /// What an object of the input makes in a namespace, by a name that another one is a slip of the pen for, and who
    /// makes it.
    pub(super) fn nearest_made(&self, kind: Kind, namespace: &str, name: &str) -> Option<(String, ObjectId)> {
        let index = self.made_by_place.get_or_init(|| {
            let all = (0u32..).zip(&self.made);
            let placed =
                all.filter_map(|(at, made)| Some((digest(&[made.kind.as_str(), made.namespace?]), at)));
            Index::new(placed.collect())
        });
        let ordinal = name.rsplit_once('-').filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
        let hits = index.get(digest(&[kind.as_str(), namespace]));
        hits.iter().map(|(_, at)| &self.made[*at as usize]).find_map(|made| {
            let is_here = made.kind == kind && made.namespace == Some(namespace) && !made.is_part;
            let by = made.by.filter(|_| is_here)?;
            if !made.has_ordinal {
                return is_typo(name, &made.name).then(|| (made.name.to_string(), by));
            }
            let (stem, ordinal) = ordinal?;
            is_typo(stem, &made.name).then(|| (format!("{}-{ordinal}", made.name), by))
        })
    }

    /// Who in the input makes an object of this name, or adds to it; `None` for what is no object.
    pub(super) fn makers<'w>(
        &'w self,
        kind: Kind,
        namespace: Option<&'w str>,
        name: &'w str,
    ) -> impl Iterator<Item = Option<ObjectId>> {
        self.made_as(kind, namespace, name).filter(|made| !made.has_ordinal).map(|made| made.by)
    }

    /// A custom resource whose operator may well make an object of this name: it has that name, or begins it. Nothing makes
    /// another one of its own kind.
    pub(super) fn probable_maker(
        &self,
        program: &'p Program,
        kind: KindRef<'_>,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<ObjectId> {
        let namespace = namespace?;
        let mut resources = self.operated.get(digest(&[namespace])).iter().map(|(_, id)| program.object(*id));
        resources
            .find(|resource| {
                let rest = name.strip_prefix(resource.name());
                resource.namespace() == Some(namespace)
                    && resource.kind_name() != kind.name()
                    && !resource.name().is_empty()
                    && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
            })
            .map(|resource| resource.id)
    }

    /// Whether a custom resource of the namespace may make pods that are not in the input.
    pub(super) fn has_operated_pods(&self, namespace: &str) -> bool {
        !self.with_unknown_pods.get(digest(&[namespace])).is_empty()
    }

    /// Whether the configuration says that the object exists.
    pub(super) fn is_external(&self, kind: KindRef<'_>, namespace: Option<&str>, name: &str) -> bool {
        self.external.iter().any(|external| external.declares(kind.name(), namespace, name))
    }
}

/// Groups whose resources configure traffic and policy, and make no further objects.
const RULES_ONLY: &[&str] = &[
    "calico.org",
    "cert-manager.io",
    "cilium.io",
    "configuration.konghq.com",
    "external-secrets.io",
    "gatekeeper.sh",
    "istio.io",
    "keda.sh",
    "kueue.x-k8s.io",
    "kyverno.io",
    "metallb.io",
    "traefik.containo.us",
    "traefik.io",
];

/// Custom resources from which an operator makes further objects, pods among them.
fn is_operated(object: ObjectRef<'_>) -> bool {
    match object.kind() {
        Kind::Prometheus
        | Kind::PrometheusAgent
        | Kind::ThanosRuler
        | Kind::Alertmanager
        | Kind::Application
        | Kind::Experiment
        | Kind::JobSet
        | Kind::LeaderWorkerSet => true,
        Kind::Other => {
            let group = object.group();
            group.contains('.')
                && !group.ends_with(".k8s.io")
                && !RULES_ONLY.iter().any(|suffix| group.ends_with(suffix))
        }
        _ => false,
    }
}

/// Name and namespace of the Service that a host of Istio stands for, read in namespace `own`; `None` for another host.
pub(crate) fn service_of_host<'p>(host: &'p str, own: Option<&'p str>) -> Option<(&'p str, Option<&'p str>)> {
    match host.strip_suffix(".svc.cluster.local") {
        Some(full) => full.split_once('.').map(|(name, namespace)| (name, Some(namespace))),
        None => (!host.is_empty() && !host.contains(['.', ':', '*'])).then_some((host, own)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cluster_has_its_furniture() {
        assert!(always_exists(Kind::ServiceAccount, Some("shop"), "default"));
        assert!(always_exists(Kind::ConfigMap, Some("shop"), "kube-root-ca.crt"));
        assert!(always_exists(Kind::ClusterRole, None, "system:auth-delegator"));
        assert!(always_exists(Kind::PriorityClass, None, "system-node-critical"));
        assert!(!always_exists(Kind::Service, Some("shop"), "kubernetes"));
        assert!(!always_exists(Kind::ClusterRole, None, "developer"));
        assert!(!always_exists(Kind::ClusterRole, None, "system:auth-delegater"));
        assert!(always_exists(Kind::ClusterRole, None, "system:controller:node-controller"));
        assert!(always_exists(Kind::PriorityLevelConfiguration, None, "workload-low"));
        assert!(!always_exists(Kind::Role, Some("shop"), "system:x"));
    }
}
