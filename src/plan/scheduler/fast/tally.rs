//! Who is counted where: predicates over pods, and the numbers of pods by domain that they lead to.
//!
//! A predicate is matched against a template once, when the later one of the two appears. After that a placement only
//! adds to the tallies that its template is known to count for.

#[expect(clippy::disallowed_types, reason = "the maps are looked up, never iterated")]
use std::collections::HashMap;
use std::sync::Arc;

use crate::plan::pod::{AffinityTerm, PodTemplate};
use crate::plan::scheduler::fast::topology::{NO_DOMAIN, Topology};
use crate::plan::scheduler::plugins::inter_pod_affinity::meets_all;
use crate::plan::selector::{Labels, Operator, Selector};

/// A question about a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Predicate {
    /// Does a spread constraint of a pod in the namespace count it?
    Counted { namespace: String, selector: Selector },
    /// Does it meet all the terms, whose namespaces are resolved?
    MeetsAll(Vec<AffinityTerm>),
    /// Does it meet the term, whose namespaces are resolved?
    Meets(AffinityTerm),
    /// Does the term of a placed pod mean it?
    MeantBy(AffinityTerm),
}

impl Predicate {
    pub(super) fn matches(&self, pod: &PodTemplate, namespace_labels: &Labels) -> bool {
        match self {
            Predicate::Counted { namespace, selector } => {
                !pod.is_terminating
                    && pod.namespace == *namespace
                    && !selector.is_everything()
                    && selector.matches(&pod.labels)
            }
            Predicate::MeetsAll(terms) => meets_all(terms, pod),
            Predicate::Meets(term) => term.matches(&pod.namespace, &pod.labels, &Labels::new()),
            Predicate::MeantBy(term) => term.matches(&pod.namespace, &pod.labels, namespace_labels),
        }
    }

    /// Labels of which a pod must have one to match; `None` if nothing so simple can be said.
    fn anchors(&self) -> Option<Vec<(String, String)>> {
        let selector = match self {
            Predicate::Counted { selector, .. } => selector,
            Predicate::MeetsAll(terms) => &terms.first()?.selector,
            Predicate::Meets(term) | Predicate::MeantBy(term) => &term.selector,
        };
        let Selector::All(requirements) = selector else {
            return Some(Vec::new());
        };
        let exact = requirements.iter().find(|requirement| requirement.operator == Operator::In)?;
        Some(exact.values.iter().map(|value| (exact.key.clone(), value.clone())).collect())
    }
}

/// Which nodes count for a tally; shared by all tallies that count the same ones.
pub(super) type Eligible = Option<Arc<Vec<bool>>>;

/// Pods, or weights of pods, by domain.
pub(super) struct Tally {
    pub(super) topology: usize,
    eligible: Eligible,
    /// The sum of each domain.
    pub(super) counts: Vec<i64>,
    /// How many pods were added; more than the sum if weights are negative.
    pub(super) events: u64,
}

impl Tally {
    pub(super) fn new(topology: usize, eligible: Eligible, domains: usize) -> Tally {
        Tally { topology, eligible, counts: vec![0; domains], events: 0 }
    }

    /// Adds a pod on a node.
    pub(super) fn add(&mut self, topology: &Topology, node: usize, weight: i64) {
        if self.eligible.as_ref().is_some_and(|eligible| !eligible[node]) {
            return;
        }
        let domain = topology.of_node[node];
        if domain != NO_DOMAIN {
            self.counts[domain as usize] += weight;
            self.events += 1;
        }
    }
}

/// What follows for a template that a predicate matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// Its pods are counted.
    Counted,
    /// The counted pods keep its pods away.
    KeptAway,
    /// The counted pods weigh on the scores of its pods.
    Weighed,
}

/// A predicate and who it matches.
#[derive(Default)]
struct Known {
    templates: Vec<usize>,
    tallies: Vec<(usize, Role)>,
}

/// All predicates, and the labels by which they and the templates find each other.
#[derive(Default)]
#[expect(clippy::disallowed_types, reason = "the maps are looked up, never iterated")]
pub(super) struct Predicates {
    numbers: HashMap<Predicate, usize>,
    predicates: Vec<Arc<Predicate>>,
    known: Vec<Known>,
    anchored: HashMap<(String, String), Vec<usize>>,
    floating: Vec<usize>,
    templates_by_label: HashMap<(String, String), Vec<usize>>,
}

impl Predicates {
    /// Adds a template and gives back the tallies that concern it, each with the template's role in it.
    pub(super) fn add_template(
        &mut self,
        number: usize,
        template: &PodTemplate,
        namespace_labels: &Labels,
    ) -> Vec<(usize, Role)> {
        let mut candidates = self.floating.clone();
        for (key, value) in &template.labels {
            let label = (key.clone(), value.clone());
            candidates.extend(self.anchored.get(&label).into_iter().flatten());
            self.templates_by_label.entry(label).or_default().push(number);
        }
        candidates.sort_unstable();
        candidates.dedup();
        let mut tallies = Vec::new();
        for candidate in candidates {
            if self.predicates[candidate].matches(template, namespace_labels) {
                self.known[candidate].templates.push(number);
                tallies.extend(&self.known[candidate].tallies);
            }
        }
        tallies
    }

    /// The number of a predicate, which is matched against all templates the first time.
    pub(super) fn intern<'t>(
        &mut self,
        predicate: Predicate,
        template: impl Fn(usize) -> (&'t PodTemplate, &'t Labels),
        templates: usize,
    ) -> usize {
        if let Some(&number) = self.numbers.get(&predicate) {
            return number;
        }
        let number = self.predicates.len();
        let mut candidates: Vec<usize> = match predicate.anchors() {
            Some(anchors) => {
                let mut candidates = Vec::new();
                for anchor in anchors {
                    candidates.extend(self.templates_by_label.get(&anchor).into_iter().flatten());
                    self.anchored.entry(anchor).or_default().push(number);
                }
                candidates
            }
            None => {
                self.floating.push(number);
                (0..templates).collect()
            }
        };
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|&candidate| {
            let (template, namespace_labels) = template(candidate);
            predicate.matches(template, namespace_labels)
        });
        self.known.push(Known { templates: candidates, tallies: Vec::new() });
        self.predicates.push(Arc::new(predicate.clone()));
        self.numbers.insert(predicate, number);
        number
    }

    /// Adds a tally to a predicate and gives back the templates that it matches.
    pub(super) fn add_tally(&mut self, predicate: usize, tally: usize, role: Role) -> &[usize] {
        let known = &mut self.known[predicate];
        known.tallies.push((tally, role));
        &known.templates
    }
}
