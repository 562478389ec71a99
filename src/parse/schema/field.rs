//! A field of a built-in kind by the path that people write: `Deployment.spec.strategy`, `apps/v1/Deployment`, `sts.spec`.

use crate::parse::schema::suggest::closest;
use crate::parse::schema::table::{BuiltInKind, Field, Layer, Leaf, Scope, Shape, Table, TypeId};
use crate::parse::version::Version;

/// Short names of resources, as `kubectl api-resources` prints them.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("cj", "CronJob"),
    ("cm", "ConfigMap"),
    ("crd", "CustomResourceDefinition"),
    ("crds", "CustomResourceDefinition"),
    ("csr", "CertificateSigningRequest"),
    ("deploy", "Deployment"),
    ("ds", "DaemonSet"),
    ("ep", "Endpoints"),
    ("ev", "Event"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ing", "Ingress"),
    ("limits", "LimitRange"),
    ("netpol", "NetworkPolicy"),
    ("no", "Node"),
    ("ns", "Namespace"),
    ("pc", "PriorityClass"),
    ("pdb", "PodDisruptionBudget"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvc", "PersistentVolumeClaim"),
    ("quota", "ResourceQuota"),
    ("rc", "ReplicationController"),
    ("rs", "ReplicaSet"),
    ("sa", "ServiceAccount"),
    ("sc", "StorageClass"),
    ("sts", "StatefulSet"),
    ("svc", "Service"),
];

/// A kind, or a field of it, found in one version.
#[derive(Clone, Debug)]
pub struct Found {
    /// The kind.
    pub kind: &'static BuiltInKind,
    /// Other API versions in which the kind is served.
    pub also: Vec<&'static str>,
    /// The keys from the object to the field; empty for the kind itself.
    pub path: Vec<&'static str>,
    /// The field, with the type that it is a field of; `None` for the kind itself.
    pub field: Option<(TypeId, Field)>,
    /// What it holds, lists and maps aside, where that has fields.
    pub inner: Option<TypeId>,
}

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// There is no such kind; perhaps this one is meant.
    Kind(Option<String>),
    /// The field is not there.
    Field {
        /// `Deployment.spec`, in which it is not.
        parent: String,
        /// Its name.
        name: String,
        /// A field that is there and has a similar name.
        similar: Option<&'static str>,
        /// Whether what it would be a field of has no fields at all.
        is_leaf: bool,
    },
}

/// Finds a kind or field in the schemas of a version.
///
/// # Errors
/// What of the path is not there, with what may be meant.
pub fn find(query: &str, version: Version) -> Result<Found, NotFound> {
    let table = Table::of(version);
    let (api_version, rest) = match query.rsplit_once('/') {
        Some((api_version, rest)) => (Some(api_version), rest),
        None => (None, query),
    };
    let (name, group, rest) = split_name(table, rest);
    let kinds = kinds_called(table, api_version.or(group), name);
    let Some((&kind, others)) = kinds.split_first() else {
        return Err(NotFound::Kind(similar_kind(table, api_version, name)));
    };
    let steps = rest.split('.').filter(|step| !step.is_empty());
    let mut found = Found {
        kind,
        also: others.iter().map(|kind| kind.api_version).collect(),
        path: Vec::new(),
        field: None,
        inner: Some(table.type_of(kind)),
    };
    for step in steps {
        let step = step.split('[').next().unwrap_or(step);
        let is_of_list =
            found.field.is_some_and(|(_, field)| matches!(field.shape.outermost(), Ok((Layer::List, _))));
        // The number of an item, as some write it.
        if is_of_list && step.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        let missing = |similar, is_leaf| NotFound::Field {
            parent: [kind.kind].iter().chain(&found.path).copied().collect::<Vec<_>>().join("."),
            name: step.to_owned(),
            similar,
            is_leaf,
        };
        let Some(owner) = found.inner else { return Err(missing(None, true)) };
        let fields = table.get(owner);
        let Some(field) = fields.field(step) else {
            let names = fields.fields().iter().map(|field| field.name);
            return Err(missing(closest(step, names), fields.fields().is_empty()));
        };
        found.path.push(field.name);
        found.field = Some((owner, *field));
        found.inner = match field.shape.innermost() {
            Leaf::Object(id) => Some(id),
            _ => None,
        };
    }
    Ok(found)
}

/// The name of a kind, the group that kubectl takes after it (`deployments.apps`), and the path of the field.
fn split_name<'q>(table: &'static Table, query: &'q str) -> (&'q str, Option<&'q str>, &'q str) {
    let (name, rest) = query.split_once('.').unwrap_or((query, ""));
    let group_in = |kind: &BuiltInKind| {
        let group = rest.get(..kind.group().len())?;
        let is_whole = matches!(rest.as_bytes().get(group.len()), None | Some(b'.'));
        (is_whole && !group.is_empty() && group.eq_ignore_ascii_case(kind.group())).then_some(group)
    };
    match kinds_called(table, None, name).into_iter().find_map(group_in) {
        Some(group) => (name, Some(group), &rest[group.len()..]),
        None => (name, None, rest),
    }
}

fn kinds_called(table: &'static Table, api_version: Option<&str>, name: &str) -> Vec<&'static BuiltInKind> {
    let short = SHORT_NAMES.iter().find(|(short, _)| *short == name).map(|(_, kind)| *kind);
    let wanted = short.unwrap_or(name);
    let is_called = |kind: &&BuiltInKind| {
        kind.kind.eq_ignore_ascii_case(wanted)
            || (kind.plural.eq_ignore_ascii_case(wanted) && kind.scope != Scope::Subresource)
    };
    let is_in = |kind: &&BuiltInKind| {
        let is_group = |wanted: &str| kind.group().eq_ignore_ascii_case(wanted);
        api_version.is_none_or(|wanted| kind.api_version == wanted || is_group(wanted))
    };
    let Some(first) = table.kinds().filter(is_called).find(is_in) else { return Vec::new() };
    let mut kinds: Vec<_> = table.kinds_named(first.kind).into_iter().filter(is_in).collect();
    // Kinds of one name in several groups, such as Event: the core group is what people mean.
    kinds.sort_by_key(|kind| !kind.group().is_empty());
    kinds
}

fn similar_kind(table: &'static Table, api_version: Option<&str>, name: &str) -> Option<String> {
    if api_version.is_some()
        && let Some(elsewhere) = kinds_called(table, None, name).first()
    {
        return Some(format!("{}/{}", elsewhere.api_version, elsewhere.kind));
    }
    let names = table.kinds().flat_map(|kind| [kind.kind, kind.plural]);
    closest(name, names).map(str::to_owned)
}

/// The built-in versions that have what was found, as people write a range: `1.34 to 1.37`.
pub fn versions_of(found: &Found) -> String {
    let query = format!("{}/{}.{}", found.kind.api_version, found.kind.kind, found.path.join("."));
    let having: Vec<Version> = Version::built_in().filter(|version| find(&query, *version).is_ok()).collect();
    match &having[..] {
        [] => String::new(),
        [only] => only.to_string(),
        // Nothing has come back after it had gone.
        [first, .., last] => format!("{first} to {last}"),
    }
}

/// A shape in words: `[]Container`, `map of string`.
pub fn describe(table: &Table, shape: Shape) -> String {
    let (mut shape, mut out) = (shape, String::new());
    loop {
        match shape.outermost() {
            Ok((Layer::List, inner)) => {
                out.push_str("[]");
                shape = inner;
            }
            Ok((Layer::Map, inner)) => {
                out.push_str("map of ");
                shape = inner;
            }
            Err(leaf) => return out + name_of(table, leaf),
        }
    }
}

fn name_of(table: &Table, leaf: Leaf) -> &'static str {
    match leaf {
        Leaf::String => "string",
        Leaf::Bool => "boolean",
        Leaf::Int32 | Leaf::Int64 => "integer",
        Leaf::Double => "number",
        Leaf::Bytes => "base64 string",
        Leaf::Quantity => "Quantity",
        Leaf::IntOrString => "integer or string",
        Leaf::Time => "Time",
        Leaf::MicroTime => "MicroTime",
        Leaf::Any => "anything",
        Leaf::Raw => "object",
        Leaf::SchemaOrBool => "schema or boolean",
        Leaf::SchemaOrArray => "schema or list of schemas",
        Leaf::SchemaOrStrings => "schema or list of strings",
        Leaf::Object(id) => table.name(id).rsplit('.').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str) -> String {
        match find(query, Version::NEWEST) {
            Ok(found) => format!("{}/{}:{}", found.kind.api_version, found.kind.kind, found.path.join(".")),
            Err(NotFound::Kind(similar)) => format!("no kind, {}?", similar.unwrap_or_default()),
            Err(NotFound::Field { parent, name, similar, .. }) => {
                format!("no {name} in {parent}, {}?", similar.unwrap_or_default())
            }
        }
    }

    #[test]
    fn kinds_are_found_by_all_their_names() {
        for query in
            ["Deployment", "deployments", "deploy", "deployment", "apps/v1/Deployment", "apps/Deployment"]
        {
            assert_eq!(shown(query), "apps/v1/Deployment:", "{query}");
        }
        assert_eq!(shown("po.spec.containers[0].image"), "v1/Pod:spec.containers.image");
        assert_eq!(shown("po.spec.containers.0.image"), "v1/Pod:spec.containers.image");
        assert_eq!(shown("deployments.apps.spec"), "apps/v1/Deployment:spec");
        assert_eq!(shown("ingresses.networking.k8s.io"), "networking.k8s.io/v1/Ingress:");
        assert_eq!(shown("networking.k8s.io/v1/Ingress.spec"), "networking.k8s.io/v1/Ingress:spec");
        assert_eq!(shown("Event"), "v1/Event:");
        assert_eq!(find("hpa", Version::NEWEST).unwrap().also, ["autoscaling/v1"]);
        for (short, kind) in SHORT_NAMES {
            assert_eq!(find(short, Version::NEWEST).unwrap().kind.kind, *kind);
        }
    }

    #[test]
    fn what_is_not_there_has_a_neighbour() {
        assert_eq!(shown("Deploymnt.spec"), "no kind, Deployment?");
        assert_eq!(shown("apps/v2/Deployment"), "no kind, apps/v1/Deployment?");
        assert_eq!(shown("Deployment.spec.stratgy"), "no stratgy in Deployment.spec, strategy?");
        assert_eq!(shown("Pod.spec.nodeName.x"), "no x in Pod.spec.nodeName, ?");
    }

    #[test]
    fn a_field_of_later_versions_says_so() {
        let found = find("Pod.spec.containers.restartPolicyRules", Version::NEWEST).unwrap();
        assert_eq!(versions_of(&found), "1.34 to 1.37");
        assert_eq!(versions_of(&find("Pod.spec", Version::NEWEST).unwrap()), "1.33 to 1.37");
    }
}
