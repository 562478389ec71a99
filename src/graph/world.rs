//! What exists although it is not in the input: what every cluster has, what objects of the input make, and what the
//! configuration declares.

use std::borrow::Cow;

use crate::config::External;
use crate::graph::hash::{Index, digest};
use crate::graph::kustomize;
use crate::graph::names::KindRef;
use crate::graph::reference::Resolution;
use crate::parse::kind::Kind;
use crate::parse::object::{File, ObjectId, ObjectRef, Program};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

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

/// An object that an object of the input will make.
#[derive(Clone, Debug)]
struct Made<'p> {
    kind: Kind,
    /// `None` for any namespace.
    namespace: Option<&'p str>,
    /// The whole name, or what stands before `-ORDINAL`.
    name: Cow<'p, str>,
    has_ordinal: bool,
    /// `None` for the generators of a kustomization file, which is no object.
    by: Option<ObjectId>,
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
            collect_made(object, &mut made);
            if is_operated(object) {
                let namespace = digest(&[object.namespace().unwrap_or_default()]);
                operated.push((namespace, object.id));
                if object.custom_template().is_none() {
                    with_unknown_pods.push((namespace, object.id));
                }
            }
        }
        for file in program.files() {
            collect_generated(file, &mut made);
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
            let hits = self.made_by_name.get(digest(&[kind.as_str(), name]));
            let mut hits = hits.iter().map(|(_, index)| &self.made[*index as usize]);
            hits.find(|made| {
                made.kind == kind
                    && made.name == name
                    && made.has_ordinal == has_ordinal
                    && (made.namespace.is_none() || made.namespace == namespace)
            })
            .map(|made| made.by.map_or(Resolution::Generated, Resolution::Made))
        };
        find(name, false).or_else(|| {
            let (stem, ordinal) = name.rsplit_once('-')?;
            let is_ordinal = !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
            find(stem, true).filter(|_| is_ordinal)
        })
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
    "cilium.io",
    "configuration.konghq.com",
    "gatekeeper.sh",
    "istio.io",
    "kyverno.io",
    "metallb.io",
    "traefik.containo.us",
    "traefik.io",
];

/// Custom resources from which an operator makes further objects, pods among them.
fn is_operated(object: ObjectRef<'_>) -> bool {
    match object.kind() {
        Kind::Prometheus | Kind::Alertmanager | Kind::Application => true,
        Kind::Other => {
            let group = object.group();
            group.contains('.')
                && !group.ends_with(".k8s.io")
                && !RULES_ONLY.iter().any(|suffix| group.ends_with(suffix))
        }
        _ => false,
    }
}

fn text<'p>(object: ObjectRef<'p>, path: &str) -> Option<&'p str> {
    object.get(path)?.as_str().filter(|text| !text.is_empty())
}

/// What an object makes, by the rules of the controller that reads it.
fn collect_made<'p>(object: ObjectRef<'p>, made: &mut Vec<Made<'p>>) {
    let mut push = |kind, namespace, name: Cow<'p, str>, has_ordinal| {
        made.push(Made { kind, namespace, name, has_ordinal, by: Some(object.id) });
    };
    let own = object.namespace();
    let mut secret = |name: &'p str| push(Kind::Secret, own, Cow::Borrowed(name), false);
    match object.kind() {
        Kind::Certificate => text(object, "spec.secretName").into_iter().for_each(secret),
        Kind::Ingress if has_issuer_annotation(object) => {
            let entries = object.get("spec.tls").into_iter().flat_map(NodeRef::items);
            entries.filter_map(|entry| entry.get("secretName")?.as_str()).for_each(secret);
        }
        Kind::Gateway if has_issuer_annotation(object) => {
            let listeners = object.get("spec.listeners").into_iter().flat_map(NodeRef::items);
            let refs = listeners.filter_map(|listener| listener.get_path("tls.certificateRefs"));
            refs.flat_map(NodeRef::items).filter_map(|entry| entry.get("name")?.as_str()).for_each(secret);
        }
        Kind::Issuer => text(object, "spec.acme.privateKeySecretRef.name").into_iter().for_each(secret),
        Kind::ClusterIssuer => {
            // They live in the namespace in which cert-manager runs, which no manifest says.
            if let Some(name) = text(object, "spec.acme.privateKeySecretRef.name") {
                push(Kind::Secret, None, Cow::Borrowed(name), false);
            }
        }
        Kind::ExternalSecret => secret(text(object, "spec.target.name").unwrap_or(object.name())),
        Kind::ClusterExternalSecret => {
            let name = text(object, "spec.externalSecretSpec.target.name")
                .or_else(|| text(object, "spec.externalSecretName"))
                .unwrap_or(object.name());
            push(Kind::Secret, None, Cow::Borrowed(name), false);
        }
        Kind::SealedSecret => secret(text(object, "spec.template.metadata.name").unwrap_or(object.name())),
        Kind::SecretProviderClass => {
            let entries = object.get("spec.secretObjects").into_iter().flat_map(NodeRef::items);
            entries.filter_map(|entry| entry.get("secretName")?.as_str()).for_each(secret);
        }
        Kind::Prometheus => push(Kind::Service, own, Cow::Borrowed("prometheus-operated"), false),
        Kind::Alertmanager => push(Kind::Service, own, Cow::Borrowed("alertmanager-operated"), false),
        Kind::StatefulSet => {
            let templates = object.get("spec.volumeClaimTemplates").into_iter().flat_map(NodeRef::items);
            for template in templates {
                let Some(claim) = template.get_path("metadata.name").and_then(NodeRef::as_str) else {
                    continue;
                };
                let stem = format!("{claim}-{}", object.name());
                push(Kind::PersistentVolumeClaim, own, Cow::Owned(stem), true);
                // A volume of the same name is overwritten (`updateStorage`), so the claim that it names is never asked for.
                let volumes = object.get("spec.template.spec.volumes").into_iter().flat_map(NodeRef::items);
                let same =
                    volumes.filter(|volume| volume.get("name").is_some_and(|name| name.content() == claim));
                for overwritten in
                    same.filter_map(|volume| volume.get_path("persistentVolumeClaim.claimName"))
                {
                    push(Kind::PersistentVolumeClaim, own, Cow::Borrowed(overwritten.content()), false);
                }
            }
        }
        Kind::Pod => {
            // Claims of generic ephemeral volumes are named after pod and volume.
            let volumes = PodTemplate::of(object).and_then(|pod| pod.get("volumes"));
            for volume in volumes.into_iter().flat_map(NodeRef::items) {
                if let (Some(name), Some(_)) =
                    (volume.get("name").and_then(NodeRef::as_str), volume.get("ephemeral"))
                {
                    let claim = format!("{}-{name}", object.name());
                    push(Kind::PersistentVolumeClaim, own, Cow::Owned(claim), false);
                }
            }
        }
        Kind::Role => {
            for (kind, name) in made_by_holders(object) {
                push(kind, own, Cow::Borrowed(name), false);
            }
        }
        Kind::Job | Kind::CronJob => {
            for (kind, name) in made_by_commands(object) {
                push(kind, own, Cow::Borrowed(name), false);
            }
        }
        // The operator names its custom resources' outputs in fields that only it knows.
        _ => {}
    }
}

/// The Secrets and ConfigMaps that a Role names while it permits to create such: who holds it makes them when it runs.
fn made_by_holders(role: ObjectRef<'_>) -> Vec<(Kind, &str)> {
    let rules = || role.get("rules").into_iter().flat_map(NodeRef::items);
    let lists = |rule: NodeRef<'_>, list: &str, wanted: &str| {
        let mut items = rule.get(list).into_iter().flat_map(NodeRef::items);
        items.any(|item| item.content() == wanted || item.content() == "*")
    };
    let mut made = Vec::new();
    for (kind, resource) in [(Kind::Secret, "secrets"), (Kind::ConfigMap, "configmaps")] {
        let is_creator = |rule: NodeRef<'_>| {
            lists(rule, "verbs", "create")
                && lists(rule, "resources", resource)
                && lists(rule, "apiGroups", "")
        };
        if !rules().any(is_creator) {
            continue;
        }
        let named = rules().filter(|rule| lists(*rule, "resources", resource));
        let names = named.filter_map(|rule| rule.get("resourceNames")).flat_map(NodeRef::items);
        made.extend(names.filter_map(NodeRef::as_str).map(|name| (kind, name)));
    }
    made
}

/// What the commands of a Job make, where they say so in words that many share: `--secret-name=NAME` of the programs that
/// issue a webhook's certificate, and `create secret generic NAME` or `create configmap NAME` of kubectl.
fn made_by_commands(job: ObjectRef<'_>) -> Vec<(Kind, &str)> {
    let containers = PodTemplate::of(job).into_iter().flat_map(PodTemplate::containers);
    let mut made = Vec::new();
    for container in containers {
        let lists = ["command", "args"].into_iter().filter_map(|key| container.get(key));
        let words: Vec<&str> = lists
            .flat_map(NodeRef::items)
            .filter_map(NodeRef::as_str)
            .flat_map(|text| text.split([' ', '\n', '\t', ';', '=', '"', '\'']))
            .filter(|word| !word.is_empty())
            .collect();
        for (index, word) in words.iter().enumerate() {
            let after = |count: usize| words.get(index + count).copied();
            let hit = match *word {
                flag if flag.starts_with("--") && flag.ends_with("secret-name") => {
                    after(1).map(|name| (Kind::Secret, name))
                }
                "create" => match (after(1), after(2)) {
                    (Some("secret"), Some("generic" | "tls" | "docker-registry")) => {
                        after(3).map(|name| (Kind::Secret, name))
                    }
                    (Some("configmap" | "cm"), Some(name)) => Some((Kind::ConfigMap, name)),
                    _ => None,
                },
                _ => None,
            };
            made.extend(hit.filter(|(_, name)| !name.starts_with('-')));
        }
    }
    made
}

/// Annotations by which cert-manager's ingress-shim makes a Certificate for each TLS entry.
fn has_issuer_annotation(object: ObjectRef<'_>) -> bool {
    let keys = [
        "cert-manager.io/issuer",
        "cert-manager.io/cluster-issuer",
        "certmanager.k8s.io/issuer",
        "certmanager.k8s.io/cluster-issuer",
        "kubernetes.io/tls-acme",
    ];
    let Some(annotations) = object.get("metadata.annotations") else { return false };
    keys.iter().any(|key| annotations.get(key).is_some_and(|value| value.content() != "false"))
}

/// The ConfigMaps and Secrets that the generators of a kustomization file make, in whichever namespace it is applied to.
fn collect_generated<'p>(file: &'p File, made: &mut Vec<Made<'p>>) {
    for root in kustomize::roots(file) {
        for (key, kind) in [("configMapGenerator", Kind::ConfigMap), ("secretGenerator", Kind::Secret)] {
            for generator in root.get(key).into_iter().flat_map(NodeRef::items) {
                if let Some(name) = generator.get("name").and_then(NodeRef::as_str) {
                    let name = Cow::Borrowed(name);
                    made.push(Made { kind, namespace: None, name, has_ordinal: false, by: None });
                }
            }
        }
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
