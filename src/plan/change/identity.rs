//! Who an object is, wherever it stands: group, kind, namespace and name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::graph::KindRef;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program};
use crate::parse::tree::NodeRef;

/// Group, kind, namespace and name. The API version is no part of it: all versions show the same objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The API group, for kinds that have moved the one of today; `""` for the core group.
    pub group: String,
    /// As written in `kind:`.
    pub kind: String,
    /// The namespace; `None` for kinds that live in none.
    pub namespace: Option<String>,
    /// The name; for an object that the server names, its `generateName`.
    pub name: String,
    /// Which one of the objects that the server names alike, from 1; 0 for all others.
    pub nth: u32,
}

impl Identity {
    /// The identity of an object. `cluster_scoped` are custom kinds that live in no namespace; `unnamed` counts the
    /// objects that the server names.
    pub(super) fn of(
        object: ObjectRef<'_>,
        cluster_scoped: &BTreeSet<(String, String)>,
        unnamed: &mut BTreeMap<(String, String), u32>,
    ) -> Self {
        let kind = KindRef::of_object(object);
        let scope = (kind.group().to_owned(), kind.name().to_owned());
        let namespace = object.namespace().filter(|_| !cluster_scoped.contains(&scope));
        let mut identity = Self::named(kind.group(), kind.name(), namespace, object.name());
        if object.name().is_empty() {
            let generated = object.get("metadata.generateName").and_then(NodeRef::as_str).unwrap_or_default();
            identity.name = format!("{generated}*");
            let count = unnamed.entry((identity.kind.clone(), identity.name.clone())).or_default();
            *count += 1;
            identity.nth = *count;
        }
        identity
    }

    /// The identity of an object that is named.
    pub(super) fn named(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            nth: 0,
        }
    }

    /// Whether a reference names an object of this identity.
    pub fn is_target_of(&self, edge: &Edge<'_>) -> bool {
        edge.name == self.name
            && edge.namespace == self.namespace.as_deref()
            && (edge.kind.group(), edge.kind.name()) == (self.group.as_str(), self.kind.as_str())
    }

    /// `shop/web`, or `web` where there is no namespace.
    pub fn full_name(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    /// As messages write it: Deployment `shop/web`.
    pub fn quoted(&self) -> String {
        format!("{} `{}`", self.kind, self.full_name())
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind, self.full_name())
    }
}

/// The custom kinds whose definitions say that they live in no namespace.
pub(super) fn cluster_scoped<'p>(
    programs: impl IntoIterator<Item = &'p Program>,
) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for program in programs {
        let definitions = program.objects_of_kind(Kind::CustomResourceDefinition);
        for definition in definitions {
            let text = |path| definition.get(path).and_then(NodeRef::as_str);
            if let (Some("Cluster"), Some(group), Some(kind)) =
                (text("spec.scope"), text("spec.group"), text("spec.names.kind"))
            {
                found.insert((group.to_owned(), kind.to_owned()));
            }
        }
    }
    found
}

/// Fields that the server fills in once and keeps: where only the live object has them, they are no difference.
const ALLOCATED: &[(Kind, &[&str])] = &[
    (
        Kind::Service,
        &[
            "clusterIP",
            "clusterIPs",
            "ipFamilies",
            "ipFamilyPolicy",
            "healthCheckNodePort",
            "loadBalancerClass",
        ],
    ),
    (Kind::PersistentVolumeClaim, &["volumeName", "storageClassName"]),
    (Kind::PersistentVolume, &["claimRef"]),
    (Kind::Namespace, &["finalizers"]),
    (Kind::Job, &["selector"]),
    (Kind::Pod, &["nodeName", "preemptionPolicy", "priority", "serviceAccount", "serviceAccountName"]),
];

/// Copies what the server has filled in before from the old object to the new one. Mirrors `patchAllocatedValues` and
/// what `kubectl apply` leaves alone, because it was never applied.
pub(super) fn keep_allocated(kind: Kind, before: &Value, after: &mut Value) {
    let Some((_, fields)) = ALLOCATED.iter().find(|(own, _)| *own == kind) else { return };
    let Some(old) = before.get("spec").and_then(Value::as_object) else { return };
    // A Service that becomes an ExternalName gives its addresses back.
    let type_of = |object: &Value| object.pointer("/spec/type").cloned();
    if kind == Kind::Service && type_of(after) == Some(Value::from("ExternalName")) {
        return;
    }
    let spec = after
        .as_object_mut()
        .map(|object| object.entry("spec").or_insert_with(|| Value::Object(serde_json::Map::new())));
    let Some(Value::Object(new)) = spec else { return };
    for field in *fields {
        if let (Some(value), None) = (old.get(*field), new.get(*field)) {
            new.insert((*field).to_owned(), value.clone());
        }
    }
    if kind == Kind::Service {
        keep_node_ports(old, new);
    }
    if kind == Kind::Job {
        keep_job_labels(old, new);
    }
    if new.is_empty()
        && let Some(object) = after.as_object_mut()
    {
        object.remove("spec");
    }
}

/// Mirrors `patchAllocatedValues`: a port keeps its node port while the type still has node ports.
fn keep_node_ports(old: &serde_json::Map<String, Value>, new: &mut serde_json::Map<String, Value>) {
    let has_node_ports = matches!(new.get("type").and_then(Value::as_str), Some("NodePort" | "LoadBalancer"));
    let (true, Some(Value::Array(old))) = (has_node_ports, old.get("ports")) else { return };
    let Some(Value::Array(new)) = new.get_mut("ports") else { return };
    for port in new.iter_mut().filter_map(Value::as_object_mut) {
        if port.contains_key("nodePort") {
            continue;
        }
        let same = |other: &&Value| {
            other.get("port") == port.get("port") && other.get("protocol") == port.get("protocol")
        };
        if let Some(node_port) = old.iter().find(same).and_then(|other| other.get("nodePort")) {
            port.insert("nodePort".to_owned(), node_port.clone());
        }
    }
}

/// Mirrors `generateSelector`: the labels by which a Job finds its pods.
fn keep_job_labels(old: &serde_json::Map<String, Value>, new: &mut serde_json::Map<String, Value>) {
    const GENERATED: &[&str] =
        &["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];
    let labels = old.get("template").and_then(|template| template.pointer("/metadata/labels"));
    let Some(labels) = labels.and_then(Value::as_object) else { return };
    for (key, value) in labels.iter().filter(|(key, _)| GENERATED.contains(&key.as_str())) {
        let Some(Value::Object(template)) = new.get_mut("template") else { return };
        let empty = || Value::Object(serde_json::Map::new());
        let Value::Object(metadata) = template.entry("metadata").or_insert_with(empty) else { return };
        let Value::Object(labels) = metadata.entry("labels").or_insert_with(empty) else { return };
        labels.entry(key.as_str()).or_insert_with(|| value.clone());
    }
}
