#![doc = include_str!("rbac_escalation.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::escalation::way_up;
use crate::practice::role::own_rules_of;

pub(super) static CHECK: Check = Check {
    id: "rbac-escalation",
    group: Group::Security,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a role by which somebody can get more rights than it says",
    page: include_str!("rbac_escalation.md"),
    run: Run::Object(run),
};

fn run(cx: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    for rule in own_rules_of(object) {
        // Wildcards have a check of their own, and single objects by name are what one should list.
        if !rule.is_narrow() && (rule.wildcard("verbs").is_some() || rule.wildcard("resources").is_some()) {
            continue;
        }
        let found = way_up(object, rule, cx.settings.target, sink.wants(Severity::Note));
        let Some((way, node)) = found else { continue };
        let scope = if object.kind() == Kind::Role { " of its namespace" } else { "" };
        let message = format!(
            "whoever has {} `{}` {}{}: `{}` on `{}`",
            object.kind_name(),
            object.name(),
            way.leads_to,
            if way.leads_to.ends_with("namespace") { "" } else { scope },
            way.verb,
            way.resource
        );
        // Since 1.33 the kubelet asks for each of these apart (`KubeletFineGrainedAuthz`), and only then for the proxy.
        let help = match way.resource {
            "nodes/proxy" => {
                "permit what is asked of the kubelet instead: `nodes/metrics`, `nodes/stats`, `nodes/log`, \
                 `nodes/pods`, `nodes/healthz` or `nodes/configz`"
            }
            _ if rule.is_narrow() => "leave it out",
            _ => "leave it out, or name the objects with `resourceNames`",
        };
        let severity = if way.is_plain { Severity::Warning } else { Severity::Note };
        sink.report(object, node, message).severity(severity).help(help);
    }
}
