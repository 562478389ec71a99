#![doc = include_str!("toleration_unused.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate as WrittenTemplate;
use crate::plan::gather::template_of;
use crate::plan::pod::Toleration;

pub(super) static CHECK: Check = Check {
    id: "toleration-unused",
    group: Group::Schedule,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a toleration for a taint that no node has",
    page: include_str!("toleration_unused.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(fit) = cx.fit.filter(|fit| fit.workload_of(object.id).is_some()) else { return };
    let (Some(written), Some(template)) = (WrittenTemplate::of(object), template_of(object)) else { return };
    let Some(items) = written.get("tolerations") else { return };
    for (item, toleration) in items.items().zip(&template.tolerations) {
        let taints = || fit.cluster.nodes.iter().flat_map(|node| &node.taints);
        if comes_and_goes(toleration) || taints().any(|taint| toleration.tolerates(taint)) {
            continue;
        }
        let node = item.get("key").unwrap_or(item);
        let message = format!(
            "{} `{}` tolerates the taint `{}`, which no node has",
            object.kind_name(),
            object.full_name(),
            toleration.key
        );
        let report = sink.report(object, node, message);
        let key = toleration.key.as_str();
        let Some(meant) = taints().map(|taint| taint.key.as_str()).find(|taint| typo::is_typo(key, taint))
        else {
            report.help("remove it, or correct it to a taint of the nodes");
            continue;
        };
        let report = report.help(format!("did you mean `{meant}`?"));
        if let Some(text) = edit::in_style_of(node, meant) {
            report.fix(format!("write `{meant}`"), Safety::Unsafe, object.span(node), text);
        }
    }
}

/// Taints that the control plane sets and takes away, those of nodes that an inventory of workers leaves out, and the
/// toleration of everything.
fn comes_and_goes(toleration: &Toleration) -> bool {
    toleration.key.is_empty()
        || toleration.key.starts_with("node.kubernetes.io/")
        || toleration.key.starts_with("node.cloudprovider.kubernetes.io/")
        || toleration.key.starts_with("node-role.kubernetes.io/")
        || toleration.key == "CriticalAddonsOnly"
}
