#![doc = include_str!("resource_claim.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, local_name};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "resource-claim",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a container uses a resource claim that its pod does not list",
    page: include_str!("resource_claim.md"),
    run: Run::Object(run),
};

/// Mirrors `validateResourceClaimNames`.
fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) =
        PodTemplate::of(object).filter(|_| !object.is_broken() && !context.graph.is_patch(object))
    else {
        return;
    };
    let mut names = None::<Vec<NodeRef<'_>>>;
    for container in template.containers() {
        for used in items_at(container.node, "resources.claims").filter_map(|claim| claim.get("name")) {
            let Some(wanted) = used.as_str().filter(|name| !name.is_empty()) else { continue };
            let names = names.get_or_insert_with(|| {
                items_at(template.spec, "resourceClaims").filter_map(|claim| claim.get("name")).collect()
            });
            if names.iter().any(|name| name.content() == wanted) {
                continue;
            }
            let message = format!(
                "container `{}` of {} uses resource claim `{wanted}`, which its pod does not list",
                container.name(),
                absence::title(object)
            );
            let report = sink.report(object, used, message).label("not among `resourceClaims`");
            let otherwise = "list it under `resourceClaims` of the pod, with its ResourceClaim or a template";
            local_name::suggest(report, (object, used), (object, names), otherwise);
        }
    }
}
