#![doc = include_str!("syntax.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit::Change;
use crate::parse::object::File;
use crate::parse::{Problem, ProblemKind};
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "syntax",
    group: Group::Syntax,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "the text is not YAML or JSON as kubectl reads it",
    page: include_str!("syntax.md"),
    run: Run::File(run),
};

fn run(_: &Context<'_>, file: &File, sink: &mut Sink<'_>) {
    report_problems(file, sink, &|_| None, ProblemKind::is_refused);
}

/// A repair that the parser does not know of.
pub(super) type Repair<'r> = &'r dyn Fn(&Problem) -> Option<(Safety, Change)>;

/// Reports the problems of a file's text that `wanted` picks, as the parser describes them.
pub(super) fn report_problems(
    file: &File,
    sink: &mut Sink<'_>,
    repair: Repair<'_>,
    wanted: impl Fn(ProblemKind) -> bool,
) {
    // A Helm template is no YAML before it is rendered, and a file of another tool is not ours to judge.
    if file.foreign.is_some() {
        return;
    }
    for problem in file.parsed.problems.iter().filter(|problem| wanted(problem.kind)) {
        report_problem(file, sink, problem, repair);
    }
}

fn report_problem(file: &File, sink: &mut Sink<'_>, problem: &Problem, repair: Repair<'_>) {
    let span = |range: &std::ops::Range<u32>| Span::new(file.id, range.start, range.end);
    let mut report =
        sink.report_span(span(&problem.range), problem.message.clone()).label(problem.label.clone());
    if let Some((range, text)) = &problem.related {
        report = report.related(span(range), text.clone());
    }
    report = report.help_opt(problem.help.clone());
    if let Some(fix) = &problem.fix {
        let safety = if fix.safe { Safety::Safe } else { Safety::Unsafe };
        report.fix(fix.title.clone(), safety, span(&fix.range), fix.text.clone());
    } else if let Some((safety, change)) = repair(problem) {
        report.change("remove the duplicate", safety, file.id, Some(change));
    }
}
