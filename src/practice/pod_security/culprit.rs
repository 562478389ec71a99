//! Who breaks a control, where, and how the plugin names them.

use std::borrow::Cow;

use crate::parse::pod::{Container, PodTemplate};
use crate::parse::tree::NodeRef;
use crate::practice::pod_security::{Control, Fault, Violation};

/// Whether a place counts; what does not is passed over as if it were in order.
pub(super) type Counts<'c, 'p> = &'c dyn Fn(NodeRef<'p>) -> bool;

/// A pod, with what nearly every control looks at.
pub(super) struct Subject<'p, 'c> {
    pub(super) template: PodTemplate<'p>,
    /// The pod's own `securityContext`.
    context: Option<NodeRef<'p>>,
    /// The containers, each with its `securityContext`.
    containers: Vec<(Container<'p>, Option<NodeRef<'p>>)>,
    counts: Counts<'c, 'p>,
}

impl<'p, 'c> Subject<'p, 'c> {
    pub(super) fn new(template: PodTemplate<'p>, counts: Counts<'c, 'p>) -> Self {
        let containers = template.containers().map(|one| (one, one.get("securityContext"))).collect();
        Self { template, context: template.get("securityContext"), containers, counts }
    }

    pub(super) fn containers(&self) -> impl Iterator<Item = Container<'p>> {
        self.containers.iter().map(|(container, _)| *container)
    }
}

/// What a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who<'p> {
    /// The pod's own `securityContext`, or the pod spec.
    Pod,
    /// A container, by name.
    Container(&'p str),
    /// A volume, by name.
    Volume(&'p str),
    /// An annotation of the pod.
    Annotation,
}

/// One place that breaks a control.
#[derive(Clone, Debug)]
pub(super) struct Culprit<'p> {
    pub(super) who: Who<'p>,
    pub(super) node: NodeRef<'p>,
    /// The value that is forbidden, if the plugin names it.
    pub(super) value: Option<Cow<'p, str>>,
}

/// The words for a set of culprits: reason and detail.
type Describe = fn(&[Culprit<'_>]) -> (String, String);

/// A broken control on its way to a [`Violation`].
pub(super) struct Finding<'p> {
    culprits: Vec<Culprit<'p>>,
    describe: Describe,
    is_joint: bool,
}

impl<'p> Finding<'p> {
    /// A finding of those culprits that count, if there are any.
    pub(super) fn of(
        pod: &Subject<'p, '_>,
        mut culprits: Vec<Culprit<'p>>,
        describe: Describe,
    ) -> Option<Self> {
        culprits.retain(|culprit| (pod.counts)(culprit.node));
        (!culprits.is_empty()).then_some(Self { culprits, describe, is_joint: false })
    }

    /// A finding whose places one change to the pod would mend.
    pub(super) fn joint(
        pod: &Subject<'p, '_>,
        culprits: Vec<Culprit<'p>>,
        describe: Describe,
    ) -> Option<Self> {
        Some(Self { is_joint: true, ..Self::of(pod, culprits, describe)? })
    }

    pub(super) fn into_violation(self, control: &Control) -> Violation<'p> {
        let (reason, detail) = (self.describe)(&self.culprits);
        let faults = self.culprits.iter().map(|culprit| Fault {
            node: culprit.node,
            detail: (self.describe)(std::slice::from_ref(culprit)).1,
        });
        Violation {
            control: control.id,
            level: control.level,
            reason,
            detail,
            faults: faults.collect(),
            is_joint: self.is_joint,
        }
    }
}

/// A field that is there and not null, as Go sees a pointer that is not nil.
pub(super) fn field<'p>(node: NodeRef<'p>, path: &str) -> Option<NodeRef<'p>> {
    node.get_path(path).filter(|value| !value.is_null())
}

/// Whether a field is `true`.
pub(super) fn is_true(node: NodeRef<'_>) -> bool {
    node.as_bool() == Some(true)
}

/// A field of the pod's own `securityContext`, then of each container's, with whose it is.
pub(super) fn security_contexts<'p>(
    pod: &Subject<'p, '_>,
    path: &'static str,
) -> impl Iterator<Item = (Who<'p>, NodeRef<'p>)> {
    let own = pod.context.and_then(|context| field(context, path));
    own.map(|node| (Who::Pod, node)).into_iter().chain(container_contexts(pod, path))
}

/// A field of each container's `securityContext`, with whose it is.
pub(super) fn container_contexts<'p>(
    pod: &Subject<'p, '_>,
    path: &'static str,
) -> impl Iterator<Item = (Who<'p>, NodeRef<'p>)> {
    pod.containers.iter().filter_map(move |(container, context)| {
        let node = field((*context)?, path)?;
        Some((Who::Container(container.name()), node))
    })
}

/// The place that stands for a container that lacks something: its name.
pub(super) fn place_of(container: Container<'_>) -> NodeRef<'_> {
    container.get("name").unwrap_or(container.node)
}

/// `container "a"` or `containers "a", "b"`, in order of appearance.
pub(super) fn containers(culprits: &[Culprit<'_>]) -> String {
    let names = containers_named(culprits);
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(&names))
}

/// The names of the containers among the culprits, each once.
pub(super) fn containers_named<'p>(culprits: &[Culprit<'p>]) -> Vec<&'p str> {
    distinct(culprits.iter().filter_map(|culprit| match culprit.who {
        Who::Container(name) => Some(name),
        _ => None,
    }))
}

/// The names of the volumes among the culprits, each once.
pub(super) fn volumes_named<'p>(culprits: &[Culprit<'p>]) -> Vec<&'p str> {
    distinct(culprits.iter().filter_map(|culprit| match culprit.who {
        Who::Volume(name) => Some(name),
        _ => None,
    }))
}

fn distinct<'p>(names: impl Iterator<Item = &'p str>) -> Vec<&'p str> {
    let mut found: Vec<&str> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// `pod and containers "a", "b"`: the pod first, and only if it is one of them.
pub(super) fn setters(culprits: &[Culprit<'_>]) -> String {
    let mut parts = Vec::new();
    if culprits.iter().any(|culprit| culprit.who == Who::Pod) {
        parts.push("pod".to_owned());
    }
    if !containers_named(culprits).is_empty() {
        parts.push(containers(culprits));
    }
    let annotations = culprits.iter().filter(|culprit| culprit.who == Who::Annotation).count();
    if annotations > 0 {
        parts.push(plural(annotations, "annotation", "annotations").to_owned());
    }
    parts.join(" and ")
}

/// The values of the culprits, sorted, each once.
pub(super) fn values(culprits: &[Culprit<'_>]) -> Vec<String> {
    let mut values: Vec<String> =
        culprits.iter().filter_map(|culprit| culprit.value.as_deref().map(str::to_owned)).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// `"a", "b"`.
pub(super) fn quoted(items: &[impl AsRef<str>]) -> String {
    let quoted: Vec<_> = items.iter().map(|item| format!("\"{}\"", item.as_ref())).collect();
    quoted.join(", ")
}

/// The singular for one, else the plural.
pub(super) fn plural<'a>(count: usize, singular: &'a str, plural: &'a str) -> &'a str {
    if count == 1 { singular } else { plural }
}
