#![doc = include_str!("egress_without_dns.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::config::World;
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::selection::{items_at, selector_at};
use crate::practice::traffic::{allows_dns, dns_over_tcp, is_isolated, is_on_host_network};

pub(super) static CHECK: Check = Check {
    id: "egress-without-dns",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a NetworkPolicy that lets pods out, but not to the name server",
    page: include_str!("egress_without_dns.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::NetworkPolicy || !is_isolated(object, "Egress") {
        return;
    }
    // One that allows nothing is a fence for others to open.
    let Some(rule) = items_at(object.root(), "spec.egress").next() else { return };
    let (Some(namespace), Some(selector)) = (object.namespace(), selector_at(object, "spec.podSelector"))
    else {
        return;
    };
    let mut pods = cx.graph.select(namespace, &selector).filter(|pod| !is_on_host_network(pod.template));
    let shut = pods.find(|pod| {
        let mut policies = cx.practice.policies_of(pod).into_iter();
        !policies.any(|policy| is_isolated(policy, "Egress") && allows_dns(policy))
    });
    let Some(pod) = shut else { return };
    // Who writes 53 means the name server, whatever other policies there are.
    if let Some(port) = dns_over_tcp(object) {
        let message = format!(
            "the pods of {} `{}` may ask the name server only over TCP: NetworkPolicy `{}` leaves out UDP",
            pod.owner().kind_name(),
            pod.owner().name(),
            object.name()
        );
        let label = if port.get("protocol").is_some() { "TCP only" } else { "no `protocol` means TCP" };
        sink.report(object, port, message)
            .label(label)
            .related(pod.owner().name_span(), "selected")
            .help("add `{port: 53, protocol: UDP}`: names are asked for over UDP first");
        return;
    }
    let message = format!(
        "the pods of {} `{}` may not ask the name server: NetworkPolicy `{}` leaves out port 53",
        pod.owner().kind_name(),
        pod.owner().name(),
        object.name()
    );
    // Another policy for the whole namespace may be in the cluster already.
    let severity = if cx.settings.world == World::Closed { Severity::Warning } else { Severity::Note };
    sink.report(object, rule.get("to").or_else(|| rule.get("ports")).unwrap_or(rule), message)
        .severity(severity)
        .related(pod.owner().name_span(), "selected")
        .help("allow UDP and TCP 53 to `kube-system`");
}
