#![doc = include_str!("certificate_overlap.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::made::makes_certificates;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::{folder, is_same};

pub(super) static CHECK: Check = Check {
    id: "certificate-overlap",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two Certificates that write one Secret, of which cert-manager issues one",
    page: include_str!("certificate_overlap.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    match object.kind() {
        Kind::Certificate if !cx.graph.is_patch(object) => {
            if let Some(secret) = object.get("spec.secretName") {
                compare(cx, object, secret, sink);
            }
        }
        Kind::Ingress if makes_certificates(object) && !cx.graph.is_patch(object) => {
            let entries = object.get("spec.tls").into_iter().flat_map(NodeRef::items);
            let secrets: Vec<_> = entries.filter_map(|entry| entry.get("secretName")).collect();
            for (index, secret) in secrets.iter().enumerate() {
                match secrets[..index].iter().find(|other| other.content() == secret.content()) {
                    Some(first) => report_twice(object, *first, *secret, sink),
                    None => compare(cx, object, *secret, sink),
                }
            }
        }
        _ => {}
    }
}

/// Mirrors `CertificateOwnsSecret` of cert-manager: of the Certificates that name one Secret, one owns it. The Certificate of
/// an Ingress has the name of its Secret, so that another of that name takes its place.
fn compare<'p>(cx: &Context<'p>, object: ObjectRef<'p>, secret: NodeRef<'p>, sink: &mut Sink<'_>) {
    let Some(name) = secret.as_str().filter(|name| !name.is_empty()) else { return };
    let is_shim = |object: ObjectRef<'_>| object.kind() == Kind::Ingress;
    let others = cx.graph.makers(Kind::Secret, object.namespace(), name).flatten().filter(|other| {
        let are_shims = is_shim(*other) && is_shim(object);
        let are_one = (is_shim(*other) && object.name() == name) || (is_shim(object) && other.name() == name);
        matches!(other.kind(), Kind::Certificate | Kind::Ingress)
            && other.id < object.id
            && !are_shims
            && !are_one
            && !is_same(*other, object)
    });
    let Some(other) = others.min_by_key(|other| other.id) else { return };
    // Two in different folders may be meant for different clusters.
    let severity = if folder(other) == folder(object) { Severity::Error } else { Severity::Warning };
    let whose = |object: ObjectRef<'_>| match is_shim(object) {
        true => format!("the Certificate of {}", absence::title(object)),
        false => absence::title(object),
    };
    let message = format!(
        "{} and {} both write Secret `{name}`: one of them is never issued",
        whose(other),
        whose(object)
    );
    sink.report(object, secret, message)
        .severity(severity)
        .label("written by both")
        .related(other.name_span(), "writes it as well")
        .help("give each a Secret of its own, or put the names of both into one Certificate");
}

/// Mirrors `checkForDuplicateSecretNames` of cert-manager's certificate-shim, which then makes nothing of the Ingress.
fn report_twice<'p>(object: ObjectRef<'p>, first: NodeRef<'p>, secret: NodeRef<'p>, sink: &mut Sink<'_>) {
    let message = format!(
        "{} names Secret `{}` in two entries of `tls`, so cert-manager makes no Certificate of it at all",
        absence::title(object),
        secret.content()
    );
    sink.report(object, secret, message)
        .label("named in an entry before")
        .related(object.span(first), "the first entry")
        .help("list the hosts of both in one entry");
}
