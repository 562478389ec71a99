#![doc = include_str!("missing_key.md")]

use std::borrow::Cow;

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::made::keys_made;
use crate::graph::reference::{Edge, Resolution};
use crate::graph::{KindRef, typo};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "missing-key",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a ConfigMap or Secret is there, but not the key that is asked for",
    page: include_str!("missing_key.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for edge in context.graph.edges_from(object.id) {
        // What is there, or what is known to make it: an object whose operator may make it says nothing of its keys.
        let (Resolution::Found(source) | Resolution::Made(source)) = edge.resolution else { continue };
        let KindRef::Known(kind) = edge.kind else { continue };
        let wanted = if edge.is_optional() { Vec::new() } else { edge.keys() };
        if wanted.is_empty() {
            continue;
        }
        let source = context.program.object(source);
        let found = edge.target().map(|_| source);
        for key in wanted.into_iter().filter(|key| !found.is_some_and(|found| has_key(found, key.content())))
        {
            // Defined twice, the key may be in either, and others may add to it.
            let mut sources = context.graph.find(edge.kind, edge.namespace, edge.name);
            if sources.any(|source| is_filled_by_others(source) || has_key(source, key.content())) {
                continue;
            }
            let mut makers = context.graph.makers(kind, edge.namespace, edge.name).peekable();
            if found.is_none() && makers.peek().is_none() {
                continue;
            }
            let made: Option<Vec<_>> = makers.map(|maker| keys_made(maker?, edge.name)).collect();
            let Some(made) = made else { continue };
            let mut keys: Vec<_> = made.into_iter().flatten().collect();
            let is_made = keys.iter().any(|made| made == key.content());
            if !is_made && !context.graph.may_be_patched_in(kind, edge.name, key.content()) {
                keys.extend(found.into_iter().flat_map(keys_of).map(|key| key.key()));
                report(object, edge, key, source, &keys, sink);
            }
        }
    }
}

/// Whether a ConfigMap or Secret has a key.
pub(super) fn has_key(source: ObjectRef<'_>, key: &str) -> bool {
    MAPS.iter().any(|map| source.root().get(map).is_some_and(|map| map.get(key).is_some()))
}

/// The fields of ConfigMaps and Secrets that hold their keys.
const MAPS: &[&str] = &["data", "binaryData", "stringData"];

/// All keys of a ConfigMap or Secret, where they stand.
pub(super) fn keys_of(source: ObjectRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    let maps = MAPS.iter().filter_map(move |map| source.get(map));
    maps.flat_map(NodeRef::entries).map(|(key, _)| key)
}

/// Whether a controller puts keys into the object: the token controller, or one that an annotation or label speaks to where
/// the object is empty as written (certificate bundles, replicated Secrets).
pub(super) fn is_filled_by_others(source: ObjectRef<'_>) -> bool {
    if source.is_broken() || absence::is_hook(source) {
        return true;
    }
    let is_token =
        source.get("type").and_then(NodeRef::as_str) == Some("kubernetes.io/service-account-token");
    let is_addressed = source.get("metadata.annotations").is_some() || source.labels().is_some();
    is_token || (is_addressed && keys_of(source).next().is_none())
}

fn report(
    object: ObjectRef<'_>,
    edge: &Edge<'_>,
    key: NodeRef<'_>,
    source: ObjectRef<'_>,
    keys: &[Cow<'_, str>],
    sink: &mut Sink<'_>,
) {
    let kind = edge.kind.name();
    let wanted = key.content();
    let closest = keys.iter().filter_map(|own| Some((typo::nearness(wanted, own)?, own))).min();
    let described = match edge.target() {
        Some(_) => describe_all(keys),
        None => format!("{} makes it; {}", absence::title(source), describe_all(keys)),
    };
    let message = format!(
        "{} asks for key `{wanted}` of {kind} `{}`, which has no such key",
        absence::title(object),
        edge.name
    );
    let report =
        sink.report(object, key, message).label("no such key").related(source.name_span(), described);
    let Some((_, closest)) = closest else {
        report.help(match edge.row.may_be_optional {
            true => format!("add the key to the {kind}, or mark the reference `optional: true`"),
            false => format!("add the key to the {kind}"),
        });
        return;
    };
    let report = report.help(format!("did you mean `{closest}`?"));
    if typo::is_typo(wanted, closest)
        && let Some(text) = edit::in_style_of(key, closest)
    {
        report.fix(format!("write `{closest}`"), Safety::Safe, object.span(key), text);
    }
}

/// The keys of a ConfigMap or Secret, as a note says them.
pub(super) fn describe_keys(source: ObjectRef<'_>) -> String {
    let keys: Vec<_> = keys_of(source).map(|key| key.key()).collect();
    describe_all(&keys)
}

fn describe_all(keys: &[Cow<'_, str>]) -> String {
    const SHOWN: usize = 5;
    let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    match keys.len() {
        0 => "it has no keys".to_owned(),
        count if count > SHOWN => {
            format!("its keys: {}, and {} more", keys[..SHOWN].join(", "), count - SHOWN)
        }
        _ => format!("its keys: {}", keys.join(", ")),
    }
}
