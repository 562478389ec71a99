//! YAML for the grammar and the rules by which kubectl reads it (go-yaml v2 behind sigs.k8s.io/yaml), onto our tree.

mod aliases;
mod builder;
mod bytes;
mod easy;
mod encoding;
mod explain;
mod facts;
mod fault;
mod recover;
mod scanner;
mod stream;
mod text;

use std::ops::Range;

use crate::parse::problem::{Problem, ProblemFix, ProblemKind};
use crate::parse::tree::{NodeId, Tree, flag};
pub(crate) use crate::parse::yaml::builder::{OPEN, Reader, State};
use crate::parse::yaml::facts::problem;
pub(crate) use crate::parse::yaml::scanner::DEPTH_LIMIT;
use crate::parse::yaml::stream::Chunks;
use crate::parse::{Document, Parsed, Refusal, json};
use crate::source::{Damage, SourceFile};

/// kubectl looks for a `{` in this many bytes to tell JSON from YAML.
const SNIFFED: usize = 4096;

/// How lines are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// The easy ones without tokens.
    Easy,
    /// The easy ones without tokens, but for documents with line breaks that only YAML knows.
    Mixed,
    /// All of them by the scanner, for the tests to compare.
    #[cfg(test)]
    Scanned,
}

/// Reads the streams of a file: one for a manifest, one for each fenced block of a Markdown file.
pub(crate) fn read(file: &SourceFile, streams: &[Range<usize>]) -> Parsed {
    read_lines(file, streams, lines_of(file.text()))
}

/// Looks through the whole file once, so that not every document has to be looked through.
fn lines_of(text: &str) -> Lines {
    if has_rare_break(text.as_bytes()) { Lines::Mixed } else { Lines::Easy }
}

/// NEL, LS and PS end a line in YAML and nowhere else. They all but never occur, and easy lines do not know them.
pub(crate) fn has_rare_break(text: &[u8]) -> bool {
    let mut starts = memchr::memchr2_iter(0xC2, 0xE2, text);
    starts
        .any(|at| ["\u{85}", "\u{2028}", "\u{2029}"].iter().any(|one| text[at..].starts_with(one.as_bytes())))
}

/// About how many nodes a text comes to. Memory that is not touched costs nothing, but growing a large tree copies it.
fn estimate(text: &[u8]) -> usize {
    const LARGE: usize = 1 << 20;
    // Documents and containers that no such byte stands for.
    const SPARE: usize = 64;
    if text.len() < LARGE {
        return text.len() / 9;
    }
    let count = |byte| memchr::memchr_iter(byte, text).count();
    2 * count(b':') + count(b',') + count(b'\n') + SPARE
}

fn read_lines(file: &SourceFile, streams: &[Range<usize>], lines: Lines) -> Parsed {
    let source = file.text();
    let mut tree = Tree::new(file.shared_text());
    tree.nodes.reserve(estimate(source.as_bytes()));
    let mut session = Session {
        reader: Reader::new(source, tree, lines),
        documents: Vec::new(),
        null_documents: 0,
        refusal: None,
        damage: None,
        has_forbidden: encoding::first_forbidden(source.as_bytes()).is_some(),
    };
    session.report_damage(file);
    for range in streams {
        session.read_stream(range.clone());
    }
    session.finish()
}

/// What has been read of a file so far.
struct Session<'s> {
    reader: Reader<'s>,
    documents: Vec<Document>,
    null_documents: usize,
    refusal: Option<Refusal>,
    /// The first byte that is no text.
    damage: Option<usize>,
    has_forbidden: bool,
}

impl<'s> Session<'s> {
    fn finish(self) -> Parsed {
        let Self { reader, documents, null_documents, refusal, .. } = self;
        let Reader { scanner, mut tree, mut problems, .. } = reader;
        tree.cooked = scanner.cooked;
        tree.cooked_ranges = scanner.cooked_ranges;
        tree.comments = scanner.comments;
        problems.sort_by_key(|problem| (problem.range.start, problem.range.end, problem.kind));
        Parsed { tree, documents, problems, null_documents, refusal }
    }

    fn report_damage(&mut self, file: &SourceFile) {
        let (at, length, message) = match file.damage() {
            None => return,
            Some(&Damage::InvalidUtf8 { offset }) => {
                (offset, 1, "the file is not UTF-8: this byte is no text")
            }
            Some(Damage::Utf16LittleEndian) => {
                (0, 0, "the file is UTF-16, little-endian, which kubectl cannot read")
            }
            Some(Damage::Utf16WithoutMark) => {
                (0, 0, "the file is UTF-16 without a byte order mark, which kubectl cannot read")
            }
            Some(Damage::Utf32) => (0, 0, "the file is UTF-32, which kubectl cannot read"),
        };
        self.damage = Some(at as usize);
        let mut problem = problem(ProblemKind::Encoding, at..at + length, message);
        problem.help = Some("save the file as UTF-8".to_owned());
        self.reader.problems.push(problem);
    }

    /// One stream, as `YAMLOrJSONDecoder` reads it: JSON values as long as they are some, then YAML.
    fn read_stream(&mut self, range: Range<usize>) {
        let sniffed = &self.reader.source.as_bytes()[range.start..range.end.min(range.start + SNIFFED)];
        let sniffed = match str::from_utf8(sniffed) {
            Ok(text) => text,
            Err(error) => str::from_utf8(&sniffed[..error.valid_up_to()]).unwrap_or_default(),
        };
        let mut at = range.start;
        if sniffed.trim_start().starts_with('{') {
            let Some(rest) = self.read_json(range.clone()) else { return };
            at = rest;
        }
        self.read_chunks(at, range.end);
    }

    /// Reads JSON values. Where there is no further one, but text, and at most one has been read, the rest is YAML:
    /// returns where it starts.
    fn read_json(&mut self, range: Range<usize>) -> Option<usize> {
        let mut at = range.start;
        let mut count = 0;
        loop {
            let bytes = &self.reader.source.as_bytes()[..range.end];
            let start = json::skip_blanks(bytes, at);
            if start >= range.end {
                return None;
            }
            let nodes = self.reader.tree.nodes.len();
            let problems = self.reader.problems.len();
            match json::read_value(&mut self.reader, bytes, start) {
                Ok(end) => {
                    self.deliver(nodes, problems, start..end, false, true);
                    at = end;
                    count += 1;
                }
                Err(fault) => {
                    self.reader.tree.nodes.truncate(nodes);
                    if count <= 1 {
                        return Some(skip_first_line_break(self.reader.source, at, range.end));
                    }
                    self.refuse_json(&fault, start);
                    at = json::next_object(bytes, fault.at.max(start + 1))?;
                }
            }
        }
    }

    fn refuse_json(&mut self, fault: &json::JsonFault, start: usize) {
        let end = fault.at + usize::from(fault.at < self.reader.source.len());
        let end = (end..).find(|&end| self.reader.source.is_char_boundary(end)).unwrap_or(fault.at);
        let message = format!("this stream of JSON values cannot be read on: {}", fault.message);
        let mut problem = problem(ProblemKind::Syntax, fault.at as u32..end as u32, message);
        if self.reader.source[start..].starts_with("---") {
            problem.help =
                Some("kubectl takes `---` between the first two JSON values only; leave it out".to_owned());
        }
        self.refuse(&problem.message);
        self.reader.report(problem);
    }

    fn refuse(&mut self, message: &str) {
        if self.refusal.is_none() {
            self.refusal = Some(Refusal {
                documents: self.documents.len(),
                null_documents: self.null_documents,
                message: message.to_owned(),
            });
        }
    }

    fn read_chunks(&mut self, start: usize, end: usize) {
        let bytes = &self.reader.source.as_bytes()[..end];
        for chunk in Chunks::new(bytes, start) {
            if let Some(rest) = &chunk.bad_separator {
                // kubectl never gets to see what stands before such a line.
                let problem = bad_separator(self.reader.source, rest);
                let message = problem.message.clone();
                self.reader.report(problem);
                let before = self.documents.len();
                let nulls = self.null_documents;
                let unrefused = self.refusal.is_none();
                if !chunk.range.is_empty() {
                    self.read_chunk(chunk.range);
                }
                if unrefused {
                    self.refusal = Some(Refusal { documents: before, null_documents: nulls, message });
                }
            } else {
                self.read_chunk(chunk.range);
            }
        }
    }

    fn read_chunk(&mut self, range: Range<usize>) {
        let source = self.reader.source;
        let text = &source[range.clone()];
        let mut start = range.start;
        let nodes = self.reader.tree.nodes.len();
        let problems = self.reader.problems.len();
        self.reader.refused = false;
        if text.starts_with('\u{FEFF}') {
            start += '\u{FEFF}'.len_utf8();
            if source[start..range.end].starts_with('\u{FEFF}') {
                let at = start as u32;
                start += '\u{FEFF}'.len_utf8();
                self.reader.report(problem(
                    ProblemKind::Encoding,
                    at..start as u32,
                    "a second byte order mark: kubectl takes it for a blank of odd width",
                ));
            }
        }
        self.report_forbidden(range.clone());
        let broken = self.reader.read_document(start, range.end);
        self.deliver(nodes, problems, range, broken, false);
    }

    fn report_forbidden(&mut self, range: Range<usize>) {
        if !self.has_forbidden {
            return;
        }
        let Some(offset) = encoding::first_forbidden(&self.reader.source.as_bytes()[range.clone()]) else {
            return;
        };
        let at = range.start + offset;
        let character = self.reader.source[at..].chars().next().unwrap_or('\0');
        let mut problem = problem(
            ProblemKind::Encoding,
            at as u32..(at + character.len_utf8()) as u32,
            format!("control characters are not allowed in YAML, and this is U+{:04X}", u32::from(character)),
        );
        problem.help = Some("remove it, or write it as an escape in double quotes".to_owned());
        self.reader.report(problem);
    }

    /// Lists a document that has been read: the nodes and problems from these indices on are its own.
    fn deliver(&mut self, nodes: usize, problems: usize, range: Range<usize>, broken: bool, json: bool) {
        let own = &self.reader.problems[problems..];
        let fatal = own.iter().filter(|problem| problem.kind.is_refused());
        let fatal = fatal.min_by_key(|problem| problem.range.start).map(|problem| problem.message.clone());
        let damaged = self.damage.filter(|at| range.contains(at)).map(|_| "the file is not UTF-8".to_owned());
        let unsaid = self.reader.refused.then(|| "too many problems".to_owned());
        if let Some(message) = fatal.or(damaged).or(unsaid) {
            self.refuse(&message);
        } else if self.reader.tree.nodes.len() == nodes || self.is_null(nodes) {
            self.reader.drop_nodes(nodes);
            self.null_documents += 1;
            return;
        }
        if self.reader.tree.nodes.len() == nodes {
            self.reader.missing_value(range.end as u32);
        }
        self.documents.push(Document {
            root: NodeId(nodes as u32),
            range: range.start as u32..range.end as u32,
            broken,
            json,
        });
    }

    fn is_null(&self, root: usize) -> bool {
        let meta = self.reader.tree.nodes[root].meta;
        if meta & (flag::KIND | flag::TEXT) != flag::SCALAR {
            return false;
        }
        meta & flag::COOKED == 0 && self.reader.tree.node(NodeId(root as u32)).is_null()
    }
}

/// Where YAML starts after a JSON value: white space up to and including the first line feed is skipped.
fn skip_first_line_break(source: &str, at: usize, end: usize) -> usize {
    for (offset, character) in source[at..end].char_indices() {
        if !character.is_whitespace() {
            return at + offset;
        }
        if character == '\n' {
            return at + offset + 1;
        }
    }
    end
}

fn bad_separator(source: &str, rest: &Range<usize>) -> Problem {
    let text = &source[rest.clone()];
    let range = rest.start as u32..rest.end as u32;
    let mut problem =
        problem(ProblemKind::Separator, range, format!("invalid Yaml document separator: {text}"));
    problem.label = "kubectl wants nothing but a comment behind `---`".to_owned();
    problem.help = Some("put it on a line of its own; kubectl also loses the document above".to_owned());
    let start = source[..rest.start].rfind("---").map_or(rest.start, |at| at + 3);
    if start < rest.start || !text.starts_with('-') {
        problem.fix = Some(ProblemFix {
            title: "move it to the next line".to_owned(),
            range: start as u32..rest.start as u32,
            text: "\n".to_owned(),
            safe: false,
        });
    }
    problem
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Both ways of reading lines come to the same.
    fn assert_same(text: &str) {
        let file = SourceFile::from_text("case.yaml", text);
        let whole = 0..file.text().len();
        let easy = read_lines(&file, std::slice::from_ref(&whole), lines_of(text));
        let scanned = read_lines(&file, std::slice::from_ref(&whole), Lines::Scanned);
        let nodes = |parsed: &Parsed| -> Vec<_> {
            let node = |id| parsed.tree.node(NodeId(id));
            let ids = 0..parsed.tree.len() as u32;
            ids.map(|id| (node(id).kind(), node(id).style(), node(id).range(), node(id).content().to_owned()))
                .collect()
        };
        let problems = |parsed: &Parsed| -> Vec<_> {
            parsed.problems.iter().map(|problem| (problem.kind, problem.range.clone())).collect()
        };
        if easy.documents.iter().any(|document| document.broken) {
            // What is kept of the tree, and where reading goes on, depends on how far the scanner looks ahead.
            let first_fault = |parsed: &Parsed| {
                let is_grammar = |kind: ProblemKind| {
                    use ProblemKind::{Indentation, MissingSpace, Syntax, Tab, Unclosed};
                    matches!(kind, Syntax | MissingSpace | Tab | Unclosed | Indentation)
                };
                problems(parsed).into_iter().find(|(kind, _)| is_grammar(*kind))
            };
            assert_eq!(first_fault(&easy), first_fault(&scanned), "first fault of {text:?}");
            return;
        }
        assert_eq!(problems(&easy), problems(&scanned), "problems of {text:?}");
        assert_eq!(nodes(&easy), nodes(&scanned), "nodes of {text:?}");
        assert_eq!(easy.tree.comments(), scanned.tree.comments(), "comments of {text:?}");
        assert_eq!(easy.documents, scanned.documents, "documents of {text:?}");
        assert_eq!(easy.refusal, scanned.refusal, "refusal of {text:?}");
        for (left, right) in easy.tree.nodes.iter().zip(&scanned.tree.nodes) {
            let shape = |node: &crate::parse::tree::Node| (node.meta, node.payload);
            let is_cooked = left.meta & flag::COOKED != 0;
            assert!(is_cooked || shape(left) == shape(right), "{left:?} and {right:?} of {text:?}");
        }
    }

    /// Lines as they occur in manifests, right and wrong.
    fn lines() -> impl Strategy<Value = String> {
        let indent = prop::sample::select(vec!["", "", "  ", "  ", "    ", "      ", " ", "\t"]);
        let dash = prop::sample::select(vec!["", "", "", "- ", "-   ", "-", "- - "]);
        let key = prop::sample::select(vec![
            "a: ",
            "b: ",
            "name: ",
            "a.b/c-d: ",
            "\"q\": ",
            "k:",
            "",
            "",
            "yes: ",
            "1: ",
            "-x: ",
            "<<: ",
            "é: ",
            "a:",
            "? ",
            "k:v",
        ]);
        let value = prop::sample::select(vec![
            "",
            "",
            "x",
            "two words",
            "\"quoted\"",
            "'it''s'",
            "\"a\\n\"",
            "{a: b, c: [d]}",
            "[1, 2]",
            "|",
            ">-",
            "|2",
            "&x y",
            "*x",
            "&x",
            "http://x:80/y",
            "a: b",
            "x # c",
            "# c",
            "x#y",
            "é\u{2028}z",
            "0644",
            ".inf",
            "!!str 1",
            "~",
            "- z",
            "\"open",
            "[open",
            "x ",
            "\"q\" # c",
            "\"q\" z",
            "x\t# c",
            "x:",
            "\u{85}",
        ]);
        let end = prop::sample::select(vec!["\n", "\n", "\n", "\n", "\n\n", "\r\n", "\n \n", "\r", ""]);
        let line = (indent, dash, key, value, end)
            .prop_map(|(indent, dash, key, value, end)| format!("{indent}{dash}{key}{value}{end}"));
        prop::collection::vec(line, 0..12).prop_map(|lines| lines.concat())
    }

    /// An easy line was taken to end before a NEL.
    #[test]
    fn a_line_break_of_yaml_alone_is_one() {
        assert_same("  -x: \"quoted\"\n\u{85}\n      ? \"q\" z\n- - a: [1, 2]\n");
        let file = SourceFile::from_text("case.yaml", "  x: \"quoted\"\n\u{85}\n      ? \"q\" z\n");
        assert!(read(&file, std::slice::from_ref(&(0..file.text().len()))).refusal.is_some());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn easy_lines_are_read_as_the_scanner_reads_them(text in lines()) {
            assert_same(&text);
        }
    }
}
