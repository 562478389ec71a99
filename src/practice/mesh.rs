//! The service mesh of Istio: who is meant by a host, and where traffic is sent.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program};
use crate::parse::tree::NodeRef;
use crate::practice::host;
use crate::practice::selection::items_at;

/// The host that a name means in a rule of a namespace: a name without dots is one of a Service in that namespace. Mirrors
/// `ResolveShortnameToFQDN` of the package `pilot/pkg/model`, for a cluster whose domain is `cluster.local`.
pub fn full_host<'p>(name: &'p str, namespace: Option<&str>) -> Cow<'p, str> {
    match namespace {
        Some(namespace) if !name.is_empty() && name != "*" && !name.contains(['.', ':']) => {
            Cow::Owned(format!("{name}.{namespace}.svc.cluster.local"))
        }
        _ => Cow::Borrowed(name),
    }
}

/// Whether a Service or a ServiceEntry is exported to a namespace: to all of them where it does not say. A Service says it
/// in an annotation.
pub fn is_seen(object: ObjectRef<'_>, namespace: Option<&str>) -> bool {
    let is_for = |name: &str| match name.trim() {
        "*" => true,
        "." => object.namespace() == namespace,
        other => Some(other) == namespace,
    };
    if object.kind() == Kind::Service {
        let said = object.annotation("networking.istio.io/exportTo");
        return said.is_none_or(|said| said.content().is_empty() || said.content().split(',').any(is_for));
    }
    let mut all = items_at(object.root(), "spec.exportTo").filter_map(NodeRef::as_str).peekable();
    all.peek().is_none() || all.any(is_for)
}

/// A place that a VirtualService sends traffic to.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'p> {
    /// The host as written.
    pub host: NodeRef<'p>,
    /// The subset, where one is named.
    pub subset: Option<NodeRef<'p>>,
    /// The number of the port, where one is named.
    pub port: Option<NodeRef<'p>>,
}

/// Every `Destination` of a VirtualService, in the order of the kinds of routes; none of another object.
pub fn destinations_of(object: ObjectRef<'_>) -> Vec<Destination<'_>> {
    let mut found = Vec::new();
    if object.kind() != Kind::VirtualService {
        return found;
    }
    for protocol in ["spec.http", "spec.tls", "spec.tcp"] {
        for rule in items_at(object.root(), protocol) {
            let routes = items_at(rule, "route").chain(items_at(rule, "mirrors"));
            let all = routes.filter_map(|route| route.get("destination")).chain(rule.get("mirror"));
            found.extend(all.filter_map(|node| {
                let host = node.get("host").filter(|host| host.as_str().is_some())?;
                let subset = node.get("subset");
                let subset = subset.filter(|name| name.as_str().is_some_and(|text| !text.is_empty()));
                Some(Destination { host, subset, port: node.get_path("port.number") })
            }));
        }
    }
    found
}

/// Indexes over the hosts of all DestinationRules, VirtualServices and ServiceEntries.
#[derive(Debug, Default)]
pub struct Mesh<'p> {
    rules: BTreeMap<Cow<'p, str>, Vec<ObjectRef<'p>>>,
    wildcard_rules: Vec<(&'p str, ObjectRef<'p>)>,
    used_subsets: BTreeSet<(Cow<'p, str>, &'p str)>,
    entries: BTreeMap<Cow<'p, str>, Vec<ObjectRef<'p>>>,
    wildcard_entries: Vec<(&'p str, ObjectRef<'p>)>,
    entries_by_namespace: BTreeMap<&'p str, Vec<NodeRef<'p>>>,
}

impl<'p> Mesh<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let mut mesh = Self::default();
        for object in program.objects() {
            let namespace = object.namespace();
            match object.kind() {
                Kind::DestinationRule => {
                    let Some(host) = object.get("spec.host").and_then(NodeRef::as_str) else { continue };
                    if host.starts_with('*') {
                        mesh.wildcard_rules.push((host, object));
                    } else {
                        mesh.rules.entry(full_host(host, namespace)).or_default().push(object);
                    }
                }
                Kind::VirtualService => {
                    for destination in destinations_of(object) {
                        let subset = destination.subset.map(NodeRef::content);
                        let host = || full_host(destination.host.content(), namespace);
                        mesh.used_subsets.extend(subset.map(|subset| (host(), subset)));
                    }
                }
                Kind::ServiceEntry => {
                    for node in items_at(object.root(), "spec.hosts") {
                        let Some(host) = node.as_str() else { continue };
                        if host.starts_with('*') {
                            mesh.wildcard_entries.push((host, object));
                        } else {
                            mesh.entries.entry(full_host(host, namespace)).or_default().push(object);
                            let own = mesh.entries_by_namespace.entry(namespace.unwrap_or_default());
                            own.or_default().push(node);
                        }
                    }
                }
                _ => {}
            }
        }
        mesh
    }

    /// The DestinationRules for a full host, in order; those for a wildcard that covers it come last.
    pub fn rules_for(&self, full: &str) -> Vec<ObjectRef<'p>> {
        let exact = self.rules.get(full).into_iter().flatten().copied();
        let covers = |(wildcard, _): &&(&str, ObjectRef<'p>)| host::overlap(wildcard, full);
        exact.chain(self.wildcard_rules.iter().filter(covers).map(|(_, rule)| *rule)).collect()
    }

    /// Whether a VirtualService of the input sends traffic to a subset of a full host.
    pub fn is_subset_used(&self, full: &str, subset: &str) -> bool {
        // The tuple is looked up by value: it is asked for once for each subset without pods only.
        self.used_subsets.contains(&(Cow::Borrowed(full), subset))
    }

    /// The ServiceEntries for exactly this full host, in order.
    pub fn entries_for(&self, full: &str) -> &[ObjectRef<'p>] {
        self.entries.get(full).map_or(&[], Vec::as_slice)
    }

    /// Whether a ServiceEntry with a wildcard that a namespace sees is for a full host.
    pub fn has_wildcard_for(&self, full: &str, namespace: Option<&str>) -> bool {
        let mut all = self.wildcard_entries.iter();
        all.any(|(wildcard, entry)| host::overlap(wildcard, full) && is_seen(*entry, namespace))
    }

    /// The hosts of the ServiceEntries of a namespace that have no wildcard, in order.
    pub fn entries_in(&self, namespace: &str) -> &[NodeRef<'p>] {
        self.entries_by_namespace.get(namespace).map_or(&[], Vec::as_slice)
    }
}
