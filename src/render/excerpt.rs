//! The few rows of a file that a finding shows, cut to a width that people can read.
//!
//! The drawing crate is given these rows as if they were the file, so a finding costs the same in a file of ten lines,
//! of ten million, or of one line of a megabyte.

use std::ops::Range;

use codespan_reporting::files::{Error, Files};

use crate::diagnostic::Label;
use crate::render::place::Places;
use crate::render::plain;
use crate::source::{SourceFile, Workspace};

/// Lines up to this many bytes are shown whole.
const SHOWN_WHOLE: usize = 160;
/// Of a longer line, this many bytes are shown on each side of what is marked.
const AROUND: usize = 40;
/// And of what is marked itself, at most this many.
const MARKED: usize = 70;

/// The rows of all files of one finding, and where each label went: what the drawing crate sees as files.
#[derive(Debug)]
pub(super) struct Excerpts {
    files: Vec<Excerpt>,
    /// One for each label, in their order.
    pub(super) marks: Vec<Mark>,
}

/// The rows of one file, in one text with their own offsets.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    /// Offset in the excerpt's text.
    start: usize,
    /// Line number in the file, from 1.
    number: usize,
}

/// A label as a range of an excerpt.
#[derive(Debug)]
pub(super) struct Mark {
    /// Index of the excerpt.
    pub(super) file: usize,
    /// Bytes in the excerpt's text.
    pub(super) range: Range<usize>,
    /// Column in the file, from 1, in characters.
    column: usize,
}

/// A label on its line: bytes from the start of the file, cut off at the end of the line that it starts on.
struct Wanted {
    label: usize,
    line: u32,
    range: Range<usize>,
}

impl Excerpts {
    /// The rows that show all of `labels`, and the mark of each label, in the same order.
    pub(super) fn new<'l>(
        workspace: &Workspace,
        places: &Places<'_>,
        labels: impl Iterator<Item = &'l Label>,
    ) -> Self {
        let labels: Vec<&Label> = labels.collect();
        let mut files = Vec::new();
        let mut marks: Vec<Option<Mark>> = labels.iter().map(|_| None).collect();
        for first in 0..labels.len() {
            if marks[first].is_some() {
                continue;
            }
            let id = labels[first].span.file;
            let file = workspace.file(id);
            let mut wanted: Vec<Wanted> = (first..labels.len())
                .filter(|&label| labels[label].span.file == id)
                .map(|label| on_one_line(file, label, labels[label].span.range()))
                .collect();
            wanted.sort_by_key(|wanted| (wanted.line, wanted.range.start, wanted.range.end));
            let index = files.len();
            let mut excerpt = Excerpt {
                name: plain::line(file.path()).into_owned(),
                text: String::new(),
                rows: Vec::new(),
            };
            let mut rest = wanted.as_slice();
            while !rest.is_empty() {
                let (window, shown) = next_window(file, rest);
                excerpt.skip_to(file, rest[0].line);
                let ranges = excerpt.push_row(file, rest[0].line, window, &rest[..shown]);
                for (wanted, range) in rest[..shown].iter().zip(ranges) {
                    let column = places.at(id, labels[wanted.label].span.start).column as usize;
                    marks[wanted.label] = Some(Mark { file: index, range, column });
                }
                rest = &rest[shown..];
            }
            files.push(excerpt);
        }
        Self { files, marks: marks.into_iter().flatten().collect() }
    }

    fn excerpt(&self, id: usize) -> Result<&Excerpt, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

/// Cuts a range to the line that it starts on, without trailing white space.
fn on_one_line(file: &SourceFile, label: usize, range: Range<usize>) -> Wanted {
    let text = file.text();
    let start = text.floor_char_boundary(range.start);
    let line = file.lines().line_of(start as u32);
    let line_start = file.lines().start_of(text, line) as usize;
    let content = file.lines().line(text, line);
    let line_end = line_start + content.len();
    let start = start.min(line_end);
    let mut end = text.floor_char_boundary(range.end).clamp(start, line_end);
    if range.end > line_end {
        end = start + text[start..end].trim_end().len();
    }
    Wanted { label, line, range: start..end }
}

/// The part of a line to show for the first of `wanted` and as many of its neighbours as fit, and how many these are.
fn next_window(file: &SourceFile, wanted: &[Wanted]) -> (Range<usize>, usize) {
    let text = file.text();
    let first = &wanted[0];
    let line_start = file.lines().start_of(text, first.line) as usize;
    let line_end = line_start + file.lines().line(text, first.line).len();
    let on_line = wanted.iter().take_while(|other| other.line == first.line);
    if line_end - line_start <= SHOWN_WHOLE {
        return (line_start..line_end, on_line.count());
    }
    let limit = first.range.start + MARKED;
    let shown: Vec<&Wanted> = on_line.take_while(|other| other.range.start <= limit).collect();
    let marked_end = shown.iter().map(|other| other.range.end.min(limit)).max().unwrap_or(limit);
    let start = text.floor_char_boundary(first.range.start.saturating_sub(AROUND).max(line_start));
    let end = text.ceil_char_boundary((marked_end + AROUND).min(line_end));
    (start..end, shown.len())
}

impl Excerpt {
    /// Makes room before a row: nothing between neighbours, the line itself where a single one lies between, and a gap
    /// of two empty rows otherwise, which is drawn as a break.
    fn skip_to(&mut self, file: &SourceFile, line: u32) {
        let Some(last) = self.rows.last() else {
            return;
        };
        let between = (line as usize + 1).saturating_sub(last.number + 1);
        if between == 0 {
            return;
        }
        let text = file.lines().line(file.text(), line - 1);
        if between == 1 && text.len() <= SHOWN_WHOLE {
            self.rows.push(Row { start: self.text.len(), number: line as usize });
            plain::push(&mut self.text, text);
            self.text.push('\n');
            return;
        }
        for _ in 0..2 {
            self.rows.push(Row { start: self.text.len(), number: line as usize });
            self.text.push('\n');
        }
    }

    /// Adds a row that shows `window` of a line; returns where the wanted ranges ended up.
    fn push_row(
        &mut self,
        file: &SourceFile,
        line: u32,
        window: Range<usize>,
        wanted: &[Wanted],
    ) -> Vec<Range<usize>> {
        let text = file.text();
        let line_start = file.lines().start_of(text, line) as usize;
        let line_end = line_start + file.lines().line(text, line).len();
        self.rows.push(Row { start: self.text.len(), number: line as usize + 1 });
        if window.start > line_start {
            self.text.push('…');
        }
        let ends = wanted.iter().flat_map(|wanted| [wanted.range.start, wanted.range.end]);
        let mut cuts: Vec<usize> = ends.map(|at| at.min(window.end)).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut at = window.start;
        let mut moved = Vec::with_capacity(cuts.len());
        for &cut in &cuts {
            plain::push(&mut self.text, &text[at..cut]);
            moved.push(self.text.len());
            at = cut;
        }
        plain::push(&mut self.text, &text[at..window.end]);
        if window.end < line_end {
            self.text.push('…');
        }
        self.text.push('\n');
        let moved_to = |at: usize| moved[cuts.partition_point(|&cut| cut < at.min(window.end))];
        wanted.iter().map(|wanted| moved_to(wanted.range.start)..moved_to(wanted.range.end)).collect()
    }
}

impl<'a> Files<'a> for Excerpts {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.excerpt(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte_index: usize) -> Result<usize, Error> {
        let rows = &self.excerpt(id)?.rows;
        Ok(rows.partition_point(|row| row.start <= byte_index).saturating_sub(1))
    }

    fn line_number(&'a self, id: usize, line_index: usize) -> Result<usize, Error> {
        let rows = &self.excerpt(id)?.rows;
        let row = rows.get(line_index).ok_or(Error::LineTooLarge { given: line_index, max: rows.len() })?;
        Ok(row.number)
    }

    fn column_number(&'a self, id: usize, _line_index: usize, byte_index: usize) -> Result<usize, Error> {
        let mark = self.marks.iter().find(|mark| mark.file == id && mark.range.start == byte_index);
        Ok(mark.map_or(1, |mark| mark.column))
    }

    fn line_range(&'a self, id: usize, line_index: usize) -> Result<Range<usize>, Error> {
        let excerpt = self.excerpt(id)?;
        let max = excerpt.rows.len();
        let row = excerpt.rows.get(line_index).ok_or(Error::LineTooLarge { given: line_index, max })?;
        let end = excerpt.rows.get(line_index + 1).map_or(excerpt.text.len(), |next| next.start);
        Ok(row.start..end)
    }
}
