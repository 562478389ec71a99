#![doc = include_str!("policy_selects_no_namespace.md")]

use crate::check::{Check, Context, Group, Run, Sink, absence};
use crate::diagnostic::{Safety, Severity};
use crate::graph::reference::Resolution;
use crate::graph::selector::{Operator, Requirement, Selector};
use crate::graph::{KindRef, Labels, NAMESPACE_NAME_LABEL, typo, world};
use crate::parse::kind::Kind;
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::selection::items_at;

pub(super) static CHECK: Check = Check {
    id: "policy-selects-no-namespace",
    group: Group::Reference,
    severity: Severity::Error,
    since: "0.1.0",
    summary: "a NetworkPolicy lets in or out namespaces of which there is none",
    page: include_str!("policy_selects_no_namespace.md"),
    run: Run::Object(run),
};

const NAMESPACES: KindRef<'static> = KindRef::Known(Kind::Namespace);

fn run<'p>(context: &Context<'p>, object: ObjectRef<'p>, sink: &mut Sink<'_>) {
    if object.kind() != Kind::NetworkPolicy || object.is_broken() || context.graph.is_patch(object) {
        return;
    }
    for (rules, peers) in [("spec.ingress", "from"), ("spec.egress", "to")] {
        for peer in items_at(object.root(), rules).flat_map(|rule| items_at(rule, peers)) {
            let Some(node) = peer.get("namespaceSelector") else { continue };
            let selector = Selector::from_label_selector(node);
            // Most name one that is there, which needs no look at the labels of all.
            let is_one = selector.named_namespace().is_some_and(|name| context.graph.is_namespace(name));
            if !is_one && !selector.is_empty() && !selector.malformed {
                check(context, object, &selector, sink);
            }
        }
    }
}

fn check<'p>(context: &Context<'p>, object: ObjectRef<'p>, selector: &Selector<'p>, sink: &mut Sink<'_>) {
    let known: Vec<(Option<ObjectRef<'p>>, Labels<'p>)> = context
        .graph
        .all(NAMESPACES, None)
        .map(|namespace| (Some(namespace), Labels::of_namespace(namespace)))
        .chain(world::SYSTEM_NAMESPACES.iter().map(|name| (None, Labels::of_namespace_named(name))))
        .collect();
    if known.iter().any(|(_, labels)| selector.matches(labels)) {
        return;
    }
    for requirement in &selector.requirements {
        if let Some((node, value)) = names_nothing(context, object, requirement) {
            let near = known.iter().find_map(|(namespace, labels)| {
                let name = labels.get(NAMESPACE_NAME_LABEL)?;
                typo::is_typo(value, name).then_some((*namespace, name))
            });
            if near.is_some() || context.graph.is_closed_for(NAMESPACES, None) {
                report_name(object, node, value, near, sink);
            }
            return;
        }
    }
    // A namespace that lacks one label only, which the policy takes for granted.
    let lacking = known.iter().find_map(|(namespace, labels)| {
        let mut failing = selector.failing(labels);
        let (only, None) = (failing.next()?, failing.next()) else { return None };
        let Operator::Is(value) = only.operator else { return None };
        let is_name = only.key == "name" && !labels.has_key("name");
        let is_meant = is_name && labels.get(NAMESPACE_NAME_LABEL) == Some(value);
        let is_slip = labels.get(&only.key).is_some_and(|own| typo::is_typo(value, own));
        Some((namespace.as_ref().copied()?, only, labels.get(&only.key))).filter(|_| is_meant || is_slip)
    });
    if let Some((namespace, only, own)) = lacking {
        report_label(object, namespace, only, own, sink);
    } else if context.graph.is_closed_for(NAMESPACES, None) {
        let (title, terms) = (absence::title(object), selector.describe());
        let message = format!("{title} lets through namespaces with `{terms}`, and there is none");
        sink.report(object, selector.requirements[0].node, message)
            .severity(Severity::Warning)
            .label("no namespace has this")
            .help("label the namespaces, or select them by labels that they have");
    }
}

/// The first name of a namespace in a term that names only namespaces which are not known, and where it stands.
fn names_nothing<'p>(
    context: &Context<'p>,
    object: ObjectRef<'p>,
    requirement: &Requirement<'p>,
) -> Option<(NodeRef<'p>, &'p str)> {
    if requirement.key != NAMESPACE_NAME_LABEL {
        return None;
    }
    let values: Vec<NodeRef<'p>> = match requirement.operator {
        Operator::Is(_) => vec![requirement.node],
        Operator::In(_) => items_at(requirement.node, "values").collect(),
        _ => return None,
    };
    let mut names = values.iter().map(|value| value.content());
    let is_any = names.any(|name| {
        context.graph.is_inhabited(name)
            || context.graph.resolve(object, NAMESPACES, None, name) != Resolution::Missing
    });
    values.first().filter(|_| !is_any).map(|value| (*value, value.content()))
}

fn report_name(
    object: ObjectRef<'_>,
    node: NodeRef<'_>,
    value: &str,
    near: Option<(Option<ObjectRef<'_>>, &str)>,
    sink: &mut Sink<'_>,
) {
    let message = format!("{} names namespace `{value}`, which is not there", absence::title(object));
    let report = sink.report(object, node, message).label("no namespace of this name");
    let Some((namespace, name)) = near else { return };
    let report = match namespace {
        Some(namespace) => report.related(namespace.name_span(), "this namespace has a similar name"),
        None => report,
    };
    absence::write_instead(report, object, node, name, Safety::Safe);
}

fn report_label(
    object: ObjectRef<'_>,
    namespace: ObjectRef<'_>,
    term: &Requirement<'_>,
    own: Option<&str>,
    sink: &mut Sink<'_>,
) {
    let message = format!(
        "{} lets through namespaces with `{}`, and Namespace `{}` has {}",
        absence::title(object),
        term.describe(),
        namespace.name(),
        own.map_or_else(|| "no such label".to_owned(), |own| format!("`{}: {own}`", term.key))
    );
    let place = namespace.labels().map_or_else(|| namespace.name_span(), |labels| namespace.span(labels));
    sink.report(object, term.node, message)
        .severity(Severity::Warning)
        .label("no namespace has this")
        .related(place, "its labels")
        .help(match own {
            Some(own) => format!("write `{}: {own}`", term.key),
            None => {
                format!("write `{NAMESPACE_NAME_LABEL}: {}`, which every namespace has", namespace.name())
            }
        });
}
