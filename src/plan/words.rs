//! Amounts and obstacles in words, the same wherever they are said.

use crate::plan::certainty::{Certainty, Proof};
use crate::plan::cluster::Cluster;
use crate::plan::explain::{Explanation, NearestMiss, Obstacle, Shortage};
use crate::plan::node::Taint;
use crate::plan::pod::PodTemplate;
use crate::plan::quantity::Quantity;
use crate::plan::selector::{Operator, Requirement};

/// An amount of a resource for people: cores for `cpu`, binary units for memory and storage, else pieces. Amounts are
/// thousandths for `cpu`, bytes or pieces otherwise.
pub fn amount(resource: &str, amount: i64) -> String {
    match resource {
        "cpu" => decimal(amount as f64 / 1000.0),
        "memory" | "ephemeral-storage" => bytes(amount),
        _ if resource.starts_with("hugepages-") => bytes(amount),
        _ => amount.to_string(),
    }
}

/// The largest quantity, as one writes it in a manifest, that is not above an amount.
pub fn quantity_below(resource: &str, amount: i64) -> String {
    const MEBI: i64 = 1024 * 1024;
    match resource {
        "cpu" if amount % 1000 == 0 => (amount / 1000).to_string(),
        "cpu" => format!("{amount}m"),
        "memory" | "ephemeral-storage" if amount >= MEBI => match amount / MEBI {
            mebi if mebi % 1024 == 0 => format!("{}Gi", mebi / 1024),
            mebi => format!("{mebi}Mi"),
        },
        _ => amount.to_string(),
    }
}

fn decimal(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn bytes(amount: i64) -> String {
    const UNITS: [&str; 5] = ["", "Ki", "Mi", "Gi", "Ti"];
    let mut value = amount as f64;
    let mut unit = 0;
    while value.abs() >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{}{}", decimal((value * 10.0).round() / 10.0), UNITS[unit])
}

/// An amount of a line of a quota, such as `requests.memory`, for people.
pub fn quota_amount(line: &str, quantity: Quantity) -> String {
    match line.rsplit('.').next().unwrap_or_default() {
        "cpu" => amount("cpu", quantity.milli_value()),
        "memory" | "ephemeral-storage" | "storage" => amount("memory", quantity.value()),
        _ => quantity.to_string(),
    }
}

/// What a resource is called in a sentence.
pub fn resource_name(resource: &str) -> &str {
    match resource {
        "cpu" => "CPU",
        "pods" => "places for pods",
        other => other,
    }
}

/// A taint as `kubectl taint` writes it.
pub fn taint(taint: &Taint) -> String {
    let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
    format!("{}{value}:{}", taint.key, taint.effect)
}

/// A requirement on labels, short.
pub fn requirement(requirement: &Requirement) -> String {
    let key = &requirement.key;
    let values: Vec<&str> = requirement.values.iter().map(String::as_str).collect();
    match (requirement.operator, values.as_slice()) {
        (Operator::In, [value]) => format!("{key}: {value}"),
        (Operator::In, values) => format!("{key} in ({})", values.join(", ")),
        (Operator::NotIn, values) => format!("{key} not in ({})", values.join(", ")),
        (Operator::Exists, _) => key.clone(),
        (Operator::DoesNotExist, _) => format!("!{key}"),
        (Operator::GreaterThan, values) => format!("{key} > {}", values.join(", ")),
        (Operator::LessThan, values) => format!("{key} < {}", values.join(", ")),
    }
}

/// What stands in the way, in the words of the manifest and of the node.
pub fn obstacle(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Cordoned => "the node is cordoned".to_owned(),
        Obstacle::OtherNodeName { wanted } => format!("`nodeName: {wanted}` asks for another node"),
        Obstacle::Taint(found) => format!("no toleration for the taint `{}`", taint(found)),
        Obstacle::NodeSelector { requirement: wanted, found } => {
            format!("`nodeSelector` wants `{}`, and {}", requirement(wanted), found_label(wanted, found))
        }
        Obstacle::NodeAffinity { failed, .. } => match failed.as_slice() {
            [] => "no term of the required node affinity matches".to_owned(),
            failed => {
                let each = failed.iter().map(|(wanted, found)| {
                    format!("`{}`, and {}", requirement(wanted), found_label(wanted, found))
                });
                format!("the required node affinity wants {}", each.collect::<Vec<_>>().join("; "))
            }
        },
        Obstacle::HostPort(port) => {
            format!("port {}/{} of the node is taken", port.port, port.protocol)
        }
        Obstacle::PodLimit { allowed } => format!("the node takes {allowed} pods, and has them"),
        Obstacle::Resource(Shortage { resource, requested, free, allocatable }) => format!(
            "needs {} {}; {} of {} is free",
            amount(resource, *requested),
            resource_name(resource),
            amount(resource, *free),
            amount(resource, *allocatable)
        ),
        Obstacle::Other { reasons, .. } => reasons.join(", "),
    }
}

fn found_label(wanted: &Requirement, found: &Option<String>) -> String {
    match found {
        Some(value) => format!("the node has `{}: {value}`", wanted.key),
        None => format!("the node has no label `{}`", wanted.key),
    }
}

/// What to write in the manifest so that the obstacle is gone; `None` if nothing in the manifest helps.
fn change(obstacle: &Obstacle, pod: &PodTemplate) -> Option<String> {
    match obstacle {
        Obstacle::Resource(shortage) if shortage.free > 0 => {
            let resource = &shortage.resource;
            let free = quantity_below(resource, shortage.free);
            // Overhead and init containers count as well, so that the number is right for plain pods only.
            Some(if pod.images.len() == 1 && pod.requests.requested.scalars.is_empty() {
                format!("`requests.{resource}: {free}`")
            } else {
                format!("requests of {free} {resource} in all")
            })
        }
        Obstacle::Taint(taint) => Some(match taint.value.as_str() {
            "" => {
                format!("the toleration `{{key: {}, operator: Exists, effect: {}}}`", taint.key, taint.effect)
            }
            value => {
                format!("the toleration `{{key: {}, value: {value}, effect: {}}}`", taint.key, taint.effect)
            }
        }),
        Obstacle::NodeSelector { requirement, .. } => {
            Some(format!("no `{}` in `nodeSelector`, or that label on the node", requirement.key))
        }
        _ => None,
    }
}

/// The nearest miss in one sentence.
pub fn nearest(cluster: &Cluster, nearest: &NearestMiss) -> String {
    let node = &cluster.nodes[nearest.node].name;
    let obstacles: Vec<String> = nearest.obstacles.iter().map(obstacle).collect();
    format!("nearest is {node}: {}", obstacles.join("; and "))
}

/// What would let the pod fit; `None` if neither a change of the manifest nor a node more does.
pub fn remedy(explanation: &Explanation, pod: &PodTemplate) -> Option<String> {
    let nearest = explanation.nearest.as_ref();
    let changes: Option<Vec<String>> = nearest
        .filter(|nearest| nearest.obstacles.len() <= 3)
        .and_then(|nearest| nearest.obstacles.iter().map(|obstacle| change(obstacle, pod)).collect());
    let mut ways: Vec<String> = changes.into_iter().map(|changes| changes.join(" and ")).collect();
    let pools: Vec<String> = explanation.pools_that_help.iter().map(|pool| format!("`{pool}`")).collect();
    if !pools.is_empty() {
        ways.push(format!("one more node of pool {}", pools.join(" or ")));
    }
    (!ways.is_empty()).then(|| format!("with {}, it fits", ways.join(", or ")))
}

/// What is known about a pod that was not placed.
pub fn certainty(certainty: &Certainty) -> String {
    match certainty {
        Certainty::Impossible(Proof::NoNodeAdmits) => {
            "impossible: no node would take it even if nothing ran there".to_owned()
        }
        Certainty::Impossible(Proof::NotEnough { resource, pods, nodes, needed, free }) => {
            let nodes = match nodes.len() {
                1 => "the one node that they can go to".to_owned(),
                count => format!("the {count} nodes that they can go to"),
            };
            format!(
                "impossible in any order: {pods} {} need {} {} together, and {} is free on {nodes}",
                if *pods == 1 { "pod" } else { "pods" },
                amount(resource, *needed),
                resource_name(resource),
                amount(resource, *free)
            )
        }
        Certainty::Impossible(Proof::Exhausted) => {
            "impossible: every order and every choice of nodes was tried".to_owned()
        }
        Certainty::PlacedOtherwise(_) => {
            "possible: another choice of nodes places every pod, but the scheduler does not make it"
                .to_owned()
        }
        Certainty::NotFound => {
            "not proven impossible: this order of placement does not find a place".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_like_those_of_manifests() {
        assert_eq!(amount("cpu", 1400), "1.4");
        assert_eq!(amount("cpu", 2000), "2");
        assert_eq!(amount("memory", 3 << 30), "3Gi");
        assert_eq!(amount("memory", (3 << 30) + (1 << 29)), "3.5Gi");
        assert_eq!(amount("memory", -(1 << 20)), "-1Mi");
        assert_eq!(amount("nvidia.com/gpu", 2), "2");
        assert_eq!(quantity_below("cpu", 1400), "1400m");
        assert_eq!(quantity_below("memory", (1 << 30) - 1), "1023Mi");
        assert_eq!(quantity_below("memory", 2 << 30), "2Gi");
    }
}
