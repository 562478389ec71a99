//! The table of references: one row for each field of Kubernetes that names another object.
//!
//! The fields and their scope rules are those of the API types (`pkg/apis/*/types.go`) and of the controllers that read
//! them. Who else can make a target (so that it need not be in the input) is a matter of the target: `graph::world`.

use crate::graph::reference::{From, Keys, Row, Scope, To};
use crate::parse::kind::Kind;

/// `metadata.namespace` of every object that lives in one.
pub static NAMESPACE: Row =
    Row::new(From::Namespaced, "metadata.namespace", To::Kind(Kind::Namespace)).usual();

/// A field that the configuration declares. Its neighbours are read as they are in Kubernetes itself.
pub(super) static DECLARED: Row = Row::new(From::Declared, "", To::Declared)
    .scope(Scope::SiblingOrSame("namespace"))
    .optional()
    .keys(Keys::Key);

const GATEWAY_ROUTES: &[Kind] =
    &[Kind::HTTPRoute, Kind::GRPCRoute, Kind::TLSRoute, Kind::TCPRoute, Kind::UDPRoute];
const WEBHOOKS: &[Kind] = &[Kind::ValidatingWebhookConfiguration, Kind::MutatingWebhookConfiguration];
const ISSUERS: &[Kind] = &[Kind::Issuer, Kind::ClusterIssuer];

const fn route(path: &'static str) -> Row {
    Row::new(From::Kinds(GATEWAY_ROUTES), path, To::Said { group: "group", default: Some(Kind::Service) })
        .scope(Scope::SiblingOrSame("namespace"))
}

const fn secret_of_volume(path: &'static str) -> Row {
    Row::of(&[Kind::PersistentVolume], path, Kind::Secret).scope(Scope::Sibling("namespace"))
}

const fn said(kinds: &'static [Kind], path: &'static str, group: &'static str, default: Option<Kind>) -> Row {
    Row::new(From::Kinds(kinds), path, To::Said { group, default })
}

const fn secret_of_monitor(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Secret).optional().keys(Keys::Key)
}

const fn secret_of_store(path: &'static str) -> Row {
    Row::of(&[Kind::SecretStore], path, Kind::Secret).scope(Scope::SiblingOrSame("namespace")).keys(Keys::Key)
}

const fn analysis(kinds: &'static [Kind], path: &'static str) -> Row {
    let to = To::ByFlag("clusterScope", Kind::AnalysisTemplate, Kind::ClusterAnalysisTemplate);
    Row::new(From::Kinds(kinds), path, to)
}

/// Mirrors `config.ResolveShortnameToFQDN` of Istio: only a name without dots is completed.
const fn host_of_service(kinds: &'static [Kind], path: &'static str) -> Row {
    Row::of(kinds, path, Kind::Service).scope(Scope::ServiceHost)
}

const fn gateway_of_istio(path: &'static str) -> Row {
    let to = To::Foreign("networking.istio.io", "Gateway");
    Row::new(From::Kinds(&[Kind::VirtualService]), path, to).scope(Scope::Slash)
}

/// Every reference that the graph knows, but for [`NAMESPACE`].
pub static ROWS: &[Row] = &[
    // Pods: configuration.
    Row::pod("{containers}[].envFrom[].configMapRef.name", Kind::ConfigMap).optional(),
    Row::pod("{containers}[].envFrom[].secretRef.name", Kind::Secret).optional(),
    Row::pod("{containers}[].env[].valueFrom.configMapKeyRef.name", Kind::ConfigMap)
        .optional()
        .keys(Keys::Key),
    Row::pod("{containers}[].env[].valueFrom.secretKeyRef.name", Kind::Secret).optional().keys(Keys::Key),
    Row::pod("volumes[].configMap.name", Kind::ConfigMap).optional().keys(Keys::Items),
    Row::pod("volumes[].secret.secretName", Kind::Secret).optional().keys(Keys::Items),
    Row::pod("volumes[].projected.sources[].configMap.name", Kind::ConfigMap).optional().keys(Keys::Items),
    Row::pod("volumes[].projected.sources[].secret.name", Kind::Secret).optional().keys(Keys::Items),
    // The kubelet goes on without a pull secret that it cannot find; the image is then pulled without it.
    Row::pod("imagePullSecrets[].name", Kind::Secret),
    // Pods: storage.
    Row::pod("volumes[].persistentVolumeClaim.claimName", Kind::PersistentVolumeClaim),
    Row::pod("volumes[].ephemeral.volumeClaimTemplate.spec.storageClassName", Kind::StorageClass).usual(),
    Row::pod("volumes[].csi.driver", Kind::CSIDriver).usual(),
    Row::pod("volumes[].csi.nodePublishSecretRef.name", Kind::Secret),
    Row::pod("volumes[].csi.volumeAttributes.secretProviderClass", Kind::SecretProviderClass),
    Row::pod("volumes[].azureFile.secretName", Kind::Secret),
    Row::pod("volumes[].cephfs.secretRef.name", Kind::Secret),
    Row::pod("volumes[].cinder.secretRef.name", Kind::Secret),
    Row::pod("volumes[].flexVolume.secretRef.name", Kind::Secret),
    Row::pod("volumes[].iscsi.secretRef.name", Kind::Secret),
    Row::pod("volumes[].rbd.secretRef.name", Kind::Secret),
    Row::pod("volumes[].scaleIO.secretRef.name", Kind::Secret),
    Row::pod("volumes[].storageos.secretRef.name", Kind::Secret),
    // Pods: identity and scheduling.
    Row::pod("serviceAccountName", Kind::ServiceAccount),
    Row::pod("serviceAccount", Kind::ServiceAccount),
    Row::pod("priorityClassName", Kind::PriorityClass).usual(),
    Row::pod("runtimeClassName", Kind::RuntimeClass).usual(),
    Row::pod("nodeName", Kind::Node).usual(),
    Row::pod("resourceClaims[].resourceClaimName", Kind::ResourceClaim),
    Row::pod("resourceClaims[].resourceClaimTemplateName", Kind::ResourceClaimTemplate),
    // Workloads.
    Row::of(&[Kind::StatefulSet], "spec.serviceName", Kind::Service),
    Row::of(&[Kind::StatefulSet], "spec.volumeClaimTemplates[].spec.storageClassName", Kind::StorageClass)
        .usual(),
    said(&[Kind::Rollout], "spec.workloadRef.name", "apiVersion", None),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.canaryService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.stableService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.blueGreen.activeService", Kind::Service),
    Row::of(&[Kind::Rollout], "spec.strategy.blueGreen.previewService", Kind::Service),
    said(&[Kind::HorizontalPodAutoscaler], "spec.scaleTargetRef.name", "apiVersion", None),
    said(&[Kind::HorizontalPodAutoscaler], "spec.metrics[].object.describedObject.name", "apiVersion", None),
    said(&[Kind::VerticalPodAutoscaler], "spec.targetRef.name", "apiVersion", None),
    // Storage.
    Row::of(&[Kind::PersistentVolumeClaim], "spec.storageClassName", Kind::StorageClass).usual(),
    Row::of(
        &[Kind::PersistentVolumeClaim],
        "metadata.annotations['volume.beta.kubernetes.io/storage-class']",
        Kind::StorageClass,
    )
    .usual(),
    Row::of(&[Kind::PersistentVolumeClaim], "spec.volumeName", Kind::PersistentVolume),
    Row::of(&[Kind::PersistentVolumeClaim], "spec.volumeAttributesClassName", Kind::VolumeAttributesClass)
        .usual(),
    said(
        &[Kind::PersistentVolumeClaim],
        "spec.dataSource.name",
        "apiGroup",
        Some(Kind::PersistentVolumeClaim),
    ),
    said(
        &[Kind::PersistentVolumeClaim],
        "spec.dataSourceRef.name",
        "apiGroup",
        Some(Kind::PersistentVolumeClaim),
    )
    .scope(Scope::SiblingOrSame("namespace")),
    Row::of(&[Kind::PersistentVolume], "spec.storageClassName", Kind::StorageClass).usual(),
    Row::of(&[Kind::PersistentVolume], "spec.claimRef.name", Kind::PersistentVolumeClaim)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::PersistentVolume], "spec.csi.driver", Kind::CSIDriver).usual(),
    secret_of_volume("spec.csi.controllerExpandSecretRef.name"),
    secret_of_volume("spec.csi.controllerPublishSecretRef.name"),
    secret_of_volume("spec.csi.nodeExpandSecretRef.name"),
    secret_of_volume("spec.csi.nodePublishSecretRef.name"),
    secret_of_volume("spec.csi.nodeStageSecretRef.name"),
    secret_of_volume("spec.cephfs.secretRef.name"),
    secret_of_volume("spec.cinder.secretRef.name"),
    secret_of_volume("spec.flexVolume.secretRef.name"),
    secret_of_volume("spec.iscsi.secretRef.name"),
    secret_of_volume("spec.rbd.secretRef.name"),
    secret_of_volume("spec.scaleIO.secretRef.name"),
    Row::of(&[Kind::PersistentVolume], "spec.azureFile.secretName", Kind::Secret)
        .scope(Scope::Sibling("secretNamespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/provisioner-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/provisioner-secret-namespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/node-stage-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/node-stage-secret-namespace")),
    Row::of(&[Kind::StorageClass], "parameters['csi.storage.k8s.io/node-publish-secret-name']", Kind::Secret)
        .scope(Scope::Sibling("csi.storage.k8s.io/node-publish-secret-namespace")),
    Row::of(
        &[Kind::StorageClass],
        "parameters['csi.storage.k8s.io/controller-expand-secret-name']",
        Kind::Secret,
    )
    .scope(Scope::Sibling("csi.storage.k8s.io/controller-expand-secret-namespace")),
    Row::of(
        &[Kind::StorageClass],
        "parameters['csi.storage.k8s.io/controller-publish-secret-name']",
        Kind::Secret,
    )
    .scope(Scope::Sibling("csi.storage.k8s.io/controller-publish-secret-namespace")),
    Row::of(&[Kind::VolumeAttachment], "spec.source.persistentVolumeName", Kind::PersistentVolume),
    Row::of(&[Kind::VolumeAttachment], "spec.nodeName", Kind::Node).usual(),
    Row::of(&[Kind::VolumeSnapshot], "spec.volumeSnapshotClassName", Kind::VolumeSnapshotClass).usual(),
    Row::of(&[Kind::VolumeSnapshot], "spec.source.persistentVolumeClaimName", Kind::PersistentVolumeClaim),
    Row::of(&[Kind::VolumeSnapshot], "spec.source.volumeSnapshotContentName", Kind::VolumeSnapshotContent),
    Row::of(&[Kind::VolumeSnapshotContent], "spec.volumeSnapshotClassName", Kind::VolumeSnapshotClass)
        .usual(),
    Row::of(&[Kind::VolumeSnapshotContent], "spec.volumeSnapshotRef.name", Kind::VolumeSnapshot)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::CSIStorageCapacity], "storageClassName", Kind::StorageClass).usual(),
    // Dynamic resources.
    Row::of(&[Kind::ResourceClaim], "spec.devices.requests[].deviceClassName", Kind::DeviceClass).usual(),
    Row::of(&[Kind::ResourceClaim], "spec.devices.requests[].exactly.deviceClassName", Kind::DeviceClass)
        .usual(),
    Row::of(
        &[Kind::ResourceClaimTemplate],
        "spec.spec.devices.requests[].deviceClassName",
        Kind::DeviceClass,
    )
    .usual(),
    Row::of(
        &[Kind::ResourceClaimTemplate],
        "spec.spec.devices.requests[].exactly.deviceClassName",
        Kind::DeviceClass,
    )
    .usual(),
    // Access control.
    said(&[Kind::RoleBinding], "roleRef.name", "apiGroup", Some(Kind::Role)),
    said(&[Kind::ClusterRoleBinding], "roleRef.name", "apiGroup", Some(Kind::ClusterRole)),
    Row::new(
        From::Kinds(&[Kind::RoleBinding, Kind::ClusterRoleBinding]),
        "subjects[].name",
        To::If(Kind::ServiceAccount),
    )
    .scope(Scope::Sibling("namespace")),
    Row::new(From::Kinds(&[Kind::Role, Kind::ClusterRole]), "rules[].resourceNames[]", To::Resources)
        .incidental(),
    said(&[Kind::ReferenceGrant], "spec.to[].name", "group", None).incidental(),
    Row::of(&[Kind::ServiceAccount], "secrets[].name", Kind::Secret),
    Row::of(&[Kind::ServiceAccount], "imagePullSecrets[].name", Kind::Secret),
    Row::of(
        &[Kind::Secret],
        "metadata.annotations['kubernetes.io/service-account.name']",
        Kind::ServiceAccount,
    ),
    // Traffic.
    Row::of(&[Kind::Ingress], "spec.defaultBackend.service.name", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.rules[].http.paths[].backend.service.name", Kind::Service),
    said(&[Kind::Ingress], "spec.defaultBackend.resource.name", "apiGroup", None),
    said(&[Kind::Ingress], "spec.rules[].http.paths[].backend.resource.name", "apiGroup", None),
    Row::of(&[Kind::Ingress], "spec.backend.serviceName", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.rules[].http.paths[].backend.serviceName", Kind::Service),
    Row::of(&[Kind::Ingress], "spec.ingressClassName", Kind::IngressClass).usual(),
    Row::of(&[Kind::Ingress], "spec.tls[].secretName", Kind::Secret),
    Row::of(
        &[Kind::Ingress, Kind::Gateway],
        "metadata.annotations['cert-manager.io/cluster-issuer']",
        Kind::ClusterIssuer,
    )
    .usual(),
    Row::of(
        &[Kind::Ingress],
        "metadata.annotations['nginx.ingress.kubernetes.io/auth-secret']",
        Kind::Secret,
    )
    .scope(Scope::Slash),
    Row::of(
        &[Kind::Ingress],
        "metadata.annotations['nginx.ingress.kubernetes.io/auth-tls-secret']",
        Kind::Secret,
    )
    .scope(Scope::Slash),
    Row::of(&[Kind::EndpointSlice], "metadata.labels['kubernetes.io/service-name']", Kind::Service),
    Row::of(&[Kind::Endpoints], "metadata.name", Kind::Service),
    said(&[Kind::Endpoints], "subsets[].addresses[].targetRef.name", "apiVersion", Some(Kind::Pod))
        .scope(Scope::SiblingOrSame("namespace"))
        .usual(),
    said(&[Kind::EndpointSlice], "endpoints[].targetRef.name", "apiVersion", Some(Kind::Pod))
        .scope(Scope::SiblingOrSame("namespace"))
        .usual(),
    Row::of(&[Kind::Gateway], "spec.gatewayClassName", Kind::GatewayClass).usual(),
    said(&[Kind::Gateway], "spec.listeners[].tls.certificateRefs[].name", "group", Some(Kind::Secret))
        .scope(Scope::SiblingOrSame("namespace")),
    said(GATEWAY_ROUTES, "spec.parentRefs[].name", "group", Some(Kind::Gateway))
        .scope(Scope::SiblingOrSame("namespace")),
    route("spec.rules[].backendRefs[].name"),
    route("spec.rules[].filters[].requestMirror.backendRef.name"),
    // Admission and extension.
    Row::of(WEBHOOKS, "webhooks[].clientConfig.service.name", Kind::Service)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::APIService], "spec.service.name", Kind::Service).scope(Scope::Sibling("namespace")),
    Row::of(
        &[Kind::CustomResourceDefinition],
        "spec.conversion.webhook.clientConfig.service.name",
        Kind::Service,
    )
    .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::ValidatingAdmissionPolicyBinding], "spec.policyName", Kind::ValidatingAdmissionPolicy),
    Row::of(&[Kind::MutatingAdmissionPolicyBinding], "spec.policyName", Kind::MutatingAdmissionPolicy),
    Row::of(&[Kind::FlowSchema], "spec.priorityLevelConfiguration.name", Kind::PriorityLevelConfiguration)
        .usual(),
    // cert-manager.
    said(&[Kind::Certificate], "spec.issuerRef.name", "group", Some(Kind::Issuer)),
    Row::of(&[Kind::Ingress, Kind::Gateway], "metadata.annotations['cert-manager.io/issuer']", Kind::Issuer),
    Row::of(&[Kind::Issuer], "spec.ca.secretName", Kind::Secret),
    Row::of(&[Kind::Certificate], "spec.keystores.jks.passwordSecretRef.name", Kind::Secret),
    Row::of(&[Kind::Certificate], "spec.keystores.pkcs12.passwordSecretRef.name", Kind::Secret),
    Row::of(&[Kind::Issuer], "spec.acme.solvers[].dns01.cloudflare.apiTokenSecretRef.name", Kind::Secret)
        .keys(Keys::Key),
    Row::of(&[Kind::Issuer], "spec.acme.solvers[].dns01.route53.secretAccessKeySecretRef.name", Kind::Secret)
        .keys(Keys::Key),
    Row::of(&[Kind::Issuer], "spec.vault.auth.tokenSecretRef.name", Kind::Secret).keys(Keys::Key),
    Row::of(ISSUERS, "spec.acme.solvers[].http01.ingress.ingressClassName", Kind::IngressClass).usual(),
    // KEDA. A ScaledObject scales a Deployment unless it says otherwise.
    said(&[Kind::ScaledObject], "spec.scaleTargetRef.name", "apiVersion", Some(Kind::Deployment)),
    said(
        &[Kind::ScaledObject, Kind::ScaledJob],
        "spec.triggers[].authenticationRef.name",
        "apiGroup",
        Some(Kind::TriggerAuthentication),
    ),
    Row::of(&[Kind::TriggerAuthentication], "spec.secretTargetRef[].name", Kind::Secret).keys(Keys::Key),
    Row::of(&[Kind::TriggerAuthentication], "spec.configMapTargetRef[].name", Kind::ConfigMap)
        .keys(Keys::Key),
    // Argo Rollouts.
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.nginx.stableIngress", Kind::Ingress),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.alb.ingress", Kind::Ingress),
    Row::of(
        &[Kind::Rollout],
        "spec.strategy.canary.trafficRouting.istio.virtualService.name",
        Kind::VirtualService,
    ),
    Row::of(
        &[Kind::Rollout],
        "spec.strategy.canary.trafficRouting.istio.destinationRule.name",
        Kind::DestinationRule,
    ),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.nginx.stableIngresses[]", Kind::Ingress),
    Row::of(&[Kind::Rollout], "spec.strategy.canary.trafficRouting.alb.rootService", Kind::Service),
    Row::of(
        &[Kind::Rollout],
        "spec.strategy.canary.trafficRouting.istio.virtualServices[].name",
        Kind::VirtualService,
    ),
    analysis(&[Kind::Rollout], "spec.strategy.canary.analysis.templates[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.canary.steps[].analysis.templates[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.canary.steps[].experiment.analyses[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.blueGreen.prePromotionAnalysis.templates[].templateName"),
    analysis(&[Kind::Rollout], "spec.strategy.blueGreen.postPromotionAnalysis.templates[].templateName"),
    Row::of(&[Kind::AnalysisTemplate], "spec.args[].valueFrom.secretKeyRef.name", Kind::Secret)
        .keys(Keys::Key),
    // Prometheus operator.
    Row::of(&[Kind::Prometheus, Kind::Alertmanager], "spec.serviceAccountName", Kind::ServiceAccount),
    Row::of(&[Kind::Prometheus, Kind::Alertmanager], "spec.secrets[]", Kind::Secret),
    Row::of(&[Kind::Prometheus, Kind::Alertmanager], "spec.configMaps[]", Kind::ConfigMap),
    Row::of(&[Kind::Prometheus], "spec.additionalScrapeConfigs.name", Kind::Secret)
        .optional()
        .keys(Keys::Key),
    Row::of(&[Kind::Prometheus], "spec.alerting.alertmanagers[].name", Kind::Service)
        .scope(Scope::Sibling("namespace")),
    Row::of(&[Kind::ServiceMonitor], "spec.endpoints[].basicAuth.password.name", Kind::Secret)
        .optional()
        .keys(Keys::Key),
    Row::of(&[Kind::ServiceMonitor], "spec.endpoints[].bearerTokenSecret.name", Kind::Secret)
        .optional()
        .keys(Keys::Key),
    Row::of(&[Kind::Alertmanager], "spec.configSecret", Kind::Secret),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].basicAuth.username.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].authorization.credentials.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.ca.secret.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.cert.secret.name"),
    secret_of_monitor(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.keySecret.name"),
    secret_of_monitor(&[Kind::PodMonitor], "spec.podMetricsEndpoints[].basicAuth.username.name"),
    secret_of_monitor(&[Kind::PodMonitor], "spec.podMetricsEndpoints[].basicAuth.password.name"),
    secret_of_monitor(&[Kind::PodMonitor], "spec.podMetricsEndpoints[].authorization.credentials.name"),
    Row::of(&[Kind::ServiceMonitor], "spec.endpoints[].tlsConfig.ca.configMap.name", Kind::ConfigMap)
        .optional()
        .keys(Keys::Key),
    // External Secrets.
    said(&[Kind::ExternalSecret], "spec.secretStoreRef.name", "group", Some(Kind::SecretStore)),
    said(&[Kind::ExternalSecret], "spec.data[].sourceRef.storeRef.name", "group", Some(Kind::SecretStore)),
    said(
        &[Kind::ExternalSecret],
        "spec.dataFrom[].sourceRef.storeRef.name",
        "group",
        Some(Kind::SecretStore),
    ),
    Row::new(
        From::Kinds(&[Kind::ClusterExternalSecret]),
        "spec.externalSecretSpec.secretStoreRef.name",
        To::If(Kind::ClusterSecretStore),
    ),
    secret_of_store("spec.provider.aws.auth.secretRef.accessKeyIDSecretRef.name"),
    secret_of_store("spec.provider.aws.auth.secretRef.secretAccessKeySecretRef.name"),
    secret_of_store("spec.provider.gcpsm.auth.secretRef.secretAccessKeySecretRef.name"),
    secret_of_store("spec.provider.azurekv.authSecretRef.clientId.name"),
    secret_of_store("spec.provider.azurekv.authSecretRef.clientSecret.name"),
    secret_of_store("spec.provider.vault.auth.tokenSecretRef.name"),
    secret_of_store("spec.provider.vault.auth.appRole.secretRef.name"),
    Row::of(&[Kind::SecretStore], "spec.provider.aws.auth.jwt.serviceAccountRef.name", Kind::ServiceAccount)
        .scope(Scope::SiblingOrSame("namespace")),
    // Istio.
    host_of_service(&[Kind::VirtualService], "spec.http[].route[].destination.host"),
    host_of_service(&[Kind::VirtualService], "spec.http[].mirror.host"),
    host_of_service(&[Kind::VirtualService], "spec.tcp[].route[].destination.host"),
    host_of_service(&[Kind::VirtualService], "spec.tls[].route[].destination.host"),
    host_of_service(&[Kind::DestinationRule], "spec.host"),
    gateway_of_istio("spec.gateways[]"),
    gateway_of_istio("spec.http[].match[].gateways[]"),
    // Storage of custom resources that is read by the cluster itself.
    Row::of(
        &[Kind::Prometheus],
        "spec.storage.volumeClaimTemplate.spec.storageClassName",
        Kind::StorageClass,
    )
    .usual(),
    Row::of(
        &[Kind::Alertmanager],
        "spec.storage.volumeClaimTemplate.spec.storageClassName",
        Kind::StorageClass,
    )
    .usual(),
];
