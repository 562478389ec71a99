#![doc = include_str!("unknown_subset.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::typo;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::host;
use crate::practice::mesh::{destinations_of, full_host};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "unknown-subset",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a VirtualService sends to a subset that no DestinationRule of the host has",
    page: include_str!("unknown_subset.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::VirtualService || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for destination in destinations_of(object) {
        let subset = destination.subset.filter(|subset| !host::is_placeholder(subset.content()));
        let Some(subset) = subset else { continue };
        let full = full_host(destination.host.content(), object.namespace());
        let rules = context.practice.mesh().rules_for(&full);
        let is_declared = rules.iter().any(|rule| {
            rule.is_broken()
                || context.graph.is_patch(*rule)
                || subsets_of(*rule).any(|name| name.content() == subset.content())
        });
        // The rule of a host that the input has none for stands elsewhere, as that host may; one for a wildcard that has
        // no subsets is for all.
        let is_own = |rule: &ObjectRef<'_>| {
            subsets_of(*rule).next().is_some()
                || rule.get("spec.host").is_some_and(|host| !host.content().starts_with('*'))
        };
        if !is_declared && (rules.iter().any(is_own) || context.graph.is_closed()) {
            report(context, object, subset, &full, &rules, sink);
        }
    }
}

fn subsets_of(rule: ObjectRef<'_>) -> impl Iterator<Item = NodeRef<'_>> {
    items_at(rule.root(), "spec.subsets")
        .filter_map(|subset| subset.get("name"))
        .filter(|name| name.as_str().is_some())
}

fn report<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    subset: NodeRef<'p>,
    host: &str,
    rules: &[ObjectRef<'p>],
    sink: &mut Sink<'_>,
) {
    let written = subset.content();
    let named: Vec<(ObjectRef<'p>, NodeRef<'p>)> =
        rules.iter().flat_map(|rule| subsets_of(*rule).map(|name| (*rule, name))).collect();
    let meant = named.iter().find(|(_, name)| typo::is_typo(written, name.content()));
    // Istio merges the rules of a host, and another one may stand elsewhere.
    let is_certain = meant.is_some() || context.graph.is_closed();
    let severity = if is_certain { Severity::Error } else { Severity::Warning };
    let message = format!(
        "{} sends to subset `{written}` of `{host}`, which no DestinationRule has",
        absence::title(object)
    );
    let mut report = sink.report(object, subset, message).severity(severity).label("no subset of this name");
    for rule in rules.iter().take(2) {
        let names: Vec<&str> = subsets_of(*rule).map(NodeRef::content).collect();
        let what = match names[..] {
            [] => "it has no subsets".to_owned(),
            _ => format!("its subsets are `{}`", names.join("`, `")),
        };
        report = report.related(rule.name_span(), what);
    }
    let Some((_, meant)) = meant else {
        report.help("add the subset to the DestinationRule of the host, or name one that it has");
        return;
    };
    absence::write_instead(report, object, subset, meant.content(), Safety::Safe);
}
