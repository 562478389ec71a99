//! The Pod Security Standards: which fields of a pod a level forbids, at each version of the policy.
//!
//! Mirrors `k8s.io/pod-security-admission/policy`: the controls with their ids, versions and overrides, the order in
//! which they are evaluated, and the words in which they refuse a pod.

mod baseline;
mod culprit;
mod namespace;
mod restricted;

use std::fmt;

use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;

use culprit::Subject;
pub use namespace::{BadLabel, Policy, bad_labels};

/// A level of the standards, mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Forbids nothing.
    Privileged,
    /// Forbids known ways out of the container.
    Baseline,
    /// Asks for what hardens a pod.
    Restricted,
}

impl Level {
    /// The word of the namespace labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// Which version of the standards: a minor version of Kubernetes, or whatever the API server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyVersion {
    /// `v1.33`.
    Minor(u16),
    /// `latest`.
    Latest,
}

impl PolicyVersion {
    /// The minor version whose rules an API server of the target version applies. Mirrors the clamp at the head of
    /// `checkRegistry.EvaluatePod`.
    fn resolve(self, target: Version) -> u16 {
        match self {
            Self::Minor(minor) => minor.min(target.minor),
            Self::Latest => target.minor,
        }
    }
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(minor) => write!(formatter, "v1.{minor}"),
            Self::Latest => formatter.write_str("latest"),
        }
    }
}

/// A level at a version; written `restricted:latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    /// How strict.
    pub level: Level,
    /// By the rules of which version.
    pub version: PolicyVersion,
}

impl Standard {
    /// A level by the newest rules.
    pub const fn latest(level: Level) -> Self {
        Self { level, version: PolicyVersion::Latest }
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.level.as_str(), self.version)
    }
}

/// One control that a pod breaks.
#[derive(Clone, Debug)]
pub struct Violation<'p> {
    /// The id of the control in the admission plugin: `hostPathVolumes`.
    pub control: &'static str,
    /// The level that it belongs to.
    pub level: Level,
    /// In the plugin's words: `hostPath volumes`.
    pub reason: String,
    /// In the plugin's words, for the whole pod: `volume "data"`.
    pub detail: String,
    /// The places that break it; at least one.
    pub faults: Vec<Fault<'p>>,
    /// One change, to the pod, mends all the places.
    pub is_joint: bool,
}

impl fmt::Display for Violation<'_> {
    /// As in `AggregateCheckResult.ForbiddenDetail`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.reason, self.detail)
    }
}

/// One place that breaks a control.
#[derive(Clone, Debug)]
pub struct Fault<'p> {
    /// The offending value; where a field is missing, the name of the container that lacks it.
    pub node: NodeRef<'p>,
    /// In the plugin's words, as if this were the only place.
    pub detail: String,
}

/// Everything in a pod that a standard forbids, in the order in which the admission plugin names it. Mirrors
/// `checkRegistry.EvaluatePod` of an API server of the target version.
pub fn evaluate<'p>(template: PodTemplate<'p>, standard: Standard, target: Version) -> Vec<Violation<'p>> {
    evaluate_where(template, standard, target, &|_| true)
}

/// As [`evaluate`], as if the places that do not count were in order: what is said of the pod is said of the others.
pub fn evaluate_where<'p>(
    template: PodTemplate<'p>,
    standard: Standard,
    target: Version,
    counts: &dyn Fn(NodeRef<'p>) -> bool,
) -> Vec<Violation<'p>> {
    if standard.level == Level::Privileged {
        return Vec::new();
    }
    let minor = standard.version.resolve(target);
    let pod = Subject::new(template, counts);
    let active = |control: &&Control| control.since <= minor && control.level <= standard.level;
    let is_overridden =
        |id: &str| CONTROLS.iter().filter(active).any(|control| control.overrides == Some(id));
    CONTROLS
        .iter()
        .filter(active)
        .filter(|control| !is_overridden(control.id))
        .filter_map(|control| (control.run)(&pod, minor).map(|finding| finding.into_violation(control)))
        .collect()
}

/// One control of the standards.
struct Control {
    id: &'static str,
    level: Level,
    /// The first minor version that has it.
    since: u16,
    /// The milder control that it takes the place of.
    overrides: Option<&'static str>,
    /// The rule, at a minor version.
    run: for<'p> fn(&Subject<'p, '_>, u16) -> Option<culprit::Finding<'p>>,
}

const fn baseline(
    id: &'static str,
    since: u16,
    run: for<'p> fn(&Subject<'p, '_>, u16) -> Option<culprit::Finding<'p>>,
) -> Control {
    Control { id, level: Level::Baseline, since, overrides: None, run }
}

const fn restricted(
    id: &'static str,
    since: u16,
    overrides: Option<&'static str>,
    run: for<'p> fn(&Subject<'p, '_>, u16) -> Option<culprit::Finding<'p>>,
) -> Control {
    Control { id, level: Level::Restricted, since, overrides, run }
}

/// All controls: baseline before restricted, each by id, as `populate` orders them.
static CONTROLS: &[Control] = &[
    baseline("appArmorProfile", 0, baseline::app_armor_profile),
    baseline("capabilities_baseline", 0, baseline::capabilities),
    baseline("hostNamespaces", 0, baseline::host_namespaces),
    baseline("hostPathVolumes", 0, baseline::host_path_volumes),
    baseline("hostPorts", 0, baseline::host_ports),
    baseline("hostProbesAndHostLifecycle", 34, baseline::host_probes_and_lifecycle),
    baseline("privileged", 0, baseline::privileged),
    baseline("procMount", 0, baseline::proc_mount),
    baseline("seLinuxOptions", 0, baseline::se_linux_options),
    baseline("seccompProfile_baseline", 0, baseline::seccomp_profile),
    baseline("sysctls", 0, baseline::sysctls),
    baseline("windowsHostProcess", 0, baseline::windows_host_process),
    restricted("allowPrivilegeEscalation", 8, None, restricted::allow_privilege_escalation),
    restricted("capabilities_restricted", 22, Some("capabilities_baseline"), restricted::capabilities),
    restricted("procMount_restricted", 35, Some("procMount"), restricted::proc_mount),
    restricted("restrictedVolumes", 0, Some("hostPathVolumes"), restricted::volumes),
    restricted("runAsNonRoot", 0, None, restricted::run_as_non_root),
    restricted("runAsUser", 23, None, restricted::run_as_user),
    restricted("seccompProfile_restricted", 19, Some("seccompProfile_baseline"), restricted::seccomp_profile),
];

/// The pod runs in a user namespace of its own, which relaxes some controls from 1.35 on. Mirrors
/// `relaxPolicyForUserNamespacePod`.
fn has_user_namespace(pod: &Subject<'_, '_>) -> bool {
    pod.template.get("hostUsers").and_then(NodeRef::as_bool) == Some(false)
}

/// The pod says that it is for Windows, which frees it of some controls from 1.25 on.
fn is_windows(pod: &Subject<'_, '_>) -> bool {
    pod.template.get("os.name").is_some_and(|name| name.content() == "windows")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_stand_in_the_order_of_the_plugin() {
        assert!(CONTROLS.is_sorted_by_key(|control| (control.level, control.id)));
    }

    #[test]
    fn a_version_newer_than_the_server_is_the_servers() {
        let target = Version { minor: 33 };
        assert_eq!(PolicyVersion::Minor(40).resolve(target), 33);
        assert_eq!(PolicyVersion::Minor(20).resolve(target), 20);
        assert_eq!(PolicyVersion::Latest.resolve(target), 33);
        assert_eq!(Standard::latest(Level::Baseline).to_string(), "baseline:latest");
        assert_eq!(PolicyVersion::Minor(7).to_string(), "v1.7");
    }
}
