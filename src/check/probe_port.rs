#![doc = include_str!("probe_port.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::ports::{self, ContainerPort};
use crate::graph::typo;
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{Container, PodTemplate};

pub(super) static CHECK: Check = Check {
    id: "probe-port",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a probe or hook names a port that its container does not have",
    page: include_str!("probe_port.md"),
    run: Run::Object(run),
};

/// The fields of a container that hold handlers which the kubelet calls.
const CALLERS: &[&str] =
    &["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"];

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) =
        PodTemplate::of(object).filter(|_| !object.is_broken() && !context.graph.is_patch(object))
    else {
        return;
    };
    for container in template.containers() {
        for caller in CALLERS {
            let Some(handler) = container.get(caller) else { continue };
            for kind in ["httpGet", "tcpSocket"] {
                if let Some(place) = handler.get(kind).and_then(|action| action.get("port")) {
                    check_place(object, template, container, (caller, place), sink);
                }
            }
        }
    }
}

fn check_place(
    object: ObjectRef<'_>,
    template: PodTemplate<'_>,
    container: Container<'_>,
    (caller, place): (&str, NodeRef<'_>),
    sink: &mut Sink<'_>,
) {
    // A number need not be declared, and one written as a string is refused by the API server anyway.
    let Some(wanted) = place.as_str().filter(|name| name.parse::<u32>().is_err() && !name.is_empty()) else {
        return;
    };
    let own: Vec<ContainerPort<'_>> = ports::ports_of_container(container).collect();
    if own.iter().any(|port| port.name() == Some(wanted)) {
        return;
    }
    let message = format!(
        "the {caller} of container `{}` of {} asks at port `{wanted}`, which the container does not have",
        container.name(),
        absence::title(object)
    );
    let mut report = sink.report(object, place, message).label("no container port of this name");
    for port in own.iter().take(3) {
        let text = match port.name() {
            Some(name) => format!("the container has port `{name}`"),
            None => "this port has no name".to_owned(),
        };
        report = report.related(object.span(port.node.get("name").unwrap_or(port.number)), text);
    }
    let other = template.containers().find(|other| {
        other.node.id() != container.node.id()
            && ports::ports_of_container(*other).any(|port| port.name() == Some(wanted))
    });
    if let Some(other) = other {
        report.help(format!(
            "container `{}` has a port `{wanted}`, but a probe looks at its own container only",
            other.name()
        ));
        return;
    }
    let named: Vec<&str> = own.iter().filter_map(|port| port.name()).collect();
    let right = named.iter().find(|name| typo::is_typo_among_few(wanted, name));
    let is_typo = right.is_some();
    let certain = is_typo || named.len() == 1;
    match right.or(named.first()).filter(|_| certain) {
        Some(right) => {
            let report = report.help(format!("write `{right}`"));
            if let Some(text) = edit::in_style_of(place, right) {
                // That it is the only one does not say that no other was forgotten.
                let safety = if is_typo { Safety::Safe } else { Safety::Unsafe };
                report.fix(format!("write `{right}`"), safety, object.span(place), text);
            }
        }
        None => {
            report.help(format!("give a port of the container the name `{wanted}`, or write the number"));
        }
    }
}
