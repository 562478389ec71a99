#![doc = include_str!("automounted_token.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::edit::{self, New};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::parse::tree::NodeRef;

pub(super) static CHECK: Check = Check {
    id: "automounted-token",
    group: Group::Security,
    severity: Severity::Note,
    since: "0.1.0",
    summary: "a pod with a token that it has not asked for",
    page: include_str!("automounted_token.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let account = template.get("serviceAccountName").or_else(|| template.get("serviceAccount"));
    let name = account.map_or("default", NodeRef::content);
    // Whoever names an account of its own means to use it.
    if object.is_broken() || !matches!(name, "" | "default") {
        return;
    }
    let is_off = |node: Option<NodeRef<'_>>| node.is_some_and(|value| value.as_bool() == Some(false));
    if is_off(template.get("automountServiceAccountToken")) {
        return;
    }
    let accounts = KindRef::Known(Kind::ServiceAccount);
    let default = cx.graph.find(accounts, object.namespace(), "default").next();
    let says = template.get("automountServiceAccountToken").is_some();
    if !says && default.is_some_and(|account| is_off(account.get("automountServiceAccountToken"))) {
        return;
    }
    let message =
        format!("{} `{}` runs with a token of ServiceAccount `default`", object.kind_name(), object.name());
    // In front of the containers, where the short fields of a pod stand.
    let spec = Some(template.spec).filter(|_| !says);
    let change = spec.and_then(|spec| {
        let first = spec.raw_entries().map(|(key, _)| key.key()).next()?;
        let after = Some(&*first).filter(|first| !first.ends_with("ontainers"));
        edit::insert_entry(spec, after, "automountServiceAccountToken", New::Raw("false"))
    });
    sink.report_span(object.name_span(), message)
        .object(object)
        .help("set `automountServiceAccountToken: false`, or name an account of its own")
        .change("add `automountServiceAccountToken: false`", Safety::Unsafe, object.file.id, change);
}
