//! The objects of a program as the inventory and the workloads take them.

use k8s_openapi::api::core::v1 as core;
use serde::de::DeserializeOwned;

use crate::parse::decode::decode;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program};
use crate::plan::admission::pod_creation::AdmissionObjects;
use crate::plan::inventory::InventoryObjects;
use crate::plan::workload::{Autoscalers, WorkloadObject};

/// Everything of a program that decides where pods go.
#[derive(Debug, Default)]
pub struct PlacementObjects {
    /// What the cluster has.
    pub inventory: InventoryObjects,
    /// What makes pods.
    pub workloads: Vec<WorkloadObject>,
    /// What scales them.
    pub autoscalers: Autoscalers,
    /// What admission reads.
    pub admission: AdmissionObjects,
    /// What namespaces may use.
    pub quotas: Vec<core::ResourceQuota>,
}

impl PlacementObjects {
    /// Reads the objects of programs, in order. What cannot be decoded is left out: other checks report it.
    pub fn read<'p>(programs: impl IntoIterator<Item = &'p Program>) -> Self {
        let mut objects = Self::default();
        for object in programs.into_iter().flat_map(Program::objects) {
            objects.add(object);
        }
        objects
    }

    fn add(&mut self, object: ObjectRef<'_>) {
        let inventory = &mut self.inventory;
        match object.kind() {
            Kind::Node => push(&mut inventory.nodes, object),
            Kind::NodePool => push(&mut inventory.node_pools, object),
            Kind::Namespace => push(&mut inventory.namespaces, object),
            Kind::PersistentVolume => push(&mut inventory.volumes, object),
            Kind::PersistentVolumeClaim => push(&mut inventory.claims, object),
            Kind::StorageClass => push(&mut inventory.storage_classes, object),
            Kind::CSINode => push(&mut inventory.csi_nodes, object),
            Kind::CSIDriver => push(&mut inventory.csi_drivers, object),
            Kind::CSIStorageCapacity => push(&mut inventory.storage_capacities, object),
            Kind::VolumeAttachment => push(&mut inventory.volume_attachments, object),
            Kind::Service => push(&mut inventory.services, object),
            Kind::PriorityClass => push(&mut self.admission.priority_classes, object),
            Kind::RuntimeClass => push(&mut self.admission.runtime_classes, object),
            Kind::ResourceQuota => push(&mut self.quotas, object),
            Kind::LimitRange => push(&mut self.admission.limit_ranges, object),
            Kind::HorizontalPodAutoscaler => push(&mut self.autoscalers.horizontal, object),
            Kind::ScaledObject => push(&mut self.autoscalers.scaled_objects, object),
            // A pod that has a node is running; any other is a workload of its own.
            Kind::Pod if object.get("spec.nodeName").is_some() => push(&mut inventory.pods, object),
            Kind::Pod => self.workload(WorkloadObject::Pod, object),
            Kind::Deployment => self.workload(WorkloadObject::Deployment, object),
            Kind::ReplicaSet => self.workload(WorkloadObject::ReplicaSet, object),
            Kind::ReplicationController => self.workload(WorkloadObject::ReplicationController, object),
            Kind::StatefulSet => self.workload(WorkloadObject::StatefulSet, object),
            Kind::DaemonSet => self.workload(WorkloadObject::DaemonSet, object),
            Kind::Job => self.workload(WorkloadObject::Job, object),
            Kind::CronJob => self.workload(WorkloadObject::CronJob, object),
            _ => {}
        }
    }

    fn workload<T: DeserializeOwned>(&mut self, make: fn(Box<T>) -> WorkloadObject, object: ObjectRef<'_>) {
        if let Ok(read) = decode::<T>(object.root()) {
            self.workloads.push(make(Box::new(read)));
        }
    }
}

fn push<T: DeserializeOwned>(list: &mut Vec<T>, object: ObjectRef<'_>) {
    list.extend(decode::<T>(object.root()).ok());
}
