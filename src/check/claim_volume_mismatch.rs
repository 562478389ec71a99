#![doc = include_str!("claim_volume_mismatch.md")]

use crate::check::claim_fit::{full_name, is_bound, is_reserved_for, misfit, misfit_of_reserved};
use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::practice::{folder, is_same};

pub(super) static CHECK: Check = Check {
    id: "claim-volume-mismatch",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a claim names a volume, or a volume a claim, that it is never bound to",
    page: include_str!("claim_volume_mismatch.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if !matches!(object.kind(), Kind::PersistentVolumeClaim | Kind::PersistentVolume) || is_bound(object) {
        return;
    }
    if object.kind() == Kind::PersistentVolume && !context.graph.is_patch(object) {
        check_namespace(object, sink);
    }
    for edge in context.graph.edges_from(object.id) {
        let Some(target) = edge.target().map(|target| context.program.object(target)) else { continue };
        if is_bound(target) || context.graph.is_live(object.id) || context.graph.is_live(target.id) {
            continue;
        }
        match (edge.row.path, object.kind()) {
            ("spec.volumeName", _) => check_named(context, object, edge, target, sink),
            ("spec.claimRef.name", _) => check_reserved(object, edge, target, sink),
            _ => {}
        }
    }
}

fn check_named<'p>(
    context: &Context<'p>,
    claim: ObjectRef<'p>,
    edge: &Edge<'p>,
    volume: ObjectRef<'p>,
    sink: &mut Sink<'_>,
) {
    let title = absence::title(claim);
    if let Some(reserved) = volume.get("spec.claimRef.name") {
        // What the controller asks of a volume that is reserved for this very claim is nothing.
        if !is_reserved_for(volume, claim) {
            let message = format!(
                "{title} names PersistentVolume `{}`, which is reserved for another claim",
                edge.name
            );
            let whose = full_name(volume.get("spec.claimRef.namespace"), reserved);
            sink.report(claim, edge.field, message)
                .label("volume already bound to a different claim")
                .related(volume.span(reserved), format!("reserved for `{whose}`"))
                .help(format!("name another volume, or reserve it for `{}`", claim.full_name()));
        }
        return;
    }
    // Defined twice, the volume may be either.
    let mut volumes = context.graph.find(edge.kind, None, edge.name);
    if volumes.all(|volume| misfit(context.graph, claim, volume).is_some())
        && let Some(misfit) = misfit(context.graph, claim, volume)
    {
        let message = format!("{title} cannot bind to PersistentVolume `{}`: {}", edge.name, misfit.reason);
        sink.report(claim, misfit.asked.unwrap_or(edge.field), message)
            .label(misfit.wanted)
            .related(misfit.place, misfit.given)
            .help("make both say the same, or name a volume that holds what the claim asks for");
        return;
    }
    let mut others = context
        .graph
        .edges_to(volume.id)
        .filter(|other| other.row.path == edge.row.path)
        .map(|other| context.program.object(other.from))
        // What lies in different folders may be meant for different clusters.
        .filter(|other| context.graph.is_closed() || folder(*other) == folder(claim));
    if let Some(other) = others.find(|other| other.id < claim.id && !is_same(*other, claim)) {
        let message = format!(
            "{title} names PersistentVolume `{}`, as `{}` does: only one of them gets it",
            edge.name,
            other.full_name()
        );
        sink.report(claim, edge.field, message)
            .related(other.name_span(), "names the same volume")
            .related(volume.name_span(), "a volume is bound to one claim")
            .help("make a volume for each claim");
    }
}

/// A volume that names a claim, which is found for nobody else.
fn check_reserved(volume: ObjectRef<'_>, edge: &Edge<'_>, claim: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let title = absence::title(volume);
    let named = claim.get("spec.volumeName").filter(|name| !name.content().is_empty());
    if let Some(named) = named {
        if named.content() != volume.name() {
            let message = format!(
                "{title} is reserved for PersistentVolumeClaim `{}`, which names another volume",
                claim.full_name()
            );
            sink.report(volume, edge.field, message)
                .label("never bound to it")
                .related(claim.span(named), "the claim waits for this volume")
                .help(format!(
                    "write `volumeName: {}` in the claim, or reserve the other volume",
                    volume.name()
                ));
        }
        return;
    }
    if let Some(misfit) = misfit_of_reserved(claim, volume) {
        let message = format!(
            "{title} is reserved for PersistentVolumeClaim `{}`, which never gets it: {}",
            claim.full_name(),
            misfit.reason
        );
        let place = misfit.asked.map_or_else(|| claim.name_span(), |asked| claim.span(asked));
        sink.report(volume, edge.field, message)
            .label("reserved in vain")
            .related(place, format!("the claim {}", misfit.wanted))
            .related(misfit.place, misfit.given)
            .help("make both say the same");
    }
}

/// A volume that is reserved for a claim of no namespace is so for none.
fn check_namespace(volume: ObjectRef<'_>, sink: &mut Sink<'_>) {
    let Some(reserved) = volume.get("spec.claimRef.name") else { return };
    let namespace = volume.get("spec.claimRef.namespace").filter(|namespace| !namespace.content().is_empty());
    if namespace.is_none() {
        let message = format!(
            "{} is reserved for claim `{}` without a namespace, so no claim ever gets it",
            absence::title(volume),
            reserved.content()
        );
        sink.report(volume, reserved, message)
            .label("of which namespace?")
            .help("write the `namespace` of the claim beside its name");
    }
}
