#![doc = include_str!("container_name.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, local_name};
use crate::diagnostic::Severity;
use crate::graph::containers::{ContainerUse, Reader, container_uses, uses_of_scaler};
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{ContainerRole, PodTemplate};

pub(super) static CHECK: Check = Check {
    id: "container-name",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a field names a container that the pod does not have",
    page: include_str!("container_name.md"),
    run: Run::Object(run),
};

/// Containers that are put into pods when these are made, by the names that their webhooks give them.
const INJECTED: &[&str] = &[
    "consul-dataplane",
    "daprd",
    "istio-init",
    "istio-proxy",
    "linkerd-init",
    "linkerd-proxy",
    "queue-proxy",
    "vault-agent",
    "vault-agent-init",
];

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    if let Some(template) = PodTemplate::of(object) {
        for used in container_uses(template) {
            check(object, used, template, sink);
        }
    }
    if !matches!(
        object.kind(),
        Kind::HorizontalPodAutoscaler | Kind::VerticalPodAutoscaler | Kind::ScaledObject
    ) {
        return;
    }
    let edges = context.graph.edges_from(object.id).iter();
    let mut targets = edges.filter(|edge| edge.row.path.ends_with("argetRef.name"));
    let Some(target) = targets.find_map(|edge| edge.target()) else { return };
    let target = context.program.object(target);
    let Some(template) = PodTemplate::of(target).filter(|_| !target.is_broken()) else { return };
    for used in uses_of_scaler(object) {
        check(object, used, template, sink);
    }
}

fn check(object: ObjectRef<'_>, used: ContainerUse<'_>, template: PodTemplate<'_>, sink: &mut Sink<'_>) {
    let Some(wanted) = used.name.as_str().filter(|name| !name.is_empty()) else { return };
    let mut containers = template.containers();
    // Without a single container the pod is not written out here, and `missing-field` says so.
    if INJECTED.contains(&wanted) || template.containers().next().is_none() {
        return;
    }
    let of_other_role = containers.find(|container| container.name() == wanted);
    if of_other_role.is_some_and(|container| used.reader.knows(container.role)) {
        return;
    }
    let names: Vec<NodeRef<'_>> = template
        .containers()
        .filter(|container| used.reader.knows(container.role))
        .filter_map(|container| container.node.get("name"))
        .collect();
    let is_slip = local_name::slip_of(wanted, &names).is_some();
    let owner = template.owner;
    let is_own = owner.id == object.id;
    let (fate, label) = match of_other_role {
        Some(other) if is_own => (format!("is {}", role(other.role)), "not one that can be named here"),
        Some(other) => (
            format!("is {} of {}", role(other.role), absence::title(owner)),
            "not one that can be named here",
        ),
        None if is_own => ("it does not have".to_owned(), "no such container"),
        None => (format!("{} does not have", absence::title(owner)), "no such container"),
    };
    let message = format!(
        "{} names container `{wanted}` {}, which {fate}",
        absence::title(object),
        purpose(used.reader)
    );
    let report =
        sink.report(object, used.name, message).severity(severity(used.reader, is_slip)).label(label);
    local_name::suggest(report, (object, used.name), (owner, &names), "add a container of this name");
}

fn role(role: ContainerRole) -> &'static str {
    match role {
        ContainerRole::Init => "an init container",
        ContainerRole::Sidecar => "a sidecar",
        ContainerRole::Main => "a container",
        ContainerRole::Ephemeral => "an ephemeral container",
    }
}

fn purpose(reader: Reader) -> &'static str {
    match reader {
        Reader::DownwardApi => "for the resources that it reads",
        Reader::Debugger => "for an ephemeral container to join",
        Reader::FailurePolicy => "in its `podFailurePolicy`",
        Reader::Kubectl => "for kubectl",
        Reader::Metric => "for a metric",
        Reader::ResourcePolicy => "in its `resourcePolicy`",
        Reader::EnvSource => "for the variables of its triggers",
    }
}

/// The API server refuses, or the kubelet never starts, what names no container of its own pod. An autoscaler may be meant
/// for a container that something adds to the pods, and kubectl and a resource policy do without.
fn severity(reader: Reader, is_slip: bool) -> Severity {
    match reader {
        Reader::DownwardApi | Reader::Debugger | Reader::FailurePolicy | Reader::EnvSource => Severity::Error,
        Reader::Metric if is_slip => Severity::Error,
        Reader::Metric => Severity::Warning,
        Reader::Kubectl | Reader::ResourcePolicy if is_slip => Severity::Warning,
        Reader::Kubectl | Reader::ResourcePolicy => Severity::Note,
    }
}
