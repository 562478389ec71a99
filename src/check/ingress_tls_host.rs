#![doc = include_str!("ingress_tls_host.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Safety;
use crate::diagnostic::Severity;
use crate::graph::typo;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "ingress-tls-host",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a certificate for hosts that an Ingress does not serve",
    page: include_str!("ingress_tls_host.md"),
    run: Run::Object(run),
};

fn run(_: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Ingress
        || object.annotation("nginx.ingress.kubernetes.io/from-to-www-redirect").is_some()
    {
        return;
    }
    let rules =
        items_at(object.root(), "spec.rules").map(|rule| rule.get("host").map_or("", NodeRef::content));
    let served: Vec<&str> = rules.collect();
    if served.is_empty() || served.contains(&"") {
        return;
    }
    for entry in items_at(object.root(), "spec.tls") {
        let hosts: Vec<_> = items_at(entry, "hosts").collect();
        // Further names of one certificate do no harm.
        let Some(first) = hosts.first() else { continue };
        if hosts.iter().any(|host| {
            served.iter().any(|served| covers(host.content(), served) || covers(served, host.content()))
        }) {
            continue;
        }
        let message = format!(
            "Ingress `{}` has a certificate for `{}`, which none of its rules serves",
            object.name(),
            first.content()
        );
        let report = sink.report(object, *first, message).help(format!("it serves {}", served.join(", ")));
        // Which of the two is the slip nobody can tell.
        let mut similar = served.iter().filter(|served| typo::is_typo(first.content(), served));
        if let (Some(host), None, [_]) = (similar.next(), similar.next(), &hosts[..])
            && let Some(text) = edit::in_style_of(*first, host)
        {
            report.fix(format!("write `{host}`"), Safety::Unsafe, object.span(*first), text);
        }
    }
}

/// Whether a name, or a wildcard for one label, covers a host.
fn covers(name: &str, host: &str) -> bool {
    name.eq_ignore_ascii_case(host)
        || name
            .strip_prefix("*.")
            .zip(host.split_once('.'))
            .is_some_and(|(suffix, (_, rest))| suffix.eq_ignore_ascii_case(rest))
}
