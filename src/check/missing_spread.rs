#![doc = include_str!("missing_spread.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::replicas::replicas_of;

pub(super) static CHECK: Check = Check {
    id: "missing-spread",
    group: Group::Reliability,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "several replicas that may all land on one node",
    page: include_str!("missing_spread.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    if replicas_of(cx.graph, object).is_none_or(|replicas| replicas.most() < 2) {
        return;
    }
    let spreads = ["topologySpreadConstraints", "affinity.podAntiAffinity"];
    let is_bound = ["nodeName", "hostNetwork"];
    if spreads.iter().chain(&is_bound).any(|field| template.get(field).is_some()) {
        return;
    }
    let message =
        format!("{} `{}` does not say that its replicas should be spread", object.kind_name(), object.name());
    sink.report_span(object.name_span(), message)
        .object(object)
        .help("add `topologySpreadConstraints` over `kubernetes.io/hostname` or the zone");
}
