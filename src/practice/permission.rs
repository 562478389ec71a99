//! What the rules of roles can speak of: resources, subresources and verbs as the API server asks its authorizer.

use crate::graph::typo;
use crate::parse::schema::lifecycle;
use crate::parse::schema::suggest;
use crate::parse::schema::table::{Scope, Table};
use crate::parse::version::Version;

/// The subresources that may be asked about below built-in resources, from 1.33 to 1.37: those that
/// `pkg/registry/*/rest/storage_*.go` puts into its storage maps, as the discovery documents `api/discovery/*.json` list
/// them, and those that are asked for and not served:
///
/// - below `nodes`, what the kubelet asks about requests to itself (`nodeAuthorizerAttributesGetter` in
///   `pkg/kubelet/server/auth.go`): all but `proxy` and `status`;
/// - below `resourceclaims`, `binding` and `driver`, which the API server asks about for changes of their status
///   (`DRAResourceClaimGranularStatusAuthorization`, 1.36).
///
/// Any resource also has `finalizers`, which the admission plugin `OwnerReferencesPermissionEnforcement` asks for. Resources
/// that are not here may have none; of these nothing is said.
const SUBRESOURCES: &[(&str, &str, &[&str])] = &[
    ("", "namespaces", &["finalize", "status"]),
    (
        "",
        "nodes",
        &[
            "checkpoint",
            "configz",
            "healthz",
            "log",
            "metrics",
            "pods",
            "proxy",
            "stats",
            "status",
            "statusz",
        ],
    ),
    ("", "persistentvolumeclaims", &["status"]),
    ("", "persistentvolumes", &["status"]),
    (
        "",
        "pods",
        &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
            "status",
        ],
    ),
    ("", "replicationcontrollers", &["scale", "status"]),
    ("", "resourcequotas", &["status"]),
    ("", "serviceaccounts", &["token"]),
    ("", "services", &["proxy", "status"]),
    ("admissionregistration.k8s.io", "validatingadmissionpolicies", &["status"]),
    ("apiextensions.k8s.io", "customresourcedefinitions", &["status"]),
    ("apiregistration.k8s.io", "apiservices", &["status"]),
    ("apps", "daemonsets", &["status"]),
    ("apps", "deployments", &["scale", "status"]),
    ("apps", "replicasets", &["scale", "status"]),
    ("apps", "statefulsets", &["scale", "status"]),
    ("autoscaling", "horizontalpodautoscalers", &["status"]),
    ("batch", "cronjobs", &["status"]),
    ("batch", "jobs", &["status"]),
    ("certificates.k8s.io", "certificatesigningrequests", &["approval", "status"]),
    ("certificates.k8s.io", "podcertificaterequests", &["status"]),
    ("flowcontrol.apiserver.k8s.io", "flowschemas", &["status"]),
    ("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", &["status"]),
    ("internal.apiserver.k8s.io", "storageversions", &["status"]),
    ("networking.k8s.io", "ingresses", &["status"]),
    ("networking.k8s.io", "servicecidrs", &["status"]),
    ("policy", "poddisruptionbudgets", &["status"]),
    ("resource.k8s.io", "devicetaintrules", &["status"]),
    ("resource.k8s.io", "resourceclaims", &["binding", "driver", "status"]),
    ("resource.k8s.io", "resourcepoolstatusrequests", &["status"]),
    ("scheduling.k8s.io", "podgroups", &["status"]),
    ("storage.k8s.io", "volumeattachments", &["status"]),
    ("storagemigration.k8s.io", "storageversionmigrations", &["status"]),
];

/// Resources that exist for the authorizer only: whom one may impersonate, what one may sign or approve.
///
/// `WithImpersonation` asks for users and groups (and the ServiceAccounts that there are) in the core group, for user ids
/// and extras in `authentication.k8s.io`; constrained impersonation (`ConstrainedImpersonation`, 1.35) for all of them, and
/// for nodes, in `authentication.k8s.io`. Signers are asked for by the admission plugins `CertificateApproval`,
/// `CertificateSigning` and `ClusterTrustBundleAttest`.
const VIRTUAL: &[(&str, &str)] = &[
    ("", "users"),
    ("", "groups"),
    ("authentication.k8s.io", "users"),
    ("authentication.k8s.io", "groups"),
    ("authentication.k8s.io", "serviceaccounts"),
    ("authentication.k8s.io", "nodes"),
    ("authentication.k8s.io", "userextras"),
    ("authentication.k8s.io", "uids"),
    ("certificates.k8s.io", "signers"),
];

/// The short names of built-in resources, which `kubectl` completes and the authorizer does not: `ShortNames()` of their
/// storages, as the discovery documents `api/discovery/*.json` list them.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("cm", "configmaps"),
    ("cs", "componentstatuses"),
    ("ep", "endpoints"),
    ("ev", "events"),
    ("limits", "limitranges"),
    ("ns", "namespaces"),
    ("no", "nodes"),
    ("pvc", "persistentvolumeclaims"),
    ("pv", "persistentvolumes"),
    ("po", "pods"),
    ("rc", "replicationcontrollers"),
    ("quota", "resourcequotas"),
    ("sa", "serviceaccounts"),
    ("svc", "services"),
    ("crd", "customresourcedefinitions"),
    ("crds", "customresourcedefinitions"),
    ("ds", "daemonsets"),
    ("deploy", "deployments"),
    ("rs", "replicasets"),
    ("sts", "statefulsets"),
    ("hpa", "horizontalpodautoscalers"),
    ("cj", "cronjobs"),
    ("csr", "certificatesigningrequests"),
    ("ing", "ingresses"),
    ("ip", "ipaddresses"),
    ("netpol", "networkpolicies"),
    ("pdb", "poddisruptionbudgets"),
    ("pc", "priorityclasses"),
    ("sc", "storageclasses"),
    ("vac", "volumeattributesclasses"),
];

/// The verbs that the API server asks about for resources (`RequestInfoFactory.NewRequestInfo`), then those that its own
/// admission and RBAC code asks about.
pub const VERBS: &[&str] = &[
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "proxy",
    "approve",
    "attest",
    "bind",
    "escalate",
    "impersonate",
    "sign",
    "use",
];

/// The methods that the API server asks about for paths that are no resources.
pub const METHODS: &[&str] = &["get", "head", "post", "put", "patch", "delete", "options"];

/// Words of HTTP and of kubectl that people write for a verb, and the verb.
const NOT_VERBS: &[(&str, &str)] = &[
    ("post", "create"),
    ("put", "update"),
    ("head", "get"),
    ("read", "get"),
    ("view", "get"),
    ("describe", "get"),
    ("write", "update"),
    ("edit", "update"),
    ("modify", "update"),
    ("replace", "update"),
    ("apply", "patch"),
    ("add", "create"),
    ("remove", "delete"),
    ("destroy", "delete"),
    ("all", "*"),
];

/// The resource of a name such as `pods/log`, without its subresource.
pub fn base_of(resource: &str) -> &str {
    resource.split_once('/').map_or(resource, |(base, _)| base)
}

/// Whether a group serves a resource, or the authorizer is asked about it all the same.
pub fn exists(table: &Table, group: &str, resource: &str) -> bool {
    table.has_resource(group, resource) || VIRTUAL.contains(&(group, resource))
}

/// The built-in groups that serve a resource at the target version, in order.
pub fn groups_with(table: &Table, resource: &str) -> Vec<&'static str> {
    table.all_resources().iter().filter(|row| row.1 == resource).map(|row| row.0).collect()
}

/// What a word probably means that is no resource: its plural, its full name, or the resource that it is a slip of the
/// pen for.
pub fn meant_resource(table: &Table, written: &str) -> Option<&'static str> {
    let lower = written.to_ascii_lowercase();
    if let Some((_, plural)) = SHORT_NAMES.iter().find(|(short, _)| *short == lower) {
        return Some(plural);
    }
    let resources = || table.kinds().filter(|kind| kind.scope != Scope::Subresource && kind.plural != "-");
    if let Some(kind) =
        resources().find(|kind| kind.plural == lower || kind.kind.eq_ignore_ascii_case(written))
    {
        return Some(kind.plural);
    }
    let mut near = resources().filter(|kind| typo::is_typo(written, kind.plural));
    near.next().map(|kind| kind.plural)
}

/// Resources of alpha versions that are gone: classes and the like of the first design of dynamic resources, and the ranges
/// of addresses for pods.
const FORMER: &[(&str, &str)] = &[
    ("networking.k8s.io", "clustercidrs"),
    ("resource.k8s.io", "podschedulingcontexts"),
    ("resource.k8s.io", "podschedulings"),
    ("resource.k8s.io", "resourceclaimparameters"),
    ("resource.k8s.io", "resourceclasses"),
    ("resource.k8s.io", "resourceclassparameters"),
];

/// Whether a group served such a resource until some version: `policy`, `podsecuritypolicies`.
pub fn is_removed(group: &str, resource: &str) -> bool {
    FORMER.contains(&(group, resource))
        || lifecycle::rows().iter().any(|row| {
            row.api_version.split_once('/').map_or("", |(group, _)| group) == group
                && plural_of(row.kind) == resource
        })
}

/// What became of a resource that the target version does not have and another version has in one of these groups.
pub fn fate_elsewhen(table: &Table, groups: &[&str], resource: &str) -> Option<String> {
    let has =
        |version: &Version| groups.iter().any(|group| Table::of(*version).has_resource(group, resource));
    match Version::built_in().find(has) {
        Some(version) if version > table.version() => Some(format!("is there from Kubernetes {version} on")),
        Some(_) => Some("Kubernetes no longer has".to_owned()),
        None => {
            let is_gone = groups.iter().any(|group| is_removed(group, resource))
                && groups_with(table, resource).is_empty();
            is_gone.then(|| "Kubernetes no longer has".to_owned())
        }
    }
}

/// The name of the resource of a kind, by the rule of `meta.UnsafeGuessKindToResource`; `gateways` are no exception to
/// grammar.
pub fn plural_of(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    match lower.as_bytes() {
        [.., b's'] => format!("{lower}es"),
        [.., before, b'y'] if !b"aeou".contains(before) => format!("{}ies", &lower[..lower.len() - 1]),
        _ => format!("{lower}s"),
    }
}

/// The subresources of a resource; `None` where any may be asked about.
pub fn subresources(group: &str, resource: &str) -> Option<&'static [&'static str]> {
    let row = SUBRESOURCES.iter().find(|row| (row.0, row.1) == (group, resource));
    row.map(|row| row.2)
}

/// The verb that somebody means who writes something else; `None` for the verbs that there are, and for words that a
/// controller may well ask about by itself.
pub fn meant_verb(written: &str) -> Option<&'static str> {
    if VERBS.contains(&written) || written == "*" || written.contains(':') {
        return None;
    }
    let lower = written.to_ascii_lowercase();
    let known = || VERBS.iter().copied();
    known()
        .find(|verb| *verb == lower)
        .or_else(|| NOT_VERBS.iter().find(|(word, _)| *word == lower).map(|(_, verb)| *verb))
        .or_else(|| known().find(|verb| lower.strip_suffix('s') == Some(verb)))
        .or_else(|| {
            // Short words are near to many; of the first eight verbs only, for the others are seldom meant.
            let usual = VERBS[..8].iter().copied();
            usual.filter(|verb| verb.len() >= 4).find(|verb| suggest::distance(&lower, verb) == 1)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resource_with_subresources_is_served() {
        let table = Table::of(Version::NEWEST);
        for (group, resource, subresources) in SUBRESOURCES {
            assert!(exists(table, group, resource), "{group}/{resource}");
            assert!(subresources.is_sorted(), "{resource}");
        }
        for (short, resource) in SHORT_NAMES {
            assert!(!groups_with(table, resource).is_empty(), "{short}");
        }
    }

    #[test]
    fn what_is_meant_is_understood() {
        let table = Table::of(Version::NEWEST);
        assert_eq!(meant_resource(table, "Deployment"), Some("deployments"));
        assert_eq!(meant_resource(table, "pod"), Some("pods"));
        assert_eq!(meant_resource(table, "svc"), Some("services"));
        assert_eq!(meant_resource(table, "configmpas"), Some("configmaps"));
        assert_eq!(meant_resource(table, "widgets"), None);
        assert!(is_removed("policy", "podsecuritypolicies"));
        assert!(is_removed("extensions", "ingresses"));
        assert!(!is_removed("apps", "ingresses"));
    }

    #[test]
    fn verbs_of_others_are_left_alone() {
        for (written, meant) in [
            ("get", None),
            ("use", None),
            ("GET", Some("get")),
            ("post", Some("create")),
            ("wacth", Some("watch")),
            ("lists", Some("list")),
            ("deletecollections", Some("deletecollection")),
            ("impersonate:user-info", None),
            ("drain", None),
            ("knock", None),
        ] {
            assert_eq!(meant_verb(written), meant, "{written}");
        }
    }
}
