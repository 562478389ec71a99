//! Where a difference is: `spec.template.spec.containers[web].image`.

use std::fmt;

use serde_json::Value;

use crate::parse::tree::NodeRef;

/// One step into an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The value at this key.
    Key(String),
    /// The item with this index, from 0.
    Index(usize),
    /// The item whose key fields have these values.
    Item(Vec<(String, Value)>),
}

/// A way into an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    segments: Vec<Segment>,
}

impl Path {
    /// Goes one step further.
    pub fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    /// Goes one step back.
    pub fn pop(&mut self) {
        self.segments.pop();
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether the path leads to this dotted path of plain keys, or below it.
    pub fn is_at_or_below(&self, dotted: &str) -> bool {
        let mut segments = self.segments.iter();
        dotted.split('.').all(|key| matches!(segments.next(), Some(Segment::Key(own)) if own == key))
    }

    /// The node that the path leads to, or as far as the source goes: fields that are defaulted are not written.
    pub fn find<'t>(&self, root: NodeRef<'t>) -> NodeRef<'t> {
        let mut node = root;
        for segment in &self.segments {
            let next = match segment {
                Segment::Key(key) => node.get(key),
                Segment::Index(index) => node.items().nth(*index),
                Segment::Item(key) => node.items().find(|item| matches_key(*item, key)),
            };
            match next {
                Some(next) => node = next,
                None => return node,
            }
        }
        node
    }
}

/// A key field that is not written may be defaulted (`protocol`), so that only one that differs rules an item out.
fn matches_key(item: NodeRef<'_>, key: &[(String, Value)]) -> bool {
    let mut any = false;
    for (field, value) in key {
        let Some(node) = item.get(field).filter(|node| !node.is_null()) else { continue };
        if node.content() != plain(value) {
            return false;
        }
        any = true;
    }
    any
}

/// A scalar without quotes.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(key) if key.is_empty() || key.contains(['.', '[', ']', ' ', '"']) => {
                    write!(formatter, "[{key:?}]")?;
                }
                Segment::Key(key) if at == 0 => formatter.write_str(key)?,
                Segment::Key(key) => write!(formatter, ".{key}")?,
                Segment::Index(index) => write!(formatter, "[{index}]")?,
                Segment::Item(key) => {
                    let values: Vec<String> = key.iter().map(|(_, value)| plain(value)).collect();
                    write!(formatter, "[{}]", values.join("/"))?;
                }
            }
        }
        Ok(())
    }
}
