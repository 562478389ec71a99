#![doc = include_str!("ineffective_policy_rule.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::traffic::rules_without_type;
use crate::source::Span;

pub(super) static CHECK: Check = Check {
    id: "ineffective-policy-rule",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "rules of a NetworkPolicy that have no effect",
    page: include_str!("ineffective_policy_rule.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::NetworkPolicy || object.is_broken() || cx.graph.is_patch(object) {
        return;
    }
    for (field, missing) in rules_without_type(object) {
        let (Some((key, _)), Some(types)) =
            (object.get("spec").and_then(|spec| spec.get_entry(field)), object.get("spec.policyTypes"))
        else {
            continue;
        };
        let message = format!(
            "the {field} rules of {} have no effect: its `policyTypes` leave out `{missing}`",
            absence::title(object)
        );
        let report = sink
            .report_span(object.span(key), message)
            .named(object.to_name(), Some(format!("spec.{field}")))
            .related(object.span(types), format!("`{missing}` is not among them"))
            .help(format!(
                "add `{missing}` to `policyTypes`; the pods then have only the traffic that the rules allow"
            ));
        if let Some((span, text)) = appended(object, types, missing) {
            report.fix(format!("add `{missing}`"), Safety::Unsafe, span, text);
        }
    }
}

/// The last item of a list with one more behind it, in the list's own style.
fn appended(object: ObjectRef<'_>, list: NodeRef<'_>, item: &str) -> Option<(Span, String)> {
    let last = list.items().last().filter(|last| !last.is_alias() && !list.is_alias())?;
    let text = object.file.source.text();
    let start = last.range().start as usize;
    let separator = if text[list.range().start as usize..].starts_with('[') {
        ", ".to_owned()
    } else {
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let lead = &text[line..start];
        let newline = if text[..line].ends_with("\r\n") { "\r\n" } else { "\n" };
        let dash = lead.trim_start_matches(' ').strip_prefix('-')?;
        dash.bytes().all(|byte| byte == b' ').then(|| format!("{newline}{lead}"))?
    };
    Some((object.span(last), format!("{}{separator}{item}", last.source())))
}
