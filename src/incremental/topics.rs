//! What a file says that the findings in other files may depend on, and what its own findings may depend on.
//!
//! A topic is a thing that checks ask about beyond the file that they look at: a namespace with all that lives there, a
//! name that is free or taken in the cluster, a port of the nodes. Two files have to do with each other only by topics
//! that the one says something about and the other asks about. A check that looks further than that needs a line here;
//! `tests/incremental.rs` compares with the whole analysis after random edits.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::check;
use crate::config::Settings;
use crate::graph::reference::{Edge, Resolution, To, readings};
use crate::graph::selector::{Operator, Selector};
use crate::graph::{KindRef, NAMESPACE_NAME_LABEL, References, is_kustomization, speaks_of_all};
use crate::parse::foreign::SkipReason;
use crate::parse::kind::{COUNTERPARTS, Kind};
use crate::parse::object::{File, ObjectRef, Program};
use crate::parse::pod::PodTemplate;
use crate::parse::schema::table::Table;
use crate::parse::tree::NodeRef;
use crate::practice::making::may_make_pods;
use crate::practice::mesh::{destinations_of, full_host};
use crate::practice::monitoring::{is_selected, is_server};
use crate::practice::node_ports_of;
use crate::practice::placement::{self, Range};
use crate::practice::route::{is_canary, routes_of};
use crate::practice::selection::items_at;
use crate::source::FileRole;

/// The digest of a topic. Two topics of one digest make more be checked anew than need be, and never less.
pub(super) type Topic = u64;

/// A topic before it is a digest.
#[derive(Hash)]
enum About<'p> {
    /// All that lives in a namespace, or names something that does.
    Namespace(&'p str),
    /// An object that lives in no namespace.
    ClusterObject(KindRefKey<'p>, &'p str),
    /// Which names the objects of a kind that lives in no namespace have.
    ClusterNames(KindRefKey<'p>),
    /// All objects of a kind that lives in no namespace: of the classes of a kind one may be the default, and of the
    /// roles of the cluster one may be made up of others.
    Classes(Kind),
    /// The claims, of whichever namespace, that name a volume.
    Claimants(&'p str),
    /// In which namespaces there is an object of this name.
    NameAnywhere(&'p str, &'p str),
    /// What describes a custom kind, by group and name in lower case.
    CustomKind(&'p str, String),
    /// The objects of a kind that nobody describes.
    UndescribedKind(&'p str, &'p str),
    /// The requests that a path of an Ingress claims.
    Route(Option<&'p str>, &'p str, &'p str, &'p str),
    /// A port of every node.
    NodePort(i64),
    /// All that defines kinds.
    Definitions,
    /// All that lives in any namespace.
    AllNamespaces,
    /// All that lives in none.
    ClusterObjects,
    /// What asks pods for their metrics, in any namespace.
    Monitors,
    /// What is named without a namespace, and so in whichever it is.
    NamedAnywhere(&'p str, &'p str),
    /// A full host of the service mesh.
    MeshHost(&'p str),
    /// The hosts with wildcards of the service mesh.
    MeshWildcards,
    /// What selects monitors, rules and probes, from any namespace.
    MonitoringServers,
    /// Who makes Secrets or ConfigMaps in namespaces that are not known.
    Makers,
    /// Which roles of the cluster permit to make pods.
    PodMakers,
}

/// What of a [`KindRef`] tells kinds apart.
#[derive(Hash)]
enum KindRefKey<'p> {
    Known(Kind),
    Other(&'p str, &'p str),
}

impl<'p> From<KindRef<'p>> for KindRefKey<'p> {
    fn from(kind: KindRef<'p>) -> Self {
        match kind {
            KindRef::Known(kind) => Self::Known(kind),
            KindRef::Other { group, name } => Self::Other(group, name),
        }
    }
}

impl About<'_> {
    fn topic(&self) -> Topic {
        digest(self)
    }
}

fn digest(value: &(impl Hash + ?Sized)) -> u64 {
    // The keys of this hasher are constant.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What is known of a file without looking at any other.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// What it says something about, sorted, each with a digest of what it says.
    pub(super) defines: Vec<(Topic, u64)>,
    /// What its findings may depend on whatever the other files are, sorted.
    pub(super) reads: Vec<Topic>,
    /// How far it reaches.
    pub(super) reach: Reach,
}

/// How far what a file says can reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// To whoever asks about its topics.
    #[default]
    Topics,
    /// To every file: a kustomization says which files are patches, which names are made, which images are renamed.
    Everywhere,
    /// To every pod wherever it is: with nodes, all pods compete for them.
    Nodes,
}

/// Reads what a file says.
pub(super) fn said_by<'s>(file: &Arc<File>, settings: &'s Settings, references: &References<'s>) -> Said {
    let mut said = Said { reach: reach_of(file), ..Said::default() };
    let program = Program::new(vec![Arc::clone(file)]);
    let monitors = check::is_on("unscraped-metrics", settings);
    for object in program.objects() {
        // Anchors and what a list lends to its items are of the whole document.
        let at = object.root().range().start;
        let document = file.parsed.documents.iter().find(|document| document.range.contains(&at));
        let range = document.map_or(0..file.source.text().len() as u32, |document| document.range.clone());
        let text = &file.source.text().as_bytes()[range.start as usize..range.end as usize];
        let content = digest(&(text, at - range.start.min(at)));
        object_says(object, content, settings, references, &mut said);
        if monitors {
            let is_monitor = matches!(object.kind(), Kind::PodMonitor | Kind::ServiceMonitor);
            said.define(is_monitor.then_some(About::Monitors), content);
            said.read(PodTemplate::of(object).map(|_| About::Monitors));
        }
    }
    said.defines.sort_by_key(|(topic, _)| *topic);
    // What several objects say of a topic is one thing that is said, in their order.
    said.defines.dedup_by(|later, first| {
        let is_same = later.0 == first.0;
        if is_same {
            first.1 = digest(&(first.1, later.1));
        }
        is_same
    });
    said.reads.sort_unstable();
    said.reads.dedup();
    said
}

/// What a file's findings depend on besides, given what its references lead to: names like those that are missing.
pub(super) fn read_by_missing<'p>(edges: impl Iterator<Item = &'p Edge<'p>>) -> Vec<Topic> {
    let missing = edges.filter(|edge| edge.resolution == Resolution::Missing);
    let mut topics = Vec::new();
    for edge in missing {
        topics.push(match edge.kind.is_namespaced() {
            true => About::NameAnywhere(edge.kind.name(), edge.name).topic(),
            false => About::ClusterNames(edge.kind.into()).topic(),
        });
        if let To::Either(_, other) = edge.row.to {
            topics.push(About::ClusterNames(KindRefKey::Known(other)).topic());
        }
    }
    topics.sort_unstable();
    topics.dedup();
    topics
}

impl Said {
    fn define<'p>(&mut self, topic: impl IntoIterator<Item = About<'p>>, content: u64) {
        self.defines.extend(topic.into_iter().map(|about| (about.topic(), content)));
    }

    fn read<'p>(&mut self, topic: impl IntoIterator<Item = About<'p>>) {
        self.reads.extend(topic.into_iter().map(|about| about.topic()));
    }
}

fn reach_of(file: &File) -> Reach {
    let is_node = |kind: Kind| matches!(kind, Kind::Node | Kind::NodePool);
    if file.source.role() == FileRole::Inventory || file.objects.iter().any(|object| is_node(object.kind)) {
        Reach::Nodes
    } else if file.foreign == Some(SkipReason::Kustomization)
        || is_kustomization(file)
        || speaks_of_all(file)
        || file.objects.iter().any(|object| takes_parameters(object.kind, file.node(object.root)))
    {
        Reach::Everywhere
    } else {
        Reach::Topics
    }
}

fn object_says<'o>(
    object: ObjectRef<'o>,
    content: u64,
    settings: &'o Settings,
    references: &References<'o>,
    said: &mut Said,
) {
    let kind = KindRef::of_object(object);
    match object.namespace() {
        Some(namespace) => {
            said.define([About::Namespace(namespace), About::AllNamespaces], content);
            said.define([About::NameAnywhere(kind.name(), object.name())], digest(namespace));
            // A selector that selects nothing may be for pods that are made later.
            said.read([About::Namespace(namespace), namespace_object(namespace), About::PodMakers]);
            // Whether anything names it is asked of these alone.
            let may_be_unused = matches!(object.kind(), Kind::Secret | Kind::ConfigMap);
            said.read(may_be_unused.then(|| About::NamedAnywhere(kind.name(), object.name())));
        }
        None => {
            said.define([About::ClusterObject(kind.into(), object.name()), About::ClusterObjects], content);
            said.define([About::ClusterNames(kind.into())], digest(object.name()));
            said.read([About::ClusterObject(kind.into(), object.name())]);
        }
    }
    match object.kind() {
        Kind::IngressClass | Kind::PriorityClass | Kind::StorageClass => {
            said.define([About::Classes(object.kind())], content);
            said.read([About::Classes(object.kind())]);
        }
        Kind::ClusterIssuer | Kind::ClusterExternalSecret | Kind::Bundle => {
            said.define([About::Makers], content);
        }
        // An analysis takes arguments for the templates that its templates name.
        Kind::ClusterAnalysisTemplate => {
            said.define([About::Classes(Kind::ClusterAnalysisTemplate)], content);
            said.read([About::Classes(Kind::ClusterAnalysisTemplate)]);
        }
        Kind::Rollout | Kind::Experiment | Kind::AnalysisTemplate => {
            said.read([About::Classes(Kind::ClusterAnalysisTemplate)]);
        }
        Kind::PersistentVolumeClaim => {
            if let Some(volume) = object.get("spec.volumeName").and_then(NodeRef::as_str) {
                said.define([About::Claimants(volume)], content);
                // Without a class of its own it is given the default one.
                said.read([About::Claimants(volume), About::Classes(Kind::StorageClass)]);
            }
        }
        Kind::CustomResourceDefinition => {
            let text = |path: &str| object.get(path).and_then(NodeRef::as_str).unwrap_or_default();
            let name = text("spec.names.kind").to_lowercase();
            said.define([About::CustomKind(text("spec.group"), name), About::Definitions], content);
        }
        // What a rule of a role or a policy names may be a resource that the input defines.
        Kind::Role
        | Kind::ValidatingWebhookConfiguration
        | Kind::MutatingWebhookConfiguration
        | Kind::ValidatingAdmissionPolicy
        | Kind::MutatingAdmissionPolicy
        | Kind::ValidatingAdmissionPolicyBinding
        | Kind::MutatingAdmissionPolicyBinding => said.read([About::Definitions]),
        Kind::ClusterRole => {
            said.read([About::Definitions]);
            // Which roles make up others is told by their labels.
            let is_gathered = object.get("aggregationRule").is_some();
            let may_be_part = object.labels().is_some();
            let is_linked = is_gathered || may_be_part;
            let said_of_it = if is_linked { content } else { digest(object.name()) };
            said.define((is_gathered || may_make_pods(object)).then_some(About::PodMakers), said_of_it);
            said.define([About::Classes(Kind::ClusterRole)], said_of_it);
            said.read(is_linked.then_some(About::Classes(Kind::ClusterRole)));
        }
        _ => {}
    }
    if Table::of(settings.target).kind(object.api_version(), object.kind_name()).is_none() {
        let (api_version, name) = (object.api_version(), object.kind_name());
        said.define([About::UndescribedKind(api_version, name)], 0);
        said.read([About::UndescribedKind(api_version, name)]);
        said.read([About::CustomKind(object.group(), name.to_lowercase())]);
    }
    said.define(is_server(object.kind()).then_some(About::MonitoringServers), content);
    said.read(is_selected(object.kind()).then_some(About::MonitoringServers));
    let selects_namespaces = object.kind() == Kind::NetworkPolicy && reads_namespaces(object, said);
    said.read(selects_namespaces.then_some(About::ClusterObjects));
    // Of which kind the parameters are, another object says.
    if takes_parameters(object.kind(), object.root()) {
        said.read([About::AllNamespaces, About::ClusterObjects]);
    }
    // These select, or let in, what lives in namespaces that are told by labels.
    let looks_around = match object.kind() {
        Kind::NetworkPolicy => names_port_elsewhere(object),
        Kind::ServiceMonitor | Kind::PodMonitor => object.get("spec.namespaceSelector").is_some(),
        // What it is a canary of.
        Kind::Ingress => is_canary(object),
        _ => false,
    };
    said.read(looks_around.then_some(About::AllNamespaces));
    if let (Some(template), Some(own)) = (PodTemplate::of(object), object.namespace()) {
        let states_priority = template.get("priority").or_else(|| template.get("preemptionPolicy")).is_some();
        said.read(states_priority.then_some(About::Classes(Kind::PriorityClass)));
        for term in placement::terms(template) {
            match term.range(own) {
                Range::Named(namespaces) => said.read(namespaces.into_iter().map(About::Namespace)),
                Range::Selected => said.read([About::AllNamespaces]),
            }
        }
    }
    for route in routes_of(object) {
        let about = || About::Route(route.key.class, route.key.host, route.key.path, route.key.path_type);
        said.define([about()], content);
        said.read([about()]);
    }
    for port in node_ports_of(object) {
        said.define([About::NodePort(port.number)], content);
        said.read([About::NodePort(port.number)]);
    }
    mesh_says(object, content, said);
    for edge in references.of(object) {
        reference_says(object, &edge, content, said);
    }
}

/// What Istio is told of hosts, in whichever namespace: who stands for one, and which parts of it are sent to.
fn mesh_says(object: ObjectRef<'_>, content: u64, said: &mut Said) {
    let hosts: Vec<&str> = match object.kind() {
        Kind::VirtualService => {
            destinations_of(object).into_iter().map(|destination| destination.host.content()).collect()
        }
        Kind::DestinationRule => object.get("spec.host").and_then(NodeRef::as_str).into_iter().collect(),
        Kind::ServiceEntry => items_at(object.root(), "spec.hosts").filter_map(NodeRef::as_str).collect(),
        // The pods of a Gateway may be in any namespace, and its certificates are where they are.
        Kind::Other if object.kind_name() == "Gateway" => return said.read([About::AllNamespaces]),
        _ => return,
    };
    said.read([About::MeshWildcards]);
    for host in hosts {
        let full = full_host(host, object.namespace());
        said.define([About::MeshHost(&full)], content);
        said.define(host.starts_with('*').then_some(About::MeshWildcards), content);
        said.read([About::MeshHost(&full)]);
        // The second label may be the namespace of the Service that is meant, or that a ServiceEntry stands for.
        let namespace = full.split('.').nth(1).map(About::Namespace);
        if object.kind() == Kind::ServiceEntry {
            said.define(namespace, content);
        } else {
            said.read(namespace);
        }
    }
}

fn reference_says(object: ObjectRef<'_>, edge: &Edge<'_>, content: u64, said: &mut Said) {
    match edge.namespace {
        Some(namespace) if Some(namespace) != object.namespace() => {
            said.define([About::Namespace(namespace)], content);
            said.read([About::Namespace(namespace), namespace_object(namespace)]);
        }
        Some(_) => {}
        // In whichever namespace it may be.
        None if edge.kind.is_namespaced() => {
            said.read([About::NameAnywhere(edge.kind.name(), edge.name)]);
            said.define([About::NamedAnywhere(edge.kind.name(), edge.name)], content);
        }
        None => said.read([About::ClusterObject(edge.kind.into(), edge.name)]),
    }
    if let To::Either(_, other) = edge.row.to {
        said.read([About::ClusterObject(KindRefKey::Known(other), edge.name)]);
    }
    // Which of these is meant is told by what is there.
    for (namespace, _) in edge.hyphenated().into_iter().flat_map(readings) {
        said.define([About::Namespace(namespace)], content);
        said.read([About::Namespace(namespace)]);
    }
    let KindRef::Known(kind) = edge.kind else { return };
    // Where there is no such Role, a ClusterRole of that name is what was meant, and so for others.
    let global = COUNTERPARTS.iter().find(|(local, _)| *local == kind);
    said.read(global.map(|(_, global)| About::ClusterObject(KindRefKey::Known(*global), edge.name)));
    said.read(matches!(kind, Kind::Secret | Kind::ConfigMap).then_some(About::Makers));
}

/// Whether a NetworkPolicy names a port of pods in other namespaces.
fn names_port_elsewhere(policy: ObjectRef<'_>) -> bool {
    let rules = policy.get("spec.egress").into_iter().flat_map(NodeRef::items);
    rules.into_iter().any(|rule| {
        let has = |list: &str, is: &dyn Fn(NodeRef<'_>) -> bool| {
            rule.get(list).into_iter().flat_map(NodeRef::items).any(is)
        };
        // Without peers, a rule is about all there is.
        (rule.get("to").is_none() || has("to", &|peer| peer.get("namespaceSelector").is_some()))
            && has("ports", &|port| port.get("port").and_then(NodeRef::as_str).is_some())
    })
}

/// Whether a NetworkPolicy selects namespaces by labels. Those that it names are read, for what lives in them tells that
/// they are there.
fn reads_namespaces(policy: ObjectRef<'_>, said: &mut Said) -> bool {
    let mut any = false;
    for (rules, peers) in [("spec.ingress", "from"), ("spec.egress", "to")] {
        let rules = policy.get(rules).into_iter().flat_map(NodeRef::items);
        let peers = rules.filter_map(|rule| rule.get(peers)).flat_map(NodeRef::items);
        for selector in peers.filter_map(|peer| peer.get("namespaceSelector")) {
            any = true;
            for term in Selector::from_label_selector(selector).requirements {
                if term.key == NAMESPACE_NAME_LABEL {
                    match term.operator {
                        Operator::Is(name) => said.read([About::Namespace(name)]),
                        Operator::In(names) => said.read(names.into_iter().map(About::Namespace)),
                        _ => {}
                    }
                }
            }
        }
    }
    any
}

/// Whether an object is an admission policy that takes parameters, or binds one with parameters.
fn takes_parameters(kind: Kind, root: NodeRef<'_>) -> bool {
    match kind {
        Kind::ValidatingAdmissionPolicy | Kind::MutatingAdmissionPolicy => {
            root.get_path("spec.paramKind").is_some()
        }
        Kind::ValidatingAdmissionPolicyBinding | Kind::MutatingAdmissionPolicyBinding => {
            root.get_path("spec.paramRef").is_some()
        }
        _ => false,
    }
}

fn namespace_object(namespace: &str) -> About<'_> {
    About::ClusterObject(KindRefKey::Known(Kind::Namespace), namespace)
}
