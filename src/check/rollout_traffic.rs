#![doc = include_str!("rollout_traffic.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::Edge;
use crate::graph::typo;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "rollout-traffic",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a Rollout of Argo is to shift traffic by what does not carry it",
    page: include_str!("rollout_traffic.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::Rollout || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    check_services(object, sink);
    for edge in context.graph.edges_from(object.id) {
        let Some(target) = edge.target() else { continue };
        // Of two definitions either may be the one that is applied.
        let target = context.program.object(target);
        if context.graph.twins(target).next().is_some() || target.is_broken() {
            continue;
        }
        let path = edge.row.path;
        if path.contains(".trafficRouting.nginx.") || path.contains(".trafficRouting.alb.{ingress") {
            check_ingress(object, edge, target, sink);
        } else if path.contains(".trafficRouting.istio.{virtualService") {
            check_routes(object, edge, target, sink);
        }
    }
}

/// Mirrors `ValidateRolloutStrategyCanary` and `ValidateRolloutStrategyBlueGreen`: one Service cannot lead to both versions.
fn check_services(object: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let pairs = [
        ("spec.strategy.canary.stableService", "spec.strategy.canary.canaryService"),
        ("spec.strategy.blueGreen.activeService", "spec.strategy.blueGreen.previewService"),
    ];
    for (old, new) in pairs {
        let name = |path| object.get(path).filter(|node: &NodeRef<'_>| !node.content().is_empty());
        let (Some(old), Some(new)) = (name(old), name(new)) else { continue };
        if old.content() == new.content() {
            let message = format!(
                "{} is rejected: Service `{}` is to lead to both of its versions",
                absence::title(object),
                new.content()
            );
            sink.report(object, new, message)
                .label("the same as the other one")
                .related(object.span(old), "this one")
                .help("name a Service of its own for each version");
        }
    }
}

/// Mirrors `ValidateIngress`: a rule has to lead to the stable Service, or to the root Service of an ALB.
fn check_ingress(object: ObjectRef<'_>, edge: &Edge<'_>, ingress: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let service = |path| object.get(path).filter(|node: &NodeRef<'_>| !node.content().is_empty());
    let root = service("spec.strategy.canary.trafficRouting.alb.rootService")
        .filter(|_| edge.row.path.contains(".alb."));
    let Some(service) = root.or_else(|| service("spec.strategy.canary.stableService")) else { return };
    let paths = items_at(ingress.root(), "spec.rules").flat_map(|rule| items_at(rule, "http.paths"));
    let mut names = paths.filter_map(|path| {
        path.get_path("backend.service.name").or_else(|| path.get_path("backend.serviceName"))
    });
    if names.any(|name| name.content() == service.content()) {
        return;
    }
    let message = format!(
        "{} is rejected: no rule of Ingress `{}` leads to Service `{}`",
        absence::title(object),
        ingress.name(),
        service.content()
    );
    sink.report(object, edge.field, message)
        .label("does not lead there")
        .related(object.span(service), "the Service whose traffic is to be shifted")
        .related(ingress.name_span(), "the Ingress")
        .help(format!("add a rule to the Ingress with Service `{}` for its backend", service.content()));
}

/// Mirrors `ValidateHTTPRoutes`: the routes that are named have to be there.
fn check_routes(object: ObjectRef<'_>, edge: &Edge<'_>, service: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let named: Vec<NodeRef<'_>> =
        items_at(service.root(), "spec.http").filter_map(|route| route.get("name")).collect();
    // Without any such routes, those of other protocols are shifted.
    if items_at(service.root(), "spec.http").next().is_none() {
        return;
    }
    for route in items_at(edge.holder, "routes") {
        if named.iter().any(|name| name.content() == route.content()) {
            continue;
        }
        let message = format!(
            "{} is rejected: {} has no route `{}`",
            absence::title(object),
            absence::title(service),
            route.content()
        );
        let report = sink
            .report(object, route, message)
            .label("no route of this name")
            .related(service.name_span(), "looked for in `spec.http`");
        match named.iter().find(|name| typo::is_typo(route.content(), name.content())) {
            Some(meant) => absence::write_instead(report, object, route, meant.content(), Safety::Safe),
            None => {
                report.help("give the route this name, in `spec.http` of the VirtualService");
            }
        }
    }
}
