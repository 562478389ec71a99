//! What a cluster makes by itself: it stands in a dump of live objects, no manifest makes it, and so none deletes it.

use crate::graph::{Graph, KindRef};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

/// Whether an object of the base is there for another reason than a manifest. `head` is the graph of what comes.
pub(super) fn is_made_by_the_cluster(object: ObjectRef<'_>, head: &Graph<'_>) -> bool {
    if has_a_controller(object) || is_claim_of_a_set(object, head) {
        return true;
    }
    // Only what was read from a cluster has a uid. What somebody wrote down counts as written.
    object.get("metadata.uid").is_some() && is_in_every_cluster(object)
}

/// Mirrors `metav1.GetControllerOf`.
fn has_a_controller(object: ObjectRef<'_>) -> bool {
    let owners = object.get("metadata.ownerReferences").into_iter().flat_map(NodeRef::items);
    let mut controllers = owners
        .filter_map(|owner| owner.get("controller"))
        .filter_map(|is_controller| is_controller.as_bool());
    controllers.any(|is_controller| is_controller)
}

/// Mirrors `getPersistentVolumeClaimName`: `TEMPLATE-SET-ORDINAL`, for a set that stays.
fn is_claim_of_a_set(object: ObjectRef<'_>, head: &Graph<'_>) -> bool {
    if object.kind() != Kind::PersistentVolumeClaim {
        return false;
    }
    let Some((stem, ordinal)) = object.name().rsplit_once('-') else { return false };
    if ordinal.is_empty() || !ordinal.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    head.all(KindRef::Known(Kind::StatefulSet), object.namespace()).any(|set| {
        let templates = set.get("spec.volumeClaimTemplates").into_iter().flat_map(NodeRef::items);
        let mut names = templates.filter_map(|template| template.get_path("metadata.name"));
        let own = stem.strip_suffix(set.name()).and_then(|rest| rest.strip_suffix('-'));
        names.any(|name| own == Some(name.content()))
    })
}

/// What controllers of the control plane and of the nodes make, in every cluster and every namespace.
fn is_in_every_cluster(object: ObjectRef<'_>) -> bool {
    let name = object.name();
    match object.kind() {
        Kind::Namespace => {
            matches!(name, "default" | "kube-system" | "kube-public" | "kube-node-lease")
        }
        Kind::ServiceAccount => name == "default",
        Kind::ConfigMap => name == "kube-root-ca.crt",
        Kind::Service => name == "kubernetes" && object.namespace() == Some("default"),
        Kind::Secret => {
            let kind = object.get("type").and_then(NodeRef::as_str).unwrap_or_default();
            matches!(kind, "kubernetes.io/service-account-token" | "helm.sh/release.v1")
        }
        Kind::PersistentVolume => object.annotation("pv.kubernetes.io/provisioned-by").is_some(),
        Kind::Node | Kind::CSINode | Kind::VolumeAttachment => true,
        _ => matches!(
            object.kind_name(),
            "Endpoints" | "EndpointSlice" | "Event" | "Lease" | "ComponentStatus"
        ),
    }
}
