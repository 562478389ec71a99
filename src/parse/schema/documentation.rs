//! What Kubernetes itself says of its fields: the comments of its types, as the `k8s-openapi` crate carries them.

use std::sync::OnceLock;

use k8s_openapi::api;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::Value;

/// The documentation of one kind and of all types that it is made of. It is of the newest version that is built in.
#[derive(Debug)]
pub struct Documentation {
    /// Schemas by name, such as `io.k8s.api.core.v1.Container`.
    types: Vec<(String, Value)>,
}

impl Documentation {
    /// The documentation of a kind by the name of its type, such as `apps.v1.Deployment`; `None` for kinds that the
    /// newest version does not have.
    pub fn of_kind(type_name: &str) -> Option<Self> {
        let (_, read) = KINDS.iter().find(|(name, _)| *name == type_name)?;
        let mut generator = SchemaSettings::draft2020_12().into_generator();
        read(&mut generator);
        let types = generator.take_definitions(false).into_iter().collect();
        Some(Self { types })
    }

    /// As [`Documentation::of_kind`], read once and kept: for those who ask again and again.
    pub fn shared(type_name: &str) -> Option<&'static Self> {
        static READ: [OnceLock<Documentation>; KIND_COUNT] = [const { OnceLock::new() }; KIND_COUNT];
        let index = KINDS.iter().position(|(name, _)| *name == type_name)?;
        if READ[index].get().is_none()
            && let Some(read) = Self::of_kind(type_name)
        {
            // Another thread may have been faster, with the same result.
            let _ = READ[index].set(read);
        }
        READ[index].get()
    }

    /// What is said of a type, such as `core.v1.Container`.
    pub fn of_type(&self, type_name: &str) -> Option<&str> {
        self.schema(type_name)?.get("description")?.as_str()
    }

    /// What is said of a field of a type.
    pub fn of_field(&self, type_name: &str, field: &str) -> Option<&str> {
        self.schema(type_name)?.get("properties")?.get(field)?.get("description")?.as_str()
    }

    /// Type names are the last three parts of schema names, but for `meta.v1`.
    fn schema(&self, type_name: &str) -> Option<&Value> {
        let is_it = |name: &str| name.strip_suffix(type_name).is_some_and(|rest| rest.ends_with('.'));
        self.types.iter().find(|(name, _)| is_it(name)).map(|(_, schema)| schema)
    }
}

type Read = fn(&mut SchemaGenerator);

fn read<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

const KIND_COUNT: usize = KINDS.len();

/// All kinds of the newest version by the names of their types: `schemas/kubernetes.txt` without what is older.
const KINDS: &[(&str, Read)] = &[
    (
        "admissionregistration.v1.MutatingAdmissionPolicy",
        read::<api::admissionregistration::v1::MutatingAdmissionPolicy>,
    ),
    (
        "admissionregistration.v1.MutatingAdmissionPolicyBinding",
        read::<api::admissionregistration::v1::MutatingAdmissionPolicyBinding>,
    ),
    (
        "admissionregistration.v1.MutatingWebhookConfiguration",
        read::<api::admissionregistration::v1::MutatingWebhookConfiguration>,
    ),
    (
        "admissionregistration.v1.ValidatingAdmissionPolicy",
        read::<api::admissionregistration::v1::ValidatingAdmissionPolicy>,
    ),
    (
        "admissionregistration.v1.ValidatingAdmissionPolicyBinding",
        read::<api::admissionregistration::v1::ValidatingAdmissionPolicyBinding>,
    ),
    (
        "admissionregistration.v1.ValidatingWebhookConfiguration",
        read::<api::admissionregistration::v1::ValidatingWebhookConfiguration>,
    ),
    (
        "admissionregistration.v1alpha1.MutatingAdmissionPolicy",
        read::<api::admissionregistration::v1alpha1::MutatingAdmissionPolicy>,
    ),
    (
        "admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding",
        read::<api::admissionregistration::v1alpha1::MutatingAdmissionPolicyBinding>,
    ),
    (
        "admissionregistration.v1beta1.MutatingAdmissionPolicy",
        read::<api::admissionregistration::v1beta1::MutatingAdmissionPolicy>,
    ),
    (
        "admissionregistration.v1beta1.MutatingAdmissionPolicyBinding",
        read::<api::admissionregistration::v1beta1::MutatingAdmissionPolicyBinding>,
    ),
    (
        "apiextensions.v1.CustomResourceDefinition",
        read::<k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition>,
    ),
    (
        "apiregistration.v1.APIService",
        read::<k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIService>,
    ),
    ("apps.v1.ControllerRevision", read::<api::apps::v1::ControllerRevision>),
    ("apps.v1.DaemonSet", read::<api::apps::v1::DaemonSet>),
    ("apps.v1.Deployment", read::<api::apps::v1::Deployment>),
    ("apps.v1.ReplicaSet", read::<api::apps::v1::ReplicaSet>),
    ("apps.v1.StatefulSet", read::<api::apps::v1::StatefulSet>),
    ("authentication.v1.SelfSubjectReview", read::<api::authentication::v1::SelfSubjectReview>),
    ("authentication.v1.TokenRequest", read::<api::authentication::v1::TokenRequest>),
    ("authentication.v1.TokenReview", read::<api::authentication::v1::TokenReview>),
    ("authorization.v1.LocalSubjectAccessReview", read::<api::authorization::v1::LocalSubjectAccessReview>),
    ("authorization.v1.SelfSubjectAccessReview", read::<api::authorization::v1::SelfSubjectAccessReview>),
    ("authorization.v1.SelfSubjectRulesReview", read::<api::authorization::v1::SelfSubjectRulesReview>),
    ("authorization.v1.SubjectAccessReview", read::<api::authorization::v1::SubjectAccessReview>),
    ("autoscaling.v1.HorizontalPodAutoscaler", read::<api::autoscaling::v1::HorizontalPodAutoscaler>),
    ("autoscaling.v1.Scale", read::<api::autoscaling::v1::Scale>),
    ("autoscaling.v2.HorizontalPodAutoscaler", read::<api::autoscaling::v2::HorizontalPodAutoscaler>),
    ("batch.v1.CronJob", read::<api::batch::v1::CronJob>),
    ("batch.v1.Job", read::<api::batch::v1::Job>),
    ("certificates.v1.CertificateSigningRequest", read::<api::certificates::v1::CertificateSigningRequest>),
    ("certificates.v1.ClusterTrustBundle", read::<api::certificates::v1::ClusterTrustBundle>),
    ("certificates.v1.PodCertificateRequest", read::<api::certificates::v1::PodCertificateRequest>),
    ("certificates.v1beta1.ClusterTrustBundle", read::<api::certificates::v1beta1::ClusterTrustBundle>),
    ("certificates.v1beta1.PodCertificateRequest", read::<api::certificates::v1beta1::PodCertificateRequest>),
    ("coordination.v1.Lease", read::<api::coordination::v1::Lease>),
    ("coordination.v1alpha2.LeaseCandidate", read::<api::coordination::v1alpha2::LeaseCandidate>),
    ("coordination.v1beta1.LeaseCandidate", read::<api::coordination::v1beta1::LeaseCandidate>),
    ("discovery.v1.EndpointSlice", read::<api::discovery::v1::EndpointSlice>),
    ("events.v1.Event", read::<api::events::v1::Event>),
    ("flowcontrol.v1.FlowSchema", read::<api::flowcontrol::v1::FlowSchema>),
    ("flowcontrol.v1.PriorityLevelConfiguration", read::<api::flowcontrol::v1::PriorityLevelConfiguration>),
    ("apiserverinternal.v1alpha1.StorageVersion", read::<api::apiserverinternal::v1alpha1::StorageVersion>),
    ("lifecycle.v1alpha1.Eviction", read::<api::lifecycle::v1alpha1::Eviction>),
    ("lifecycle.v1alpha1.EvictionRequest", read::<api::lifecycle::v1alpha1::EvictionRequest>),
    ("networking.v1.IPAddress", read::<api::networking::v1::IPAddress>),
    ("networking.v1.Ingress", read::<api::networking::v1::Ingress>),
    ("networking.v1.IngressClass", read::<api::networking::v1::IngressClass>),
    ("networking.v1.NetworkPolicy", read::<api::networking::v1::NetworkPolicy>),
    ("networking.v1.ServiceCIDR", read::<api::networking::v1::ServiceCIDR>),
    ("node.v1.RuntimeClass", read::<api::node::v1::RuntimeClass>),
    ("policy.v1.Eviction", read::<api::policy::v1::Eviction>),
    ("policy.v1.PodDisruptionBudget", read::<api::policy::v1::PodDisruptionBudget>),
    ("rbac.v1.ClusterRole", read::<api::rbac::v1::ClusterRole>),
    ("rbac.v1.ClusterRoleBinding", read::<api::rbac::v1::ClusterRoleBinding>),
    ("rbac.v1.Role", read::<api::rbac::v1::Role>),
    ("rbac.v1.RoleBinding", read::<api::rbac::v1::RoleBinding>),
    ("resource.v1.DeviceClass", read::<api::resource::v1::DeviceClass>),
    ("resource.v1.DeviceTaintRule", read::<api::resource::v1::DeviceTaintRule>),
    ("resource.v1.ResourceClaim", read::<api::resource::v1::ResourceClaim>),
    ("resource.v1.ResourceClaimTemplate", read::<api::resource::v1::ResourceClaimTemplate>),
    ("resource.v1.ResourceSlice", read::<api::resource::v1::ResourceSlice>),
    ("resource.v1alpha3.DeviceTaintRule", read::<api::resource::v1alpha3::DeviceTaintRule>),
    (
        "resource.v1alpha3.ResourcePoolStatusRequest",
        read::<api::resource::v1alpha3::ResourcePoolStatusRequest>,
    ),
    ("resource.v1beta1.DeviceClass", read::<api::resource::v1beta1::DeviceClass>),
    ("resource.v1beta1.ResourceClaim", read::<api::resource::v1beta1::ResourceClaim>),
    ("resource.v1beta1.ResourceClaimTemplate", read::<api::resource::v1beta1::ResourceClaimTemplate>),
    ("resource.v1beta1.ResourceSlice", read::<api::resource::v1beta1::ResourceSlice>),
    ("resource.v1beta2.DeviceClass", read::<api::resource::v1beta2::DeviceClass>),
    ("resource.v1beta2.DeviceTaintRule", read::<api::resource::v1beta2::DeviceTaintRule>),
    ("resource.v1beta2.ResourceClaim", read::<api::resource::v1beta2::ResourceClaim>),
    ("resource.v1beta2.ResourceClaimTemplate", read::<api::resource::v1beta2::ResourceClaimTemplate>),
    ("resource.v1beta2.ResourceSlice", read::<api::resource::v1beta2::ResourceSlice>),
    ("scheduling.v1.PriorityClass", read::<api::scheduling::v1::PriorityClass>),
    ("scheduling.v1alpha3.CompositePodGroup", read::<api::scheduling::v1alpha3::CompositePodGroup>),
    ("scheduling.v1alpha3.PodGroup", read::<api::scheduling::v1alpha3::PodGroup>),
    ("scheduling.v1alpha3.Workload", read::<api::scheduling::v1alpha3::Workload>),
    ("scheduling.v1beta1.PodGroup", read::<api::scheduling::v1beta1::PodGroup>),
    ("scheduling.v1beta1.Workload", read::<api::scheduling::v1beta1::Workload>),
    ("storage.v1.CSIDriver", read::<api::storage::v1::CSIDriver>),
    ("storage.v1.CSINode", read::<api::storage::v1::CSINode>),
    ("storage.v1.CSIStorageCapacity", read::<api::storage::v1::CSIStorageCapacity>),
    ("storage.v1.StorageClass", read::<api::storage::v1::StorageClass>),
    ("storage.v1.VolumeAttachment", read::<api::storage::v1::VolumeAttachment>),
    ("storage.v1.VolumeAttributesClass", read::<api::storage::v1::VolumeAttributesClass>),
    (
        "storagemigration.v1.StorageVersionMigration",
        read::<api::storagemigration::v1::StorageVersionMigration>,
    ),
    (
        "storagemigration.v1beta1.StorageVersionMigration",
        read::<api::storagemigration::v1beta1::StorageVersionMigration>,
    ),
    ("meta.v1.APIGroup", read::<k8s_openapi::apimachinery::pkg::apis::meta::v1::APIGroup>),
    ("meta.v1.APIGroupList", read::<k8s_openapi::apimachinery::pkg::apis::meta::v1::APIGroupList>),
    ("meta.v1.APIResourceList", read::<k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList>),
    ("meta.v1.APIVersions", read::<k8s_openapi::apimachinery::pkg::apis::meta::v1::APIVersions>),
    ("core.v1.Binding", read::<api::core::v1::Binding>),
    ("core.v1.ComponentStatus", read::<api::core::v1::ComponentStatus>),
    ("core.v1.ConfigMap", read::<api::core::v1::ConfigMap>),
    ("core.v1.Endpoints", read::<api::core::v1::Endpoints>),
    ("core.v1.Event", read::<api::core::v1::Event>),
    ("core.v1.LimitRange", read::<api::core::v1::LimitRange>),
    ("core.v1.Namespace", read::<api::core::v1::Namespace>),
    ("core.v1.Node", read::<api::core::v1::Node>),
    ("core.v1.PersistentVolume", read::<api::core::v1::PersistentVolume>),
    ("core.v1.PersistentVolumeClaim", read::<api::core::v1::PersistentVolumeClaim>),
    ("core.v1.Pod", read::<api::core::v1::Pod>),
    ("core.v1.PodTemplate", read::<api::core::v1::PodTemplate>),
    ("core.v1.ReplicationController", read::<api::core::v1::ReplicationController>),
    ("core.v1.ResourceQuota", read::<api::core::v1::ResourceQuota>),
    ("core.v1.Secret", read::<api::core::v1::Secret>),
    ("core.v1.Service", read::<api::core::v1::Service>),
    ("core.v1.ServiceAccount", read::<api::core::v1::ServiceAccount>),
    ("meta.v1.Status", read::<k8s_openapi::apimachinery::pkg::apis::meta::v1::Status>),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::schema::table::Table;
    use crate::parse::version::Version;

    #[test]
    fn every_field_of_every_kind_is_documented() {
        let table = Table::of(Version::NEWEST);
        for kind in table.kinds() {
            let name = table.name(table.type_of(kind));
            let documentation =
                Documentation::of_kind(name).unwrap_or_else(|| panic!("{name} is not in KINDS"));
            let fields = table.get(table.type_of(kind)).fields();
            let undocumented =
                fields.iter().filter(|field| documentation.of_field(name, field.name).is_none());
            // The spec of some kinds, such as Scale, goes without saying; no kind is without any documentation.
            assert!(undocumented.count() < fields.len(), "{name}");
        }
    }

    #[test]
    fn a_field_deep_inside_is_documented() {
        let documentation = Documentation::of_kind("apps.v1.Deployment").unwrap();
        let of = |name, field| documentation.of_field(name, field).unwrap_or_default();
        assert!(of("core.v1.Container", "image").contains("image"));
        assert!(of("meta.v1.ObjectMeta", "labels").contains("Map of string keys"));
        assert!(documentation.of_type("apps.v1.DeploymentStrategy").is_some());
        assert!(Documentation::of_kind("apps.v1.Deploymint").is_none());
    }
}
