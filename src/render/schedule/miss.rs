//! What fits nowhere, and why.

use crate::plan::deciding::deciding_node;
use crate::plan::fit::Miss;
use crate::plan::question::pool_size::PoolSize;
use crate::plan::scheduler::Outcome;
use crate::plan::words;
use crate::render::schedule::ScheduleReport;
use crate::render::schedule::human::workload_name;
use crate::render::schedule::table::{BOLD, DIM, RED, paint};
use crate::render::{Colors, plain};

/// How many nodes of a reason are named.
const NAMED_NODES: usize = 4;
/// How many victims of a preemption are named.
const NAMED_VICTIMS: usize = 5;

/// Every workload that does not fit, and then what would help all of them.
pub(super) fn all(out: &mut String, report: &ScheduleReport<'_>, colors: Colors) {
    for (index, miss) in report.fit.misses.iter().enumerate() {
        one(out, report, colors, index, miss);
        out.push('\n');
    }
    let sizes: Vec<String> = report.answers.pools.iter().filter_map(pool).collect();
    if !sizes.is_empty() {
        out.push_str(&format!(
            "{}: {}\n\n",
            paint(colors, BOLD, "for everything to fit"),
            sizes.join("; or ")
        ));
    }
}

fn pool(size: &PoolSize) -> Option<String> {
    let needed = size.needed?;
    let pool = plain::line(&size.pool).into_owned();
    Some(format!("pool `{pool}` needs {needed} nodes (it has {})", size.present))
}

fn one(out: &mut String, report: &ScheduleReport<'_>, colors: Colors, index: usize, miss: &Miss) {
    let fit = report.fit;
    let workload = &fit.workloads[miss.workload];
    let placement = &fit.placements[miss.first];
    let head = match (miss.pods, workload.pods.len()) {
        (1, 1) => format!("{} fits nowhere", workload_name(workload)),
        (pods, all) => {
            let verb = if pods == 1 { "fits" } else { "fit" };
            format!("{pods} of {all} pods of {} {verb} nowhere", workload_name(workload))
        }
    };
    out.push_str(&format!("{}: {head}\n", paint(colors, RED, "error")));
    let mut line = |text: &str| out.push_str(&format!("  {}\n", plain::line(text)));
    let message = match &placement.outcome {
        Outcome::DoesNotFit(error) => error.to_string(),
        Outcome::Failed(message) => message.clone(),
        Outcome::Placed(_) | Outcome::Gated(_) => String::new(),
    };
    line(&format!("{}: {message}", placement.pod.name));
    let Some(explanation) = &miss.explanation else {
        place(out, report, colors, miss);
        return;
    };
    for group in &explanation.reasons {
        let named: Vec<&str> = group
            .nodes
            .iter()
            .take(NAMED_NODES)
            .filter_map(|node| fit.cluster.nodes.get(*node).map(|node| node.name.as_str()))
            .collect();
        let more = if group.nodes.len() > named.len() { ", ..." } else { "" };
        line(&format!("  {:>4}  {}  ({}{more})", group.nodes.len(), group.reason, named.join(", ")));
    }
    if let Some(nearest) = &explanation.nearest {
        line(&words::nearest(&fit.cluster, nearest));
    }
    if let Some(remedy) = words::remedy(explanation, &placement.pod.template) {
        line(&remedy);
    }
    if let Some(advice) = report.answers.advice.get(index) {
        line(&words::certainty(&advice.certainty));
        if let Some(preemption) = &advice.preemption {
            let victims = &preemption.victims;
            let mut named: Vec<String> =
                victims.iter().take(NAMED_VICTIMS).map(|pod| pod.full_name()).collect();
            if victims.len() > NAMED_VICTIMS {
                named.push(format!("{} more", victims.len() - NAMED_VICTIMS));
            }
            let node = &fit.cluster.nodes[preemption.node].name;
            line(&format!("but it would preempt {} on {node}", named.join(", ")));
        }
    }
    place(out, report, colors, miss);
}

/// Where the manifest says what decides.
fn place(out: &mut String, report: &ScheduleReport<'_>, colors: Colors, miss: &Miss) {
    let workload = &report.fit.workloads[miss.workload];
    let Some(Some(id)) = report.fit.gathered.workload_sources.get(workload.source) else { return };
    let object = report.program.object(*id);
    let obstacles = miss
        .explanation
        .as_ref()
        .and_then(|explanation| explanation.nearest.as_ref())
        .map_or(&[] as &[_], |nearest| nearest.obstacles.as_slice());
    let span = deciding_node(object, obstacles).map_or_else(|| object.name_span(), |node| object.span(node));
    let file = report.workspace.file(span.file);
    let position = file.position(span.start);
    let text = format!("at {}:{}:{}", plain::line(file.path()), position.line + 1, position.character + 1);
    out.push_str(&format!("  {}\n", paint(colors, DIM, &text)));
}
