//! What goes with an object when it is deleted, or deleted and made anew.

use serde_json::Value;

use crate::parse::kind::Kind;
use crate::plan::value::text_at;

/// What is lost, as a sentence; `None` where nothing is but the object itself.
pub(super) fn by_deletion(kind: Kind, before: &Value) -> Option<&'static str> {
    Some(match kind {
        Kind::Namespace => "everything in the namespace is deleted with it",
        Kind::CustomResourceDefinition => "all its custom resources are deleted with it",
        Kind::Service => match text_at(before, "spec.type") {
            Some("ExternalName") => return None,
            Some("LoadBalancer") => {
                "its cluster IP, its node ports and the address of its load balancer are given back"
            }
            Some("NodePort") => "its cluster IP and its node ports are given back",
            _ if text_at(before, "spec.clusterIP") == Some("None") => return None,
            _ => "its cluster IP is given back",
        },
        Kind::PersistentVolumeClaim => {
            "its volume is released, and with the reclaim policy Delete its data is deleted"
        }
        Kind::PersistentVolume => match text_at(before, "spec.persistentVolumeReclaimPolicy") {
            Some("Delete") => "its claim is lost; the storage behind it is deleted if the claim goes first",
            _ => "its claim is lost; the data stays where it is",
        },
        Kind::StatefulSet => {
            let policy = text_at(before, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted");
            match policy {
                Some("Delete") => "its pods are deleted, and their claims with them (whenDeleted: Delete)",
                _ => "its pods are deleted; their claims stay",
            }
        }
        Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::ReplicationController => {
            "its pods are deleted with it, all at once (unless it is deleted with --cascade=orphan)"
        }
        Kind::Job => "its pods are deleted, and what it has completed is forgotten",
        Kind::CronJob => "its Jobs are deleted with it, running ones too",
        Kind::Pod => "the pod ends; what it wrote to emptyDir volumes is gone",
        Kind::RoleBinding | Kind::ClusterRoleBinding => "its subjects have no access until it is there again",
        Kind::ServiceAccount => "its tokens become invalid",
        Kind::Ingress => "its routes are gone, and its address if the controller gives it one of its own",
        _ => return None,
    })
}
