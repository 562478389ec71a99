#![doc = include_str!("policy_closes_ingress.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::selection::{items_at, selector_at};
use crate::practice::traffic::is_on_host_network;

pub(super) static CHECK: Check = Check {
    id: "policy-closes-ingress",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a NetworkPolicy about outgoing traffic that stops the incoming too",
    page: include_str!("policy_closes_ingress.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::NetworkPolicy || object.is_broken() || cx.graph.is_patch(object) {
        return;
    }
    // Whoever lists the types, or writes an empty list of rules, means what the policy does.
    let is_stated = object.get("spec.policyTypes").is_some() || object.get("spec.ingress").is_some();
    if is_stated || items_at(object.root(), "spec.egress").next().is_none() {
        return;
    }
    let (Some(namespace), Some(selector)) = (object.namespace(), selector_at(object, "spec.podSelector"))
    else {
        return;
    };
    let mut pods = cx.graph.select(namespace, &selector).filter(|pod| !is_on_host_network(pod.template));
    let closed = pods.find_map(|pod| {
        let service = *cx.graph.services_of_pod(pod).first()?;
        let lets_in = |policy: &ObjectRef<'_>| items_at(policy.root(), "spec.ingress").next().is_some();
        let is_open = cx.practice.policies_of(pod).iter().any(lets_in);
        (!is_open).then_some((pod, service))
    });
    let Some((pod, service)) = closed else { return };
    let Some((key, _)) = object.get("spec").and_then(|spec| spec.get_entry("egress")) else { return };
    let message = format!(
        "{} lets nothing in to the pods of {} `{}`, which Service `{}` sends to",
        absence::title(object),
        pod.owner().kind_name(),
        pod.owner().name(),
        service.name()
    );
    sink.report_span(object.span(key), message)
        .named(object.to_name(), Some("spec.egress".to_owned()))
        .label("without `policyTypes` the policy is about both directions")
        .related(service.name_span(), "sends to them")
        .help("write `policyTypes: [Egress]`, or say in `ingress` who may come in");
}
