//! Faults in words, and where reading goes on after each.

use std::ops::Range;

use crate::parse::problem::{Problem, ProblemFix, ProblemKind};
use crate::parse::tree::flag;
use crate::parse::yaml::builder::Reader;
use crate::parse::yaml::bytes::{break_len, byte_at, ends_word, is_blank, line_end};
use crate::parse::yaml::facts::problem;
use crate::parse::yaml::fault::{Fault, FaultKind};
use crate::parse::yaml::recover::looks_like_key;

/// Where reading goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resume {
    /// Nowhere.
    Never,
    /// At the first line after the one with this place that fits.
    From(usize),
    /// At this line, with this colon as a separator.
    WithColon { line: usize, colon: usize },
}

impl Reader<'_> {
    /// Reports a fault and says where to go on.
    pub(super) fn explain(&mut self, fault: Fault) -> Resume {
        let start = fault.start as usize;
        let origin = fault.origin as usize;
        if fault.kind == FaultKind::Depth {
            self.report(problem(
                ProblemKind::Depth,
                fault.start..fault.end + 1,
                "exceeded max depth of 10000",
            ));
            return Resume::Never;
        }
        if let Some(template) = self.template_at(fault) {
            self.report_template(template as u32);
            return Resume::From(start);
        }
        if let Some(marker) = self.conflict_marker_at(fault) {
            return self.explain_conflict(marker);
        }
        if let Some((start, colon)) = self.colon_at_bracket(fault) {
            return self.explain_missing_space(start, colon);
        }
        match fault.kind {
            FaultKind::NoColon => self.explain_no_colon(fault),
            FaultKind::Value => self.explain_value(fault),
            FaultKind::UnclosedQuote => self.explain_unclosed_quote(origin, None),
            FaultKind::MarkerInQuotes => self.explain_unclosed_quote(origin, Some(fault.range())),
            FaultKind::ExpectedSequenceEnd | FaultKind::ExpectedMappingEnd => self.explain_flow(fault),
            FaultKind::ExpectedKey | FaultKind::ExpectedEntry => self.explain_unexpected(fault),
            FaultKind::Tab | FaultKind::BlockTab => self.explain_tab(fault),
            _ => {
                let problem = self.explain_simply(fault);
                self.report(problem);
                Resume::From(start)
            }
        }
    }

    /// Where the line of a fault begins with `key:{` or `key:[`, outside of brackets: the key and its colon. To YAML, the
    /// bracket and what follows up to the next colon is part of the key, so that the fault lies behind it.
    fn colon_at_bracket(&self, fault: Fault) -> Option<(usize, usize)> {
        let is_about_order =
            matches!(fault.kind, FaultKind::Value | FaultKind::ExpectedKey | FaultKind::ExpectedEntry);
        if !is_about_order || self.scanner.flow_level() > 0 {
            return None;
        }
        let bytes = self.scanner.bytes;
        let line = self.line_start_of(fault.start as usize);
        let start = (line..).find(|at| !matches!(byte_at(bytes, *at), b' ' | b'-'))?;
        let colon = colon_without_space(bytes, start)?;
        let is_said = self.scanner.forced_colon.is_some_and(|last| last >= colon);
        (!is_said && matches!(byte_at(bytes, colon + 1), b'{' | b'[')).then_some((start, colon))
    }

    fn line_start_of(&self, at: usize) -> usize {
        let bytes = self.scanner.bytes;
        let from = self.document_start;
        let mut start =
            memchr::memrchr(b'\n', &bytes[from..at.max(from)]).map_or(from, |found| from + found + 1);
        // The line may hold other breaks than line feeds.
        loop {
            let end = line_end(bytes, start);
            let next = end + break_len(bytes, end);
            if next > at || next == end {
                return start;
            }
            start = next;
        }
    }

    fn word_at(&self, at: usize) -> &str {
        let bytes = self.scanner.bytes;
        let mut end = at;
        while !ends_word(bytes, end) {
            end += 1;
        }
        &self.source[at..end]
    }

    /// The `{{` on the line of a fault, or where the fault's container begins with it.
    fn template_at(&self, fault: Fault) -> Option<usize> {
        let at = fault.start as usize;
        let line = self.line_start_of(at);
        let text = &self.source[line..line_end(self.scanner.bytes, at)];
        if let Some(found) = text.find("{{") {
            return Some(line + found);
        }
        let origin = fault.origin as usize;
        self.source[origin..].starts_with("{{").then_some(origin)
    }

    /// The line of an unresolved merge on which a fault lies, or on which its text begins.
    fn conflict_marker_at(&self, fault: Fault) -> Option<Range<usize>> {
        let last_scalar = self.scanner.last_scalar.0;
        [fault.start, fault.origin, last_scalar].into_iter().find_map(|at| {
            let line = self.line_start_of(at as usize);
            let range = line..line_end(self.scanner.bytes, line);
            is_conflict_marker(&self.source[range.clone()]).then_some(range)
        })
    }

    /// Said once for a conflict: its other markers go with the first.
    fn explain_conflict(&mut self, marker: Range<usize>) -> Resume {
        let begins = self.source[marker.start..].starts_with('<');
        if begins || !self.problems.iter().any(|said| said.message == CONFLICT) {
            let mut problem = problem(ProblemKind::Syntax, marker.start as u32..marker.end as u32, CONFLICT);
            problem.label = "a marker of the merge".to_owned();
            problem.help = Some("keep what is right of both sides, and delete the marker lines".to_owned());
            self.report(problem);
        } else {
            self.refused = true;
        }
        Resume::From(marker.start)
    }

    /// A line of a block mapping without a colon.
    fn explain_no_colon(&mut self, fault: Fault) -> Resume {
        let start = fault.start as usize;
        let bytes = self.scanner.bytes;
        if let Some(colon) = colon_without_space(bytes, start) {
            return self.explain_missing_space(start, colon);
        }
        let mut end = fault.end as usize;
        while end > start + 1 && is_blank(bytes, end - 1) {
            end -= 1;
        }
        let text = &self.source[start..end];
        if text.len() > 1 && text.starts_with('-') && !text.starts_with("--") {
            let mut problem = problem(
                ProblemKind::MissingSpace,
                start as u32..start as u32 + 1,
                "a space is missing after the `-` of this list item",
            );
            problem.fix = Some(insert_space(start + 1, "insert the space".to_owned()));
            self.report(problem);
            return Resume::From(start);
        }
        if is_word(text) {
            self.report(missing_colon(start, text));
            return Resume::From(start);
        }
        let shown: String = text.chars().take(40).collect();
        let mut problem = problem(
            ProblemKind::Syntax,
            start as u32..end as u32,
            format!("`{shown}` is no `key: value`, and this is a mapping"),
        );
        problem.label = "could not find expected ':'".to_owned();
        self.report(problem);
        Resume::From(start)
    }

    fn explain_missing_space(&mut self, start: usize, colon: usize) -> Resume {
        let key = &self.source[start..colon];
        let mut problem = problem(
            ProblemKind::MissingSpace,
            colon as u32..colon as u32 + 1,
            format!("a space is missing after the colon of `{key}:`"),
        );
        problem.label = "without a space after it, this colon is part of the text".to_owned();
        let is_bracket = matches!(byte_at(self.scanner.bytes, colon + 1), b'{' | b'[');
        let help = match is_bracket {
            true => format!("write `{key}: ` with a space"),
            false => format!("write `{key}: {}`", self.word_at(colon + 1)),
        };
        problem.fix = Some(insert_space(colon + 1, help.clone()));
        problem.help = Some(help);
        self.report(problem);
        Resume::WithColon { line: self.line_start_of(start), colon }
    }

    /// A colon where no key can end.
    fn explain_value(&mut self, fault: Fault) -> Resume {
        let colon = fault.start as usize;
        let bytes = self.scanner.bytes;
        let line = self.line_start_of(colon);
        let (start, end) = self.scanner.last_scalar;
        let (start, end) = (start as usize, end as usize);
        let is_plain = !matches!(byte_at(bytes, start), b'"' | b'\'' | b'|' | b'>');
        let is_nearby = start < colon && end <= colon && end >= line;
        if is_nearby && start < line {
            // The text before the colon began on an earlier line.
            let first_line = self.line_start_of(start);
            let lead = &bytes[first_line..start];
            let leads_line = lead.iter().all(|byte| matches!(byte, b' ' | b'-'));
            if is_plain
                && leads_line
                && let Some(missed) = colon_without_space(bytes, start)
            {
                return self.explain_missing_space(start, missed);
            }
            if !is_plain {
                return self.explain_unclosed_quote(start, Some(colon as u32..colon as u32 + 1));
            }
            let first_end = line_end(bytes, start);
            let text = self.source[start..first_end].trim_end();
            if leads_line && is_word(text) {
                self.report(missing_colon(start, text));
                self.cut_to_first_line(start, first_end);
                return Resume::From(colon);
            }
            let first = line + bytes[line..].iter().take_while(|&&byte| byte == b' ').count();
            let mut problem = problem(
                ProblemKind::Indentation,
                first as u32..colon as u32 + 1,
                "this line is indented like a part of the text above, and mapping values are not allowed there",
            );
            problem.related = Some((start as u32..first_end as u32, "the text begins here".to_owned()));
            problem.help = Some(
                "align it with the key it stands beside, or leave out the value above to nest it".to_owned(),
            );
            self.report(problem);
            self.cut_to_first_line(start, first_end);
            return Resume::From(colon);
        }
        let mut problem = problem(
            ProblemKind::Syntax,
            colon as u32..colon as u32 + 1,
            "mapping values are not allowed in this context",
        );
        problem.label = "a second `: ` on one line".to_owned();
        if is_nearby && is_plain && !self.source[start..line_end(bytes, colon)].contains(['"', '\\', '#']) {
            let value = self.source[start..line_end(bytes, colon)].trim_end();
            let help = format!("if the colon belongs to the value, quote it: \"{value}\"");
            problem.fix = Some(ProblemFix {
                title: help.clone(),
                range: start as u32..(start + value.len()) as u32,
                text: format!("\"{value}\""),
                safe: false,
            });
            problem.help = Some(help);
        } else {
            problem.help = Some("put a nested mapping on the next line, indented".to_owned());
        }
        self.report(problem);
        Resume::From(colon)
    }

    /// Lets the scalar that was read last end with its first line: what follows is not meant to be part of it.
    fn cut_to_first_line(&mut self, start: usize, line_end: usize) {
        let end = start + self.source[start..line_end].trim_end().len();
        if let Some(node) = self.tree.nodes.last_mut()
            && node.start as usize == start
            && node.meta & flag::KIND == flag::SCALAR
            && end < node.end as usize
        {
            node.end = end as u32;
            node.payload = 0;
            node.meta &= !flag::COOKED;
            self.last_end = node.end;
        }
    }

    fn explain_unclosed_quote(&mut self, opening: usize, noticed: Option<Range<u32>>) -> Resume {
        let quote = self.source[opening..].chars().next().unwrap_or('"');
        let mut problem = problem(
            ProblemKind::Unclosed,
            opening as u32..opening as u32 + 1,
            format!("this {quote} is never closed"),
        );
        problem.label = "the quoted text begins here".to_owned();
        problem.related = noticed.map(|range| (range, "and cannot go on here".to_owned()));
        problem.help = Some(format!("close it with another {quote}"));
        self.report(problem);
        Resume::From(opening)
    }

    /// A bracket that goes on with the wrong thing, or never ends.
    fn explain_flow(&mut self, fault: Fault) -> Resume {
        let (start, opening) = (fault.start as usize, fault.origin as usize);
        let bytes = self.scanner.bytes;
        let (open, close) =
            if fault.kind == FaultKind::ExpectedSequenceEnd { ('[', ']') } else { ('{', '}') };
        let line = self.line_start_of(start);
        let indent = bytes[line..].iter().take_while(|&&byte| byte == b' ').count();
        let first = line + indent;
        let on_later_line = line > opening;
        let outer = self.frames.iter().rev().find(|frame| frame.state.is_block());
        let dedented = outer.is_some_and(|frame| indent as u32 <= frame.column);
        let is_end = start >= bytes.len();
        let goes_on = looks_like_key(bytes, first) || byte_at(bytes, first) == b'-';
        if is_end || (on_later_line && dedented && goes_on) {
            let mut problem = problem(
                ProblemKind::Unclosed,
                opening as u32..opening as u32 + 1,
                format!("this `{open}` is never closed"),
            );
            problem.related = (!is_end).then(|| {
                (first as u32..line_end(bytes, first) as u32, format!("a `{close}` is missing before this"))
            });
            problem.help = Some(format!("close it with `{close}`"));
            self.report(problem);
            return Resume::From(opening);
        }
        let end = if fault.end > fault.start { fault.end } else { fault.start + 1 };
        let end = end.min(line_end(bytes, start) as u32).max(fault.start);
        let mut problem =
            problem(ProblemKind::Syntax, fault.start..end, format!("did not find expected `,` or `{close}`"));
        problem.related = Some((opening as u32..opening as u32 + 1, format!("in this `{open}`")));
        self.report(problem);
        Resume::From(start)
    }

    /// A block container that goes on with something that is no entry of it.
    fn explain_unexpected(&mut self, fault: Fault) -> Resume {
        let start = fault.start as usize;
        let bytes = self.scanner.bytes;
        let line = self.line_start_of(start);
        let indent = bytes[line..].iter().take_while(|&&byte| byte == b' ').count();
        let behind = self.last_end as usize;
        let last = self.tree.nodes.last().filter(|node| node.end == self.last_end);
        let scalar = last.map_or(behind, |node| node.start as usize);
        let wants = if fault.kind == FaultKind::ExpectedKey { "a key" } else { "a list item" };
        if behind > line && behind <= start {
            // Something complete stands before it on the line.
            let quoted = scalar < behind && matches!(byte_at(bytes, scalar), b'"' | b'\'');
            if quoted && scalar < line {
                return self.explain_unclosed_quote(scalar, Some(fault.start..line_end(bytes, start) as u32));
            }
            let end = line_end(bytes, start);
            let text = self.source[start..end].trim_end();
            let what = if quoted { "the closing quote" } else { "the end of the value" };
            let mut problem = problem(
                ProblemKind::Syntax,
                fault.start..(start + text.len()) as u32,
                format!("text after {what}: did not find expected key"),
            );
            if fault.kind == FaultKind::ExpectedEntry {
                problem.message = format!("text after {what}: did not find expected '-' indicator");
            }
            problem.related = Some((scalar as u32..behind as u32, "the value ends here".to_owned()));
            if quoted && byte_at(bytes, scalar) == b'\'' {
                problem.help = Some("inside single quotes, write a single quote twice: ''".to_owned());
            } else if quoted {
                problem.help = Some("inside double quotes, write a double quote as \\\"".to_owned());
            }
            self.report(problem);
            return Resume::From(start);
        }
        let first = line + indent;
        let end = line_end(bytes, first);
        let text = self.source[first..end].trim_end();
        let range = first as u32..(first + text.len().max(1)) as u32;
        let frame = self.frames.iter().rev().find(|frame| frame.state.is_block());
        let column = frame.map_or(0, |frame| frame.column as usize);
        let is_item = text.starts_with("- ") || text == "-";
        let mut problem = if indent != column {
            problem(
                ProblemKind::Indentation,
                range,
                format!(
                    "this line is indented by {indent}, but what it could continue is indented by {}",
                    self.open_columns()
                ),
            )
        } else if is_item {
            problem(ProblemKind::Syntax, range, "a list item stands where a key of the mapping is expected")
        } else {
            problem(ProblemKind::Syntax, range, format!("did not find {wants} here, as the lines above have"))
        };
        let origin = frame.map(|frame| self.tree.nodes[frame.node as usize].start);
        problem.related = origin.map(|at| {
            let container = if fault.kind == FaultKind::ExpectedKey { "mapping" } else { "list" };
            let end = line_end(bytes, at as usize) as u32;
            (at..end, format!("the {container} around it begins here"))
        });
        self.report(problem);
        Resume::From(start)
    }

    /// The columns of the open block containers, for people.
    fn open_columns(&self) -> String {
        let mut columns: Vec<u32> =
            self.frames.iter().filter(|frame| frame.state.is_block()).map(|frame| frame.column).collect();
        columns.dedup();
        let from = columns.len().saturating_sub(3);
        let words: Vec<String> = columns[from..].iter().map(u32::to_string).collect();
        words.join(" or ")
    }

    fn explain_tab(&mut self, fault: Fault) -> Resume {
        if self.tabs_reported {
            self.refused = true;
            return Resume::From(fault.start as usize);
        }
        self.tabs_reported = true;
        let mut problem =
            problem(ProblemKind::Tab, fault.start..fault.end, "found a tab where indentation is expected");
        problem.label = "a tab".to_owned();
        problem.help = Some("YAML is indented by spaces only".to_owned());
        self.report(problem);
        Resume::From(fault.start as usize)
    }

    fn explain_simply(&self, fault: Fault) -> Problem {
        let bytes = self.scanner.bytes;
        let start = fault.start as usize;
        let end = fault.end.max(fault.start);
        let range = fault.start..end;
        let text = &self.source[start..end as usize];
        let (kind, message, help) = match fault.kind {
            FaultKind::Character => {
                return self.explain_character(start);
            }
            FaultKind::Entry => (
                ProblemKind::Syntax,
                "block sequence entries are not allowed in this context".to_owned(),
                "put the list on the lines below its key",
            ),
            FaultKind::Key => (
                ProblemKind::Syntax,
                "mapping keys are not allowed in this context".to_owned(),
                "quote a text that starts with `? `",
            ),
            FaultKind::Escape => (
                ProblemKind::Syntax,
                format!("found unknown escape character `{text}`"),
                "write `\\\\` for a backslash, or use single quotes",
            ),
            FaultKind::Hexadecimal => (
                ProblemKind::Syntax,
                format!("`{text}` lacks hexadecimal digits"),
                "`\\x` takes 2 digits, `\\u` 4, `\\U` 8",
            ),
            FaultKind::CodePoint => (
                ProblemKind::Syntax,
                format!("found invalid Unicode character escape code `{text}`"),
                "write the character itself, or `\\U` and its 8 digits",
            ),
            FaultKind::IndicatorZero => (
                ProblemKind::Syntax,
                "found an indentation indicator equal to 0".to_owned(),
                "block scalars are indented by 1 to 9",
            ),
            FaultKind::BlockHeader => (
                ProblemKind::Syntax,
                "did not find expected comment or line break".to_owned(),
                "the text of a block scalar starts on the next line",
            ),
            FaultKind::AnchorName if text.starts_with('*') => (
                ProblemKind::Alias,
                format!("`{text}` is read as an alias, and this is no name for one"),
                "quote a text that starts with `*`",
            ),
            FaultKind::AnchorName => (
                ProblemKind::Alias,
                format!("`{text}` is read as an anchor, and this is no name for one"),
                "quote a text that starts with `&`",
            ),
            FaultKind::Tag => {
                (ProblemKind::Tag, format!("`{text}` is no proper tag"), "quote a text that starts with `!`")
            }
            FaultKind::TagHandle => {
                (ProblemKind::Tag, format!("found undefined tag handle in `{text}`"), "leave the tag out")
            }
            FaultKind::Directive => (
                ProblemKind::Directive,
                format!("`{text}` is no directive that kubectl knows"),
                "quote a text that starts with `%`",
            ),
            FaultKind::Version => (
                ProblemKind::Directive,
                format!("found incompatible YAML document: `{text}`"),
                "kubectl reads YAML 1.1; leave the line out",
            ),
            FaultKind::ExpectedDocument => (
                ProblemKind::Directive,
                "did not find expected <document start> behind a directive".to_owned(),
                "kubectl cuts the file at `---`, so a directive is always alone; leave it out",
            ),
            _ => return self.explain_content(fault),
        };
        let _ = bytes;
        let mut problem = problem(kind, range, message);
        problem.help = Some(help.to_owned());
        problem
    }

    fn explain_character(&self, start: usize) -> Problem {
        let bytes = self.scanner.bytes;
        let character = self.source[start..].chars().next().unwrap_or(' ');
        let end = start + character.len_utf8();
        let mut problem = problem(
            ProblemKind::Syntax,
            start as u32..end as u32,
            format!("found character that cannot start any token: `{character}`"),
        );
        let value = self.source[start..line_end(bytes, start)].trim_end();
        let in_flow = self.scanner.flow_level() > 0;
        if !in_flow && !value.contains(['"', '\\', '#']) && !value.contains(": ") {
            let help = format!("quote it: \"{value}\"");
            problem.fix = Some(ProblemFix {
                title: help.clone(),
                range: start as u32..(start + value.len()) as u32,
                text: format!("\"{value}\""),
                safe: false,
            });
            problem.help = Some(help);
        } else {
            problem.help = Some("quote the value".to_owned());
        }
        problem
    }

    /// Nothing there that could be a value.
    fn explain_content(&self, fault: Fault) -> Problem {
        let bytes = self.scanner.bytes;
        let start = fault.start as usize;
        if start >= bytes.len() {
            let at = bytes.len() as u32;
            return problem(
                ProblemKind::Syntax,
                at..at,
                "did not find expected node content: the document ends here",
            );
        }
        let shown = self.word_at(start);
        let end = fault.end.max(fault.start + shown.chars().next().map_or(0, char::len_utf8) as u32);
        let end = end.min(line_end(bytes, start) as u32).max(fault.start);
        let text = &self.source[start..end as usize];
        let mut problem = problem(
            ProblemKind::Syntax,
            fault.start..end,
            format!("did not find expected node content: `{text}` cannot stand here"),
        );
        if matches!(text, "]" | "}") {
            problem.help = Some("no bracket is open that it could close; quote it if it is text".to_owned());
        } else if text == "..." {
            problem.help =
                Some("`...` ends a document, and there is none before it; leave it out".to_owned());
        }
        problem
    }
}

impl Fault {
    fn range(self) -> Range<u32> {
        self.start..self.end
    }
}

const CONFLICT: &str = "a merge conflict is not resolved";

fn is_conflict_marker(line: &str) -> bool {
    line == "=======" || ["<<<<<<< ", "||||||| ", ">>>>>>> "].iter().any(|marker| line.starts_with(marker))
}

/// Whether a text looks like a key: one word.
fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'))
}

/// A word where a key has to stand, with another line of the mapping, or of the value, below it.
fn missing_colon(start: usize, word: &str) -> Problem {
    let end = start + word.len();
    let mut problem =
        problem(ProblemKind::Syntax, start as u32..end as u32, format!("a colon is missing after `{word}`"));
    problem.label = "could not find expected ':'".to_owned();
    let title = format!("write `{word}:`");
    problem.help = Some(title.clone());
    // The word may also be the rest of a text from the line above.
    let range = end as u32..end as u32;
    problem.fix = Some(ProblemFix { title, range, text: ":".to_owned(), safe: false });
    problem
}

fn insert_space(at: usize, title: String) -> ProblemFix {
    ProblemFix { title, range: at as u32..at as u32, text: " ".to_owned(), safe: true }
}

/// The colon of `word:word`, where a space was probably forgotten. Not in URLs.
fn colon_without_space(bytes: &[u8], start: usize) -> Option<usize> {
    if !byte_at(bytes, start).is_ascii_alphabetic() {
        return None;
    }
    let mut at = start;
    while matches!(byte_at(bytes, at), b'_' | b'-' | b'.' | b'/')
        || byte_at(bytes, at).is_ascii_alphanumeric()
    {
        at += 1;
    }
    let next = byte_at(bytes, at + 1);
    let is_forgotten = byte_at(bytes, at) == b':'
        && !ends_word(bytes, at + 1)
        && break_len(bytes, at + 1) == 0
        && next != b':'
        && !(next == b'/' && byte_at(bytes, at + 2) == b'/');
    is_forgotten.then_some(at)
}
