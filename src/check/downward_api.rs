#![doc = include_str!("downward_api.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;
use crate::practice::place::{each_at, written_path};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "downward-api",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a pod asks for a field of its own that it cannot be given",
    page: include_str!("downward_api.md"),
    run: Run::Object(run),
};

/// What can be asked for and is given neither way (`ConvertDownwardAPIFieldLabel`).
const NEITHER: &[&str] = &["spec.restartPolicy", "spec.schedulerName", "status.phase"];

/// As variables (`validEnvDownwardAPIFieldPathExpressions`), sorted as the API server names them.
const AS_VARIABLE: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// As files (`validVolumeDownwardAPIFieldPathExpressions`).
const AS_FILE: &[&str] =
    &["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Of a container (`validContainerResourceFieldPathExpressions`); huge pages of any size besides.
const RESOURCES: &[&str] = &[
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object).filter(|_| !context.graph.is_patch(object)) else { return };
    for container in template.containers() {
        for source in items_at(container.node, "env").filter_map(|variable| variable.get("valueFrom")) {
            check_source(object, source, AS_VARIABLE, sink);
        }
    }
    for path in ["volumes[].downwardAPI.items[]", "volumes[].projected.sources[].downwardAPI.items[]"] {
        each_at(template.spec, path, &mut |file| {
            check_source(object, file, AS_FILE, sink);
            let resource = file.get("resourceFieldRef").filter(|resource| resource.is_mapping());
            let named = |resource: NodeRef<'_>| {
                resource.get("containerName").is_some_and(|name| !name.content().is_empty())
            };
            // A container reads its own resources, a volume those of one that it names.
            if let Some(resource) = resource.filter(|resource| !named(*resource)) {
                let path = written_path(object, resource);
                let place = resource.get("resource").unwrap_or(resource);
                sink.report(object, place, format!("{path}.containerName: Required value"))
                    .help("say which container is meant");
            }
        });
    }
}

/// Mirrors `validateObjectFieldSelector` and `validateContainerResourceFieldSelector`.
fn check_source(object: ObjectRef<'_>, source: NodeRef<'_>, supported: &[&str], sink: &mut Sink<'_>) {
    if let Some(path) = source.get_path("fieldRef.fieldPath").filter(|path| !path.content().is_empty()) {
        let wanted = match path.content() {
            // The old name of it.
            "spec.host" => "spec.nodeName",
            wanted => wanted,
        };
        let is_known = || [AS_VARIABLE, AS_FILE, NEITHER].iter().any(|fields| fields.contains(&wanted));
        match wanted.split_once('[') {
            Some(("metadata.annotations" | "metadata.labels", _)) => {}
            Some(_) => {
                report_unknown(object, path, "field label does not support subscript", supported, sink);
            }
            None if supported.contains(&wanted) => {}
            None if is_known() => report_unsupported(object, path, supported, sink),
            None => report_unknown(object, path, "field label not supported", supported, sink),
        }
    }
    if let Some(resource) = source.get_path("resourceFieldRef.resource") {
        let wanted = resource.content();
        let is_huge = ["limits.hugepages-", "requests.hugepages-"].iter().any(|all| wanted.starts_with(all));
        if !wanted.is_empty() && !is_huge && !RESOURCES.contains(&wanted) {
            report_unsupported(object, resource, RESOURCES, sink);
        }
    }
}

fn report_unknown(
    object: ObjectRef<'_>,
    path: NodeRef<'_>,
    words: &str,
    supported: &[&str],
    sink: &mut Sink<'_>,
) {
    let (place, wanted) = (written_path(object, path), path.content());
    let message =
        format!("{place}: Invalid value: \"{wanted}\": error converting fieldPath: {words}: {wanted}");
    report(object, path, message, supported, sink);
}

fn report_unsupported(object: ObjectRef<'_>, path: NodeRef<'_>, supported: &[&str], sink: &mut Sink<'_>) {
    let list: Vec<_> = supported.iter().map(|one| format!("\"{one}\"")).collect();
    let (place, wanted) = (written_path(object, path), path.content());
    let message = format!("{place}: Unsupported value: \"{wanted}\": supported values: {}", list.join(", "));
    report(object, path, message, supported, sink);
}

fn report(
    object: ObjectRef<'_>,
    path: NodeRef<'_>,
    message: String,
    supported: &[&str],
    sink: &mut Sink<'_>,
) {
    let wanted = path.content();
    let near = supported.iter().filter_map(|one| Some((typo::distance(wanted, one, 2)?, *one))).min();
    let report = sink.report(object, path, message).label("cannot be asked for here");
    let Some((_, right)) = near else { return };
    let report = report.help(format!("did you mean `{right}`?"));
    if let Some(text) = edit::in_style_of(path, right) {
        report.fix(format!("write `{right}`"), Safety::Unsafe, object.span(path), text);
    }
}
