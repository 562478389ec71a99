//! A plan as one JSON object, version 1. `docs/plan-json.md` is its manual: members may be added, never changed.

use serde::Serialize;
use serde_json::Value;

use crate::plan::change::{Identity, ObjectChange, Verdict};
use crate::plan::preview::Rollout;
use crate::plan::preview::risk::{Risk, SideName};
use crate::plan::rollout::workload::Mechanism;
use crate::plan::rollout::{Answer, Counts, Created, End};
use crate::render::json::{JsonSpan, json_span};
use crate::render::place::Places;
use crate::render::plan::PlanReport;
use crate::render::plan::text;
use crate::source::Span;

/// Renders the plan, with a line break at the end.
pub(super) fn render(report: &PlanReport<'_>) -> String {
    let preview = report.preview;
    let writer =
        Writer { report, base: Places::new(report.base_workspace), head: Places::new(report.head_workspace) };
    let count = |verdict| preview.count(verdict);
    let mut waves = vec![0; preview.set.changes.len()];
    for (at, wave) in preview.set.waves.iter().enumerate() {
        wave.changes.iter().for_each(|index| waves[*index] = at + 1);
    }
    let output = Output {
        version: 1,
        summary: Summary {
            create: count(Verdict::Create),
            update: count(Verdict::Update),
            replace: count(Verdict::Replace),
            delete: count(Verdict::Delete),
            unchanged: preview.set.unchanged,
            blocked: preview.is_blocked(),
        },
        changes: preview
            .set
            .changes
            .iter()
            .zip(waves)
            .map(|(change, wave)| writer.change(change, wave))
            .collect(),
        rollouts: preview.rollouts.iter().map(|rollout| writer.rollout(rollout)).collect(),
        risks: preview.risks.iter().map(|risk| writer.risk(risk)).collect(),
    };
    let mut out = serde_json::to_string_pretty(&output).unwrap_or_default();
    out.push('\n');
    out
}

struct Writer<'a> {
    report: &'a PlanReport<'a>,
    base: Places<'a>,
    head: Places<'a>,
}

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    summary: Summary,
    changes: Vec<JsonChange<'a>>,
    rollouts: Vec<JsonRollout<'a>>,
    risks: Vec<JsonRisk<'a>>,
}

#[derive(Serialize)]
struct Summary {
    create: usize,
    update: usize,
    replace: usize,
    delete: usize,
    unchanged: usize,
    blocked: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonObject<'a> {
    group: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonChange<'a> {
    object: JsonObject<'a>,
    action: &'static str,
    wave: usize,
    span: Option<JsonSpan<'a>>,
    fields: Vec<JsonField<'a>>,
    forced_by: Vec<JsonForced<'a>>,
    loses: Option<&'a str>,
    renamed: Option<JsonObject<'a>>,
    still_named_by: Vec<JsonObject<'a>>,
}

#[derive(Serialize)]
struct JsonField<'a> {
    path: String,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    order: bool,
    span: Option<JsonSpan<'a>>,
}

#[derive(Serialize)]
struct JsonForced<'a> {
    field: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonRollout<'a> {
    object: JsonObject<'a>,
    strategy: Option<String>,
    template_changes: bool,
    outcome: &'static str,
    description: String,
    least_seconds: u64,
    least_wait: Vec<JsonTerm<'a>>,
    before: Option<JsonCounts>,
    steps: Vec<JsonStep>,
}

#[derive(Serialize)]
struct JsonTerm<'a> {
    what: &'a str,
    seconds: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonCounts {
    old_ready: u32,
    new_ready: u32,
    waiting: u32,
    surge: u32,
    unavailable: u32,
}

#[derive(Serialize)]
struct JsonStep {
    deleted: Vec<String>,
    created: Vec<JsonPod>,
    #[serde(flatten)]
    counts: JsonCounts,
}

#[derive(Serialize)]
struct JsonPod {
    pod: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Serialize)]
struct JsonRisk<'a> {
    severity: &'static str,
    check: Option<&'static str>,
    message: &'a str,
    object: Option<JsonObject<'a>>,
    help: Option<&'a str>,
    span: Option<JsonSpan<'a>>,
}

fn object(identity: &Identity) -> JsonObject<'_> {
    JsonObject {
        group: &identity.group,
        kind: &identity.kind,
        namespace: identity.namespace.as_deref(),
        name: &identity.name,
    }
}

fn counts(counts: Counts) -> JsonCounts {
    JsonCounts {
        old_ready: counts.old_ready,
        new_ready: counts.new_ready,
        waiting: counts.waiting,
        surge: counts.surge,
        unavailable: counts.unavailable,
    }
}

impl<'a> Writer<'a> {
    fn span(&self, span: Span, of_base: bool) -> JsonSpan<'a> {
        let (workspace, places) = if of_base {
            (self.report.base_workspace, &self.base)
        } else {
            (self.report.head_workspace, &self.head)
        };
        json_span(workspace, places, span)
    }

    fn change(&self, change: &'a ObjectChange, wave: usize) -> JsonChange<'a> {
        JsonChange {
            object: object(&change.identity),
            action: text::word(change.verdict),
            wave,
            span: text::object(self.report, change)
                .map(|(object, of_base)| self.span(object.name_span(), of_base)),
            fields: change
                .changes
                .iter()
                .map(|field| JsonField {
                    path: field.path.to_string(),
                    before: field.before.as_ref(),
                    after: field.after.as_ref(),
                    order: field.is_order,
                    span: text::span_of(self.report, change, field).map(|span| self.span(span, false)),
                })
                .collect(),
            forced_by: change
                .forced
                .iter()
                .map(|forced| JsonForced { field: &forced.field, reason: forced.why })
                .collect(),
            loses: change.lost,
            renamed: change.renamed.as_ref().map(object),
            still_named_by: change.still_named_by.iter().map(object).collect(),
        }
    }

    fn rollout(&self, rollout: &'a Rollout) -> JsonRollout<'a> {
        let change = &self.report.preview.set.changes[rollout.change];
        let mechanism = rollout.mechanism();
        let pod_name = |mechanism: &Mechanism, pod| mechanism.pod_name(&change.identity.name, pod);
        let steps = rollout.simulation.iter().flat_map(|simulation| &simulation.steps);
        let steps = steps.filter_map(|step| {
            let mechanism = mechanism?;
            Some(JsonStep {
                deleted: step.deleted.iter().map(|pod| pod_name(mechanism, *pod)).collect(),
                created: step
                    .created
                    .iter()
                    .map(|made| json_pod(made, pod_name(mechanism, made.pod)))
                    .collect(),
                counts: counts(step.counts),
            })
        });
        let outcome = match rollout.simulation.as_ref().map(|simulation| &simulation.end) {
            Some(End::Complete) => "complete",
            Some(End::Stalled(_)) => "stalled",
            Some(End::Waits) => "waits",
            Some(End::Cut) => "cut",
            None => "not-simulated",
        };
        JsonRollout {
            object: object(&change.identity),
            strategy: mechanism.map(ToString::to_string),
            template_changes: rollout.workload.template_changes,
            outcome,
            description: text::outcome(rollout),
            least_seconds: rollout.least_seconds,
            least_wait: rollout
                .workload
                .wait
                .terms
                .iter()
                .map(|term| JsonTerm { what: &term.what, seconds: term.seconds })
                .collect(),
            before: rollout.simulation.as_ref().map(|simulation| counts(simulation.before)),
            steps: steps.collect(),
        }
    }

    fn risk(&self, risk: &'a Risk) -> JsonRisk<'a> {
        let span = risk.spots.first().map(|spot| {
            let of_base = spot.side == SideName::Base;
            let program = if of_base { self.report.base } else { self.report.head };
            let object = program.object(spot.object);
            self.span(object.span(object.file.node(spot.node)), of_base)
        });
        JsonRisk {
            severity: risk.severity.as_str(),
            check: risk.concern.check(),
            span,
            message: &risk.message,
            object: risk.change.map(|index| object(&self.report.preview.set.changes[index].identity)),
            help: risk.help.as_deref(),
        }
    }
}

fn json_pod(made: &Created, pod: String) -> JsonPod {
    match &made.answer {
        Answer::Runs(node) => JsonPod { pod, node: node.clone(), message: None },
        Answer::Pending(reason) => JsonPod { pod, node: None, message: Some(reason.clone()) },
    }
}
