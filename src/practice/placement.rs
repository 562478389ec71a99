//! What pods ask of the places of other pods: constraints of spreading, and terms of affinity.

use crate::graph::Labels;
use crate::graph::selector::{Operator, Requirement, Selector};
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// What a term of affinity asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attitude {
    /// `podAffinity`, required.
    Needs,
    /// `podAffinity`, preferred.
    Likes,
    /// `podAntiAffinity`, required.
    Refuses,
    /// `podAntiAffinity`, preferred.
    Avoids,
}

/// One term of `podAffinity` or `podAntiAffinity`.
#[derive(Clone, Copy, Debug)]
pub struct Term<'p> {
    /// What it asks for.
    pub attitude: Attitude,
    /// Its mapping, which holds `labelSelector`, `topologyKey` and the rest.
    pub node: NodeRef<'p>,
}

/// In which namespaces a term looks for pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range<'p> {
    /// In these.
    Named(Vec<&'p str>),
    /// Also in those whose labels a `namespaceSelector` matches, which need not be known.
    Selected,
}

/// All terms of a pod, in source order within each kind. Mirrors what `framework.NewPodInfo` reads.
pub fn terms(template: PodTemplate<'_>) -> impl Iterator<Item = Term<'_>> {
    let affinity = template.get("affinity");
    let kinds = [
        ("podAffinity", Attitude::Needs, Attitude::Likes),
        ("podAntiAffinity", Attitude::Refuses, Attitude::Avoids),
    ];
    kinds.into_iter().filter_map(move |(key, hard, soft)| Some((affinity?.get(key)?, hard, soft))).flat_map(
        |(affinity, hard, soft)| {
            let required = items_at(affinity, "requiredDuringSchedulingIgnoredDuringExecution");
            let preferred = items_at(affinity, "preferredDuringSchedulingIgnoredDuringExecution");
            let preferred = preferred.filter_map(|weighted| weighted.get("podAffinityTerm"));
            let required = required.map(move |node| Term { attitude: hard, node });
            required.chain(preferred.map(move |node| Term { attitude: soft, node }))
        },
    )
}

impl<'p> Term<'p> {
    /// Its selector; `None` where it has none, and so matches no pod.
    pub fn selector(self) -> Option<Selector<'p>> {
        let node = self.node.get("labelSelector").filter(|selector| !selector.is_null())?;
        Some(Selector::from_label_selector(node))
    }

    /// Its selector with what `matchLabelKeys` and `mismatchLabelKeys` add for a pod with these labels. Mirrors
    /// `applyMatchLabelKeysAndMismatchLabelKeys`. Values that a controller makes up are left out.
    pub fn selector_for(self, labels: &Labels<'p>) -> Option<Selector<'p>> {
        let mut selector = self.selector()?;
        for (list, is_match) in [("matchLabelKeys", true), ("mismatchLabelKeys", false)] {
            for key in items_at(self.node, list) {
                let Some(value) = labels.get(&key.key()) else { continue };
                let operator =
                    if is_match { Operator::In(vec![value]) } else { Operator::NotIn(vec![value]) };
                selector.requirements.push(Requirement { key: key.key(), operator, node: key });
            }
        }
        Some(selector)
    }

    /// The namespaces in which it looks for pods, for a pod that lives in `own`. Mirrors
    /// `getNamespacesFromPodAffinityTerm`.
    pub fn range(self, own: &'p str) -> Range<'p> {
        if self.node.get("namespaceSelector").is_some_and(|selector| !selector.is_null()) {
            return Range::Selected;
        }
        let named: Vec<&str> = items_at(self.node, "namespaces").filter_map(NodeRef::as_str).collect();
        Range::Named(if named.is_empty() { vec![own] } else { named })
    }
}
