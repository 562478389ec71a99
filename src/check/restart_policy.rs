#![doc = include_str!("restart_policy.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::{ContainerRole, PodTemplate};
use crate::practice::place::written_path;

pub(super) static CHECK: Check = Check {
    id: "restart-policy",
    group: Group::Schema,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a restart policy that a workload of this kind cannot have",
    page: include_str!("restart_policy.md"),
    run: Run::Object(run),
};

/// Mirrors `validateJobSpec`, and the validation of the other kinds' pod templates.
fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let is_job = match object.kind() {
        Kind::Job | Kind::CronJob => true,
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::ReplicationController => false,
        _ => return,
    };
    let Some(template) = PodTemplate::of(object) else { return };
    let policy = template.get("restartPolicy").filter(|node| !node.content().is_empty());
    let path = || format!("{}.restartPolicy", written_path(object, template.spec));
    match (is_job, policy.map(|node| (node, node.content()))) {
        (true, None) => {
            // Where no container has an image, this is no more than a patch of the Job.
            let Some(first) = template.containers().find(|one| one.role == ContainerRole::Main) else {
                return;
            };
            if object.is_broken() || first.get("image").is_none() {
                return;
            }
            let place = first.get("name").unwrap_or(first.node);
            let message = format!("{}: Required value: valid values: \"OnFailure\", \"Never\"", path());
            sink.report(object, place, message)
                .label("this pod would be restarted for ever: `Always` is the default")
                .help("write `restartPolicy: OnFailure`, or `Never` for a new pod with each attempt");
        }
        (true, Some((node, "Always"))) => {
            let message = format!("{}: Required value: valid values: \"OnFailure\", \"Never\"", path());
            let report = sink
                .report(object, node, message)
                .help("write `OnFailure`, or `Never` for a new pod with each attempt");
            if let Some(text) = edit::in_style_of(node, "OnFailure") {
                report.fix("write `OnFailure`", Safety::Unsafe, object.span(node), text);
            }
        }
        (false, Some((node, written @ ("OnFailure" | "Never")))) => {
            let message =
                format!("{}: Unsupported value: \"{written}\": supported values: \"Always\"", path());
            let report = sink.report(object, node, message).help(format!(
                "drop it, or write a Job if the pods of this {} are to end",
                object.kind_name()
            ));
            if let Some(text) = edit::in_style_of(node, "Always") {
                report.fix("write `Always`", Safety::Unsafe, object.span(node), text);
            }
        }
        _ => {}
    }
}
