#![doc = include_str!("service_target_port.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::ports::{self, ContainerPort, PortRef, ServicePort};
use crate::graph::{Pod, typo};
use crate::parse::NodeRef;
use crate::parse::edit::{self, New};
use crate::parse::object::ObjectRef;
use crate::parse::pod::Container;

pub(super) static CHECK: Check = Check {
    id: "service-target-port",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a Service sends to a port that no selected pod listens on",
    page: include_str!("service_target_port.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let pods: Vec<&Pod<'_>> = context.graph.pods_of_service(object.id).collect();
    if pods.is_empty() || context.graph.is_patch(object) || pods.iter().any(|pod| pod.owner().is_broken()) {
        return;
    }
    let is_headless = object.get("spec.clusterIP").and_then(NodeRef::as_str) == Some("None");
    for port in ports::ports_of_service(object) {
        let place = port.target().unwrap_or(port.port);
        let Some(wanted) = PortRef::of(place).filter(|wanted| !wanted.is_quoted_number()) else { continue };
        let is_met = |own: ContainerPort<'_>| own.is(wanted) && own.may_speak(port.protocol());
        if pods.iter().any(|pod| ports::ports_of_pod(pod.template).any(is_met)) {
            continue;
        }
        let severity = match wanted {
            PortRef::Name(_) if is_headless => Severity::Warning,
            PortRef::Name(_) => Severity::Error,
            // The address of a headless Service leads to the pod itself, whatever the port.
            PortRef::Number(_) if is_headless => continue,
            PortRef::Number(number) => match severity_of_number(&pods, number) {
                Some(severity) => severity,
                None => continue,
            },
        };
        report(object, port, (place, wanted), &pods, severity, sink);
    }
}

/// Declaring a port is optional, so a number that nobody declares is a fault only where everything else is declared and
/// nothing hints that a container listens there all the same.
fn severity_of_number(pods: &[&Pod<'_>], number: i64) -> Option<Severity> {
    let is_silent = |pod: &&Pod<'_>| !ports::running_containers(pod.template).any(declares_ports);
    if pods.iter().any(|pod| is_silent(pod) || ports::hints_at(pod.template, number)) {
        return None;
    }
    let is_other_protocol = |pod: &&Pod<'_>| {
        ports::ports_of_pod(pod.template).any(|own| ports::number_of(own.number) == Some(number))
    };
    let is_complete = pods.iter().all(|pod| ports::running_containers(pod.template).all(declares_ports));
    let is_certain = is_complete && !pods.iter().any(is_other_protocol);
    Some(if is_certain { Severity::Error } else { Severity::Warning })
}

fn declares_ports(container: Container<'_>) -> bool {
    ports::ports_of_container(container).next().is_some()
}

fn report(
    object: ObjectRef<'_>,
    port: ServicePort<'_>,
    (place, wanted): (NodeRef<'_>, PortRef<'_>),
    pods: &[&Pod<'_>],
    severity: Severity,
    sink: &mut Sink<'_>,
) {
    let protocol = port.protocol();
    let message = match wanted {
        PortRef::Number(number) if port.target().is_none() => format!(
            "{} sends port {number} to {number}, having no `targetPort`, but no selected pod listens there",
            absence::title(object)
        ),
        PortRef::Number(number) => format!(
            "{} sends port {} to {number}, but no selected pod listens there",
            absence::title(object),
            port.port.content()
        ),
        PortRef::Name(name) => format!(
            "{} sends port {} to `{name}`, but no selected pod has a port of that name",
            absence::title(object),
            port.port.content()
        ),
    };
    let label = match wanted {
        PortRef::Number(number) => format!("no container port {number}/{protocol}"),
        PortRef::Name(name) => format!("no {protocol} container port `{name}`"),
    };
    let declared: Vec<(&Pod<'_>, ContainerPort<'_>)> =
        pods.iter().flat_map(|pod| ports::ports_of_pod(pod.template).map(move |own| (*pod, own))).collect();
    let mut report = sink.report(object, place, message).severity(severity).label(label);
    for (pod, own) in declared.iter().take(3) {
        let owner = pod.owner();
        report = report.related(owner.span(own.number), describe(owner, *own));
    }
    let mut candidates: Vec<String> = declared
        .iter()
        .filter(|(_, own)| own.protocol().eq_ignore_ascii_case(protocol))
        .filter_map(|(_, own)| own.called_as(wanted))
        .collect();
    candidates.sort();
    candidates.dedup();
    let typo = candidates.iter().find(|candidate| typo::is_typo_among_few(&wanted.to_string(), candidate));
    // Only where there is nothing to choose between is the right port certain: there is one only, or the others are taken.
    let others: Vec<String> = ports::targets_beside(object, port).map(|port| port.to_string()).collect();
    let is_taken = |candidate: &&String| others.contains(candidate);
    let is_one_each = others.is_empty() || candidates.len() == others.len() + 1;
    let mut free = candidates.iter().filter(|candidate| !is_taken(candidate));
    let only = free.next().filter(|_| free.next().is_none());
    let Some(right) = typo.or(only) else {
        if !candidates.is_empty() {
            report.help(format!("the pods listen on {}", candidates.join(", ")));
        }
        return;
    };
    let title = format!("write `targetPort: {right}`");
    let report = report.help(title.clone());
    let are_near = pods.iter().all(|pod| absence::are_neighbours(object, pod.owner()));
    let safety = if are_near { Safety::Safe } else { Safety::Unsafe };
    if typo.is_some() || is_one_each {
        if port.target().is_none() {
            // Without a target it is the port itself that is wanted, and that is a number.
            let change = edit::insert_entry(port.node, Some("port"), "targetPort", New::Raw(right));
            report.change(title, safety, object.file.id, change);
        } else if let Some(text) = edit::in_style_of(place, right) {
            report.fix(title, safety, object.span(place), text);
        }
    }
}

fn describe(owner: ObjectRef<'_>, own: ContainerPort<'_>) -> String {
    let name = own.name().map(|name| format!(" (`{name}`)")).unwrap_or_default();
    let protocol = Some(own.protocol()).filter(|protocol| *protocol != "TCP");
    let protocol = protocol.map(|protocol| format!("/{protocol}")).unwrap_or_default();
    format!("{} `{}` listens on {}{protocol}{name}", owner.kind_name(), owner.name(), own.number.content())
}
