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
    summary: "a volume for one node or pod that several want",
    page: include_str!("rwo_claim_shared.md"),
    run: Run::Object(run),
};

fn run<'p>(cx: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let Some(many) = Many::of(cx, object) else { return };
    for volume in items_at(template.spec, "volumes") {
        let Some(name) = volume.get_path("persistentVolumeClaim.claimName") else { continue };
        let claims = KindRef::Known(Kind::PersistentVolumeClaim);
        let Some(claim) = cx.graph.find(claims, object.namespace(), name.content()).next() else { continue };
        let modes: Vec<_> = items_at(claim.root(), "spec.accessModes").collect();
        let all_are = |mode: &str| !modes.is_empty() && modes.iter().all(|other| other.content() == mode);
        let (is_for_one_pod, is_for_one_node) = (all_are("ReadWriteOncePod"), all_are("ReadWriteOnce"));
        if !is_for_one_pod && (!is_for_one_node || stays_together(template)) {
            continue;
        }
        let (limit, label) = match is_for_one_pod {
            true => ("only one pod can have it", "one pod at a time"),
            false => ("only pods on one node can have it", "one node at a time"),
        };
        let message = format!(
            "{} of {} `{}` share PersistentVolumeClaim `{}`, which is {}: {limit}",
            many.who,
            object.kind_name(),
            object.name(),
            name.content(),
            modes[0].content()
        );
        // The scheduler finds no place for the second pod, wherever the first one is.
        let severity = if is_for_one_pod && many.is_certain { Severity::Error } else { Severity::Warning };
        sink.report(object, name, message)
            .severity(severity)
            .related(claim.span(modes[0]), label)
            .help("give each replica its own with a StatefulSet, or use a ReadWriteMany volume");
    }
}

/// The pods of a workload, where there may be several at once.
struct Many {
    who: String,
    /// There will be several, and not only if the load or the number of nodes is such.
    is_certain: bool,
}

impl Many {
    fn of<'p>(cx: &Context<'p>, object: ObjectRef<'p>) -> Option<Self> {
        if object.kind() == Kind::DaemonSet {
            return Some(Self { who: "the pods, one on each node,".to_owned(), is_certain: false });
        }
        let replicas = replicas_of(cx.graph, object).filter(|replicas| replicas.most() > 1)?;
        let who = match replicas {
            Replicas::Fixed { count, .. } => format!("{count} replicas"),
            Replicas::Autoscaled(scaler) => format!("up to {} replicas", scaler.most),
        };
        Some(Self { who, is_certain: replicas.least() > 1 })
    }
}

/// Whether the pods are bound to one node, or to one another.
fn stays_together(template: PodTemplate<'_>) -> bool {
    template.get("nodeName").is_some()
        || template.get("nodeSelector").is_some_and(|labels| labels.get("kubernetes.io/hostname").is_some())
        || template.get("affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution").is_some()
}
