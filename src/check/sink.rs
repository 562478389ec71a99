//! Where checks report: severity is decided here, once.

use std::ops::Range;

use crate::check::Check;
use crate::config::Level;
use crate::diagnostic::{Diagnostic, Edit, Fix, Label, ObjectName, Safety, Severity};
use crate::parse::edit::Change;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::source::{FileId, Span};

/// Collects the reports of one check.
pub struct Sink<'d> {
    check: &'static str,
    default: Severity,
    level: Level,
    mildest: Severity,
    /// Where its own reports start.
    start: usize,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'d> Sink<'d> {
    /// A sink for `check` at a level that is not off, which keeps nothing milder than `mildest`.
    pub fn new(check: &Check, level: Level, mildest: Severity, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        let start = diagnostics.len();
        Self { check: check.id, default: check.severity, level, mildest, start, diagnostics }
    }

    /// Whether a report of this severity would be kept: what spares a check the work for notes that nobody asked for.
    pub fn wants(&self, severity: Severity) -> bool {
        matches!(self.level, Level::At(_)) || severity <= self.mildest
    }

    /// Drops what is too mild to be shown.
    pub fn finish(self) {
        if self.diagnostics.len() == self.start {
            return;
        }
        let mut index = 0;
        self.diagnostics.retain(|diagnostic| {
            index += 1;
            index <= self.start || diagnostic.severity <= self.mildest
        });
    }

    /// Reports a fault at a node of an object. The field path is taken from the node.
    pub fn report(
        &mut self,
        object: ObjectRef<'_>,
        node: NodeRef<'_>,
        message: impl Into<String>,
    ) -> Report<'_> {
        let report = self.report_span(object.span(node), message);
        report.diagnostic.object = Some(object.to_name());
        report.diagnostic.field = object.root().path_to(node).filter(|path| !path.is_empty());
        report
    }

    /// Reports a fault that no object owns, such as one of the text.
    pub fn report_span(&mut self, span: Span, message: impl Into<String>) -> Report<'_> {
        let severity = match self.level {
            Level::At(severity) => severity,
            Level::On | Level::Off => self.default,
        };
        let level = self.level;
        self.diagnostics.push(Diagnostic {
            primary: Label { span, text: String::new() },
            severity,
            check: self.check,
            message: message.into(),
            related: Vec::new(),
            help: Vec::new(),
            object: None,
            field: None,
            fix: None,
        });
        let last = self.diagnostics.len() - 1;
        Report { diagnostic: &mut self.diagnostics[last], level }
    }
}

/// A report on its way; each method adds a part.
pub struct Report<'s> {
    diagnostic: &'s mut Diagnostic,
    level: Level,
}

impl Report<'_> {
    /// The severity of this report where it differs from the check's own; the configuration goes before it.
    pub fn severity(self, severity: Severity) -> Self {
        if !matches!(self.level, Level::At(_)) {
            self.diagnostic.severity = severity;
        }
        self
    }

    /// Points at a part of what was reported.
    pub fn within(self, part: Option<Range<u32>>) -> Self {
        if let Some(part) = part {
            let span = &mut self.diagnostic.primary.span;
            *span = Span::new(span.file, part.start, part.end);
        }
        self
    }

    /// A few words at the primary place.
    pub fn label(self, text: impl Into<String>) -> Self {
        self.diagnostic.primary.text = text.into();
        self
    }

    /// Another place, often in another file, and what it has to do with the fault.
    pub fn related(self, span: Span, text: impl Into<String>) -> Self {
        self.diagnostic.related.push(Label { span, text: text.into() });
        self
    }

    /// What to write instead: one sentence.
    pub fn help(self, text: impl Into<String>) -> Self {
        self.diagnostic.help.push(text.into());
        self
    }

    /// What to write instead, if there is something to say.
    pub fn help_opt(self, text: Option<String>) -> Self {
        self.diagnostic.help.extend(text);
        self
    }

    /// Names the object where the report was made at a bare span.
    pub fn object(self, object: ObjectRef<'_>) -> Self {
        self.diagnostic.object = Some(object.to_name());
        self
    }

    /// Names the object and the field by what they are called, where the report was made at a bare span.
    pub fn named(self, object: ObjectName, field: Option<String>) -> Self {
        self.diagnostic.object = Some(object);
        self.diagnostic.field = field;
        self
    }

    /// A repair that replaces one span.
    pub fn fix(self, title: impl Into<String>, safety: Safety, span: Span, text: impl Into<String>) -> Self {
        self.edits(title, safety, vec![Edit { span, text: text.into() }])
    }

    /// A repair that is one change of the text, where it can be made.
    pub fn change(
        self,
        title: impl Into<String>,
        safety: Safety,
        file: FileId,
        change: Option<Change>,
    ) -> Self {
        match change {
            Some(change) => self.edits(title, safety, vec![change.in_file(file)]),
            None => self,
        }
    }

    /// A repair of several edits, which must not overlap.
    pub fn edits(self, title: impl Into<String>, safety: Safety, edits: Vec<Edit>) -> Self {
        self.diagnostic.fix = Some(Fix { title: title.into(), safety, edits });
        self
    }
}
