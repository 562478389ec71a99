#![doc = include_str!("deprecated_field.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::{Safety, Severity};
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::deprecation::{Found, NodeLabel, Remedy, each_deprecated, each_node_label};
use crate::practice::place::written_path;

pub(super) static CHECK: Check = Check {
    id: "deprecated-field",
    group: Group::Deprecation,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a field, an annotation or a node label that has a successor, or no effect any more",
    page: include_str!("deprecated_field.md"),
    run: Run::Object(run),
};

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let target = context.settings.target.minor;
    each_deprecated(object, target, &mut |found| {
        if !found.row.is_mild || sink.wants(Severity::Note) {
            report(found, target, sink);
        }
    });
    each_node_label(object, &mut |node, label, has_new| report_label(object, node, *label, has_new, sink));
}

fn report(found: &Found<'_>, target: u16, sink: &mut Sink<'_>) {
    let Found { object, mapping, key, value, row, .. } = *found;
    let is_gone = row.gone.is_some_and(|gone| gone <= target);
    let severity = match (is_gone, row.is_mild) {
        (true, _) => Severity::Error,
        (false, true) => Severity::Note,
        (false, false) => Severity::Warning,
    };
    let message = row.words.replace("{path}", &written_path(object, key));
    let written = if value.content().is_empty() { "\"\"" } else { value.content() };
    let help = row.help.replace("{value}", written).replace("{name}", &found.name());
    let place = if let Remedy::Write(_) = row.remedy { value } else { key };
    let report = sink.report(object, place, message).severity(severity).help(help.as_str());
    let report = if is_gone { report.label("no pod with this volume starts") } else { report };
    match row.remedy {
        Remedy::RenameKey(new) if mapping.get(new).is_none() => {
            if let Some(text) = edit::in_style_of(key, new) {
                report.fix(help, Safety::Safe, object.span(key), text);
            }
        }
        Remedy::Write(new) => {
            if let Some(text) = edit::in_style_of(value, new) {
                report.fix(help, Safety::Safe, object.span(value), text);
            }
        }
        Remedy::Think | Remedy::RenameKey(_) => {}
    }
}

fn report_label(
    object: ObjectRef<'_>,
    node: NodeRef<'_>,
    label: NodeLabel,
    has_new: bool,
    sink: &mut Sink<'_>,
) {
    let NodeLabel { old, since, new } = label;
    let path = written_path(object, node);
    // A path that ends in the label need not name it again.
    let subject = if path.ends_with(&format!("[{old}]")) { String::new() } else { format!("{old} is ") };
    let message = format!("{path}: {subject}deprecated since {since}; use \"{new}\" instead");
    let help = format!("write `{new}`: the kubelet sets both");
    let report = sink.report(object, node, message).help(help.as_str());
    if has_new {
        return;
    }
    let Some(text) = edit::in_style_of(node, new) else { return };
    // Elsewhere the rename is an update like any other; these cannot be updated so.
    let is_fixed_for_good = matches!(object.kind(), Kind::Pod | Kind::Job | Kind::StorageClass);
    let safety = if is_fixed_for_good { Safety::Unsafe } else { Safety::Safe };
    report.fix(help, safety, object.span(node), text);
}
