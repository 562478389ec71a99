#![doc = include_str!("monitor_not_selected.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::selector::{Operator, Requirement};
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::practice::monitoring::{Intake, intake, is_selected};

pub(super) static CHECK: Check = Check {
    id: "monitor-not-selected",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a monitor, a rule or a probe that no Prometheus of the input takes in",
    page: include_str!("monitor_not_selected.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !is_selected(object.kind()) || cx.graph.is_patch(object) || absence::is_hook(object) {
        return;
    }
    let mut refusals = Vec::new();
    for server in cx.practice.monitoring_servers() {
        // What a patch lacks stands elsewhere.
        let intake = if cx.graph.is_patch(*server) {
            Some(Intake::Possible)
        } else {
            intake(cx.graph, *server, object)
        };
        match intake {
            None => {}
            Some(Intake::Possible) => return,
            Some(refusal) => refusals.push((*server, refusal)),
        }
    }
    // Of several servers, that which comes nearest says most.
    refusals.sort_by_key(|(server, refusal)| (rank(refusal), server.id));
    if let Some((server, refusal)) = refusals.first() {
        report(object, *server, refusal, refusals.len() - 1, sink);
    }
}

fn rank(refusal: &Intake<'_>) -> u8 {
    match refusal {
        Intake::Possible | Intake::Unlabelled(_) => 0,
        Intake::Elsewhere { .. } => 1,
        Intake::NoSelector => 2,
    }
}

fn report(
    object: ObjectRef<'_>,
    server: ObjectRef<'_>,
    refusal: &Intake<'_>,
    others: usize,
    sink: &mut Sink<'_>,
) {
    let name = absence::title(server);
    let reason = match refusal {
        Intake::Possible => return,
        Intake::NoSelector => format!("{name} has no selector for any {}", object.kind_name()),
        Intake::Elsewhere { selector: None } => format!("{name} looks in its own namespace only"),
        Intake::Elsewhere { .. } => {
            format!("{name} does not look in namespace `{}`", object.namespace().unwrap_or_default())
        }
        Intake::Unlabelled(requirement) => format!("{name} asks for `{}`", requirement.describe()),
    };
    let more = match others {
        0 => String::new(),
        1 => ", and one other does not either".to_owned(),
        _ => format!(", and {others} others do not either"),
    };
    let message =
        format!("{} is taken in by no {}: {reason}{more}", absence::title(object), server.kind_name());
    let at = match refusal {
        Intake::Elsewhere { selector: Some(selector) } => server.span(*selector),
        Intake::Unlabelled(requirement) => server.span(requirement.node),
        _ => server.name_span(),
    };
    let Intake::Unlabelled(requirement) = refusal else {
        let selector =
            if matches!(refusal, Intake::NoSelector) { "the selector" } else { "the selector of namespaces" };
        sink.report_span(object.name_span(), message)
            .object(object)
            .label("selected by none")
            .related(at, "what does not select it")
            .help(format!("add {selector} to {name}: `{{}}` selects all"));
        return;
    };
    let own = object.labels().and_then(|labels| labels.get_entry(&requirement.key));
    let place = own.map_or(object.name_span(), |(_, value)| object.span(value));
    let report = sink
        .report_span(place, message)
        .object(object)
        .label(if own.is_some() { "another value" } else { "selected by none" })
        .related(at, "what is asked for");
    let Some((wanted, (_, value))) = wanted(requirement).zip(own) else {
        report.help(format!("add the label `{}`", requirement.describe()));
        return;
    };
    let report = report.help(format!("write `{wanted}`"));
    if typo::is_typo(value.content(), wanted)
        && let Some(text) = edit::in_style_of(value, wanted)
    {
        report.fix(format!("write `{wanted}`"), Safety::Safe, object.span(value), text);
    }
}

/// The one value that a term asks for.
fn wanted<'p>(requirement: &Requirement<'p>) -> Option<&'p str> {
    match &requirement.operator {
        Operator::Is(value) => Some(value),
        Operator::In(values) if values.len() == 1 => Some(values[0]),
        _ => None,
    }
}
