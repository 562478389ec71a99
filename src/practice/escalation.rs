//! The ways in which somebody can get more rights than a role says.

use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;
use crate::practice::role::Rule;

/// A way up: the verb, the resource (in the group), what it leads to, and how plainly.
#[derive(Debug)]
pub struct Way {
    /// `bind`.
    pub verb: &'static str,
    group: &'static str,
    /// `clusterroles`.
    pub resource: &'static str,
    /// What its holder can do, to stand after who that is.
    pub leads_to: &'static str,
    /// It leads to rights that are not given, and is not only what many need and some abuse.
    pub is_plain: bool,
}

impl Way {
    /// Whether it leads up at a version of Kubernetes: a WebSocket is a `get`, and from 1.35 on it asks for `create` as
    /// well (`AuthorizePodWebsocketUpgradeCreatePermission`).
    fn is_open(&self, target: Version) -> bool {
        let is_upgrade = self.verb == "get" && self.resource.starts_with("pods/");
        !is_upgrade || target.minor < 35
    }

    /// Whether a Role leads up so: what it says of resources that live in no namespace is never asked for. The role that
    /// a RoleBinding names is asked for in the namespace of the binding (`BindingAuthorized`).
    fn is_open_to_roles(&self) -> bool {
        let is_of_cluster =
            matches!(self.resource, "users" | "groups" | "nodes/proxy" | "signers" | "persistentvolumes");
        !is_of_cluster
            && self.group != ADMISSION
            && (self.verb, self.resource) != ("escalate", "clusterroles")
    }
}

const fn way(
    verb: &'static str,
    group: &'static str,
    resource: &'static str,
    leads_to: &'static str,
    is_plain: bool,
) -> Way {
    Way { verb, group, resource, leads_to, is_plain }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// By `Good practices for RBAC` of the Kubernetes documentation, gravest first.
static WAYS: &[Way] = &[
    way("escalate", RBAC, "clusterroles", "can write any right into a role", true),
    way("escalate", RBAC, "roles", "can write any right into a role", true),
    way("bind", RBAC, "clusterroles", "can give itself any role", true),
    way("bind", RBAC, "roles", "can give itself any role", true),
    way("impersonate", "", "users", "can act as anybody", true),
    way("impersonate", "", "groups", "can act as any group, `system:masters` included", true),
    way("impersonate", "", "serviceaccounts", "can act as any ServiceAccount", true),
    way("get", "", "nodes/proxy", "can run commands in every container, past the API server", true),
    way("approve", CERTIFICATES, "signers", "can have certificates signed for anybody", true),
    way("sign", CERTIFICATES, "signers", "can sign certificates for anybody", true),
    way("create", "", "serviceaccounts/token", "can get a token of any ServiceAccount", false),
    way("create", "", "pods/exec", "can run commands in containers, with their rights", false),
    way("create", "", "pods/attach", "can attach to containers, with their rights", false),
    way("get", "", "pods/exec", "can run commands in containers, with their rights", false),
    way("get", "", "pods/attach", "can attach to containers, with their rights", false),
    way("patch", "", "pods/ephemeralcontainers", ADDS_CONTAINERS, false),
    way("update", "", "pods/ephemeralcontainers", ADDS_CONTAINERS, false),
    way("create", "", "pods", RUNS_PODS, false),
    way("create", "apps", "deployments", RUNS_PODS, false),
    way("create", "apps", "daemonsets", RUNS_PODS, false),
    way("create", "apps", "statefulsets", RUNS_PODS, false),
    way("create", "apps", "replicasets", RUNS_PODS, false),
    way("create", "", "replicationcontrollers", RUNS_PODS, false),
    way("create", "batch", "jobs", RUNS_PODS, false),
    way("create", "batch", "cronjobs", RUNS_PODS, false),
    way("list", "", "secrets", "can read all Secrets, tokens included", false),
    way("get", "", "secrets", "can read any Secret, tokens included", false),
    way("create", "", "persistentvolumes", "can make volumes of any folder of a node", false),
    way("create", ADMISSION, "mutatingwebhookconfigurations", READS_ALL, false),
    way("update", ADMISSION, "mutatingwebhookconfigurations", READS_ALL, false),
    way("patch", ADMISSION, "mutatingwebhookconfigurations", READS_ALL, false),
    way("create", ADMISSION, "validatingwebhookconfigurations", READS_ALL, false),
    way("update", ADMISSION, "validatingwebhookconfigurations", READS_ALL, false),
    way("patch", ADMISSION, "validatingwebhookconfigurations", READS_ALL, false),
    way("update", "", "namespaces", "can relabel namespaces, Pod Security included", false),
    way("patch", "", "namespaces", "can relabel namespaces, Pod Security included", false),
];

/// Ways up that remain with one name in `resourceNames`.
static NAMED_WAYS: &[(&str, Way)] = &[
    ("cluster-admin", way("bind", RBAC, "clusterroles", "can give itself the role `cluster-admin`", true)),
    (
        "system:masters",
        way("impersonate", "", "groups", "can act as `system:masters`, who may do everything", true),
    ),
];

const ADDS_CONTAINERS: &str = "can put containers into running pods, with their rights";
const RUNS_PODS: &str = "can run pods under any ServiceAccount of the namespace";
const READS_ALL: &str = "can read, and may change, what anybody writes";

/// The gravest way up that a rule of a role opens, with the place that opens it; of those that many need too if
/// `with_common`. Of a rule about single objects, those that remain with their names.
pub fn way_up<'p>(
    role: ObjectRef<'p>,
    rule: Rule<'p>,
    target: Version,
    with_common: bool,
) -> Option<(&'static Way, NodeRef<'p>)> {
    let counts = |way: &Way| way.is_open(target) && (role.kind() != Kind::Role || way.is_open_to_roles());
    if rule.is_narrow() {
        let mut named = NAMED_WAYS.iter().filter(|(_, way)| counts(way));
        return named.find_map(|(name, way)| {
            taken(rule, way)?;
            Some((way, rule.names(name)?))
        });
    }
    // The plain ones stand first, so that what is left out would not have come before one.
    let mut ways = WAYS.iter().filter(|way| (way.is_plain || with_common) && counts(way));
    ways.find_map(|way| Some((way, taken(rule, way)?)))
}

fn taken<'p>(rule: Rule<'p>, way: &Way) -> Option<NodeRef<'p>> {
    let resource = rule.grants("resources", way.resource)?;
    let node = rule.grants("verbs", way.verb)?;
    rule.grants("apiGroups", way.group)?;
    Some(if way.is_plain { node } else { resource })
}
