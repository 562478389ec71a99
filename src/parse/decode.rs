//! Typed objects as a view of the tree: a serde deserializer over nodes, whose errors know where.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

use crate::parse::tree::{NodeId, NodeKind, NodeRef, Scalar};

/// Nesting beyond which decoding gives up. Types nest a few dozen levels at most; only free-form members and the
/// schemas inside a CustomResourceDefinition could go deeper, and decoding recurses.
const MAX_DEPTH: u32 = 256;

/// Decodes a node into a `k8s-openapi` type (or any other).
///
/// It is lenient where the schema checks already speak: a scalar of another type where text is wanted gives its text,
/// which also is how the API server reads `cpu: 1`. Unknown fields are ignored.
pub fn decode<T: DeserializeOwned>(node: NodeRef<'_>) -> Result<T, DecodeError> {
    T::deserialize(NodeDeserializer { node, depth: 0 }).map_err(|error| error.at(node))
}

/// Why a node could not be decoded.
#[derive(Debug)]
pub struct DecodeError {
    /// What was expected and found.
    pub message: String,
    /// The innermost node that did not fit.
    pub node: Option<NodeId>,
}

impl DecodeError {
    fn at(mut self, node: NodeRef<'_>) -> Self {
        self.node.get_or_insert(node.id());
        self
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), node: None }
    }
}

#[derive(Clone, Copy)]
struct NodeDeserializer<'t> {
    node: NodeRef<'t>,
    depth: u32,
}

impl<'t> NodeDeserializer<'t> {
    fn child(self, node: NodeRef<'t>) -> Result<Self, DecodeError> {
        if self.depth == MAX_DEPTH {
            return Err(de::Error::custom("nested too deeply"));
        }
        Ok(Self { node, depth: self.depth + 1 })
    }

    fn visit_text<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.node.scalar() {
            Some(Scalar::Null) | None => self.deserialize_any(visitor),
            Some(Scalar::Str(text)) => visitor.visit_borrowed_str(text),
            Some(_) => visitor.visit_borrowed_str(self.node.content()),
        }
    }

    fn visit_integer<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.node.as_i64() {
            Some(number) => visitor.visit_i64(number),
            None => self.deserialize_any(visitor),
        }
    }
}

impl<'t> Deserializer<'t> for NodeDeserializer<'t> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let result = match self.node.kind() {
            NodeKind::Mapping => {
                visitor.visit_map(Entries { entries: self.node.entries(), value: None, parent: self })
            }
            NodeKind::Sequence => visitor.visit_seq(Items { items: self.node.items(), parent: self }),
            NodeKind::Scalar => match self.node.scalar().unwrap_or(Scalar::Null) {
                Scalar::Null => visitor.visit_unit(),
                Scalar::Bool(value) => visitor.visit_bool(value),
                Scalar::Int(value) => visitor.visit_i64(value),
                Scalar::UInt(value) => visitor.visit_u64(value),
                Scalar::Float(value) => visitor.visit_f64(value),
                Scalar::Str(value) => visitor.visit_borrowed_str(value),
            },
        };
        result.map_err(|error: DecodeError| error.at(self.node))
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit_text(visitor)
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit_text(visitor)
    }

    fn deserialize_i32<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit_integer(visitor)
    }

    fn deserialize_i64<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.visit_integer(visitor)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(self.node.content().into_deserializer())
    }

    serde::forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct
        map struct identifier ignored_any
    }
}

struct Entries<'t, I> {
    entries: I,
    value: Option<NodeRef<'t>>,
    parent: NodeDeserializer<'t>,
}

impl<'t, I: Iterator<Item = (NodeRef<'t>, NodeRef<'t>)>> MapAccess<'t> for Entries<'t, I> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'t>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(key.key().into_deserializer()).map(Some).map_err(|error: DecodeError| error.at(key))
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let node =
            self.value.take().ok_or_else(|| <DecodeError as de::Error>::custom("a value without its key"))?;
        seed.deserialize(self.parent.child(node)?).map_err(|error| error.at(node))
    }
}

struct Items<'t, I> {
    items: I,
    parent: NodeDeserializer<'t>,
}

impl<'t, I: Iterator<Item = NodeRef<'t>>> SeqAccess<'t> for Items<'t, I> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, DecodeError> {
        let Some(node) = self.items.next() else { return Ok(None) };
        seed.deserialize(self.parent.child(node)?).map(Some).map_err(|error| error.at(node))
    }
}
