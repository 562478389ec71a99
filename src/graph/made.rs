//! What objects of the input make: which objects, and which keys a Secret or ConfigMap will have.

use std::borrow::Cow;

use crate::graph::kustomize;
use crate::graph::world::service_of_host;
use crate::parse::kind::Kind;
use crate::parse::object::{File, ObjectId, ObjectRef};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

/// An object that an object of the input will make.
#[derive(Clone, Debug)]
pub(super) struct Made<'p> {
    pub(super) kind: Kind,
    /// `None` for any namespace.
    pub(super) namespace: Option<&'p str>,
    /// The whole name, or what stands before `-ORDINAL`.
    pub(super) name: Cow<'p, str>,
    pub(super) has_ordinal: bool,
    /// The maker adds to what must be there already.
    pub(super) is_part: bool,
    /// `None` for the generators of a kustomization file, which is no object.
    pub(super) by: Option<ObjectId>,
}

fn text<'p>(object: ObjectRef<'p>, path: &str) -> Option<&'p str> {
    object.get(path)?.as_str().filter(|text| !text.is_empty())
}

fn items<'p>(object: ObjectRef<'p>, path: &str) -> impl Iterator<Item = NodeRef<'p>> {
    object.get(path).into_iter().flat_map(NodeRef::items)
}

/// What an object makes, by the rules of the controller that reads it.
pub(super) fn collect<'p>(object: ObjectRef<'p>, made: &mut Vec<Made<'p>>) {
    let own = object.namespace();
    let mut push = |kind, namespace, name: Cow<'p, str>, has_ordinal| {
        made.push(Made { kind, namespace, name, has_ordinal, is_part: false, by: Some(object.id) });
    };
    let mut secret = |name: &'p str| push(Kind::Secret, own, Cow::Borrowed(name), false);
    match object.kind() {
        Kind::Certificate => text(object, "spec.secretName").into_iter().for_each(secret),
        Kind::Ingress | Kind::Gateway | Kind::ListenerSet | Kind::XListenerSet => {
            certified_names(object).into_iter().for_each(secret);
        }
        Kind::Issuer => account_key(object).into_iter().for_each(secret),
        Kind::ClusterIssuer => {
            // They live in the namespace in which cert-manager runs, which no manifest says.
            if let Some(name) = account_key(object) {
                push(Kind::Secret, None, Cow::Borrowed(name), false);
            }
        }
        Kind::ExternalSecret | Kind::ClusterExternalSecret => made.extend(external(object)),
        // `Unseal` gives it the name of the SealedSecret, whatever the template says.
        Kind::SealedSecret => secret(object.name()),
        // A host that stands for a Service is as good as one: Istio looks up both in one registry.
        Kind::ServiceEntry => {
            for host in items(object, "spec.hosts").filter_map(NodeRef::as_str) {
                if let Some((name, namespace)) = service_of_host(host, own) {
                    push(Kind::Service, namespace, Cow::Borrowed(name), false);
                }
            }
        }
        Kind::SecretProviderClass => items(object, "spec.secretObjects")
            .filter_map(|entry| entry.get("secretName")?.as_str())
            .for_each(secret),
        // trust-manager makes it in every namespace, or in those that a selector selects.
        Kind::Bundle => {
            for (target, kind) in [("configMap", Kind::ConfigMap), ("secret", Kind::Secret)] {
                if object.get("spec.target").is_some_and(|all| all.get(target).is_some()) {
                    push(kind, None, Cow::Borrowed(object.name()), false);
                }
            }
        }
        Kind::Prometheus | Kind::PrometheusAgent | Kind::Alertmanager | Kind::ThanosRuler => {
            // The governing Service, unless they are given one.
            let name = match object.kind() {
                Kind::Prometheus => "prometheus-operated",
                Kind::PrometheusAgent => "prometheus-agent-operated",
                Kind::Alertmanager => "alertmanager-operated",
                _ => "thanos-ruler-operated",
            };
            if text(object, "spec.serviceName").is_none() {
                push(Kind::Service, own, Cow::Borrowed(name), false);
            }
        }
        Kind::StatefulSet => {
            for template in items(object, "spec.volumeClaimTemplates") {
                let Some(claim) = template.get_path("metadata.name").and_then(NodeRef::as_str) else {
                    continue;
                };
                let stem = format!("{claim}-{}", object.name());
                push(Kind::PersistentVolumeClaim, own, Cow::Owned(stem), true);
                // A volume of the same name is overwritten (`updateStorage`), so the claim that it names is never asked for.
                let volumes = items(object, "spec.template.spec.volumes");
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

/// The Secrets that cert-manager fills for the TLS entries of an annotated Ingress or Gateway. Mirrors `buildCertificates` of
/// its certificate-shim.
fn certified_names(object: ObjectRef<'_>) -> Vec<&str> {
    if !makes_certificates(object) {
        return Vec::new();
    }
    if object.kind() == Kind::Ingress {
        return items(object, "spec.tls").filter_map(|entry| name_in(entry, "secretName")).collect();
    }
    let refs =
        items(object, "spec.listeners").filter_map(|listener| listener.get_path("tls.certificateRefs"));
    refs.flat_map(NodeRef::items).filter_map(|entry| name_in(entry, "name")).collect()
}

fn name_in<'p>(entry: NodeRef<'p>, key: &str) -> Option<&'p str> {
    entry.get(key)?.as_str().filter(|name| !name.is_empty())
}

/// Annotations by which cert-manager's certificate-shim makes a Certificate for each TLS entry (`hasShimAnnotation`, with the
/// default of `--auto-certificate-annotations`, which is about Ingresses only).
pub fn makes_certificates(object: ObjectRef<'_>) -> bool {
    let keys = [
        "cert-manager.io/issuer",
        "cert-manager.io/cluster-issuer",
        "certmanager.k8s.io/issuer",
        "certmanager.k8s.io/cluster-issuer",
    ];
    let Some(annotations) = object.get("metadata.annotations") else { return false };
    let is_automatic = || {
        let value = annotations.get("kubernetes.io/tls-acme");
        object.kind() == Kind::Ingress && value.is_some_and(|value| value.content() != "false")
    };
    keys.iter().any(|key| annotations.get(key).is_some()) || is_automatic()
}

/// The Secret that an issuer's account key is put into; `None` where it must be there already.
fn account_key(issuer: ObjectRef<'_>) -> Option<&str> {
    let is_given = issuer.get("spec.acme.disableAccountKeyGeneration").and_then(NodeRef::as_bool);
    text(issuer, "spec.acme.privateKeySecretRef.name").filter(|_| is_given != Some(true))
}

/// What an ExternalSecret, or those that a ClusterExternalSecret makes, is about.
fn external(object: ObjectRef<'_>) -> Option<Made<'_>> {
    let spec = object.get(external_spec(object))?;
    let target =
        |path: &str| spec.get_path("target")?.get_path(path)?.as_str().filter(|text| !text.is_empty());
    let kind = match spec.get_path("target.manifest") {
        Some(manifest) if manifest.get("kind").is_some_and(|kind| kind.content() == "ConfigMap") => {
            Kind::ConfigMap
        }
        Some(_) => return None,
        None => Kind::Secret,
    };
    let policy = target("creationPolicy").unwrap_or("Owner");
    let name = target("name").or_else(|| text(object, "spec.externalSecretName")).unwrap_or(object.name());
    (policy != "None").then(|| Made {
        kind,
        namespace: object.namespace(),
        name: Cow::Borrowed(name),
        has_ordinal: false,
        is_part: policy == "Merge",
        by: Some(object.id),
    })
}

fn external_spec(object: ObjectRef<'_>) -> &'static str {
    if object.kind() == Kind::ClusterExternalSecret { "spec.externalSecretSpec" } else { "spec" }
}

/// The ConfigMaps and Secrets that the generators of a kustomization file make, in whichever namespace it is applied to.
pub(super) fn collect_generated<'p>(file: &'p File, made: &mut Vec<Made<'p>>) {
    for root in kustomize::roots(file) {
        for (key, kind) in [("configMapGenerator", Kind::ConfigMap), ("secretGenerator", Kind::Secret)] {
            for generator in root.get(key).into_iter().flat_map(NodeRef::items) {
                if let Some(name) = generator.get("name").and_then(NodeRef::as_str) {
                    let name = Cow::Borrowed(name);
                    let namespace = None;
                    let (has_ordinal, is_part) = (false, false);
                    made.push(Made { kind, namespace, name, has_ordinal, is_part, by: None });
                }
            }
        }
    }
}

/// The keys that a maker puts into the Secret of a name that it makes, or adds to; `None` where nobody knows before it runs.
pub fn keys_made<'p>(maker: ObjectRef<'p>, name: &str) -> Option<Vec<Cow<'p, str>>> {
    if maker.is_broken() {
        return None;
    }
    match maker.kind() {
        Kind::Certificate => Some(keys_of_certificate(maker)),
        Kind::Ingress | Kind::Gateway | Kind::ListenerSet | Kind::XListenerSet => {
            Some(borrowed(CERTIFICATE_KEYS))
        }
        Kind::Issuer | Kind::ClusterIssuer => {
            let key = text(maker, "spec.acme.privateKeySecretRef.key").unwrap_or("tls.key");
            Some(vec![Cow::Borrowed(key)])
        }
        Kind::ExternalSecret | Kind::ClusterExternalSecret => keys_of_external(maker),
        Kind::SealedSecret => keys_of_sealed(maker),
        Kind::SecretProviderClass => {
            let entries = items(maker, "spec.secretObjects")
                .filter(|entry| name_in(*entry, "secretName") == Some(name))
                .filter_map(|entry| entry.get("data"));
            Some(
                entries
                    .flat_map(NodeRef::items)
                    .filter_map(|data| data.get("key")?.as_str())
                    .map(Cow::Borrowed)
                    .collect(),
            )
        }
        _ => None,
    }
}

/// What the Secret of any Certificate has, but for the authority's certificate where the issuer does not tell.
const CERTIFICATE_KEYS: &[&str] = &["tls.crt", "tls.key", "ca.crt"];

fn borrowed<'p>(keys: &[&'static str]) -> Vec<Cow<'p, str>> {
    keys.iter().map(|key| Cow::Borrowed(*key)).collect()
}

/// Mirrors `SecretsManager.setValues` and `setKeystores` of cert-manager.
fn keys_of_certificate(certificate: ObjectRef<'_>) -> Vec<Cow<'_, str>> {
    let mut keys = borrowed(CERTIFICATE_KEYS);
    for (store, made) in
        [("jks", ["keystore.jks", "truststore.jks"]), ("pkcs12", ["keystore.p12", "truststore.p12"])]
    {
        let store = certificate.get("spec.keystores").and_then(|all| all.get(store));
        if store.and_then(|store| store.get("create")).and_then(NodeRef::as_bool) == Some(true) {
            keys.extend(borrowed(&made));
        }
    }
    for format in items(certificate, "spec.additionalOutputFormats") {
        match format.get("type").map(NodeRef::content) {
            Some("CombinedPEM") => keys.push(Cow::Borrowed("tls-combined.pem")),
            Some("DER") => keys.push(Cow::Borrowed("key.der")),
            _ => {}
        }
    }
    keys
}

/// Mirrors `applyTemplate` of External Secrets: a template with data replaces what is fetched, unless it is to be merged.
fn keys_of_external(object: ObjectRef<'_>) -> Option<Vec<Cow<'_, str>>> {
    let spec = object.get(external_spec(object))?;
    let template = spec.get_path("target.template").filter(|template| !template.is_null());
    let list = |key: &str| template?.get(key)?.items().next();
    let data =
        template.and_then(|template| template.get("data")).filter(|data| data.entries().next().is_some());
    if list("templateFrom").is_some() {
        return None;
    }
    let templated = data.into_iter().flat_map(NodeRef::entries).map(|(key, _)| key.key());
    let merges = template
        .and_then(|template| template.get("mergePolicy"))
        .is_some_and(|policy| policy.content() == "Merge");
    if data.is_some() && !merges {
        return Some(templated.collect());
    }
    if spec.get("dataFrom").is_some_and(|from| from.items().next().is_some()) {
        return None;
    }
    let fetched = spec.get("data").into_iter().flat_map(NodeRef::items);
    let fetched = fetched.filter_map(|entry| entry.get("secretKey")?.as_str()).map(Cow::Borrowed);
    Some(fetched.chain(templated).collect())
}

/// Mirrors `SealedSecret.Unseal`: a template may add keys, and takes one away by a null.
fn keys_of_sealed(object: ObjectRef<'_>) -> Option<Vec<Cow<'_, str>>> {
    let is_patch = object
        .get("spec.template.metadata.annotations")
        .and_then(|all| all.get("sealedsecrets.bitnami.com/patch"))
        .is_some_and(|value| value.content() == "true");
    // All in one ciphertext, as was once usual, or added to what is there.
    if is_patch || object.get("spec.data").is_some() {
        return None;
    }
    let entries = |path: &str| object.get(path).into_iter().flat_map(NodeRef::entries);
    let mut keys: Vec<_> = entries("spec.encryptedData").map(|(key, _)| key.key()).collect();
    for (key, value) in entries("spec.template.data") {
        keys.retain(|other| *other != key.key());
        if !value.is_null() {
            keys.push(key.key());
        }
    }
    Some(keys)
}
