//! Columns that line up, with colours that do not count.

use crate::render::{Colors, plain};

pub(super) const RED: &str = "31";
pub(super) const YELLOW: &str = "33";
pub(super) const BOLD: &str = "1";
pub(super) const DIM: &str = "2";

/// The text in a colour.
pub(super) fn paint(colors: Colors, code: &str, text: &str) -> String {
    match colors {
        Colors::On => format!("\x1b[{code}m{text}\x1b[0m"),
        Colors::Off => text.to_owned(),
    }
}

/// To which side of its column a cell keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// One cell.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    code: Option<&'static str>,
    side: Side,
}

impl Cell {
    /// Text of the manifests, made harmless.
    pub(super) fn left(text: &str) -> Self {
        Self { text: plain::line(text).into_owned(), code: None, side: Side::Left }
    }

    /// A number.
    pub(super) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), code: None, side: Side::Right }
    }

    pub(super) fn painted(text: String, code: &'static str) -> Self {
        Self { text, code: Some(code), side: Side::Left }
    }

    pub(super) fn with(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }
}

/// Rows as lines, two spaces between columns; the first row is the head.
pub(super) fn lines(rows: &[Vec<Cell>], colors: Colors) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (index, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (column, cell) in row.iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(cell.text.chars().count()));
            let code = if index == 0 { Some(DIM) } else { cell.code };
            let text = code.map_or_else(|| cell.text.clone(), |code| paint(colors, code, &cell.text));
            let is_last = column + 1 == row.len();
            line.push_str(if column == 0 { "" } else { "  " });
            match cell.side {
                Side::Left if is_last => line.push_str(&text),
                Side::Left => line.push_str(&format!("{text}{padding}")),
                Side::Right => line.push_str(&format!("{padding}{text}")),
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
