#![doc = include_str!("rbac_escalation.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;
use crate::practice::role::{Rule, own_rules_of};

pub(super) static CHECK: Check = Check {
    id: "rbac-escalation",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a role by which somebody can get more rights than it says",
    page: include_str!("rbac_escalation.md"),
    run: Run::Object(run),
};

/// A way up: the verb, the resource (in the group), what it leads to, and how plainly.
struct Way {
    verb: &'static str,
    group: &'static str,
    resource: &'static str,
    leads_to: &'static str,
    severity: Severity,
}

impl Way {
    /// Whether it leads up at a version of Kubernetes: a WebSocket is a `get`, and from 1.35 on it asks for `create` as
    /// well (`AuthorizePodWebsocketUpgradeCreatePermission`).
    fn is_open(&self, target: Version) -> bool {
        let is_upgrade = self.verb == "get" && self.resource.starts_with("pods/");
        !is_upgrade || target.minor < 35
    }
}

const fn way(
    verb: &'static str,
    group: &'static str,
    resource: &'static str,
    leads_to: &'static str,
    severity: Severity,
) -> Way {
    Way { verb, group, resource, leads_to, severity }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// By `Good practices for RBAC` of the Kubernetes documentation, gravest first.
static WAYS: &[Way] = &[
    way("escalate", RBAC, "clusterroles", "can write any right into a role", Severity::Warning),
    way("escalate", RBAC, "roles", "can write any right into a role", Severity::Warning),
    way("bind", RBAC, "clusterroles", "can give itself any role", Severity::Warning),
    way("bind", RBAC, "roles", "can give itself any role", Severity::Warning),
    way("impersonate", "", "users", "can act as anybody", Severity::Warning),
    way("impersonate", "", "groups", "can act as any group, `system:masters` included", Severity::Warning),
    way("impersonate", "", "serviceaccounts", "can act as any ServiceAccount", Severity::Warning),
    way(
        "get",
        "",
        "nodes/proxy",
        "can run commands in every container, past the API server",
        Severity::Warning,
    ),
    way("approve", CERTIFICATES, "signers", "can have certificates signed for anybody", Severity::Warning),
    way("sign", CERTIFICATES, "signers", "can sign certificates for anybody", Severity::Warning),
    way("create", "", "serviceaccounts/token", "can get a token of any ServiceAccount", Severity::Note),
    way("create", "", "pods/exec", "can run commands in containers, with their rights", Severity::Note),
    way("create", "", "pods/attach", "can attach to containers, with their rights", Severity::Note),
    way("get", "", "pods/exec", "can run commands in containers, with their rights", Severity::Note),
    way("get", "", "pods/attach", "can attach to containers, with their rights", Severity::Note),
    way("create", "", "pods", RUNS_PODS, Severity::Note),
    way("create", "apps", "deployments", RUNS_PODS, Severity::Note),
    way("create", "apps", "daemonsets", RUNS_PODS, Severity::Note),
    way("create", "apps", "statefulsets", RUNS_PODS, Severity::Note),
    way("create", "apps", "replicasets", RUNS_PODS, Severity::Note),
    way("create", "", "replicationcontrollers", RUNS_PODS, Severity::Note),
    way("create", "batch", "jobs", RUNS_PODS, Severity::Note),
    way("create", "batch", "cronjobs", RUNS_PODS, Severity::Note),
    way("list", "", "secrets", "can read all Secrets, tokens included", Severity::Note),
    way("get", "", "secrets", "can read any Secret, tokens included", Severity::Note),
    way("create", "", "persistentvolumes", "can make volumes of any folder of a node", Severity::Note),
    way("create", ADMISSION, "mutatingwebhookconfigurations", READS_ALL, Severity::Note),
    way("update", ADMISSION, "mutatingwebhookconfigurations", READS_ALL, Severity::Note),
    way("patch", ADMISSION, "mutatingwebhookconfigurations", READS_ALL, Severity::Note),
    way("create", ADMISSION, "validatingwebhookconfigurations", READS_ALL, Severity::Note),
    way("update", ADMISSION, "validatingwebhookconfigurations", READS_ALL, Severity::Note),
    way("patch", ADMISSION, "validatingwebhookconfigurations", READS_ALL, Severity::Note),
    way("update", "", "namespaces", "can relabel namespaces, Pod Security included", Severity::Note),
    way("patch", "", "namespaces", "can relabel namespaces, Pod Security included", Severity::Note),
];

const RUNS_PODS: &str = "can run pods under any ServiceAccount of the namespace";
const READS_ALL: &str = "can read, and may change, what anybody writes";

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for rule in own_rules_of(object) {
        // Wildcards have a check of their own, and single objects by name are what one should list.
        if rule.wildcard("verbs").is_some() || rule.wildcard("resources").is_some() || rule.is_narrow() {
            continue;
        }
        // The warnings stand first, so that what is left out would not have come before one.
        let mut ways = WAYS.iter().filter(|way| sink.wants(way.severity) && way.is_open(cx.settings.target));
        let found = ways.find_map(|way| Some((way, taken(rule, way)?)));
        let Some((way, node)) = found else { continue };
        let scope = if object.kind() == Kind::Role { " of its namespace" } else { "" };
        let message = format!(
            "whoever has {} `{}` {}{}: `{}` on `{}`",
            object.kind_name(),
            object.name(),
            way.leads_to,
            if way.leads_to.ends_with("namespace") { "" } else { scope },
            way.verb,
            way.resource
        );
        // Since 1.33 the kubelet asks for each of these apart (`KubeletFineGrainedAuthz`), and only then for the proxy.
        let help = match way.resource {
            "nodes/proxy" => {
                "permit what is asked of the kubelet instead: `nodes/metrics`, `nodes/stats`, `nodes/log`, \
                 `nodes/pods`, `nodes/healthz` or `nodes/configz`"
            }
            _ => "leave it out, or name the objects with `resourceNames`",
        };
        sink.report(object, node, message).severity(way.severity).help(help);
    }
}

fn taken<'p>(rule: Rule<'p>, way: &Way) -> Option<NodeRef<'p>> {
    let resource = rule.grants("resources", way.resource)?;
    let node = rule.grants("verbs", way.verb)?;
    rule.grants("apiGroups", way.group)?;
    Some(if way.severity == Severity::Note { resource } else { node })
}
