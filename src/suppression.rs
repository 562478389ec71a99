//! What the authors of manifests do not want to hear: `# kplan: ignore[check] reason`, and the annotation
//! `kplan.dev/ignore`.
//!
//! Facts only. Whether there are such checks, and what is held back, is decided where findings are put out.

mod cover;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use rayon::prelude::*;

use crate::parse::object::{File, ObjectId, ObjectRef, Program};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::{Comment, NodeRef};
use crate::source::{FILES_AT_ONCE, FileId, Span};
use crate::suppression::cover::Cover;

/// The annotation that speaks for an object, or for a pod template.
pub const ANNOTATION: &str = "kplan.dev/ignore";

/// What every suppression has in it.
static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("kplan"));
/// What a comment begins with that may be a suppression.
const MARK: &str = "kplan:";
const VERB: &str = "ignore";

/// One comment or annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The comment, or the value of the annotation.
    pub place: Span,
    /// The checks and groups that it names, as written, each with its place.
    pub names: Vec<(String, Span)>,
    /// Findings whose primary place starts here are meant.
    pub covers: Span,
    /// Whether all that it covers could be read: where a syntax error lies in the document, findings may be missing.
    pub is_readable: bool,
}

/// All suppressions of a program.
#[derive(Debug, Default)]
pub struct Suppressions {
    /// The files that have any, in order.
    by_file: Vec<(FileId, Vec<Suppression>)>,
}

impl Suppressions {
    /// Reads the comments and annotations of all objects.
    pub fn of(program: &Program) -> Self {
        let mut first = 0;
        let starts = program.files().iter().map(|file| {
            let start = first;
            first += file.objects.len();
            (file, start..first)
        });
        let files: Vec<_> = starts.collect();
        let by_file = files.into_par_iter().with_max_len(FILES_AT_ONCE).filter_map(|(file, objects)| {
            // Nearly all files have none, which one look at the bytes tells.
            let text = file.source.text().as_bytes();
            FINDER.find(text)?;
            let says = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
            let mut found = Vec::new();
            if file.foreign.is_none() && says(MARK) {
                read_comments(file, &mut found);
            }
            if says(ANNOTATION) {
                for index in objects {
                    read_annotations(program.object(ObjectId(index as u32)), &mut found);
                }
            }
            found.sort_by_key(|suppression| suppression.place);
            (!found.is_empty()).then_some((file.id, found))
        });
        Self { by_file: by_file.collect() }
    }

    /// Those of one file, in order.
    pub fn of_file(&self, file: FileId) -> &[Suppression] {
        match self.by_file.binary_search_by_key(&file, |(id, _)| *id) {
            Ok(index) => &self.by_file[index].1,
            Err(_) => &[],
        }
    }

    /// All, in order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &Suppression> {
        self.by_file.iter().flat_map(|(_, suppressions)| suppressions)
    }
}

fn read_comments(file: &File, found: &mut Vec<Suppression>) {
    let mut cover = None;
    for comment in file.parsed.tree.comments() {
        let Some(names) = names_of_comment(file, *comment) else { continue };
        let covers = cover.get_or_insert_with(|| Cover::of(file)).of_comment(*comment);
        let is_readable = !file.parsed.documents.iter().any(|document| {
            document.broken && document.range.start < covers.end && covers.start <= document.range.end
        });
        let place = Span::new(file.id, comment.start, comment.end);
        found.push(Suppression { place, names, covers, is_readable });
    }
}

/// The names in `# kplan: ignore[a, b] reason`; none where the brackets are missing, and `None` for any other comment.
fn names_of_comment(file: &File, comment: Comment) -> Option<Vec<(String, Span)>> {
    let text = &file.source.text()[comment.start as usize..comment.end as usize];
    let said = text.trim_start_matches('#').trim_start().strip_prefix(MARK)?.trim_start();
    let list = said.strip_prefix(VERB)?;
    let Some(list) = list.trim_start().strip_prefix('[') else {
        let is_other_word = list.starts_with(|next: char| next.is_alphanumeric() || next == '-');
        return (!is_other_word).then(Vec::new);
    };
    let list = list.split_once(']').map_or(list, |(list, _)| list);
    let start = list.as_ptr() as usize - file.source.text().as_ptr() as usize;
    Some(names_in(list, file.id, start as u32))
}

/// The names of a list with commas that starts at this byte.
fn names_in(list: &str, file: FileId, start: u32) -> Vec<(String, Span)> {
    let mut names = Vec::new();
    let mut at = start;
    for piece in list.split(',') {
        let name = piece.trim();
        if !name.is_empty() {
            let first = at + (piece.len() - piece.trim_start().len()) as u32;
            names.push((name.to_owned(), Span::new(file, first, first + name.len() as u32)));
        }
        at += piece.len() as u32 + 1;
    }
    names
}

fn read_annotations(object: ObjectRef<'_>, found: &mut Vec<Suppression>) {
    if let Some(value) = object.annotation(ANNOTATION) {
        found.push(annotation(object, object.root(), value));
    }
    let template = PodTemplate::of(object).filter(|template| template.node.id() != object.root().id());
    let value = template.and_then(|template| {
        let value = template.node.get("metadata")?.get("annotations")?.get(ANNOTATION)?;
        value.as_str().map(|_| (template.node, value))
    });
    if let Some((node, value)) = value {
        found.push(annotation(object, node, value));
    }
}

fn annotation(object: ObjectRef<'_>, node: NodeRef<'_>, value: NodeRef<'_>) -> Suppression {
    let place = object.span(value);
    let list = value.as_str().unwrap_or_default();
    let source = value.source();
    let names = match source.find(list) {
        Some(at) => names_in(list, object.file.id, place.start + at as u32),
        // Escapes or an alias: the names do not stand there as they are.
        None => names_in(list, object.file.id, 0).into_iter().map(|(name, _)| (name, place)).collect(),
    };
    Suppression { place, names, covers: object.span(node.target()), is_readable: !object.is_broken() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::parse::object::{Reading, read_objects};
    use crate::parse::parse;
    use crate::source::SourceFile;

    /// Names and covered text of each suppression.
    fn read(text: &str) -> Vec<(Vec<String>, String)> {
        let source = Arc::new(SourceFile::from_text("a.yaml", text));
        let file = read_objects(FileId(0), Arc::clone(&source), parse(&source), Reading::PLAIN);
        let program = Program::new(vec![Arc::new(file)]);
        let suppressions = Suppressions::of(&program);
        let shown = suppressions.iter().map(|suppression| {
            for (name, span) in &suppression.names {
                assert_eq!(&source.text()[span.range()], name);
            }
            let names = suppression.names.iter().map(|(name, _)| name.clone()).collect();
            (names, source.text()[suppression.covers.range()].to_owned())
        });
        shown.collect()
    }

    fn covered(text: &str) -> String {
        let head = "apiVersion: v1\nkind: Pod\nspec:\n";
        let found = read(&format!("{head}{text}"));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].1.clone()
    }

    #[test]
    fn a_comment_above_covers_the_whole_field_item_or_object_below() {
        assert_eq!(covered("  # kplan: ignore[x]\n  a:\n    b: 1\n  c: 2\n"), "a:\n    b: 1");
        assert_eq!(covered("  a:\n  # kplan: ignore[x]\n  - b: 1\n    c: 2\n  - d\n"), "b: 1\n    c: 2");
        assert_eq!(
            covered("  # kplan: ignore[x] because\n  # of this\n\n  a: {b: 1,\n    c: 2}\n"),
            "a: {b: 1,\n    c: 2}"
        );
        let object = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a";
        assert_eq!(read(&format!("# kplan: ignore[x]\n---\n{object}\n"))[0].1, object);
    }

    #[test]
    fn a_comment_at_the_end_covers_its_line_and_what_begins_there() {
        assert_eq!(covered("  a: 1\n  b: 2 # kplan: ignore[x]\n  c: 3\n"), "  b: 2 # kplan: ignore[x]");
        assert_eq!(covered("  b: # kplan: ignore[x]\n    c: 3\n"), "  b: # kplan: ignore[x]\n    c: 3");
        assert_eq!(
            covered("  b:\n  - c: 3 # kplan: ignore[x]\n    d: 4\n  - e\n"),
            "  - c: 3 # kplan: ignore[x]\n    d: 4"
        );
        let found = read("apiVersion: v1 # kplan: ignore[x]\nkind: Pod\n");
        assert_eq!(found[0].1, "apiVersion: v1 # kplan: ignore[x]", "the first field is not the object");
    }

    #[test]
    fn a_comment_after_everything_covers_nothing() {
        assert_eq!(covered("  a: 1\n# kplan: ignore[x]\n"), "");
    }

    #[test]
    fn names_are_read_with_their_places() {
        let names = |comment: &str| {
            read(&format!("apiVersion: v1\nkind: Pod {comment}\n")).pop().map(|(names, _)| names)
        };
        assert_eq!(names("# kplan: ignore[a, b-c]: reason"), Some(vec!["a".to_owned(), "b-c".to_owned()]));
        assert_eq!(names("#kplan:ignore [ a ]"), Some(vec!["a".to_owned()]));
        assert_eq!(names("# kplan: ignore a"), Some(Vec::new()));
        assert_eq!(names("# kplan: ignore[]"), Some(Vec::new()));
        assert_eq!(names("# kplan: ignored by many"), None);
        assert_eq!(names("# see kplan: ignore[a]"), None);
    }

    #[test]
    fn an_annotation_covers_its_object_or_its_template() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations: {kplan.dev/ignore: 'a, b'}\n\
                    spec:\n  template:\n    metadata:\n      annotations:\n        kplan.dev/ignore: c\n    spec: {}\n";
        let found = read(text);
        assert_eq!(found[0], (vec!["a".to_owned(), "b".to_owned()], text.trim_end().to_owned()));
        assert_eq!(found[1].0, ["c"]);
        assert!(found[1].1.starts_with("metadata:\n      annotations"), "{}", found[1].1);
    }
}
