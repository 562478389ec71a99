//! Labels of pods, and the selectors that ask for them: what must change together, so that everything selects what it did.

use std::collections::BTreeSet;

use crate::graph::Pod;
use crate::graph::selector::{Operator, Requirement};
use crate::ide::View;
use crate::ide::cursor::{Cursor, Touched};
use crate::ide::entity::{Entity, Occurrence};
use crate::ide::selection::{Site, sites_of, sites_reaching};
use crate::parse::object::{ObjectId, ObjectRef};
use crate::parse::tree::{NodeId, NodeRef};

/// Which half of a label is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ide) enum LabelPart {
    /// The key.
    Key,
    /// The value.
    Value,
}

/// A label as a selector or template has it: key and value, where they stand.
struct Pair<'p> {
    key: NodeRef<'p>,
    value: NodeRef<'p>,
}

/// The label that the key or value at a place is of.
pub(super) fn at<'p>(view: &View<'p>, cursor: &Cursor<'p>) -> Option<Entity<'p>> {
    let object = cursor.object;
    let part = match cursor.trail.touched {
        Touched::Key { .. } => LabelPart::Key,
        Touched::Scalar(_) => LabelPart::Value,
        Touched::Gap => return None,
    };
    let node = cursor.trail.node()?;
    let is_it = |pair: &Pair<'p>| match part {
        LabelPart::Key => pair.key.id() == node.id(),
        LabelPart::Value => pair.value.id() == node.id(),
    };
    let template = view.graph.pod_of(object.id).map(|pod| pod.template);
    let of_template = template.and_then(|template| template.labels()).into_iter().flat_map(pairs);
    let of_sites = sites_of(object).into_iter().flat_map(|site| pairs_of_site(&site));
    let pair = of_template.chain(of_sites).find(is_it)?;
    let namespace = object.namespace()?;
    let key =
        if pair.key.key().is_empty() { pair.key.content().to_owned() } else { pair.key.key().into_owned() };
    Some(Entity::Label { namespace, key, value: pair.value.content(), start: object.id, part })
}

fn pairs(labels: NodeRef<'_>) -> impl Iterator<Item = Pair<'_>> {
    labels.entries().filter(|(_, value)| value.is_scalar()).map(|(key, value)| Pair { key, value })
}

/// All pairs that a selector speaks of, those of its expressions included.
fn pairs_of_site<'p>(site: &Site<'p>) -> Vec<Pair<'p>> {
    let plain = site.node.get("matchLabels").filter(|node| node.is_mapping());
    let expressions = site.node.get("matchExpressions").filter(|node| node.is_sequence());
    if plain.is_none() && expressions.is_none() {
        return pairs(site.node).collect();
    }
    let mut found: Vec<_> = plain.into_iter().flat_map(pairs).collect();
    for expression in expressions.into_iter().flat_map(NodeRef::items) {
        let Some(key) = expression.get("key") else { continue };
        let values = expression.get("values").into_iter().flat_map(NodeRef::items);
        found.extend(values.map(|value| Pair { key, value }));
    }
    found
}

/// The selectors and templates that hang together by a pair.
struct Together<'p> {
    sites: Vec<Site<'p>>,
    pods: Vec<&'p Pod<'p>>,
    /// All selectors that look into the namespace.
    all: Vec<Site<'p>>,
}

fn together<'p>(
    view: &View<'p>,
    (namespace, key, value): (&'p str, &str, &str),
    start: ObjectId,
) -> Together<'p> {
    let all = sites_reaching(view, namespace);
    let has_pair = |pod: &Pod<'_>| pod.labels.get(key) == Some(value);
    let asks =
        |site: &Site<'p>| site.selector.requirements.iter().any(|one| &*one.key == key && names(one, value));
    let mut pods: BTreeSet<ObjectId> = BTreeSet::new();
    let mut sites: BTreeSet<(ObjectId, NodeId)> = BTreeSet::new();
    let graph = view.graph;
    // What the place is in belongs to it whether it selects anything or not.
    let mut new_pods: Vec<&'p Pod<'p>> =
        graph.pod_of(start).filter(|pod| has_pair(pod)).into_iter().collect();
    let mut new_sites: Vec<&Site<'p>> =
        all.iter().filter(|site| site.object.id == start && asks(site)).collect();
    loop {
        new_pods.retain(|pod| pods.insert(pod.owner().id));
        new_sites.retain(|site| sites.insert((site.object.id, site.node.id())));
        if new_pods.is_empty() && new_sites.is_empty() {
            break;
        }
        let selected = |pod: &Pod<'p>, site: &Site<'p>| site.selector.matches(&pod.labels);
        let more_pods: Vec<&'p Pod<'p>> = graph
            .pods_in(namespace)
            .filter(|pod| has_pair(pod) && new_sites.iter().any(|site| selected(pod, site)))
            .collect();
        let more_sites =
            all.iter().filter(|site| asks(site) && new_pods.iter().any(|pod| selected(pod, site))).collect();
        (new_pods, new_sites) = (more_pods, more_sites);
    }
    // Where nobody else has the pair, a selector that asks for it and matches nothing can only mean these.
    let is_only_theirs = graph.pods_in(namespace).all(|pod| !has_pair(pod) || pods.contains(&pod.owner().id));
    if is_only_theirs && !pods.is_empty() {
        let idle = all.iter().filter(|site| asks(site));
        sites.extend(idle.map(|site| (site.object.id, site.node.id())));
    }
    let pods = pods.into_iter().filter_map(|owner| graph.pod_of(owner)).collect();
    let chosen =
        all.iter().filter(|site| sites.contains(&(site.object.id, site.node.id()))).cloned().collect();
    Together { sites: chosen, pods, all }
}

/// Whether a term speaks of a value.
fn names(requirement: &Requirement<'_>, value: &str) -> bool {
    match &requirement.operator {
        Operator::Is(own) => *own == value,
        Operator::In(values) | Operator::NotIn(values) => values.contains(&value),
        Operator::Exists | Operator::DoesNotExist => false,
    }
}

/// Every place of the pair in the selectors and templates that hang together by it.
pub(super) fn occurrences<'p>(
    view: &View<'p>,
    (namespace, key, value): (&'p str, &str, &str),
    start: ObjectId,
    part: LabelPart,
) -> Vec<Occurrence<'p>> {
    let group = together(view, (namespace, key, value), start);
    let pick = |pair: &Pair<'p>| match part {
        LabelPart::Key => pair.key,
        LabelPart::Value => pair.value,
    };
    let is_it =
        |pair: &Pair<'p>| pair.key.as_str().is_some_and(|own| own == key) && pair.value.content() == value;
    let mut found = Vec::new();
    for pod in &group.pods {
        let labels = pod.template.labels().into_iter().flat_map(pairs).filter(|pair| is_it(pair));
        let owner: ObjectRef<'p> = view.program.object(pod.owner().id);
        found.extend(labels.map(|pair| Occurrence::of(owner, pick(&pair), true)));
    }
    for site in &group.sites {
        let asked = pairs_of_site(site).into_iter().filter(|pair| is_it(pair));
        found.extend(asked.map(|pair| Occurrence::of(site.object, pick(&pair), false)));
    }
    found
}

/// The selectors that would select other pods than before if the label of a group were given another key or value, each
/// with a pod that it would gain or lose: one sentence for each.
pub(in crate::ide) fn selectors_that_change<'p>(
    view: &View<'p>,
    (namespace, key, value): (&'p str, &str, &str),
    start: ObjectId,
    (new_key, new_value): (&str, &str),
) -> Vec<String> {
    let group = together(view, (namespace, key, value), start);
    let mut sentences = Vec::new();
    let is_renamed = |pod: &Pod<'_>| group.pods.iter().any(|other| other.owner().id == pod.owner().id);
    let in_group = |site: &Site<'p>| {
        group.sites.iter().any(|other| other.object.id == site.object.id && other.node.id() == site.node.id())
    };
    for site in &group.all {
        let is_changed = in_group(site);
        for pod in view.graph.pods_in(namespace) {
            let before = site.selector.matches(&pod.labels);
            let own = |wanted: &str| -> Option<String> {
                if !is_renamed(pod) {
                    return pod.labels.get(wanted).map(str::to_owned);
                }
                match wanted {
                    wanted if wanted == new_key => Some(new_value.to_owned()),
                    wanted if wanted == key => None,
                    wanted => pod.labels.get(wanted).map(str::to_owned),
                }
            };
            let after = site.selector.requirements.iter().all(|one| {
                let renames = is_changed && &*one.key == key && (names(one, value) || new_key != key);
                let wanted_key = if renames { new_key } else { &one.key };
                let wanted = |text: &str| {
                    if renames && text == value { new_value.to_owned() } else { text.to_owned() }
                };
                let has = own(wanted_key);
                // Labels that a controller adds are not written anywhere.
                if has.is_none() && pod.labels.has_key(wanted_key) && pod.labels.get(wanted_key).is_none() {
                    return one.matches(&pod.labels);
                }
                match &one.operator {
                    Operator::Is(text) => has == Some(wanted(text)),
                    Operator::In(texts) => {
                        has.is_some_and(|own| texts.iter().any(|text| wanted(text) == own))
                    }
                    Operator::NotIn(texts) => {
                        has.is_none_or(|own| !texts.iter().any(|text| wanted(text) == own))
                    }
                    Operator::Exists => has.is_some(),
                    Operator::DoesNotExist => has.is_none(),
                }
            });
            if before != after {
                let verb = if after { "would then select" } else { "would no longer select" };
                sentences.push(format!(
                    "{} `{}` {verb} {} `{}`",
                    site.object.kind_name(),
                    site.object.name(),
                    pod.owner().kind_name(),
                    pod.owner().name()
                ));
                break;
            }
        }
    }
    sentences.dedup();
    sentences
}
