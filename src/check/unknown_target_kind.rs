#![doc = include_str!("unknown_target_kind.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, hpa_target, rbac_group};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::reference::{Absence, Edge, Resolution, To};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::schema::table::Table;
use crate::parse::tree::NodeRef;
use crate::parse::version::Version;

pub(super) static CHECK: Check = Check {
    id: "unknown-target-kind",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a field names an object of a kind that its API group does not have",
    page: include_str!("unknown_target_kind.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for edge in context.graph.edges_from(object.id) {
        if edge.resolution != Resolution::Missing || hpa_target::is_faulty(object, edge) {
            continue;
        }
        if let Some((place, key)) = fault(context, edge) {
            report(context, edge, place, key, sink);
        }
    }
}

/// Whether a reference is of a kind that there cannot be, so that it is of no consequence whether the object is there.
pub(super) fn is_of(context: &Context<'_>, edge: &Edge<'_>) -> bool {
    fault(context, edge).is_some()
}

/// The field that says the group of what is named, and its key, where the group is one of Kubernetes itself and never had
/// such a kind.
fn fault<'p>(context: &Context<'_>, edge: &Edge<'p>) -> Option<(NodeRef<'p>, &'static str)> {
    let KindRef::Other { group, name } = edge.kind else { return None };
    if edge.row.absence != Absence::Notable || !Table::of(context.settings.target).has_group(group) {
        return None;
    }
    let has_kind = |version| Table::of(version).kinds_named(name).iter().any(|kind| kind.group() == group);
    if Version::built_in().any(has_kind) {
        return None;
    }
    let (To::Said { group: key, .. } | To::SaidBy { group: key, .. }) = edge.row.to else { return None };
    let said = edge.holder.get(key).filter(|node| !node.content().is_empty());
    Some((said.or_else(|| edge.holder.get("kind"))?, key))
}

fn report(context: &Context<'_>, edge: &Edge<'_>, place: NodeRef<'_>, key: &str, sink: &mut Sink<'_>) {
    let from = context.program.object(edge.from);
    let (kind, group) = (edge.kind.name(), rbac_group::name(edge.kind.group()));
    let message = format!(
        "{} names {kind} `{}` of {group}, which has no such kind",
        absence::title(from),
        absence::target(edge)
    );
    let report = sink.report(from, place, message).label(format!("no {kind} in {group}"));
    let Some(known) = Kind::named(kind) else {
        report.help(format!("say in `{key}` of which API group the {kind} is"));
        return;
    };
    let found = context.graph.find(KindRef::Known(known), edge.namespace, edge.name).next();
    let right = match found {
        Some(found) if key == "apiVersion" => found.api_version(),
        _ => known.group(),
    };
    if key == "apiVersion" && found.is_none() {
        report.help(format!("{kind} is of API group `{right}`"));
        return;
    }
    let report = match found {
        Some(found) => report.related(found.name_span(), "this one has the name"),
        None => report,
    };
    let report = report.help(format!("write `{key}: {right}`"));
    if edge.holder.get(key).is_some_and(|node| node.id() == place.id())
        && let Some(text) = edit::in_style_of(place, right)
    {
        report.fix(format!("write `{right}`"), Safety::Safe, from.span(place), text);
    }
}
