//! Ports: those that containers declare, those that Services offer, and which of them a name or number means.

use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, ContainerRole, PodTemplate};
use crate::parse::tree::NodeRef;

/// A port as a field names it: by number or by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortRef<'p> {
    /// `8080`.
    Number(i64),
    /// `http`.
    Name(&'p str),
}

impl<'p> PortRef<'p> {
    /// Whether it is a number that was put in quotes and so became a name, which `invalid-value` reports: no name is all
    /// digits.
    pub fn is_quoted_number(self) -> bool {
        matches!(self, Self::Name(name) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Reads an `IntOrString`; `None` for another type.
    pub fn of(node: NodeRef<'p>) -> Option<Self> {
        match node.as_str() {
            Some(name) => Some(Self::Name(name)),
            None => node.as_i64().map(Self::Number),
        }
    }
}

/// The number of a port that is declared. One in quotes is refused, and it is said so where it stands: here it is what its
/// author meant.
pub fn number_of(node: NodeRef<'_>) -> Option<i64> {
    node.as_i64().or_else(|| node.as_str()?.parse::<u16>().ok().map(i64::from))
}

impl std::fmt::Display for PortRef<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Name(name) => formatter.write_str(name),
        }
    }
}

/// One entry of a container's `ports`.
#[derive(Clone, Copy, Debug)]
pub struct ContainerPort<'p> {
    /// The mapping.
    pub node: NodeRef<'p>,
    /// `containerPort`.
    pub number: NodeRef<'p>,
    /// The container that declares it.
    pub container: Container<'p>,
}

impl<'p> ContainerPort<'p> {
    /// The name, if it has one.
    pub fn name(self) -> Option<&'p str> {
        self.node.get("name")?.as_str().filter(|name| !name.is_empty())
    }

    /// The protocol; `TCP` where it says none.
    pub fn protocol(self) -> &'p str {
        protocol(self.node)
    }

    /// Whether the port is of a protocol. One that Kubernetes does not know is refused, and meant to be one of those.
    pub fn may_speak(self, wanted: &str) -> bool {
        let own = self.protocol();
        own.eq_ignore_ascii_case(wanted)
            || !["TCP", "UDP", "SCTP"].iter().any(|known| known.eq_ignore_ascii_case(own))
    }

    /// What a field would say to mean this one, in the form in which it names another: by name or by number.
    pub fn called_as(self, other: PortRef<'_>) -> Option<String> {
        match other {
            PortRef::Number(_) => number_of(self.number).map(|number| number.to_string()),
            PortRef::Name(_) => self.name().map(str::to_owned),
        }
    }

    /// Whether a field that names a port means this one.
    pub fn is(self, port: PortRef<'_>) -> bool {
        match port {
            PortRef::Number(number) => number_of(self.number) == Some(number),
            PortRef::Name(name) => self.name() == Some(name),
        }
    }
}

/// The `protocol` of a port; `TCP` where it says none, as `SetDefaults_Pod` and `SetDefaults_Service` have it.
pub fn protocol(port: NodeRef<'_>) -> &str {
    port.get("protocol").and_then(NodeRef::as_str).filter(|text| !text.is_empty()).unwrap_or("TCP")
}

/// The ports that one container declares.
pub fn ports_of_container(container: Container<'_>) -> impl Iterator<Item = ContainerPort<'_>> {
    container.node.get("ports").into_iter().flat_map(NodeRef::items).filter_map(move |node| {
        let number = node.get("containerPort").filter(|number| !number.is_null())?;
        Some(ContainerPort { node, number, container })
    })
}

/// The ports that a pod declares on containers which run as long as it does: those that a Service can send to. Mirrors
/// `podutil.FindPort`, which looks at containers and restartable init containers.
pub fn ports_of_pod(template: PodTemplate<'_>) -> impl Iterator<Item = ContainerPort<'_>> {
    running_containers(template).flat_map(ports_of_container)
}

/// The containers that run as long as the pod does.
pub fn running_containers(template: PodTemplate<'_>) -> impl Iterator<Item = Container<'_>> {
    template
        .containers()
        .filter(|container| matches!(container.role, ContainerRole::Main | ContainerRole::Sidecar))
}

/// One entry of a Service's `spec.ports`.
#[derive(Clone, Copy, Debug)]
pub struct ServicePort<'p> {
    /// The mapping.
    pub node: NodeRef<'p>,
    /// `port`.
    pub port: NodeRef<'p>,
}

impl<'p> ServicePort<'p> {
    /// The name, if it has one.
    pub fn name(self) -> Option<&'p str> {
        self.node.get("name")?.as_str().filter(|name| !name.is_empty())
    }

    /// The protocol; `TCP` where it says none.
    pub fn protocol(self) -> &'p str {
        protocol(self.node)
    }

    /// `targetPort`, where it says one.
    pub fn target(self) -> Option<NodeRef<'p>> {
        // An empty name or a zero is as good as none: `SetDefaults_Service` puts the port itself.
        self.node
            .get("targetPort")
            .filter(|target| !target.is_null() && target.content() != "" && target.content() != "0")
    }

    /// Whether a field that names a port means this one.
    pub fn is(self, port: PortRef<'_>) -> bool {
        match port {
            PortRef::Number(number) => number_of(self.port) == Some(number),
            PortRef::Name(name) => self.name() == Some(name),
        }
    }
}

/// The ports that a Service offers.
pub fn ports_of_service(service: ObjectRef<'_>) -> impl Iterator<Item = ServicePort<'_>> {
    service.get("spec.ports").into_iter().flat_map(NodeRef::items).filter_map(|node| {
        let port = node.get("port").filter(|port| !port.is_null())?;
        Some(ServicePort { node, port })
    })
}

/// Where the other ports of a Service lead to.
pub fn targets_beside<'p>(
    service: ObjectRef<'p>,
    port: ServicePort<'p>,
) -> impl Iterator<Item = PortRef<'p>> {
    let others = ports_of_service(service).filter(move |other| other.node.id() != port.node.id());
    others.filter_map(|other| PortRef::of(other.target().unwrap_or(other.port)))
}

/// Whether anything in a pod says that it listens on a port which it does not declare: a probe or hook that asks there, an
/// annotation that sends a scraper there, or an argument or variable with the number in it. Declaring ports is optional in
/// Kubernetes, so such a hint is enough to believe it.
pub fn hints_at(template: PodTemplate<'_>, number: i64) -> bool {
    let text = number.to_string();
    let annotations = template.node.get_path("metadata.annotations");
    let annotated = annotations.is_some_and(|annotations| {
        annotations.entries().any(|(_, value)| value.is_scalar() && has_number(value.content(), &text))
    });
    annotated || running_containers(template).any(|container| container_hints_at(container, &text))
}

const HINT_FIELDS: &[&str] =
    &["command", "args", "env", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

fn container_hints_at(container: Container<'_>, number: &str) -> bool {
    let mut pending: Vec<_> = HINT_FIELDS.iter().filter_map(|field| container.node.get(field)).collect();
    // The fields are shallow, but nothing keeps a broken manifest from nesting: the pile is on the heap.
    while let Some(node) = pending.pop() {
        if node.is_scalar() && has_number(node.content(), number) {
            return true;
        }
        pending.extend(node.items());
        // Seconds and thresholds of a probe are no ports.
        let says_port = |key: &str| !key.ends_with("Seconds") && !key.ends_with("Threshold");
        pending.extend(node.entries().filter(|(key, _)| says_port(&key.key())).map(|(_, value)| value));
    }
    false
}

/// Whether a text has a number in it that no other digit touches.
fn has_number(text: &str, number: &str) -> bool {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    text.match_indices(number).any(|(at, _)| {
        let bytes = text.as_bytes();
        !is_digit(at.checked_sub(1).and_then(|before| bytes.get(before)))
            && !is_digit(bytes.get(at + number.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_text_stands_alone() {
        assert!(has_number("--listen=:8080", "8080"));
        assert!(has_number("8080", "8080"));
        assert!(!has_number("18080", "8080"));
        assert!(!has_number("80801", "8080"));
    }
}
