#![doc = include_str!("rwo_claim_shared.md")]

use crate::check::{Check, Context, Group, Run, Sink};
use crate::diagnostic::Severity;
use crate::graph::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::replicas::{Replicas, replicas_of};
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "rwo-claim-shared",
    group: Group::Reliability,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a volume for one node that pods on several nodes want",
    page: include_str!("rwo_claim_shared.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let Some(replicas) = replicas_of(cx.graph, object).filter(|replicas| replicas.most() > 1) else { return };
    if stays_together(template) {
        return;
    }
    for volume in items_at(template.spec, "volumes") {
        let Some(name) = volume.get_path("persistentVolumeClaim.claimName") else { continue };
        let claims = KindRef::Known(Kind::PersistentVolumeClaim);
        let Some(claim) = cx.graph.find(claims, object.namespace(), name.content()).next() else { continue };
        let modes: Vec<_> = items_at(claim.root(), "spec.accessModes").collect();
        let is_single = |mode: &str| matches!(mode, "ReadWriteOnce" | "ReadWriteOncePod");
        if modes.is_empty() || !modes.iter().all(|mode| is_single(mode.content())) {
            continue;
        }
        let who = match replicas {
            Replicas::Fixed { count, .. } => format!("{count} replicas"),
            Replicas::Autoscaled(scaler) => format!("up to {} replicas", scaler.most),
        };
        let message = format!(
            "{who} of {} `{}` share PersistentVolumeClaim `{}`, which is {}: only pods on one node can have it",
            object.kind_name(),
            object.name(),
            name.content(),
            modes[0].content()
        );
        sink.report(object, name, message)
            .related(claim.span(modes[0]), "one node at a time")
            .help("give each replica its own with a StatefulSet, or use a ReadWriteMany volume");
    }
}

/// Whether the pods are bound to one node, or to one another.
fn stays_together(template: PodTemplate<'_>) -> bool {
    template.get("nodeName").is_some()
        || template.get("nodeSelector").is_some_and(|labels| labels.get("kubernetes.io/hostname").is_some())
        || template.get("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution").is_some()
}
