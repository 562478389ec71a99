//! The selectors of an object, and the pods that each of them matches.

use crate::graph::selector::{Operator, Selector};
use crate::graph::{KindRef, Pod};
use crate::ide::View;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::replicas::replicas_of;
use crate::practice::selection::{items_at, selector_at};

/// Where a selector looks for pods.
#[derive(Clone, Debug)]
pub(super) enum Reach<'p> {
    /// In the namespace of its object.
    Own,
    /// In every namespace.
    Everywhere,
    /// In the namespaces that another selector matches.
    Matching(Selector<'p>),
    /// In these.
    Named(Vec<&'p str>),
}

/// A selector of pods in an object.
#[derive(Clone, Debug)]
pub(super) struct Site<'p> {
    /// The object.
    pub(super) object: ObjectRef<'p>,
    /// The mapping that is the selector.
    pub(super) node: NodeRef<'p>,
    /// What it asks for.
    pub(super) selector: Selector<'p>,
    /// Where it looks.
    pub(super) reach: Reach<'p>,
    /// Whether it selects for its object as a whole, rather than for a rule in it.
    pub(super) is_main: bool,
}

impl<'p> Site<'p> {
    /// The pods that it matches, in order.
    pub(super) fn pods(&self, view: &View<'p>) -> Vec<&'p Pod<'p>> {
        let graph = view.graph;
        if let Reach::Own = self.reach {
            let namespace = self.object.namespace().unwrap_or_default();
            let owners: Vec<_> = graph.select(namespace, &self.selector).map(|pod| pod.owner().id).collect();
            return owners.into_iter().filter_map(|owner| graph.pod_of(owner)).collect();
        }
        let matching = graph.pods().iter().filter(|pod| self.selector.matches(&pod.labels));
        matching.filter(|pod| self.reaches(view, pod.namespace)).collect()
    }

    /// Whether it looks for pods in a namespace.
    pub(super) fn reaches(&self, view: &View<'p>, namespace: &str) -> bool {
        match &self.reach {
            Reach::Own => self.object.namespace() == Some(namespace),
            Reach::Everywhere => true,
            Reach::Named(names) => names.contains(&namespace),
            Reach::Matching(selector) => has_labels(view, namespace, selector),
        }
    }
}

/// The label that the API server gives to every namespace (`NamespaceDefaultLabelName`).
pub(super) const NAME_OF_NAMESPACE: &str = "kubernetes.io/metadata.name";

/// Whether the labels of a namespace, as far as the input has them, fulfil a selector.
fn has_labels(view: &View<'_>, namespace: &str, selector: &Selector<'_>) -> bool {
    let object = view.graph.find(KindRef::Known(Kind::Namespace), None, namespace).next();
    let label = |key: &str| match object.and_then(ObjectRef::labels).and_then(|labels| labels.get(key)) {
        Some(value) => Some(value.content()),
        None => (key == NAME_OF_NAMESPACE).then_some(namespace),
    };
    selector.requirements.iter().all(|requirement| {
        let value = label(&requirement.key);
        match &requirement.operator {
            Operator::Is(wanted) => value == Some(*wanted),
            Operator::In(wanted) => value.is_some_and(|value| wanted.contains(&value)),
            Operator::NotIn(unwanted) => value.is_none_or(|value| !unwanted.contains(&value)),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
        }
    })
}

/// The kinds whose objects have selectors of pods in fields of their own.
const SELECTING: &[Kind] = &[
    Kind::Service,
    Kind::PodDisruptionBudget,
    Kind::NetworkPolicy,
    Kind::PodMonitor,
    Kind::ReplicationController,
    Kind::AuthorizationPolicy,
    Kind::DestinationRule,
    Kind::EnvoyFilter,
    Kind::PeerAuthentication,
    Kind::RequestAuthentication,
    Kind::Sidecar,
    Kind::Telemetry,
    Kind::WasmPlugin,
];

/// Where a policy of Istio looks for pods: in the root namespace of the mesh it is for those of all namespaces.
fn reach_of_policy<'p>(policy: ObjectRef<'p>) -> Reach<'p> {
    if policy.namespace() == Some("istio-system") { Reach::Everywhere } else { Reach::Own }
}

/// Whether an object may select pods beyond its namespace.
fn looks_beyond(object: ObjectRef<'_>) -> bool {
    match object.kind() {
        Kind::NetworkPolicy | Kind::PodMonitor => true,
        Kind::Other => is_gateway_of_istio(object),
        _ => object.namespace() == Some("istio-system") && object.group().ends_with("istio.io"),
    }
}

fn is_gateway_of_istio(object: ObjectRef<'_>) -> bool {
    object.kind_name() == "Gateway" && object.group() == "networking.istio.io"
}

/// All selectors of pods in an object, in order of their places.
pub(super) fn sites_of(object: ObjectRef<'_>) -> Vec<Site<'_>> {
    let mut sites = Vec::new();
    let mut add = |node: Option<NodeRef<'_>>, is_pairs: bool, reach, is_main| {
        let Some(node) = node.filter(|node| node.is_mapping()) else { return };
        let read = if is_pairs { Selector::from_pairs(node) } else { Selector::from_label_selector(node) };
        if !read.malformed {
            sites.push((node.id(), is_pairs, reach, is_main));
        }
    };
    let spec = object.get("spec");
    match object.kind() {
        Kind::Service => {
            let is_external = object.get("spec.type").and_then(NodeRef::as_str) == Some("ExternalName");
            add(object.get("spec.selector").filter(|_| !is_external), true, Reach::Own, true);
        }
        // Without one, the labels of its template (`SetDefaults_ReplicationController`).
        Kind::ReplicationController => {
            let labels = || object.get("spec.template.metadata.labels");
            add(object.get("spec.selector").or_else(labels), true, Reach::Own, true);
        }
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::Rollout
        | Kind::PodDisruptionBudget => add(object.get("spec.selector"), false, Reach::Own, true),
        Kind::NetworkPolicy => {
            add(object.get("spec.podSelector"), false, Reach::Own, true);
            let spec = spec.into_iter();
            let rules = spec.flat_map(|spec| {
                items_at(spec, "ingress")
                    .flat_map(|rule| items_at(rule, "from"))
                    .chain(items_at(spec, "egress").flat_map(|rule| items_at(rule, "to")))
            });
            for peer in rules {
                let namespaces = peer.get("namespaceSelector").filter(|node| node.is_mapping());
                let reach = namespaces
                    .map_or(Reach::Own, |node| Reach::Matching(Selector::from_label_selector(node)));
                add(peer.get("podSelector"), false, reach, false);
            }
        }
        Kind::PodMonitor => {
            let namespaces = object.get("spec.namespaceSelector");
            let names: Vec<&str> = namespaces
                .map(|node| items_at(node, "matchNames").map(NodeRef::content).collect())
                .unwrap_or_default();
            let is_any = namespaces.and_then(|node| node.get("any")).and_then(NodeRef::as_bool) == Some(true);
            let reach = match names.is_empty() {
                _ if is_any => Reach::Everywhere,
                true => Reach::Own,
                false => Reach::Named(names),
            };
            add(object.get("spec.selector"), false, reach, true);
        }
        Kind::AuthorizationPolicy
        | Kind::PeerAuthentication
        | Kind::RequestAuthentication
        | Kind::Telemetry
        | Kind::WasmPlugin => add(object.get("spec.selector"), false, reach_of_policy(object), true),
        Kind::DestinationRule => {
            add(object.get("spec.workloadSelector"), false, reach_of_policy(object), true);
        }
        Kind::Sidecar | Kind::EnvoyFilter => {
            add(object.get("spec.workloadSelector.labels"), true, reach_of_policy(object), true);
        }
        Kind::Other if is_gateway_of_istio(object) => {
            add(object.get("spec.selector"), true, Reach::Everywhere, true);
        }
        _ => {}
    }
    if let Some(template) = PodTemplate::of(object) {
        for node in selectors_in_template(template) {
            add(Some(node), false, Reach::Own, false);
        }
    }
    let mut sites: Vec<Site<'_>> = sites
        .into_iter()
        .map(|(id, is_pairs, reach, is_main)| {
            let node = object.file.node(id);
            let selector =
                if is_pairs { Selector::from_pairs(node) } else { Selector::from_label_selector(node) };
            Site { object, node, selector, reach, is_main }
        })
        .collect();
    sites.sort_by_key(|site| site.node.id());
    sites
}

/// The selectors by which pods choose their neighbours: topology spread and affinity, of their own namespace.
fn selectors_in_template(template: PodTemplate<'_>) -> Vec<NodeRef<'_>> {
    let spec = template.spec;
    let mut found: Vec<NodeRef<'_>> =
        items_at(spec, "topologySpreadConstraints").filter_map(|one| one.get("labelSelector")).collect();
    for side in ["affinity.podAffinity", "affinity.podAntiAffinity"] {
        let Some(side) = spec.get_path(side) else { continue };
        let required = items_at(side, "requiredDuringSchedulingIgnoredDuringExecution");
        let preferred = items_at(side, "preferredDuringSchedulingIgnoredDuringExecution");
        let terms = required.chain(preferred.filter_map(|one| one.get("podAffinityTerm")));
        // A term that names namespaces looks elsewhere.
        let own =
            terms.filter(|term| term.get("namespaces").is_none() && term.get("namespaceSelector").is_none());
        found.extend(own.filter_map(|term| term.get("labelSelector")));
    }
    found
}

/// All selectors that may match pods of a namespace.
pub(super) fn sites_reaching<'p>(view: &View<'p>, namespace: &str) -> Vec<Site<'p>> {
    let graph = view.graph;
    let own = SELECTING.iter().flat_map(|kind| graph.all(KindRef::Known(*kind), Some(namespace)));
    let workloads = graph.pods_in(namespace).map(Pod::owner);
    let objects: Vec<_> = own.chain(workloads).collect();
    let mut sites: Vec<Site<'p>> = objects.into_iter().flat_map(sites_of).collect();
    let strangers = view.program.objects().filter(|object| looks_beyond(*object));
    sites.extend(strangers.flat_map(sites_of));
    sites.retain(|site| site.reaches(view, namespace));
    sites.sort_by_key(|site| (site.object.id, site.node.id()));
    sites.dedup_by_key(|site| (site.object.id, site.node.id()));
    sites
}

/// The objects that select the pods of an object as a whole, in order, without the object itself.
pub(super) fn selecting<'p>(view: &View<'p>, pod: &'p Pod<'p>) -> Vec<ObjectRef<'p>> {
    let mut found = view.graph.services_of_pod(pod);
    for (kind, path) in
        [(Kind::PodDisruptionBudget, "spec.selector"), (Kind::NetworkPolicy, "spec.podSelector")]
    {
        let all = view.graph.all(KindRef::Known(kind), Some(pod.namespace));
        found.extend(all.filter(|object| {
            selector_at(*object, path).is_some_and(|selector| selector.matches(&pod.labels))
        }));
    }
    for object in view.graph.all(KindRef::Known(Kind::PodMonitor), Some(pod.namespace)) {
        let mut sites = sites_of(object).into_iter().filter(|site| site.is_main);
        if sites.any(|site| site.selector.matches(&pod.labels) && site.reaches(view, pod.namespace)) {
            found.push(object);
        }
    }
    found
}

/// How many pods some templates make, in words: `3 pods`, `2 to 6 pods`, `1 pod on each node`.
pub(super) fn count_words(view: &View<'_>, pods: &[&Pod<'_>]) -> String {
    let (mut least, mut most) = (0, 0);
    let mut on_each_node = 0;
    for pod in pods {
        let owner = pod.owner();
        match owner.kind() {
            Kind::DaemonSet => on_each_node += 1,
            Kind::Job => {
                let count = owner.get("spec.parallelism").and_then(NodeRef::as_i64).unwrap_or(1);
                (least, most) = (least + count, most + count);
            }
            _ => {
                let replicas = view.program.object(owner.id);
                let replicas = replicas_of(view.graph, replicas);
                least += replicas.map_or(1, |replicas| replicas.least());
                most += replicas.map_or(1, |replicas| replicas.most());
            }
        }
    }
    let plural = |count: i64| if count == 1 { "pod" } else { "pods" };
    let counted = if least == most {
        format!("{least} {}", plural(least))
    } else {
        format!("{least} to {most} {}", plural(most))
    };
    match (on_each_node, pods.len()) {
        (0, _) => counted,
        (all, len) if all as usize == len => format!("{all} {} on each node", plural(all)),
        (some, _) => format!("{counted} and {some} on each node"),
    }
}
