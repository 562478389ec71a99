#![doc = include_str!("request_above_limit.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::plan::defaults::quantity::{Precision, canonical};
use crate::plan::quantity::Quantity;
use crate::practice::place::{each_at, written_path};

pub(super) static CHECK: Check = Check {
    id: "request-above-limit",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a container requests more of a resource than it may use",
    page: include_str!("request_above_limit.md"),
    run: Run::Object(run),
};

/// Where a pod spec has requests and limits.
const PLACES: &[&str] = &["containers[].resources", "initContainers[].resources", "resources"];

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    for path in PLACES {
        each_at(template.spec, path, &mut |resources| check(object, resources, sink));
    }
}

/// Mirrors `ValidateContainerResourceRequirements`.
fn check(object: ObjectRef<'_>, resources: NodeRef<'_>, sink: &mut Sink<'_>) {
    let Some(requests) = resources.get("requests").filter(|requests| requests.is_mapping()) else { return };
    let limits = resources.get("limits").filter(|limits| limits.is_mapping());
    for (key, request) in requests.entries() {
        let name = key.key();
        let Some(limit) = limits.and_then(|limits| limits.get(&name)).filter(|limit| !limit.is_null()) else {
            if !can_be_overcommitted(&name) && !request.is_null() {
                let message = format!(
                    "{}.limits: Required value: Limit must be set for non overcommitable resources",
                    written_path(object, resources)
                );
                sink.report(object, key, message)
                    .label(format!("`{name}` is requested without a limit"))
                    .help(format!(
                        "write the same amount of `{name}` under `limits`; the request follows from it"
                    ));
            }
            continue;
        };
        let amount =
            |node: NodeRef<'_>| node.is_scalar().then(|| Quantity::parse(node.content()).ok()).flatten();
        let (Some(asked), Some(allowed)) = (amount(request), amount(limit)) else { continue };
        let must = if asked != allowed && !can_be_overcommitted(&name) {
            "equal to"
        } else if asked > allowed {
            "less than or equal to"
        } else {
            continue;
        };
        let text = |node: NodeRef<'_>| canonical(node.content(), Precision::Milli).unwrap_or_default();
        let message = format!(
            "{}: Invalid value: \"{}\": must be {must} {name} limit of {}",
            written_path(object, requests),
            text(request),
            text(limit),
        );
        sink.report(object, request, message).related(object.span(limit), "the limit").help(format!(
            "raise the limit to `{0}`, or lower the request to `{1}`",
            request.content(),
            limit.content()
        ));
    }
}

/// Whether more of a resource may be promised than there is. Mirrors `IsOvercommitAllowed`: what a device plugin or the
/// pages of memory give is given out whole.
fn can_be_overcommitted(name: &str) -> bool {
    let is_native = !name.contains('/') || name.contains("kubernetes.io/");
    is_native && !name.starts_with("hugepages-")
}
