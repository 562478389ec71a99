//! What good practice asks about: facts over pods, workloads, budgets and roles that several checks need.
//!
//! Facts only: whether one is a fault, and how grave, is for the checks to say.

pub mod address;
pub mod backend;
pub mod deprecation;
pub mod disruption;
pub mod environment;
pub mod escalation;
pub mod host;
pub mod ignored;
pub mod image;
pub mod kinship;
pub mod label_value;
pub mod listener;
pub mod making;
pub mod mesh;
pub mod monitoring;
pub mod name_rule;
pub mod node_files;
pub mod permission;
pub mod place;
pub mod placement;
pub mod pod_security;
pub mod probe;
pub mod reach;
pub mod replicas;
pub mod resources;
pub mod role;
pub mod route;
pub mod scaling;
pub mod secrecy;
pub mod secret_lines;
pub mod selection;
pub mod traffic;
pub mod volume_path;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::graph::Pod;
use crate::graph::ports::protocol;
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program};
use crate::parse::tree::NodeRef;
use crate::practice::mesh::Mesh;
use crate::practice::route::Route;
use crate::practice::selection::Selection;

/// Indexes over all objects, each made when the first check asks for it.
#[derive(Debug)]
pub struct Practice<'p> {
    program: &'p Program,
    budgets: OnceLock<Selection<'p>>,
    policies: OnceLock<Selection<'p>>,
    routes: OnceLock<BTreeMap<route::Key<'p>, Vec<Route<'p>>>>,
    node_ports: OnceLock<BTreeMap<i64, Vec<NodePort<'p>>>>,
    mesh: OnceLock<Mesh<'p>>,
    monitoring_servers: OnceLock<Vec<ObjectRef<'p>>>,
}

/// A port of a Service that every node opens.
#[derive(Clone, Copy, Debug)]
pub struct NodePort<'p> {
    /// The Service.
    pub service: ObjectRef<'p>,
    /// The `nodePort`, or the `healthCheckNodePort`.
    pub node: NodeRef<'p>,
    /// Its number.
    pub number: i64,
    /// The entry of `ports` that asks for it.
    entry: Option<NodeRef<'p>>,
}

impl NodePort<'_> {
    /// Whether an allocation stands for both: they are entries of one Service, for one port in different protocols.
    /// Mirrors `allocNodePorts`; between Services, the number alone counts.
    pub fn shares(&self, other: &Self) -> bool {
        let port = |entry: NodeRef<'_>| entry.get("port").and_then(NodeRef::as_i64);
        self.service.id == other.service.id
            && self
                .entry
                .zip(other.entry)
                .is_some_and(|(left, right)| port(left) == port(right) && protocol(left) != protocol(right))
    }
}

impl<'p> Practice<'p> {
    /// The facts over a program; nothing is computed yet.
    pub fn new(program: &'p Program) -> Self {
        Self {
            program,
            budgets: OnceLock::new(),
            policies: OnceLock::new(),
            routes: OnceLock::new(),
            node_ports: OnceLock::new(),
            mesh: OnceLock::new(),
            monitoring_servers: OnceLock::new(),
        }
    }

    /// The PodDisruptionBudgets that select a pod, in order.
    pub fn budgets_of(&self, pod: &Pod<'p>) -> Vec<ObjectRef<'p>> {
        let budgets = self
            .budgets
            .get_or_init(|| Selection::new(self.program, Kind::PodDisruptionBudget, "spec.selector"));
        budgets.of(pod)
    }

    /// The NetworkPolicies that select a pod, in order.
    pub fn policies_of(&self, pod: &Pod<'p>) -> Vec<ObjectRef<'p>> {
        let policies = self
            .policies
            .get_or_init(|| Selection::new(self.program, Kind::NetworkPolicy, "spec.podSelector"));
        policies.of(pod)
    }

    /// All objects of the Prometheus operator that select others, in order.
    pub fn monitoring_servers(&self) -> &[ObjectRef<'p>] {
        self.monitoring_servers.get_or_init(|| self.program.objects_of_kinds(monitoring::is_server).collect())
    }

    /// All routes of Ingresses that claim the same requests as this one, itself included, in order.
    pub fn routes_like(&self, key: &route::Key<'p>) -> &[Route<'p>] {
        let routes = self.routes.get_or_init(|| {
            let mut by_key: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for route in self.program.objects_of_kind(Kind::Ingress).flat_map(route::routes_of) {
                by_key.entry(route.key).or_default().push(route);
            }
            by_key
        });
        routes.get(key).map_or(&[], Vec::as_slice)
    }

    /// The hosts of the service mesh.
    pub fn mesh(&self) -> &Mesh<'p> {
        self.mesh.get_or_init(|| Mesh::new(self.program))
    }

    /// All places where Services ask for a node port, in order.
    pub fn node_ports(&self, number: i64) -> &[NodePort<'p>] {
        let ports = self.node_ports.get_or_init(|| {
            let mut by_port: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for port in self.program.objects_of_kind(Kind::Service).flat_map(node_ports_of) {
                by_port.entry(port.number).or_default().push(port);
            }
            by_port
        });
        ports.get(&number).map_or(&[], Vec::as_slice)
    }
}

/// The node ports that a Service asks for. That of the health check comes from the same numbers.
pub fn node_ports_of(service: ObjectRef<'_>) -> impl Iterator<Item = NodePort<'_>> {
    let spec = (service.kind() == Kind::Service).then(|| service.get("spec")).flatten();
    let entries = spec.and_then(|spec| spec.get("ports")).into_iter().flat_map(NodeRef::items);
    let entries = entries.filter_map(|entry| Some((entry.get("nodePort")?, Some(entry))));
    let health = spec.and_then(|spec| spec.get("healthCheckNodePort")).map(|node| (node, None));
    entries.chain(health).filter_map(move |(node, entry)| {
        let number = node.as_i64().filter(|number| *number != 0)?;
        Some(NodePort { service, node, number, entry })
    })
}

/// Whether an object exists only while `helm test` runs.
pub fn is_test_hook(object: ObjectRef<'_>) -> bool {
    let Some(hook) = object.annotation("helm.sh/hook") else { return false };
    hook.content().split(',').any(|hook| matches!(hook.trim(), "test" | "test-success" | "test-failure"))
}

/// Whether a workload's pods are meant to run for good: all but Jobs, what makes Jobs, and pods that are not restarted.
pub fn runs_for_good(owner: ObjectRef<'_>) -> bool {
    match owner.kind() {
        Kind::Job | Kind::CronJob | Kind::ScaledJob => false,
        Kind::Pod => !owner
            .get("spec.restartPolicy")
            .is_some_and(|policy| matches!(policy.content(), "Never" | "OnFailure")),
        _ => true,
    }
}

/// Whether two objects have one identity: the same object twice, such as in two overlays.
pub fn is_same(left: ObjectRef<'_>, right: ObjectRef<'_>) -> bool {
    left.kind() == right.kind() && left.namespace() == right.namespace() && left.name() == right.name()
}

/// How near the files of two objects are: the nearer, the more. Of several objects that would do, the one that stands
/// nearest is the one that its author meant.
pub fn nearness(left: ObjectRef<'_>, right: ObjectRef<'_>) -> (bool, usize, std::cmp::Reverse<usize>) {
    let (near, far) = (folder(left), folder(right));
    let shared = near.split('/').zip(far.split('/')).take_while(|(a, b)| a == b).count();
    let steps = near.split('/').count().max(far.split('/').count()) - shared;
    (left.file.id == right.file.id, shared, std::cmp::Reverse(steps))
}

/// The folder of an object's file. What lies in different folders may be meant for different clusters.
pub fn folder(object: ObjectRef<'_>) -> &str {
    let path = object.file.source.path();
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
