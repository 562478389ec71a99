//! What exists although it is not in the input: what every cluster has, what objects of the input make, and what the
//! configuration declares.

use crate::config::External;
use crate::graph::hash::{Index, digest};
use crate::graph::made::{self, Made};
use crate::graph::names::KindRef;
use crate::graph::reference::Resolution;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};

/// The namespaces that every cluster has (`SystemNamespaces` of the API server and `metav1.NamespaceDefault`).
pub const SYSTEM_NAMESPACES: &[&str] = &["default", "kube-node-lease", "kube-public", "kube-system"];

/// Whether every cluster has this object, made by the API server or by a controller when it starts.
///
/// Sources: `bootstrappolicy.ClusterRoles` and `NamespaceRoles`; `scheduling.SystemPriorityClasses`; the flow control
/// `bootstrap` package; the `rootcacertpublisher` and `serviceaccount` controllers, which serve every namespace;
/// `kubernetesservice.Controller`.
pub fn always_exists(kind: Kind, namespace: Option<&str>, name: &str) -> bool {
    let system = namespace == Some("kube-system");
    match kind {
        Kind::Namespace => SYSTEM_NAMESPACES.contains(&name),
        Kind::ServiceAccount => name == "default" || (system && is_controller_account(name)),
        Kind::ConfigMap => {
            name == "kube-root-ca.crt" || (system && name == "extension-apiserver-authentication")
        }
        Kind::ClusterRole => {
            matches!(name, "cluster-admin" | "admin" | "edit" | "view") || name.starts_with("system:")
        }
        Kind::Role => {
            (system && name == "extension-apiserver-authentication-reader")
                || (namespace.is_some_and(|namespace| namespace.starts_with("kube-"))
                    && name.starts_with("system:"))
        }
        Kind::PriorityClass => matches!(name, "system-cluster-critical" | "system-node-critical"),
        Kind::Service | Kind::Endpoints => namespace == Some("default") && name == "kubernetes",
        Kind::ServiceCIDR => name == "kubernetes",
        Kind::PriorityLevelConfiguration => matches!(
            name,
            "exempt"
                | "catch-all"
                | "system"
                | "node-high"
                | "leader-election"
                | "workload-high"
                | "workload-low"
                | "global-default"
        ),
        // Until 1.24 each ServiceAccount had such a Secret made for it, and clusters that were upgraded still have them.
        Kind::Secret => is_generated_token(name),
        _ => false,
    }
}

/// Whether a name stands for something that is no object: `mesh` among the gateways of Istio is every sidecar.
pub(super) fn is_reserved(kind: KindRef<'_>, name: &str) -> bool {
    kind == KindRef::Other { group: "networking.istio.io", name: "Gateway" } && name == "mesh"
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

    /// Who in the input makes an object of this name, or adds to it; `None` for what is no object.
    pub(super) fn makers<'w>(
        &'w self,
        kind: Kind,
        namespace: Option<&'w str>,
        name: &'w str,
    ) -> impl Iterator<Item = Option<ObjectId>> {
        self.made_as(kind, namespace, name).filter(|made| !made.has_ordinal).map(|made| made.by)
    }

    /// A custom resource whose operator may well make an object of this name: it has that name, or begins it.
    pub(super) fn probable_maker(
        &self,
        program: &'p Program,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<ObjectId> {
        let namespace = namespace?;
        let mut resources = self.operated.get(digest(&[namespace])).iter().map(|(_, id)| program.object(*id));
        resources
            .find(|resource| {
                let rest = name.strip_prefix(resource.name());
                resource.namespace() == Some(namespace)
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
        assert!(!always_exists(Kind::Role, Some("shop"), "system:x"));
    }
}
