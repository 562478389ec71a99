//! Labels of nodes that have a new name. Mirrors `deprecatedNodeLabels` of `pkg/api/node/util.go`, and the functions that
//! look them up.

use std::sync::LazyLock;

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::place::{Owner, Places};

/// A label that has a new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeLabel {
    /// The old name.
    pub old: &'static str,
    /// The version since which it is deprecated.
    pub since: &'static str,
    /// The new name.
    pub new: &'static str,
}

const fn label(old: &'static str, since: &'static str, new: &'static str) -> NodeLabel {
    NodeLabel { old, since, new }
}

const LABELS: &[NodeLabel] = &[
    label("beta.kubernetes.io/arch", "v1.14", "kubernetes.io/arch"),
    label("beta.kubernetes.io/os", "v1.14", "kubernetes.io/os"),
    label("failure-domain.beta.kubernetes.io/region", "v1.17", "topology.kubernetes.io/region"),
    label("failure-domain.beta.kubernetes.io/zone", "v1.17", "topology.kubernetes.io/zone"),
    label("beta.kubernetes.io/instance-type", "v1.17", "node.kubernetes.io/instance-type"),
];

/// How a place names labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    /// The keys of a mapping.
    Keys,
    /// A value.
    Value,
}

const fn pod(path: &'static str, naming: Naming) -> (Owner, &'static str, Naming) {
    (Owner::Pod, path, naming)
}

const fn affinity(path: &'static str) -> (Owner, &'static str, Naming) {
    (Owner::Affinity, path, Naming::Value)
}

/// Where objects name labels of nodes. The API server looks at all of them but the topology keys of pod affinity, which
/// are labels of nodes as well.
const PLACES: &[(Owner, &str, Naming)] = &[
    pod("spec.nodeSelector", Naming::Keys),
    affinity(
        "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].matchExpressions[].key",
    ),
    affinity(
        "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference.matchExpressions[].key",
    ),
    pod("spec.topologySpreadConstraints[].topologyKey", Naming::Value),
    affinity("podAffinity.requiredDuringSchedulingIgnoredDuringExecution[].topologyKey"),
    affinity("podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.topologyKey"),
    affinity("podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[].topologyKey"),
    affinity("podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.topologyKey"),
    (
        Owner::Kinds(&[Kind::PersistentVolume]),
        "spec.nodeAffinity.required.nodeSelectorTerms[].matchExpressions[].key",
        Naming::Value,
    ),
    (Owner::Kinds(&[Kind::RuntimeClass]), "scheduling.nodeSelector", Naming::Keys),
    (Owner::Kinds(&[Kind::StorageClass]), "allowedTopologies[].matchLabelExpressions[].key", Naming::Value),
    (Owner::Kinds(&[Kind::CSIStorageCapacity]), "nodeTopology.matchLabels", Naming::Keys),
    (Owner::Kinds(&[Kind::CSIStorageCapacity]), "nodeTopology.matchExpressions[].key", Naming::Value),
];

/// Visits every place of an object that names a label of nodes by its old name: the key or value with the name, the
/// label, and whether the mapping that it is a key of has the new name already.
pub fn each_node_label<'p>(
    object: ObjectRef<'p>,
    visit: &mut dyn FnMut(NodeRef<'p>, &'static NodeLabel, bool),
) {
    static READ: LazyLock<Places<Naming>> = LazyLock::new(|| Places::new(PLACES.iter().copied()));
    READ.each(object, &mut |naming, _, node, _| match naming {
        Naming::Value => {
            let old = node.as_str().and_then(|name| LABELS.iter().find(|label| label.old == name));
            if let Some(label) = old {
                visit(node, label, false);
            }
        }
        Naming::Keys => {
            for (key, _) in node.entries() {
                let name = key.key();
                if let Some(label) = LABELS.iter().find(|label| label.old == name) {
                    visit(key, label, node.get(label.new).is_some());
                }
            }
        }
    });
}
