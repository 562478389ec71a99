//! Which objects with a selector select a pod.

use std::collections::BTreeMap;

use crate::graph::Pod;
use crate::graph::hash::{Index, digest};
use crate::graph::selector::{Operator, Selector};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectRef, Program};
use crate::parse::tree::NodeRef;

/// All objects of one kind that select pods of their own namespace.
#[derive(Debug)]
pub struct Selection<'p> {
    entries: Vec<(ObjectRef<'p>, Selector<'p>)>,
    /// Each entry under the rarest pair of its selector only, so that a pod meets few that do not select it.
    by_pair: Index<u32>,
    /// Entries without a pair, by namespace.
    others: BTreeMap<&'p str, Vec<u32>>,
}

impl<'p> Selection<'p> {
    /// The selectors at a field of all objects of a kind. An absent selector selects nothing, an empty one everything,
    /// but for budgets before `policy/v1`.
    pub(super) fn new(program: &'p Program, kind: Kind, path: &str) -> Self {
        let objects = program.objects_of_kind(kind);
        let entries: Vec<_> =
            objects.filter_map(|object| Some((object, selector_at(object, path)?))).collect();
        let digest_of = |object: ObjectRef<'p>, (key, value)| digest(&[namespace_of(object), key, value]);
        let all_pairs = entries
            .iter()
            .flat_map(|(object, selector)| pairs(selector).map(|pair| (digest_of(*object, pair), ())));
        let all_pairs = Index::new(all_pairs.collect());
        let mut by_pair = Vec::with_capacity(entries.len());
        let mut others: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (index, (object, selector)) in (0..).zip(&entries) {
            let digests = pairs(selector).map(|pair| digest_of(*object, pair));
            match digests.min_by_key(|digest| all_pairs.get(*digest).len()) {
                Some(rarest) => by_pair.push((rarest, index)),
                None => others.entry(namespace_of(*object)).or_default().push(index),
            }
        }
        Self { entries, by_pair: Index::new(by_pair), others }
    }

    /// The objects that select a pod, in order.
    pub(super) fn of(&self, pod: &Pod<'p>) -> Vec<ObjectRef<'p>> {
        let digests = pod.labels.iter().map(|(key, value)| digest(&[pod.namespace, key, value]));
        let by_label = digests.flat_map(|digest| self.by_pair.get(digest)).map(|(_, index)| index);
        let candidates = by_label.chain(self.others.get(pod.namespace).into_iter().flatten());
        let mut found: Vec<_> = candidates
            .map(|index| &self.entries[*index as usize])
            .filter(|(object, selector)| {
                namespace_of(*object) == pod.namespace && selector.matches(&pod.labels)
            })
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
    let labels = || Some(Selector::from_pairs(owner.get("spec.template.metadata.labels")?));
    let is_controller = owner.kind() == Kind::ReplicationController;
    let selector = written_selector(owner).or_else(|| labels().filter(|_| is_controller))?;
    (!selector.is_empty() && !selector.malformed).then_some(selector)
}

/// The same as it is written; `None` for workloads whose selector is made by their controller.
pub fn written_selector(owner: ObjectRef<'_>) -> Option<Selector<'_>> {
    let written = || owner.get("spec.selector");
    match (owner.kind(), owner.group(), owner.kind_name()) {
        (Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet | Kind::Rollout, ..)
        | (Kind::Other, "apps.kruise.io", "CloneSet" | "StatefulSet" | "DaemonSet") => {
            written().map(Selector::from_label_selector)
        }
        (Kind::ReplicationController, ..) | (Kind::Other, "apps.openshift.io", "DeploymentConfig") => {
            written().map(Selector::from_pairs)
        }
        _ => None,
    }
}

/// The items of a list field, none where it is absent.
pub fn items_at<'p>(node: NodeRef<'p>, path: &str) -> impl Iterator<Item = NodeRef<'p>> {
    node.get_path(path).into_iter().flat_map(NodeRef::items)
}
