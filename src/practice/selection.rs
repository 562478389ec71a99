//! Which objects with a selector select a pod.

use std::collections::BTreeMap;

use crate::graph::Pod;
use crate::graph::selector::{Operator, Selector};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program};
use crate::parse::tree::NodeRef;

/// All objects of one kind that select pods of their own namespace.
#[derive(Debug)]
pub struct Selection<'p> {
    entries: Vec<(ObjectRef<'p>, Selector<'p>)>,
    /// Each entry under the rarest pair of its selector only, so that a pod meets few that do not select it.
    by_pair: BTreeMap<(&'p str, String, &'p str), Vec<usize>>,
    /// Entries without a pair, by namespace.
    others: BTreeMap<&'p str, Vec<usize>>,
}

impl<'p> Selection<'p> {
    /// The selectors at a field of all objects of a kind. An absent selector selects nothing, an empty one everything,
    /// but for budgets before `policy/v1`.
    pub(super) fn new(program: &'p Program, kind: Kind, path: &str) -> Self {
        let objects = program.objects().filter(|object| object.kind() == kind);
        let entries: Vec<_> =
            objects.filter_map(|object| Some((object, selector_at(object, path)?))).collect();
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for (object, selector) in &entries {
            for (key, value) in pairs(selector) {
                *counts.entry((namespace_of(*object), key, value)).or_default() += 1;
            }
        }
        let mut by_pair: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut others: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, (object, selector)) in entries.iter().enumerate() {
            let namespace = namespace_of(*object);
            let rarest = pairs(selector)
                .min_by_key(|(key, value)| counts.get(&(namespace, *key, *value)).copied().unwrap_or(0));
            match rarest {
                Some((key, value)) => {
                    by_pair.entry((namespace, key.to_owned(), value)).or_default().push(index);
                }
                None => others.entry(namespace).or_default().push(index),
            }
        }
        Self { entries, by_pair, others }
    }

    /// The objects that select a pod, in order.
    pub(super) fn of(&self, pod: &Pod<'p>) -> Vec<ObjectRef<'p>> {
        let by_label = pod
            .labels
            .iter()
            .filter_map(|(key, value)| self.by_pair.get(&(pod.namespace, key.to_owned(), value)));
        let candidates = by_label.chain(self.others.get(pod.namespace)).flatten();
        let mut found: Vec<_> = candidates
            .map(|index| &self.entries[*index])
            .filter(|(_, selector)| selector.matches(&pod.labels))
            .map(|(object, _)| *object)
            .collect();
        found.sort_by_key(|object| object.id);
        found.dedup_by_key(|object| object.id);
        found
    }
}

/// The selector of an object that selects pods of its namespace, if it selects any.
pub fn selector_at<'p>(object: ObjectRef<'p>, path: &str) -> Option<Selector<'p>> {
    let selector = Selector::from_label_selector(object.get(path)?);
    let is_old_budget = object.kind() == Kind::PodDisruptionBudget && object.api_version() != "policy/v1";
    let selects_nothing = selector.malformed || (selector.is_empty() && is_old_budget);
    (!selects_nothing).then_some(selector)
}

fn namespace_of(object: ObjectRef<'_>) -> &str {
    object.namespace().unwrap_or_default()
}

fn pairs<'s, 'p>(selector: &'s Selector<'p>) -> impl Iterator<Item = (&'s str, &'p str)> {
    selector.requirements.iter().filter_map(|requirement| match requirement.operator {
        Operator::Is(value) => Some((&*requirement.key, value)),
        _ => None,
    })
}

/// The selector by which a workload knows its pods: for a ReplicationController, without one, the labels of its template.
pub fn workload_selector(owner: ObjectRef<'_>) -> Option<Selector<'_>> {
    let selector = match owner.kind() {
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::Rollout => {
            Selector::from_label_selector(owner.get("spec.selector")?)
        }
        Kind::ReplicationController => Selector::from_pairs(
            owner.get("spec.selector").or_else(|| owner.get("spec.template.metadata.labels"))?,
        ),
        _ => return None,
    };
    (!selector.is_empty() && !selector.malformed).then_some(selector)
}

/// The items of a list field, none where it is absent.
pub fn items_at<'p>(node: NodeRef<'p>, path: &str) -> impl Iterator<Item = NodeRef<'p>> {
    node.get_path(path).into_iter().flat_map(NodeRef::items)
}
