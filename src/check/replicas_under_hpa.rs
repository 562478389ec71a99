#![doc = include_str!("replicas_under_hpa.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::parse::edit;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::replicas::{autoscalers_of, has_replicas};

pub(super) static CHECK: Check = Check {
    id: "replicas-under-hpa",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a number of replicas that an autoscaler overrides",
    page: include_str!("replicas_under_hpa.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(node) = object.get("spec.replicas").filter(|_| has_replicas(object)) else { return };
    let Some(count) = NodeRef::as_i64(node) else { return };
    let scalers = autoscalers_of(cx.graph, object);
    let Some(scaler) = scalers.first() else { return };
    let (least, most) = (scaler.least, scaler.most);
    let (consequence, severity) = match count {
        0 if least > 0 => ("each apply switches the autoscaler off".to_owned(), Severity::Warning),
        _ if count < least || count > most => {
            let bounds = format!("each apply takes it out of the bounds {least} to {most} for a while");
            (bounds, Severity::Warning)
        }
        _ => ("each apply sets the number back".to_owned(), Severity::Note),
    };
    // Zero may be how somebody switched the workload off.
    let entry = object.get("spec").and_then(|spec| Some((spec, spec.get_entry("replicas")?.0)));
    let removal = entry.filter(|_| count > 0).and_then(|(spec, key)| edit::remove_entry(spec, key));
    let message = format!(
        "{} `{}` sets `replicas: {count}` and {} `{}` scales it: {consequence}",
        object.kind_name(),
        object.name(),
        scaler.object.kind_name(),
        scaler.object.name()
    );
    sink.report(object, node, message)
        .severity(severity)
        .related(scaler.object.name_span(), format!("scales it between {least} and {most}"))
        .help("leave `replicas` out: the autoscaler owns it")
        .change("remove `replicas`", Safety::Unsafe, object.file.id, removal);
}
