#![doc = include_str!("wrong_secret_type.md")]

use crate::check::missing_key::{describe_keys, has_key, is_filled_by_others, keys_of};
use crate::check::{Check, Context, Group, Run, Sink, absence, incomplete_secret};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::Edge;
use crate::graph::{KindRef, typo};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "wrong-secret-type",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a Secret is not of the type, or has not the keys, that its reader wants",
    page: include_str!("wrong_secret_type.md"),
    run: Run::Object(run),
};

/// What reads a Secret.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// An Ingress controller, which is free in what it accepts.
    Ingress,
    /// A Gateway, which is not.
    Gateway,
    /// The kubelet, for an image.
    Kubelet,
}

/// What the kubelet takes (`secretsToTrackedDockerConfigs`): the type, and the key that goes with it.
const PULL_SECRETS: &[(&str, &str)] =
    &[("kubernetes.io/dockerconfigjson", ".dockerconfigjson"), ("kubernetes.io/dockercfg", ".dockercfg")];

fn reader_of(path: &str) -> Option<Reader> {
    match path {
        "spec.tls[].secretName" => Some(Reader::Ingress),
        "spec.listeners[].tls.certificateRefs[].name" => Some(Reader::Gateway),
        "imagePullSecrets[].name" => Some(Reader::Kubelet),
        _ => None,
    }
}

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let mut told = Vec::new();
    for edge in context.graph.edges_from(object.id) {
        let Some(target) = edge.target().filter(|_| edge.kind == KindRef::Known(Kind::Secret)) else {
            continue;
        };
        let Some(reader) = reader_of(edge.row.path).filter(|_| !told.contains(&target)) else { continue };
        let secret = context.program.object(target);
        let asks_for_it =
            |fault: &Fault| matches!(fault, Fault::Key(key) if incomplete_secret::asks_for(secret, key));
        let is_told_there = |fault: &Fault| asks_for_it(fault) && context.is_on("incomplete-secret");
        // Defined twice, it may be either. One without keys is filled by somebody else.
        let suits = |secret: ObjectRef<'_>| {
            is_filled_by_others(secret) || keys_of(secret).next().is_none() || fault(reader, secret).is_none()
        };
        if context.graph.find(edge.kind, edge.namespace, edge.name).any(suits) {
            continue;
        }
        if let Some(fault) = fault(reader, secret).filter(|fault| !is_told_there(fault)) {
            told.push(target);
            report(object, edge, secret, reader, fault, sink);
        }
    }
}

/// What is wrong with a Secret.
enum Fault {
    /// It has the key, and is of another type than goes with it.
    Type { right: &'static str, key: &'static str },
    /// It has not this key.
    Key(&'static str),
}

fn type_of(secret: ObjectRef<'_>) -> &str {
    secret.get("type").and_then(NodeRef::as_str).filter(|text| !text.is_empty()).unwrap_or("Opaque")
}

fn fault(reader: Reader, secret: ObjectRef<'_>) -> Option<Fault> {
    if reader != Reader::Kubelet {
        return ["tls.crt", "tls.key"].into_iter().find(|key| !has_key(secret, key)).map(Fault::Key);
    }
    let own = type_of(secret);
    if let Some((_, key)) = PULL_SECRETS.iter().find(|(of, _)| *of == own) {
        return (!has_key(secret, key)).then_some(Fault::Key(key));
    }
    let (right, key) = PULL_SECRETS.iter().find(|(_, key)| has_key(secret, key)).unwrap_or(&PULL_SECRETS[0]);
    Some(Fault::Type { right, key })
}

fn report(
    object: ObjectRef<'_>,
    edge: &Edge<'_>,
    secret: ObjectRef<'_>,
    reader: Reader,
    fault: Fault,
    sink: &mut Sink<'_>,
) {
    let (title, name) = (absence::title(object), edge.name);
    match fault {
        Fault::Type { right, key } => {
            let own = type_of(secret);
            let message = format!(
                "{title} pulls images with Secret `{name}`, which is of type `{own}`: the kubelet passes over it"
            );
            let written = secret.get("type");
            let place = written.map_or_else(|| secret.name_span(), |node| secret.span(node));
            let report = sink
                .report(object, edge.field, message)
                .label("not a pull secret")
                .related(place, format!("of type `{own}`"));
            let has_key = has_key(secret, key);
            let report = report.help(match has_key {
                true => format!("make it anew with `type: {right}`: the type of a Secret cannot be changed"),
                false => "make it with `kubectl create secret docker-registry`".to_owned(),
            });
            let text = written.and_then(|node| Some((node, edit::in_style_of(node, right)?)));
            if let Some((node, text)) = text.filter(|_| has_key) {
                report.fix(format!("write `{right}`"), Safety::Unsafe, secret.span(node), text);
            }
        }
        Fault::Key(key) => {
            let message = format!("{title} names Secret `{name}`, which has no key `{key}`");
            let severity = if reader == Reader::Ingress { Severity::Warning } else { Severity::Error };
            let report = sink
                .report(object, edge.field, message)
                .severity(severity)
                .label(match reader {
                    Reader::Kubelet => "no credentials in it",
                    Reader::Ingress | Reader::Gateway => "not a certificate with its key",
                })
                .related(secret.name_span(), describe_keys(secret));
            let near = keys_of(secret).find(|own| typo::distance(&own.key(), key, 2).is_some());
            let Some(near) = near.filter(|near| !matches!(&*near.key(), "tls.crt" | "tls.key")) else {
                report.help(format!("put it under the key `{key}`"));
                return;
            };
            let report = report.help(format!("call the key `{}` `{key}`", near.key()));
            if let Some(text) = edit::in_style_of(near, key) {
                report.fix(format!("write `{key}`"), Safety::Unsafe, secret.span(near), text);
            }
        }
    }
}
