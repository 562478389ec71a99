//! The one value that every stage may make and every renderer reads.

use crate::source::Span;

/// How bad the consequence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The API server would reject it, or it cannot work.
    Error,
    /// It will be accepted and will probably hurt.
    Warning,
    /// Advice; off unless selected.
    Note,
}

impl Severity {
    /// The word that users read and write: `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Where; as narrow as possible.
    pub span: Span,
    /// A few words; may be empty where the message says it all.
    pub text: String,
}

/// The Kubernetes object that a diagnostic is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectName {
    /// `apps/v1`; empty where the document has none.
    pub api_version: String,
    /// `Deployment`; empty where the document has none.
    pub kind: String,
    /// The namespace, `default` where a namespaced object names none; `None` for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// `metadata.name`; empty where there is none.
    pub name: String,
}

/// Replaces one range of bytes by other text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What is written instead.
    pub text: String,
}

/// Whether a fix can be applied without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// Certain: keeps the meaning that the author evidently had. Applied by `--fix`.
    Safe,
    /// Probable: applied by `--unsafe-fixes` only.
    Unsafe,
}

/// A repair as edits of byte ranges that keep comments and style.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// What it does, in the imperative: "write `targetPort: 80`".
    pub title: String,
    /// Whether it may be applied without asking.
    pub safety: Safety,
    /// The edits; they do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding: exactly one primary place, any number of others.
///
/// The order of the fields is the order of the output: by place, then by gravity, then by check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The fault itself.
    pub primary: Label,
    /// How bad it is, after configuration.
    pub severity: Severity,
    /// Id of the check, kebab-case; reads well after "ignore".
    pub check: &'static str,
    /// One line that says the problem and stands alone in concise output.
    pub message: String,
    /// Other places that make the first one a fault, often in other files.
    pub related: Vec<Label>,
    /// What to write instead, one sentence each.
    pub help: Vec<String>,
    /// The object that it is about, where there is one.
    pub object: Option<ObjectName>,
    /// Path of the field in that object: `spec.ports[0].targetPort`.
    pub field: Option<String>,
    /// The repair, where there is one.
    pub fix: Option<Fix>,
}
