#![doc = include_str!("node_selector_matches_no_node.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate as WrittenTemplate;
use crate::parse::schema::suggest::closest;
use crate::parse::tree::NodeRef;
use crate::plan::cluster::Cluster;
use crate::plan::gather::template_of;
use crate::plan::pod::PodTemplate;
use crate::plan::selector::Requirement;
use crate::plan::words;

pub(super) static CHECK: Check = Check {
    id: "node-selector-matches-no-node",
    group: Group::Schedule,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a node selector or a required node affinity that no node meets",
    page: include_str!("node_selector_matches_no_node.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(fit) = cx.fit.filter(|fit| fit.workload_of(object.id).is_some()) else { return };
    let (Some(written), Some(template)) = (WrittenTemplate::of(object), template_of(object)) else { return };
    let nodes = &fit.cluster.nodes;
    if nodes.is_empty() || nodes.iter().any(|node| template.matches_node(&node.name, &node.labels)) {
        return;
    }
    let what = format!("{} `{}`", object.kind_name(), object.full_name());
    let (node, message, help) = fault(&fit.cluster, &template, written, &what);
    let node = node.or_else(|| object.get("metadata.name")).unwrap_or_else(|| object.root());
    // A DaemonSet without nodes is accepted, and runs nowhere.
    let is_daemon = object.kind_name() == "DaemonSet";
    let severity = if is_daemon { Severity::Warning } else { Severity::Error };
    sink.report(object, node, message).severity(severity).help_opt(help);
}

/// The place, the message, and what the nodes have instead.
fn fault<'p>(
    cluster: &Cluster,
    template: &PodTemplate,
    written: WrittenTemplate<'p>,
    what: &str,
) -> (Option<NodeRef<'p>>, String, Option<String>) {
    let none_has = |wanted: &&Requirement| !cluster.nodes.iter().any(|node| wanted.matches(&node.labels));
    let selector = written.get("nodeSelector");
    if let Some(wanted) = template.node_selector.iter().find(none_has) {
        let node = selector.and_then(|selector| selector.get(&wanted.key));
        let message = format!("no node has the label `{}`, which {what} selects", words::requirement(wanted));
        return (node, message, what_there_is(cluster, wanted));
    }
    let meets_selector = |labels| template.node_selector.iter().all(|wanted| wanted.matches(labels));
    if !cluster.nodes.iter().any(|node| meets_selector(&node.labels)) {
        let message = format!("no node has all labels that {what} selects");
        return (
            selector,
            message,
            Some("each of them is on some node, but no node has them all".to_owned()),
        );
    }
    let path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    let terms = written.get(path);
    let wanted = template.required_node_affinity.iter().flat_map(|affinity| &affinity.selector.terms);
    let unmet: Vec<&Requirement> = wanted.flat_map(|term| &term.labels).filter(none_has).collect();
    let help = unmet.first().map(|wanted| {
        let there = what_there_is(cluster, wanted).map_or(String::new(), |there| format!(": {there}"));
        format!("no node meets `{}`{there}", words::requirement(wanted))
    });
    (terms, format!("no node meets the required node affinity of {what}"), help)
}

/// The values that nodes have for the key, or the most similar key.
fn what_there_is(cluster: &Cluster, wanted: &Requirement) -> Option<String> {
    let labels = || cluster.nodes.iter().flat_map(|node| &node.labels);
    let mut values: Vec<&str> =
        labels().filter(|(key, _)| **key == wanted.key).map(|(_, value)| value.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    if values.is_empty() {
        let similar = closest(&wanted.key, labels().map(|(key, _)| key.as_str()));
        return Some(match similar {
            Some(similar) => format!("no node has a label `{}`; did you mean `{similar}`?", wanted.key),
            None => format!("no node has a label `{}`", wanted.key),
        });
    }
    let shown: Vec<String> =
        values.iter().take(5).map(|value| format!("`{}: {value}`", wanted.key)).collect();
    let more = if values.len() > shown.len() { ", ..." } else { "" };
    Some(format!("the nodes have {}{more}", shown.join(", ")))
}
