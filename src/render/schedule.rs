//! Where pods go becomes text: tables for people, the verdicts for programs.

mod bar;
mod human;
mod json;
mod miss;
mod question;
mod table;

use crate::parse::object::Program;
use crate::plan::answer::Answers;
use crate::plan::fit::Fit;
use crate::render::Colors;
use crate::source::Workspace;

/// The ways to write a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScheduleFormat {
    /// For people: tables with bars, and what does not fit with its reasons.
    Human,
    /// One JSON object; documented in `docs/json.md`.
    Json,
}

/// Which nodes [`ScheduleFormat::Human`] lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeRows {
    /// As many as one looks at.
    Some,
    /// Every one.
    All,
}

/// Everything that a schedule is written from.
#[derive(Clone, Copy, Debug)]
pub struct ScheduleReport<'a> {
    /// The placements.
    pub fit: &'a Fit,
    /// What was asked beside.
    pub answers: &'a Answers,
    /// The objects of the input.
    pub program: &'a Program,
    /// Their files.
    pub workspace: &'a Workspace,
    /// How many nodes are listed.
    pub rows: NodeRows,
}

/// What was not placed or not looked into because that would take too long, a sentence each.
fn left_out(report: &ScheduleReport<'_>) -> Vec<String> {
    let cut = report.fit.workloads.iter().filter(|workload| workload.left_out > 0);
    let cut = cut.map(|workload| {
        let all = workload.pods.len() + workload.left_out;
        let name = human::workload_name(workload);
        format!("{name}: only {} of its {all} pods were placed; there are too many pods", workload.pods.len())
    });
    cut.chain(report.answers.left_out.iter().cloned()).collect()
}

/// The schedule in a format, ending in a line break. `colors` matters to [`ScheduleFormat::Human`] only.
pub fn render_schedule(report: &ScheduleReport<'_>, format: ScheduleFormat, colors: Colors) -> String {
    match format {
        ScheduleFormat::Human => human::render(report, colors),
        ScheduleFormat::Json => json::render(report),
    }
}
