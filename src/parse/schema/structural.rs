//! The schema of a CustomResourceDefinition, made ready for validation: an arena of plain nodes.

use std::sync::OnceLock;

use regex::Regex;
use serde_json::Value;

use crate::parse::schema::json;
use crate::parse::tree::{NodeRef, Scalar};

/// More schema nodes than any real definition has; what lies beyond is not checked.
const MAX_NODES: usize = 200_000;

/// Index of a schema in its [`Structural`].
pub(super) type SchemaId = u32;

/// All schemas of one version of a custom kind; the first is that of the whole object.
#[derive(Debug, Default)]
pub(super) struct Structural {
    pub(super) nodes: Vec<Schema>,
}

/// What an object may hold besides its `properties`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Additional {
    /// Nothing: other fields are dropped, and strict validation rejects them.
    #[default]
    Nothing,
    /// Anything.
    Anything,
    /// Values of this schema.
    Of(SchemaId),
}

/// How the items of a list are told apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum ListType {
    #[default]
    Atomic,
    Set,
    Map(Vec<String>),
}

/// One schema: the parts of `JSONSchemaProps` that say something about values.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) type_name: Option<String>,
    pub(super) format: Option<String>,
    pub(super) nullable: bool,
    pub(super) has_default: bool,
    pub(super) int_or_string: bool,
    pub(super) preserve: bool,
    pub(super) embedded: bool,
    /// Sorted by name.
    pub(super) properties: Vec<(String, SchemaId)>,
    pub(super) additional: Additional,
    pub(super) items: Option<SchemaId>,
    pub(super) list_type: ListType,
    pub(super) required: Vec<String>,
    pub(super) one_of: Vec<SchemaId>,
    pub(super) any_of: Vec<SchemaId>,
    pub(super) all_of: Vec<SchemaId>,
    pub(super) not: Option<SchemaId>,
    /// Rare, so it is kept out of the way.
    pub(super) rules: Option<Box<Rules>>,
}

/// A regular expression of RE2, compiled when the first value comes along: definitions have many, objects few.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) text: String,
    /// `None` for one that this engine does not take; nothing is said of its values.
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Whether a value fits.
    pub(super) fn matches(&self, value: &str) -> bool {
        let regex = self.compiled.get_or_init(|| Regex::new(&self.text).ok());
        regex.as_ref().is_none_or(|regex| regex.is_match(value))
    }
}

/// The rules about single values.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) allowed: Option<Vec<Value>>,
    pub(super) pattern: Option<Pattern>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) multiple_of: Option<f64>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) min_properties: Option<u64>,
    pub(super) max_properties: Option<u64>,
    pub(super) unique_items: bool,
}

impl Schema {
    /// The schema of a property.
    pub(super) fn property(&self, name: &str) -> Option<SchemaId> {
        let index = self.properties.binary_search_by(|(property, _)| property.as_str().cmp(name)).ok()?;
        Some(self.properties[index].1)
    }
}

/// Where a schema that is yet to be read is to be entered.
enum Slot {
    Root,
    Property(SchemaId, String),
    Additional(SchemaId),
    Items(SchemaId),
    OneOf(SchemaId),
    AnyOf(SchemaId),
    AllOf(SchemaId),
    Not(SchemaId),
}

impl Structural {
    /// Reads the value of `openAPIV3Schema`.
    pub(super) fn read(root: NodeRef<'_>) -> Self {
        let mut structural = Self::default();
        let mut pending = vec![(Slot::Root, root)];
        while let Some((slot, node)) = pending.pop() {
            if structural.nodes.len() >= MAX_NODES {
                break;
            }
            let id = structural.nodes.len() as SchemaId;
            structural.nodes.push(read_schema(node, id, &mut pending));
            structural.enter(slot, id);
        }
        for schema in &mut structural.nodes {
            schema.properties.sort();
        }
        structural
    }

    fn enter(&mut self, slot: Slot, id: SchemaId) {
        let nodes = &mut self.nodes;
        match slot {
            Slot::Root => {}
            Slot::Property(parent, name) => nodes[parent as usize].properties.push((name, id)),
            Slot::Additional(parent) => nodes[parent as usize].additional = Additional::Of(id),
            Slot::Items(parent) => nodes[parent as usize].items = Some(id),
            Slot::OneOf(parent) => nodes[parent as usize].one_of.push(id),
            Slot::AnyOf(parent) => nodes[parent as usize].any_of.push(id),
            Slot::AllOf(parent) => nodes[parent as usize].all_of.push(id),
            Slot::Not(parent) => nodes[parent as usize].not = Some(id),
        }
    }

    /// One schema.
    pub(super) fn get(&self, id: SchemaId) -> &Schema {
        &self.nodes[id as usize]
    }
}

fn read_schema<'t>(node: NodeRef<'t>, id: SchemaId, pending: &mut Vec<(Slot, NodeRef<'t>)>) -> Schema {
    let mut schema = Schema::default();
    let mut rules = Rules::default();
    let mut has_rules = false;
    for (key, value) in node.entries() {
        match &*key.key() {
            "type" => schema.type_name = value.as_str().map(str::to_owned),
            "format" => schema.format = value.as_str().map(str::to_owned),
            "nullable" => schema.nullable = value.as_bool() == Some(true),
            "default" => schema.has_default = !value.is_null(),
            "x-kubernetes-int-or-string" => schema.int_or_string = value.as_bool() == Some(true),
            "x-kubernetes-preserve-unknown-fields" => schema.preserve = value.as_bool() == Some(true),
            "x-kubernetes-embedded-resource" => schema.embedded = value.as_bool() == Some(true),
            "x-kubernetes-list-type" => {
                let keys = node.get("x-kubernetes-list-map-keys");
                schema.list_type = match value.as_str() {
                    Some("set") => ListType::Set,
                    Some("map") => ListType::Map(keys.map(strings).unwrap_or_default()),
                    _ => ListType::Atomic,
                };
            }
            "properties" => pending.extend(
                value
                    .entries()
                    .map(|(name, property)| (Slot::Property(id, name.key().into_owned()), property)),
            ),
            "additionalProperties" if value.is_mapping() => pending.push((Slot::Additional(id), value)),
            "additionalProperties" if value.as_bool() == Some(true) => {
                schema.additional = Additional::Anything
            }
            "items" if value.is_mapping() => pending.push((Slot::Items(id), value)),
            "required" => schema.required = strings(value),
            "oneOf" => pending.extend(value.items().map(|item| (Slot::OneOf(id), item))),
            "anyOf" => pending.extend(value.items().map(|item| (Slot::AnyOf(id), item))),
            "allOf" => pending.extend(value.items().map(|item| (Slot::AllOf(id), item))),
            "not" if value.is_mapping() => pending.push((Slot::Not(id), value)),
            name => has_rules |= read_rule(name, value, &mut rules),
        }
    }
    schema.rules = has_rules.then(|| Box::new(rules));
    schema
}

/// Reads one rule; false for what is none, such as a description.
fn read_rule(name: &str, value: NodeRef<'_>, rules: &mut Rules) -> bool {
    let is_true = value.as_bool() == Some(true);
    match name {
        "enum" => rules.allowed = value.items().map(json::value).collect(),
        "pattern" => {
            let text = value.as_str().unwrap_or_default().to_owned();
            rules.pattern = Some(Pattern { text, compiled: OnceLock::new() });
        }
        "minimum" => rules.minimum = number(value),
        "maximum" => rules.maximum = number(value),
        "exclusiveMinimum" => rules.exclusive_minimum = is_true,
        "exclusiveMaximum" => rules.exclusive_maximum = is_true,
        "multipleOf" => rules.multiple_of = number(value),
        "minLength" => rules.min_length = count(value),
        "maxLength" => rules.max_length = count(value),
        "minItems" => rules.min_items = count(value),
        "maxItems" => rules.max_items = count(value),
        "minProperties" => rules.min_properties = count(value),
        "maxProperties" => rules.max_properties = count(value),
        "uniqueItems" => rules.unique_items = is_true,
        _ => return false,
    }
    true
}

fn strings(list: NodeRef<'_>) -> Vec<String> {
    list.items().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn count(node: NodeRef<'_>) -> Option<u64> {
    node.as_i64().and_then(|number| u64::try_from(number).ok())
}

/// A scalar as a number, if it is one.
pub(super) fn number(node: NodeRef<'_>) -> Option<f64> {
    match node.scalar()? {
        Scalar::Int(number) => Some(number as f64),
        Scalar::UInt(number) => Some(number as f64),
        Scalar::Float(number) => Some(number),
        Scalar::Null | Scalar::Bool(_) | Scalar::Str(_) => None,
    }
}
