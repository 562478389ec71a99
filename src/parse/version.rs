//! Kubernetes versions.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes 1.x, such as 1.37.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// The number after `1.`.
    pub minor: u16,
}

impl Version {
    /// The oldest version whose schemas are built in.
    pub const OLDEST: Self = Self { minor: 33 };
    /// The newest version whose schemas are built in, and the default target.
    pub const NEWEST: Self = Self { minor: 37 };

    /// All versions whose schemas are built in, oldest first.
    pub fn built_in() -> impl Iterator<Item = Self> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(|minor| Self { minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.minor)
    }
}

/// A text that is not a Kubernetes version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadVersion(pub String);

impl fmt::Display for BadVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is not a Kubernetes version; write it as `{}`", self.0, Version::NEWEST)
    }
}

impl std::error::Error for BadVersion {}

impl FromStr for Version {
    type Err = BadVersion;

    /// Reads `1.37`, `v1.37`, `1.37.2` or `v1.37.2+k3s1`: patch and build are of no consequence.
    fn from_str(text: &str) -> Result<Self, BadVersion> {
        let bad = || BadVersion(text.to_owned());
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.").ok_or_else(bad)?;
        let (minor, patch) = rest.split_once('.').unwrap_or((rest, "0"));
        let minor = minor.strip_suffix('+').unwrap_or(minor);
        if !patch.starts_with(|first: char| first.is_ascii_digit())
            || !minor.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(bad());
        }
        minor.parse().map(|minor| Self { minor }).map_err(|_| bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.37", "v1.37", "1.37.0", "v1.37.2+k3s1", "1.37+"] {
            assert_eq!(text.parse(), Ok(Version { minor: 37 }), "{text}");
        }
        for text in ["", "1", "1.", "2.1", "1.x", "1.37.x", "37"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
