//! What keeps kplan from its work, and what to do about it.

use std::fmt;
use std::io;
use std::path::Path;

use miette::Diagnostic;

/// Something that kplan could not do: never a fault of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    message: String,
    help: Option<String>,
}

impl Failure {
    /// A failure and, where there is one, the remedy.
    pub fn new(message: impl Into<String>, help: Option<String>) -> Self {
        Self { message: message.into(), help }
    }

    pub(super) fn missing(path: &Path) -> Self {
        if let Ok(target) = std::fs::read_link(path) {
            let message =
                format!("`{}` is a link to `{}`, which does not exist", path.display(), target.display());
            return Self::new(message, Some("mend the link, or remove it".to_owned()));
        }
        Self::new(
            format!("`{}` does not exist", path.display()),
            Some("name a file, a folder, or `-` for standard input".to_owned()),
        )
    }

    pub(super) fn unreadable(shown: &str, error: &io::Error) -> Self {
        let help = match error.kind() {
            io::ErrorKind::PermissionDenied => Some("make it readable, or leave it out".to_owned()),
            _ => None,
        };
        Self::new(format!("cannot read `{shown}`: {error}"), help)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
}
