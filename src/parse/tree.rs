//! The syntax tree of a file: every document on one arena of small nodes, every node with its place in the text.
//!
//! Nodes lie in preorder. A container's payload is the index one past its subtree, so the next sibling of any node
//! is known without a link; a mapping's children are key, value, key, value. Scalars are ranges of the source; only
//! those whose text differs from the source (escapes, folding, block scalars) have a copy in a side buffer.

mod path;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

pub use crate::parse::scalar::{Scalar, resolve_plain};

use crate::parse::merge;
use crate::parse::scalar::{self, key_of_float};

/// Index of a node in its tree. Nodes are numbered in source order, parents before children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A bare word; also a value that is missing.
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`, in JSON too.
    DoubleQuoted,
    /// A block scalar with `|`.
    Literal,
    /// A block scalar with `>`.
    Folded,
    /// A container with brackets or braces.
    Flow,
    /// A container by indentation.
    Block,
    /// A number, `true`, `false` or `null` in a JSON document.
    Json,
}

/// What a node is. Aliases are what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Text, a number, a boolean or null.
    Scalar,
    /// A list.
    Sequence,
    /// A map.
    Mapping,
}

/// One step of a path into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value at this key.
    Key(Cow<'a, str>),
    /// The item with this index, from 0.
    Index(usize),
}

impl<'a> From<&'a str> for Step<'a> {
    fn from(key: &'a str) -> Self {
        Self::Key(Cow::Borrowed(key))
    }
}

impl From<String> for Step<'_> {
    fn from(key: String) -> Self {
        Self::Key(Cow::Owned(key))
    }
}

impl From<usize> for Step<'_> {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A comment: bytes from its `#` to the end of its line, the line break excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The `#`.
    pub start: u32,
    /// The end of the line.
    pub end: u32,
}

/// 16 bytes. `payload` is one past the subtree for a container, the target for an alias, an index into
/// [`Tree::cooked_ranges`] for a scalar with [`flag::COOKED`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) payload: u32,
    pub(crate) meta: u32,
}

/// Bits of [`Node::meta`].
pub(crate) mod flag {
    /// Two bits: what the node is.
    pub(crate) const KIND: u32 = 0b11;
    pub(crate) const SCALAR: u32 = 0;
    pub(crate) const SEQUENCE: u32 = 1;
    pub(crate) const MAPPING: u32 = 2;
    pub(crate) const ALIAS: u32 = 3;
    /// Three bits: the style, in the order of `Style`.
    pub(crate) const STYLE_SHIFT: u32 = 2;
    /// Four bits: the tag, in the order of `TagKind`.
    pub(crate) const TAG_SHIFT: u32 = 5;
    pub(crate) const TAG: u32 = 0b1111 << TAG_SHIFT;
    /// The scalar's text is in the side buffer.
    pub(crate) const COOKED: u32 = 1 << 9;
    /// A key that a later equal key overrides.
    pub(crate) const SHADOWED: u32 = 1 << 10;
    /// The node has an anchor or a tag.
    pub(crate) const PROPERTIES: u32 = 1 << 11;
    /// A scalar that is text without looking at it.
    pub(crate) const TEXT: u32 = 1 << 12;
    /// A mapping with a merge key.
    pub(crate) const MERGES: u32 = 1 << 13;
    /// A key that is `<<`.
    pub(crate) const MERGE_KEY: u32 = 1 << 14;
    /// The node is text as it stands in the source, and its [`HEAD`] is known: a key, nearly always.
    pub(crate) const HAS_HEAD: u32 = 1 << 15;
    /// A mapping with a key that has no head, or that a later one overrides.
    pub(crate) const HAS_ODD_KEY: u32 = 1 << 15;
    /// Sixteen bits: of a key, what tells it apart from most others without a look at the source; of a mapping, a bit for
    /// each of its keys, so that most keys that it does not have are known not to be there.
    pub(crate) const HEAD: u32 = 0xFFFF << 16;

    /// The head of a text that is not empty: its length, as far as it fits, and its first byte.
    #[inline]
    pub(crate) const fn head(text: &[u8]) -> u32 {
        match text {
            [first, ..] => HAS_HEAD | (text.len() as u32) << 24 | (*first as u32) << 16,
            [] => 0,
        }
    }

    /// The bit that a mapping has for a key with this head.
    #[inline]
    pub(crate) const fn key_bit(head: u32) -> u32 {
        1 << 16 << (head.wrapping_mul(0x9E37_79B9) >> 28)
    }
}

/// A few keys, and which mappings are known to have none of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeySet(u32);

impl KeySet {
    /// Adds a key.
    pub(crate) fn insert(&mut self, key: &str) {
        self.0 |= flag::key_bit(flag::head(key.as_bytes()));
    }
}

/// A look-up that the source alone does not answer: there are merges, aliases or escapes for keys, or keys that are not
/// text, or there is no mapping at all.
struct NotPlain;

/// The tags that change what a scalar means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKind {
    None,
    Str,
    Int,
    Float,
    Bool,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// Any other tag, `!` included: a scalar is text.
    Other,
}

impl TagKind {
    const ALL: [Self; 10] = [
        Self::None,
        Self::Str,
        Self::Int,
        Self::Float,
        Self::Bool,
        Self::Null,
        Self::Timestamp,
        Self::Binary,
        Self::Merge,
        Self::Other,
    ];

    pub(crate) fn of(meta: u32) -> Self {
        Self::ALL.get(((meta & flag::TAG) >> flag::TAG_SHIFT) as usize).copied().unwrap_or(Self::Other)
    }

    pub(crate) fn bits(self) -> u32 {
        (self as u32) << flag::TAG_SHIFT
    }
}

impl Style {
    /// How many bytes at either end of a scalar are not its text.
    fn quotes(meta: u32) -> usize {
        let style = meta & (0b111 << flag::STYLE_SHIFT);
        usize::from(style == Self::SingleQuoted.bits() || style == Self::DoubleQuoted.bits())
    }

    const ALL: [Self; 8] = [
        Self::Plain,
        Self::SingleQuoted,
        Self::DoubleQuoted,
        Self::Literal,
        Self::Folded,
        Self::Flow,
        Self::Block,
        Self::Json,
    ];

    fn of(meta: u32) -> Self {
        Self::ALL[(meta >> flag::STYLE_SHIFT & 0b111) as usize]
    }

    pub(crate) const fn bits(self) -> u32 {
        (self as u32) << flag::STYLE_SHIFT
    }
}

/// The anchor and tag written before a node. An absent one has an empty range.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Properties {
    pub(crate) node: u32,
    /// The name without its `&`.
    pub(crate) anchor: (u32, u32),
    /// The tag with its `!`.
    pub(crate) tag: (u32, u32),
}

/// All documents of one file: one arena, one text.
#[derive(Clone)]
pub struct Tree {
    pub(crate) text: Arc<str>,
    pub(crate) nodes: Vec<Node>,
    /// Sorted by node.
    pub(crate) properties: Vec<Properties>,
    pub(crate) cooked: String,
    /// Start and end in `cooked`.
    pub(crate) cooked_ranges: Vec<(u32, u32)>,
    pub(crate) comments: Vec<Comment>,
    /// Made when the first path is asked for.
    landmarks: OnceLock<path::Landmarks>,
}

impl fmt::Debug for Tree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tree").field("nodes", &self.nodes.len()).finish_non_exhaustive()
    }
}

impl Tree {
    pub(crate) fn new(text: Arc<str>) -> Self {
        Self {
            text,
            nodes: Vec::new(),
            properties: Vec::new(),
            cooked: String::new(),
            cooked_ranges: Vec::new(),
            comments: Vec::new(),
            landmarks: OnceLock::new(),
        }
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The node with this index, which must be one of this tree's.
    pub fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }

    /// The text of a scalar, quotes and escapes undone.
    fn content_of(&self, scalar: Node) -> &str {
        if scalar.meta & flag::COOKED != 0 {
            let (start, end) = self.cooked_ranges[scalar.payload as usize];
            return &self.cooked[start as usize..end as usize];
        }
        let quotes = Style::quotes(scalar.meta);
        &self.text[scalar.start as usize + quotes..scalar.end as usize - quotes]
    }

    /// All comments, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Number of nodes of all documents.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the file holds no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// One past the subtree of a node: its next sibling, if it has one.
    pub(crate) fn after(&self, id: u32) -> u32 {
        let node = self.nodes[id as usize];
        match node.meta & flag::KIND {
            flag::SEQUENCE | flag::MAPPING => node.payload,
            _ => id + 1,
        }
    }
}

/// A node and its tree.
#[derive(Clone, Copy)]
pub struct NodeRef<'t> {
    tree: &'t Tree,
    id: NodeId,
}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{} {:?} {:?}", self.id.0, self.kind(), self.range())
    }
}

impl<'t> NodeRef<'t> {
    /// The tree that it belongs to.
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// Its index.
    pub fn id(self) -> NodeId {
        self.id
    }

    fn node(self) -> Node {
        self.tree.nodes[self.id.0 as usize]
    }

    fn sibling(self, id: u32) -> NodeRef<'t> {
        NodeRef { tree: self.tree, id: NodeId(id) }
    }

    /// Scalar, sequence or mapping; of the anchored node for an alias.
    pub fn kind(self) -> NodeKind {
        match self.target().node().meta & flag::KIND {
            flag::SEQUENCE => NodeKind::Sequence,
            flag::MAPPING => NodeKind::Mapping,
            _ => NodeKind::Scalar,
        }
    }

    /// Whether it is a mapping, or an alias of one.
    pub fn is_mapping(self) -> bool {
        self.kind() == NodeKind::Mapping
    }

    /// Whether it is a sequence, or an alias of one.
    pub fn is_sequence(self) -> bool {
        self.kind() == NodeKind::Sequence
    }

    /// Whether it is a scalar, or an alias of one.
    pub fn is_scalar(self) -> bool {
        self.kind() == NodeKind::Scalar
    }

    /// How it is written; of the anchored node for an alias.
    pub fn style(self) -> Style {
        Style::of(self.target().node().meta)
    }

    /// The bytes of the node as written here: quotes included, anchor and tag excluded; the alias itself for an
    /// alias. Block containers end where their last child ends. A block scalar starts at its `|` or `>` and ends
    /// with its last line, the line break excluded. A missing value is an empty range right after its colon.
    pub fn range(self) -> Range<u32> {
        let node = self.node();
        node.start..node.end
    }

    /// Whether it is written as `*name`.
    pub fn is_alias(self) -> bool {
        self.node().meta & flag::KIND == flag::ALIAS
    }

    /// The anchored node for an alias, else the node itself.
    pub fn target(self) -> NodeRef<'t> {
        let node = self.node();
        if node.meta & flag::KIND == flag::ALIAS { self.sibling(node.payload) } else { self }
    }

    /// The name of its anchor, if it has one.
    pub fn anchor(self) -> Option<&'t str> {
        let (start, end) = self.properties()?.anchor;
        (start < end).then(|| &self.tree.text()[start as usize..end as usize])
    }

    /// Its tag as written, if it has one.
    pub fn tag(self) -> Option<&'t str> {
        let (start, end) = self.properties()?.tag;
        (start < end).then(|| &self.tree.text()[start as usize..end as usize])
    }

    fn properties(self) -> Option<Properties> {
        if self.node().meta & flag::PROPERTIES == 0 {
            return None;
        }
        let all = &self.tree.properties;
        let at = all.binary_search_by_key(&self.id.0, |properties| properties.node).ok()?;
        Some(all[at])
    }

    /// The entries of a mapping as Kubernetes sees them: merge keys applied, of equal keys the last one. In source
    /// order; none for other nodes.
    pub fn entries(self) -> Entries<'t> {
        let target = self.target();
        if target.node().meta & (flag::KIND | flag::MERGES) == flag::MAPPING | flag::MERGES {
            let merged = merge::merged_entries(target);
            return Entries { raw: RawEntries::none(self.tree), merged: merged.into_iter() };
        }
        Entries { raw: target.raw_entries(), merged: Vec::new().into_iter() }
    }

    /// The entries of a mapping exactly as written, duplicates and `<<` included; none for other nodes.
    pub fn raw_entries(self) -> RawEntries<'t> {
        let target = self.target();
        let node = target.node();
        if node.meta & flag::KIND != flag::MAPPING {
            return RawEntries::none(self.tree);
        }
        RawEntries { tree: self.tree, next: target.id.0 + 1, end: node.payload }
    }

    /// The items of a sequence; none for other nodes.
    pub fn items(self) -> Items<'t> {
        let target = self.target();
        let node = target.node();
        if node.meta & flag::KIND != flag::SEQUENCE {
            return Items { tree: self.tree, next: 0, end: 0 };
        }
        Items { tree: self.tree, next: target.id.0 + 1, end: node.payload }
    }

    /// The value at a key, written as the JSON key reads (`yes:` is the key `true`). `None` when it is absent or
    /// this is not a mapping.
    pub fn get(self, key: &str) -> Option<NodeRef<'t>> {
        match self.find_plain_key(key) {
            Ok(found) => found.map(|id| self.sibling(id.0 + 1)),
            Err(NotPlain) => self.target().search_entries(key).map(|(_, value)| value),
        }
    }

    /// The entry at a key, as [`NodeRef::get`].
    pub fn get_entry(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        match self.find_plain_key(key) {
            Ok(found) => found.map(|id| (self.tree.node(id), self.sibling(id.0 + 1))),
            Err(NotPlain) => self.target().search_entries(key),
        }
    }

    /// Whether this may be a mapping with one of the keys: rarely, where it has none of them.
    pub(crate) fn may_have(self, keys: KeySet) -> bool {
        let meta = self.target().node().meta;
        meta & flag::KIND == flag::MAPPING && meta & (flag::MERGES | flag::HAS_ODD_KEY | keys.0) != 0
    }

    /// Where a key stands in a mapping whose keys are nothing but plain or quoted text; its value comes right after it. A
    /// walk over the keys that looks at the source where length and first byte agree: nearly every look-up ends here.
    fn find_plain_key(self, key: &str) -> Result<Option<NodeId>, NotPlain> {
        let target = self.target();
        let node = target.node();
        if key.is_empty() || node.meta & (flag::KIND | flag::MERGES) != flag::MAPPING {
            return Err(NotPlain);
        }
        let head = flag::head(key.as_bytes());
        if node.meta & (flag::HAS_ODD_KEY | flag::key_bit(head)) == 0 {
            return Ok(None);
        }
        const PLAIN: u32 = flag::KIND | flag::TEXT | flag::COOKED | flag::SHADOWED | flag::HAS_HEAD;
        let wanted = flag::TEXT | head;
        let nodes = &self.tree.nodes[..node.payload as usize];
        let mut is_unsure = false;
        let mut at = target.id.0 as usize + 1;
        while let Some([name, value]) = nodes.get(at..).and_then(<[Node]>::first_chunk) {
            if name.meta & (PLAIN | flag::HEAD) == wanted {
                if self.tree.content_of(*name).as_bytes() == key.as_bytes() {
                    return Ok(Some(NodeId(at as u32)));
                }
            } else if name.meta & PLAIN != flag::TEXT | flag::HAS_HEAD {
                if name.meta & flag::KIND != flag::SCALAR {
                    return Err(NotPlain);
                }
                is_unsure = true;
            }
            at = match value.meta & flag::KIND {
                flag::SEQUENCE | flag::MAPPING => value.payload as usize,
                _ => at + 2,
            };
        }
        if is_unsure { Err(NotPlain) } else { Ok(None) }
    }

    /// [`NodeRef::get_entry`] for mappings with merges, aliases or escapes for keys, or keys that are not text.
    #[cold]
    fn search_entries(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        // Where a key collides after conversion only, the last one is as good as any.
        let mut found = None;
        for (name, value) in self.entries() {
            let target = name.target();
            if target.node().meta & flag::TEXT != 0 {
                if target.content() == key {
                    return Some((name, value));
                }
            } else if name.key() == key {
                found = Some((name, value));
            }
        }
        found
    }

    /// The value at plain keys separated by dots: `spec.template.spec`.
    pub fn get_path(self, path: &str) -> Option<NodeRef<'t>> {
        let (mut node, mut rest) = (self, path);
        while let Some(dot) = rest.bytes().position(|byte| byte == b'.') {
            node = node.get(&rest[..dot])?;
            rest = &rest[dot + 1..];
        }
        node.get(rest)
    }

    /// The node at a path, if all of it is there.
    pub fn at(self, path: &[Step<'_>]) -> Option<NodeRef<'t>> {
        let (node, whole) = self.nearest(path);
        whole.then_some(node)
    }

    /// The node at a path, or the nearest of its ancestors that is there, and whether the path was followed to its
    /// end.
    pub fn nearest(self, path: &[Step<'_>]) -> (NodeRef<'t>, bool) {
        let mut node = self;
        for step in path {
            let next = match step {
                Step::Key(key) => node.get(key),
                Step::Index(index) => node.items().nth(*index),
            };
            let Some(next) = next else { return (node, false) };
            node = next;
        }
        (node, true)
    }

    /// The JSON key that this node becomes as a mapping key (`1.0` is `1`, `yes` is `true`). Empty for a container,
    /// which can be no key.
    pub fn key(self) -> Cow<'t, str> {
        if let Some(text) = self.certain_text() {
            return Cow::Borrowed(text);
        }
        match self.scalar() {
            Some(Scalar::Str(text)) => Cow::Borrowed(text),
            Some(Scalar::Bool(true)) => Cow::Borrowed("true"),
            Some(Scalar::Bool(false)) => Cow::Borrowed("false"),
            Some(Scalar::Null) => Cow::Borrowed("null"),
            Some(Scalar::Int(value)) => Cow::Owned(value.to_string()),
            Some(Scalar::UInt(value)) => Cow::Owned(value.to_string()),
            Some(Scalar::Float(value)) => Cow::Owned(key_of_float(value)),
            None => Cow::Borrowed(""),
        }
    }

    /// What the scalar resolves to; `None` for a container.
    pub fn scalar(self) -> Option<Scalar<'t>> {
        let target = self.target();
        let meta = target.node().meta;
        if meta & flag::KIND != flag::SCALAR {
            return None;
        }
        let text = target.content();
        if meta & flag::TEXT != 0 {
            return Some(Scalar::Str(text));
        }
        Some(match (TagKind::of(meta), Style::of(meta)) {
            (TagKind::None, Style::Plain) => resolve_plain(text),
            (TagKind::None, Style::Json) => scalar::resolve_json(text),
            (TagKind::Float, _) => match resolve_plain(text) {
                #[expect(clippy::cast_precision_loss, reason = "go-yaml makes a float64 of it as well")]
                Scalar::Int(value) => Scalar::Float(value as f64),
                other => other,
            },
            (TagKind::Int | TagKind::Bool | TagKind::Null, _) => resolve_plain(text),
            _ => Scalar::Str(text),
        })
    }

    /// The text, if it resolves to a string.
    pub fn as_str(self) -> Option<&'t str> {
        if let Some(text) = self.certain_text() {
            return Some(text);
        }
        match self.scalar()? {
            Scalar::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value, if it resolves to a boolean.
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar()? {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value, if it is a whole number in JSON (`3.0` is 3) that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.scalar()? {
            Scalar::Int(value) => Some(value),
            // Below 2^63 every whole float is exact.
            #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
            Scalar::Float(value) if value.fract() == 0.0 && value.abs() < 9.2e18 => Some(value as i64),
            _ => None,
        }
    }

    /// Whether it resolves to null, as a missing value does.
    pub fn is_null(self) -> bool {
        // Most nodes are no scalar, or begin like nothing but text; the rest are numbers and booleans, nearly all.
        let target = self.target();
        target.node().meta & (flag::KIND | flag::TEXT) == flag::SCALAR
            && matches!(target.content().as_bytes().first(), None | Some(b'~' | b'n' | b'N'))
            && matches!(target.scalar(), Some(Scalar::Null))
    }

    /// The text of a scalar that is text without looking at it.
    #[inline]
    fn certain_text(self) -> Option<&'t str> {
        let target = self.target();
        let node = target.node();
        (node.meta & (flag::KIND | flag::TEXT) == flag::TEXT).then(|| self.tree.content_of(node))
    }

    /// Whether it is a scalar that is text without looking at it: most strings are.
    pub(crate) fn is_certainly_text(self) -> bool {
        self.target().node().meta & (flag::KIND | flag::TEXT) == flag::TEXT
    }

    /// The scalar's text before resolution, quotes and escapes undone; empty for containers.
    pub fn content(self) -> &'t str {
        let node = self.target().node();
        if node.meta & flag::KIND != flag::SCALAR {
            return "";
        }
        self.tree.content_of(node)
    }

    /// The bytes of [`NodeRef::range`].
    pub fn source(self) -> &'t str {
        let node = self.node();
        &self.tree.text[node.start as usize..node.end as usize]
    }

    /// Whether this is a key that a later equal key of its mapping overrides.
    pub fn is_overridden_key(self) -> bool {
        self.node().meta & flag::SHADOWED != 0
    }

    /// Whether this is a `<<` that merges.
    pub fn is_merge_key(self) -> bool {
        self.node().meta & flag::MERGE_KEY != 0
    }
}

/// See [`NodeRef::raw_entries`].
#[derive(Clone, Debug)]
pub struct RawEntries<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> RawEntries<'t> {
    fn none(tree: &'t Tree) -> Self {
        Self { tree, next: 0, end: 0 }
    }
}

impl<'t> Iterator for RawEntries<'t> {
    type Item = (NodeRef<'t>, NodeRef<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let key = self.next;
        let value = self.tree.after(key);
        self.next = self.tree.after(value);
        Some((self.tree.node(NodeId(key)), self.tree.node(NodeId(value))))
    }
}

/// See [`NodeRef::entries`].
#[derive(Clone, Debug)]
pub struct Entries<'t> {
    raw: RawEntries<'t>,
    merged: std::vec::IntoIter<(NodeRef<'t>, NodeRef<'t>)>,
}

impl<'t> Iterator for Entries<'t> {
    type Item = (NodeRef<'t>, NodeRef<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        self.raw.find(|(key, _)| !key.is_overridden_key()).or_else(|| self.merged.next())
    }
}

/// See [`NodeRef::items`].
#[derive(Clone, Debug)]
pub struct Items<'t> {
    tree: &'t Tree,
    next: u32,
    end: u32,
}

impl<'t> Iterator for Items<'t> {
    type Item = NodeRef<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let item = self.next;
        self.next = self.tree.after(item);
        Some(self.tree.node(NodeId(item)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let mut count = 0;
        let mut next = self.next;
        while next < self.end {
            next = self.tree.after(next);
            count += 1;
        }
        (count, Some(count))
    }
}

impl ExactSizeIterator for Items<'_> {}
