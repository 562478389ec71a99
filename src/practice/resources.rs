//! What containers ask for, once the defaults of the API and of the namespace are applied.

use crate::graph::{Graph, KindRef};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::scaling::changes_pods;
use crate::practice::selection::items_at;

/// Whether the scheduler and the autoscalers see a request of a container for `cpu` or `memory`.
///
/// A limit stands for a request that is not made (`SetDefaults_Pod`); a LimitRange of the namespace gives one
/// (`LimitRanger`); a VerticalPodAutoscaler sets one; and a request of the whole pod covers its containers.
pub fn has_request(
    graph: &Graph<'_>,
    template: PodTemplate<'_>,
    container: Container<'_>,
    resource: &str,
) -> bool {
    let lists = ["resources.requests", "resources.limits"];
    lists.iter().any(|list| sets(container.get(list), resource))
        || lists.iter().any(|list| sets(template.get(list), resource))
        || has_default(graph, template.owner, resource, &["defaultRequest", "default", "max", "min"])
        || is_sized_vertically(graph, template.owner)
}

/// Whether a container's use of `cpu` or `memory` is bounded: by its own limit, its pod's, or one that a LimitRange of
/// the namespace gives it.
pub fn has_limit(
    graph: &Graph<'_>,
    template: PodTemplate<'_>,
    container: Container<'_>,
    resource: &str,
) -> bool {
    sets(container.get("resources.limits"), resource)
        || sets(template.get("resources.limits"), resource)
        || has_default(graph, template.owner, resource, &["default", "max"])
}

fn sets(list: Option<NodeRef<'_>>, resource: &str) -> bool {
    list.and_then(|list| list.get(resource)).is_some_and(|amount| !amount.is_null())
}

/// Whether a LimitRange of the namespace gives containers an amount. By `SetDefaults_LimitRangeItem`, `max` stands for a
/// `default` that is not given, and `default` or `min` for a `defaultRequest`.
fn has_default(graph: &Graph<'_>, owner: ObjectRef<'_>, resource: &str, lists: &[&str]) -> bool {
    let ranges = graph.all(KindRef::Known(Kind::LimitRange), owner.namespace());
    ranges.into_iter().flat_map(|range| items_at(range.root(), "spec.limits")).any(|item| {
        item.get("type").is_some_and(|kind| kind.content() == "Container")
            && lists.iter().any(|list| sets(item.get(list), resource))
    })
}

fn is_sized_vertically(graph: &Graph<'_>, owner: ObjectRef<'_>) -> bool {
    graph.edges_to(owner.id).any(|edge| changes_pods(graph.program().object(edge.from)))
}
