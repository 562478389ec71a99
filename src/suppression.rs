//! What the authors of manifests do not want to hear: `# kplan: ignore[check] reason`, and the annotation
//! `kplan.dev/ignore`.
//!
//! Facts only. Whether there are such checks, and what is held back, is decided where findings are put out.

mod cover;
mod wording;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use rayon::prelude::*;

use crate::parse::object::{File, Program};
use crate::parse::tree::NodeRef;
use crate::source::{FILES_AT_ONCE, FileId, Span};
use crate::suppression::cover::Cover;
use crate::suppression::wording::{Wording, is_nearly, is_slip_of_key, of_comment, pieces};

/// The annotation that speaks for an object, or for a pod template.
pub const ANNOTATION: &str = "kplan.dev/ignore";

/// What every suppression has in it.
static FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("plan"));
/// What comes before that, also where it was written by a friend of capital letters.
const INITIALS: &[u8] = b"kK";

/// Checks and groups as written, each with its place.
type Names = Vec<(String, Span)>;

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
    /// That it is written so that it is none.
    pub slip: Option<Slip>,
}

/// What looks like a suppression, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// What is written.
    pub span: Span,
    /// What to write instead.
    pub meant: String,
    /// Whether nothing but the spelling is wrong.
    pub is_sure: bool,
    /// What must be the name of a check, for all of this to be more than prose.
    pub hinge: Option<String>,
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
        let by_file = program.files().into_par_iter().with_max_len(FILES_AT_ONCE).filter_map(|file| {
            // Nearly all files have none, which one look at the bytes tells.
            let text = file.source.text().as_bytes();
            if file.foreign.is_some() || !names_kplan(text) {
                return None;
            }
            let mut found = Vec::new();
            read_comments(file, &mut found);
            read_annotations(file, &mut found);
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

fn names_kplan(text: &[u8]) -> bool {
    let is_whole = |at: usize| at > 0 && INITIALS.contains(&text[at - 1]);
    FINDER.find_iter(text).any(is_whole)
}

fn read_comments(file: &File, found: &mut Vec<Suppression>) {
    let mut cover = None;
    for comment in file.parsed.tree.comments() {
        let text = &file.source.text()[comment.start as usize..comment.end as usize];
        if !names_kplan(text.as_bytes()) {
            continue;
        }
        let of_comment = found.len();
        for piece in pieces(text) {
            let start = place_of(file, piece).start;
            let wording = of_comment_piece(file, piece);
            let Some((names, slip)) = wording else {
                // A `#` in a reason.
                if let Some(last) = found[of_comment..].last_mut() {
                    last.place.end = place_of(file, piece.trim_end()).end;
                }
                continue;
            };
            let covers = cover.get_or_insert_with(|| Cover::of(file)).of_comment(*comment);
            let is_readable = !file.parsed.documents.iter().any(|document| {
                document.broken && document.range.start < covers.end && covers.start <= document.range.end
            });
            let place = Span { start, ..place_of(file, piece.trim_end()) };
            found.push(Suppression { place, names, covers, is_readable, slip });
        }
    }
}

/// The names of a suppression, or what was meant to be one; `None` for any other piece of a comment.
fn of_comment_piece(file: &File, piece: &str) -> Option<(Names, Option<Slip>)> {
    match of_comment(piece) {
        Wording::Other => None,
        Wording::Right("") => Some((Vec::new(), None)),
        Wording::Right(list) => Some((names_in(list, file.id, place_of(file, list).start), None)),
        Wording::Slip(slip) => {
            let span = place_of(file, slip.said);
            Some((
                Vec::new(),
                Some(Slip { span, meant: slip.meant, is_sure: slip.is_sure, hinge: slip.hinge }),
            ))
        }
    }
}

/// Where a part of the text of a file stands in it.
fn place_of(file: &File, part: &str) -> Span {
    let start = (part.as_ptr() as usize - file.source.text().as_ptr() as usize) as u32;
    Span::new(file.id, start, start + part.len() as u32)
}

/// The names of a list with commas that starts at this byte.
fn names_in(list: &str, file: FileId, start: u32) -> Names {
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

/// Reads the annotations of everything that has metadata: objects, pod templates, templates of Jobs and of claims.
fn read_annotations(file: &File, found: &mut Vec<Suppression>) {
    let mut pending = Vec::new();
    for document in &file.parsed.documents {
        pending.push(file.node(document.root));
        while let Some(node) = pending.pop() {
            // What an alias stands for is read where it is written.
            if node.is_alias() {
                continue;
            }
            pending.extend(node.raw_entries().map(|(_, value)| value));
            pending.extend(node.items());
            let annotations = node.get("metadata").and_then(|metadata| metadata.get("annotations"));
            for (key, value) in annotations.into_iter().flat_map(NodeRef::entries) {
                found.extend(annotation(file, key, value).map(|(place, names, slip)| Suppression {
                    place,
                    names,
                    covers: file.span(node),
                    is_readable: !document.broken,
                    slip,
                }));
            }
        }
    }
}

type Read = (Span, Names, Option<Slip>);

fn annotation(file: &File, key: NodeRef<'_>, value: NodeRef<'_>) -> Option<Read> {
    let name = key.key();
    if is_slip_of_key(&name) {
        let place = file.span(key);
        let quote = key.source().chars().next().filter(|first| matches!(first, '"' | '\''));
        let quote = quote.map(String::from).unwrap_or_default();
        let meant = format!("{quote}{ANNOTATION}{quote}");
        return Some((
            place,
            Vec::new(),
            Some(Slip { span: place, meant, is_sure: is_nearly(&name), hinge: None }),
        ));
    }
    let list = value.as_str().filter(|_| name == ANNOTATION)?;
    // A reason may follow, in parentheses or after a colon.
    let list = list.split(['(', ':']).next().unwrap_or_default().trim_end();
    let place = file.span(value);
    let names = match value.source().find(list) {
        Some(at) => names_in(list, file.id, place.start + at as u32),
        // Escapes or an alias: the names do not stand there as they are.
        None => names_in(list, file.id, 0).into_iter().map(|(name, _)| (name, place)).collect(),
    };
    Some((place, names, None))
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
        assert_eq!(names("# pinned by hand # kplan: ignore[a] see #1"), Some(vec!["a".to_owned()]));
    }

    #[test]
    fn a_comment_beside_the_dashes_covers_the_object_below() {
        let object = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a";
        assert_eq!(read(&format!("--- # kplan: ignore[x]\n{object}\n"))[0].1, object);
    }

    #[test]
    fn an_annotation_may_give_a_reason_and_stands_wherever_there_is_metadata() {
        let text = "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  annotations: {kplan.dev/ignore: a (b, c)}\n\
                    spec:\n  jobTemplate:\n    metadata: {annotations: {kplan.dev/ignore: 'd: e'}}\n    spec: {}\n";
        let found = read(text);
        assert_eq!(
            (found[0].0.as_slice(), found[1].0.as_slice()),
            (&["a".to_owned()][..], &["d".to_owned()][..])
        );
        assert!(found[1].1.starts_with("metadata: {annotations: {kplan.dev/ignore: 'd: e'}}\n    spec: {}"));
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
