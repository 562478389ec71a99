//! What probes ask, and how long they bear a container that does not answer.

use crate::graph::ports::{PortRef, ports_of_container};
use crate::parse::pod::Container;
use crate::parse::tree::{NodeRef, Scalar};

/// The mapping of a probe's action, and its name: `httpGet`, `exec`, `tcpSocket` or `grpc`.
pub fn action(probe: NodeRef<'_>) -> Option<(&'static str, NodeRef<'_>)> {
    ["httpGet", "exec", "tcpSocket", "grpc"].into_iter().find_map(|name| {
        let node = probe.get(name).filter(|node| !node.is_null())?;
        Some((name, node))
    })
}

/// Seconds of silence after which a probe gives up: `periodSeconds` times `failureThreshold`, with the defaults of
/// `SetDefaults_Probe`.
pub fn patience(probe: NodeRef<'_>) -> i64 {
    let number = |key: &str, default| {
        probe.get(key).and_then(NodeRef::as_i64).filter(|number| *number > 0).unwrap_or(default)
    };
    number("periodSeconds", 10).saturating_mul(number("failureThreshold", 3))
}

/// Whether two actions of one name in probes of one container ask the same, with the defaults of
/// `SetDefaults_HTTPGetAction` and names of ports resolved.
pub fn asks_same(container: Container<'_>, name: &str, left: NodeRef<'_>, right: NodeRef<'_>) -> bool {
    if name == "exec" {
        return is_equal(left, right);
    }
    let fields = [("path", "/"), ("scheme", "HTTP"), ("host", ""), ("service", "")];
    let is_same = |key: &str, default: &str| {
        let text = |action: NodeRef<'_>| {
            let value = action.get(key).map(|value| value.content().to_owned());
            value.filter(|value| !value.is_empty()).unwrap_or_else(|| default.to_owned())
        };
        text(left) == text(right)
    };
    let headers = |action: NodeRef<'_>| action.get("httpHeaders").is_some_and(|list| !list.is_null());
    fields.into_iter().all(|(key, default)| is_same(key, default))
        && port_of(container, left) == port_of(container, right)
        && match (left.get("httpHeaders"), right.get("httpHeaders")) {
            (Some(left), Some(right)) => is_equal(left, right),
            _ => !headers(left) && !headers(right),
        }
}

/// The port that an action goes to: its number where that is known.
fn port_of<'p>(container: Container<'p>, action: NodeRef<'p>) -> Option<PortRef<'p>> {
    let port = PortRef::of(action.get("port")?)?;
    let declared = ports_of_container(container).find(|declared| declared.is(port));
    declared.and_then(|declared| PortRef::of(declared.number)).or(Some(port))
}

/// Whether two nodes hold the same value, in whatever order and style.
fn is_equal(left: NodeRef<'_>, right: NodeRef<'_>) -> bool {
    let mut pending = vec![(left, right)];
    while let Some((left, right)) = pending.pop() {
        if left.kind() != right.kind() || left.scalar().map(text) != right.scalar().map(text) {
            return false;
        }
        if left.items().len() != right.items().len() || left.entries().count() != right.entries().count() {
            return false;
        }
        pending.extend(left.items().zip(right.items()));
        for (key, value) in left.entries() {
            match right.get(&key.key()) {
                Some(other) => pending.push((value, other)),
                None => return false,
            }
        }
    }
    true
}

fn text(scalar: Scalar<'_>) -> String {
    match scalar {
        Scalar::Str(text) => text.to_owned(),
        Scalar::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}
