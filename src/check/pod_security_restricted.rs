#![doc = include_str!("pod_security_restricted.md")]

use crate::check::pod_security_baseline::{policy_of, report_together};
use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::pod_security::{self, Level, Standard, Violation};

pub(super) static CHECK: Check = Check {
    id: "pod-security-restricted",
    group: Group::Security,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a pod lacks what the restricted Pod Security Standard asks for",
    page: include_str!("pod_security_restricted.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    // What is missing in a document that could not be read whole may only be unread.
    if object.is_broken() {
        return;
    }
    let policy = policy_of(cx, object);
    let evaluate = |standard| {
        let counts = |node| !cx.is_suppressed(&CHECK, object.span(node));
        pod_security::evaluate_where(template, standard, cx.settings.target, &counts)
    };
    let mut asked = false;
    for (policy, standard) in
        policy.into_iter().flat_map(|policy| policy.asks().map(move |asked| (policy, asked)))
    {
        if standard.level < Level::Restricted {
            continue;
        }
        asked = true;
        if report_together(object, &policy, standard, &evaluate(standard), sink) {
            return;
        }
    }
    if !asked && sink.wants(Severity::Note) {
        let is_told = cx.is_on("pod-security-baseline");
        let milder = match is_told {
            true => pod_security::evaluate(template, Standard::latest(Level::Baseline), cx.settings.target),
            false => Vec::new(),
        };
        report_each(object, &evaluate(Standard::latest(Level::Restricted)), &milder, sink);
    }
}

/// Notes for all that is not told already, at the baseline level.
fn report_each(
    object: ObjectRef<'_>,
    violations: &[Violation<'_>],
    milder: &[Violation<'_>],
    sink: &mut Sink<'_>,
) {
    let is_told =
        |node| milder.iter().flat_map(|violation| &violation.faults).any(|fault| fault.node.id() == node);
    for violation in violations {
        let count = if violation.is_joint { 1 } else { violation.faults.len() };
        for fault in violation.faults.iter().take(count).filter(|fault| !is_told(fault.node.id())) {
            let detail = if violation.is_joint { &violation.detail } else { &fault.detail };
            let message = format!(
                "{} `{}` falls short of the restricted Pod Security Standard: {} ({detail})",
                object.kind_name(),
                object.name(),
                violation.reason
            );
            let report = sink.report(object, fault.node, message).severity(Severity::Note);
            // What somebody wrote in so many words is changed only where the default would not do either.
            let is_explicit = fault.node.as_bool() == Some(true);
            if violation.control == "allowPrivilegeEscalation"
                && is_explicit
                && let Some(text) = edit::in_style_of(fault.node, "false")
            {
                let title = "write `allowPrivilegeEscalation: false`";
                report.fix(title, Safety::Unsafe, object.span(fault.node), text);
            }
        }
    }
}
