//! The graph as a picture shows it: each object once, each pair of them joined once, and what is missing beside them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::graph::reference::{Absence, Resolution};
use crate::graph::selected::{monitored, role_selectors, selected_roles};
use crate::graph::selector::Selector;
use crate::graph::{Graph, table};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef};

/// What is known of an object of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is in the input.
    Present(ObjectId),
    /// An object or a generator of the input makes it.
    Made,
    /// Every cluster has it.
    Always,
    /// The configuration declares it.
    External,
    /// It is named, and nothing is known of it.
    Missing,
}

/// An object, or what is named as if it were one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// What is known of it.
    pub state: State,
    /// The kind, as written in `kind:`.
    pub kind: String,
    /// Its namespace; `None` for kinds that live in none.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it selects pods and there are none in the input, nor anything that may make some.
    pub selects_nothing: bool,
    /// The checks that found fault with what it names, where no arrow shows it; sorted.
    pub faults: Vec<&'static str>,
}

/// Why one object is joined to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Fields of the one name the other.
    Names,
    /// The selector of the one matches the pods of the other, or the other itself.
    Selects,
}

/// A line of the map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Index of the spot that it starts at.
    pub from: usize,
    /// Index of the spot that it leads to.
    pub to: usize,
    /// Why.
    pub relation: Relation,
    /// The fields that name it, or the one that selects it, in order.
    pub fields: Vec<String>,
    /// Whether it leads to something that is missing and ought to be there: it is not optional, and nothing that the
    /// cluster usually has of itself.
    pub is_dangling: bool,
    /// The checks that found fault with the fields that it stands for; sorted.
    pub faults: Vec<&'static str>,
}

/// Objects and what joins them. Spots are in the order of the input, what is not in the input after them.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// The objects.
    pub spots: Vec<Spot>,
    /// What joins them, sorted by start, end and relation.
    pub arrows: Vec<Arrow>,
}

type Joined = BTreeMap<(usize, usize, Relation), (BTreeSet<String>, bool)>;

impl Map {
    /// The map of a graph. That objects live in namespaces is not on it.
    pub fn of(graph: &Graph<'_>) -> Self {
        let mut spots: Vec<Spot> = graph.program().objects().map(spot_of).collect();
        let mut others: BTreeMap<(String, Option<String>, String), usize> = BTreeMap::new();
        let mut joined = Joined::new();
        for edge in graph.edges() {
            let need_not_exist = matches!(edge.row.absence, Absence::Incidental | Absence::Dispensable);
            let is_incidental = need_not_exist && edge.resolution == Resolution::Missing;
            if std::ptr::eq(edge.row, &table::NAMESPACE) || is_incidental {
                continue;
            }
            let state = match edge.resolution {
                Resolution::Found(id) => State::Present(id),
                Resolution::Made(_) | Resolution::Generated => State::Made,
                Resolution::Always => State::Always,
                Resolution::External => State::External,
                Resolution::Missing => State::Missing,
            };
            let to = match state {
                State::Present(id) => id.0 as usize,
                state => {
                    let namespace = edge.namespace.map(str::to_owned);
                    let key = (edge.kind.name().to_owned(), namespace, edge.name.to_owned());
                    *others.entry(key).or_insert_with_key(|(kind, namespace, name)| {
                        let (kind, namespace, name) = (kind.clone(), namespace.clone(), name.clone());
                        spots.push(Spot {
                            state,
                            kind,
                            namespace,
                            name,
                            selects_nothing: false,
                            faults: Vec::new(),
                        });
                        spots.len() - 1
                    })
                }
            };
            let may_be_missing =
                edge.is_optional() || (edge.row.absence == Absence::Usual && !graph.is_closed());
            let is_dangling = state == State::Missing && !may_be_missing;
            let field = graph.program().object(edge.from).root().path_to(edge.field).unwrap_or_default();
            join(&mut joined, (edge.from.0 as usize, to, Relation::Names), field, is_dangling);
        }
        for object in graph.program().objects() {
            add_selected(graph, object, &mut spots, &mut joined);
        }
        let arrows = joined.into_iter().map(|((from, to, relation), (fields, is_dangling))| {
            let fields = fields.into_iter().filter(|field| !field.is_empty()).collect();
            Arrow { from, to, relation, fields, is_dangling, faults: Vec::new() }
        });
        Self { arrows: arrows.collect(), spots }
    }

    /// Marks what a check found fault with: the arrow of the field, else the object. What is marked as missing or as
    /// selecting nothing is not marked twice.
    pub fn mark(&mut self, object: ObjectId, field: Option<&str>, check: &'static str) {
        let from = object.0 as usize;
        // The key of a `secretKeyRef` is asked of what its name leads to.
        let is_beside = |left: &str, right: &str| match (left.rsplit_once('.'), right.rsplit_once('.')) {
            (Some((left, _)), Some((right, _))) => left == right && left.ends_with("Ref"),
            _ => false,
        };
        let is_of = |own: &String, field: &str| own == field || is_beside(own, field);
        let is_of_field = |arrow: &&mut Arrow| {
            arrow.from == from && field.is_some_and(|field| arrow.fields.iter().any(|own| is_of(own, field)))
        };
        let faults = match self.arrows.iter_mut().find(is_of_field) {
            Some(arrow) if arrow.is_dangling => return,
            Some(arrow) => &mut arrow.faults,
            None if self.spots[from].selects_nothing => return,
            None => &mut self.spots[from].faults,
        };
        if let Err(place) = faults.binary_search(&check) {
            faults.insert(place, check);
        }
    }

    /// What can be reached from some spots by at most `depth` arrows, along them or against them; spots and arrows keep
    /// their order. Returns where the spots are in it.
    pub fn around(&self, centres: &[usize], depth: usize) -> (Self, Vec<usize>) {
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        for is_forward in [true, false] {
            kept.extend(self.reached(centres, depth, is_forward));
        }
        let index: BTreeMap<usize, usize> = kept.iter().enumerate().map(|(new, old)| (*old, new)).collect();
        let arrows = self.arrows.iter().filter_map(|arrow| {
            let (from, to) = (*index.get(&arrow.from)?, *index.get(&arrow.to)?);
            Some(Arrow { from, to, ..arrow.clone() })
        });
        let map = Self {
            spots: kept.iter().map(|old| self.spots[*old].clone()).collect(),
            arrows: arrows.collect(),
        };
        (map, centres.iter().filter_map(|centre| index.get(centre).copied()).collect())
    }

    fn reached(&self, centres: &[usize], depth: usize, is_forward: bool) -> BTreeSet<usize> {
        let mut next: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for arrow in &self.arrows {
            let (from, to) = if is_forward { (arrow.from, arrow.to) } else { (arrow.to, arrow.from) };
            next.entry(from).or_default().push(to);
        }
        let mut seen: BTreeSet<usize> = centres.iter().copied().collect();
        let mut pending: VecDeque<(usize, usize)> = centres.iter().map(|centre| (*centre, 0)).collect();
        while let Some((at, steps)) = pending.pop_front() {
            for to in next.get(&at).into_iter().flatten().filter(|_| steps < depth) {
                if seen.insert(*to) {
                    pending.push_back((*to, steps + 1));
                }
            }
        }
        seen
    }
}

fn join(joined: &mut Joined, key: (usize, usize, Relation), field: String, is_dangling: bool) {
    let (fields, dangling) = joined.entry(key).or_default();
    fields.insert(field);
    *dangling |= is_dangling;
}

fn spot_of(object: ObjectRef<'_>) -> Spot {
    Spot {
        state: State::Present(object.id),
        kind: object.kind_name().to_owned(),
        namespace: object.namespace().map(str::to_owned),
        name: object.name().to_owned(),
        selects_nothing: false,
        faults: Vec::new(),
    }
}

fn add_selected<'p>(graph: &Graph<'p>, object: ObjectRef<'p>, spots: &mut [Spot], joined: &mut Joined) {
    let path = match object.kind() {
        Kind::Service | Kind::PodDisruptionBudget | Kind::ServiceMonitor | Kind::PodMonitor => {
            "spec.selector"
        }
        Kind::NetworkPolicy => "spec.podSelector",
        Kind::ClusterRole => "aggregationRule.clusterRoleSelectors",
        _ => return,
    };
    if graph.is_patch(object) {
        return;
    }
    let namespace = object.namespace().unwrap_or_default();
    let selected: Vec<ObjectId> = match object.kind() {
        Kind::Service => graph.pods_of_service(object.id).map(|pod| pod.owner().id).collect(),
        Kind::ClusterRole => {
            let selectors = role_selectors(object);
            selectors
                .flat_map(|(_, selector)| {
                    selected_roles(graph, object, &selector).map(|role| role.id).collect::<Vec<_>>()
                })
                .collect()
        }
        Kind::ServiceMonitor | Kind::PodMonitor => {
            monitored(graph, object).into_iter().map(|found| found.id).collect()
        }
        _ => {
            let selector = object.get(path).map(Selector::from_label_selector);
            let selector = selector.filter(|selector| !selector.malformed);
            let pods = selector.iter().flat_map(|selector| graph.select(namespace, selector));
            pods.map(|pod| pod.owner().id).collect()
        }
    };
    let asks_for_pods = match object.kind() {
        Kind::Service => graph.service_selector(object.id).is_some_and(|selector| !selector.is_empty()),
        Kind::PodDisruptionBudget | Kind::NetworkPolicy => object.get(path).is_some(),
        // What these select may be elsewhere; a check says whether it is.
        _ => false,
    };
    let from = object.id.0 as usize;
    spots[from].selects_nothing =
        asks_for_pods && selected.is_empty() && !graph.may_have_other_pods(namespace);
    for to in selected {
        join(joined, (from, to.0 as usize, Relation::Selects), path.to_owned(), false);
    }
}
