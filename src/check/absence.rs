//! What the checks of references share: how grave it is that something is not in the input, and how a scalar is rewritten.

use crate::check::Context;
use crate::diagnostic::Severity;
use crate::graph::reference::{Absence, Edge, Resolution};
use crate::graph::{Closest, KindRef, world};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::{NodeRef, Style};
use crate::source::Span;

/// How grave it is that the target of an edge is not in the input; `None` where that is as it should be.
///
/// An error where the input is all there is, or where the name is a slip of the pen for an object that is there. Otherwise
/// the target may exist in the cluster: a warning for what belongs to the application, nothing for the cluster's furniture.
pub(super) fn severity_of_edge(
    context: &Context<'_>,
    edge: &Edge<'_>,
    closest: Option<&Closest<'_>>,
) -> Option<Severity> {
    if edge.row.absence == Absence::Dispensable {
        return closest.is_some_and(|closest| closest.is_typo).then_some(Severity::Error);
    }
    if edge.row.absence == Absence::Incidental {
        // Of several kinds the name may be of any.
        let mut same = context.graph.edges_from(edge.from).iter();
        let is_elsewhere =
            same.any(|other| other.field.id() == edge.field.id() && other.resolution != Resolution::Missing);
        let is_closed = context.graph.is_closed_for(edge.kind, edge.namespace);
        let is_likely = is_closed || closest.is_some_and(|closest| closest.is_typo);
        return (is_likely && !is_elsewhere).then_some(Severity::Warning);
    }
    let is_closed = context.graph.is_closed_for(edge.kind, edge.namespace);
    if is_closed || closest.is_some_and(|closest| closest.is_typo) {
        return Some(Severity::Error);
    }
    let from = context.program.object(edge.from);
    let is_furniture = edge.row.absence == Absence::Usual || is_for_all(edge.kind);
    // Another namespace of which the input has nothing, or which the cluster fills by itself, is not the input's business.
    let is_abroad = edge.namespace != from.namespace()
        && edge.namespace.is_some_and(|name| is_system(Some(name)) || !context.graph.is_inhabited(name));
    (!is_furniture && !is_abroad && !is_hook(from)).then_some(Severity::Warning)
}

/// How grave it is that a selector matches no pod of the input; `None` where that is as it should be.
pub(super) fn severity_of_selection(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    is_typo: bool,
) -> Option<Severity> {
    severity_of_selection_in(context, object, object.namespace()?, is_typo)
}

/// As [`severity_of_selection`], for a selector of pods in another namespace than the object's.
pub(super) fn severity_of_selection_in(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    namespace: &str,
    is_typo: bool,
) -> Option<Severity> {
    if context.graph.is_closed_for(KindRef::Known(Kind::Pod), Some(namespace)) || is_typo {
        return Some(Severity::Error);
    }
    // Where the input has no pods at all in the namespace, it is evidently not the whole of it.
    let is_partial = context.graph.pods_in(namespace).next().is_none()
        || context.graph.may_have_other_pods(namespace)
        || (namespace != "default" && is_system(Some(namespace)))
        || is_hook(object);
    (!is_partial).then_some(Severity::Warning)
}

/// Whether objects of a kind are made once for all namespaces, as a rule by those who run the cluster: the counterparts of
/// kinds that live in a namespace. The issuers of others for cert-manager are called so too.
fn is_for_all(kind: KindRef<'_>) -> bool {
    match kind {
        KindRef::Known(kind) => matches!(
            kind,
            Kind::ClusterAnalysisTemplate
                | Kind::ClusterGenerator
                | Kind::ClusterIssuer
                | Kind::ClusterSecretStore
                | Kind::ClusterTriggerAuthentication
        ),
        KindRef::Other { name, .. } => name.contains("Cluster"),
    }
}

/// Whether a namespace is one of those that every cluster has and fills by itself.
fn is_system(namespace: Option<&str>) -> bool {
    namespace.is_some_and(|name| name != "default" && world::SYSTEM_NAMESPACES.contains(&name))
}

/// Whether two objects stand in one folder, and so are as a rule written for each other.
pub(super) fn are_neighbours(left: ObjectRef<'_>, right: ObjectRef<'_>) -> bool {
    let folder = |object: ObjectRef<'_>| {
        let path = object.file.source.path();
        path.len() - path.rsplit('/').next().map_or(0, str::len)
    };
    let (left_end, right_end) = (folder(left), folder(right));
    left.file.source.path()[..left_end] == right.file.source.path()[..right_end]
}

/// Whether the object is a Helm hook, which lives at another time than the rest.
pub(super) fn is_hook(object: ObjectRef<'_>) -> bool {
    object.annotation("helm.sh/hook").is_some()
}

/// The text of a scalar that says `value` in the style of `node`; `None` where it cannot be told, as for an alias.
pub(super) fn in_style_of(node: NodeRef<'_>, value: &str) -> Option<String> {
    if node.is_alias() || !node.is_scalar() || node.source().is_empty() {
        return None;
    }
    match node.style() {
        Style::Plain | Style::Json => Some(value.to_owned()),
        Style::SingleQuoted => Some(format!("'{value}'")),
        Style::DoubleQuoted => Some(format!("\"{value}\"")),
        Style::Literal | Style::Folded | Style::Flow | Style::Block => None,
    }
}

/// Where and how `key: value` is put into a mapping, after the entry `after`; `None` where that cannot be told.
pub(super) fn insert_after(
    object: ObjectRef<'_>,
    mapping: NodeRef<'_>,
    after: &str,
    key: &str,
    value: &str,
) -> Option<(Span, String)> {
    let (before, entry) = mapping.get_entry(after)?;
    if mapping.is_alias() || entry.is_alias() || !entry.is_scalar() {
        return None;
    }
    let span = object.span(entry);
    let place = Span::new(span.file, span.end, span.end);
    if mapping.style() == Style::Flow {
        let quote = if entry.style() == Style::Json { "\"" } else { "" };
        return Some((place, format!(", {quote}{key}{quote}: {value}")));
    }
    let text = &object.file.source.text()[..before.range().start as usize];
    let column = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
    Some((place, format!("\n{}{key}: {value}", " ".repeat(column))))
}

/// `Deployment `shop/web`` as every message begins.
pub(super) fn title(object: ObjectRef<'_>) -> String {
    if object.name().is_empty() {
        return format!("{} without a name", object.kind_name());
    }
    format!("{} `{}`", object.kind_name(), object.full_name())
}
