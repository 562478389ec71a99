#![doc = include_str!("dangling_reference.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, hpa_target};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::{Edge, Resolution, Scope};
use crate::graph::{Closest, KindRef};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

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
        if edge.resolution != Resolution::Missing || edge.is_optional() || has_its_own_check(object, edge) {
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
        let closest = context.graph.closest_name(edge.kind, edge.namespace, edge.name);
        if let Some(severity) = absence::severity_of_edge(context, edge, closest.as_ref()) {
            reported.push(target);
            report(context, edge, closest, severity, sink);
        }
    }
}

/// The Service of a StatefulSet is the matter of `statefulset-service`, a target that cannot be scaled of `hpa-target`.
fn has_its_own_check(object: ObjectRef<'_>, edge: &Edge<'_>) -> bool {
    let is_set = object.kind() == Kind::StatefulSet;
    (is_set && edge.row.path == "spec.serviceName") || hpa_target::is_faulty(object, edge)
}

fn report(
    context: &Context<'_>,
    edge: &Edge<'_>,
    closest: Option<Closest<'_>>,
    severity: Severity,
    sink: &mut Sink<'_>,
) {
    let from = context.program.object(edge.from);
    let full_name = match edge.namespace {
        Some(namespace) => format!("{namespace}/{}", edge.name),
        None => edge.name.to_owned(),
    };
    let fate = if context.graph.is_closed_for(edge.kind, edge.namespace) {
        "does not exist"
    } else {
        "is not in the input"
    };
    let kind = edge.kind.name();
    let message = format!("{} names {kind} `{full_name}`, which {fate}", absence::title(from));
    let report = sink.report(from, edge.field, message).severity(severity).label(match edge.namespace {
        Some(namespace) => format!("no {kind} of this name in namespace `{namespace}`"),
        None => format!("no {kind} of this name"),
    });
    let report = match closest {
        Some(closest) => {
            report.related(closest.object.name_span(), format!("this {kind} has a similar name"))
        }
        None => report,
    };
    let help = match closest {
        Some(closest) if closest.is_typo => format!("write `{}`", closest.object.name()),
        Some(closest) => format!("did you mean `{}`?", closest.object.name()),
        None => elsewhere(context, edge).unwrap_or_else(|| advice(edge)),
    };
    let report = report.help(help);
    let Some(closest) = closest.filter(|closest| closest.is_typo) else { return };
    let name = closest.object.name();
    let text = match (edge.row.scope, edge.namespace) {
        (Scope::Slash, Some(namespace)) if edge.field.content().contains('/') => {
            format!("{namespace}/{name}")
        }
        (Scope::ServiceHost | Scope::ExternalName | Scope::Principal | Scope::Anywhere | Scope::Dot, _) => {
            let (before, after) = edge.beside_name();
            let written = edge.field.content();
            format!("{}{name}{}", &written[..before], &written[written.len() - after..])
        }
        _ => name.to_owned(),
    };
    // A name with capitals is refused: it is the object that is called wrong.
    let is_refused = name.contains(|c: char| c.is_ascii_uppercase());
    if let Some(text) = edit::in_style_of(edge.field, &text).filter(|_| !is_refused) {
        let safety =
            if absence::is_named_by_more(context, edge, &closest) { Safety::Unsafe } else { Safety::Safe };
        report.fix(format!("write `{name}`"), safety, from.span(edge.field), text);
    }
}

/// Where an object of this name is after all: in another namespace, or of the other kind of role.
fn elsewhere(context: &Context<'_>, edge: &Edge<'_>) -> Option<String> {
    let other_role = match edge.kind {
        KindRef::Known(Kind::Role) => Some((Kind::ClusterRole, None)),
        KindRef::Known(Kind::ClusterRole) => {
            Some((Kind::Role, context.program.object(edge.from).namespace()))
        }
        _ => None,
    };
    if let Some((kind, namespace)) = other_role
        && context.graph.find(KindRef::Known(kind), namespace, edge.name).next().is_some()
    {
        return Some(format!("there is a {} `{}`: write `kind: {0}`", kind.as_str(), edge.name));
    }
    // The group of a kind is often forgotten where it is not that of the API which the field is of.
    if let KindRef::Other { name, .. } = edge.kind
        && let Some(known) = Kind::named(name)
        && context.graph.find(KindRef::Known(known), edge.namespace, edge.name).next().is_some()
    {
        return Some(format!("{name} is of API group `{0}`: write `group: \"{0}\"`", known.group()));
    }
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
