#![doc = include_str!("ineffective_canary.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::route::{is_canary, paths_of};

pub(super) static CHECK: Check = Check {
    id: "ineffective-canary",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "an Ingress for NGINX that is the canary of nothing, or is not switched on as one",
    page: include_str!("ineffective_canary.md"),
    run: Run::Object(run),
};

const PREFIX: &str = "nginx.ingress.kubernetes.io/canary";

fn run(context: &Context<'_>, object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Ingress || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    let Some(annotations) = object.get("metadata.annotations") else { return };
    let mut own = annotations.entries().filter(|(key, _)| key.key().starts_with(PREFIX)).peekable();
    if own.peek().is_none() {
        return;
    }
    if !is_canary(object) {
        // Mirrors the annotation's parser: what is configured and not enabled is refused (`canary.Parse`). One that is
        // switched off in so many words is meant so.
        if annotations.get(PREFIX).is_some() {
            return;
        }
        let setting = own.find(|(_, value)| !matches!(value.content(), "" | "0"));
        if let Some((key, _)) = setting {
            report_disabled(object, key, sink);
        }
        return;
    }
    // Mirrors `mergeAlternativeBackends`: the main Ingress has the same host, the same path and the same kind of path.
    for path in paths_of(object) {
        let mut mains = context
            .program
            .objects_of_kind(Kind::Ingress)
            .filter(|other| !is_canary(*other))
            .flat_map(paths_of)
            .filter(|main| main.key.host == path.key.host)
            .peekable();
        let nearest = mains.peek().copied();
        if mains.any(|main| (main.key.path, main.key.path_type) == (path.key.path, path.key.path_type)) {
            continue;
        }
        let host = if path.key.host.is_empty() { "*" } else { path.key.host };
        let message = format!(
            "Ingress `{}` is a canary for `{host}{}`, which no other Ingress claims: it gets no requests",
            object.full_name(),
            path.key.path
        );
        let report = sink.report(object, path.node, message).label("no main Ingress");
        match nearest {
            Some(main) => {
                let ingress = main.ingress.full_name();
                report
                    .related(main.ingress.span(main.node), format!("Ingress `{ingress}` has another path"))
                    .help("write host, path and `pathType` as the main Ingress has them")
            }
            None => report.help("add the main Ingress: one with the same host, path and `pathType`"),
        };
    }
}

fn report_disabled(object: ObjectRef<'_>, key: NodeRef<'_>, sink: &mut Sink<'_>) {
    let message = format!(
        "Ingress `{}` has `{}`, but not `{PREFIX}: \"true\"`: it is an Ingress like any other",
        object.full_name(),
        key.key()
    );
    let report = sink.report(object, key, message).label("not looked at");
    report.help(format!("add the annotation `{PREFIX}: \"true\"`"));
}
