//! The answers to what was asked beside.

use crate::plan::answer::Lose;
use crate::plan::question::headroom::MOST_COPIES;
use crate::plan::question::loss::Loss;
use crate::plan::scheduler::{Outcome, Placement};
use crate::render::schedule::ScheduleReport;
use crate::render::schedule::human::workload_name;
use crate::render::schedule::table::{BOLD, Cell, RED, YELLOW, lines, paint};
use crate::render::{Colors, counted, plain};

/// How many pods without a place are named for each loss.
const NAMED_PODS: usize = 5;

/// What the loss of nodes does.
pub(super) fn losses(out: &mut String, report: &ScheduleReport<'_>, colors: Colors) {
    for (lose, losses) in &report.answers.losses {
        let what = match lose {
            Lose::AnyNode => "any one node".to_owned(),
            Lose::AnyZone => "any one zone".to_owned(),
            Lose::Node(name) => format!("node {}", plain::line(name)),
            Lose::Zone(name) => format!("zone {}", plain::line(name)),
        };
        let bad: Vec<&Loss> = losses.iter().filter(|loss| !loss.homeless.is_empty()).collect();
        let most = losses.iter().map(|loss| loss.displaced).max().unwrap_or(0);
        out.push_str(&paint(colors, BOLD, &format!("If {what} is lost")));
        match bad.as_slice() {
            [] => out.push_str(&format!(": everything still fits (at most {} to move)\n", pods(most))),
            bad => {
                out.push_str(&format!(
                    ": {}\n",
                    match losses.len() {
                        1 => "not everything fits".to_owned(),
                        all => format!("not everything fits, for {} of {all}", bad.len()),
                    }
                ));
                for loss in bad {
                    one_loss(out, loss, colors);
                }
            }
        }
        out.push('\n');
    }
}

fn one_loss(out: &mut String, loss: &Loss, colors: Colors) {
    let homeless = paint(colors, RED, &format!("{} nowhere to go", have(loss.homeless.len())));
    out.push_str(&format!("  {}: {} move, {homeless}\n", plain::line(&loss.lost), pods(loss.displaced)));
    for placement in loss.homeless.iter().take(NAMED_PODS) {
        let text = format!("{}: {}", placement.pod.full_name(), reason(placement));
        out.push_str(&format!("    {}\n", plain::line(&text)));
    }
    if loss.homeless.len() > NAMED_PODS {
        out.push_str(&format!("    and {} more\n", loss.homeless.len() - NAMED_PODS));
    }
}

fn reason(placement: &Placement) -> String {
    match &placement.outcome {
        Outcome::DoesNotFit(error) => error.to_string(),
        Outcome::Failed(message) => message.clone(),
        Outcome::Gated(_) => "held back by scheduling gates".to_owned(),
        Outcome::Placed(_) => String::new(),
    }
}

fn pods(count: usize) -> String {
    counted(count, "pod", "pods")
}

fn have(count: usize) -> String {
    counted(count, "has", "have")
}

/// How many more of each workload fit.
pub(super) fn headroom(out: &mut String, report: &ScheduleReport<'_>, colors: Colors) {
    let Some(headroom) = &report.answers.headroom else { return };
    let mut rows = vec![vec![Cell::left("HEADROOM"), Cell::right("MORE"), Cell::left("THEN")]];
    for (workload, headroom) in headroom {
        let more = match headroom.more {
            MOST_COPIES.. => format!("{MOST_COPIES}+"),
            more => more.to_string(),
        };
        let mut then = headroom.then.as_ref().map_or(String::new(), ToString::to_string);
        if headroom.ignores_claims {
            then.push_str(" (volumes not counted)");
        }
        let name = workload_name(&report.fit.workloads[*workload]);
        rows.push(vec![Cell::left(&name), Cell::right(more), Cell::left(then.trim_start())]);
    }
    out.push_str(&lines(&rows, colors));
    out.push('\n');
}

/// Whether autoscaled workloads fit with as many pods as they may have.
pub(super) fn maxima(out: &mut String, report: &ScheduleReport<'_>, colors: Colors) {
    let fit = report.fit;
    if fit.maxima.is_empty() {
        return;
    }
    out.push_str(&paint(colors, BOLD, "At the maximum of its autoscaler"));
    out.push('\n');
    for maximum in &fit.maxima {
        let name = workload_name(&fit.workloads[maximum.workload]);
        match &maximum.then {
            None => out.push_str(&format!("  {name} fits with {} pods\n", maximum.scale.maximum)),
            Some(then) => {
                let fits = format!("only {} of {} pods fit", maximum.fits, maximum.scale.maximum);
                let then = plain::line(then);
                out.push_str(&format!("  {name}: {}: {then}\n", paint(colors, YELLOW, &fits)));
            }
        }
    }
    if fit.maxima.len() > 1 {
        let (more, missed) = fit.all_at_maximum;
        let together = match missed {
            0 => "all fit".to_owned(),
            missed => paint(colors, YELLOW, &format!("{missed} of them fit nowhere")),
        };
        out.push_str(&format!("  all at once, which is {more} more pods: {together}\n"));
    }
    out.push('\n');
}
