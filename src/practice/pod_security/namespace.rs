//! What the labels of a namespace ask of its pods. Mirrors `k8s.io/pod-security-admission/api/helpers.go`.

use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::pod_security::{Level, PolicyVersion, Standard};

const PREFIX: &str = "pod-security.kubernetes.io/";
const MODES: [&str; 3] = ["enforce", "warn", "audit"];

/// What a namespace does about pods that break a standard. Without labels, nothing: `privileged:latest` is the default
/// of the admission plugin.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'p> {
    /// Pods that break it are refused.
    pub enforce: Standard,
    /// Whoever applies pods or workloads that break it is warned.
    pub warn: Standard,
    /// Pods and workloads that break it leave a trace in the audit log.
    pub audit: Standard,
    /// The value of the label `enforce`, where there is one.
    pub enforce_label: Option<NodeRef<'p>>,
    /// The value of the label `warn`, where there is one.
    pub warn_label: Option<NodeRef<'p>>,
}

impl<'p> Policy<'p> {
    /// The policy of a Namespace. A label that cannot be read, which the API server refuses, asks for nothing.
    pub fn of(namespace: ObjectRef<'p>) -> Self {
        let labels = namespace
            .labels()
            .filter(|labels| labels.entries().any(|(key, _)| key.key().starts_with(PREFIX)));
        let label = |key: &str| labels?.get(&format!("{PREFIX}{key}"));
        let standard = |mode: &str| Standard {
            level: label(mode).and_then(|node| parse_level(node.content())).unwrap_or(Level::Privileged),
            version: label(&format!("{mode}-version"))
                .and_then(|node| parse_version(node.content()))
                .unwrap_or(PolicyVersion::Latest),
        };
        let [enforce, warn, audit] = MODES.map(standard);
        Self { enforce, warn, audit, enforce_label: label("enforce"), warn_label: label("warn") }
    }

    /// What is asked of pods by a refusal, and what by a warning, in this order; without what asks for nothing, and
    /// without a warning that says the same as the refusal.
    pub fn asks(self) -> impl Iterator<Item = Standard> {
        let warn = Some(self.warn).filter(|warn| *warn != self.enforce);
        let both = [Some(self.enforce), warn].into_iter().flatten();
        both.filter(|standard| standard.level > Level::Privileged)
    }

    /// Whether somebody wrote that everything is let in; a label that cannot be read does not say so.
    pub fn is_privileged_on_purpose(self) -> bool {
        let label = self.enforce_label.or(self.warn_label);
        label.is_some_and(|label| label.content() == Level::Privileged.as_str())
    }
}

/// A label of the family that means nothing to the admission plugin.
#[derive(Clone, Copy, Debug)]
pub enum BadLabel<'p> {
    /// The value is none that the plugin knows: it refuses the Namespace.
    Value {
        /// The label's value.
        node: NodeRef<'p>,
        /// The whole key.
        key: &'p str,
        /// In the plugin's words.
        expected: &'static str,
    },
    /// There is no such label: the plugin passes over it.
    Key {
        /// The label's key.
        node: NodeRef<'p>,
    },
}

/// The labels of a Namespace that the admission plugin cannot read or does not know, in order. Mirrors
/// `PolicyToEvaluate`.
pub fn bad_labels(namespace: ObjectRef<'_>) -> Vec<BadLabel<'_>> {
    let mut bad = Vec::new();
    for (key, value) in namespace.labels().into_iter().flat_map(NodeRef::entries) {
        let Some(name) = key.content().strip_prefix(PREFIX) else { continue };
        let (mode, is_version) = match name.strip_suffix("-version") {
            Some(mode) => (mode, true),
            None => (name, false),
        };
        if !MODES.contains(&mode) {
            bad.push(BadLabel::Key { node: key });
            continue;
        }
        let Some(text) = value.as_str() else { continue };
        let expected = match is_version {
            true if parse_version(text).is_none() => "must be \"latest\" or \"v1.x\"",
            false if parse_level(text).is_none() => "must be one of privileged, baseline, restricted",
            _ => continue,
        };
        bad.push(BadLabel::Value { node: value, key: key.content(), expected });
    }
    bad
}

/// Mirrors `ParseLevel`.
fn parse_level(text: &str) -> Option<Level> {
    [Level::Privileged, Level::Baseline, Level::Restricted].into_iter().find(|level| level.as_str() == text)
}

/// Mirrors `ParseVersion`.
fn parse_version(text: &str) -> Option<PolicyVersion> {
    if text == "latest" {
        return Some(PolicyVersion::Latest);
    }
    let minor = text.strip_prefix("v1.")?;
    let is_plain = minor == "0" || !minor.starts_with(['0', '+']);
    minor.parse().ok().filter(|_| is_plain).map(PolicyVersion::Minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_plugin_reads_them() {
        assert_eq!(parse_version("latest"), Some(PolicyVersion::Latest));
        assert_eq!(parse_version("v1.0"), Some(PolicyVersion::Minor(0)));
        assert_eq!(parse_version("v1.33"), Some(PolicyVersion::Minor(33)));
        for text in ["", "1.33", "v1.033", "v1.", "v1.+3", "v2.0", "v1.33.1", "Latest"] {
            assert_eq!(parse_version(text), None, "{text}");
        }
    }
}
