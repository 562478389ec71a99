//! The listeners of the Gateway API: which of them a route is for, and which would take it.

use crate::graph::selector::Selector;
use crate::graph::{Graph, KindRef, Labels, NAMESPACE_NAME_LABEL};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

const GROUP: &str = "gateway.networking.k8s.io";

/// One entry of `spec.listeners` of a Gateway or a ListenerSet.
#[derive(Clone, Copy, Debug)]
pub struct Listener<'p> {
    /// The Gateway or ListenerSet.
    pub parent: ObjectRef<'p>,
    /// The mapping.
    pub node: NodeRef<'p>,
}

/// Whether a listener takes a route, as far as the input says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It does not by the labels that the input gives the namespace, which others may add to.
    NotByLabels,
    /// The namespace is not in the input.
    Unknown,
}

impl<'p> Listener<'p> {
    fn text(self, key: &str) -> Option<&'p str> {
        self.node.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// Its name.
    pub fn name(self) -> Option<&'p str> {
        self.text("name")
    }

    /// Its port.
    pub fn port(self) -> Option<i64> {
        self.node.get("port")?.as_i64()
    }

    /// Its protocol, as written.
    pub fn protocol(self) -> Option<&'p str> {
        self.text("protocol")
    }

    /// The host name that it is for; `None` for all of them.
    pub fn hostname(self) -> Option<NodeRef<'p>> {
        self.node.get("hostname").filter(|host| host.as_str().is_some_and(|text| !text.is_empty()))
    }

    /// Where it stands: its name, or that of its Gateway.
    pub fn place(self) -> crate::source::Span {
        let name = self.node.get("name").filter(|name| name.is_scalar());
        name.map_or_else(|| self.parent.name_span(), |name| self.parent.span(name))
    }

    /// The kinds of routes of the Gateway API that its protocol carries; `None` for a protocol that it does not know.
    ///
    /// By the types `Listener` and `ProtocolType`, and the documentation of each route type: TLSRoute is for protocol
    /// `TLS`, with which a TCPRoute may be used too.
    pub fn kinds_of_protocol(self) -> Option<&'static [Kind]> {
        Some(match self.protocol()? {
            "HTTP" | "HTTPS" => &[Kind::HTTPRoute, Kind::GRPCRoute],
            "TLS" => &[Kind::TLSRoute, Kind::TCPRoute],
            "TCP" => &[Kind::TCPRoute],
            "UDP" => &[Kind::UDPRoute],
            _ => return None,
        })
    }

    /// Whether `allowedRoutes.kinds`, where it is not empty, names the kind of a route.
    pub fn allows_kind(self, route: ObjectRef<'_>) -> bool {
        let mut kinds = items_at(self.node, "allowedRoutes.kinds").peekable();
        let is_kind = |entry: NodeRef<'_>| {
            let group = entry.get("group").and_then(NodeRef::as_str).unwrap_or(GROUP);
            group == route.group() && entry.get("kind").and_then(NodeRef::as_str) == Some(route.kind_name())
        };
        kinds.peek().is_none() || kinds.any(is_kind)
    }

    /// Whether a route of this kind can be attached to it.
    pub fn takes_kind(self, route: ObjectRef<'_>) -> bool {
        self.allows_kind(route) && self.kinds_of_protocol().is_none_or(|kinds| kinds.contains(&route.kind()))
    }

    /// Whether routes of a namespace can be attached to it: `allowedRoutes.namespaces`, which is `Same` where it is absent,
    /// by the types `AllowedRoutes` and `RouteNamespaces`.
    pub fn takes_namespace(self, graph: &Graph<'p>, namespace: &str) -> Admission {
        admission(graph, self.parent, self.node.get_path("allowedRoutes.namespaces"), "Same", namespace)
    }
}

/// Whether a Gateway lets in what is in a namespace by one of its rules, `rule`, which says `default` where it says nothing.
pub fn admission<'p>(
    graph: &Graph<'p>,
    gateway: ObjectRef<'p>,
    rule: Option<NodeRef<'p>>,
    default: &str,
    namespace: &str,
) -> Admission {
    let from = rule.and_then(|rule| rule.get("from")).and_then(NodeRef::as_str).unwrap_or(default);
    match from {
        "Same" if gateway.namespace() == Some(namespace) => Admission::Yes,
        "Same" | "None" => Admission::No,
        "Selector" => match rule.and_then(|rule| rule.get("selector")) {
            Some(node) => selects_namespace(graph, &Selector::from_label_selector(node), namespace),
            None => Admission::Unknown,
        },
        _ => Admission::Yes,
    }
}

fn selects_namespace<'p>(graph: &Graph<'p>, selector: &Selector<'p>, namespace: &str) -> Admission {
    if selector.malformed {
        return Admission::Unknown;
    }
    let by_name = Labels::of_namespace_named(namespace);
    let is_about_name = |key: &str| key == NAMESPACE_NAME_LABEL;
    if selector.failing(&by_name).any(|requirement| is_about_name(&requirement.key)) {
        return Admission::No;
    }
    if selector.requirements.iter().all(|requirement| is_about_name(&requirement.key)) {
        return Admission::Yes;
    }
    let mut objects = graph.find(KindRef::Known(Kind::Namespace), None, namespace).peekable();
    if objects.peek().is_none() {
        return Admission::Unknown;
    }
    let is_selected =
        |object: ObjectRef<'p>| object.is_broken() || selector.matches(&Labels::of_namespace(object));
    if objects.any(is_selected) { Admission::Yes } else { Admission::NotByLabels }
}

/// The listeners of a Gateway or a ListenerSet; none of another object.
pub fn listeners_of(parent: ObjectRef<'_>) -> impl Iterator<Item = Listener<'_>> {
    let has_listeners = matches!(parent.kind(), Kind::Gateway | Kind::ListenerSet | Kind::XListenerSet);
    let list = parent.get("spec.listeners").filter(|_| has_listeners);
    let items = list.into_iter().flat_map(NodeRef::items).filter(|node| node.is_mapping());
    items.map(move |node| Listener { parent, node })
}

/// Whether the name and the port that an entry of `parentRefs` may give are those of a listener.
pub fn is_meant(parent_ref: NodeRef<'_>, listener: Listener<'_>) -> bool {
    let section = parent_ref.get("sectionName").and_then(NodeRef::as_str).filter(|name| !name.is_empty());
    let port = parent_ref.get("port").and_then(NodeRef::as_i64);
    section.is_none_or(|section| listener.name() == Some(section))
        && port.is_none_or(|port| listener.port() == Some(port))
}

/// The Gateways or ListenerSets of the input that a route wants to be attached to, each with its entry of `parentRefs`; of
/// one that is defined twice none, for the listener may be in either. The flag says whether that is all that it names.
pub fn parents_of<'p>(graph: &Graph<'p>, route: ObjectRef<'p>) -> (Vec<(ObjectRef<'p>, NodeRef<'p>)>, bool) {
    let mut parents = Vec::new();
    let mut is_all = true;
    if route.group() != GROUP {
        return (parents, is_all);
    }
    for edge in graph.edges_from(route.id).iter().filter(|edge| edge.row.path == "spec.parentRefs[].name") {
        let mut found = graph.find(edge.kind, edge.namespace, edge.name).filter(|_| edge.target().is_some());
        match (found.next(), found.next()) {
            (Some(parent), None) if !parent.is_broken() && listeners_of(parent).next().is_some() => {
                parents.push((parent, edge.holder));
            }
            _ => is_all = false,
        }
    }
    (parents, is_all)
}
