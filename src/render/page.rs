//! The page that findings are drawn on: plain text or ANSI colours, and no empty border rows.

use std::fmt;

use codespan_reporting::diagnostic::{LabelStyle, Severity as DrawnSeverity};
use codespan_reporting::term::WriteStyle;

use crate::diagnostic::Severity;
use crate::render::Colors;

/// What a piece of text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `error[check]`, and the label of the primary place.
    Header(Severity),
    /// The message, the counts.
    Strong,
    /// Line numbers and the border.
    Border,
    /// The label of a related place.
    Related,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Header(Severity::Error) => "\x1b[1;31m",
            Self::Header(Severity::Warning) => "\x1b[1;33m",
            Self::Header(Severity::Note) => "\x1b[1;36m",
            Self::Strong => "\x1b[1m",
            Self::Border => "\x1b[34m",
            Self::Related => "\x1b[36m",
        }
    }
}

const RESET: &str = "\x1b[0m";

/// `text` in its colour, which ends before the last line break.
pub(super) fn painted(text: &str, style: Style, colors: Colors) -> String {
    let line = text.trim_end_matches('\n');
    if colors == Colors::Off || line.is_empty() {
        return text.to_owned();
    }
    format!("{}{line}{RESET}{}", style.code(), &text[line.len()..])
}

/// Collects rows. Rows that hold nothing but the border are left out, and every file of a finding after the first is
/// joined to it by `├─`.
pub(super) struct Page {
    out: String,
    /// The row being written, with colours.
    row: String,
    /// The same without colours.
    bare: String,
    colors: Colors,
    styled: bool,
    files_in_finding: usize,
}

impl Page {
    pub(super) fn new(colors: Colors) -> Self {
        Self {
            out: String::new(),
            row: String::new(),
            bare: String::new(),
            colors,
            styled: false,
            files_in_finding: 0,
        }
    }

    /// Says that the rows to come are of another finding.
    pub(super) fn start_finding(&mut self) {
        self.files_in_finding = 0;
    }

    /// Everything written.
    pub(super) fn finish(mut self) -> String {
        self.out.push_str(&self.row);
        self.out
    }

    fn set(&mut self, style: Style) -> fmt::Result {
        self.reset()?;
        if self.colors == Colors::On {
            self.row.push_str(style.code());
            self.styled = true;
        }
        Ok(())
    }

    fn end_row(&mut self) {
        let bare = self.bare.trim();
        if bare != BORDER {
            let kept = self.row.trim_end_matches(' ').len();
            if bare.starts_with(FIRST_FILE) {
                self.files_in_finding += 1;
                if self.files_in_finding > 1 {
                    self.row = self.row.replacen(FIRST_FILE, NEXT_FILE, 1);
                }
            }
            self.out.push_str(&self.row[..kept]);
            self.out.push('\n');
        }
        self.row.clear();
        self.bare.clear();
    }
}

const BORDER: &str = "│";
const FIRST_FILE: &str = "┌─";
const NEXT_FILE: &str = "├─";

impl fmt::Write for Page {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for (index, piece) in text.split('\n').enumerate() {
            if index > 0 {
                self.end_row();
            }
            self.row.push_str(piece);
            self.bare.push_str(piece);
        }
        Ok(())
    }
}

impl WriteStyle for Page {
    fn set_header(&mut self, severity: DrawnSeverity) -> fmt::Result {
        self.set(Style::Header(severity_of(severity)))
    }

    fn set_header_message(&mut self) -> fmt::Result {
        self.set(Style::Strong)
    }

    fn set_line_number(&mut self) -> fmt::Result {
        self.set(Style::Border)
    }

    fn set_note_bullet(&mut self) -> fmt::Result {
        self.set(Style::Border)
    }

    fn set_source_border(&mut self) -> fmt::Result {
        self.set(Style::Border)
    }

    fn set_label(&mut self, severity: DrawnSeverity, label: LabelStyle) -> fmt::Result {
        self.set(match label {
            LabelStyle::Primary => Style::Header(severity_of(severity)),
            LabelStyle::Secondary => Style::Related,
        })
    }

    fn reset(&mut self) -> fmt::Result {
        if std::mem::take(&mut self.styled) {
            self.row.push_str(RESET);
        }
        Ok(())
    }
}

fn severity_of(severity: DrawnSeverity) -> Severity {
    match severity {
        DrawnSeverity::Bug | DrawnSeverity::Error => Severity::Error,
        DrawnSeverity::Warning => Severity::Warning,
        DrawnSeverity::Note | DrawnSeverity::Help => Severity::Note,
    }
}
