//! Values: what a schema allows, and the names of what exists, found by the table of references.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::KindRef;
use crate::graph::containers::container_uses;
use crate::graph::ports::{ContainerPort, ports_of_container, ports_of_pod, ports_of_service};
use crate::graph::volumes::{volume_names, volume_uses};
use crate::ide::completion::draft::{Line, MARK};
use crate::ide::completion::{Blank, CompletionKind, Proposal, fit, kinds};
use crate::ide::describe::place;
use crate::ide::entity;
use crate::ide::selection::{Site, sites_of};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::{NodeRef, Step};
use crate::plan::defaults::single::default_of;
use crate::render::manifest::{is_bare, quoted};

/// More of them help nobody: whoever types on, asks again.
const MOST: usize = 500;

/// Keys of node labels that every cluster has, for `topologyKey`.
const TOPOLOGY_KEYS: &[&str] =
    &["kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/// What can stand at the mark.
pub(super) fn at(blank: &Blank<'_>) -> Vec<Proposal> {
    match &blank.trail.steps[..] {
        [Step::Key(key)] if key == "apiVersion" => return kinds::versions(blank),
        [Step::Key(key)] if key == "kind" => return kinds::kinds(blank),
        _ => {}
    }
    let mut proposals = Vec::new();
    if let Some(object) = blank.draft.object() {
        proposals.extend(names(blank, object));
        proposals.extend(local_names(object));
        proposals.extend(ports(blank, object));
        proposals.extend(label_values(blank, object));
    }
    proposals.extend(of_schema(blank));
    let mut seen = BTreeSet::new();
    proposals.retain(|proposal| seen.insert(proposal.label.clone()));
    proposals.truncate(MOST);
    proposals
}

/// A value as it must be written there: quoted, where it would otherwise be no text.
pub(super) fn written(label: &str, line: &Line) -> String {
    if line.quote.is_some() || is_bare(label) { label.to_owned() } else { quoted(label) }
}

fn is_mark(node: &NodeRef<'_>) -> bool {
    node.content() == MARK
}

/// A value that is a number or a boolean, and stays one.
fn verbatim(kind: CompletionKind, label: String, detail: String) -> Proposal {
    Proposal { insert: Some(label.clone()), ..Proposal::new(kind, label, detail) }
}

/// The names of objects that the field may name, and the keys of the object that it asks for.
fn names(blank: &Blank<'_>, object: ObjectRef<'_>) -> Vec<Proposal> {
    let graph = blank.view.graph;
    let mut proposals = Vec::new();
    for edge in blank.view.graph.edges_in(object) {
        if is_mark(&edge.field) || edge.field.content().ends_with(MARK) {
            let all = graph.all(edge.kind, edge.namespace);
            let all = all.filter(|target| fit(target.name(), blank.typed).is_some()).take(MOST);
            proposals.extend(all.map(|target| {
                Proposal::new(
                    CompletionKind::Object,
                    target.name(),
                    format!("{} {}", target.kind_name(), place(target)),
                )
            }));
        } else if edge.keys().iter().any(is_mark) {
            let asked: BTreeSet<&str> = edge.keys().into_iter().map(NodeRef::content).collect();
            for target in graph.find(edge.kind, edge.namespace, edge.name).take(1) {
                let keys = entity::entries_of(&blank.view, target.id)
                    .into_iter()
                    .map(|(key, _)| key.key().into_owned());
                let keys = keys.filter(|key| !asked.contains(key.as_str()));
                let detail = format!("{} {}", target.kind_name(), target.name());
                proposals.extend(keys.map(|key| Proposal::new(CompletionKind::Key, key, detail.clone())));
            }
        }
    }
    proposals.sort_by(|left, right| left.label.cmp(&right.label));
    proposals
}

/// Volumes and containers of the pod itself.
fn local_names(object: ObjectRef<'_>) -> Vec<Proposal> {
    let Some(template) = PodTemplate::of(object) else { return Vec::new() };
    let propose = |name: &str, what: &str| Proposal::new(CompletionKind::Name, name, what);
    if volume_uses(template).any(|used| is_mark(&used.name)) {
        return volume_names(template).map(|name| propose(name.content(), "volume")).collect();
    }
    if container_uses(template).any(|used| is_mark(&used.name)) {
        let names = template.containers().map(|container| container.name()).filter(|name| !name.is_empty());
        return names.map(|name| propose(name, "container")).collect();
    }
    Vec::new()
}

/// Names and numbers of ports.
fn ports(blank: &Blank<'_>, object: ObjectRef<'_>) -> Vec<Proposal> {
    let add = |own: ContainerPort<'_>, owner: ObjectRef<'_>| {
        let detail = format!("container {} of {} {}", own.container.name(), owner.kind_name(), owner.name());
        (own.name().map(str::to_owned), own.number.as_i64(), detail)
    };
    let mut listed: Vec<(Option<String>, Option<i64>, String)> = Vec::new();
    if let Some(template) = PodTemplate::of(object) {
        for container in template.containers().filter(|one| entity::uses_in(*one).iter().any(is_mark)) {
            listed.extend(ports_of_container(container).map(|own| add(own, object)));
        }
    }
    if entity::uses_of_pods(object).iter().any(is_mark) {
        for site in sites_of(object).into_iter().filter(|site| site.is_main) {
            for pod in site.pods(&blank.view) {
                listed.extend(ports_of_pod(pod.template).map(|own| add(own, pod.owner())));
            }
        }
    }
    for edge in blank
        .view
        .graph
        .edges_in(object)
        .into_iter()
        .filter(|edge| edge.kind == KindRef::Known(Kind::Service))
    {
        let Some(used) = entity::backend_port(edge.holder).filter(is_mark) else { continue };
        let wants_name = edge.holder.get_path("port.name").is_some_and(|name| name.id() == used.id());
        let wants_number = edge.holder.get_path("port.number").is_some_and(|number| number.id() == used.id());
        for service in blank.view.graph.find(edge.kind, edge.namespace, edge.name).take(1) {
            let detail = format!("port of Service {}", service.name());
            listed.extend(ports_of_service(service).map(|own| {
                let name = own.name().filter(|_| !wants_number).map(str::to_owned);
                (name, own.port.as_i64().filter(|_| !wants_name), detail.clone())
            }));
        }
    }
    let mut proposals = Vec::new();
    for (name, number, detail) in listed {
        let beside = number.map(|number| format!("{number}, ")).unwrap_or_default();
        proposals
            .extend(name.map(|name| Proposal::new(CompletionKind::Name, name, format!("{beside}{detail}"))));
        proposals.extend(number.map(|number| verbatim(CompletionKind::Name, number.to_string(), detail)));
    }
    proposals
}

/// The selector that the mark is in.
fn site_at<'d>(blank: &Blank<'d>, object: ObjectRef<'d>) -> Option<Site<'d>> {
    let node = blank.trail.node()?;
    let is_in = |site: &Site<'d>| {
        let range = site.node.range();
        range.start <= node.range().start && node.range().end <= range.end
    };
    sites_of(object).into_iter().rfind(is_in)
}

/// The labels that pods have, where the mark is a key in a selector: each with where it is seen.
pub(super) fn label_keys(blank: &Blank<'_>) -> Option<Vec<(String, String)>> {
    let object = blank.draft.object()?;
    let site = site_at(blank, object)?;
    let holder = blank.trail.holder()?;
    let is_map = holder.id() == site.node.id()
        && matches!(object.kind(), Kind::Service | Kind::ReplicationController)
        || site.node.get("matchLabels").is_some_and(|labels| labels.id() == holder.id());
    if !is_map {
        return None;
    }
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for pod in blank.view.graph.pods_in(object.namespace().unwrap_or_default()) {
        for (key, _) in pod.labels.iter() {
            *keys.entry(key.to_owned()).or_default() += 1;
        }
    }
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_by(|(left, left_count), (right, right_count)| {
        right_count.cmp(left_count).then(left.cmp(right))
    });
    let detail =
        |count: usize| format!("label of {count} {}", if count == 1 { "workload" } else { "workloads" });
    Some(keys.into_iter().map(|(key, count)| (key, detail(count))).collect())
}

/// The values of a label that pods have, and the keys in expressions.
fn label_values(blank: &Blank<'_>, object: ObjectRef<'_>) -> Vec<Proposal> {
    let Some(site) = site_at(blank, object) else { return Vec::new() };
    let namespace = site.object.namespace().unwrap_or_default();
    let pods = || blank.view.graph.pods_in(namespace);
    let steps = &blank.trail.steps;
    let is_in_expression =
        steps.iter().any(|step| matches!(step, Step::Key(key) if key == "matchExpressions"));
    let last = steps.last();
    let of_key = |key: &str| {
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        for pod in pods() {
            if let Some(value) = pod.labels.get(key) {
                values
                    .entry(value)
                    .or_insert_with(|| format!("{} {}", pod.owner().kind_name(), pod.owner().name()));
            }
        }
        let proposals = values.into_iter();
        proposals.map(|(value, detail)| Proposal::new(CompletionKind::Value, value, detail)).collect()
    };
    match last {
        Some(Step::Key(key)) if is_in_expression && key == "key" => {
            let keys: BTreeSet<&str> = pods().flat_map(|pod| pod.labels.iter().map(|(key, _)| key)).collect();
            keys.into_iter().map(|key| Proposal::new(CompletionKind::Key, key, "label")).collect()
        }
        Some(Step::Index(_)) if is_in_expression => {
            let holders = &blank.trail.holders;
            let expression = holders.len().checked_sub(2).and_then(|at| holders.get(at));
            let key = expression.and_then(|node| node.get("key")).and_then(NodeRef::as_str);
            key.map(of_key).unwrap_or_default()
        }
        Some(Step::Key(key)) if !is_in_expression => of_key(key),
        _ => Vec::new(),
    }
}

/// The values that the schema allows, and the default.
fn of_schema(blank: &Blank<'_>) -> Vec<Proposal> {
    let Some(spot) = blank.model.follow(&blank.trail.steps) else { return Vec::new() };
    let Some(field) = spot.field.as_ref().filter(|_| !spot.is_entry) else { return Vec::new() };
    let kind = CompletionKind::Value;
    let mut proposals: Vec<Proposal> = Vec::new();
    let default = blank
        .model
        .kind()
        .and_then(|kind| default_of(kind, &spot.keys, blank.view.settings.target))
        .filter(|default| !default.is_object() && !default.is_array());
    let shown =
        default.as_ref().map(|default| default.as_str().map_or_else(|| default.to_string(), str::to_owned));
    for value in &field.allowed {
        let detail = if shown.as_deref() == Some(value) { "default" } else { "" };
        proposals.push(verbatim(kind, value.to_string(), detail.to_owned()));
    }
    if field.name == "topologyKey" {
        proposals.extend(TOPOLOGY_KEYS.iter().map(|key| Proposal::new(kind, *key, "label of every node")));
    }
    if let (Some(shown), true) = (shown, field.allowed.is_empty()) {
        let is_text = default.is_some_and(|default| default.is_string());
        proposals.push(match is_text {
            true => Proposal::new(kind, shown, "default"),
            false => verbatim(kind, shown, "default".to_owned()),
        });
    }
    proposals
}
