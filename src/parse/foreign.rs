//! Files that are YAML but not Kubernetes: recognised and counted, never guessed at.

use crate::parse::Parsed;

/// What a file is instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// A kustomization file.
    Kustomization,
}

/// Why a file is not Kubernetes, if it is not. A file with any document that has both `apiVersion` and `kind` is.
pub fn recognise(_path: &str, _text: &str, _parsed: &Parsed) -> Option<SkipReason> {
    None
}
