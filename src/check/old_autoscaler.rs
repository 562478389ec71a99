//! Rewrites a HorizontalPodAutoscaler of `autoscaling/v2beta1` as the API server converted it to `autoscaling/v2`.

use crate::check::reshape::{Nested, is_simple, nest};
use crate::diagnostic::Edit;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::schema::problem::{Fault, Problem};
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

/// What a metric is measured by has a field of its own for each kind of source.
const SOURCES: [&str; 5] = ["resource", "containerResource", "pods", "object", "external"];

/// A field of `v2beta1`, and what it is below `target`: the type, and the field.
const TARGETS: [(&str, &str, &str); 3] = [
    ("targetAverageUtilization", "Utilization", "averageUtilization"),
    ("targetAverageValue", "AverageValue", "averageValue"),
    ("targetValue", "Value", "value"),
];

/// As [`rewrite`](super::reshape::rewrite). Mirrors `Convert_v2beta1_ResourceMetricSource_To_autoscaling_ResourceMetricSource`
/// and its like for the other sources.
pub(super) fn rewrite(object: ObjectRef<'_>, problems: &[Problem]) -> Option<Vec<Edit>> {
    let metrics = object.get("spec.metrics").filter(|metrics| !metrics.is_alias())?;
    let is_of_shape = |problem: &Problem| match &problem.fault {
        Fault::UnknownField { key, .. } => {
            let key = object.file.node(*key);
            let range = metrics.range();
            range.start <= key.range().start && key.range().end <= range.end
        }
        Fault::MissingField { field, .. } => {
            ["target", "metric", "describedObject", "type"].contains(&field.as_str())
        }
        _ => false,
    };
    if !problems.iter().all(is_of_shape) {
        return None;
    }
    let mut edits = Vec::new();
    for metric in items_at(object.root(), "spec.metrics") {
        for source in SOURCES {
            if let Some(node) = metric.get(source) {
                let is_of_old = |(key, _): (NodeRef<'_>, NodeRef<'_>)| {
                    let key = key.key();
                    key == "metricName" || TARGETS.iter().any(|(old, ..)| key == *old)
                };
                if node.raw_entries().any(is_of_old) {
                    edits.extend(rewrite_source(object, source, node)?);
                }
            }
        }
    }
    (!edits.is_empty()).then_some(edits)
}

/// `None` where something is left: a selector, which would have to move beside the name, or a second target.
fn rewrite_source<'t>(object: ObjectRef<'t>, source: &str, node: NodeRef<'t>) -> Option<Vec<Edit>> {
    let is_resource = matches!(source, "resource" | "containerResource");
    let mut edits = Vec::new();
    let (mut has_target, mut has_metric, mut has_object) = (false, false, false);
    for (key, value) in node.raw_entries() {
        let name = key.key();
        let nested = |above, names, beside| Nested { key, value, above, names, beside, is_last: true };
        if let Some((_, kind, name)) = TARGETS.iter().find(|(old, ..)| name == *old) {
            if has_target || !is_simple(key, value) {
                return None;
            }
            has_target = true;
            edits.extend(nest(object, node, &nested("target", &[name], Some(("type", kind))))?);
        } else if name == "metricName" && is_simple(key, value) {
            has_metric = true;
            edits.extend(nest(object, node, &nested("metric", &["name"], None))?);
        } else if name == "target" && source == "object" {
            has_object = true;
            let text = edit::in_style_of(key, "describedObject")?;
            edits.push(Edit { span: object.span(key), text });
        } else if !(is_resource && matches!(&*name, "name" | "container")) {
            return None;
        }
    }
    let is_whole = has_target && has_metric != is_resource && has_object == (source == "object");
    is_whole.then_some(edits)
}
