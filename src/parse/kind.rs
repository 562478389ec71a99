//! The kinds that kplan knows by name.

/// A built-in kind, or a custom kind that kplan understands; everything else is [`Kind::Other`].
///
/// The API version is not part of it: `extensions/v1beta1` and `networking.k8s.io/v1` Ingresses are both `Ingress`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the Kubernetes kind of that name")]
pub enum Kind {
    APIService,
    AdmissionCheck,
    Alertmanager,
    AlertmanagerConfig,
    AnalysisRun,
    AnalysisTemplate,
    Application,
    AuthorizationPolicy,
    BackendTLSPolicy,
    Bundle,
    CSIDriver,
    CSINode,
    CSIStorageCapacity,
    Certificate,
    CertificateRequest,
    CertificateSigningRequest,
    ClusterAnalysisTemplate,
    ClusterExternalSecret,
    ClusterGenerator,
    ClusterIssuer,
    ClusterPushSecret,
    ClusterQueue,
    ClusterRole,
    ClusterRoleBinding,
    ClusterSecretStore,
    ClusterTriggerAuthentication,
    ClusterTrustBundle,
    Config,
    ConfigMap,
    ControllerRevision,
    CronJob,
    CustomResourceDefinition,
    DaemonSet,
    Deployment,
    DestinationRule,
    DeviceClass,
    EndpointSlice,
    Endpoints,
    EnvoyFilter,
    Event,
    Experiment,
    ExternalSecret,
    FlowSchema,
    GRPCRoute,
    Gateway,
    GatewayClass,
    HTTPRoute,
    HorizontalPodAutoscaler,
    IPAddress,
    Ingress,
    IngressClass,
    IngressRoute,
    IngressRouteTCP,
    IngressRouteUDP,
    Issuer,
    Job,
    JobSet,
    KongClusterPlugin,
    KongConsumer,
    KongConsumerGroup,
    KongPlugin,
    KongUpstreamPolicy,
    LeaderWorkerSet,
    Lease,
    LimitRange,
    ListenerSet,
    LocalQueue,
    Middleware,
    MiddlewareTCP,
    MutatingAdmissionPolicy,
    MutatingAdmissionPolicyBinding,
    MutatingWebhookConfiguration,
    Namespace,
    NetworkPolicy,
    Node,
    NodePool,
    PeerAuthentication,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    PodDisruptionBudget,
    PodMonitor,
    PodSecurityPolicy,
    PodTemplate,
    PriorityClass,
    PriorityLevelConfiguration,
    Probe,
    Prometheus,
    PrometheusAgent,
    PrometheusRule,
    PushSecret,
    ReferenceGrant,
    ReplicaSet,
    ReplicationController,
    RequestAuthentication,
    ResourceClaim,
    ResourceClaimTemplate,
    ResourceFlavor,
    ResourceQuota,
    ResourceSlice,
    Role,
    RoleBinding,
    Rollout,
    RuntimeClass,
    SQLDatabase,
    SQLInstance,
    SQLUser,
    ScaledJob,
    ScaledObject,
    ScrapeConfig,
    SealedSecret,
    Secret,
    SecretProviderClass,
    SecretStore,
    ServersTransport,
    ServersTransportTCP,
    Service,
    ServiceAccount,
    ServiceCIDR,
    ServiceEntry,
    ServiceMonitor,
    Sidecar,
    StatefulSet,
    StorageClass,
    TCPRoute,
    TLSOption,
    TLSRoute,
    TLSStore,
    Telemetry,
    ThanosRuler,
    TraefikService,
    TriggerAuthentication,
    UDPRoute,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingWebhookConfiguration,
    VerticalPodAutoscaler,
    VirtualService,
    VolumeAttachment,
    VolumeAttributesClass,
    VolumeSnapshot,
    VolumeSnapshotClass,
    VolumeSnapshotContent,
    WasmPlugin,
    WorkloadEntry,
    WorkloadGroup,
    WorkloadPriorityClass,
    XListenerSet,
    Other,
}

/// One row: the kind, its name, its API groups (the one of today first), and whether it lives in a namespace.
struct Row {
    kind: Kind,
    name: &'static str,
    groups: &'static [&'static str],
    namespaced: bool,
}

const fn row(kind: Kind, name: &'static str, groups: &'static [&'static str], namespaced: bool) -> Row {
    Row { kind, name, groups, namespaced }
}

/// Sorted by name and in the order of the enum, for [`Kind::of`] and [`Kind::as_str`]; a test holds it.
static ROWS: &[Row] = &[
    row(Kind::APIService, "APIService", &["apiregistration.k8s.io"], false),
    row(Kind::AdmissionCheck, "AdmissionCheck", &["kueue.x-k8s.io"], false),
    row(Kind::Alertmanager, "Alertmanager", &["monitoring.coreos.com"], true),
    row(Kind::AlertmanagerConfig, "AlertmanagerConfig", &["monitoring.coreos.com"], true),
    row(Kind::AnalysisRun, "AnalysisRun", &["argoproj.io"], true),
    row(Kind::AnalysisTemplate, "AnalysisTemplate", &["argoproj.io"], true),
    row(Kind::Application, "Application", &["argoproj.io"], true),
    row(Kind::AuthorizationPolicy, "AuthorizationPolicy", &["security.istio.io"], true),
    row(Kind::BackendTLSPolicy, "BackendTLSPolicy", &["gateway.networking.k8s.io"], true),
    row(Kind::Bundle, "Bundle", &["trust.cert-manager.io"], false),
    row(Kind::CSIDriver, "CSIDriver", &["storage.k8s.io"], false),
    row(Kind::CSINode, "CSINode", &["storage.k8s.io"], false),
    row(Kind::CSIStorageCapacity, "CSIStorageCapacity", &["storage.k8s.io"], true),
    row(Kind::Certificate, "Certificate", &["cert-manager.io", "certmanager.k8s.io"], true),
    row(Kind::CertificateRequest, "CertificateRequest", &["cert-manager.io"], true),
    row(Kind::CertificateSigningRequest, "CertificateSigningRequest", &["certificates.k8s.io"], false),
    row(Kind::ClusterAnalysisTemplate, "ClusterAnalysisTemplate", &["argoproj.io"], false),
    row(Kind::ClusterExternalSecret, "ClusterExternalSecret", &["external-secrets.io"], false),
    row(Kind::ClusterGenerator, "ClusterGenerator", &["generators.external-secrets.io"], false),
    row(Kind::ClusterIssuer, "ClusterIssuer", &["cert-manager.io", "certmanager.k8s.io"], false),
    row(Kind::ClusterPushSecret, "ClusterPushSecret", &["external-secrets.io"], false),
    row(Kind::ClusterQueue, "ClusterQueue", &["kueue.x-k8s.io"], false),
    row(Kind::ClusterRole, "ClusterRole", &["rbac.authorization.k8s.io"], false),
    row(Kind::ClusterRoleBinding, "ClusterRoleBinding", &["rbac.authorization.k8s.io"], false),
    row(Kind::ClusterSecretStore, "ClusterSecretStore", &["external-secrets.io"], false),
    row(Kind::ClusterTriggerAuthentication, "ClusterTriggerAuthentication", &["keda.sh"], false),
    row(Kind::ClusterTrustBundle, "ClusterTrustBundle", &["certificates.k8s.io"], false),
    row(Kind::Config, "Config", &["kplan.dev"], false),
    row(Kind::ConfigMap, "ConfigMap", &[""], true),
    row(Kind::ControllerRevision, "ControllerRevision", &["apps"], true),
    row(Kind::CronJob, "CronJob", &["batch"], true),
    row(Kind::CustomResourceDefinition, "CustomResourceDefinition", &["apiextensions.k8s.io"], false),
    row(Kind::DaemonSet, "DaemonSet", &["apps", "extensions"], true),
    row(Kind::Deployment, "Deployment", &["apps", "extensions"], true),
    row(Kind::DestinationRule, "DestinationRule", &["networking.istio.io"], true),
    row(Kind::DeviceClass, "DeviceClass", &["resource.k8s.io"], false),
    row(Kind::EndpointSlice, "EndpointSlice", &["discovery.k8s.io"], true),
    row(Kind::Endpoints, "Endpoints", &[""], true),
    row(Kind::EnvoyFilter, "EnvoyFilter", &["networking.istio.io"], true),
    row(Kind::Event, "Event", &[""], true),
    row(Kind::Experiment, "Experiment", &["argoproj.io"], true),
    row(Kind::ExternalSecret, "ExternalSecret", &["external-secrets.io"], true),
    row(Kind::FlowSchema, "FlowSchema", &["flowcontrol.apiserver.k8s.io"], false),
    row(Kind::GRPCRoute, "GRPCRoute", &["gateway.networking.k8s.io"], true),
    row(Kind::Gateway, "Gateway", &["gateway.networking.k8s.io"], true),
    row(Kind::GatewayClass, "GatewayClass", &["gateway.networking.k8s.io"], false),
    row(Kind::HTTPRoute, "HTTPRoute", &["gateway.networking.k8s.io"], true),
    row(Kind::HorizontalPodAutoscaler, "HorizontalPodAutoscaler", &["autoscaling", "extensions"], true),
    row(Kind::IPAddress, "IPAddress", &["networking.k8s.io"], false),
    row(Kind::Ingress, "Ingress", &["networking.k8s.io", "extensions"], true),
    row(Kind::IngressClass, "IngressClass", &["networking.k8s.io"], false),
    row(Kind::IngressRoute, "IngressRoute", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::IngressRouteTCP, "IngressRouteTCP", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::IngressRouteUDP, "IngressRouteUDP", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::Issuer, "Issuer", &["cert-manager.io", "certmanager.k8s.io"], true),
    row(Kind::Job, "Job", &["batch"], true),
    row(Kind::JobSet, "JobSet", &["jobset.x-k8s.io"], true),
    row(Kind::KongClusterPlugin, "KongClusterPlugin", &["configuration.konghq.com"], false),
    row(Kind::KongConsumer, "KongConsumer", &["configuration.konghq.com"], true),
    row(Kind::KongConsumerGroup, "KongConsumerGroup", &["configuration.konghq.com"], true),
    row(Kind::KongPlugin, "KongPlugin", &["configuration.konghq.com"], true),
    row(Kind::KongUpstreamPolicy, "KongUpstreamPolicy", &["configuration.konghq.com"], true),
    row(Kind::LeaderWorkerSet, "LeaderWorkerSet", &["leaderworkerset.x-k8s.io"], true),
    row(Kind::Lease, "Lease", &["coordination.k8s.io"], true),
    row(Kind::LimitRange, "LimitRange", &[""], true),
    row(Kind::ListenerSet, "ListenerSet", &["gateway.networking.k8s.io"], true),
    row(Kind::LocalQueue, "LocalQueue", &["kueue.x-k8s.io"], true),
    row(Kind::Middleware, "Middleware", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::MiddlewareTCP, "MiddlewareTCP", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::MutatingAdmissionPolicy, "MutatingAdmissionPolicy", &["admissionregistration.k8s.io"], false),
    row(
        Kind::MutatingAdmissionPolicyBinding,
        "MutatingAdmissionPolicyBinding",
        &["admissionregistration.k8s.io"],
        false,
    ),
    row(
        Kind::MutatingWebhookConfiguration,
        "MutatingWebhookConfiguration",
        &["admissionregistration.k8s.io"],
        false,
    ),
    row(Kind::Namespace, "Namespace", &[""], false),
    row(Kind::NetworkPolicy, "NetworkPolicy", &["networking.k8s.io", "extensions"], true),
    row(Kind::Node, "Node", &[""], false),
    row(Kind::NodePool, "NodePool", &["kplan.dev"], false),
    row(Kind::PeerAuthentication, "PeerAuthentication", &["security.istio.io"], true),
    row(Kind::PersistentVolume, "PersistentVolume", &[""], false),
    row(Kind::PersistentVolumeClaim, "PersistentVolumeClaim", &[""], true),
    row(Kind::Pod, "Pod", &[""], true),
    row(Kind::PodDisruptionBudget, "PodDisruptionBudget", &["policy"], true),
    row(Kind::PodMonitor, "PodMonitor", &["monitoring.coreos.com"], true),
    row(Kind::PodSecurityPolicy, "PodSecurityPolicy", &["policy", "extensions"], false),
    row(Kind::PodTemplate, "PodTemplate", &[""], true),
    row(Kind::PriorityClass, "PriorityClass", &["scheduling.k8s.io"], false),
    row(
        Kind::PriorityLevelConfiguration,
        "PriorityLevelConfiguration",
        &["flowcontrol.apiserver.k8s.io"],
        false,
    ),
    row(Kind::Probe, "Probe", &["monitoring.coreos.com"], true),
    row(Kind::Prometheus, "Prometheus", &["monitoring.coreos.com"], true),
    row(Kind::PrometheusAgent, "PrometheusAgent", &["monitoring.coreos.com"], true),
    row(Kind::PrometheusRule, "PrometheusRule", &["monitoring.coreos.com"], true),
    row(Kind::PushSecret, "PushSecret", &["external-secrets.io"], true),
    row(Kind::ReferenceGrant, "ReferenceGrant", &["gateway.networking.k8s.io"], true),
    row(Kind::ReplicaSet, "ReplicaSet", &["apps", "extensions"], true),
    row(Kind::ReplicationController, "ReplicationController", &[""], true),
    row(Kind::RequestAuthentication, "RequestAuthentication", &["security.istio.io"], true),
    row(Kind::ResourceClaim, "ResourceClaim", &["resource.k8s.io"], true),
    row(Kind::ResourceClaimTemplate, "ResourceClaimTemplate", &["resource.k8s.io"], true),
    row(Kind::ResourceFlavor, "ResourceFlavor", &["kueue.x-k8s.io"], false),
    row(Kind::ResourceQuota, "ResourceQuota", &[""], true),
    row(Kind::ResourceSlice, "ResourceSlice", &["resource.k8s.io"], false),
    row(Kind::Role, "Role", &["rbac.authorization.k8s.io"], true),
    row(Kind::RoleBinding, "RoleBinding", &["rbac.authorization.k8s.io"], true),
    row(Kind::Rollout, "Rollout", &["argoproj.io"], true),
    row(Kind::RuntimeClass, "RuntimeClass", &["node.k8s.io"], false),
    row(Kind::SQLDatabase, "SQLDatabase", &["sql.cnrm.cloud.google.com"], true),
    row(Kind::SQLInstance, "SQLInstance", &["sql.cnrm.cloud.google.com"], true),
    row(Kind::SQLUser, "SQLUser", &["sql.cnrm.cloud.google.com"], true),
    row(Kind::ScaledJob, "ScaledJob", &["keda.sh"], true),
    row(Kind::ScaledObject, "ScaledObject", &["keda.sh"], true),
    row(Kind::ScrapeConfig, "ScrapeConfig", &["monitoring.coreos.com"], true),
    row(Kind::SealedSecret, "SealedSecret", &["bitnami.com"], true),
    row(Kind::Secret, "Secret", &[""], true),
    row(Kind::SecretProviderClass, "SecretProviderClass", &["secrets-store.csi.x-k8s.io"], true),
    row(Kind::SecretStore, "SecretStore", &["external-secrets.io"], true),
    row(Kind::ServersTransport, "ServersTransport", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::ServersTransportTCP, "ServersTransportTCP", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::Service, "Service", &[""], true),
    row(Kind::ServiceAccount, "ServiceAccount", &[""], true),
    row(Kind::ServiceCIDR, "ServiceCIDR", &["networking.k8s.io"], false),
    row(Kind::ServiceEntry, "ServiceEntry", &["networking.istio.io"], true),
    row(Kind::ServiceMonitor, "ServiceMonitor", &["monitoring.coreos.com"], true),
    row(Kind::Sidecar, "Sidecar", &["networking.istio.io"], true),
    row(Kind::StatefulSet, "StatefulSet", &["apps"], true),
    row(Kind::StorageClass, "StorageClass", &["storage.k8s.io"], false),
    row(Kind::TCPRoute, "TCPRoute", &["gateway.networking.k8s.io"], true),
    row(Kind::TLSOption, "TLSOption", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::TLSRoute, "TLSRoute", &["gateway.networking.k8s.io"], true),
    row(Kind::TLSStore, "TLSStore", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::Telemetry, "Telemetry", &["telemetry.istio.io"], true),
    row(Kind::ThanosRuler, "ThanosRuler", &["monitoring.coreos.com"], true),
    row(Kind::TraefikService, "TraefikService", &["traefik.io", "traefik.containo.us"], true),
    row(Kind::TriggerAuthentication, "TriggerAuthentication", &["keda.sh"], true),
    row(Kind::UDPRoute, "UDPRoute", &["gateway.networking.k8s.io"], true),
    row(
        Kind::ValidatingAdmissionPolicy,
        "ValidatingAdmissionPolicy",
        &["admissionregistration.k8s.io"],
        false,
    ),
    row(
        Kind::ValidatingAdmissionPolicyBinding,
        "ValidatingAdmissionPolicyBinding",
        &["admissionregistration.k8s.io"],
        false,
    ),
    row(
        Kind::ValidatingWebhookConfiguration,
        "ValidatingWebhookConfiguration",
        &["admissionregistration.k8s.io"],
        false,
    ),
    row(Kind::VerticalPodAutoscaler, "VerticalPodAutoscaler", &["autoscaling.k8s.io"], true),
    row(Kind::VirtualService, "VirtualService", &["networking.istio.io"], true),
    row(Kind::VolumeAttachment, "VolumeAttachment", &["storage.k8s.io"], false),
    row(Kind::VolumeAttributesClass, "VolumeAttributesClass", &["storage.k8s.io"], false),
    row(Kind::VolumeSnapshot, "VolumeSnapshot", &["snapshot.storage.k8s.io"], true),
    row(Kind::VolumeSnapshotClass, "VolumeSnapshotClass", &["snapshot.storage.k8s.io"], false),
    row(Kind::VolumeSnapshotContent, "VolumeSnapshotContent", &["snapshot.storage.k8s.io"], false),
    row(Kind::WasmPlugin, "WasmPlugin", &["extensions.istio.io"], true),
    row(Kind::WorkloadEntry, "WorkloadEntry", &["networking.istio.io"], true),
    row(Kind::WorkloadGroup, "WorkloadGroup", &["networking.istio.io"], true),
    row(Kind::WorkloadPriorityClass, "WorkloadPriorityClass", &["kueue.x-k8s.io"], false),
    row(Kind::XListenerSet, "XListenerSet", &["gateway.networking.x-k8s.io"], true),
];

/// Kinds that live in a namespace, and those of the same that live in none.
pub const COUNTERPARTS: &[(Kind, Kind)] = &[
    (Kind::AnalysisTemplate, Kind::ClusterAnalysisTemplate),
    (Kind::Issuer, Kind::ClusterIssuer),
    (Kind::Role, Kind::ClusterRole),
    (Kind::SecretStore, Kind::ClusterSecretStore),
    (Kind::TriggerAuthentication, Kind::ClusterTriggerAuthentication),
];

impl Kind {
    /// The kind of this name in this API group (`""` for the core group).
    pub fn of(group: &str, name: &str) -> Self {
        match ROWS.binary_search_by(|row| row.name.cmp(name)) {
            Ok(index) if ROWS[index].groups.contains(&group) => ROWS[index].kind,
            _ => Self::Other,
        }
    }

    /// The kinds of an API group that kplan knows.
    pub fn all_of(group: &str) -> impl Iterator<Item = Self> {
        ROWS.iter().filter(move |row| row.groups.contains(&group)).map(|row| row.kind)
    }

    /// The kind of this name, in whichever group, if it is one that kplan knows.
    pub fn named(name: &str) -> Option<Self> {
        ROWS.binary_search_by(|row| row.name.cmp(name)).ok().map(|index| ROWS[index].kind)
    }

    /// The names of all, as written in `kind:`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ROWS.iter().map(|row| row.name)
    }

    /// The name as written in `kind:`; empty for [`Kind::Other`].
    pub fn as_str(self) -> &'static str {
        ROWS.get(self as usize).map_or("", |row| row.name)
    }

    /// The API group in which the kind lives today; `""` for the core group and for [`Kind::Other`].
    pub fn group(self) -> &'static str {
        ROWS.get(self as usize).map_or("", |row| row.groups[0])
    }

    /// Whether objects of the kind live in a namespace; true for [`Kind::Other`].
    pub fn is_namespaced(self) -> bool {
        ROWS.get(self as usize).is_none_or(|row| row.namespaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_in_the_order_of_the_enum() {
        assert!(ROWS.is_sorted_by(|left, right| left.name < right.name));
        for (index, row) in ROWS.iter().enumerate() {
            assert_eq!(row.kind as usize, index, "{}", row.name);
            assert_eq!(format!("{:?}", row.kind), row.name);
        }
        assert_eq!(Kind::Other as usize, ROWS.len());
    }

    #[test]
    fn a_kind_is_known_in_its_groups_only() {
        assert_eq!(Kind::of("extensions", "Ingress"), Kind::Ingress);
        assert_eq!(Kind::of("networking.istio.io", "Ingress"), Kind::Other);
        assert_eq!(Kind::of("", "Pod").as_str(), "Pod");
    }
}
