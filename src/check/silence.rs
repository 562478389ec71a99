//! The output stage: what the manifests and the configuration do not want to hear is held back here, and only here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::check::{CHECKS, Check, Context, Run, Sink, level_of, mildest_of, syntax};
use crate::config::{Exemption, Level, Settings};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Span};
use crate::suppression::{Suppression, Suppressions};

/// Place of a suppression and index of a name in it.
type Use = (Span, usize);

/// What the manifests do not want to hear, and which of it was of use.
#[derive(Debug)]
pub struct Silence<'p> {
    suppressions: &'p Suppressions,
    /// A set, so that it does not matter which of the checks, which run side by side, comes first.
    used: Mutex<BTreeSet<Use>>,
}

impl<'p> Silence<'p> {
    /// Nothing was held back yet.
    pub fn new(suppressions: &'p Suppressions) -> Self {
        Self { suppressions, used: Mutex::default() }
    }

    pub(super) fn of_file(&self, file: FileId) -> &'p [Suppression] {
        self.suppressions.of_file(file)
    }

    /// All suppressions, in order of their places.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'p Suppression> {
        self.suppressions.iter()
    }

    /// Whether a finding of a check at this place is held back; the suppressions that do so are of use.
    pub(super) fn holds_back(&self, check: &Check, span: Span) -> bool {
        let mut is_suppressed = false;
        for suppression in self.of_file(span.file) {
            let covers = suppression.covers;
            if span.start < covers.start || covers.end < span.end || covers.start == covers.end {
                continue;
            }
            for (index, (name, _)) in suppression.names.iter().enumerate() {
                if can_be_suppressed(name) && (name == check.id || name == check.group.as_str()) {
                    let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
                    used.insert((suppression.place, index));
                    is_suppressed = true;
                }
            }
        }
        is_suppressed
    }

    fn is_used(&self, of: Use) -> bool {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).contains(&of)
    }
}

/// What became of the suppressions of a program.
pub struct Usage<'s> {
    settings: &'s Settings,
    /// Whether there was something to compare with.
    has_base: bool,
    /// Whether nodes were known.
    has_nodes: bool,
    silence: &'s Silence<'s>,
}

impl Usage<'_> {
    /// Whether a name of a suppression holds back nothing, although all that it could hold back was looked for.
    pub(super) fn is_idle(&self, path: &str, suppression: &Suppression, index: usize) -> bool {
        let name = &suppression.names[index].0;
        let has_input = |check: &Check| match check.run {
            Run::Plan(_) => self.has_base,
            Run::Fit(_) => self.has_nodes,
            _ => true,
        };
        let is_meant = |check: &&&Check| {
            // Advice that nobody asked for, and what takes a base or nodes that are not there, is not looked for; a group is judged
            // by the rest of it.
            let counts = check.severity != Severity::Note && has_input(check);
            check.id == name || (check.group.as_str() == name && counts)
        };
        let was_looked_for = |check: &&Check| {
            level_of(check, self.settings) != Level::Off
                && has_input(check)
                && !self.settings.exemptions.iter().any(|exemption| {
                    exemption.names(check.id, check.group.as_str()) && exemption.holds_file(path)
                })
        };
        suppression.is_readable
            && !self.silence.is_used((suppression.place, index))
            && CHECKS.iter().filter(is_meant).all(was_looked_for)
    }
}

/// Whether a name can stand in a suppression: a text that cannot be read cannot be judged, so that is always said.
pub fn can_be_suppressed(name: &str) -> bool {
    name != syntax::CHECK.id
}

/// Drops what is suppressed, exempted or too mild to be shown, and adds what is to be said of the suppressions.
pub(super) fn put_out(
    context: &Context<'_>,
    diagnostics: Vec<Diagnostic>,
    is_looked_at: &dyn Fn(FileId) -> bool,
) -> Vec<Diagnostic> {
    let usage = Usage {
        settings: context.settings,
        has_base: context.plan.is_some(),
        has_nodes: context.fit.is_some(),
        silence: &context.silence,
    };
    let checks: BTreeMap<&str, &Check> = CHECKS.iter().map(|check| (check.id, *check)).collect();
    let mut kept = diagnostics;
    kept.retain(|diagnostic| {
        checks.get(diagnostic.check).is_none_or(|check| is_wanted(context, check, diagnostic))
    });
    for check in CHECKS {
        let level = level_of(check, context.settings);
        let Run::Suppressions(run) = check.run else { continue };
        if level == Level::Off {
            continue;
        }
        let mut more = Vec::new();
        let mut sink = Sink::new(check, level, mildest_of(check, context.settings), &mut more);
        run(context, &usage, &mut sink);
        sink.finish();
        more.retain(|diagnostic| {
            is_looked_at(diagnostic.primary.span.file) && is_wanted(context, check, diagnostic)
        });
        kept.append(&mut more);
    }
    kept.sort();
    kept
}

fn is_wanted(context: &Context<'_>, check: &Check, diagnostic: &Diagnostic) -> bool {
    if check.id == syntax::CHECK.id {
        return true;
    }
    !context.silence.holds_back(check, diagnostic.primary.span)
        && diagnostic.severity <= mildest_of(check, context.settings)
        && !context
            .settings
            .exemptions
            .iter()
            .any(|exemption| is_exempted(context, exemption, check, diagnostic))
}

fn is_exempted(context: &Context<'_>, exemption: &Exemption, check: &Check, diagnostic: &Diagnostic) -> bool {
    let is_for_object = || match &diagnostic.object {
        Some(object) => exemption.objects.holds(&object.kind, object.namespace.as_deref(), &object.name),
        None => exemption.objects.is_everything(),
    };
    exemption.names(check.id, check.group.as_str())
        && is_for_object()
        && exemption.holds_file(context.program.file(diagnostic.primary.span.file).source.path())
}

/// Whether a check need not run on a file at all.
pub(super) fn is_spared(context: &Context<'_>, check: &Check, file: FileId) -> bool {
    let path = context.program.file(file).source.path();
    check.id != syntax::CHECK.id
        && context.settings.exemptions.iter().any(|exemption| {
            exemption.objects.is_everything()
                && exemption.names(check.id, check.group.as_str())
                && exemption.holds_file(path)
        })
}
