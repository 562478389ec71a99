//! What can be wrong with an object in the eyes of its schema: plain facts, of which checks make diagnostics.

use crate::parse::schema::table::{Leaf, VersionRange};
use crate::parse::schema::value::BadQuantity;
use crate::parse::tree::NodeId;

/// One fact. The node is where the fault stands; its path in the object is the path of the field.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The value at fault; for a missing field the mapping that lacks it.
    pub node: NodeId,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The schema has no such field. The API server rejects it with strict field validation, which `kubectl` asks for,
    /// and drops it otherwise.
    UnknownField {
        /// The key.
        key: NodeId,
        /// What was probably meant.
        hint: Option<Hint>,
    },
    /// A value of a wrong kind.
    WrongType {
        /// What the schema wants.
        expected: Expected,
    },
    /// A plain scalar that YAML reads as something else than the string that is wanted.
    AmbiguousScalar,
    /// An integer that does not fit.
    OutOfRange {
        /// [`Leaf::Int32`] or [`Leaf::Int64`].
        leaf: Leaf,
    },
    /// A number in quotes where a port is wanted: it is taken for a name, and a name must have a letter in it.
    QuotedPort,
    /// A text that is no quantity.
    Quantity(BadQuantity),
    /// A text that is no time.
    Time {
        /// Whether exactly six decimals are wanted.
        micro: bool,
    },
    /// A text that is not base64.
    Base64 {
        /// The byte that Go names.
        at: usize,
    },
    /// A required field is absent or null.
    MissingField {
        /// Its name.
        field: String,
        /// The key of the mapping that lacks it; `None` for the root and for items of lists.
        owner: Option<NodeId>,
        /// The value, where there is one that counts as none, such as `""` or `[]`.
        empty: Option<NodeId>,
    },
    /// The object has neither `metadata.name` nor `metadata.generateName`.
    NoName,
    /// A value breaks a rule of a custom resource's schema.
    Rule {
        /// What the API server says of it, such as `Unsupported value: "x": supported values: "a", "b"`.
        message: String,
        /// The value that was probably meant, where it is one of a list.
        meant: Option<String>,
    },
}

/// What was probably meant by a field that the schema does not know.
#[derive(Clone, Debug, PartialEq)]
pub enum Hint {
    /// A field of the same object has almost this name.
    Similar {
        /// That name.
        name: String,
        /// How sure it is that this field is meant.
        standing: Similarity,
    },
    /// What stands before the colon in this key is a field: the space behind the colon is missing.
    MissingSpace {
        /// Where the colon is in the key.
        colon: usize,
    },
    /// The field belongs to another object: the path of that object, from the root.
    Elsewhere {
        /// `spec.template.spec`; empty for the root.
        path: String,
        /// How that place lies to this one.
        place: Place,
    },
    /// An older API version had the field; this is what it is called now, seen from the same object.
    Renamed(String),
    /// The field exists in other versions of Kubernetes only.
    OtherVersion(VersionRange),
}

/// How sure it is that a field of a similar name is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Similarity {
    /// A slip of the pen away (two in a long word), or other case; it is not set, and what is written fits it.
    Certain,
    /// The nearest there is.
    Likely,
    /// It is set already.
    Taken,
}

/// Where a field belongs, as seen from where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In an object around this one.
    Above,
    /// In an object inside of this one.
    Below,
    /// In an object beside this one.
    Beside,
}

/// What a schema wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A scalar, or a type of which the API server decodes by code.
    Leaf(Leaf),
    /// A list.
    List,
    /// A map with keys of the author's choice.
    Map,
    /// An object with fields.
    Object,
    /// The types that a custom resource's schema allows, as JSON Schema names them.
    Types(Vec<String>),
}

impl Expected {
    /// With an article: "a string", "an integer".
    pub fn describe(&self) -> String {
        match self {
            Self::Leaf(leaf) => describe_leaf(*leaf).to_owned(),
            Self::List => "a list".to_owned(),
            Self::Map => "a map".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::Types(types) => {
                let described: Vec<_> = types.iter().map(|name| describe_json_type(name)).collect();
                described.join(" or ")
            }
        }
    }
}

fn describe_leaf(leaf: Leaf) -> &'static str {
    match leaf {
        Leaf::String => "a string",
        Leaf::Bool => "true or false",
        Leaf::Int32 | Leaf::Int64 => "an integer",
        Leaf::Double => "a number",
        Leaf::Bytes => "base64 text",
        Leaf::Quantity => "a quantity",
        Leaf::IntOrString => "an integer or a string",
        Leaf::Time | Leaf::MicroTime => "a time",
        Leaf::Any => "any value",
        Leaf::SchemaOrBool => "a schema or a boolean",
        Leaf::SchemaOrArray => "a schema or a list of schemas",
        Leaf::SchemaOrStrings => "a schema or a list of strings",
        Leaf::Raw | Leaf::Object(_) => "an object",
    }
}

fn describe_json_type(name: &str) -> &str {
    match name {
        "string" => "a string",
        "boolean" => "true or false",
        "integer" => "an integer",
        "number" => "a number",
        "array" => "a list",
        "object" => "an object",
        "null" => "null",
        other => other,
    }
}
