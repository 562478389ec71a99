//! What a reference is: a row of the table, and an edge that one field of one object makes of it.

use std::ops::Range;

use crate::graph::names::KindRef;
use crate::parse::kind::Kind;
use crate::parse::object::ObjectId;
use crate::parse::tree::NodeRef;

/// Which objects have the field of a row.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// Every pod spec: pods and all workloads, and what [`crate::graph::table::POD_SPECS`] lists. The path starts at the pod
    /// spec.
    PodSpec,
    /// Every object that lives in a namespace. The path starts at the object.
    Namespaced,
    /// Objects of these kinds. The path starts at the object.
    Kinds(&'static [Kind]),
    /// Objects of a kind that shares its name with one that kplan knows, by group and name. The path starts at the object.
    Foreign(&'static str, &'static str),
    /// Objects of kinds that the configuration declares, which says the path too.
    Declared,
}

/// What kind of object a field names.
#[derive(Clone, Copy, Debug)]
pub enum To {
    /// Always this one.
    Kind(Kind),
    /// This one, where the sibling field `kind` says so; otherwise the field names no object.
    If(Kind),
    /// This one, unless the sibling of this name says another, which then counts alone.
    Unless(&'static str, Kind),
    /// A Service, unless its port says that an annotation has the last word: to the AWS Load Balancer Controller the port
    /// `use-annotation` means that the name is that of an action.
    Backend,
    /// What the sibling fields `kind` and `group` say. The group's field is `apiVersion`, or one that holds the bare
    /// group. Where `kind` or group is absent, the default's stands for it.
    Said {
        /// Name of the sibling that holds the group: `apiVersion`, `apiGroup` or `group`.
        group: &'static str,
        /// What the API takes when the siblings are absent.
        default: Option<Kind>,
    },
    /// What siblings of these names say, in whose stead the defaults stand.
    SaidBy {
        /// Name of the sibling that holds the kind.
        kind: &'static str,
        /// Name of the sibling that holds the group; empty where there is none.
        group: &'static str,
        /// The kind where no sibling says it; without one the field then names nothing.
        default_kind: Option<&'static str>,
        /// The group where no sibling says it.
        default_group: &'static str,
    },
    /// The second of these kinds where the sibling of this name is `true`, else the first.
    ByFlag(&'static str, Kind, Kind),
    /// The first of these kinds, or where there is none of the name, the second, which lives in no namespace.
    Either(Kind, Kind),
    /// Which of these the sibling `kind` says, the first where it is absent. A name with an `@` is no object: what stands
    /// behind says who else provides it.
    Among(&'static [Kind]),
    /// The kind of the name that the sibling of this name says, if it is one that kplan knows.
    NamedBy(&'static str),
    /// A kind that shares its name with one that kplan knows, by group and name.
    Foreign(&'static str, &'static str),
    /// The kinds of the resources that the sibling lists `apiGroups` and `resources` name: any of them.
    Resources,
    /// The kind of parameters that the policy which the object binds says it takes.
    Parameters,
    /// What the configuration declares.
    Declared,
}

/// Which namespace a field names an object of. Of no consequence where the target lives in none.
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// The one of the object that the field stands in.
    Same,
    /// What this sibling says, else the one of the object that the field stands in.
    SiblingOrSame(&'static str),
    /// What this sibling says; without it the field names nothing.
    Sibling(&'static str),
    /// The value is the host of a Service as Istio reads it: a bare name, or `NAME.NAMESPACE.svc.cluster.local`. Any other
    /// host is none of a Service. Mirrors `ResolveShortnameToFQDN` of the package `pilot/pkg/model`, which completes a name
    /// only where it has no dot and is no address.
    ServiceHost,
    /// The value is the external name of a Service: that of another one where it is `NAME.NAMESPACE.svc`, with or without
    /// `.cluster.local`. Any other name is for the world outside.
    ExternalName,
    /// The text before the `/` of the value, else the one of the object that the field stands in.
    Slash,
    /// The value is an identity of a workload as Istio reads it: `TRUST-DOMAIN/ns/NAMESPACE/sa/NAME`. Any other is none.
    Principal,
    /// Whichever has an object of the name: the field is read in a namespace that no manifest says.
    Anywhere,
    /// The text after the first `.` of the value, else the one of the object that the field stands in.
    Dot,
    /// The value is a list with commas, as Kong reads it: each name may have its namespace before a `:`, else it is the one of
    /// the object that the field stands in.
    Colons,
    /// The value is a list with commas, as Traefik reads it: each is `NAMESPACE-NAME@kubernetescrd`. With another provider
    /// behind the `@` it is no object. Where the namespace ends only the objects that are there can tell.
    Hyphens,
}

/// What Traefik calls the objects of the cluster among all that may provide it with configuration (`providerName`).
const OF_CLUSTER: &str = "@kubernetescrd";

/// The entries of a value that is a list with commas, without the blanks around them, each with where it starts.
pub(super) fn listed(value: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    value.split(',').map(move |part| {
        let begins = start + (part.len() - part.trim_start().len());
        start += part.len() + 1;
        (begins, part.trim())
    })
}

impl Scope {
    /// Whether a value names several objects, with commas between them.
    pub(super) fn is_list(self) -> bool {
        matches!(self, Self::Colons | Self::Hyphens)
    }

    /// Namespace and name of one entry of such a list, for an object of the namespace `own`.
    pub(super) fn of_entry<'p>(
        self,
        entry: &'p str,
        own: Option<&'p str>,
    ) -> Option<(Option<&'p str>, &'p str)> {
        if !matches!(self, Self::Hyphens) {
            return match entry.split_once(':') {
                Some((namespace, name)) => Some((Some(namespace.trim()), name.trim())),
                None => Some((own, entry)),
            };
        }
        let id = entry.strip_suffix(OF_CLUSTER)?;
        let in_own = own.and_then(|own| id.strip_prefix(own)?.strip_prefix('-'));
        match in_own {
            Some(name) => Some((own, name)),
            None => id.split_once('-').map(|(namespace, name)| (Some(namespace), name)),
        }
    }
}

/// All that an identifier of Traefik may mean: a namespace and a name, with a hyphen between them.
pub fn readings(id: &str) -> impl Iterator<Item = (&str, &str)> {
    id.match_indices('-').map(|(at, _)| (&id[..at], &id[at + 1..]))
}

/// What it means that the named object is not in the input, in an open world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absence {
    /// It belongs to the application, so it ought to be here.
    Notable,
    /// It belongs to the furniture of the cluster, which nobody ships with an application.
    Usual,
    /// It may be made while the application runs, or never: that it is not there is no fault.
    Incidental,
    /// What the field names works without an object that describes it, as most drivers do: only a slip of the pen for one
    /// that is there is a fault.
    Dispensable,
}

/// Which keys of the target a reference asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// None in particular.
    None,
    /// The one in the sibling `key`.
    Key,
    /// Those in the sibling list `items`, field `key`.
    Items,
}

/// One kind of reference: "field F of kind K names kind T".
#[derive(Debug)]
pub struct Row {
    /// Which objects have the field.
    pub from: From,
    /// The field: keys joined by dots, `[]` after lists, `{containers}` for the three container lists, `['..']` for keys
    /// with dots in them, `{a|b.c}` for either of several ways on.
    pub path: &'static str,
    /// The kind that it names.
    pub to: To,
    /// The namespace that it names it in.
    pub scope: Scope,
    /// Whether the sibling `optional: true` makes a dangling reference harmless.
    pub may_be_optional: bool,
    /// The keys that it asks for.
    pub keys: Keys,
    /// What it means that the target is not in the input.
    pub absence: Absence,
}

impl Row {
    /// A field of every pod spec that names an object of `kind` in the pod's namespace.
    pub(super) const fn pod(path: &'static str, kind: Kind) -> Self {
        Self::new(From::PodSpec, path, To::Kind(kind))
    }

    /// A field of objects of some kinds that names an object of `kind` in their namespace.
    pub(super) const fn of(kinds: &'static [Kind], path: &'static str, kind: Kind) -> Self {
        Self::new(From::Kinds(kinds), path, To::Kind(kind))
    }

    /// A row with everything at its usual value.
    pub(super) const fn new(from: From, path: &'static str, to: To) -> Self {
        Self {
            from,
            path,
            to,
            scope: Scope::Same,
            may_be_optional: false,
            keys: Keys::None,
            absence: Absence::Notable,
        }
    }

    /// The sibling `optional` is honoured.
    pub(super) const fn optional(mut self) -> Self {
        self.may_be_optional = true;
        self
    }

    /// The reference asks for keys of its target.
    pub(super) const fn keys(mut self, keys: Keys) -> Self {
        self.keys = keys;
        self
    }

    /// The target belongs to the cluster rather than to the application.
    pub(super) const fn usual(mut self) -> Self {
        self.absence = Absence::Usual;
        self
    }

    /// The target may be made at run time.
    pub(super) const fn incidental(mut self) -> Self {
        self.absence = Absence::Incidental;
        self
    }

    /// What is named works without the object.
    pub(super) const fn dispensable(mut self) -> Self {
        self.absence = Absence::Dispensable;
        self
    }

    /// The target's namespace is not simply that of the object.
    pub(super) const fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// An object of the input; of several with the same identity the one in the nearest file.
    Found(ObjectId),
    /// Not in the input, but this object of the input makes it, or may well make it.
    Made(ObjectId),
    /// Not in the input, but a generator of a kustomization file, or a template that is not rendered, makes it.
    Generated,
    /// Every cluster has it.
    Always,
    /// The configuration says that it exists.
    External,
    /// Nothing that is known here.
    Missing,
}

/// One field of one object that names another object.
#[derive(Clone, Copy, Debug)]
pub struct Edge<'p> {
    /// The object that the field stands in.
    pub from: ObjectId,
    /// The kind of reference.
    pub row: &'static Row,
    /// The scalar that holds the name.
    pub field: NodeRef<'p>,
    /// The mapping that holds the field.
    pub holder: NodeRef<'p>,
    /// The kind that it names.
    pub kind: KindRef<'p>,
    /// The namespace that it names it in; `None` for kinds that live in none.
    pub namespace: Option<&'p str>,
    /// The name.
    pub name: &'p str,
    /// What it leads to.
    pub resolution: Resolution,
}

impl<'p> Edge<'p> {
    /// The object of the input that it leads to.
    pub fn target(&self) -> Option<ObjectId> {
        match self.resolution {
            Resolution::Found(id) => Some(id),
            _ => None,
        }
    }

    /// Bytes of the field that stand before the name and after it, such as those of `shop/` in `shop/credentials`.
    pub fn beside_name(&self) -> (usize, usize) {
        let rest = self.field.content().len().saturating_sub(self.name.len());
        if let Some((start, before)) = self.in_list() {
            let skip = start + before;
            return (skip, rest - skip);
        }
        if matches!(self.row.scope, Scope::ServiceHost | Scope::ExternalName | Scope::Dot) {
            (0, rest)
        } else {
            (rest, 0)
        }
    }

    /// As [`Self::beside_name`], of the namespace, where it is written in the field itself.
    pub fn beside_namespace(&self) -> Option<(usize, usize)> {
        let written = self.field.content();
        let namespace = self.namespace?;
        if let Some((start, before)) = self.in_list() {
            return (before > 0).then(|| (start, written.len() - start - namespace.len()));
        }
        let start = match self.row.scope {
            Scope::ServiceHost | Scope::ExternalName | Scope::Dot => self.name.len() + 1,
            Scope::Slash => 0,
            Scope::Principal => written.find("/ns/")? + "/ns/".len(),
            _ => return None,
        };
        let rest = written.get(start..)?.strip_prefix(namespace)?.len();
        (written.len() > self.name.len()).then_some((start, rest))
    }

    /// Where the entry starts that holds the name, in a field that lists several, and how many of its bytes stand before it.
    fn in_list(&self) -> Option<(usize, usize)> {
        let is_mine = |before: &str| match before.strip_suffix([':', '-']) {
            // What is for all namespaces may be named with one all the same.
            Some(namespace) => self.namespace.is_none_or(|own| own == namespace),
            None => before.is_empty(),
        };
        let mut entries = self.row.scope.is_list().then(|| listed(self.field.content()))?;
        entries.find_map(|(start, entry)| {
            let before = entry.strip_suffix(OF_CLUSTER).unwrap_or(entry).strip_suffix(self.name)?;
            is_mine(before).then_some((start, before.len()))
        })
    }

    /// Where in the file the name stands, of a field that lists several and is read as it is written.
    pub fn place_in_list(&self) -> Option<Range<u32>> {
        let (start, before) = self.in_list()?;
        let written = self.field.source().find(self.field.content())? + start + before;
        let first = self.field.range().start + written as u32;
        Some(first..first + self.name.len() as u32)
    }

    /// The identifier of Traefik that it is written as.
    pub fn hyphenated(&self) -> Option<&'p str> {
        let (start, before) = self.in_list().filter(|_| matches!(self.row.scope, Scope::Hyphens))?;
        self.field.content().get(start..start + before + self.name.len())
    }

    /// Whether the reference says of itself that its target need not exist.
    pub fn is_optional(&self) -> bool {
        self.row.may_be_optional && self.holder.get("optional").and_then(NodeRef::as_bool) == Some(true)
    }

    /// The keys of the target that it asks for, where they stand.
    pub fn keys(&self) -> Vec<NodeRef<'p>> {
        let named = |node: NodeRef<'p>| node.get("key").filter(|key| key.as_str().is_some());
        match self.row.keys {
            Keys::None => Vec::new(),
            Keys::Key => named(self.holder).into_iter().collect(),
            Keys::Items => {
                let items = self.holder.get("items").into_iter().flat_map(NodeRef::items);
                items.filter_map(named).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names_are_cut_at_commas() {
        let entries: Vec<_> = listed(" a, b:c ,,d").collect();
        assert_eq!(entries, [(1, "a"), (4, "b:c"), (9, ""), (10, "d")]);
        assert_eq!(Scope::Colons.of_entry("a", Some("shop")), Some((Some("shop"), "a")));
        assert_eq!(Scope::Colons.of_entry("b:c", Some("shop")), Some((Some("b"), "c")));
    }

    #[test]
    fn an_identifier_of_traefik_is_read_as_one_of_the_own_namespace_first() {
        let read = |entry| Scope::Hyphens.of_entry(entry, Some("kube-system"));
        assert_eq!(read("kube-system-basic-auth@kubernetescrd"), Some((Some("kube-system"), "basic-auth")));
        assert_eq!(read("shop-basic-auth@kubernetescrd"), Some((Some("shop"), "basic-auth")));
        assert_eq!(read("basic-auth@file"), None);
        assert_eq!(read("basic-auth"), None);
        assert_eq!(readings("a-b-c").collect::<Vec<_>>(), [("a", "b-c"), ("a-b", "c")]);
    }
}
