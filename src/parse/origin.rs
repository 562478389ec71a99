//! Which template of a chart a document was rendered from: the comment that Helm writes above each one.
//!
//! `helm template` and `helm get manifest` begin every document with `# Source: CHART/templates/FILE`
//! (`action.Configuration.renderResources` and the `template` command of helm/helm). The rendered text has other lines
//! than the template, so a template is named and never pointed into.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::parse::object::{File, Program};
use crate::parse::tree::Comment;
use crate::source::{FileId, FileKind, Span};

/// What Helm writes before the path.
const MARK: &str = "# Source: ";

/// The templates of all documents that name one.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// By file, in order: the bytes of a document and its template.
    documents: BTreeMap<FileId, Vec<(Range<u32>, String)>>,
}

impl Origins {
    /// Reads the comments of all files.
    pub fn of(program: &Program) -> Self {
        let named = program.files().iter().map(|file| (file.id, of_file(file)));
        Self { documents: named.filter(|(_, named)| !named.is_empty()).collect() }
    }

    /// The template that the document around a place was rendered from: `shop/templates/web.yaml`.
    pub fn template(&self, span: Span) -> Option<&str> {
        let documents = self.documents.get(&span.file)?;
        let next = documents.partition_point(|(range, _)| range.start <= span.start);
        let (range, template) = documents.get(next.checked_sub(1)?)?;
        // A place at the very end of a document, such as that of a missing field, is still its own.
        (span.start <= range.end).then_some(template)
    }
}

fn of_file(file: &File) -> Vec<(Range<u32>, String)> {
    let text = file.source.text();
    let comments = file.parsed.tree.comments();
    let mut marks = comments.iter().filter_map(|comment| template_of(text, *comment)).peekable();
    if file.source.kind() != FileKind::Manifest || marks.peek().is_none() {
        return Vec::new();
    }
    let mut named = Vec::new();
    // A comment that follows a document, or stands between two `---`, speaks for the document that comes next.
    let mut pending = None;
    for document in &file.parsed.documents {
        let content = file.parsed.tree.node(document.root).range();
        while let Some((_, template)) = marks.next_if(|(start, _)| *start < content.start) {
            pending = Some(template);
        }
        // What stands inside of the content is a comment of the template's author.
        while marks.next_if(|(start, _)| *start < content.end).is_some() {}
        if let Some(template) = pending.take() {
            named.push((document.range.clone(), template.to_owned()));
        }
    }
    named
}

/// The path in `# Source: shop/templates/web.yaml`, and where the comment starts. Any other `# Source:` is about
/// something else: Helm's paths begin with the chart and go on with `templates`, `crds` or the `charts` inside of it.
fn template_of(text: &str, comment: Comment) -> Option<(u32, &str)> {
    let start = comment.start as usize;
    if start > 0 && !matches!(text.as_bytes()[start - 1], b'\n' | b'\r') {
        return None;
    }
    let path = text[start..comment.end as usize].strip_prefix(MARK)?.trim_end();
    let mut parts = path.split('/');
    let chart = parts.next().filter(|chart| !chart.is_empty() && !chart.contains(char::is_whitespace))?;
    let holder = parts.next().filter(|part| ["templates", "crds", "charts"].contains(part))?;
    let file = parts.next_back().filter(|file| !file.is_empty())?;
    let is_path =
        !chart.ends_with(':') && !path.contains(char::is_control) && !holder.is_empty() && !file.is_empty();
    is_path.then_some((comment.start, path))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::parse::object::{Reading, read_objects};
    use crate::parse::parse;
    use crate::source::SourceFile;

    /// The template of each object, in order.
    fn templates(text: &str) -> Vec<Option<String>> {
        let source = Arc::new(SourceFile::from_text("a.yaml", text));
        let parsed = parse(&source);
        let file = Arc::new(read_objects(FileId(0), source, parsed, Reading::PLAIN));
        let program = Program::new(vec![file]);
        let origins = Origins::of(&program);
        program.objects().map(|object| origins.template(object.name_span()).map(str::to_owned)).collect()
    }

    const A: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    const B: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n";

    fn named(names: &[&str]) -> Vec<Option<String>> {
        names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())).collect()
    }

    #[test]
    fn the_comment_stands_after_the_separator_or_before_it() {
        let (a, b) = ("shop/templates/a.yaml", "shop/charts/db/templates/sub/b.yaml");
        let after = format!("---\n# Source: {a}\n{A}---\n# Source: {b}\n# Copyright\n\n{B}");
        assert_eq!(templates(&after), named(&[a, b]));
        let before = format!("# Source: {a}\n---\n{A}# Source: {b}\n---\n{B}");
        assert_eq!(templates(&before), named(&[a, b]));
        let windows = after.replace('\n', "\r\n");
        assert_eq!(templates(&windows), named(&[a, b]));
    }

    #[test]
    fn several_documents_of_one_template_each_carry_it() {
        let a = "shop/crds/all.yaml";
        assert_eq!(templates(&format!("---\n# Source: {a}\n{A}---\n# Source: {a}\n{B}")), named(&[a, a]));
        // Helm names the template for each document, so one without it is somebody else's.
        assert_eq!(templates(&format!("---\n# Source: {a}\n{A}---\n{B}")), named(&[a, ""]));
    }

    #[test]
    fn other_comments_are_no_templates() {
        for comment in [
            "# Source: https://example.com/templates/a.yaml",
            "# Source: our wiki/templates/a.yaml",
            "# Source: templates/a.yaml",
            "# Source: shop/templates/",
            "#Source: shop/templates/a.yaml",
            "  # Source: shop/templates/a.yaml",
        ] {
            assert_eq!(templates(&format!("{comment}\n{A}")), [None], "{comment}");
        }
        let inside = A.replace("kind:", "# Source: shop/templates/b.yaml\nkind:");
        assert_eq!(templates(&format!("{inside}---\n{B}")), [None, None]);
    }
}
