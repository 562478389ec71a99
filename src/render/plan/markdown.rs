//! A plan as a comment of a pull request: short, with the differences folded.

use crate::diagnostic::Severity;
use crate::plan::change::{ObjectChange, Verdict};
use crate::render::plan::PlanReport;
use crate::render::plan::text::{self, Line};

/// Comments of pull requests end at 65,536 characters; differences beyond this are left out, and that is said.
const MOST_DIFF: usize = 40_000;

/// Renders the plan.
pub(super) fn render(report: &PlanReport<'_>) -> String {
    let preview = report.preview;
    let mut out = format!("### {}\n", text::summary(preview));
    if !preview.risks.is_empty() {
        out.push('\n');
    }
    for risk in &preview.risks {
        let word = match risk.severity {
            Severity::Error => "**Blocked**",
            Severity::Warning => "**Warning**",
            Severity::Note => "Note",
        };
        out.push_str(&format!("- {word}: {}\n", prose(&risk.message)));
        if let Some(help) = &risk.help {
            out.push_str(&format!("  Help: {}\n", prose(help)));
        }
    }
    if preview.is_empty() {
        return out;
    }
    out.push_str("\n| wave | | object | why |\n|---:|---|---|---|\n");
    for (at, wave) in preview.set.waves.iter().enumerate() {
        for index in &wave.changes {
            let change = &preview.set.changes[*index];
            let word = text::word(change.verdict);
            let identity = escape(&change.identity.to_string());
            out.push_str(&format!("| {} | {word} | {identity} | {} |\n", at + 1, escape(&why(change))));
        }
    }
    for rollout in &preview.rollouts {
        let change = &preview.set.changes[rollout.change];
        let strategy = rollout.mechanism().map(|mechanism| format!(", {mechanism}")).unwrap_or_default();
        let title = format!("Rollout of {}{strategy}: {}", change.identity, text::outcome(rollout));
        let rows = text::rows(preview, rollout);
        if rows.len() < 2 {
            out.push_str(&format!("\n{}\n", escape(&title)));
            continue;
        }
        out.push_str(&format!("\n<details><summary>{}</summary>\n\n", html(&title)));
        out.push_str("| step | old ready | new ready | waiting | surge | unavailable | |\n|---:|---:|---:|---:|---:|---:|---|\n");
        for row in rows {
            match row {
                Some(row) => {
                    let cells: Vec<String> = row.counts.iter().map(u32::to_string).collect();
                    out.push_str(&format!(
                        "| {} | {} | {} |\n",
                        row.step,
                        cells.join(" | "),
                        escape(&row.what)
                    ));
                }
                None => out.push_str("| ... | | | | | | |\n"),
            }
        }
        out.push_str("\n</details>\n");
    }
    differences(&mut out, report);
    out
}

fn differences(out: &mut String, report: &PlanReport<'_>) {
    let changed: Vec<&ObjectChange> =
        report.preview.set.changes.iter().filter(|change| !change.changes.is_empty()).collect();
    if changed.is_empty() {
        return;
    }
    out.push_str("\n<details><summary>Differences</summary>\n");
    let start = out.len();
    let mut left_out = 0;
    for change in changed {
        if out.len() - start > MOST_DIFF {
            left_out += 1;
            continue;
        }
        out.push_str(&format!("\n{}\n\n", escape(&change.identity.to_string())));
        let lines = text::lines(change);
        let fence = fence_for(&lines);
        out.push_str(&format!("{fence}diff\n"));
        for line in lines {
            match line {
                Line::Same(text) => out.push_str(&format!("  {text}\n")),
                Line::Removed(text) => out.push_str(&format!("- {text}\n")),
                Line::Added(text) => out.push_str(&format!("+ {text}\n")),
                Line::Gap => out.push_str("@@\n"),
            }
        }
        out.push_str(&format!("{fence}\n"));
    }
    if left_out > 0 {
        out.push_str(&format!("\n{left_out} more are too long to be shown here.\n"));
    }
    out.push_str("\n</details>\n");
}

/// A fence that no line of the difference ends.
fn fence_for(lines: &[Line]) -> String {
    let longest = lines
        .iter()
        .map(|line| match line {
            Line::Same(text) | Line::Removed(text) | Line::Added(text) => {
                text.trim_start().bytes().take_while(|byte| *byte == b'`').count()
            }
            Line::Gap => 0,
        })
        .max()
        .unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

/// The fields that change, or what the verdict is about.
fn why(change: &ObjectChange) -> String {
    const SHOWN: usize = 4;
    if change.verdict == Verdict::Replace {
        let fields: Vec<String> = change.forced.iter().map(|forced| forced.field.clone()).collect();
        let lost = change.lost.map(|lost| format!("; {lost}")).unwrap_or_default();
        return format!("{} cannot change{lost}", fields.join(", "));
    }
    if let Some(renamed) = &change.renamed {
        return match change.verdict {
            Verdict::Create => format!("was {}", renamed.name),
            _ => format!("is now {}", renamed.name),
        };
    }
    let mut fields: Vec<String> = change
        .changes
        .iter()
        .take(SHOWN)
        .map(|field| match text::sides(field) {
            Some(sides) => format!("{}: {sides}", field.path),
            None => field.path.to_string(),
        })
        .collect();
    if change.changes.len() > SHOWN {
        fields.push(format!("{} more", change.changes.len() - SHOWN));
    }
    match (fields.is_empty(), change.lost) {
        (true, Some(lost)) => lost.to_owned(),
        _ => fields.join(", "),
    }
}

/// Text inside a table or a list, so that no name can break out of it.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '\\' | '#' | '@' => {
                out.push('\\');
                out.push(character);
            }
            '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// A message in Markdown: what it quotes is code there too.
fn prose(text: &str) -> String {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escape(text);
    }
    let pieces = pieces.into_iter().enumerate().map(|(at, piece)| match at % 2 {
        0 => escape(piece),
        _ if piece.is_empty() => String::new(),
        // No mark means anything inside a code span, but a line break, and a bar in a table.
        _ => format!("`{}`", piece.replace(['\n', '\r'], " ").replace('|', "\\|")),
    });
    pieces.collect()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', " ")
}
