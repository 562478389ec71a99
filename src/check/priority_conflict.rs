#![doc = include_str!("priority_conflict.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::KindRef;
use crate::graph::reference::Resolution;
use crate::parse::NodeRef;
use crate::parse::edit;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;

pub(super) static CHECK: Check = Check {
    id: "priority-conflict",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a pod states another priority than its PriorityClass",
    page: include_str!("priority_conflict.md"),
    run: Run::Object(run),
};

/// What the priority admission plugin computes.
#[derive(Clone, Copy)]
struct Computed<'p> {
    value: i64,
    policy: &'p str,
    /// The class in the input that it is of.
    class: Option<ObjectRef<'p>>,
    severity: Severity,
}

/// What a class without `preemptionPolicy`, and a pod without a class, have (`SetDefaults_PriorityClass`,
/// `getDefaultPriority`).
const PREEMPTS: &str = "PreemptLowerPriority";

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(template) = PodTemplate::of(object) else { return };
    let priority = template.get("priority").and_then(|node| Some((node, node.as_i64()?)));
    let policy = template.get("preemptionPolicy").and_then(|node| Some((node, node.as_str()?)));
    // A pod that was read from a cluster has been admitted.
    if (priority.is_none() && policy.is_none())
        || object.is_broken()
        || context.graph.is_patch(object)
        || context.graph.is_live(object.id)
    {
        return;
    }
    let Some(computed) = computed(context, object, template) else { return };
    if let Some((node, stated)) = priority
        && stated != computed.value
    {
        let text = computed.value.to_string();
        report(object, ("priority", node), &text, computed, sink);
    }
    if let Some((node, stated)) = policy
        && stated != computed.policy
    {
        report(object, ("preemptionPolicy", node), computed.policy, computed, sink);
    }
}

/// Mirrors `admitPod` of the priority admission plugin; `None` where the class is not known.
fn computed<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    template: PodTemplate<'p>,
) -> Option<Computed<'p>> {
    let of_class = |class: ObjectRef<'p>, severity| {
        let policy = class.get("preemptionPolicy").filter(|policy| !policy.is_null());
        let policy = policy.map_or(PREEMPTS, NodeRef::content);
        let value = class.get("value").map_or(Some(0), NodeRef::as_i64)?;
        Some(Computed { value, policy, class: Some(class), severity })
    };
    let name = template.get("priorityClassName").map_or("", NodeRef::content);
    if name.is_empty() {
        let kind = KindRef::Known(Kind::PriorityClass);
        let defaults = context.graph.all(kind, None).filter(|class| is_default(*class));
        // Of several the one with the lowest value is taken (`getDefaultPriorityClass`).
        if let Some(class) = defaults.min_by_key(|class| class.get("value").and_then(NodeRef::as_i64)) {
            return of_class(class, Severity::Error);
        }
        // The class that is the default may be in the cluster.
        let is_all = context.graph.is_closed_for(kind, None);
        let severity = if is_all { Severity::Error } else { Severity::Warning };
        return Some(Computed { value: 0, policy: PREEMPTS, class: None, severity });
    }
    let mut edges = context.graph.edges_from(object.id).iter();
    let edge = edges.find(|edge| edge.row.path == "priorityClassName")?;
    match (edge.resolution, name) {
        (Resolution::Found(class), _) => of_class(context.program.object(class), Severity::Error),
        (Resolution::Always, "system-cluster-critical") => {
            Some(Computed { value: 2_000_000_000, policy: PREEMPTS, class: None, severity: Severity::Error })
        }
        (Resolution::Always, "system-node-critical") => {
            Some(Computed { value: 2_000_001_000, policy: PREEMPTS, class: None, severity: Severity::Error })
        }
        _ => None,
    }
}

/// Whether a PriorityClass is that of pods which name none.
pub(super) fn is_default(class: ObjectRef<'_>) -> bool {
    class.get("globalDefault").and_then(NodeRef::as_bool) == Some(true)
}

fn report(
    object: ObjectRef<'_>,
    (field, node): (&str, NodeRef<'_>),
    right: &str,
    computed: Computed<'_>,
    sink: &mut Sink<'_>,
) {
    let stated = node.content();
    let whose = match computed.class {
        Some(class) => format!("that of PriorityClass `{}`", class.name()),
        None if computed.value == 0 => "that of pods without a PriorityClass".to_owned(),
        None => "that of its PriorityClass".to_owned(),
    };
    let message = format!(
        "{} states `{field}: {stated}`, but {whose} is `{right}`: its pods are refused",
        absence::title(object)
    );
    let report =
        sink.report(object, node, message).severity(computed.severity).label(format!("not `{right}`"));
    let report = match computed.class {
        Some(class) => {
            let place = if field == "priority" { class.get("value") } else { class.get("preemptionPolicy") };
            report.related(place.map_or_else(|| class.name_span(), |place| class.span(place)), "the class")
        }
        None => report,
    };
    let report =
        report.help(format!("leave `{field}` out, and name the PriorityClass that has this {field}"));
    if let Some(text) = edit::in_style_of(node, right) {
        report.fix(format!("write `{right}`"), Safety::Unsafe, object.span(node), text);
    }
}
