//! What the schemas say of the field at a path: of built-in kinds, and of kinds that the input defines.

use std::borrow::Cow;

use crate::graph::KindRef;
use crate::ide::View;
use crate::parse::kind::Kind;
use crate::parse::schema::documentation::Documentation;
use crate::parse::schema::field::{self, Found};
use crate::parse::schema::table::{BuiltInKind, Field, Layer, Leaf, Shape, Table, TypeId};
use crate::parse::tree::{NodeRef, Step};

/// What may stand somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holding<'p> {
    /// A value of a built-in type.
    BuiltIn(Shape),
    /// A value that this schema of a CustomResourceDefinition describes.
    Custom(NodeRef<'p>),
    /// Nobody says.
    Anything,
}

/// The schema of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Model<'p> {
    table: &'static Table,
    kind: Option<&'static BuiltInKind>,
    root: Holding<'p>,
}

/// What is known of one field.
#[derive(Clone, Debug)]
pub(super) struct FieldFacts<'p> {
    /// Its name.
    pub(super) name: Cow<'p, str>,
    /// What it holds.
    pub(super) holding: Holding<'p>,
    /// Whether it must be there.
    pub(super) required: bool,
    /// Its type, in words.
    pub(super) words: String,
    /// What is said of it; perhaps empty.
    pub(super) text: Cow<'p, str>,
    /// The values that it may have, where only certain ones are allowed.
    pub(super) allowed: Vec<Cow<'p, str>>,
}

/// A place in a model: what stands there, and the fields that lead to it.
#[derive(Clone, Debug)]
pub(super) struct Spot<'p> {
    /// What may stand there.
    pub(super) holding: Holding<'p>,
    /// The last field on the way: what a list item or a value of a map belongs to.
    pub(super) field: Option<FieldFacts<'p>>,
    /// The names of the built-in fields on the way, as `kplan explain` takes them.
    pub(super) keys: Vec<&'static str>,
    /// Whether the last step was into a map: its key is the author's.
    pub(super) is_entry: bool,
}

impl<'p> Model<'p> {
    /// The model of a kind; of one that nobody describes, it knows `metadata`.
    pub(super) fn of(view: &View<'p>, api_version: &str, kind: &str) -> Self {
        let table = Table::of(view.settings.target);
        let built_in = table.kind(api_version, kind).or_else(|| {
            let named = table.kinds_named(kind);
            named.into_iter().next().filter(|_| api_version.is_empty())
        });
        if let Some(built_in) = built_in {
            let root = Holding::BuiltIn(Shape::leaf(Leaf::Object(table.type_of(built_in))));
            return Self { table, kind: Some(built_in), root };
        }
        let root = definition(view, api_version, kind).map_or(Holding::Anything, Holding::Custom);
        Self { table, kind: None, root }
    }

    /// The built-in kind, if it is one.
    pub(super) fn kind(&self) -> Option<&'static BuiltInKind> {
        self.kind
    }

    /// What the schemas say of the place at a path; `None` where no such field exists.
    pub(super) fn follow(&self, steps: &[Step<'_>]) -> Option<Spot<'p>> {
        let mut spot = Spot { holding: self.root, field: None, keys: Vec::new(), is_entry: false };
        for (depth, step) in steps.iter().enumerate() {
            match step {
                Step::Index(_) => spot.holding = self.item(spot.holding)?,
                Step::Key(key) => self.enter(&mut spot, key, depth == 0)?,
            }
        }
        Some(spot)
    }

    fn item(&self, holding: Holding<'p>) -> Option<Holding<'p>> {
        match holding {
            Holding::BuiltIn(shape) => match shape.outermost() {
                Ok((Layer::List, inner)) => Some(Holding::BuiltIn(inner)),
                _ => None,
            },
            Holding::Custom(schema) => schema.get("items").map(Holding::Custom),
            Holding::Anything => Some(Holding::Anything),
        }
    }

    fn enter(&self, spot: &mut Spot<'p>, key: &str, is_top: bool) -> Option<()> {
        if let Some(inner) = self.map_value(spot.holding) {
            spot.holding = inner;
            spot.is_entry = true;
            return Some(());
        }
        let field = self.field(spot.holding, key, is_top)?;
        if let Holding::BuiltIn(shape) = spot.holding
            && let Err(Leaf::Object(owner)) = shape.outermost()
            && let Some(own) = self.table.get(owner).field(key)
        {
            spot.keys.push(own.name);
        }
        spot.holding = field.holding;
        spot.is_entry = false;
        spot.field = Some(field);
        Some(())
    }

    fn map_value(&self, holding: Holding<'p>) -> Option<Holding<'p>> {
        match holding {
            Holding::BuiltIn(shape) => match shape.outermost() {
                Ok((Layer::Map, inner)) => Some(Holding::BuiltIn(inner)),
                Err(Leaf::Any | Leaf::Raw) => Some(Holding::Anything),
                _ => None,
            },
            Holding::Custom(schema) if schema.get("properties").is_none() => {
                Some(schema.get("additionalProperties").map_or(Holding::Anything, Holding::Custom))
            }
            Holding::Custom(_) => None,
            Holding::Anything => Some(Holding::Anything),
        }
    }

    fn field(&self, holding: Holding<'p>, key: &str, is_top: bool) -> Option<FieldFacts<'p>> {
        match holding {
            Holding::BuiltIn(shape) => {
                let Err(Leaf::Object(owner)) = shape.outermost() else { return None };
                Some(self.built_in(owner, self.table.get(owner).field(key)?))
            }
            Holding::Custom(schema) => {
                let own = schema.get("properties").and_then(|properties| properties.get_entry(key));
                own.map(|(name, value)| self.custom(schema, name.key(), value, is_top))
            }
            Holding::Anything => None,
        }
    }

    /// All fields that may stand in a mapping, in order of their names; none where the keys are the author's.
    pub(super) fn fields(&self, holding: Holding<'p>, is_top: bool) -> Vec<FieldFacts<'p>> {
        match holding {
            Holding::BuiltIn(shape) => {
                let Err(Leaf::Object(owner)) = shape.outermost() else { return Vec::new() };
                let fields = self.table.get(owner).fields().iter();
                fields.map(|field| self.built_in(owner, field)).collect()
            }
            Holding::Custom(schema) => {
                let properties = schema.get("properties").into_iter().flat_map(NodeRef::entries);
                let mut fields: Vec<_> =
                    properties.map(|(name, value)| self.custom(schema, name.key(), value, is_top)).collect();
                if is_top {
                    for name in ["apiVersion", "kind", "metadata"] {
                        if !fields.iter().any(|field| field.name == name) {
                            fields.push(self.top_field(name));
                        }
                    }
                }
                fields.sort_by(|left, right| left.name.cmp(&right.name));
                fields
            }
            Holding::Anything if is_top => {
                ["apiVersion", "kind", "metadata", "spec"].map(|name| self.top_field(name)).into()
            }
            Holding::Anything => Vec::new(),
        }
    }

    /// A field that every object has.
    fn top_field(&self, name: &'static str) -> FieldFacts<'p> {
        let holding = match name {
            "metadata" => Holding::BuiltIn(Shape::leaf(Leaf::Object(self.table.object_meta()))),
            "spec" => Holding::Anything,
            _ => Holding::BuiltIn(Shape::leaf(Leaf::String)),
        };
        let words = match holding {
            Holding::BuiltIn(shape) => field::describe(self.table, shape),
            _ => "object".to_owned(),
        };
        let required = name != "spec";
        let name = Cow::Borrowed(name);
        FieldFacts { name, holding, required, words, text: Cow::Borrowed(""), allowed: Vec::new() }
    }

    fn built_in(&self, owner: TypeId, field: &Field) -> FieldFacts<'p> {
        let documentation = self.documentation();
        let text = documentation.and_then(|all| all.of_field(self.table.name(owner), field.name));
        let allowed = match (field.allowed, field.shape.innermost()) {
            (Some(allowed), _) => allowed.split(' ').map(Cow::Borrowed).collect(),
            (None, Leaf::Bool) => vec![Cow::Borrowed("true"), Cow::Borrowed("false")],
            _ => Vec::new(),
        };
        FieldFacts {
            name: Cow::Borrowed(field.name),
            holding: Holding::BuiltIn(field.shape),
            required: field.required,
            words: field::describe(self.table, field.shape),
            text: Cow::Borrowed(text.unwrap_or_default()),
            allowed,
        }
    }

    fn custom(
        &self,
        owner: NodeRef<'p>,
        name: Cow<'p, str>,
        schema: NodeRef<'p>,
        is_top: bool,
    ) -> FieldFacts<'p> {
        let required = owner.get("required").into_iter().flat_map(NodeRef::items);
        let required = required.filter_map(NodeRef::as_str).any(|required| required == name)
            || (is_top && name == "metadata");
        if is_top && name == "metadata" {
            return self.top_field("metadata");
        }
        let type_name = |schema: NodeRef<'p>| schema.get("type").map_or("anything", NodeRef::content);
        let words = match (type_name(schema), schema.get("items")) {
            ("array", Some(items)) => format!("[]{}", type_name(items)),
            (other, _) => other.to_owned(),
        };
        let of_items = schema.get("items").and_then(|items| items.get("enum"));
        let allowed = schema.get("enum").or(of_items).into_iter().flat_map(NodeRef::items);
        let mut allowed: Vec<_> = allowed.map(|value| Cow::Borrowed(value.content())).collect();
        if words == "boolean" && allowed.is_empty() {
            allowed = vec![Cow::Borrowed("true"), Cow::Borrowed("false")];
        }
        let text = schema.get("description").map_or("", NodeRef::content);
        let holding = Holding::Custom(schema);
        FieldFacts { name, holding, required, words, text: Cow::Borrowed(text), allowed }
    }

    fn documentation(&self) -> Option<&'static Documentation> {
        Documentation::shared(self.table.name(self.table.type_of(self.kind?)))
    }

    /// What Kubernetes says of the kind itself.
    pub(super) fn text_of_kind(&self) -> Option<&'static str> {
        let name = self.table.name(self.table.type_of(self.kind?));
        Documentation::shared(name)?.of_type(name)
    }

    /// The field as `kplan explain` finds it, for its default and its versions.
    pub(super) fn explain(&self, keys: &[&str]) -> Option<Found> {
        let kind = self.kind?;
        let query = format!("{}/{}.{}", kind.api_version, kind.kind, keys.join("."));
        field::find(&query, self.table.version()).ok()
    }

    /// Whether a mapping belongs there, or a list; neither for a scalar.
    pub(super) fn layout(&self, holding: Holding<'p>) -> Layout {
        match holding {
            Holding::BuiltIn(shape) => match shape.outermost() {
                Ok((Layer::List, inner)) => match inner.outermost() {
                    Err(Leaf::Object(_)) | Ok((Layer::Map, _)) => Layout::ListOfMappings,
                    _ => Layout::List,
                },
                Ok((Layer::Map, _)) | Err(Leaf::Object(_)) => Layout::Mapping,
                Err(_) => Layout::Scalar,
            },
            Holding::Custom(schema) => match schema.get("type").map_or("", NodeRef::content) {
                "object" => Layout::Mapping,
                "array" => {
                    let of_item = schema.get_path("items.type").map_or("", NodeRef::content);
                    if of_item == "object" { Layout::ListOfMappings } else { Layout::List }
                }
                _ => Layout::Scalar,
            },
            Holding::Anything => Layout::Scalar,
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// Behind its key.
    Scalar,
    /// Below its key, indented.
    Mapping,
    /// Below its key, a hyphen before each.
    List,
    /// The same, and each is a mapping.
    ListOfMappings,
}

/// The schema of a custom kind, in the CustomResourceDefinition of the input that defines it.
fn definition<'p>(view: &View<'p>, api_version: &str, kind: &str) -> Option<NodeRef<'p>> {
    let (group, version) = api_version.rsplit_once('/')?;
    let definitions = view.graph.all(KindRef::Known(Kind::CustomResourceDefinition), None);
    let is_it = |node: Option<NodeRef<'p>>, text: &str| node.and_then(NodeRef::as_str) == Some(text);
    for object in definitions {
        if !is_it(object.get("spec.group"), group) || !is_it(object.get("spec.names.kind"), kind) {
            continue;
        }
        let versions = object.get("spec.versions").into_iter().flat_map(NodeRef::items);
        for one in versions.filter(|one| is_it(one.get("name"), version)) {
            return one.get_path("schema.openAPIV3Schema");
        }
    }
    None
}

/// The kinds that the input defines: API version and kind.
pub(super) fn custom_kinds(view: &View<'_>) -> Vec<(String, String)> {
    let mut kinds = Vec::new();
    for object in view.graph.all(KindRef::Known(Kind::CustomResourceDefinition), None) {
        let text = |path: &str| object.get(path).and_then(NodeRef::as_str);
        let (Some(group), Some(kind)) = (text("spec.group"), text("spec.names.kind")) else { continue };
        let versions = object.get("spec.versions").into_iter().flat_map(NodeRef::items);
        for version in versions.filter_map(|version| version.get("name").and_then(NodeRef::as_str)) {
            kinds.push((format!("{group}/{version}"), kind.to_owned()));
        }
    }
    kinds.sort();
    kinds.dedup();
    kinds
}
