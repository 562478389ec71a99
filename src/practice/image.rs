//! The parts of an image's name, and who may change it.

use crate::parse::foreign::SkipReason;
use crate::parse::object::Program;
use crate::parse::pod::Container;
use crate::practice::selection::items_at;

/// An image as the container runtimes read it (the grammar of `distribution/reference`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'p> {
    /// Registry and path: `registry:5000/team/app`.
    pub repository: &'p str,
    /// What stands after the last colon of the last path segment.
    pub tag: Option<&'p str>,
    /// What stands after `@`.
    pub digest: Option<&'p str>,
}

impl<'p> Image<'p> {
    /// Splits a name. A colon before the last slash belongs to the registry's port.
    pub fn parse(text: &'p str) -> Self {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let last = name.rfind('/').map_or(0, |slash| slash + 1);
        match name[last..].find(':') {
            Some(colon) => {
                Self { repository: &name[..last + colon], tag: Some(&name[last + colon + 1..]), digest }
            }
            None => Self { repository: name, tag: None, digest },
        }
    }

    /// Whether what it names changes without its name changing: no digest, and no tag or the tag `latest`.
    pub fn is_latest(self) -> bool {
        self.digest.is_none() && self.tag.is_none_or(|tag| tag == "latest")
    }
}

/// Whether the text is not an image yet: a variable or template that another tool fills in, or the import path of a Go
/// program that `ko` builds and names by its digest (`ko://`, and before that the bare path).
pub fn is_placeholder(text: &str) -> bool {
    let is_import_path = text.contains("://") || text.starts_with("github.com/");
    text.contains(['$', '{', '}', '<', '>', ' ', '%']) || is_import_path || text.is_empty()
}

/// Whether the sidecar injector of Istio puts its own container in the place of this one, probes and resources included.
pub fn is_injected(container: Container<'_>) -> bool {
    container.get("image").is_some_and(|image| image.content() == "auto")
}

/// Whether a kustomization of the input names an image in its `images`, which gives it another name, tag or digest.
pub fn is_renamed(program: &Program, repository: &str) -> bool {
    let kustomizations =
        program.files().iter().filter(|file| file.foreign == Some(SkipReason::Kustomization));
    kustomizations
        .flat_map(|file| file.parsed.documents.iter().map(|document| file.node(document.root)))
        .flat_map(|root| items_at(root, "images"))
        .any(|image| image.get("name").is_some_and(|name| name.content() == repository))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_a_registry_is_no_tag() {
        let image = Image::parse("localhost:5000/team/app");
        assert_eq!((image.repository, image.tag), ("localhost:5000/team/app", None));
        let image = Image::parse("localhost:5000/team/app:1.2");
        assert_eq!((image.repository, image.tag), ("localhost:5000/team/app", Some("1.2")));
    }

    #[test]
    fn a_digest_fixes_an_image_whatever_its_tag() {
        assert!(!Image::parse("app@sha256:0123").is_latest());
        assert!(!Image::parse("app:latest@sha256:0123").is_latest());
        assert!(Image::parse("app:latest").is_latest());
        assert!(Image::parse("app").is_latest());
        assert!(!Image::parse("app:latest-alpine").is_latest());
    }
}
