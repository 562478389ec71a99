//! Whatever was found can be written in every format, and twice the same.

use kplan::analysis::{Analysis, Summary, read_with_inventory};
use kplan::config::Settings;
use kplan::diagnostic::Severity;
use kplan::graph::Graph;
use kplan::graph::map::Map;
use kplan::parse::object::Program;
use kplan::plan::answer::{AdviceWanted, HeadroomWanted, Lose, Questions, answer};
use kplan::plan::change::{Side, build};
use kplan::plan::fit::Fit;
use kplan::plan::gather::{Sources, has_nodes};
use kplan::plan::preview::preview;
use kplan::plan::preview::stage::on_nodes;
use kplan::plan::scheduler::Detail as Rows;
use kplan::render::graph::{GraphFormat, render_graph};
use kplan::render::plan::{PlanFormat, PlanReport, render_plan};
use kplan::render::schedule::{NodeRows, ScheduleFormat, ScheduleReport, render_schedule};
use kplan::render::{Colors, Detail, Format, Report, manifest, render, rules};
use kplan::source::Workspace;
use libtest_mimic::Failed;

const FORMATS: [(Format, Colors); 8] = [
    (Format::Human, Colors::Off),
    (Format::Human, Colors::On),
    (Format::Concise, Colors::On),
    (Format::Json, Colors::Off),
    (Format::Sarif, Colors::Off),
    (Format::Github, Colors::Off),
    (Format::Gitlab, Colors::Off),
    (Format::Junit, Colors::Off),
];

/// The report in every format of `check`.
pub(crate) fn every_format_renders(workspace: &Workspace, analysis: &Analysis) -> Result<(), Failed> {
    let rules = rules();
    let Summary { errors, warnings, notes, .. } = analysis.summary;
    for (format, colors) in FORMATS {
        let report = Report {
            diagnostics: &analysis.diagnostics,
            workspace,
            summary: &analysis.summary,
            rules: &rules,
            detail: Detail::Verbose,
            origins: &analysis.origins,
            failing: Severity::Error,
        };
        let name = format!("{format:?}");
        let text = twice(&name, || render(&report, format, colors))?;
        match format {
            Format::Json => {
                let value = json(&name, &text)?;
                let found = value["diagnostics"].as_array().map_or(0, Vec::len);
                if found != errors + warnings + notes {
                    return Err(format!("{name}: {found} findings, but the summary says otherwise").into());
                }
            }
            Format::Sarif | Format::Gitlab => {
                json(&name, &text)?;
            }
            Format::Human | Format::Concise | Format::Github | Format::Junit => {}
        }
        if colors == Colors::Off && text.contains('\x1b') {
            return Err(format!("{name}: a manifest steers the terminal").into());
        }
    }
    Ok(())
}

/// What the other commands print: the map, the compiled set, the plan from nothing and from the same, the schedule.
pub(crate) fn compiled_forms_render(workspace: &Workspace, settings: &Settings) -> Result<(), Failed> {
    let (program, inventory) = read_with_inventory(workspace, settings);
    let graph = Graph::build(&program, settings);
    let map = Map::of(&graph);
    for format in [GraphFormat::Text, GraphFormat::Dot, GraphFormat::Mermaid, GraphFormat::Json] {
        let name = format!("graph as {format:?}");
        let text = twice(&name, || render_graph(&map, &[], &program, format))?;
        if format == GraphFormat::Json {
            json(&name, &text)?;
        }
    }
    let side = Side { program: &program, graph: &graph };
    twice("build", || manifest::stream(&build(side, settings.target).0))?;
    plans_render(workspace, side, &inventory, settings)?;
    schedule_renders(workspace, Sources { program: &program, inventory: &inventory })
}

fn plans_render(
    workspace: &Workspace,
    side: Side<'_>,
    inventory: &Program,
    settings: &Settings,
) -> Result<(), Failed> {
    let nothing = Workspace::default();
    let no_program = Program::default();
    let no_graph = Graph::build(&no_program, settings);
    let none = Side { program: &no_program, graph: &no_graph };
    let has_nodes = has_nodes(Sources { program: side.program, inventory });
    // The cases of the scheduler have their nodes in the file itself.
    let nodes = if inventory.files().is_empty() { side.program } else { inventory };
    for (what, base, head, base_workspace, head_workspace) in [
        ("plan from nothing", none, side, &nothing, workspace),
        ("plan to nothing", side, none, workspace, &nothing),
        ("plan to itself", side, side, workspace, workspace),
    ] {
        let compute = || match has_nodes {
            true => on_nodes(base, head, nodes, settings.target),
            false => preview(base, head, settings.target, None),
        };
        let plan = compute();
        if what == "plan to itself" && !plan.is_empty() {
            return Err("a plan from the same to the same is not empty".into());
        }
        for format in [PlanFormat::Human, PlanFormat::Json, PlanFormat::Markdown] {
            let name = format!("{what} as {format:?}");
            let write = |preview| {
                let (base, head) = (base.program, head.program);
                let report = PlanReport { preview, base, head, base_workspace, head_workspace };
                render_plan(&report, format, Colors::Off)
            };
            let text = write(&plan);
            if format == PlanFormat::Json {
                if text != write(&compute()) {
                    return Err(format!("{name}: not the same twice").into());
                }
                json(&name, &text)?;
            }
        }
    }
    Ok(())
}

fn schedule_renders(workspace: &Workspace, sources: Sources<'_>) -> Result<(), Failed> {
    let program = sources.program;
    if !has_nodes(sources) {
        return Ok(());
    }
    let questions = Questions {
        lose: vec![Lose::AnyNode, Lose::AnyZone],
        headroom: Some(HeadroomWanted),
        advice: Some(AdviceWanted),
    };
    for format in [ScheduleFormat::Human, ScheduleFormat::Json] {
        let name = format!("schedule as {format:?}");
        let text = twice(&name, || {
            let fit = Fit::new(sources, Rows::PerNode);
            let answers = answer(&fit, &questions).expect("ANY is always known");
            let report =
                ScheduleReport { fit: &fit, answers: &answers, program, workspace, rows: NodeRows::All };
            render_schedule(&report, format, Colors::Off)
        })?;
        if format == ScheduleFormat::Json {
            json(&name, &text)?;
        }
    }
    Ok(())
}

fn twice(name: &str, write: impl Fn() -> String) -> Result<String, Failed> {
    let text = write();
    if text == write() { Ok(text) } else { Err(format!("{name}: not the same twice").into()) }
}

fn json(name: &str, text: &str) -> Result<serde_json::Value, Failed> {
    serde_json::from_str(text).map_err(|error| format!("{name} is not JSON: {error}").into())
}
