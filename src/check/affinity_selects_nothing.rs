#![doc = include_str!("affinity_selects_nothing.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence, selection};
use crate::diagnostic::Severity;
use crate::graph::selector::Selector;
use crate::graph::{Labels, Pod};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::pod::PodTemplate;
use crate::practice::placement::{Attitude, Range, Term, terms};

pub(super) static CHECK: Check = Check {
    id: "affinity-selects-nothing",
    group: Group::Reference,
    severity: Severity::Warning,
    since: "0.1.0",
    summary: "a term of pod affinity or anti-affinity that matches no pod",
    page: include_str!("affinity_selects_nothing.md"),
    run: Run::Object(run),
};

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    let Some(pod) = context.graph.pod_of(object.id) else { return };
    if object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for term in terms(pod.template) {
        match term.selector_for(&pod.labels) {
            None => report_absent(object, term, sink),
            Some(selector) if selector.malformed || selector.is_empty() => {}
            Some(selector) => check(context, pod, term, &selector, sink),
        }
    }
}

/// Without a selector a term matches no pod at all (`metav1.LabelSelectorAsSelector`).
fn report_absent(object: ObjectRef<'_>, term: Term<'_>, sink: &mut Sink<'_>) {
    let place = term.node.get("topologyKey").unwrap_or(term.node);
    let (severity, fate) = match term.attitude {
        Attitude::Needs => (Severity::Error, "its pods are never scheduled"),
        _ => (Severity::Warning, "it has no effect"),
    };
    let title = absence::title(object);
    let fault = "has no `labelSelector` and matches no pod";
    sink.report(object, place, format!("a term of affinity of {title} {fault}: {fate}"))
        .severity(severity)
        .label("which pods?")
        .help("add a `labelSelector`; `{}` is all pods");
}

fn check<'p>(
    context: &Context<'p>,
    pod: &Pod<'p>,
    term: Term<'p>,
    selector: &Selector<'p>,
    sink: &mut Sink<'_>,
) {
    let object = pod.owner();
    let range = term.range(pod.namespace);
    if is_matched(context, pod, &range, selector) || context.graph.is_selected_in_template(selector) {
        return;
    }
    let namespaces: &[&str] = match &range {
        Range::Named(namespaces) => namespaces,
        Range::Selected => std::slice::from_ref(&pod.namespace),
    };
    let near_each = namespaces.iter().filter_map(|namespace| context.graph.nearest_pod(namespace, selector));
    let near = near_each.min_by_key(|near| (!near.is_typo, near.pod.owner().id));
    let is_slip = near.is_some_and(|near| near.is_typo);
    let means_own = selector.requirements.iter().any(|term| term.nearly_matches(&pod.labels));
    // To keep away from one's like with another value of a key, such as another tenant, is meant for all that will come.
    let spares_own = term.selector().is_some_and(|selector| selector.matches(&pod.labels));
    if spares_own && matches!(term.attitude, Attitude::Refuses | Attitude::Avoids) {
        return;
    }
    let at = (&range, namespaces);
    let severity = severity(context, object, (term, selector), at, is_slip, means_own);
    let Some(severity) = severity else { return };
    let label = if term.attitude == Attitude::Needs { "never scheduled" } else { "without effect" };
    selection::report_near(object, selector, (near, severity, label.to_owned()), sink, |_| {
        consequence(object, term, &format!("`{}`", selector.describe()))
    });
}

/// Whether a pod of the input or of the cluster fulfils a term, the pod itself among them.
fn is_matched<'p>(context: &Context<'p>, pod: &Pod<'p>, range: &Range<'p>, selector: &Selector<'p>) -> bool {
    let is_in_range = |namespace: &str| match range {
        Range::Named(namespaces) => namespaces.contains(&namespace),
        Range::Selected => true,
    };
    if is_in_range(pod.namespace) && selector.matches(&pod.labels) {
        return true;
    }
    let has_match = |namespace: &&str| context.graph.select(namespace, selector).next().is_some();
    let in_input = match range {
        Range::Named(namespaces) => namespaces.iter().any(has_match),
        Range::Selected => context.graph.pods().iter().any(|other| selector.matches(&other.labels)),
    };
    let runs = |other: ObjectRef<'_>| {
        other.kind() == Kind::Pod
            && is_in_range(other.namespace().unwrap_or_default())
            && PodTemplate::of(other).is_some_and(|other| selector.matches(&Labels::of(other.labels())))
    };
    in_input || context.inventory.objects().any(runs)
}

/// That what a pod needs is nowhere is as grave as for any selector. To avoid what is not there does no harm, unless it was
/// meant for pods that are.
fn severity(
    context: &Context<'_>,
    object: ObjectRef<'_>,
    (term, selector): (Term<'_>, &Selector<'_>),
    (range, namespaces): (&Range<'_>, &[&str]),
    is_slip: bool,
    means_own: bool,
) -> Option<Severity> {
    // One namespace of which the input has not everything is enough for a pod to be there.
    let mut found = Severity::Error;
    for namespace in namespaces {
        found = found.max(absence::severity_of_selection_in(context, object, namespace, selector, is_slip)?);
    }
    if *range == Range::Selected && !is_slip && !context.graph.is_closed() {
        return None;
    }
    match term.attitude {
        Attitude::Needs if found == Severity::Warning && absence::is_alone(context, object, namespaces) => {
            None
        }
        Attitude::Needs => Some(found),
        Attitude::Likes => (found == Severity::Error).then_some(Severity::Warning),
        Attitude::Refuses if is_slip => Some(Severity::Error),
        Attitude::Refuses | Attitude::Avoids if found == Severity::Error || means_own => {
            Some(Severity::Warning)
        }
        Attitude::Refuses | Attitude::Avoids => Some(Severity::Note),
    }
}

fn consequence(object: ObjectRef<'_>, term: Term<'_>, terms: &str) -> String {
    let wish = match term.attitude {
        Attitude::Needs => "must run beside",
        Attitude::Likes => "would rather run beside",
        Attitude::Refuses | Attitude::Avoids => "keep away from",
    };
    format!("the pods of {} {wish} pods with {terms}, and the input has none", absence::title(object))
}
