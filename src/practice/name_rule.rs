//! Which names the API server takes for what.

use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::version::Version;

/// A rule for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// `validation.IsDNS1123Subdomain`.
    Subdomain,
    /// `validation.IsDNS1123Label`.
    Label,
    /// `validation.IsDNS1035Label`.
    OldLabel,
    /// The same as [`NameRule::Subdomain`], with the room that a CronJob leaves for the names of its Jobs
    /// (`ValidateCronJobCreate`).
    CronJob,
    /// `path.IsValidPathSegmentName`.
    PathSegment,
    /// `validation.IsConfigMapKey`.
    Key,
    /// `validation.IsValidPortName`.
    Port,
    /// `validation.IsValidLabelValue`.
    LabelValue,
    /// `validation.IsQualifiedName`.
    LabelKey,
}

impl NameRule {
    /// The rule for the names of objects of a kind: that of its `ValidateXName` in `pkg/apis/*/validation`. Services were
    /// bound to the older rule before 1.37 (`RelaxedServiceNameValidation`).
    pub fn of_kind(kind: KindRef<'_>, target: Version) -> Self {
        match kind {
            KindRef::Known(Kind::Service) if target < Version::NEWEST => Self::OldLabel,
            KindRef::Known(Kind::Service | Kind::Namespace | Kind::StatefulSet) => Self::Label,
            KindRef::Known(Kind::CronJob) => Self::CronJob,
            KindRef::Known(
                Kind::Role
                | Kind::ClusterRole
                | Kind::RoleBinding
                | Kind::ClusterRoleBinding
                | Kind::PodDisruptionBudget,
            ) => Self::PathSegment,
            _ => Self::Subdomain,
        }
    }

    /// Whether a name follows the rule.
    ///
    /// # Errors
    /// What the rule is, for the user.
    pub fn check(self, name: &str) -> Result<(), String> {
        let limit = match self {
            Self::Subdomain | Self::Key => 253,
            Self::CronJob => 52,
            Self::Label | Self::OldLabel | Self::LabelValue => 63,
            Self::LabelKey => 317,
            Self::PathSegment => usize::MAX,
            Self::Port => 15,
        };
        let is_valid = match self {
            Self::Subdomain | Self::CronJob => is_subdomain(name),
            Self::Label => is_label(name),
            Self::OldLabel => is_label(name) && name.starts_with(|first: char| first.is_ascii_lowercase()),
            Self::PathSegment => !matches!(name, "" | "." | "..") && !name.contains(['/', '%']),
            Self::Key => {
                !name.is_empty() && name.bytes().all(is_of_word) && name != "." && !name.starts_with("..")
            }
            Self::Port => {
                is_label(name)
                    && !name.contains("--")
                    && name.contains(|letter: char| letter.is_ascii_lowercase())
            }
            Self::LabelValue => name.is_empty() || is_label_word(name),
            Self::LabelKey => match name.split_once('/') {
                Some((prefix, word)) => {
                    prefix.len() <= 253 && is_subdomain(prefix) && is_label_word(word) && word.len() <= 63
                }
                None => is_label_word(name) && name.len() <= 63,
            },
        };
        if is_valid && name.len() <= limit {
            return Ok(());
        }
        if is_valid {
            return Err(format!("`{name}` is longer than the {limit} characters that such a name may have"));
        }
        Err(format!("`{name}` is no valid name: {}", self.describe()))
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Subdomain | Self::CronJob => {
                "it may have lower case letters, digits, `-` and `.`, and begins and ends with a letter or digit"
            }
            Self::Label => {
                "it may have lower case letters, digits and `-`, and begins and ends with a letter or digit"
            }
            Self::OldLabel => {
                "it may have lower case letters, digits and `-`, begins with a letter, and ends with a letter or digit"
            }
            Self::PathSegment => "it may be anything but `.` and `..`, without `/` and `%`",
            Self::Key => "it may have letters, digits, `-`, `_` and `.`",
            Self::Port => {
                "it may have lower case letters, digits and single `-`, at least one letter, and neither begins nor \
                 ends with `-`"
            }
            Self::LabelValue => {
                "it may have letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit"
            }
            Self::LabelKey => {
                "it is a word of letters, digits, `-`, `_` and `.`, perhaps with a DNS name and `/` before it"
            }
        }
    }
}

fn is_label(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    name.bytes().all(|byte| is_plain(byte) || byte == b'-')
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().next_back().is_some_and(is_plain)
}

fn is_subdomain(name: &str) -> bool {
    name.split('.').all(is_label)
}

fn is_label_word(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
    name.bytes().all(is_of_word)
        && name.bytes().next().is_some_and(is_plain)
        && name.bytes().next_back().is_some_and(is_plain)
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_rule() {
        let rule = |kind| NameRule::of_kind(KindRef::Known(kind), Version::NEWEST);
        assert!(rule(Kind::ConfigMap).check("web.settings-2").is_ok());
        assert!(rule(Kind::ConfigMap).check("Web").is_err());
        assert!(rule(Kind::StatefulSet).check("my.db").is_err());
        assert!(rule(Kind::ClusterRole).check("system:node").is_ok());
        assert!(rule(Kind::CronJob).check(&"a".repeat(53)).is_err());
        assert!(rule(Kind::Service).check("1web").is_ok());
        let old = NameRule::of_kind(KindRef::Known(Kind::Service), Version::OLDEST);
        assert!(old.check("1web").is_err());
    }

    #[test]
    fn names_inside_objects_have_rules_as_well() {
        assert!(NameRule::Port.check("http").is_ok());
        assert!(NameRule::Port.check("8080").is_err());
        assert!(NameRule::Port.check("a-name-too-long-x").is_err());
        assert!(NameRule::LabelKey.check("app.kubernetes.io/name").is_ok());
        assert!(NameRule::LabelKey.check("a/b/c").is_err());
        assert!(NameRule::LabelValue.check("").is_ok());
        assert!(NameRule::LabelValue.check("-a").is_err());
        assert!(NameRule::Key.check("application.properties").is_ok());
    }
}
