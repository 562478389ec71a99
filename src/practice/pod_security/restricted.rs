//! The controls of the restricted level. Each function mirrors the file `check_*.go` of its control's id.

use std::borrow::Cow;

use crate::practice::pod_security::baseline::{
    added_capabilities, forbidden_seccomp_types, is_allowed_profile, masked_proc, volumes as pod_volumes,
};
use crate::practice::pod_security::culprit::{
    Culprit, Finding, Subject, Who, containers, field, place_of, plural, quoted, security_contexts, setters,
    values, volumes_named,
};
use crate::practice::pod_security::{has_user_namespace, is_windows};

/// The containers of a pod that lack something, as `lacks` finds, with the place where it should stand.
fn containers_without<'p>(
    pod: &Subject<'p, '_>,
    lacks: impl Fn(crate::parse::pod::Container<'p>) -> bool,
) -> Vec<Culprit<'p>> {
    let bad = pod.containers().filter(|container| lacks(*container));
    bad.map(|container| Culprit {
        who: Who::Container(container.name()),
        node: place_of(container),
        value: None,
    })
    .collect()
}

pub(super) fn allow_privilege_escalation<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 25 && is_windows(pod) {
        return None;
    }
    let culprits = pod.containers().filter_map(|container| {
        let value = container.get("securityContext.allowPrivilegeEscalation");
        if value.is_some_and(|value| value.as_bool() == Some(false)) {
            return None;
        }
        let node = value.unwrap_or_else(|| place_of(container));
        Some(Culprit { who: Who::Container(container.name()), node, value: None })
    });
    Finding::of(pod, culprits.collect(), |culprits| {
        let detail =
            format!("{} must set securityContext.allowPrivilegeEscalation=false", containers(culprits));
        ("allowPrivilegeEscalation != false".to_owned(), detail)
    })
}

pub(super) fn capabilities<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 25 && is_windows(pod) {
        return None;
    }
    let drops_all = |container: crate::parse::pod::Container<'_>| {
        let dropped = container.get("securityContext.capabilities.drop");
        dropped.is_some_and(|list| list.items().any(|item| item.content() == "ALL"))
    };
    let mut culprits = containers_without(pod, |container| !drops_all(container));
    culprits.extend(added_capabilities(pod, &["NET_BIND_SERVICE"]));
    Finding::of(pod, culprits, |culprits| {
        let (adding, keeping): (Vec<_>, Vec<_>) =
            culprits.iter().cloned().partition(|culprit| culprit.value.is_some());
        let mut parts = Vec::new();
        if !keeping.is_empty() {
            let who = containers(&keeping);
            parts.push(format!("{who} must set securityContext.capabilities.drop=[\"ALL\"]"));
        }
        if !adding.is_empty() {
            parts.push(format!(
                "{} must not include {} in securityContext.capabilities.add",
                containers(&adding),
                quoted(&values(&adding))
            ));
        }
        ("unrestricted capabilities".to_owned(), parts.join("; "))
    })
}

/// Unlike at the baseline level, a user namespace of its own does not help a pod here.
pub(super) fn proc_mount<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    masked_proc(pod)
}

const ALLOWED_VOLUMES: &[&str] = &[
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Other sources, in the order in which the plugin looks for them.
const RESTRICTED_VOLUMES: &[&str] = &[
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

pub(super) fn volumes<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let culprits = pod_volumes(pod).filter_map(|(name, volume)| {
        let source = |kinds: &[&'static str]| {
            kinds.iter().find_map(|kind| field(volume, kind).map(|node| (*kind, node)))
        };
        if source(ALLOWED_VOLUMES).is_some() {
            return None;
        }
        // One without any source is an emptyDir (`SetDefaults_Volume`).
        let (kind, node) = source(RESTRICTED_VOLUMES)?;
        let node = if kind == "hostPath" { field(node, "path").unwrap_or(node) } else { node };
        Some(Culprit { who: Who::Volume(name), node, value: Some(Cow::Borrowed(kind)) })
    });
    Finding::of(pod, culprits.collect(), |culprits| {
        let names = volumes_named(culprits);
        let kinds = values(culprits);
        let detail = format!(
            "{} {} {} {} {}",
            plural(names.len(), "volume", "volumes"),
            quoted(&names),
            plural(names.len(), "uses", "use"),
            plural(kinds.len(), "restricted volume type", "restricted volume types"),
            quoted(&kinds)
        );
        ("restricted volume types".to_owned(), detail)
    })
}

pub(super) fn run_as_non_root<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 35 && has_user_namespace(pod) {
        return None;
    }
    let refusals = security_contexts(pod, "runAsNonRoot")
        .filter(|(_, node)| node.as_bool() == Some(false))
        .map(|(who, node)| Culprit { who, node, value: None });
    let refused = Finding::of(pod, refusals.collect(), |culprits| {
        let detail = format!("{} must not set securityContext.runAsNonRoot=false", setters(culprits));
        ("runAsNonRoot != true".to_owned(), detail)
    });
    if refused.is_some() || pod.template.get("securityContext.runAsNonRoot").is_some() {
        return refused;
    }
    let silent = containers_without(pod, |container| container.get("securityContext.runAsNonRoot").is_none());
    Finding::joint(pod, silent, |culprits| {
        let detail = format!("pod or {} must set securityContext.runAsNonRoot=true", containers(culprits));
        ("runAsNonRoot != true".to_owned(), detail)
    })
}

pub(super) fn run_as_user<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 35 && has_user_namespace(pod) {
        return None;
    }
    let roots = security_contexts(pod, "runAsUser").filter(|(_, node)| node.as_i64() == Some(0));
    let culprits = roots.map(|(who, node)| Culprit { who, node, value: None });
    Finding::of(pod, culprits.collect(), |culprits| {
        ("runAsUser=0".to_owned(), format!("{} must not set runAsUser=0", setters(culprits)))
    })
}

pub(super) fn seccomp_profile<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 25 && is_windows(pod) {
        return None;
    }
    if let Some(forbidden) = forbidden_seccomp_types(pod) {
        return Some(forbidden);
    }
    let of_pod = pod.template.get("securityContext.seccompProfile.type");
    if of_pod.is_some_and(|kind| is_allowed_profile(kind.content())) {
        return None;
    }
    let silent =
        containers_without(pod, |container| container.get("securityContext.seccompProfile").is_none());
    Finding::joint(pod, silent, |culprits| {
        let detail = format!(
            "pod or {} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"",
            containers(culprits)
        );
        ("seccompProfile".to_owned(), detail)
    })
}
