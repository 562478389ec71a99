//! What a reference that leads nowhere most likely means: a name that is nearly the same, or the very name elsewhere.

use crate::check::{Context, Report, absence};
use crate::diagnostic::Safety;
use crate::graph::reference::{Edge, Scope, To};
use crate::graph::{Closest, KindRef, typo, world};
use crate::parse::kind::{COUNTERPARTS, Kind};
use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;

/// What is meant instead of what is written.
#[derive(Clone, Debug)]
pub(super) enum Meant<'p> {
    /// An object of the same kind and namespace.
    Object(Closest<'p>),
    /// What an object of the input makes, by a name that is one slip away.
    Made(String, ObjectRef<'p>),
    /// What every cluster has, by a name that is one slip away.
    Furniture(&'static str),
    /// The object of this name in a namespace whose name is one slip away.
    Namespace(ObjectRef<'p>),
    /// The object of this name and of the kind for one namespace instead of the one for all, or the other way round.
    Counterpart(ObjectRef<'p>),
}

impl Meant<'_> {
    /// Whether all that is wrong is one slip of the pen.
    pub(super) fn is_slip(&self) -> bool {
        match self {
            Self::Object(closest) => closest.is_typo,
            Self::Made(..) | Self::Furniture(_) | Self::Namespace(_) => true,
            Self::Counterpart(_) => false,
        }
    }

    /// The right name, where the name is wrong for certain.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Object(closest) => closest.is_typo.then(|| closest.object.name()),
            Self::Made(name, _) => Some(name),
            Self::Furniture(name) => Some(name),
            Self::Namespace(_) | Self::Counterpart(_) => None,
        }
    }
}

/// What is meant by a reference that leads nowhere.
pub(super) fn meant<'p>(context: &Context<'p>, edge: &Edge<'p>) -> Option<Meant<'p>> {
    let graph = context.graph;
    let closest = graph.closest_name(edge.kind, edge.namespace, edge.name).or_else(|| {
        let To::Either(_, other) = edge.row.to else { return None };
        graph.closest_name(KindRef::Known(other), None, edge.name)
    });
    if let Some(closest) = closest.filter(|closest| closest.is_typo) {
        return Some(Meant::Object(closest));
    }
    if let Some((name, maker)) = graph.closest_made(edge.kind, edge.namespace, edge.name) {
        return Some(Meant::Made(name, maker));
    }
    if let KindRef::Known(kind) = edge.kind
        && let Some(name) = world::furniture(kind).iter().find(|name| typo::is_typo(edge.name, name))
    {
        return Some(Meant::Furniture(name));
    }
    in_similar_namespace(context, edge)
        .map(Meant::Namespace)
        .or_else(|| counterpart(context, edge).map(Meant::Counterpart))
        .or(closest.map(Meant::Object))
}

/// The object that the name would be of if the namespace were not mistyped. One of which the input has anything is none.
fn in_similar_namespace<'p>(context: &Context<'p>, edge: &Edge<'p>) -> Option<ObjectRef<'p>> {
    let namespace = edge.namespace?;
    let is_own = context.program.object(edge.from).namespace() == Some(namespace);
    if is_own || context.graph.is_namespace(namespace) || context.graph.is_inhabited(namespace) {
        return None;
    }
    let mut all = context.graph.find_anywhere(edge.kind, edge.name);
    all.find(|object| object.namespace().is_some_and(|other| typo::is_typo(namespace, other)))
}

fn counterpart<'p>(context: &Context<'p>, edge: &Edge<'p>) -> Option<ObjectRef<'p>> {
    let own = context.program.object(edge.from).namespace();
    let (kind, namespace) = COUNTERPARTS.iter().find_map(|(local, global)| {
        if edge.kind == KindRef::Known(*local) {
            Some((*global, None))
        } else {
            (edge.kind == KindRef::Known(*global)).then_some((*local, own))
        }
    })?;
    context.graph.find(KindRef::Known(kind), namespace, edge.name).next()
}

/// Points at what is meant.
pub(super) fn point_at<'s>(report: Report<'s>, meant: Option<&Meant<'_>>, kind: &str) -> Report<'s> {
    match meant {
        Some(Meant::Object(closest)) => {
            let kind = closest.object.kind_name();
            report.related(closest.object.name_span(), format!("this {kind} has a similar name"))
        }
        Some(Meant::Made(name, maker)) => {
            let made = if *maker.kind_name() == *kind { String::new() } else { format!("{kind} ") };
            report.related(maker.name_span(), format!("this {} makes {made}`{name}`", maker.kind_name()))
        }
        Some(Meant::Namespace(other)) => {
            let namespace = other.namespace().unwrap_or_default();
            report.related(other.name_span(), format!("this one is in namespace `{namespace}`"))
        }
        Some(Meant::Counterpart(other)) => report.related(other.name_span(), "this one has the name"),
        Some(Meant::Furniture(_)) | None => report,
    }
}

/// Whether to write what is meant is certain: not where others name what is missing too.
pub(super) fn safety(context: &Context<'_>, edge: &Edge<'_>, meant: Option<&Meant<'_>>) -> Safety {
    match meant {
        Some(Meant::Object(closest)) if absence::is_named_by_more(context, edge, closest.object) => {
            Safety::Unsafe
        }
        _ => Safety::Safe,
    }
}

/// How the other one of two counterparts is named by a field.
pub(super) fn naming(edge: &Edge<'_>, other: ObjectRef<'_>) -> String {
    let kind = other.kind_name();
    let how = match edge.row.to {
        To::ByFlag(flag, _, global) => format!("write `{flag}: {}`", other.kind() == global),
        To::SaidBy { kind: key, .. } if key.contains('/') => {
            let all = matches!(other.kind(), Kind::ClusterIssuer);
            format!("name it by `cert-manager.io/{}`", if all { "cluster-issuer" } else { "issuer" })
        }
        _ => format!("write `kind: {kind}`"),
    };
    format!("{kind} `{}` is there: {how}", edge.name)
}

/// Where the namespace of a reference is written: a field of its own, or a part of the one that holds the name.
pub(super) fn namespace_field<'p>(edge: &Edge<'p>) -> NodeRef<'p> {
    match edge.row.scope {
        Scope::SiblingOrSame(key) | Scope::Sibling(key) => edge.holder.get(key).unwrap_or(edge.field),
        _ => edge.field,
    }
}
