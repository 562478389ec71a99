//! What of an inventory cannot be used, and where that is written.

use std::collections::BTreeMap;

use crate::diagnostic::{ObjectName, Severity};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::suggest::closest;
use crate::parse::tree::NodeRef;
use crate::plan::gather::{MOST_NODES, Sources};
use crate::plan::quantity::Quantity;
use crate::source::Span;

/// The keys of a `NodePool`'s spec.
const POOL_KEYS: [&str; 5] = ["count", "zones", "allocatable", "labels", "taints"];
/// The effects of a taint.
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Something that cannot be used as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryFault {
    /// Where it is written.
    pub span: Span,
    /// The object that it is in.
    pub object: ObjectName,
    /// The field of the object; `None` for the object itself.
    pub field: Option<String>,
    /// What is wrong, in one line.
    pub message: String,
    /// What to write instead, if there is something to say.
    pub help: Option<String>,
    /// How bad that is.
    pub severity: Severity,
    /// Whether the checks of schemas say the same where the object is one of the manifests.
    pub is_schema: bool,
}

impl InventoryFault {
    fn at(object: ObjectRef<'_>, node: NodeRef<'_>, message: String) -> InventoryFault {
        InventoryFault {
            span: object.span(node),
            object: object.to_name(),
            field: object.root().path_to(node).filter(|path| !path.is_empty()),
            message,
            help: None,
            severity: Severity::Error,
            is_schema: false,
        }
    }

    /// An object that is not of its type.
    pub(super) fn undecodable(object: ObjectRef<'_>, node: NodeRef<'_>, message: String) -> InventoryFault {
        let is_schema = object.kind() != Kind::NodePool;
        InventoryFault { is_schema, ..InventoryFault::at(object, node, message) }
    }
}

/// Reports amounts of a node that are none.
pub(super) fn check_node(object: ObjectRef<'_>, faults: &mut Vec<InventoryFault>) {
    let lists = ["status.allocatable", "status.capacity"].map(|path| object.get(path));
    if lists.iter().all(Option::is_none) {
        let message = format!("Node `{}` does not say what it offers: nothing fits there", object.name());
        let node = object.get("metadata.name").unwrap_or_else(|| object.root());
        let mut fault = InventoryFault::at(object, node, message);
        fault.help =
            Some("give it `status.allocatable`, as `kubectl get nodes -o yaml` prints it".to_owned());
        fault.severity = Severity::Warning;
        faults.push(fault);
    }
    for list in lists.into_iter().flatten() {
        check_amounts(object, list, faults);
    }
}

/// Reports what is wrong with a `NodePool`, which no schema describes.
pub(super) fn check_pool(object: ObjectRef<'_>, faults: &mut Vec<InventoryFault>) {
    let Some(spec) = object.get("spec").filter(|spec| spec.is_mapping()) else { return };
    for (key, _) in spec.entries() {
        let name = key.key();
        if !POOL_KEYS.contains(&name.as_ref()) {
            let message = format!("a NodePool has no field `{name}`");
            let mut fault = InventoryFault::at(object, key, message);
            fault.field = Some(format!("spec.{name}"));
            fault.help = closest(&name, POOL_KEYS).map(|similar| format!("did you mean `{similar}`?"));
            faults.push(fault);
        }
    }
    if let Some(list) = object.get("spec.allocatable") {
        check_amounts(object, list, faults);
    }
    for taint in object.get("spec.taints").into_iter().flat_map(NodeRef::items) {
        let Some(effect) = taint.get("effect").filter(|effect| effect.is_scalar()) else { continue };
        if !EFFECTS.contains(&effect.content()) {
            let message = format!("`{}` is no effect of a taint", effect.content());
            let mut fault = InventoryFault::at(object, effect, message);
            let similar = closest(effect.content(), EFFECTS);
            fault.help = Some(match similar {
                Some(similar) => format!("did you mean `{similar}`?"),
                None => format!("write one of {}", EFFECTS.map(|effect| format!("`{effect}`")).join(", ")),
            });
            faults.push(fault);
        }
    }
}

/// A pool of which only so many nodes are made.
pub(super) fn too_many_nodes(object: ObjectRef<'_>, made: u32) -> InventoryFault {
    let message = format!(
        "more than {MOST_NODES} nodes are more than kplan places pods on: of NodePool `{}`, {made} count",
        object.name()
    );
    let node = object.get("spec.count").unwrap_or_else(|| object.root());
    let mut fault = InventoryFault::at(object, node, message);
    fault.help = Some("no cluster of Kubernetes has that many: it is built for 5000".to_owned());
    fault
}

fn check_amounts(object: ObjectRef<'_>, list: NodeRef<'_>, faults: &mut Vec<InventoryFault>) {
    for (key, value) in list.entries().filter(|(_, value)| value.is_scalar() && !value.is_null()) {
        if let Err(error) = Quantity::parse(value.content()) {
            let name = key.key();
            let message = format!("the amount of `{name}` is not a quantity: {error}");
            faults.push(InventoryFault::at(object, value, message));
        }
    }
}

/// Reports nodes of the same name, and pods that run on a node that is not there.
pub(super) fn check_names(sources: Sources<'_>, faults: &mut Vec<InventoryFault>) {
    let objects = || sources.inventory.objects().chain(sources.program.objects());
    let mut seen: BTreeMap<(Kind, &str), ObjectRef<'_>> = BTreeMap::new();
    for object in objects().filter(|object| matches!(object.kind(), Kind::Node | Kind::NodePool)) {
        if object.name().is_empty() {
            let message = format!("this {} has no name", object.kind_name());
            let node = object.get("kind").unwrap_or_else(|| object.root());
            faults.push(InventoryFault { field: None, ..InventoryFault::at(object, node, message) });
        } else if seen.insert((object.kind(), object.name()), object).is_some() {
            let what = object.kind_name();
            let message = format!("{what} `{}` is there twice: the first one counts", object.name());
            let node = object.get("metadata.name").unwrap_or_else(|| object.root());
            faults.push(InventoryFault::at(object, node, message));
        }
    }
    let is_known = |name: &str| {
        let of_pool = |(pool, index): (&str, &str)| {
            let index = index.parse::<i64>().ok();
            let pool = seen.get(&(Kind::NodePool, pool));
            let count = pool.and_then(|pool| pool.get("spec.count")).and_then(NodeRef::as_i64);
            index.zip(count).is_some_and(|(index, count)| index < count)
        };
        seen.contains_key(&(Kind::Node, name)) || name.rsplit_once('-').is_some_and(of_pool)
    };
    for object in objects().filter(|object| object.kind() == Kind::Pod) {
        let phase = object.get("status.phase").and_then(NodeRef::as_str).unwrap_or_default();
        let Some(node) =
            object.get("spec.nodeName").filter(|_| !matches!(phase, "" | "Succeeded" | "Failed"))
        else {
            continue;
        };
        if !is_known(node.content()) {
            let message = format!(
                "pod `{}` runs on node `{}`, which is not in the inventory: it is left out",
                object.full_name(),
                node.content()
            );
            let fault = InventoryFault::at(object, node, message);
            faults.push(InventoryFault { severity: Severity::Warning, ..fault });
        }
    }
}
