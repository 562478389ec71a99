//! "Create the missing ConfigMap": an object that is named and not there, with what is asked of it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnostic, Edit};
use crate::graph::KindRef;
use crate::graph::reference::{Edge, Resolution};
use crate::ide::View;
use crate::ide::actions::Action;
use crate::ide::entity::entries_of;
use crate::parse::NodeRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectId;
use crate::render::manifest::{document, is_bare, quoted};
use crate::source::{FileKind, Span};

const CHECKS: &[&str] = &["dangling-reference", "missing-key", "statefulset-service"];

/// The actions that make what a finding misses: as a new document of the file, and as a new file beside it; or the entries
/// that are asked for, in the object that lacks them.
pub(super) fn missing(view: &View<'_>, index: usize, finding: &Diagnostic) -> Vec<Action> {
    let place = finding.primary.span;
    if !CHECKS.contains(&finding.check) {
        return Vec::new();
    }
    let objects = view.program.objects_of(place.file);
    let graph = view.graph;
    let edges = objects.flat_map(|object| graph.edges_from(object.id));
    for edge in edges {
        let from = view.program.object(edge.from);
        let is_here = |node: NodeRef<'_>| from.span(node) == place;
        if is_here(edge.field) && edge.resolution == Resolution::Missing {
            return make(view, index, edge);
        }
        if let Resolution::Found(target) = edge.resolution
            && let Some(key) = edge.keys().into_iter().find(|key| is_here(*key))
        {
            return add_key(view, index, target, key.content()).into_iter().collect();
        }
    }
    Vec::new()
}

/// All keys that are asked of an object that is not there.
fn asked_keys(view: &View<'_>, missing: &Edge<'_>) -> BTreeSet<String> {
    let is_same = |edge: &&Edge<'_>| {
        edge.resolution == Resolution::Missing
            && (edge.kind, edge.namespace, edge.name) == (missing.kind, missing.namespace, missing.name)
    };
    let edges = view.graph.edges().iter().filter(is_same);
    edges.flat_map(Edge::keys).map(|key| key.content().to_owned()).collect()
}

fn make(view: &View<'_>, index: usize, edge: &Edge<'_>) -> Vec<Action> {
    let from = view.program.object(edge.from);
    let KindRef::Known(kind) = edge.kind else { return Vec::new() };
    let Some(body) = body(view, kind, edge) else { return Vec::new() };
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), edge.name.into());
    // Where the one that names it says no namespace, the new one need not either.
    let says_namespace = from.get("metadata.namespace").is_some() || edge.namespace != from.namespace();
    if let Some(namespace) = edge.namespace.filter(|_| says_namespace) {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    let api_version = match kind.group() {
        "" => "v1".to_owned(),
        group => format!("{group}/v1"),
    };
    let mut text = format!("apiVersion: {api_version}\nkind: {}\n", kind.as_str());
    text.push_str(&document(&json!({"metadata": metadata})));
    if !body.is_empty() {
        text.push_str(&document(&Value::Object(body)));
    }
    let source = &from.file.source;
    let newline = if source.text().contains("\r\n") { "\r\n" } else { "\n" };
    let text = text.replace('\n', newline);
    let what = format!("{} `{}`", kind.as_str(), edge.name);
    let mut actions = Vec::new();
    let is_json = from.file.parsed.documents.iter().any(|document| document.json);
    if source.kind() == FileKind::Manifest && !is_json {
        let end = source.text().len() as u32;
        let lead = if source.text().ends_with('\n') { "" } else { newline };
        let edit =
            Edit { span: Span::new(from.file.id, end, end), text: format!("{lead}---{newline}{text}") };
        actions.push(Action {
            title: format!("create the missing {what} in this file"),
            edits: vec![edit],
            diagnostic: Some(index),
            is_preferred: false,
            new_file: None,
        });
    }
    let folder = source.path().rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let path =
        format!("{folder}{}-{}.yaml", edge.name.replace([':', '/'], "-"), kind.as_str().to_lowercase());
    if source.path() != "-" && !view.program.files().iter().any(|file| file.source.path() == path) {
        actions.push(Action {
            title: format!("create the missing {what} in a new file"),
            edits: Vec::new(),
            diagnostic: Some(index),
            is_preferred: false,
            new_file: Some((path, text)),
        });
    }
    actions
}

/// What stands in the object below its metadata; `None` for kinds of which nothing useful can be made.
fn body(view: &View<'_>, kind: Kind, edge: &Edge<'_>) -> Option<Map<String, Value>> {
    let keys = asked_keys(view, edge);
    let entries =
        || -> Value { keys.iter().map(|key| (key.clone(), Value::from(""))).collect::<Map<_, _>>().into() };
    let body = match kind {
        Kind::ConfigMap if keys.is_empty() => json!({"data": {}}),
        Kind::ConfigMap => json!({"data": entries()}),
        Kind::Secret if keys.is_empty() => json!({"stringData": {}}),
        Kind::Secret => json!({"stringData": entries()}),
        Kind::ServiceAccount | Kind::Namespace => json!({}),
        Kind::PersistentVolumeClaim => json!({"spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }}),
        Kind::Service => service(view, edge)?,
        _ => return None,
    };
    body.as_object().cloned()
}

/// The Service of a StatefulSet, which is all that is known of the pods that it is for.
fn service(view: &View<'_>, edge: &Edge<'_>) -> Option<Value> {
    let from = view.program.object(edge.from);
    if from.kind() != Kind::StatefulSet {
        return None;
    }
    let pod = view.graph.pod_of(edge.from)?;
    let labels = from.get("spec.selector.matchLabels")?;
    let selector: Map<String, Value> =
        labels.entries().map(|(key, value)| (key.key().into_owned(), value.content().into())).collect();
    let ports = crate::graph::ports::ports_of_pod(pod.template).filter_map(|port| {
        let number = port.number.as_i64()?;
        Some(match port.name() {
            Some(name) => json!({"name": name, "port": number, "targetPort": name}),
            None => json!({"name": format!("port-{number}"), "port": number}),
        })
    });
    let ports: Vec<Value> = ports.collect();
    let mut spec = json!({"clusterIP": "None", "selector": selector});
    if let Some(spec) = spec.as_object_mut().filter(|_| !ports.is_empty()) {
        spec.insert("ports".to_owned(), ports.into());
    }
    Some(json!({"spec": spec}))
}

/// A new entry in a ConfigMap or Secret that is there.
fn add_key(view: &View<'_>, index: usize, target: ObjectId, key: &str) -> Option<Action> {
    let object = view.program.object(target);
    let (last, value) = entries_of(view, target).pop()?;
    let is_block = object.get("data").or(object.get("stringData"))?.style() == crate::parse::Style::Block;
    if !is_block || value.is_alias() || last.range().end > value.range().end {
        return None;
    }
    let text = object.file.source.text();
    let lines = object.file.source.lines();
    let line = lines.line_of(last.range().start);
    let indent = &text[lines.start_of(text, line) as usize..last.range().start as usize];
    if !indent.trim().is_empty() {
        return None;
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let written = if is_bare(key) { key.to_owned() } else { quoted(key) };
    // Before the last entry, so that nothing has to be known of how that one ends.
    let at = last.range().start;
    let edit =
        Edit { span: Span::new(object.file.id, at, at), text: format!("{written}: \"\"{newline}{indent}") };
    Some(Action {
        title: format!("add the missing key `{key}` to {} `{}`", object.kind_name(), object.name()),
        edits: vec![edit],
        diagnostic: Some(index),
        is_preferred: false,
        new_file: None,
    })
}
