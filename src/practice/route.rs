//! The requests that Ingresses claim.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// Which requests a path of an Ingress claims. Controllers merge all namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key<'p> {
    /// The class, by field or annotation; `None` for the cluster's default.
    pub class: Option<&'p str>,
    /// The host; empty for any.
    pub host: &'p str,
    /// The path; `/` for none.
    pub path: &'p str,
    /// The kind of path; empty for none.
    pub path_type: &'p str,
}

/// One path of an Ingress.
#[derive(Clone, Copy, Debug)]
pub struct Route<'p> {
    /// What it claims.
    pub key: Key<'p>,
    /// The Ingress.
    pub ingress: ObjectRef<'p>,
    /// The path, else the host, else the rule.
    pub node: NodeRef<'p>,
}

/// The class of an Ingress.
pub fn class_of(ingress: ObjectRef<'_>) -> Option<&str> {
    let annotation = ingress.annotation("kubernetes.io/ingress.class");
    annotation.or_else(|| ingress.get("spec.ingressClassName")).map(NodeRef::content)
}

/// All paths of an Ingress; none for other objects, and for Ingresses that share their host with others on purpose:
/// canaries, and parts of one that nginx merges.
pub fn routes_of(ingress: ObjectRef<'_>) -> Vec<Route<'_>> {
    if ingress.kind() != Kind::Ingress || shares_on_purpose(ingress) {
        return Vec::new();
    }
    paths_of(ingress)
}

/// All paths of an Ingress, whoever else has them.
pub fn paths_of(ingress: ObjectRef<'_>) -> Vec<Route<'_>> {
    let class = class_of(ingress);
    let mut routes = Vec::new();
    for rule in items_at(ingress.root(), "spec.rules") {
        let host = rule.get("host").filter(|host| !host.is_null());
        for entry in items_at(rule, "http.paths") {
            let text = |key| entry.get(key).filter(|node| !node.is_null());
            let path = text("path");
            let key = Key {
                class,
                host: host.map_or("", NodeRef::content),
                path: path.map_or("/", NodeRef::content),
                path_type: text("pathType").map_or("", NodeRef::content),
            };
            routes.push(Route { key, ingress, node: path.or(host).unwrap_or(rule) });
        }
    }
    routes
}

/// Whether an Ingress is a canary of another one, to the controller for NGINX (`GetBoolAnnotation`).
pub fn is_canary(ingress: ObjectRef<'_>) -> bool {
    let value = ingress.annotation("nginx.ingress.kubernetes.io/canary").map(NodeRef::content);
    matches!(value, Some("1" | "t" | "T" | "TRUE" | "true" | "True"))
}

fn shares_on_purpose(ingress: ObjectRef<'_>) -> bool {
    let is = |key: &str, value: &str| ingress.annotation(key).is_some_and(|node| node.content() == value);
    is_canary(ingress)
        || ingress.annotation("nginx.org/mergeable-ingress-type").is_some()
        || is("acme.cert-manager.io/http01-edit-in-place", "true")
}
