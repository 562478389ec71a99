#![doc = include_str!("dangling_reference.md")]

use crate::check::meant::{self, Meant};
use crate::check::{Check, Context, Group, Run, Sink, absence, hpa_target, unknown_target_kind};
use crate::diagnostic::Severity;
use crate::graph::reference::{Edge, Resolution, Scope};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "dangling-reference",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a field names an object that does not exist",
    page: include_str!("dangling_reference.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let mut reported = Vec::new();
    for edge in context.graph.edges_from(object.id) {
        if edge.resolution != Resolution::Missing
            || edge.is_optional()
            || has_its_own_check(context, object, edge)
        {
            continue;
        }
        let is_deleted = context.plan.is_some_and(|plan| plan.deletes_target_of(edge));
        if is_deleted && context.is_on("deleted-but-named") {
            continue;
        }
        // An object that names the same missing thing ten times has one fault, not ten.
        let target = (edge.kind, edge.namespace, edge.name);
        if reported.contains(&target) {
            continue;
        }
        let meant = meant::meant(context, edge);
        let is_slip = meant.as_ref().is_some_and(Meant::is_slip);
        let severity = absence::severity_of_edge(context, edge, is_slip);
        // Of furniture too, where what has the name is of the other kind.
        let is_counterpart = matches!(meant, Some(Meant::Counterpart(_)));
        if let Some(severity) = severity.or(is_counterpart.then_some(Severity::Warning)) {
            reported.push(target);
            report(context, edge, meant.as_ref(), severity, sink);
        }
    }
}

/// The Service of a StatefulSet is the matter of `statefulset-service`, a target that cannot be scaled of `hpa-target`, and a
/// kind that there is not of `unknown-target-kind`.
fn has_its_own_check(context: &Context<'_>, object: ObjectRef<'_>, edge: &Edge<'_>) -> bool {
    let is_set = object.kind() == Kind::StatefulSet;
    (is_set && edge.row.path == "spec.serviceName")
        || hpa_target::is_faulty(object, edge)
        || unknown_target_kind::is_of(context, edge)
}

fn report(
    context: &Context<'_>,
    edge: &Edge<'_>,
    meant: Option<&Meant<'_>>,
    severity: Severity,
    sink: &mut Sink<'_>,
) {
    let from = context.program.object(edge.from);
    let kind = edge.kind.name();
    let is_closed = context.graph.is_closed_for(edge.kind, edge.namespace);
    let fate = if is_closed { "does not exist" } else { "is not in the input" };
    let full_name = absence::target(edge);
    let message = format!("{} names {kind} `{full_name}`, which {fate}", absence::title(from));
    let place = match meant {
        Some(Meant::Namespace(_)) => meant::namespace_field(edge),
        _ => edge.field,
    };
    let is_part = place.id() == edge.field.id();
    // Of a field that lists several names, the one that leads nowhere.
    let listed = edge.place_in_list().filter(|_| is_part && !matches!(meant, Some(Meant::Namespace(_))));
    let report = sink.report(from, place, message).within(listed.clone());
    let report = report.severity(severity).label(match edge.namespace {
        Some(namespace) => format!("no {kind} of this name in namespace `{namespace}`"),
        None => format!("no {kind} of this name"),
    });
    let report = meant::point_at(report, meant, kind);
    let right = match meant {
        Some(Meant::Namespace(other)) => other.namespace(),
        _ => meant.and_then(Meant::name),
    };
    let Some(right) = right else {
        report.help(match meant {
            Some(Meant::Object(closest)) => format!("did you mean `{}`?", closest.object.name()),
            Some(Meant::Counterpart(other)) => meant::naming(edge, *other),
            _ => elsewhere(context, edge).unwrap_or_else(|| advice(edge)),
        });
        return;
    };
    let report = report.help(format!("write `{right}`"));
    if let Some(place) = listed {
        let span = Span::new(from.file.id, place.start, place.end);
        report.fix(format!("write `{right}`"), meant::safety(context, edge, meant), span, right);
        return;
    }
    let written = edge.field.content();
    let (before, after) = match meant {
        Some(Meant::Namespace(_)) if place.id() == edge.field.id() => match edge.beside_namespace() {
            Some(beside) => beside,
            None => return,
        },
        Some(Meant::Namespace(_)) => (0, 0),
        _ => edge.beside_name(),
    };
    let text = match is_part {
        true => format!("{}{right}{}", &written[..before], &written[written.len() - after..]),
        false => right.to_owned(),
    };
    // A name with capitals is refused: it is the object that is called wrong.
    let is_refused = right.contains(|c: char| c.is_ascii_uppercase());
    if let Some(text) = edit::in_style_of(place, &text).filter(|_| !is_refused) {
        report.fix(format!("write `{right}`"), meant::safety(context, edge, meant), from.span(place), text);
    }
}

/// In which other namespace an object of this name is.
fn elsewhere(context: &Context<'_>, edge: &Edge<'_>) -> Option<String> {
    let other = context.graph.find_anywhere(edge.kind, edge.name).next()?;
    let namespace = other.namespace()?;
    if matches!(edge.row.scope, Scope::ServiceHost) {
        return Some(format!(
            "there is one in namespace `{namespace}`: write `{}.{namespace}.svc.cluster.local`",
            edge.name
        ));
    }
    Some(format!("there is one in namespace `{namespace}`, which cannot be named from here"))
        .filter(|_| matches!(edge.row.scope, Scope::Same))
}

fn advice(edge: &Edge<'_>) -> String {
    let kind = edge.kind.name();
    if edge.row.may_be_optional {
        return format!("add the {kind}, mark the reference `optional: true`, or list it under `external`");
    }
    format!("add the {kind}, or list it under `external` in kplan.yaml if something else makes it")
}
