//! API versions of well-known custom kinds that their projects have stopped serving.
//!
//! Sources: cert-manager's upgrade notes (0.10 to 0.11, and "Migrating Deprecated API Resources"); Istio's blog on
//! migrating the alpha security policies; the release notes of Gateway API 0.8 and 1.2 (pull requests 2069 and 3361) and of
//! External Secrets 0.16 and 0.17. Istio still serves `networking.istio.io/v1alpha3`.

/// API versions that one release of a project stopped serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The API group.
    pub group: &'static str,
    versions: &'static [&'static str],
    /// The kinds; empty for all of the group.
    kinds: &'static [&'static str],
    /// The project, and its first release that does not serve them.
    pub gone_since: &'static str,
    /// The API version to write instead; `None` where the kinds are gone as well.
    pub replacement: Option<&'static str>,
    /// What else must be known.
    pub note: &'static str,
}

const RETIRED: &[Retired] = &[
    Retired {
        group: "certmanager.k8s.io",
        versions: &["v1alpha1"],
        kinds: &[],
        gone_since: "cert-manager 0.11",
        replacement: Some("cert-manager.io/v1"),
        note: "Orders and Challenges are kinds of `acme.cert-manager.io/v1`; `cmctl convert` rewrites the fields",
    },
    Retired {
        group: "cert-manager.io",
        versions: &["v1alpha2", "v1alpha3", "v1beta1"],
        kinds: &[],
        gone_since: "cert-manager 1.6",
        replacement: Some("cert-manager.io/v1"),
        note: "some fields have other names in v1: `cmctl convert` rewrites them",
    },
    Retired {
        group: "acme.cert-manager.io",
        versions: &["v1alpha2", "v1alpha3", "v1beta1"],
        kinds: &[],
        gone_since: "cert-manager 1.6",
        replacement: Some("acme.cert-manager.io/v1"),
        note: "cert-manager makes Orders and Challenges itself",
    },
    Retired {
        group: "authentication.istio.io",
        versions: &["v1alpha1"],
        kinds: &[],
        gone_since: "Istio 1.6",
        replacement: None,
        note: "write a PeerAuthentication and a RequestAuthentication of `security.istio.io/v1` instead",
    },
    Retired {
        group: "rbac.istio.io",
        versions: &["v1alpha1"],
        kinds: &[],
        gone_since: "Istio 1.6",
        replacement: None,
        note: "write an AuthorizationPolicy of `security.istio.io/v1` instead",
    },
    Retired {
        group: "gateway.networking.k8s.io",
        versions: &["v1alpha2"],
        kinds: &["Gateway", "GatewayClass", "HTTPRoute"],
        gone_since: "Gateway API 0.8",
        replacement: Some("gateway.networking.k8s.io/v1"),
        note: "",
    },
    Retired {
        group: "gateway.networking.k8s.io",
        versions: &["v1alpha2"],
        kinds: &["GRPCRoute"],
        gone_since: "Gateway API 1.2",
        replacement: Some("gateway.networking.k8s.io/v1"),
        note: "",
    },
    Retired {
        group: "gateway.networking.k8s.io",
        versions: &["v1alpha2"],
        kinds: &["ReferenceGrant"],
        gone_since: "Gateway API 1.2",
        replacement: Some("gateway.networking.k8s.io/v1beta1"),
        note: "",
    },
    Retired {
        group: "external-secrets.io",
        versions: &["v1alpha1"],
        kinds: &["ExternalSecret", "SecretStore", "ClusterSecretStore"],
        gone_since: "External Secrets 0.16",
        replacement: Some("external-secrets.io/v1"),
        note: "",
    },
    Retired {
        group: "external-secrets.io",
        versions: &["v1beta1"],
        kinds: &["ExternalSecret", "SecretStore", "ClusterSecretStore", "ClusterExternalSecret"],
        gone_since: "External Secrets 0.17",
        replacement: Some("external-secrets.io/v1"),
        note: "0.16 serves both: move the manifests before the operator is upgraded",
    },
];

/// What is known of the API version of a custom kind, if its project no longer serves it.
pub fn retired(api_version: &str, kind: &str) -> Option<&'static Retired> {
    let (group, version) = api_version.rsplit_once('/')?;
    RETIRED.iter().find(|row| {
        row.group == group
            && row.versions.contains(&version)
            && (row.kinds.is_empty() || row.kinds.contains(&kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_gone_is_retired() {
        let row = retired("cert-manager.io/v1alpha2", "Certificate").unwrap();
        assert_eq!((row.gone_since, row.replacement), ("cert-manager 1.6", Some("cert-manager.io/v1")));
        assert!(retired("cert-manager.io/v1", "Certificate").is_none());
        assert!(retired("networking.istio.io/v1alpha3", "VirtualService").is_none());
        assert!(retired("gateway.networking.k8s.io/v1alpha2", "TCPRoute").is_none());
        // No row sends anybody to an API version that another row says is gone.
        for row in RETIRED {
            let replaced =
                row.replacement.and_then(|version| retired(version, row.kinds.first().unwrap_or(&"")));
            assert_eq!(replaced, None, "{}", row.group);
        }
    }
}
