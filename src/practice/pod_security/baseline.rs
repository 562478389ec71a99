//! The controls of the baseline level. Each function mirrors the file `check_*.go` of its control's id.

use std::borrow::Cow;

use crate::parse::tree::NodeRef;
use crate::practice::pod_security::culprit::{
    Culprit, Finding, Subject, Who, container_contexts, containers, containers_named, field, is_true, plural,
    quoted, security_contexts, setters, values, volumes_named,
};
use crate::practice::pod_security::has_user_namespace;

/// A culprit whose forbidden value is the scalar itself.
fn value<'p>((who, node): (Who<'p>, NodeRef<'p>)) -> Culprit<'p> {
    Culprit { who, node, value: Some(Cow::Borrowed(node.content())) }
}

/// A culprit whose value the plugin does not name.
fn plain<'p>((who, node): (Who<'p>, NodeRef<'p>)) -> Culprit<'p> {
    Culprit { who, node, value: None }
}

/// The annotations of the pod whose key starts like this, with the rest of the key.
fn annotations<'p>(
    pod: &Subject<'p, '_>,
    prefix: &'static str,
) -> impl Iterator<Item = (Cow<'p, str>, NodeRef<'p>)> {
    let all = pod.template.node.get_path("metadata.annotations").into_iter().flat_map(NodeRef::entries);
    all.map(|(key, node)| (key.key(), node)).filter(move |(key, _)| key.starts_with(prefix))
}

fn annotation_culprit<'p>(key: &str, node: NodeRef<'p>) -> Culprit<'p> {
    let value = Some(Cow::Owned(format!("{key}={:?}", node.content())));
    Culprit { who: Who::Annotation, node, value }
}

/// The `type` of a profile; the profile itself stands for one that is missing.
fn profile_type<'p>((who, profile): (Who<'p>, NodeRef<'p>)) -> (Who<'p>, NodeRef<'p>) {
    (who, field(profile, "type").unwrap_or(profile))
}

pub(super) fn is_allowed_profile(kind: &str) -> bool {
    matches!(kind, "RuntimeDefault" | "Localhost")
}

const APP_ARMOR_PREFIX: &str = "container.apparmor.security.beta.kubernetes.io/";

pub(super) fn app_armor_profile<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let fields = security_contexts(pod, "appArmorProfile").map(profile_type);
    let mut culprits: Vec<_> =
        fields.filter(|(_, kind)| !is_allowed_profile(kind.content())).map(value).collect();
    for (key, profile) in annotations(pod, APP_ARMOR_PREFIX) {
        let text = profile.content();
        if !(text.is_empty() || text == "runtime/default" || text.starts_with("localhost/")) {
            culprits.push(annotation_culprit(&key, profile));
        }
    }
    Finding::of(pod, culprits, |culprits| {
        let (annotations, fields): (Vec<_>, Vec<_>) =
            culprits.iter().cloned().partition(|culprit| culprit.who == Who::Annotation);
        let mut bad = values(&fields);
        bad.extend(values(&annotations));
        let reason = plural(bad.len(), "forbidden AppArmor profile", "forbidden AppArmor profiles");
        let detail = format!("{} must not set AppArmor profile type to {}", setters(culprits), quoted(&bad));
        (reason.to_owned(), detail)
    })
}

/// What a runtime gives a container anyway.
const DEFAULT_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The capabilities that containers add and that are not among those allowed.
pub(super) fn added_capabilities<'p>(pod: &Subject<'p, '_>, allowed: &[&str]) -> Vec<Culprit<'p>> {
    container_contexts(pod, "capabilities.add")
        .flat_map(|(who, list)| list.items().map(move |item| (who, item)))
        .filter(|(_, item)| !allowed.contains(&item.content()))
        .map(value)
        .collect()
}

pub(super) fn capabilities<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    Finding::of(pod, added_capabilities(pod, DEFAULT_CAPABILITIES), |culprits| {
        let detail = format!(
            "{} must not include {} in securityContext.capabilities.add",
            containers(culprits),
            quoted(&values(culprits))
        );
        ("non-default capabilities".to_owned(), detail)
    })
}

pub(super) fn host_namespaces<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let fields = ["hostNetwork", "hostPID", "hostIPC"].into_iter();
    let culprits = fields.filter_map(|key| {
        let node = pod.template.get(key).filter(|node| is_true(*node))?;
        Some(Culprit { who: Who::Pod, node, value: Some(Cow::Owned(format!("{key}=true"))) })
    });
    Finding::of(pod, culprits.collect(), |culprits| {
        let fields: Vec<_> = culprits.iter().filter_map(|culprit| culprit.value.as_deref()).collect();
        ("host namespaces".to_owned(), fields.join(", "))
    })
}

/// The volumes of a pod, with their names.
pub(super) fn volumes<'p>(pod: &Subject<'p, '_>) -> impl Iterator<Item = (&'p str, NodeRef<'p>)> + use<'p> {
    let list = pod.template.get("volumes").into_iter().flat_map(NodeRef::items);
    list.map(|volume| (volume.get("name").map_or("", NodeRef::content), volume))
}

pub(super) fn host_path_volumes<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let culprits = volumes(pod).filter_map(|(name, volume)| {
        let source = field(volume, "hostPath")?;
        let node = field(source, "path").unwrap_or(source);
        Some(plain((Who::Volume(name), node)))
    });
    Finding::of(pod, culprits.collect(), |culprits| {
        let names = volumes_named(culprits);
        let detail = format!("{} {}", plural(names.len(), "volume", "volumes"), quoted(&names));
        ("hostPath volumes".to_owned(), detail)
    })
}

pub(super) fn host_ports<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let ports = pod.containers().flat_map(|container| {
        let ports = container.get("ports").into_iter().flat_map(NodeRef::items);
        let ports = ports.filter_map(|port| field(port, "hostPort"));
        ports.map(move |port| (Who::Container(container.name()), port))
    });
    let culprits = ports.filter(|(_, port)| port.as_i64().is_some_and(|number| number != 0)).map(value);
    Finding::of(pod, culprits.collect(), |culprits| {
        let count = containers_named(culprits).len();
        let ports = values(culprits);
        let detail = format!(
            "{} {} {} {}",
            containers(culprits),
            plural(count, "uses", "use"),
            plural(ports.len(), "hostPort", "hostPorts"),
            ports.join(", ")
        );
        ("hostPort".to_owned(), detail)
    })
}

const HANDLERS: &[&str] =
    &["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

pub(super) fn host_probes_and_lifecycle<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let mut culprits = Vec::new();
    for container in pod.containers() {
        for handler in HANDLERS.iter().filter_map(|path| container.get(path)) {
            for action in ["httpGet.host", "tcpSocket.host"] {
                if let Some(host) = field(handler, action).filter(|host| !host.content().is_empty()) {
                    culprits.push(value((Who::Container(container.name()), host)));
                }
            }
        }
    }
    Finding::of(pod, culprits, |culprits| {
        let mut names = containers_named(culprits);
        names.sort_unstable();
        let hosts = values(culprits);
        let detail = format!(
            "{} {} {} {} {}",
            plural(names.len(), "container", "containers"),
            quoted(&names),
            plural(names.len(), "uses", "use"),
            plural(hosts.len(), "probe or lifecycle host", "probe or lifecycle hosts"),
            quoted(&hosts)
        );
        ("probe or lifecycle host".to_owned(), detail)
    })
}

pub(super) fn privileged<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let fields = container_contexts(pod, "privileged").filter(|(_, node)| is_true(*node));
    Finding::of(pod, fields.map(plain).collect(), |culprits| {
        let detail = format!("{} must not set securityContext.privileged=true", containers(culprits));
        ("privileged".to_owned(), detail)
    })
}

/// From 1.35 on, a pod with a user namespace of its own may unmask `/proc`.
pub(super) fn proc_mount<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 35 && has_user_namespace(pod) {
        return None;
    }
    masked_proc(pod)
}

/// The rule without exceptions.
pub(super) fn masked_proc<'p>(pod: &Subject<'p, '_>) -> Option<Finding<'p>> {
    let fields = container_contexts(pod, "procMount").filter(|(_, node)| node.content() != "Default");
    Finding::of(pod, fields.map(value).collect(), |culprits| {
        let detail = format!(
            "{} must not set securityContext.procMount to {}",
            containers(culprits),
            quoted(&values(culprits))
        );
        ("procMount".to_owned(), detail)
    })
}

fn is_allowed_selinux_type(kind: &str, minor: u16) -> bool {
    match kind {
        "" | "container_t" | "container_init_t" | "container_kvm_t" => true,
        "container_engine_t" => minor >= 31,
        _ => false,
    }
}

pub(super) fn se_linux_options<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    let mut culprits = Vec::new();
    for (who, options) in security_contexts(pod, "seLinuxOptions") {
        let text = |key| field(options, key).filter(|node| !node.content().is_empty());
        if let Some(kind) = text("type").filter(|kind| !is_allowed_selinux_type(kind.content(), minor)) {
            culprits.push(value((who, kind)));
        }
        for (key, what) in [("user", "user may not be set"), ("role", "role may not be set")] {
            if let Some(node) = text(key) {
                // A line break cannot stand in a type, so these two cannot be mistaken for one.
                culprits.push(Culprit { who, node, value: Some(Cow::Owned(format!("\n{what}"))) });
            }
        }
    }
    Finding::of(pod, culprits, |culprits| {
        let (set, types): (Vec<_>, Vec<_>) =
            values(culprits).into_iter().partition(|value| value.starts_with('\n'));
        let mut parts = Vec::new();
        if !types.is_empty() {
            parts.push(format!("{} {}", plural(types.len(), "type", "types"), quoted(&types)));
        }
        parts.extend(set.into_iter().rev().map(|what| what.trim_start().to_owned()));
        let detail = format!(
            "{} set forbidden securityContext.seLinuxOptions: {}",
            setters(culprits),
            parts.join("; ")
        );
        ("seLinuxOptions".to_owned(), detail)
    })
}

const SECCOMP_POD_ANNOTATION: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER_PREFIX: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// Before 1.19 the profile was an annotation, and the field is not looked at.
pub(super) fn seccomp_profile<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    if minor >= 19 {
        return forbidden_seccomp_types(pod);
    }
    let is_allowed = |profile: NodeRef<'_>| {
        let text = profile.content();
        matches!(text, "runtime/default" | "docker/default") || text.starts_with("localhost/")
    };
    let of_pod = annotations(pod, SECCOMP_POD_ANNOTATION).filter(|(key, _)| key == SECCOMP_POD_ANNOTATION);
    let of_containers = annotations(pod, SECCOMP_CONTAINER_PREFIX).filter(|(key, _)| {
        let name = &key[SECCOMP_CONTAINER_PREFIX.len()..];
        pod.containers().any(|container| container.name() == name)
    });
    let bad = of_pod.chain(of_containers).filter(|(_, profile)| !is_allowed(*profile));
    let culprits = bad.map(|(key, profile)| annotation_culprit(&key, profile));
    Finding::of(pod, culprits.collect(), |culprits| {
        let bad = values(culprits);
        let word = plural(bad.len(), "annotation", "annotations");
        ("seccompProfile".to_owned(), format!("forbidden {word} {}", bad.join(", ")))
    })
}

/// Profiles that are set, and to what they must not be.
pub(super) fn forbidden_seccomp_types<'p>(pod: &Subject<'p, '_>) -> Option<Finding<'p>> {
    let types = security_contexts(pod, "seccompProfile").map(profile_type);
    let culprits = types.filter(|(_, kind)| !is_allowed_profile(kind.content())).map(value);
    Finding::of(pod, culprits.collect(), |culprits| {
        let detail = format!(
            "{} must not set securityContext.seccompProfile.type to {}",
            setters(culprits),
            quoted(&values(culprits))
        );
        ("seccompProfile".to_owned(), detail)
    })
}

/// Sysctls that touch the pod alone, with the first minor version that allows them.
const SAFE_SYSCTLS: &[(&str, u16)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

pub(super) fn sysctls<'p>(pod: &Subject<'p, '_>, minor: u16) -> Option<Finding<'p>> {
    let list = pod.template.get("securityContext.sysctls").into_iter().flat_map(NodeRef::items);
    let names = list.map(|sysctl| sysctl.get("name").unwrap_or(sysctl));
    let bad = names
        .filter(|name| !SAFE_SYSCTLS.iter().any(|(safe, since)| *safe == name.content() && *since <= minor));
    Finding::of(pod, bad.map(|name| value((Who::Pod, name))).collect(), |culprits| {
        let names: Vec<_> = culprits.iter().filter_map(|culprit| culprit.value.as_deref()).collect();
        ("forbidden sysctls".to_owned(), names.join(", "))
    })
}

pub(super) fn windows_host_process<'p>(pod: &Subject<'p, '_>, _: u16) -> Option<Finding<'p>> {
    let fields = security_contexts(pod, "windowsOptions.hostProcess").filter(|(_, node)| is_true(*node));
    Finding::of(pod, fields.map(plain).collect(), |culprits| {
        let detail =
            format!("{} must not set securityContext.windowsOptions.hostProcess=true", setters(culprits));
        ("hostProcess".to_owned(), detail)
    })
}
