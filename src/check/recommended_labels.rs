#![doc = include_str!("recommended_labels.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;

pub(super) static CHECK: Check = Check {
    id: "recommended-labels",
    group: Group::Style,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "pods without a label that says what they are",
    page: include_str!("recommended_labels.md"),
    run: Run::Object(run),
};

const NAMES: &[&str] = &["app.kubernetes.io/name", "app", "k8s-app"];

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let has_name = template.labels().is_some_and(|labels| NAMES.iter().any(|key| labels.get(key).is_some()));
    if has_name || object.is_broken() {
        return;
    }
    let message = format!(
        "the pods of {} `{}` have no label that names the application",
        object.kind_name(),
        object.name()
    );
    sink.report_span(object.name_span(), message)
        .object(object)
        .help("add `app.kubernetes.io/name` to the labels of the pods");
}
