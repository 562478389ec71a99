#![doc = include_str!("claim_smaller_than_source.md")]

use crate::check::claim_fit::{is_bound, requested};
use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::graph::reference::Edge;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;

pub(super) static CHECK: Check = Check {
    id: "claim-smaller-than-source",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a claim is smaller than the claim that it is filled from",
    page: include_str!("claim_smaller_than_source.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::PersistentVolumeClaim || is_bound(object) || context.graph.is_live(object.id) {
        return;
    }
    let mut edges = context.graph.edges_from(object.id).iter();
    // Where both fields are there, they say the same.
    let Some(edge) = edges.find(|edge| edge.row.path.starts_with("spec.dataSource")) else { return };
    if let Some(source) = edge.target() {
        check_source(object, edge, context.program.object(source), sink);
    }
}

/// A claim that is filled from another one, which must not be larger. The provisioners of CSI drivers refuse it
/// (`getPVCSource` of external-provisioner).
fn check_source(claim: ObjectRef<'_>, edge: &Edge<'_>, source: ObjectRef<'_>, sink: &mut Sink<'_>) {
    if edge.kind != KindRef::Known(Kind::PersistentVolumeClaim) || source.namespace() != claim.namespace() {
        return;
    }
    let (Some((asked, wanted)), Some((place, given))) = (requested(claim), requested(source)) else { return };
    if wanted.value() < given.value() {
        let message = format!(
            "{} asks for {}, less than the claim `{}` that it is filled from",
            absence::title(claim),
            asked.content(),
            edge.name
        );
        sink.report(claim, asked, message)
            .label("too small for what it is to hold")
            .related(source.span(place), format!("the source has {}", place.content()))
            .help(format!("write `storage: {}` or more", place.content()));
    }
}
