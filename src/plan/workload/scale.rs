//! The bounds between which autoscalers move the number of pods.

use crate::plan::pod::namespace_or_default;
use crate::plan::workload::{Autoscalers, ScaleEnd};

/// The fewest and the most pods of an autoscaled workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// The fewest.
    pub minimum: i32,
    /// The most.
    pub maximum: i32,
}

impl Scale {
    /// The number of pods at one end.
    pub fn at(self, end: ScaleEnd) -> i32 {
        match end {
            ScaleEnd::Minimum => self.minimum,
            ScaleEnd::Maximum => self.maximum,
        }
    }
}

/// The bounds of a workload, if something scales it: `minReplicas` of a HorizontalPodAutoscaler is 1 unless stated;
/// KEDA's `minReplicaCount` is 0 and its `maxReplicaCount` 100.
pub fn scale_of(autoscalers: &Autoscalers, kind: &str, namespace: &str, name: &str) -> Option<Scale> {
    let horizontal = autoscalers.horizontal.iter().find_map(|autoscaler| {
        let spec = &autoscaler.spec;
        let target = &spec.scale_target_ref;
        let is_meant = target.kind == kind
            && target.name == name
            && namespace_or_default(autoscaler.metadata.namespace.as_deref()) == namespace;
        is_meant.then(|| Scale { minimum: spec.min_replicas.unwrap_or(1), maximum: spec.max_replicas })
    });
    horizontal.or_else(|| {
        autoscalers.scaled_objects.iter().find_map(|object| {
            let target = &object.spec.scale_target_ref;
            let is_meant = target.kind.as_deref().unwrap_or("Deployment") == kind
                && target.name == name
                && namespace_or_default(object.metadata.namespace.as_deref()) == namespace;
            is_meant.then(|| Scale {
                minimum: object.spec.min_replica_count.unwrap_or(0),
                maximum: object.spec.max_replica_count.unwrap_or(100),
            })
        })
    })
}
