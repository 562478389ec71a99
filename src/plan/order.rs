//! In which order objects are made: what is named before who names it, in waves.

use std::collections::BTreeMap;

use crate::graph::{Graph, KindRef};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef};

/// The order in which the objects of a program are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Objects of one wave do not need each other. Within a wave they are sorted by kind, namespace and name.
    pub waves: Vec<Vec<ObjectId>>,
    /// References that the order does not honour, because they are part of a cycle.
    pub broken: Vec<Broken>,
}

/// A reference to an object that is made later, because otherwise there would be no order at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Who names.
    pub from: ObjectId,
    /// Who is named, and is made later.
    pub to: ObjectId,
}

impl Order {
    /// For each object its wave, from 0.
    pub fn wave_of(&self) -> BTreeMap<ObjectId, usize> {
        let waves = self.waves.iter().enumerate();
        waves.flat_map(|(wave, objects)| objects.iter().map(move |object| (*object, wave))).collect()
    }
}

/// What goes before everything else, and what after it, whatever names what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Namespaces.
    Namespaces,
    /// CustomResourceDefinitions: without them their objects cannot be sent.
    Definitions,
    Ordinary,
    /// Webhooks, admission policies and aggregated APIs: once they are there, what serves them must run.
    Admission,
}

fn stage_of(kind: Kind) -> Stage {
    match kind {
        Kind::Namespace => Stage::Namespaces,
        Kind::CustomResourceDefinition => Stage::Definitions,
        Kind::APIService
        | Kind::MutatingWebhookConfiguration
        | Kind::ValidatingWebhookConfiguration
        | Kind::MutatingAdmissionPolicy
        | Kind::MutatingAdmissionPolicyBinding
        | Kind::ValidatingAdmissionPolicy
        | Kind::ValidatingAdmissionPolicyBinding => Stage::Admission,
        _ => Stage::Ordinary,
    }
}

/// Kinds that others usually need, first; a matter of reading, for references decide the waves.
const FIRST_KINDS: &[Kind] = &[
    Kind::PriorityClass,
    Kind::StorageClass,
    Kind::IngressClass,
    Kind::RuntimeClass,
    Kind::ResourceQuota,
    Kind::LimitRange,
    Kind::NetworkPolicy,
    Kind::ServiceAccount,
    Kind::Secret,
    Kind::ConfigMap,
    Kind::PersistentVolume,
    Kind::PersistentVolumeClaim,
    Kind::ClusterRole,
    Kind::ClusterRoleBinding,
    Kind::Role,
    Kind::RoleBinding,
    Kind::Service,
    Kind::DaemonSet,
    Kind::StatefulSet,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::Pod,
    Kind::Job,
    Kind::CronJob,
];

/// What an object is sorted by within its wave. Nothing of it depends on files.
fn sort_key(object: ObjectRef<'_>) -> impl Ord + use<> {
    let kind = KindRef::of_object(object);
    let rank = FIRST_KINDS.iter().position(|first| *first == object.kind()).unwrap_or(FIRST_KINDS.len());
    let text = |text: &str| text.to_owned();
    (
        stage_of(object.kind()),
        rank,
        text(kind.group()),
        text(kind.name()),
        object.namespace().map(text),
        text(object.name()),
        object.id,
    )
}

/// Orders some objects of a graph. References between them are honoured, but for those to a later stage (a
/// CustomResourceDefinition that names the Service of its conversion webhook) and those that close a cycle.
/// `chosen` says which object counts for another of the same identity.
pub fn order(graph: &Graph<'_>, objects: &[ObjectId], chosen: &BTreeMap<ObjectId, ObjectId>) -> Order {
    let program = graph.program();
    let mut sorted: Vec<ObjectId> = objects.to_vec();
    sorted.sort_by_cached_key(|object| sort_key(program.object(*object)));
    sorted.dedup();
    // Everything from here on works on places in `sorted`.
    let places: BTreeMap<ObjectId, usize> =
        sorted.iter().enumerate().map(|(place, object)| (*object, place)).collect();
    let stages: Vec<Stage> = sorted.iter().map(|object| stage_of(program.object(*object).kind())).collect();
    let mut needs: Vec<Vec<usize>> = Vec::with_capacity(sorted.len());
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); sorted.len()];
    for (place, object) in sorted.iter().enumerate() {
        let place_of = |target: ObjectId| places.get(chosen.get(&target).unwrap_or(&target)).copied();
        let targets = graph.edges_from(*object).iter().filter_map(|edge| place_of(edge.target()?));
        let mut targets: Vec<usize> =
            targets.filter(|target| *target != place && stages[*target] == stages[place]).collect();
        targets.sort_unstable();
        targets.dedup();
        for target in &targets {
            needed_by[*target].push(place);
        }
        needs.push(targets);
    }
    let (levels, broken) = levels(&needs, &needed_by);
    let mut waves: BTreeMap<(Stage, usize), Vec<ObjectId>> = BTreeMap::new();
    for (place, object) in sorted.iter().enumerate() {
        waves.entry((stages[place], levels[place])).or_default().push(*object);
    }
    Order {
        waves: waves.into_values().collect(),
        broken: broken.into_iter().map(|(from, to)| Broken { from: sorted[from], to: sorted[to] }).collect(),
    }
}

/// The length of the longest chain of needs below each place, and the needs that were given up to break cycles.
fn levels(needs: &[Vec<usize>], needed_by: &[Vec<usize>]) -> (Vec<usize>, Vec<(usize, usize)>) {
    let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut levels = vec![0; needs.len()];
    let mut done = vec![false; needs.len()];
    let mut broken = Vec::new();
    let mut ready: Vec<usize> = (0..needs.len()).filter(|place| open[*place] == 0).collect();
    let mut first_undone = 0;
    loop {
        while let Some(place) = ready.pop() {
            done[place] = true;
            for &user in &needed_by[place] {
                if done[user] {
                    continue;
                }
                levels[user] = levels[user].max(levels[place] + 1);
                open[user] -= 1;
                if open[user] == 0 {
                    ready.push(user);
                }
            }
        }
        while first_undone < done.len() && done[first_undone] {
            first_undone += 1;
        }
        if first_undone == done.len() {
            return (levels, broken);
        }
        let first = first_of_cycle(needs, &done, first_undone);
        broken.extend(needs[first].iter().filter(|need| !done[**need]).map(|need| (first, *need)));
        open[first] = 0;
        ready.push(first);
    }
}

/// The first place of a cycle that is reached from a place that is not done.
fn first_of_cycle(needs: &[Vec<usize>], done: &[bool], start: usize) -> usize {
    let mut seen = BTreeMap::new();
    let mut way = Vec::new();
    let mut place = start;
    while !seen.contains_key(&place) {
        seen.insert(place, way.len());
        way.push(place);
        match needs[place].iter().find(|need| !done[**need]) {
            Some(next) => place = *next,
            None => return place,
        }
    }
    way[seen[&place]..].iter().copied().min().unwrap_or(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(needs: &[&[usize]]) -> (Vec<usize>, Vec<(usize, usize)>) {
        let needs: Vec<Vec<usize>> = needs.iter().map(|needs| needs.to_vec()).collect();
        let mut needed_by = vec![Vec::new(); needs.len()];
        for (place, targets) in needs.iter().enumerate() {
            for target in targets {
                needed_by[*target].push(place);
            }
        }
        levels(&needs, &needed_by)
    }

    #[test]
    fn what_is_named_comes_first() {
        assert_eq!(run(&[&[1], &[2], &[], &[0, 2]]), (vec![2, 1, 0, 3], vec![]));
    }

    #[test]
    fn a_cycle_is_broken_at_its_first_object_and_nowhere_else() {
        // 0 hangs on the cycle of 1 and 2.
        assert_eq!(run(&[&[1], &[2], &[1]]), (vec![1, 0, 1], vec![(1, 2)]));
    }

    #[test]
    fn two_cycles() {
        let (levels, broken) = run(&[&[1], &[0], &[3], &[2]]);
        assert_eq!((levels, broken), (vec![0, 1, 0, 1], vec![(0, 1), (2, 3)]));
    }
}
