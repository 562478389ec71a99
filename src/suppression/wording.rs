//! How a suppression is written, and how it is written by those who do not remember how.

use crate::parse::schema::suggest::{closest, distance};
use crate::suppression::ANNOTATION;

/// What every suppression in a comment begins with.
const MARK: &str = "kplan:";
const NAME: &str = "kplan";
const VERB: &str = "ignore";
/// Words for it in other tools.
const OTHER_VERBS: &[&str] =
    &["allow", "disable", "disabled", "expect", "nolint", "noqa", "off", "skip", "suppress"];
/// What people put between the name of a tool and its verb.
const BETWEEN: &[char] = &[' ', '\t', ':', '.', '/', '-', '_', '@'];

/// What a piece of a comment is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wording<'t> {
    /// A suppression, with what stands between its brackets; nothing where they are missing.
    Right(&'t str),
    /// What looks like one and is none.
    Slip(CommentSlip<'t>),
    /// Anything else.
    Other,
}

/// What looks like a suppression.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CommentSlip<'t> {
    /// The words that ought to be others.
    pub(super) said: &'t str,
    /// These.
    pub(super) meant: String,
    /// Whether nothing but the spelling is wrong.
    pub(super) is_sure: bool,
    /// What must be the name of a check, for all of this to be more than prose.
    pub(super) hinge: Option<String>,
}

/// The pieces of a comment that each begin with `#`, so that several may stand on one line.
pub(super) fn pieces(comment: &str) -> impl Iterator<Item = &str> {
    let bytes = comment.as_bytes();
    let is_start = |at: &usize| bytes[*at] == b'#' && (*at == 0 || matches!(bytes[*at - 1], b' ' | b'\t'));
    let starts: Vec<usize> = (0..bytes.len()).filter(is_start).chain([bytes.len()]).collect();
    let ranges: Vec<_> = starts.windows(2).map(|pair| pair[0]..pair[1]).collect();
    ranges.into_iter().map(|range| &comment[range])
}

/// Reads a piece of a comment.
pub(super) fn of_comment(piece: &str) -> Wording<'_> {
    let said = piece.trim_start_matches('#').trim();
    let list = said.strip_prefix(MARK).and_then(|rest| rest.trim_start().strip_prefix(VERB));
    match list.map(|list| (list, list.trim_start().strip_prefix('['))) {
        Some((_, Some(names))) => Wording::Right(inside(names)),
        Some((list, None)) if !list.starts_with(|next: char| next.is_alphanumeric() || next == '-') => {
            slip(said).map_or(Wording::Right(""), |slip| Wording::Slip(CommentSlip { hinge: None, ..slip }))
        }
        _ => slip(said).map_or(Wording::Other, Wording::Slip),
    }
}

/// Whether the key of an annotation was meant for kplan, and is not the one that it reads.
pub(super) fn is_slip_of_key(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    let (domain, name) = lower.split_once('/').unwrap_or((&lower, ""));
    let is_ours = domain == "kplan.dev" || domain.ends_with(".kplan.dev");
    let is_near = domain.strip_prefix(NAME).is_some_and(|rest| match name {
        "" => rest.starts_with(['.', '-', '_']) && is_verb(rest.trim_start_matches(BETWEEN)),
        name => (rest.is_empty() || rest.starts_with('.')) && is_verb(name),
    });
    key != ANNOTATION && (is_ours || is_near || is_nearly(key))
}

/// Whether a key differs in no more than two letters from the one that kplan reads.
pub(super) fn is_nearly(key: &str) -> bool {
    key.len().abs_diff(ANNOTATION.len()) <= 2 && distance(&key.to_ascii_lowercase(), ANNOTATION) <= 2
}

fn inside(list: &str) -> &str {
    list.split_once(']').map_or(list, |(list, _)| list)
}

fn slip(said: &str) -> Option<CommentSlip<'_>> {
    let rest = said.get(NAME.len()..)?;
    let is_named = said.get(..NAME.len())?.eq_ignore_ascii_case(NAME) && rest.starts_with(BETWEEN);
    let rest = rest.trim_start_matches(BETWEEN);
    let rest = rest.strip_prefix("dev/").unwrap_or(rest);
    let end = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '-').unwrap_or(rest.len());
    let (verb, list) = rest.split_at(end);
    if !is_named || !is_verb(verb) {
        return None;
    }
    let is_verb_itself = verb.eq_ignore_ascii_case(VERB);
    if let Some(names) = list.trim_start().strip_prefix('[') {
        let names = inside(names);
        let meant = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let meant: Vec<&str> = meant.collect();
        let first = meant.first()?.to_string();
        let hinge = (!list.starts_with('[')).then_some(first);
        let end = end_of(said, names) + usize::from(said[end_of(said, names)..].starts_with(']'));
        return Some(CommentSlip {
            said: &said[..end],
            meant: right(&meant),
            is_sure: is_verb_itself,
            hinge,
        });
    }
    let list = list.trim_start_matches([' ', '\t', ':', '=', '(']);
    let words = list.split([',', ' ', '\t', ')', ';']).filter(|word| !word.is_empty());
    let names: Vec<&str> = words.take_while(|word| is_like_id(word)).collect();
    let last = *names.last()?;
    let end = end_of(said, last) + usize::from(said[end_of(said, last)..].starts_with(')'));
    let hinge = names.first().map(|name| (*name).to_owned());
    Some(CommentSlip { said: &said[..end], meant: right(&names), is_sure: false, hinge })
}

fn right(names: &[&str]) -> String {
    format!("{MARK} {VERB}[{}]", names.join(", "))
}

fn is_verb(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.starts_with("ignor") || OTHER_VERBS.contains(&word.as_str()) || closest(&word, [VERB]).is_some()
}

/// Whether a word looks like the id of a check: two words or more with hyphens between them.
fn is_like_id(word: &str) -> bool {
    word.contains('-')
        && word.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Where a part of a text ends in it.
fn end_of(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comment: &str) -> String {
        match of_comment(comment) {
            Wording::Right(names) => format!("[{names}]"),
            Wording::Slip(slip) => {
                let hinge = slip.hinge.map(|name| format!(" if {name}")).unwrap_or_default();
                format!("{} -> {}{hinge}", slip.said, slip.meant)
            }
            Wording::Other => String::new(),
        }
    }

    #[test]
    fn what_is_written_right_is_read() {
        assert_eq!(read("# kplan: ignore[a, b-c]: reason"), "[a, b-c]");
        assert_eq!(read("#kplan:ignore [ a ]"), "[ a ]");
        for comment in ["# kplan: ignore a", "# kplan: ignore[]", "# kplan: ignore"] {
            assert_eq!(read(comment), "[]", "{comment}");
        }
    }

    #[test]
    fn what_was_meant_so_is_a_slip() {
        for comment in [
            "# kplan ignore[a-b]",
            "# Kplan: ignore[a-b]",
            "# kplan: ignores[a-b]",
            "# kplan: ignor[a-b]",
            "# kplan-ignore[a-b]",
            "# kplan.ignore[a-b]",
            "# kplan: disable[a-b]",
            "# kplan: ignore-next-line[a-b]",
        ] {
            let said = &comment[2..];
            assert_eq!(read(&format!("{comment} why")), format!("{said} -> kplan: ignore[a-b]"));
        }
        assert_eq!(read("# kplan ignore [a-b]"), "kplan ignore [a-b] -> kplan: ignore[a-b] if a-b");
        assert_eq!(
            read("# kplan.dev/ignore: a-b, c-d"),
            "kplan.dev/ignore: a-b, c-d -> kplan: ignore[a-b, c-d] if a-b"
        );
        assert_eq!(read("# kplan: ignore(a-b) x"), "kplan: ignore(a-b) -> kplan: ignore[a-b]");
        assert_eq!(read("# kplan: ignore: a-b x"), "kplan: ignore: a-b -> kplan: ignore[a-b]");
    }

    #[test]
    fn prose_is_neither() {
        for comment in [
            "# kplan: ignored by many",
            "# see kplan: ignore[a]",
            "# kplan: see docs",
            "# kplan:",
            "# kplan",
            "# kplanet[a]",
            "# noqa: kplan",
            "# kplan knows [a-b]",
            "# ignore[a-b]",
            "#",
            "# kplan\u{e9}: ignore[a]",
        ] {
            assert_eq!(read(comment), "", "{comment}");
        }
    }

    #[test]
    fn a_comment_has_pieces() {
        let all: Vec<&str> = pieces("## a #1 # kplan: ignore[x] because of C# # b").collect();
        assert_eq!(all, ["## a ", "#1 ", "# kplan: ignore[x] because of C# ", "# b"]);
    }

    #[test]
    fn keys_that_were_meant_for_kplan() {
        for key in [
            "kplan.dev/ignored",
            "kplan.dev/Ignore",
            "kplan.io/ignore",
            "kplan/ignore",
            "Kplan.dev/ignore",
            "kplan.dev/skip",
            "kplan.dev",
            "ignore.kplan.dev/a-b",
            "kplan-ignore",
            "kpaln.dev/ignore",
        ] {
            assert!(is_slip_of_key(key), "{key}");
        }
        for key in ["kplan.dev/ignore", "example.com/ignore", "kplanet.io/ignore", "kplan.io/team", "kplan"] {
            assert!(!is_slip_of_key(key), "{key}");
        }
    }
}
