//! Plans become text: for people, for programs, and for pull requests.

mod human;
mod json;
mod markdown;
mod text;

use crate::parse::object::Program;
use crate::plan::preview::Preview;
use crate::render::Colors;
use crate::source::Workspace;

/// The ways to write a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanFormat {
    /// For people: differences, rollouts, risks.
    Human,
    /// One JSON object, version 1; documented in `docs/plan-json.md`.
    Json,
    /// For a comment of a pull request: short, with the differences folded.
    Markdown,
}

/// Everything that a plan is written from.
#[derive(Clone, Copy, Debug)]
pub struct PlanReport<'a> {
    /// The plan.
    pub preview: &'a Preview,
    /// The objects before.
    pub base: &'a Program,
    /// The objects after.
    pub head: &'a Program,
    /// The files of the objects before.
    pub base_workspace: &'a Workspace,
    /// The files of the objects after.
    pub head_workspace: &'a Workspace,
}

/// The plan in a format, ending in a line break. `colors` matters to [`PlanFormat::Human`] only.
pub fn render_plan(report: &PlanReport<'_>, format: PlanFormat, colors: Colors) -> String {
    match format {
        PlanFormat::Human => human::render(report, colors),
        PlanFormat::Json => json::render(report),
        PlanFormat::Markdown => markdown::render(report),
    }
}
