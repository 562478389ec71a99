//! A plan for people, on a terminal.

use crate::diagnostic::Severity;
use crate::plan::change::{ObjectChange, Verdict};
use crate::plan::preview::Rollout;
use crate::render::Colors;
use crate::render::plan::PlanReport;
use crate::render::plan::text::{self, Line};

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";
const DIM: &str = "2";

struct Paint(Colors);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        match self.0 {
            Colors::On => format!("\x1b[{code}m{text}\x1b[0m"),
            Colors::Off => text.to_owned(),
        }
    }
}

/// Renders the plan: waves with differences, rollouts, risks, and the summary last, where the eye is.
pub(super) fn render(report: &PlanReport<'_>, colors: Colors) -> String {
    let paint = Paint(colors);
    let preview = report.preview;
    let mut out = String::new();
    let several = preview.set.waves.len() > 1;
    for (at, wave) in preview.set.waves.iter().enumerate() {
        if several {
            out.push_str(&paint.with(BOLD, &format!("Wave {}", at + 1)));
            out.push('\n');
        }
        for index in &wave.changes {
            object(&mut out, &paint, report, &preview.set.changes[*index]);
        }
        out.push('\n');
    }
    for rollout in &preview.rollouts {
        steps(&mut out, &paint, report, rollout);
        out.push('\n');
    }
    for risk in &preview.risks {
        let code = match risk.severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Note => DIM,
        };
        out.push_str(&format!("{}: {}\n", paint.with(code, risk.severity.as_str()), risk.message));
        if let Some(help) = &risk.help {
            out.push_str(&format!("  = help: {help}\n"));
        }
    }
    if !preview.risks.is_empty() {
        out.push('\n');
    }
    out.push_str(&paint.with(BOLD, &text::summary(preview)));
    out.push('\n');
    out
}

fn object(out: &mut String, paint: &Paint, report: &PlanReport<'_>, change: &ObjectChange) {
    let code = match change.verdict {
        Verdict::Create => GREEN,
        Verdict::Update | Verdict::Replace => YELLOW,
        Verdict::Delete => RED,
    };
    let head = format!("{} {} {}", text::sign(change.verdict), text::word(change.verdict), change.identity);
    let place = text::object(report, change)
        .map(|(object, of_base)| text::place(report, object.name_span(), of_base))
        .unwrap_or_default();
    out.push_str(&format!("  {}  {}\n", paint.with(code, &head), paint.with(DIM, &place)));
    if let Some(renamed) = &change.renamed {
        let word = if change.verdict == Verdict::Create { "was" } else { "is now" };
        out.push_str(&format!("      {word} {}\n", renamed.name));
    }
    for forced in &change.forced {
        out.push_str(&format!("      {} forces it: {}\n", forced.field, forced.why));
    }
    if let Some(lost) = change.lost {
        out.push_str(&format!("      {lost}\n"));
    }
    for field in &change.changes {
        let place = text::span_of(report, change, field)
            .map(|span| text::place(report, span, false))
            .unwrap_or_default();
        let sides = text::sides(field).map(|sides| format!(": {sides}")).unwrap_or_default();
        let order = if field.is_order { " (order)" } else { "" };
        out.push_str(&format!("      {}{order}{sides}  {}\n", field.path, paint.with(DIM, &place)));
    }
    if change.changes.is_empty() {
        return;
    }
    for line in text::lines(change) {
        match line {
            Line::Same(text) => out.push_str(&format!("          {}", paint.with(DIM, &text))),
            Line::Removed(text) => {
                out.push_str(&format!("        {}", paint.with(RED, &format!("- {text}"))))
            }
            Line::Added(text) => {
                out.push_str(&format!("        {}", paint.with(GREEN, &format!("+ {text}"))))
            }
            Line::Gap => out.push_str(&format!("          {}", paint.with(DIM, "..."))),
        }
        out.push('\n');
    }
}

fn steps(out: &mut String, paint: &Paint, report: &PlanReport<'_>, rollout: &Rollout) {
    let change = &report.preview.set.changes[rollout.change];
    let strategy = rollout.mechanism().map(|mechanism| format!(" ({mechanism})")).unwrap_or_default();
    let title = format!("Rollout of {}", change.identity);
    out.push_str(&format!("{}{strategy}: {}\n", paint.with(BOLD, &title), text::outcome(rollout)));
    let rows = text::rows(report.preview, rollout);
    if rows.len() < 2 {
        return;
    }
    let heads = ["old ready", "new ready", "waiting", "surge", "unavailable"];
    out.push_str(&format!("  {:>4}  {}\n", "step", paint.with(DIM, &heads.join("  "))));
    for row in rows {
        let Some(row) = row else {
            out.push_str("   ...\n");
            continue;
        };
        let cells: Vec<String> = heads
            .iter()
            .zip(row.counts)
            .map(|(head, count)| format!("{count:>width$}", width = head.len()))
            .collect();
        let line = format!("  {:>4}  {}  {}", row.step, cells.join("  "), row.what);
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
