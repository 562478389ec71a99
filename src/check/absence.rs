//! What the checks of references share: how grave it is that something is not in the input.

use crate::check::{Context, Report};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::{Absence, Edge, Resolution, To};
use crate::graph::selector::{Operator, Selector};
use crate::graph::{KindRef, world};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::making::{makes_pods, makes_secrets};

/// How grave it is that the target of an edge is not in the input; `None` where that is as it should be.
///
/// An error where the input is all there is, or where the name is a slip of the pen for an object that is there. Otherwise
/// the target may exist in the cluster: a warning for what belongs to the application, nothing for the cluster's furniture.
pub(super) fn severity_of_edge(context: &Context<'_>, edge: &Edge<'_>, is_slip: bool) -> Option<Severity> {
    if edge.row.absence == Absence::Dispensable {
        return is_slip.then_some(Severity::Error);
    }
    if edge.row.absence == Absence::Incidental {
        // Of several kinds the name may be of any.
        let mut same = context.graph.edges_from(edge.from).iter();
        let is_elsewhere =
            same.any(|other| other.field.id() == edge.field.id() && other.resolution != Resolution::Missing);
        let is_closed = context.graph.is_closed_for(edge.kind, edge.namespace);
        return ((is_closed || is_slip) && !is_elsewhere).then_some(Severity::Warning);
    }
    let is_closed = context.graph.is_closed_for(edge.kind, edge.namespace);
    if is_closed || is_slip {
        return Some(Severity::Error);
    }
    let from = context.program.object(edge.from);
    let is_furniture =
        edge.row.absence == Absence::Usual || is_for_all(edge.kind) || may_be_for_all(context, edge);
    // Another namespace of which the input has nothing, or which the cluster fills by itself, is not the input's business.
    let is_abroad = edge.namespace != from.namespace()
        && edge.namespace.is_some_and(|name| is_system(Some(name)) || !context.graph.is_inhabited(name));
    let is_abroad = is_abroad || is_mesh_without_pods(context, edge.namespace);
    // Whoever makes Secrets in a namespace knows their names, and the manifests do not say them.
    let is_secret = edge.kind == KindRef::Known(Kind::Secret);
    let is_made_later = || is_secret && edge.namespace.is_some_and(|name| makes_secrets(context.graph, name));
    (!is_furniture && !is_abroad && !is_hook(from) && !is_made_later()).then_some(Severity::Warning)
}

/// Whether others name the missing object too and nothing names the similar one: more likely that one is misspelt.
pub(super) fn is_named_by_more(context: &Context<'_>, edge: &Edge<'_>, similar: ObjectRef<'_>) -> bool {
    let is_in_reach = edge.namespace.is_some() || edge.kind == KindRef::Known(Kind::Namespace);
    let is_same = |other: &Edge<'_>| {
        other.name == edge.name
            && other.from != edge.from
            && (other.kind, other.namespace) == (edge.kind, edge.namespace)
    };
    is_in_reach
        && context.graph.edges_to(similar.id).next().is_none()
        && context.graph.edges().iter().any(is_same)
}

/// How grave it is that a selector matches no pod of a namespace; `None` where that is as it should be.
pub(super) fn severity_of_selection_in(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    namespace: &str,
    selector: &Selector<'_>,
    is_typo: bool,
) -> Option<Severity> {
    if is_typo {
        return Some(Severity::Error);
    }
    // What operators make of the objects of the input is no part of it, however closed the world is.
    if context.graph.may_have_other_pods(namespace) || is_for_made_pods(context, namespace, selector) {
        return None;
    }
    if context.graph.is_closed_for(KindRef::Known(Kind::Pod), Some(namespace)) {
        return Some(Severity::Error);
    }
    // Where the input has no pods at all in the namespace, it is evidently not the whole of it.
    let is_partial = context.graph.pods_in(namespace).next().is_none()
        || (namespace != "default" && is_system(Some(namespace)))
        || is_hook(object)
        || makes_pods(context.graph, namespace);
    (!is_partial).then_some(Severity::Warning)
}

/// Whether a selector asks for a label in the domain of an operator, such as `acme.cert-manager.io/http01-solver` or
/// `gateway.networking.k8s.io/gateway-name`, from which no pod of the namespace has any: it is for pods that the operator
/// makes, as those that solve challenges and those of Gateways.
fn is_for_made_pods(context: &Context<'_>, namespace: &str, selector: &Selector<'_>) -> bool {
    selector.requirements.iter().any(|requirement| {
        let Some((domain, _)) = requirement.key.split_once('/') else { return false };
        let is_asked_for = !matches!(requirement.operator, Operator::NotIn(_) | Operator::DoesNotExist);
        let is_of_all = domain == "helm.sh" || domain.ends_with("kubernetes.io");
        let is_near = |label: &str| label.split_once('/').is_some_and(|(other, _)| other == domain);
        is_asked_for
            && !is_of_all
            && !context.graph.pods_in(namespace).any(|pod| pod.labels.iter().any(|(key, _)| is_near(key)))
    })
}

/// Whether one of some namespaces has no pods but those of an object: another input says beside whom they are to run.
pub(super) fn is_alone(context: &Context<'_>, object: ObjectRef<'_>, namespaces: &[&str]) -> bool {
    let is_own = |namespace: &&str| context.graph.pods_in(namespace).all(|pod| pod.owner().id == object.id);
    namespaces.iter().any(is_own)
}

/// Whether a namespace is that of Istio, of which the input has rules at most: what runs there is installed by others.
fn is_mesh_without_pods(context: &Context<'_>, namespace: Option<&str>) -> bool {
    namespace == Some("istio-system") && context.graph.pods_in("istio-system").next().is_none()
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

/// Whether what is named may be one for all namespaces, where the input has none for its own.
fn may_be_for_all(context: &Context<'_>, edge: &Edge<'_>) -> bool {
    matches!(edge.row.to, To::Either(..)) && context.graph.all(edge.kind, edge.namespace).next().is_none()
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

/// Adds to a report at a scalar what to write there instead.
pub(super) fn write_instead(
    report: Report<'_>,
    object: ObjectRef<'_>,
    node: NodeRef<'_>,
    value: &str,
    safety: Safety,
) {
    let report = report.help(format!("write `{value}`"));
    if let Some(text) = edit::in_style_of(node, value) {
        report.fix(format!("write `{value}`"), safety, object.span(node), text);
    }
}

/// What a reference names, with the namespace where it lives in one.
pub(super) fn target(edge: &Edge<'_>) -> String {
    match edge.namespace {
        Some(namespace) => format!("{namespace}/{}", edge.name),
        None => edge.name.to_owned(),
    }
}

/// `Deployment `shop/web`` as every message begins.
pub(super) fn title(object: ObjectRef<'_>) -> String {
    if object.name().is_empty() {
        return format!("{} without a name", object.kind_name());
    }
    format!("{} `{}`", object.kind_name(), object.full_name())
}
