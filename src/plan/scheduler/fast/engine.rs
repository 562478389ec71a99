//! The state of the fast engine: templates, what counts for whom, and the log of nodes that changed.

#[expect(clippy::disallowed_types, reason = "the maps are looked up, never iterated")]
use std::collections::HashMap;
use std::sync::Arc;

use crate::plan::cluster::Cluster;
use crate::plan::pod::{AffinityTerm, PodTemplate, RequiredNodeAffinity, SpreadConstraint, Toleration};
use crate::plan::scheduler::fast::class::{Class, ClassKey};
use crate::plan::scheduler::fast::tally::{Eligible, Predicate, Predicates, Role, Tally};
use crate::plan::scheduler::fast::topology::{PER_NODE, Topologies};
use crate::plan::scheduler::plugins::inter_pod_affinity::{meets_all, resolve, weighted_terms};
use crate::plan::scheduler::plugins::pod_topology_spread::{
    HOSTNAME, has_all_keys, is_eligible, scored_constraints,
};
use crate::plan::scheduler::state::SchedulerState;
use crate::plan::selector::{Labels, Requirement};

/// A template and what it has to do with others.
pub(super) struct TemplateState {
    pub(super) template: Arc<PodTemplate>,
    namespace_labels: Arc<Labels>,
    /// Tallies to which a placed pod of the template adds, with what it adds.
    adds_to: Vec<(usize, i64)>,
    /// Tallies of placed pods that keep pods of the template away from their domains.
    pub(super) kept_away_by: Vec<usize>,
    /// Tallies of the weights with which placed pods draw or push pods of the template.
    pub(super) weighed_by: Vec<usize>,
    /// The nodes of its placed pods.
    placed_on: Vec<u32>,
    /// What its own constraints come down to, once a pod of it is to be scheduled.
    pub(super) prepared: Option<Arc<Prepared>>,
}

/// The constraints of a template in terms of tallies.
pub(super) struct Prepared {
    pub(super) candidates: Candidates,
    pub(super) required_spread: Vec<RequiredSpread>,
    /// One tally per required affinity term.
    pub(super) required: Vec<usize>,
    pub(super) meets_itself: bool,
    /// One tally per required anti-affinity term.
    pub(super) required_anti: Vec<usize>,
    /// One tally per preferred term, with the signed weight.
    pub(super) preferred: Vec<(usize, i64)>,
    pub(super) scored_spread: Vec<ScoredSpread>,
    /// Nodes that lack a label of a scored constraint and so get no points; empty if there are none.
    pub(super) ignored: Vec<bool>,
}

/// The nodes in question for a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Candidates {
    /// Those that its class says.
    Class(usize),
    /// The one that its node affinity names: the pods of a DaemonSet have one each, and share nothing worth keeping.
    Node(usize),
}

/// A spread constraint that must hold.
pub(super) struct RequiredSpread {
    pub(super) tally: usize,
    pub(super) max_skew: i64,
    pub(super) matches_self: i64,
    /// Whether there are as many domains as the constraint wants at least.
    pub(super) enough_domains: bool,
    /// The domains with an eligible node.
    pub(super) present: Vec<u32>,
}

/// A spread constraint that gives points.
pub(super) struct ScoredSpread {
    pub(super) tally: usize,
    /// The topology of the constraint's key, which tells whether a node has the label.
    pub(super) topology: usize,
    pub(super) max_skew: i32,
    pub(super) is_hostname: bool,
}

/// Which nodes a constraint counts, as far as it depends on the template.
#[derive(PartialEq, Eq, Hash)]
struct EligibleKey {
    topology_keys: Vec<String>,
    node_selection: Option<(Vec<Requirement>, Option<RequiredNodeAffinity>)>,
    tolerations: Option<Vec<Toleration>>,
}

/// Everything that is worked out once and kept up to date.
#[expect(clippy::disallowed_types, reason = "the maps are looked up, never iterated")]
pub(super) struct Engine<'c> {
    cluster: &'c Cluster,
    pub(super) topologies: Topologies,
    pub(super) tallies: Vec<Tally>,
    predicates: Predicates,
    tally_numbers: HashMap<(usize, usize, Role, Option<usize>), usize>,
    eligible_numbers: HashMap<EligibleKey, usize>,
    eligible: Vec<Arc<Vec<bool>>>,
    pub(super) templates: Vec<TemplateState>,
    by_address: HashMap<usize, usize>,
    by_value: HashMap<Arc<PodTemplate>, usize>,
    namespace_labels: HashMap<String, Arc<Labels>>,
    class_numbers: HashMap<ClassKey, usize>,
    pub(super) classes: Vec<Class>,
    /// The nodes that got a pod, in order.
    pub(super) log: Vec<u32>,
}

impl<'c> Engine<'c> {
    /// An engine that knows the pods that run already.
    pub(super) fn new(state: &SchedulerState<'c>) -> Engine<'c> {
        let mut engine = Engine {
            cluster: state.cluster,
            topologies: Topologies::new(state.cluster),
            tallies: Vec::new(),
            predicates: Predicates::default(),
            tally_numbers: Default::default(),
            eligible_numbers: Default::default(),
            eligible: Vec::new(),
            templates: Vec::new(),
            by_address: Default::default(),
            by_value: Default::default(),
            namespace_labels: Default::default(),
            class_numbers: Default::default(),
            classes: Vec::new(),
            log: Vec::new(),
        };
        for (node, node_state) in state.nodes.iter().enumerate() {
            for pod in &node_state.pods {
                let template = engine.template(&pod.template);
                engine.record(template, node);
            }
        }
        engine
    }

    /// The number of a template.
    pub(super) fn template(&mut self, template: &Arc<PodTemplate>) -> usize {
        let address = Arc::as_ptr(template).addr();
        if let Some(&number) = self.by_address.get(&address) {
            return number;
        }
        if let Some(&number) = self.by_value.get(template) {
            return number;
        }
        let number = self.templates.len();
        // The engine holds on to the template, so the address stays its own.
        self.by_address.insert(address, number);
        self.by_value.insert(template.clone(), number);
        let cluster = self.cluster;
        let namespace = &template.namespace;
        let namespace_labels = self.namespace_labels.entry(namespace.clone());
        let namespace_labels =
            namespace_labels.or_insert_with(|| Arc::new(cluster.namespace_labels(namespace))).clone();
        let concerns = self.predicates.add_template(number, template, &namespace_labels);
        self.templates.push(TemplateState {
            template: template.clone(),
            namespace_labels,
            adds_to: Vec::new(),
            kept_away_by: Vec::new(),
            weighed_by: Vec::new(),
            placed_on: Vec::new(),
            prepared: None,
        });
        for (tally, role) in concerns {
            self.concern(number, tally, role);
        }
        // What the pods of the template, once placed, mean for others.
        let affinity = template.affinity.as_ref().ok();
        for term in affinity.into_iter().flat_map(|affinity| &affinity.required_anti) {
            let tally =
                self.tally(Predicate::MeantBy(term.clone()), Role::KeptAway, &term.topology_key, None);
            self.templates[number].adds_to.push((tally, 1));
        }
        for (weight, term) in weighted_terms(template) {
            let tally = self.tally(Predicate::MeantBy(term.clone()), Role::Weighed, &term.topology_key, None);
            self.templates[number].adds_to.push((tally, weight));
        }
        number
    }

    fn concern(&mut self, template: usize, tally: usize, role: Role) {
        let state = &mut self.templates[template];
        match role {
            Role::Counted => state.adds_to.push((tally, 1)),
            Role::KeptAway => state.kept_away_by.push(tally),
            Role::Weighed => state.weighed_by.push(tally),
        }
    }

    /// The number of a tally; a new one starts with the pods that are placed already.
    fn tally(&mut self, predicate: Predicate, role: Role, key: &str, eligible: Option<usize>) -> usize {
        let topology = self.topologies.intern(self.cluster, key);
        self.tally_in(predicate, role, topology, eligible)
    }

    fn tally_in(
        &mut self,
        predicate: Predicate,
        role: Role,
        topology: usize,
        eligible: Option<usize>,
    ) -> usize {
        let templates = &self.templates;
        let template = |number: usize| {
            let state: &TemplateState = &templates[number];
            (&*state.template, &*state.namespace_labels)
        };
        let predicate = self.predicates.intern(predicate, template, templates.len());
        let key = (predicate, topology, role, eligible);
        if let Some(&number) = self.tally_numbers.get(&key) {
            return number;
        }
        let number = self.tallies.len();
        let domains = self.topologies.get(topology);
        let counted: Eligible = eligible.map(|eligible| self.eligible[eligible].clone());
        let mut tally = Tally::new(topology, counted, domains.domains);
        let matched = self.predicates.add_tally(predicate, number, role).to_vec();
        if role == Role::Counted {
            for &template in &matched {
                for &node in &self.templates[template].placed_on {
                    tally.add(domains, node as usize, 1);
                }
            }
        }
        self.tallies.push(tally);
        self.tally_numbers.insert(key, number);
        for template in matched {
            self.concern(template, number, role);
        }
        number
    }

    /// Notes that a pod of a template is on a node.
    pub(super) fn record(&mut self, template: usize, node: usize) {
        let state = &mut self.templates[template];
        let node_number = u32::try_from(node).unwrap_or(u32::MAX);
        state.placed_on.push(node_number);
        self.log.push(node_number);
        for &(tally, weight) in &state.adds_to {
            let tally = &mut self.tallies[tally];
            tally.add(self.topologies.get(tally.topology), node, weight);
        }
    }

    /// Works out the constraints of a template; `None` if the plain algorithm must decide about its pods: those with
    /// volumes, with gates, and with constraints that cannot be read.
    pub(super) fn prepare(&mut self, state: &SchedulerState<'_>, number: usize) -> Option<Arc<Prepared>> {
        if let Some(prepared) = &self.templates[number].prepared {
            return Some(prepared.clone());
        }
        let template = self.templates[number].template.clone();
        let names =
            template.required_node_affinity.as_ref().and_then(|affinity| affinity.node_names.as_ref());
        let is_refused_everywhere = names.is_some_and(std::collections::BTreeSet::is_empty);
        let affinity = template.affinity.as_ref().ok()?;
        let spread = template.spread.as_ref().ok()?;
        if !template.volumes.is_empty()
            || !template.scheduling_gates.is_empty()
            || is_refused_everywhere
            || matches!(template.preferred_node_affinity, Some(Err(_)))
            || self.cluster.nodes.is_empty()
        {
            return None;
        }
        let resolved = |terms: &[AffinityTerm]| -> Vec<AffinityTerm> {
            terms.iter().map(|term| resolve(state, term)).collect()
        };
        let required = resolved(&affinity.required);
        let (mut scored, requires_all_keys) = scored_constraints(state, &template).ok()?;
        let candidates = match names.filter(|names| names.len() == 1).and_then(|names| names.first()) {
            Some(name) => Candidates::Node(self.cluster.node_index(name)?),
            None => Candidates::Class(self.class(state, &template)),
        };
        let is_scored = matches!(candidates, Candidates::Class(_));
        if !is_scored {
            scored.clear();
        }
        let prepared = Prepared {
            candidates,
            required_spread: self.required_spread(&template, spread),
            meets_itself: meets_all(&required, &template),
            required: required
                .iter()
                .map(|term| {
                    let predicate = Predicate::MeetsAll(required.clone());
                    self.tally(predicate, Role::Counted, &term.topology_key, None)
                })
                .collect(),
            required_anti: resolved(&affinity.required_anti)
                .into_iter()
                .map(|term| {
                    let key = term.topology_key.clone();
                    self.tally(Predicate::Meets(term), Role::Counted, &key, None)
                })
                .collect(),
            preferred: if is_scored { self.preferred(state, &template) } else { Vec::new() },
            ignored: if requires_all_keys && !scored.is_empty() {
                self.cluster.nodes.iter().map(|node| !has_all_keys(node, scored.iter())).collect()
            } else {
                Vec::new()
            },
            scored_spread: self.scored_spread(&template, &scored, requires_all_keys),
        };
        let prepared = Arc::new(prepared);
        self.templates[number].prepared = Some(prepared.clone());
        Some(prepared)
    }

    fn class(&mut self, state: &SchedulerState<'_>, template: &Arc<PodTemplate>) -> usize {
        let key = ClassKey(template.clone());
        if let Some(&class) = self.class_numbers.get(&key) {
            return class;
        }
        let class = self.classes.len();
        self.classes.push(Class::new(state, template, &self.log));
        self.class_numbers.insert(key, class);
        class
    }

    fn preferred(&mut self, state: &SchedulerState<'_>, template: &PodTemplate) -> Vec<(usize, i64)> {
        let Ok(affinity) = &template.affinity else {
            return Vec::new();
        };
        let attracting = affinity.preferred.iter().map(|(weight, term)| (i64::from(*weight), term));
        let repelling = affinity.preferred_anti.iter().map(|(weight, term)| (-i64::from(*weight), term));
        let terms: Vec<(i64, AffinityTerm)> =
            attracting.chain(repelling).map(|(weight, term)| (weight, resolve(state, term))).collect();
        let mut preferred = Vec::with_capacity(terms.len());
        for (weight, term) in terms {
            let key = term.topology_key.clone();
            preferred.push((self.tally(Predicate::Meets(term), Role::Counted, &key, None), weight));
        }
        preferred
    }

    fn required_spread(
        &mut self,
        template: &PodTemplate,
        constraints: &[SpreadConstraint],
    ) -> Vec<RequiredSpread> {
        let required: Vec<&SpreadConstraint> =
            constraints.iter().filter(|constraint| constraint.is_required).collect();
        let keys: Vec<String> = required.iter().map(|constraint| constraint.topology_key.clone()).collect();
        let mut spread = Vec::with_capacity(required.len());
        for constraint in required {
            let eligible = self.eligible(template, constraint, &keys);
            let tally = self.tally(
                counted(template, constraint),
                Role::Counted,
                &constraint.topology_key,
                Some(eligible),
            );
            let topology = self.topologies.get(self.tallies[tally].topology);
            let eligible = self.eligible[eligible].iter().zip(&topology.of_node);
            let mut present: Vec<u32> =
                eligible.filter(|(eligible, _)| **eligible).map(|(_, domain)| *domain).collect();
            present.sort_unstable();
            present.dedup();
            spread.push(RequiredSpread {
                tally,
                max_skew: i64::from(constraint.max_skew),
                matches_self: i64::from(constraint.selector.matches(&template.labels)),
                enough_domains: present.len() as i64 >= i64::from(constraint.min_domains),
                present,
            });
        }
        spread
    }

    fn scored_spread(
        &mut self,
        template: &PodTemplate,
        constraints: &[SpreadConstraint],
        requires_all_keys: bool,
    ) -> Vec<ScoredSpread> {
        let keys: Vec<String> = if requires_all_keys {
            constraints.iter().map(|constraint| constraint.topology_key.clone()).collect()
        } else {
            Vec::new()
        };
        let mut spread = Vec::with_capacity(constraints.len());
        for constraint in constraints {
            let topology = self.topologies.intern(self.cluster, &constraint.topology_key);
            let predicate = counted(template, constraint);
            let is_hostname = constraint.topology_key == HOSTNAME;
            let tally = if is_hostname {
                // Pods are counted per node, whichever nodes the policies include.
                self.tally_in(predicate, Role::Counted, PER_NODE, None)
            } else {
                let eligible = self.eligible(template, constraint, &keys);
                self.tally_in(predicate, Role::Counted, topology, Some(eligible))
            };
            spread.push(ScoredSpread { tally, topology, max_skew: constraint.max_skew, is_hostname });
        }
        spread
    }

    /// The number of the set of nodes that a constraint counts: those with all the labels that the policies include.
    fn eligible(&mut self, template: &PodTemplate, constraint: &SpreadConstraint, keys: &[String]) -> usize {
        let selects = !template.node_selector.is_empty() || template.required_node_affinity.is_some();
        let key = EligibleKey {
            topology_keys: keys.to_vec(),
            node_selection: (constraint.honors_node_affinity && selects)
                .then(|| (template.node_selector.clone(), template.required_node_affinity.clone())),
            tolerations: constraint.honors_taints.then(|| template.tolerations.clone()),
        };
        if let Some(&number) = self.eligible_numbers.get(&key) {
            return number;
        }
        let number = self.eligible.len();
        let nodes = self.cluster.nodes.iter();
        let eligible = nodes.map(|node| {
            keys.iter().all(|key| node.labels.contains_key(key)) && is_eligible(constraint, template, node)
        });
        self.eligible.push(Arc::new(eligible.collect()));
        self.eligible_numbers.insert(key, number);
        number
    }
}

fn counted(template: &PodTemplate, constraint: &SpreadConstraint) -> Predicate {
    Predicate::Counted { namespace: template.namespace.clone(), selector: constraint.selector.clone() }
}
