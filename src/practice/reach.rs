//! Which of the pods that a Service selects it sends to, and which of them listen.

use crate::graph::Pod;
use crate::graph::ports::{PortRef, hints_at, ports_of_pod, ports_of_service};
use crate::parse::object::ObjectRef;

/// Whether a Service has no address of its own, so that who asks for it sees each pod.
pub fn is_headless(service: ObjectRef<'_>) -> bool {
    service.get("spec.clusterIP").is_some_and(|address| address.content() == "None")
}

fn targets_of(service: ObjectRef<'_>) -> impl Iterator<Item = PortRef<'_>> {
    ports_of_service(service).filter_map(|port| PortRef::of(port.target().unwrap_or(port.port)))
}

/// Whether a pod declares a port that a Service sends to.
pub fn listens(service: ObjectRef<'_>, pod: &Pod<'_>) -> bool {
    targets_of(service).any(|target| ports_of_pod(pod.template).any(|port| port.is(target)))
}

/// Whether a probe, an argument or the like says that a pod listens where the Service sends.
pub fn seems_to_listen(service: ObjectRef<'_>, pod: &Pod<'_>) -> bool {
    targets_of(service).any(|target| match target {
        PortRef::Number(number) => hints_at(pod.template, number),
        PortRef::Name(_) => false,
    })
}

/// Whether any port of a Service sends to a pod: a pod without a port of the name that is asked for is left out. Mirrors
/// `getEndpointPorts` of the EndpointSlice controller.
pub fn is_sent_to(service: ObjectRef<'_>, pod: &Pod<'_>) -> bool {
    targets_of(service).any(|target| match target {
        PortRef::Number(_) => true,
        PortRef::Name(_) => ports_of_pod(pod.template).any(|port| port.is(target)),
    })
}
