#![doc = include_str!("missing_readiness_probe.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::Pod;
use crate::graph::ports::{
    ContainerPort, PortRef, ServicePort, ports_of_container, ports_of_pod, ports_of_service,
    running_containers,
};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, ContainerRole};
use crate::practice::image::is_injected;
use crate::practice::{nearness, runs_for_good};

pub(super) static CHECK: Check = Check {
    id: "missing-readiness-probe",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a container behind a Service that has no readiness probe",
    page: include_str!("missing_readiness_probe.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(pod) = cx.graph.pod_of(object.id) else { return };
    // Gates are another way to say when a pod is ready.
    if object.is_broken() || !runs_for_good(object) || pod.template.get("readinessGates").is_some() {
        return;
    }
    // Most workloads are done with here.
    if !running_containers(pod.template).any(|container| lacks_probe(&container)) {
        return;
    }
    let wants_ready = |service: &ObjectRef<'_>| {
        service.get("spec.publishNotReadyAddresses").is_none_or(|value| value.as_bool() != Some(true))
    };
    // Where folders are alternatives of each other, a Service has a twin beside the pod, which is the one that counts.
    let is_meant = |service: &ObjectRef<'p>| {
        let here = nearness(object, *service);
        cx.graph.twins(*service).all(|twin| nearness(object, twin) <= here)
    };
    let serves = |service: &ObjectRef<'p>| {
        let mut ports = ports_of_service(*service).peekable();
        ports.peek().is_none() || ports.any(|port| !is_scraped(pod, port))
    };
    let services = cx.graph.services_of_pod(pod).into_iter().filter(wants_ready);
    let services: Vec<_> = services.filter(is_meant).filter(serves).collect();
    let nearest = services.iter().rev().max_by_key(|service| nearness(object, **service));
    let Some(service) = nearest else { return };
    for container in unready(pod, &services) {
        report(object, container, *service, sink);
    }
}

/// Whether a port is there for Prometheus, by its name: it asks pods for their metrics whether they are ready or not.
fn is_scraped<'p>(pod: &Pod<'p>, port: ServicePort<'p>) -> bool {
    let target = PortRef::of(port.target().unwrap_or(port.port));
    let declared = target.and_then(|target| ports_of_pod(pod.template).find(|declared| declared.is(target)));
    let named = match target {
        Some(PortRef::Name(name)) => Some(name),
        _ => declared.and_then(ContainerPort::name),
    };
    let is_word = |word: &str| matches!(word, "metrics" | "prom" | "prometheus");
    [port.name(), named].into_iter().flatten().any(|name| name.split('-').any(is_word))
}

/// The containers that traffic reaches and that do not say when they are ready. Where no container declares the port
/// that traffic goes to, one that says so for the whole pod is enough.
fn unready<'p>(pod: &Pod<'p>, services: &[ObjectRef<'p>]) -> Vec<Container<'p>> {
    let targets: Vec<_> = services
        .iter()
        .flat_map(|service| ports_of_service(*service))
        .filter(|port| !is_scraped(pod, *port))
        .filter_map(|port| PortRef::of(port.target().unwrap_or(port.port)))
        .collect();
    let is_target = |container: &Container<'p>| {
        ports_of_container(*container).any(|port| targets.iter().any(|target| port.is(*target)))
    };
    let targeted: Vec<_> = running_containers(pod.template).filter(is_target).collect();
    if !targeted.is_empty() {
        return targeted.into_iter().filter(lacks_probe).collect();
    }
    if !running_containers(pod.template).all(|container| lacks_probe(&container)) {
        return Vec::new();
    }
    running_containers(pod.template)
        .find(|container| container.role == ContainerRole::Main)
        .into_iter()
        .collect()
}

/// Whether a container does not say when it is ready. A startup probe keeps traffic away until it is up, which is the better
/// half.
fn lacks_probe(container: &Container<'_>) -> bool {
    container.get("readinessProbe").is_none()
        && container.get("startupProbe").is_none()
        && !container.misspells("readinessProbe")
        && !is_injected(*container)
}

fn report(object: ObjectRef<'_>, container: Container<'_>, service: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let node = container.get("name").unwrap_or(container.node);
    let message = format!(
        "{} of {} `{}` gets traffic from Service `{}` and has no readiness probe",
        container.title(),
        object.kind_name(),
        object.name(),
        service.name()
    );
    // The Service of a DaemonSet is mostly there to be scraped.
    let severity = if object.kind() == Kind::DaemonSet { Severity::Note } else { Severity::Warning };
    sink.report(object, node, message)
        .severity(severity)
        .related(service.name_span(), "sends traffic to it")
        .help("add a `readinessProbe` that succeeds once the container can serve");
}
