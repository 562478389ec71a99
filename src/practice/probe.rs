//! What probes ask, and how long they bear a container that does not answer.

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

/// Whether two nodes hold the same value, in whatever order and style.
pub fn is_equal(left: NodeRef<'_>, right: NodeRef<'_>) -> bool {
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
