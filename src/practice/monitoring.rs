//! Which Prometheus takes in which monitor, rule or probe: what the selectors of the Prometheus operator's servers select.

use crate::graph::selector::{Requirement, Selector};
use crate::graph::{Graph, KindRef, Labels, NAMESPACE_NAME_LABEL};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

/// Whether a server takes in an object, and if not, why not.
#[derive(Debug)]
pub enum Intake<'p> {
    /// It does, or may: what would tell is not in the input.
    Possible,
    /// It has no selector for objects of the kind, which then selects none.
    NoSelector,
    /// It looks in other namespaces only.
    Elsewhere {
        /// Its selector of namespaces; `None` for its own namespace only.
        selector: Option<NodeRef<'p>>,
    },
    /// A label is not there, or has another value.
    Unlabelled(Box<Requirement<'p>>),
}

/// The servers that take in objects of a kind, and the names of their selectors; `None` for other kinds.
fn selectors(kind: Kind) -> Option<(&'static [Kind], &'static str, &'static str)> {
    const SCRAPERS: &[Kind] = &[Kind::Prometheus, Kind::PrometheusAgent];
    Some(match kind {
        Kind::ServiceMonitor => (SCRAPERS, "serviceMonitorSelector", "serviceMonitorNamespaceSelector"),
        Kind::PodMonitor => (SCRAPERS, "podMonitorSelector", "podMonitorNamespaceSelector"),
        Kind::Probe => (SCRAPERS, "probeSelector", "probeNamespaceSelector"),
        Kind::ScrapeConfig => (SCRAPERS, "scrapeConfigSelector", "scrapeConfigNamespaceSelector"),
        Kind::PrometheusRule => {
            (&[Kind::Prometheus, Kind::ThanosRuler], "ruleSelector", "ruleNamespaceSelector")
        }
        Kind::AlertmanagerConfig => {
            (&[Kind::Alertmanager], "alertmanagerConfigSelector", "alertmanagerConfigNamespaceSelector")
        }
        _ => return None,
    })
}

/// Whether a server takes in objects of any kind that can be selected.
pub fn is_server(kind: Kind) -> bool {
    matches!(kind, Kind::Prometheus | Kind::PrometheusAgent | Kind::Alertmanager | Kind::ThanosRuler)
}

/// Whether servers select objects of a kind.
pub fn is_selected(kind: Kind) -> bool {
    selectors(kind).is_some()
}

/// Whether a server takes in an object; `None` where it takes in none of the kind by its nature. Mirrors
/// `ResourceSelector.SelectServiceMonitors` and its like: an absent selector of objects selects none
/// (`LabelSelectorAsSelector`), an absent one of namespaces that of the server.
pub fn intake<'p>(graph: &Graph<'p>, server: ObjectRef<'p>, object: ObjectRef<'p>) -> Option<Intake<'p>> {
    let (servers, own, namespaces) = selectors(object.kind())?;
    if !servers.contains(&server.kind()) {
        return None;
    }
    let spec = server.get("spec").filter(|_| !server.is_broken() && !object.is_broken());
    let Some(spec) = spec.filter(|_| !is_unmanaged(server, object.kind()) && !is_global(server, object))
    else {
        return Some(Intake::Possible);
    };
    let field = |name: &str| spec.get(name).filter(|node| !node.is_null());
    let Some(selector) = field(own) else { return Some(Intake::NoSelector) };
    let namespace = object.namespace().unwrap_or_default();
    let namespaces = field(namespaces);
    let is_in_reach = match namespaces {
        None => server.namespace() == object.namespace(),
        Some(selector) => may_match_namespace(graph, &Selector::from_label_selector(selector), namespace),
    };
    if !is_in_reach {
        return Some(Intake::Elsewhere { selector: namespaces });
    }
    let selector = Selector::from_label_selector(selector);
    if selector.malformed {
        return Some(Intake::Possible);
    }
    let labels = Labels::of(object.labels());
    let unfulfilled = selector.requirements.into_iter().find(|requirement| !requirement.matches(&labels));
    Some(match unfulfilled {
        Some(requirement) if !graph.may_be_labelled(&requirement.key) => {
            Intake::Unlabelled(Box::new(requirement))
        }
        _ => Intake::Possible,
    })
}

/// Without any selector of what to scrape, the configuration is the user's own; its rules are selected all the same.
fn is_unmanaged(server: ObjectRef<'_>, kind: Kind) -> bool {
    let kinds = [Kind::ServiceMonitor, Kind::PodMonitor, Kind::Probe, Kind::ScrapeConfig];
    let has =
        |kind| selectors(kind).is_some_and(|(_, name, _)| server.get(&format!("spec.{name}")).is_some());
    kinds.contains(&kind) && !kinds.into_iter().any(has)
}

/// An Alertmanager names the one that is its whole configuration.
fn is_global(server: ObjectRef<'_>, object: ObjectRef<'_>) -> bool {
    server.namespace() == object.namespace()
        && server
            .get("spec.alertmanagerConfiguration.name")
            .is_some_and(|name| name.content() == object.name())
}

/// Whether a namespace has the labels that a selector asks for, as far as can be told: every namespace has its name for a
/// label, the others stand on its object.
fn may_match_namespace(graph: &Graph<'_>, selector: &Selector<'_>, namespace: &str) -> bool {
    let objects: Vec<_> = graph.find(KindRef::Known(Kind::Namespace), None, namespace).collect();
    let name = Labels::of_namespace_named(namespace);
    let fulfils = |requirement: &Requirement<'_>| match &*requirement.key {
        NAMESPACE_NAME_LABEL => requirement.matches(&name),
        key => {
            objects.is_empty()
                || graph.may_be_labelled(key)
                || objects.iter().any(|object| requirement.matches(&Labels::of(object.labels())))
        }
    };
    selector.malformed || selector.requirements.iter().all(fulfils)
}
