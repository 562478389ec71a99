//! What a reference is: a row of the table, and an edge that one field of one object makes of it.

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
        let start = match self.row.scope {
            Scope::ServiceHost | Scope::ExternalName | Scope::Dot => self.name.len() + 1,
            Scope::Slash => 0,
            Scope::Principal => written.find("/ns/")? + "/ns/".len(),
            _ => return None,
        };
        let rest = written.get(start..)?.strip_prefix(namespace)?.len();
        (written.len() > self.name.len()).then_some((start, rest))
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
