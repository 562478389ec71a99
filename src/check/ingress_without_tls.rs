#![doc = include_str!("ingress_without_tls.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "ingress-without-tls",
    group: Group::Security,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "an Ingress that serves a host in plain text",
    page: include_str!("ingress_without_tls.md"),
    run: Run::Object(run),
};

/// Annotations by which a controller gets its certificate elsewhere.
const ELSEWHERE: &[&str] = &[
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "networking.gke.io/managed-certificates",
    "traefik.ingress.kubernetes.io/router.tls",
];

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Ingress || object.get("spec.tls").is_some() {
        return;
    }
    if ELSEWHERE.iter().any(|key| object.annotation(key).is_some()) {
        return;
    }
    let mut hosts = items_at(object.root(), "spec.rules").filter_map(|rule| rule.get("host"));
    let Some(host) = hosts.find(|host| !host.is_null()) else { return };
    let message = format!("Ingress `{}` serves `{}` without TLS", object.name(), NodeRef::content(host));
    sink.report(object, host, message).help("add `tls` with the host and the Secret of its certificate");
}
