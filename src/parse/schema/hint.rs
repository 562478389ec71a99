//! What was probably meant by a field that does not exist.

use crate::parse::schema::problem::{Hint, Place, Similarity};
use crate::parse::schema::suggest::{closest, distance};
use crate::parse::schema::table::{Field, Layer, Leaf, Shape, Table, TypeId};
use crate::parse::schema::walk::Visit;
use crate::parse::tree::NodeRef;

/// Fields that older API versions of the same kind had under another name: type, old name, path of today. From the
/// deprecation guide of Kubernetes.
const RENAMED: &[(&str, &str, &str)] = &[
    ("networking.v1.IngressSpec", "backend", "defaultBackend"),
    ("networking.v1.IngressBackend", "serviceName", "service.name"),
    ("networking.v1.IngressBackend", "servicePort", "service.port.number"),
    ("autoscaling.v2.ResourceMetricSource", "targetAverageUtilization", "target.averageUtilization"),
    ("autoscaling.v2.ResourceMetricSource", "targetAverageValue", "target.averageValue"),
    ("autoscaling.v2.HorizontalPodAutoscalerSpec", "targetCPUUtilizationPercentage", "metrics"),
    ("apiextensions.v1.CustomResourceDefinitionSpec", "version", "versions[].name"),
    ("apiextensions.v1.CustomResourceDefinitionSpec", "validation", "versions[].schema"),
    ("apiextensions.v1.CustomResourceDefinitionSpec", "subresources", "versions[].subresources"),
    (
        "apiextensions.v1.CustomResourceDefinitionSpec",
        "additionalPrinterColumns",
        "versions[].additionalPrinterColumns",
    ),
    ("apiextensions.v1.CustomResourceColumnDefinition", "JSONPath", "jsonPath"),
];

/// A field of the same name in another version goes first, then one of almost the same name here, then one of the same
/// name above, below and beside. Fields that half of all types have, such as `name`, are not looked for elsewhere.
pub(super) fn for_field(
    table: &Table,
    visits: &[Visit<'_>],
    at: usize,
    (name, value): (&str, NodeRef<'_>),
) -> Option<Hint> {
    let here = visits[at];
    let own = table.get(here.type_id);
    if let Some(range) = own.other_versions(name) {
        return Some(Hint::OtherVersion(range));
    }
    if let Some((_, _, now)) =
        RENAMED.iter().find(|(of, old, _)| *old == name && *of == table.name(here.type_id))
    {
        return Some(Hint::Renamed((*now).to_owned()));
    }
    // `labels:{app: web}` is a key in the eyes of YAML, and so is `image:nginx` among braces.
    if let Some((field, rest)) = name.split_once(':')
        && own.field(field).is_some()
        && (rest.starts_with(['{', '[']) || (!rest.is_empty() && value.source().is_empty()))
    {
        return Some(Hint::MissingSpace { colon: field.len() });
    }
    if table.name(here.type_id) == "meta.v1.LabelSelector"
        && !["matchLabels", "matchExpressions"]
            .iter()
            .any(|field| field.eq_ignore_ascii_case(name) || closest(name, [*field]).is_some())
    {
        // Labels without the word that a selector of workloads needs, as a Service has them.
        let path = visits[0].node.path_to(here.node)?;
        return Some(Hint::Elsewhere { path: join(&path, "matchLabels"), place: Place::Below });
    }
    let similar = closest(name, own.fields().iter().map(|field| field.name));
    let as_hint = |similar: &str| {
        let shape = own.field(similar).map(|field| field.shape);
        let fits = || shape.is_some_and(|shape| can_hold(shape, value));
        Hint::Similar { name: similar.to_owned(), standing: standing(here.node, (name, similar), fits) }
    };
    if let Some(similar) = similar.filter(|similar| similar.eq_ignore_ascii_case(name)) {
        return Some(as_hint(similar));
    }
    let is_common = matches!(
        name,
        "name" | "kind" | "apiVersion" | "type" | "value" | "key" | "namespace" | "metadata" | "spec"
    );
    let elsewhere = if is_common { None } else { elsewhere(table, visits, at, name) };
    elsewhere.or_else(|| similar.map(as_hint))
}

/// How sure it is that a field of the object at `node` is meant by a name like it; `fits` says whether it can hold what is
/// written.
pub(super) fn standing(
    node: NodeRef<'_>,
    (written, meant): (&str, &str),
    fits: impl FnOnce() -> bool,
) -> Similarity {
    if node.get(meant).is_some() {
        return Similarity::Taken;
    }
    // In three letters nearly everything is a slip of something else.
    let length = written.len().min(meant.len());
    let is_slip = || length >= 4 && distance(written, meant) <= if length >= 8 { 2 } else { 1 };
    match written.eq_ignore_ascii_case(meant) || (is_slip() && fits()) {
        true => Similarity::Certain,
        false => Similarity::Likely,
    }
}

/// Whether a value is of the sort that a field holds; null is of none.
fn can_hold(shape: Shape, value: NodeRef<'_>) -> bool {
    match shape.outermost() {
        Ok((Layer::List, _)) => value.is_sequence(),
        Ok(_) | Err(Leaf::Object(_)) => value.is_mapping(),
        Err(_) => value.is_scalar() && !value.is_null(),
    }
}

fn elsewhere(table: &Table, visits: &[Visit<'_>], at: usize, name: &str) -> Option<Hint> {
    let root = visits[0].node;
    let path_of = |visit: &Visit<'_>| root.path_to(visit.node);
    let mut above = at;
    while above != 0 {
        above = visits[above].parent;
        if table.get(visits[above].type_id).field(name).is_some() {
            return Some(Hint::Elsewhere { path: path_of(&visits[above])?, place: Place::Above });
        }
    }
    let written = written_child_with_field(table, &visits[at], name);
    if let Some(child) = written.or_else(|| only_child_with_field(table, &visits[at], name)) {
        return Some(Hint::Elsewhere { path: join(&path_of(&visits[at])?, &child), place: Place::Below });
    }
    if at == 0 {
        return None;
    }
    // Beside this, only what is written counts: the fields of types such as volumes exclude one another.
    let parent = &visits[visits[at].parent];
    let child = written_child_with_field(table, parent, name)?;
    Some(Hint::Elsewhere { path: join(&path_of(parent)?, &child), place: Place::Beside })
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

/// The child in the document that has a field of this name, as a path; a list is `containers[]`.
fn written_child_with_field(table: &Table, visit: &Visit<'_>, name: &str) -> Option<String> {
    let read = table.get(visit.type_id);
    let has = |shape: Shape| object_of(shape).is_some_and(|inner| table.get(inner).field(name).is_some());
    // Looking for what is written goes last: it walks over all that is written.
    let written = |field: &Field| field.name != "status" && visit.node.get(field.name).is_some();
    read.fields().iter().find_map(|field| match field.shape.outermost() {
        Ok((Layer::List, item)) if has(item) && written(field) => Some(format!("{}[]", field.name)),
        _ if has(field.shape) && written(field) => Some(field.name.to_owned()),
        _ => None,
    })
}

/// The child that has a field of this name, if there is just one such child in the type.
fn only_child_with_field(table: &Table, visit: &Visit<'_>, name: &str) -> Option<String> {
    let has = |field: &&Field| {
        let inner = object_of(field.shape).filter(|_| field.name != "status");
        inner.is_some_and(|inner| table.get(inner).field(name).is_some())
    };
    let mut children = table.get(visit.type_id).fields().iter().filter(has);
    let child = children.next()?;
    children.next().is_none().then(|| child.name.to_owned())
}

fn object_of(shape: Shape) -> Option<TypeId> {
    match shape.outermost() {
        Err(Leaf::Object(id)) => Some(id),
        _ => None,
    }
}
