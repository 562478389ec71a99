//! An object in a few lines: who it is, where it stands, what is in it.

use crate::graph::ports::ports_of_service;
use crate::graph::selector::Selector;
use crate::ide::{View, entity, selection};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::replicas::{Replicas, replicas_of};
use crate::practice::selection::items_at;

/// More of anything is counted and not named.
const MOST_NAMED: usize = 12;

/// `ConfigMap `shop/web` — web/config.yaml:4`
pub(super) fn title(object: ObjectRef<'_>) -> String {
    format!("{} `{}` — {}", object.kind_name(), object.full_name(), place(object))
}

/// `web/config.yaml:4`
pub(super) fn place(object: ObjectRef<'_>) -> String {
    let line = object.file.source.position(object.name_span().start).line + 1;
    format!("{}:{line}", object.file.source.path())
}

/// What is in an object, in short: one line of Markdown each. Of a Secret only the keys.
pub(super) fn content(view: &View<'_>, object: ObjectRef<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let text = |path: &str| object.get(path).filter(|node| node.is_scalar()).map(NodeRef::content);
    let mut say = |what: &str, items: Vec<String>| {
        if !items.is_empty() {
            lines.push(format!("{what}: {}", list(&items)));
        }
    };
    match object.kind() {
        Kind::ConfigMap | Kind::Secret => {
            let entries = entity::entries_of(view, object.id);
            say("type", text("type").map(code).into_iter().collect());
            say("keys", entries.into_iter().map(|(key, _)| code(&key.key())).collect());
        }
        Kind::Service => {
            say("type", text("spec.type").map(code).into_iter().collect());
            let ports = ports_of_service(object).map(|port| {
                let name = port.name().map(|name| format!(" ({name})")).unwrap_or_default();
                let target = port.target().map_or(port.port.content(), NodeRef::content);
                format!("`{}` to `{target}`{name}", port.port.content())
            });
            say("ports", ports.collect());
            let selector = view.graph.service_selector(object.id).map(Selector::describe);
            say(
                "selects",
                selector.filter(|text| !text.is_empty()).map(|text| code(&text)).into_iter().collect(),
            );
        }
        Kind::PersistentVolumeClaim => {
            say("storage", text("spec.resources.requests.storage").map(code).into_iter().collect());
            say("class", text("spec.storageClassName").map(code).into_iter().collect());
            say(
                "access",
                items_at(object.root(), "spec.accessModes").map(|mode| code(mode.content())).collect(),
            );
        }
        Kind::StorageClass => say("provisioner", text("provisioner").map(code).into_iter().collect()),
        Kind::PriorityClass => say("value", text("value").map(code).into_iter().collect()),
        Kind::Ingress => {
            let hosts = items_at(object.root(), "spec.rules").filter_map(|rule| rule.get("host"));
            say("hosts", hosts.map(|host| code(host.content())).collect());
        }
        Kind::Role | Kind::ClusterRole => {
            let rules = items_at(object.root(), "rules").map(|rule| {
                let words = |key| items_at(rule, key).map(NodeRef::content).collect::<Vec<_>>().join(", ");
                format!("{} on `{}`", words("verbs"), words("resources"))
            });
            say("rules", rules.collect());
        }
        Kind::HorizontalPodAutoscaler => {
            let least = text("spec.minReplicas").unwrap_or("1");
            say(
                "replicas",
                text("spec.maxReplicas").map(|most| format!("{least} to {most}")).into_iter().collect(),
            );
        }
        _ => {}
    }
    if let Some(template) = PodTemplate::of(object) {
        match replicas_of(view.graph, view.program.object(object.id)) {
            Some(Replicas::Fixed { count, .. }) => say("replicas", vec![count.to_string()]),
            Some(Replicas::Autoscaled(scaler)) => {
                say("replicas", vec![format!("{} to {}", scaler.least, scaler.most)]);
            }
            None => {}
        }
        let images = template.containers().filter_map(|container| {
            Some(format!("`{}` {}", container.name(), container.get("image")?.content()))
        });
        say("containers", images.collect());
        if let Some(pod) = view.graph.pod_of(object.id) {
            let selecting = selection::selecting(view, pod).into_iter();
            say(
                "selected by",
                selecting.map(|one| format!("{} `{}`", one.kind_name(), one.name())).collect(),
            );
        }
    }
    lines
}

/// `text` as code.
pub(super) fn code(text: &str) -> String {
    // Nothing closes a longer fence than the longest run of backticks in it.
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// Some items, separated by commas; many are counted.
pub(super) fn list(items: &[String]) -> String {
    let shown = items.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
