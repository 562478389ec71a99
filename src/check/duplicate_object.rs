#![doc = include_str!("duplicate_object.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::parse::NodeRef;
use crate::parse::object::ObjectRef;
use crate::plan::{defaults, immutable, value};
use crate::source::FileKind;

pub(super) static CHECK: Check = Check {
    id: "duplicate-object",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "two objects have the same kind, namespace and name",
    page: include_str!("duplicate_object.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let mut rivals =
        context.graph.twins(object).filter(|other| other.id < object.id && !absence::is_hook(*other));
    let Some((first, severity)) =
        rivals.by_ref().find_map(|other| Some((other, severity_of(context, other, object)?)))
    else {
        return;
    };
    let fate = match refused_field(context, first, object) {
        Some(field) => format!("the one applied second is refused: `{field}` cannot change"),
        None => "the last one applied wins".to_owned(),
    };
    let message = format!("{} is defined more than once, and {fate}", absence::title(object));
    let mut report = sink
        .report_span(object.name_span(), message)
        .object(object)
        .severity(severity)
        .label("defined again here")
        .related(first.name_span(), "first defined here");
    for other in rivals.take(2) {
        report = report.related(other.name_span(), "and here");
    }
    report.help(match object.namespace() {
        Some(_) => "remove one of them, or give it another name or namespace",
        None => "remove one of them, or give it another name",
    });
}

/// A field in which the two differ, and which cannot change once the object is there.
fn refused_field(context: &Context<'_>, first: ObjectRef<'_>, second: ObjectRef<'_>) -> Option<String> {
    if first.is_broken() || second.is_broken() {
        return None;
    }
    let stored = |object: ObjectRef<'_>| {
        let mut value = value::of_node(object.root()).ok()?;
        defaults::complete(&mut value, context.settings.target);
        Some(value)
    };
    let forced = immutable::forced(second.kind(), &stored(first)?, &stored(second)?);
    forced.into_iter().next().map(|forced| forced.field)
}

/// How grave it is that an object is defined again; `None` where the two are evidently alternatives.
///
/// In one file the first is lost whenever the file is applied. Files of one folder are as a rule applied together. Folders
/// beside each other are as a rule not: they are overlays, environments, or steps of a lesson.
fn severity_of(context: &Context<'_>, first: ObjectRef<'_>, second: ObjectRef<'_>) -> Option<Severity> {
    // What the cluster has and what it is to have are two sides of one object.
    if context.graph.is_live(first.id) != context.graph.is_live(second.id) {
        return None;
    }
    let is_same_file = first.file.id == second.file.id;
    // A Namespace that every file brings along is said twice, not defined twice.
    let is_repeated = || is_same_value(first.root(), second.root());
    if is_same_file {
        let is_lesson = first.file.source.kind() == FileKind::Markdown;
        return Some(if is_lesson || is_repeated() { Severity::Warning } else { Severity::Error });
    }
    if is_repeated() {
        return None;
    }
    if context.graph.is_closed() {
        return Some(Severity::Error);
    }
    absence::are_neighbours(first, second).then_some(Severity::Warning)
}

/// Whether two nodes are the same JSON value, whatever their style and the order of their keys.
pub(super) fn is_same_value(left: NodeRef<'_>, right: NodeRef<'_>) -> bool {
    let mut pending = vec![(left, right)];
    while let Some((left, right)) = pending.pop() {
        if left.kind() != right.kind() {
            return false;
        }
        if left.is_scalar() {
            if left.scalar() != right.scalar() {
                return false;
            }
            continue;
        }
        if left.entries().count() != right.entries().count() || left.items().count() != right.items().count()
        {
            return false;
        }
        pending.extend(left.items().zip(right.items()));
        for (key, value) in left.entries() {
            let Some(other) = right.get(&key.key()) else { return false };
            pending.push((value, other));
        }
    }
    true
}
