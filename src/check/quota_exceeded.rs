#![doc = include_str!("quota_exceeded.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::plan::words::quota_amount;

pub(super) static CHECK: Check = Check {
    id: "quota-exceeded",
    group: Group::Schedule,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a ResourceQuota that the pods of the input go beyond",
    page: include_str!("quota_exceeded.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::ResourceQuota {
        return;
    }
    let Some(fit) = cx.fit else { return };
    let sources = fit.gathered.quota_sources.iter();
    let Some((_, quota)) = sources.zip(&fit.quotas).find(|(source, _)| **source == Some(object.id)) else {
        return;
    };
    let name = object.full_name();
    let place = |resource: &str| {
        let hard = object.get("spec.hard").and_then(|hard| hard.get(resource));
        hard.or_else(|| object.get("metadata.name")).unwrap_or_else(|| object.root())
    };
    for line in quota.exceeded() {
        let resource = &line.resource;
        let (used, hard) = (quota_amount(resource, line.used), quota_amount(resource, line.hard));
        let message =
            format!("ResourceQuota `{name}` allows {hard} {resource}, and the namespace needs {used}");
        sink.report(object, place(resource), message)
            .label(format!("{used} needed"))
            .help("raise it, or ask for less: what goes beyond it is not created");
    }
    for (resource, pod) in &quota.unstated {
        let message = format!(
            "ResourceQuota `{name}` limits {resource}, so that pod `{pod}`, which states none, is refused"
        );
        sink.report(object, place(resource), message)
            .label(format!("must specify {resource}"))
            .help("state it in the pod, or give the namespace a LimitRange with a default");
    }
}
