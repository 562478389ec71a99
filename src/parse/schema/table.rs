//! The built-in schemas: `schemas/kubernetes.txt` for one target version, each type read when it is first asked for.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::parse::schema::lifecycle::{Lifecycle, lifecycle};
use crate::parse::version::Version;

static KUBERNETES: &str = include_str!("../../../schemas/kubernetes.txt");
static ENUMS: &str = include_str!("../../../schemas/enums.txt");
static REQUIRED: &str = include_str!("../../../schemas/required.txt");

/// Number of versions in the file.
const VERSIONS: usize = (Version::NEWEST.minor - Version::OLDEST.minor + 1) as usize;

/// Index of a type in a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(u16);

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster.
    Cluster,
    /// It is sent to a subresource and is no object of its own, such as `autoscaling/v1` Scale.
    Subresource,
}

/// A range of Kubernetes versions, both ends inclusive; an open end reaches beyond what is built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionRange {
    /// The first version; `None` if it is in the oldest built-in one.
    pub since: Option<Version>,
    /// The last version; `None` if it is in the newest built-in one.
    pub until: Option<Version>,
}

impl VersionRange {
    const ALL: Self = Self { since: None, until: None };

    /// Whether the version lies in the range.
    pub fn contains(self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version) && self.until.is_none_or(|until| version <= until)
    }
}

/// A built-in kind in one API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltInKind {
    /// `apps/v1`.
    pub api_version: &'static str,
    /// `Deployment`.
    pub kind: &'static str,
    /// `deployments`; `-` for kinds that no address serves, such as `Status`.
    pub plural: &'static str,
    /// Where its objects live.
    pub scope: Scope,
    /// The versions that serve it.
    pub versions: VersionRange,
    /// What is known of it where it is on its way out, or gone.
    pub lifecycle: Option<&'static Lifecycle>,
    type_id: TypeId,
}

impl BuiltInKind {
    /// The API group; `""` for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }
}

/// What a value must be, lists and maps aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaf {
    /// A string.
    String,
    /// A boolean.
    Bool,
    /// An integer of 32 bits.
    Int32,
    /// An integer of 64 bits.
    Int64,
    /// A number.
    Double,
    /// Bytes as base64.
    Bytes,
    /// A `resource.Quantity`: a string or a number.
    Quantity,
    /// An `intstr.IntOrString`.
    IntOrString,
    /// A `metav1.Time`: RFC 3339.
    Time,
    /// A `metav1.MicroTime`: RFC 3339 with six decimals.
    MicroTime,
    /// Anything.
    Any,
    /// A `runtime.RawExtension`: anything, by custom an object of any kind.
    Raw,
    /// `JSONSchemaPropsOrBool`.
    SchemaOrBool,
    /// `JSONSchemaPropsOrArray`.
    SchemaOrArray,
    /// `JSONSchemaPropsOrStringArray`.
    SchemaOrStrings,
    /// A type with fields.
    Object(TypeId),
}

/// One list or map around a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A list of it.
    List,
    /// A map from strings to it.
    Map,
}

/// What a value must be: up to four lists and maps around a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shape {
    /// Two bits a layer, the outermost lowest: 1 for a list, 2 for a map.
    layers: u8,
    leaf: Leaf,
}

impl Shape {
    /// A shape without lists and maps.
    pub const fn leaf(leaf: Leaf) -> Self {
        Self { layers: 0, leaf }
    }

    /// The outermost list or map with the shape of what it holds, or the leaf.
    pub fn outermost(self) -> Result<(Layer, Self), Leaf> {
        let layer = match self.layers & 3 {
            0 => return Err(self.leaf),
            1 => Layer::List,
            _ => Layer::Map,
        };
        Ok((layer, Self { layers: self.layers >> 2, leaf: self.leaf }))
    }

    /// A list of this shape.
    pub const fn list_of(self) -> Self {
        Self { layers: self.layers << 2 | 1, leaf: self.leaf }
    }

    /// What stands at the bottom of all lists and maps.
    pub fn innermost(self) -> Leaf {
        self.leaf
    }
}

/// How the items of a list are told apart when two versions of it are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The list is replaced as a whole, or it is no list.
    Atomic,
    /// The items are a set.
    Set,
    /// The items are known by these fields, separated by commas.
    Keys(&'static str),
}

/// A field of a type.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its JSON name.
    pub name: &'static str,
    /// What its value must be.
    pub shape: Shape,
    /// Whether the API server rejects an object without it.
    pub required: bool,
    /// How it is merged, for lists.
    pub merge: Merge,
    /// The only values that it may have, separated by blanks, where only certain ones are allowed.
    pub allowed: Option<&'static str>,
}

/// A type of the target version.
#[derive(Debug)]
pub struct Type {
    /// One past the index of a field at the place that its name is hashed to, or at the next that was free; 0 where there
    /// is none. A power of two long, and at most half full.
    slots: Box<[u16]>,
    fields: Box<[Field]>,
    required: Box<[u16]>,
    absent: Box<[(&'static str, VersionRange)]>,
}

impl Type {
    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let mut slot = slot_of(name, self.slots.len());
        loop {
            let field = self.fields.get(usize::from(self.slots[slot].checked_sub(1)?))?;
            if field.name == name {
                return Some(field);
            }
            slot = (slot + 1) % self.slots.len();
        }
    }

    /// All fields, sorted by name.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The fields that must be there.
    pub fn required(&self) -> impl Iterator<Item = &Field> {
        self.required.iter().map(|&index| &self.fields[usize::from(index)])
    }

    /// The versions that have a field which the target version does not have.
    pub fn other_versions(&self, name: &str) -> Option<VersionRange> {
        self.absent.iter().find(|(absent, _)| *absent == name).map(|&(_, range)| range)
    }
}

/// Where a name is looked for first among so many slots, a power of two: by its length and its first and last bytes.
fn slot_of(name: &str, slots: usize) -> usize {
    let bytes = name.as_bytes();
    let word = match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        _ => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    let hash = (word ^ bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash >> 32) as usize & (slots - 1)
}

/// The slots of fields.
fn slots_of(fields: &[Field]) -> Box<[u16]> {
    let count = (2 * fields.len()).next_power_of_two().max(2);
    let mut slots = vec![0; count];
    for (index, field) in (1..).zip(fields) {
        let mut slot = slot_of(field.name, count);
        while slots[slot] != 0 {
            slot = (slot + 1) % count;
        }
        slots[slot] = index;
    }
    slots.into()
}

#[derive(Debug)]
struct Slot {
    name: &'static str,
    body: &'static str,
    read: OnceLock<Type>,
}

/// The kinds and types of one Kubernetes version.
#[derive(Debug)]
pub struct Table {
    version: Version,
    /// Sorted by API version and kind; the kinds of all versions.
    kinds: Vec<BuiltInKind>,
    /// Group and plural of all resources that the version serves, sorted, each once: every rule of every role asks for them.
    resources: Vec<(&'static str, &'static str)>,
    /// Sorted by name.
    types: Vec<Slot>,
    meta: TypeId,
}

impl Table {
    /// The table of a version, made once. A version that is not built in gets the nearest one.
    pub fn of(version: Version) -> &'static Self {
        static TABLES: [OnceLock<Table>; VERSIONS] = [const { OnceLock::new() }; VERSIONS];
        let version = version.clamp(Version::OLDEST, Version::NEWEST);
        let index = usize::from(version.minor - Version::OLDEST.minor);
        TABLES[index].get_or_init(|| Self::read(version))
    }

    fn read(version: Version) -> Self {
        let mut types = Vec::with_capacity(1024);
        let first_type = memchr::memmem::find(KUBERNETES.as_bytes(), b"\ntype ").unwrap_or(KUBERNETES.len());
        let (head, tail) = KUBERNETES.split_at(first_type);
        for section in sections(tail) {
            let (line, body) = section.split_once('\n').unwrap_or((section, ""));
            let name = line.split(' ').next().unwrap_or(line);
            types.push(Slot { name, body, read: OnceLock::new() });
        }
        let find = |name: &str| {
            let index = types.binary_search_by(|slot| slot.name.cmp(name));
            TypeId(index.expect("schemas/kubernetes.txt has every type that it names, sorted") as u16)
        };
        let mut kinds: Vec<BuiltInKind> = head
            .lines()
            .filter_map(|line| line.strip_prefix("kind "))
            .map(|line| {
                let mut words = line.split(' ');
                let mut word = || words.next().unwrap_or_default();
                let (api_version, kind, plural, scope, name) = (word(), word(), word(), word(), word());
                let scope = match scope {
                    "Namespaced" => Scope::Namespaced,
                    "Cluster" => Scope::Cluster,
                    _ => Scope::Subresource,
                };
                let versions = range(word());
                let lifecycle = lifecycle(api_version, kind);
                BuiltInKind { api_version, kind, plural, scope, versions, lifecycle, type_id: find(name) }
            })
            .collect();
        kinds.sort_unstable_by_key(|kind| (kind.api_version, kind.kind));
        let meta = find("meta.v1.ObjectMeta");
        let mut resources: Vec<_> = kinds
            .iter()
            .filter(|kind| kind.versions.contains(version) && kind.plural != "-")
            .filter(|kind| kind.scope != Scope::Subresource)
            .map(|kind| (kind.group(), kind.plural))
            .collect();
        resources.sort_unstable();
        resources.dedup();
        Self { version, kinds, resources, types, meta }
    }

    /// The version that the table is for.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The kind of an API version and kind, if the target version serves it.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<&BuiltInKind> {
        self.kind_of_any_version(api_version, kind).filter(|found| found.versions.contains(self.version))
    }

    /// The same, whether or not the target version serves it.
    pub fn kind_of_any_version(&self, api_version: &str, kind: &str) -> Option<&BuiltInKind> {
        let order = |row: &BuiltInKind| row.api_version.cmp(api_version).then_with(|| row.kind.cmp(kind));
        self.kinds.binary_search_by(order).ok().map(|index| &self.kinds[index])
    }

    /// The kinds that the target version serves, sorted by API version and kind.
    pub fn kinds(&self) -> impl Iterator<Item = &BuiltInKind> {
        self.kinds.iter().filter(|kind| kind.versions.contains(self.version))
    }

    /// The kinds that the target version serves under this name, the most stable API version first.
    pub fn kinds_named(&self, kind: &str) -> Vec<&BuiltInKind> {
        let mut found: Vec<_> = self.kinds().filter(|row| row.kind == kind).collect();
        found.sort_by(|left, right| by_stability(left.api_version, right.api_version));
        found
    }

    /// Whether the target version serves any resource of this API group; `""` is the core group.
    pub fn has_group(&self, group: &str) -> bool {
        let at = self.resources.partition_point(|row| row.0 < group);
        self.resources.get(at).is_some_and(|row| row.0 == group)
    }

    /// Whether the target version serves a resource of this plural name in an API group; `""` is the core group.
    pub fn has_resource(&self, group: &str, plural: &str) -> bool {
        self.resources.binary_search(&(group, plural)).is_ok()
    }

    /// The API groups and plural names of all resources that the target version serves, sorted, each once.
    pub fn all_resources(&self) -> &[(&'static str, &'static str)] {
        &self.resources
    }

    /// The type of a kind.
    pub fn type_of(&self, kind: &BuiltInKind) -> TypeId {
        kind.type_id
    }

    /// The type of `metadata`.
    pub fn object_meta(&self) -> TypeId {
        self.meta
    }

    /// The type of a name as in `schemas/kubernetes.txt`, such as `core.v1.PodSpec`.
    pub fn type_named(&self, name: &str) -> Option<TypeId> {
        self.types.binary_search_by(|slot| slot.name.cmp(name)).ok().map(|index| TypeId(index as u16))
    }

    /// The name of a type, such as `core.v1.PodSpec`.
    pub fn name(&self, id: TypeId) -> &'static str {
        self.types[usize::from(id.0)].name
    }

    /// A type, read on first use.
    pub fn get(&self, id: TypeId) -> &Type {
        let slot = &self.types[usize::from(id.0)];
        slot.read.get_or_init(|| self.read_type(slot))
    }

    fn read_type(&self, slot: &Slot) -> Type {
        let mut fields: Vec<Field> = Vec::new();
        let mut absent = Vec::new();
        for line in slot.body.lines() {
            let mut words = line.trim_start().split(' ');
            let name = words.next().unwrap_or_default();
            let shape = words.next().unwrap_or_default();
            let (mut merge, mut versions) = (Merge::Atomic, VersionRange::ALL);
            for word in words {
                match word.as_bytes().first() {
                    Some(b'@') => versions = range(word),
                    Some(b's') => merge = Merge::Set,
                    _ => merge = Merge::Keys(word.trim_start_matches("key=")),
                }
            }
            let required = name.ends_with('!');
            let name = name.trim_end_matches('!');
            if versions.contains(self.version) {
                let allowed = allowed_values(slot.name, name);
                fields.push(Field { name, shape: self.shape(shape), required, merge, allowed });
            } else {
                absent.push((name, versions));
            }
            // The newest version has the last line of a name. Its opinion of what is required holds for all of them:
            // the validation has not changed since, the OpenAPI document has been corrected.
            if let Some(field) = fields.last_mut().filter(|field| field.name == name) {
                field.required = required;
            }
        }
        absent.retain(|(name, _)| !fields.iter().any(|field| field.name == *name));
        for (sign, field) in amendments(slot.name) {
            if let Some(field) = fields.iter_mut().find(|candidate| candidate.name == field) {
                field.required = sign == '+';
            }
        }
        fields.sort_by_key(|field| field.name);
        let required = fields.iter().enumerate().filter(|(_, field)| field.required);
        let required = required.map(|(index, _)| index as u16).collect();
        Type { slots: slots_of(&fields), fields: fields.into(), required, absent: absent.into() }
    }

    fn shape(&self, text: &str) -> Shape {
        let mut rest = text;
        let (mut layers, mut depth) = (0, 0);
        loop {
            let (layer, inner) = match (rest.strip_prefix("[]"), rest.strip_prefix("{}")) {
                (Some(inner), _) => (1, inner),
                (_, Some(inner)) => (2, inner),
                _ => break,
            };
            layers |= layer << depth;
            depth += 2;
            rest = inner;
        }
        Shape { layers, leaf: self.leaf(rest) }
    }

    fn leaf(&self, text: &str) -> Leaf {
        match text {
            "string" => Leaf::String,
            "bool" => Leaf::Bool,
            "int32" => Leaf::Int32,
            "int64" => Leaf::Int64,
            "double" => Leaf::Double,
            "bytes" => Leaf::Bytes,
            "quantity" => Leaf::Quantity,
            "int-or-string" => Leaf::IntOrString,
            "time" => Leaf::Time,
            "micro-time" => Leaf::MicroTime,
            "any" => Leaf::Any,
            "raw" => Leaf::Raw,
            "schema-or-bool" => Leaf::SchemaOrBool,
            "schema-or-array" => Leaf::SchemaOrArray,
            "schema-or-strings" => Leaf::SchemaOrStrings,
            name => {
                let id = self.type_named(name);
                Leaf::Object(id.expect("schemas/kubernetes.txt has every type that it names, sorted"))
            }
        }
    }
}

/// The texts behind each `type `, up to the next.
fn sections(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut starts = memchr::memmem::find_iter(text.as_bytes(), b"\ntype ").map(|at| at + 6).peekable();
    std::iter::from_fn(move || {
        let start = starts.next()?;
        let end = starts.peek().map_or(text.len(), |next| next - 6);
        Some(&text[start..end])
    })
}

/// `@1.34-1.36`, either end of which may be absent; anything else is all versions.
fn range(text: &str) -> VersionRange {
    let Some((since, until)) = text.strip_prefix('@').and_then(|range| range.split_once('-')) else {
        return VersionRange::ALL;
    };
    VersionRange { since: since.parse().ok(), until: until.parse().ok() }
}

/// The lines of `schemas/required.txt` for a type.
fn amendments(name: &str) -> impl Iterator<Item = (char, &'static str)> {
    REQUIRED.lines().filter_map(move |line| {
        let mut words = line.split(' ');
        let sign = words.next()?.chars().next()?;
        if !matches!(sign, '+' | '-') || words.next()? != name {
            return None;
        }
        Some((sign, words.next()?))
    })
}

/// The values in `schemas/enums.txt` for a field.
fn allowed_values(type_name: &str, field: &str) -> Option<&'static str> {
    ENUMS.lines().find_map(|line| {
        let values =
            line.strip_prefix(type_name)?.strip_prefix(' ')?.strip_prefix(field)?.strip_prefix(' ')?;
        values.split(" | ").next()
    })
}

/// Orders `v1` before `v1beta1` before `v1alpha1`, newer ones first, whatever the group. Mirrors
/// `version.CompareKubeAwareVersionStrings`.
pub fn by_stability(left: &str, right: &str) -> Ordering {
    let rank = |api_version: &str| {
        let version = api_version.rsplit('/').next().unwrap_or(api_version).trim_start_matches('v');
        let digits = |text: &str| text.parse::<u32>().unwrap_or(0);
        let (stage, major, minor) = if let Some((major, minor)) = version.split_once("beta") {
            (1, digits(major), digits(minor))
        } else if let Some((major, minor)) = version.split_once("alpha") {
            (2, digits(major), digits(minor))
        } else {
            (0, digits(version), 0)
        };
        (stage, std::cmp::Reverse(major), std::cmp::Reverse(minor))
    };
    rank(left).cmp(&rank(right)).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(minor: u16) -> Version {
        Version { minor }
    }

    fn field(table: &Table, type_name: &str, field: &str) -> Field {
        let id = table.type_named(type_name).unwrap();
        *table.get(id).field(field).unwrap_or_else(|| panic!("{type_name}.{field}"))
    }

    #[test]
    fn every_type_of_every_version_reads() {
        for version in Version::built_in() {
            let table = Table::of(version);
            for index in 0..table.types.len() {
                let read = table.get(TypeId(index as u16));
                for field in read.fields() {
                    assert!(std::ptr::eq(read.field(field.name).unwrap(), field), "{}", field.name);
                }
            }
            assert!(table.kinds().count() > 70, "{version}");
        }
    }

    #[test]
    fn every_amendment_names_a_field() {
        let table = Table::of(Version::NEWEST);
        for line in REQUIRED.lines().filter(|line| line.starts_with(['+', '-'])) {
            let words: Vec<_> = line.split(' ').collect();
            let amended = field(table, words[1], words[2]);
            assert_eq!(amended.required, words[0] == "+", "{line}");
        }
    }

    #[test]
    fn every_enum_names_a_field_of_strings() {
        let table = Table::of(Version::NEWEST);
        for line in ENUMS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let words: Vec<_> = line.split(" | ").next().unwrap().split(' ').collect();
            let field = field(table, words[0], words[1]);
            assert_eq!(field.shape.innermost(), Leaf::String, "{line}");
            assert_eq!(field.allowed.unwrap().split(' ').collect::<Vec<_>>(), words[2..], "{line}");
            assert!(words[2..].is_sorted(), "{line}");
        }
    }

    #[test]
    fn deployments_are_namespaced_and_have_a_pod_template() {
        let table = Table::of(Version::NEWEST);
        let kind = table.kind("apps/v1", "Deployment").unwrap();
        assert_eq!((kind.plural, kind.scope, kind.group()), ("deployments", Scope::Namespaced, "apps"));
        let spec = table.get(table.type_of(kind)).field("spec").unwrap();
        assert_eq!(
            spec.shape,
            Shape::leaf(Leaf::Object(table.type_named("apps.v1.DeploymentSpec").unwrap()))
        );
        assert!(field(table, "apps.v1.DeploymentSpec", "selector").required);
        assert!(!field(table, "apps.v1.DeploymentSpec", "replicas").required);
        assert!(table.kind("extensions/v1beta1", "Deployment").is_none());
    }

    #[test]
    fn shapes_have_lists_and_maps() {
        let table = Table::of(Version::NEWEST);
        let env = field(table, "core.v1.Container", "env");
        let (layer, inner) = env.shape.outermost().unwrap();
        assert_eq!(layer, Layer::List);
        assert_eq!(inner.outermost(), Err(Leaf::Object(table.type_named("core.v1.EnvVar").unwrap())));
        assert_eq!(env.merge, Merge::Keys("name"));
        let labels = field(table, "meta.v1.ObjectMeta", "labels");
        assert_eq!(labels.shape.outermost(), Ok((Layer::Map, Shape::leaf(Leaf::String))));
    }

    #[test]
    fn a_field_of_a_later_version_is_absent_and_known() {
        let old = Table::of(version(33));
        let container = old.get(old.type_named("core.v1.Container").unwrap());
        assert!(container.field("restartPolicyRules").is_none());
        let range = container.other_versions("restartPolicyRules").unwrap();
        assert_eq!(range, VersionRange { since: Some(version(34)), until: None });
    }

    #[test]
    fn a_kind_of_another_version_is_known_but_not_served() {
        let table = Table::of(version(33));
        assert!(table.kind("resource.k8s.io/v1", "ResourceClaim").is_none());
        let kind = table.kind_of_any_version("resource.k8s.io/v1", "ResourceClaim").unwrap();
        assert_eq!(kind.versions.since, Some(version(34)));
    }

    #[test]
    fn the_most_stable_version_comes_first() {
        let table = Table::of(Version::NEWEST);
        let claims: Vec<_> = table.kinds_named("ResourceClaim").iter().map(|kind| kind.api_version).collect();
        assert_eq!(claims, ["resource.k8s.io/v1", "resource.k8s.io/v1beta2", "resource.k8s.io/v1beta1"]);
    }

    #[test]
    fn a_resource_belongs_to_its_group() {
        let table = Table::of(Version::NEWEST);
        assert!(table.has_resource("apps", "statefulsets"));
        assert!(table.has_resource("", "pods"));
        assert!(!table.has_resource("", "statefulsets"));
        // The bodies of requests are kinds without an address.
        assert!(!table.has_resource("", "-"));
        assert!(table.has_group("") && table.has_group("apps") && !table.has_group("app"));
    }
}
