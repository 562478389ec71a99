//! What the formats for people have in common: differences as lines, step tables, sentences.

use similar::{ChangeTag, TextDiff};

use crate::parse::object::ObjectRef;
use crate::plan::change::{ObjectChange, Verdict};
use crate::plan::diff::path::Segment;
use crate::plan::diff::{Change, path};
use crate::plan::preview::{Preview, Rollout};
use crate::plan::rollout::job::{Concurrency, JobEffect};
use crate::plan::rollout::workload::Effect;
use crate::plan::rollout::{Answer, Created, End};
use crate::render::manifest;
use crate::render::plan::PlanReport;
use crate::source::Span;

/// A line of a difference.
pub(super) enum Line {
    Same(String),
    Removed(String),
    Added(String),
    /// Lines in between are left out.
    Gap,
}

/// Lines around a difference that are shown with it.
const AROUND: usize = 3;

/// The difference of the two objects as YAML.
pub(super) fn lines(change: &ObjectChange) -> Vec<Line> {
    let (before, after) = (manifest::document(&change.before_value), manifest::document(&change.after_value));
    let diff = TextDiff::from_lines(&before, &after);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if at > 0 {
            lines.push(Line::Gap);
        }
        for item in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let text = item.value().trim_end_matches('\n').to_owned();
            lines.push(match item.tag() {
                ChangeTag::Equal => Line::Same(text),
                ChangeTag::Delete => Line::Removed(text),
                ChangeTag::Insert => Line::Added(text),
            });
        }
    }
    lines
}

/// `Plan: 3 to create, 2 to update, 1 to replace, 1 to delete.`
pub(super) fn summary(preview: &Preview) -> String {
    if preview.is_empty() {
        return "No changes.".to_owned();
    }
    let parts: Vec<String> = [
        (Verdict::Create, "to create"),
        (Verdict::Update, "to update"),
        (Verdict::Replace, "to replace"),
        (Verdict::Delete, "to delete"),
    ]
    .into_iter()
    .map(|(verdict, words)| (preview.count(verdict), words))
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    format!("Plan: {}.", parts.join(", "))
}

/// `+`, `~`, `!` or `-`.
pub(super) fn sign(verdict: Verdict) -> char {
    match verdict {
        Verdict::Create => '+',
        Verdict::Update => '~',
        Verdict::Replace => '!',
        Verdict::Delete => '-',
    }
}

/// What happens to the object, in a word or two.
pub(super) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Create => "create",
        Verdict::Update => "update",
        Verdict::Replace => "replace",
        Verdict::Delete => "delete",
    }
}

/// The object of a change in the files, and whether they are those of the base.
pub(super) fn object<'a>(report: &PlanReport<'a>, change: &ObjectChange) -> Option<(ObjectRef<'a>, bool)> {
    match (change.after, change.before) {
        (Some(id), _) => Some((report.head.object(id), false)),
        (None, Some(id)) => Some((report.base.object(id), true)),
        (None, None) => None,
    }
}

/// `manifests/web.yaml:12`
pub(super) fn place(report: &PlanReport<'_>, span: Span, of_base: bool) -> String {
    let workspace = if of_base { report.base_workspace } else { report.head_workspace };
    let file = workspace.file(span.file);
    format!("{}:{}", file.path(), file.position(span.start).line + 1)
}

/// Where a field stands in the source: the place of its new value, or of what it was taken from.
pub(super) fn span_of(report: &PlanReport<'_>, change: &ObjectChange, field: &Change) -> Option<Span> {
    let (object, _) = object(report, change)?;
    let root = object.root();
    let node = field.path.find(root);
    if node.id() != root.id() {
        return Some(object.span(node));
    }
    // `data` of a Secret may be written as `stringData`. What is not written at all has no better place than the name.
    let written = match field.path.segments() {
        [Segment::Key(data), Segment::Key(key)] if data == "data" => {
            object.get("stringData").and_then(|texts| texts.get(key))
        }
        _ => None,
    };
    Some(written.map_or_else(|| object.name_span(), |node| object.span(node)))
}

/// `"nginx:1.26" → "nginx:1.27"`; long values are left to the difference.
pub(super) fn sides(field: &Change) -> Option<String> {
    const LONGEST: usize = 120;
    let show = |value: &Option<serde_json::Value>| match value {
        Some(value) if value.is_object() || (value.is_array() && !field.is_order) => None,
        Some(value) => Some(path::plain(value)),
        None => Some("(absent)".to_owned()),
    };
    let text = format!("{} → {}", show(&field.before)?, show(&field.after)?);
    (text.chars().count() <= LONGEST && !text.contains('\n')).then_some(text)
}

/// A row of a step table.
pub(super) struct Row {
    pub(super) step: String,
    pub(super) counts: [u32; 5],
    pub(super) what: String,
}

/// More rows than this are cut in the middle.
const MOST_ROWS: usize = 24;

/// The steps of a rollout as rows; the first is what stands before it. `None` stands for rows that are left out.
pub(super) fn rows(preview: &Preview, rollout: &Rollout) -> Vec<Option<Row>> {
    let (Some(simulation), Some(mechanism)) = (&rollout.simulation, rollout.mechanism()) else {
        return Vec::new();
    };
    let name = &preview.set.changes[rollout.change].identity.name;
    let counts = |counts: crate::plan::rollout::Counts| {
        [counts.old_ready, counts.new_ready, counts.waiting, counts.surge, counts.unavailable]
    };
    let mut rows =
        vec![Some(Row { step: "0".to_owned(), counts: counts(simulation.before), what: String::new() })];
    for (at, step) in simulation.steps.iter().enumerate() {
        let mut what = Vec::new();
        if !step.deleted.is_empty() {
            what.push(format!("-{}", step.deleted.len()));
        }
        if !step.created.is_empty() {
            what.push(format!("+{}", step.created.len()));
        }
        let places = created(&step.created, |pod| mechanism.pod_name(name, pod));
        if !places.is_empty() {
            what.push(places);
        }
        rows.push(Some(Row {
            step: (at + 1).to_string(),
            counts: counts(step.counts),
            what: what.join(" "),
        }));
    }
    if rows.len() > MOST_ROWS {
        let tail = rows.split_off(rows.len() - MOST_ROWS / 2);
        rows.truncate(MOST_ROWS / 2);
        rows.push(None);
        rows.extend(tail);
    }
    rows
}

/// `on a, b` and `web-new-0 pending`, as far as that is known.
fn created(pods: &[Created], name: impl Fn(crate::plan::rollout::PodId) -> String) -> String {
    const SHOWN: usize = 6;
    let mut nodes = Vec::new();
    let mut pending = Vec::new();
    for made in pods {
        match &made.answer {
            Answer::Runs(Some(node)) => nodes.push(node.clone()),
            Answer::Runs(None) => {}
            Answer::Pending(_) => pending.push(name(made.pod)),
        }
    }
    let mut parts = Vec::new();
    if !nodes.is_empty() {
        let more = nodes.len().saturating_sub(SHOWN);
        nodes.truncate(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        parts.push(format!("on {}{more}", nodes.join(", ")));
    }
    if !pending.is_empty() {
        parts.push(format!("pending: {}", pending.join(", ")));
    }
    parts.join("; ")
}

/// How the rollout ends, in a sentence; what it takes at least.
pub(super) fn outcome(rollout: &Rollout) -> String {
    let Some(simulation) = &rollout.simulation else {
        return match &rollout.workload.effect {
            Effect::Pods(_) => "node by node; give `--nodes` to see the steps".to_owned(),
            Effect::Job(effect) => job(*effect),
            Effect::CronJob(effect) => cron_job(*effect),
        };
    };
    let end = match &simulation.end {
        End::Complete => "completes",
        End::Stalled(_) => return format!("stalls at step {}", simulation.steps.len()),
        End::Waits => "the rest keeps the old template",
        End::Cut => "goes on; more steps are not shown",
    };
    if rollout.least_seconds == 0 {
        return end.to_owned();
    }
    let terms: Vec<String> =
        rollout.workload.wait.terms.iter().map(|term| format!("{} {} s", term.what, term.seconds)).collect();
    let waits = simulation.waits();
    let each = if terms.is_empty() {
        String::new()
    } else {
        format!(" ({waits} {} of at least {})", if waits == 1 { "wait" } else { "waits" }, terms.join(" + "))
    };
    format!("{end}, in no less than {} s{each}", rollout.least_seconds)
}

fn job(effect: JobEffect) -> String {
    match effect {
        JobEffect::Suspends => "its running pods are deleted, and made again when it is resumed".to_owned(),
        JobEffect::Resumes => "its pods are made".to_owned(),
        JobEffect::RunsMore(count) => format!("up to {count} more pods run at a time"),
        JobEffect::RunsFewer(count) => format!("up to {count} running pods are deleted"),
        JobEffect::GoesOn => "what runs goes on".to_owned(),
    }
}

fn cron_job(effect: crate::plan::rollout::job::CronJobEffect) -> String {
    if effect.suspended {
        return "suspended: no run starts; what runs goes on".to_owned();
    }
    if !effect.next_runs_change {
        return "what runs goes on as it is".to_owned();
    }
    let overlap = match effect.overlap {
        Concurrency::Allow => "the next run starts beside it (Allow)",
        Concurrency::Forbid => "the next run is left out while it goes on (Forbid)",
        Concurrency::Replace => "the next run ends it (Replace)",
    };
    format!("runs to come have the new template; a run that goes on keeps the old one: {overlap}")
}
