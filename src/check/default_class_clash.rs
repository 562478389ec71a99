#![doc = include_str!("default_class_clash.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::{folder, is_same};

pub(super) static CHECK: Check = Check {
    id: "default-class-clash",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "two classes that are both the default",
    page: include_str!("default_class_clash.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(node) = default_of(object) else { return };
    let mut classes = cx.graph.all(KindRef::Known(object.kind()), None);
    let earlier = classes.find(|other| {
        other.id < object.id
            && !is_same(*other, object)
            && folder(*other) == folder(object)
            && default_of(*other).is_some()
    });
    let Some(other) = earlier else { return };
    let is_refused = object.kind() == Kind::PriorityClass;
    let (fate, severity) = match is_refused {
        true => ("the API server refuses the second", Severity::Error),
        false => ("the one made last wins", Severity::Warning),
    };
    let message = format!(
        "{}es `{}` and `{}` are both the default: {fate}",
        object.kind_name(),
        other.name(),
        object.name()
    );
    sink.report(object, node, message)
        .severity(severity)
        .related(
            default_of(other).map_or_else(|| other.name_span(), |node| other.span(node)),
            "the default as well",
        )
        .help("mark one only");
}

/// What makes a class the default: an annotation, or the field of a PriorityClass.
fn default_of(object: ObjectRef<'_>) -> Option<NodeRef<'_>> {
    if object.kind() == Kind::PriorityClass {
        return object.get("globalDefault").filter(|value| value.as_bool() == Some(true));
    }
    let keys: &[&str] = match object.kind() {
        Kind::IngressClass => &["ingressclass.kubernetes.io/is-default-class"],
        Kind::StorageClass => &[
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ],
        _ => return None,
    };
    let mut annotations = keys.iter().filter_map(|key| object.annotation(key));
    annotations.find(|value| value.content() == "true")
}
