//! The selectors of all Services, and the index by which a pod finds the Services that select it.

use crate::graph::hash::{Index, digest};
use crate::graph::pods::{Pod, PodIndex};
use crate::graph::selector::{Operator, Selector};
use crate::parse::kind::Kind;
use crate::parse::object::{ObjectId, ObjectRef, Program};

/// All Services that select pods.
#[derive(Debug, Default)]
pub(super) struct ServiceIndex<'p> {
    services: Vec<(ObjectId, Selector<'p>)>,
    /// Each service under the rarest pair of its selector only, so that a pod meets few that do not select it.
    by_pair: Index<u32>,
}

impl<'p> ServiceIndex<'p> {
    pub(super) fn new(program: &'p Program, pods: &PodIndex<'p>) -> Self {
        let services = program.objects_of_kind(Kind::Service);
        let services: Vec<_> =
            services.filter_map(|service| Some((service.id, selector_of(service)?))).collect();
        let mut by_pair = Vec::with_capacity(services.len());
        for (index, (id, selector)) in (0u32..).zip(&services) {
            let namespace = program.object(*id).namespace().unwrap_or_default();
            let pairs = selector.requirements.iter().filter_map(|requirement| match requirement.operator {
                Operator::Is(value) => Some((&*requirement.key, value)),
                _ => None,
            });
            let rarest = pairs.min_by_key(|(key, value)| pods.count(namespace, key, value));
            by_pair.extend(rarest.map(|(key, value)| (digest(&[namespace, key, value]), index)));
        }
        Self { services, by_pair: Index::new(by_pair) }
    }

    pub(super) fn selector(&self, service: ObjectId) -> Option<&Selector<'p>> {
        let at = self.services.binary_search_by_key(&service, |(id, _)| *id).ok()?;
        Some(&self.services[at].1)
    }

    pub(super) fn selecting(&self, program: &'p Program, pod: &Pod<'p>) -> Vec<ObjectRef<'p>> {
        let mut found = Vec::new();
        for (key, value) in pod.labels.iter() {
            for (_, index) in self.by_pair.get(digest(&[pod.namespace, key, value])) {
                let (id, selector) = &self.services[*index as usize];
                let service = program.object(*id);
                if service.namespace() == Some(pod.namespace) && selector.matches(&pod.labels) {
                    found.push(service);
                }
            }
        }
        found.sort_by_key(|service| service.id);
        found.dedup_by_key(|service| service.id);
        found
    }
}

/// The selector of a Service that has one. Mirrors the endpoints controller (`syncService`), which leaves Services without
/// a selector alone, and those of type `ExternalName` (`shouldServiceHaveSelector` in validation).
fn selector_of(object: ObjectRef<'_>) -> Option<Selector<'_>> {
    if object.kind() != Kind::Service
        || object.get("spec.type").is_some_and(|kind| kind.as_str() == Some("ExternalName"))
    {
        return None;
    }
    let selector = Selector::from_pairs(object.get("spec.selector")?);
    (!selector.is_empty()).then_some(selector)
}
