#![doc = include_str!("selector_template_mismatch.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::graph::selector::Operator;
use crate::graph::typo;
use crate::parse::edit::{self, New};
use crate::parse::object::ObjectRef;
use crate::practice::selection::written_selector;

pub(super) static CHECK: Check = Check {
    id: "selector-template-mismatch",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a workload does not select the pods of its own template",
    page: include_str!("selector_template_mismatch.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    // A Job's selector is made by its controller.
    let selector = written_selector(object);
    // What is absent may only be unread in a broken document, and an absent template is for the schema to report.
    let (Some(selector), Some(template)) = (selector, object.get("spec.template")) else { return };
    if selector.malformed || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let labels = template.get_path("metadata.labels").filter(|labels| labels.is_mapping());
    for requirement in selector.failing(&crate::graph::Labels::of(labels)) {
        let message = format!(
            "{} does not select its own pods: their labels lack `{}`",
            absence::title(object),
            requirement.describe()
        );
        let report = sink.report(object, requirement.node, message).label("the template has no such label");
        let own = labels.and_then(|labels| labels.get_entry(&requirement.key));
        let report = match (own, labels) {
            (Some((key, value)), _) => report.related(
                object.span(key),
                format!("the template says `{}: {}`", requirement.key, value.content()),
            ),
            (None, Some(labels)) => report.related(object.span(labels), "the labels of its pods"),
            (None, None) => report,
        };
        if let Operator::Is(value) = requirement.operator {
            let report = report.help(format!(
                "write `{}: {value}` under `spec.template.metadata.labels` too",
                requirement.key
            ));
            let title = format!("write `{}: {value}` in the template", requirement.key);
            match (own, labels) {
                // Which of two values is meant nobody can tell, unless one is a slip of the pen.
                (Some((_, written)), _) if typo::is_typo(written.content(), value) => {
                    if let Some(text) = edit::in_style_of(written, value) {
                        report.fix(title, Safety::Unsafe, object.span(written), text);
                    }
                }
                (None, Some(labels)) => {
                    let change = edit::insert_entry(labels, None, &requirement.key, New::Text(value));
                    report.change(title, Safety::Unsafe, object.file.id, change);
                }
                _ => {}
            }
        }
    }
}
