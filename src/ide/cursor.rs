//! What of a syntax tree stands at a place.

use crate::ide::{Place, View};
use crate::parse::object::{File, ObjectRef, Program};
use crate::parse::tree::{NodeRef, Step};
use crate::source::{FileId, Span};

/// What a place touches, inside the container that it lies in.
#[derive(Clone, Copy, Debug)]
pub(super) enum Touched<'p> {
    /// The key of an entry.
    Key {
        /// The key.
        key: NodeRef<'p>,
        /// Its value.
        value: NodeRef<'p>,
    },
    /// A scalar, or an alias.
    Scalar(NodeRef<'p>),
    /// Nothing: it lies between the children of the container.
    Gap,
}

/// The way from a root to a place.
#[derive(Clone, Debug)]
pub(super) struct Trail<'p> {
    /// The containers on the way, the root first; the last one holds what is touched.
    pub(super) holders: Vec<NodeRef<'p>>,
    /// The steps from the root to the field or item that is touched, or, in a gap, to the container.
    pub(super) steps: Vec<Step<'p>>,
    /// What is touched.
    pub(super) touched: Touched<'p>,
}

impl<'p> Trail<'p> {
    /// The way down from a node to an offset.
    pub(super) fn down(root: NodeRef<'p>, offset: u32) -> Self {
        let mut trail = Self { holders: Vec::new(), steps: Vec::new(), touched: Touched::Gap };
        let mut at = root;
        loop {
            if at.is_alias() || at.is_scalar() {
                trail.touched = Touched::Scalar(at);
                return trail;
            }
            trail.holders.push(at);
            let next = if at.is_mapping() {
                trail.step_into_entry(at, offset)
            } else {
                trail.step_into_item(at, offset)
            };
            match next {
                Some(next) => at = next,
                None => return trail,
            }
        }
    }

    fn step_into_entry(&mut self, mapping: NodeRef<'p>, offset: u32) -> Option<NodeRef<'p>> {
        for (key, value) in mapping.raw_entries() {
            if touches(key, offset) {
                self.steps.push(Step::Key(key.key()));
                self.touched = Touched::Key { key, value };
                return None;
            }
            if touches(value, offset) {
                self.steps.push(Step::Key(key.key()));
                return Some(value);
            }
        }
        None
    }

    fn step_into_item(&mut self, sequence: NodeRef<'p>, offset: u32) -> Option<NodeRef<'p>> {
        let (index, item) = sequence.items().enumerate().find(|(_, item)| touches(*item, offset))?;
        self.steps.push(Step::Index(index));
        Some(item)
    }

    /// The key or scalar that is touched.
    pub(super) fn node(&self) -> Option<NodeRef<'p>> {
        match self.touched {
            Touched::Key { key, .. } => Some(key),
            Touched::Scalar(node) => Some(node),
            Touched::Gap => None,
        }
    }

    /// The container that is touched, or whose child is.
    pub(super) fn holder(&self) -> Option<NodeRef<'p>> {
        self.holders.last().copied()
    }
}

/// Whether an offset lies in a node or at one of its ends.
pub(super) fn touches(node: NodeRef<'_>, offset: u32) -> bool {
    let range = node.range();
    range.start <= offset && offset <= range.end
}

/// A place in an object.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'p> {
    /// The object.
    pub(super) object: ObjectRef<'p>,
    /// The way from it to the place.
    pub(super) trail: Trail<'p>,
    /// The place in the file.
    pub(super) offset: u32,
}

impl<'p> Cursor<'p> {
    /// The object at a place and the way to it; `None` outside all objects.
    pub(super) fn at(view: &View<'p>, place: Place) -> Option<Self> {
        let offset = floor(view.program, place)?;
        Self::in_program(view.program, Place { offset, ..place })
    }

    /// As [`Cursor::at`], of a program without a view.
    pub(super) fn in_program(program: &'p Program, place: Place) -> Option<Self> {
        let object = object_at(program, place)?;
        Some(Self { object, trail: Trail::down(object.root(), place.offset), offset: place.offset })
    }
}

/// The innermost object whose bytes touch a place.
pub(super) fn object_at(program: &Program, place: Place) -> Option<ObjectRef<'_>> {
    let touching = program.objects_of(place.file).filter(|object| touches(object.root(), place.offset));
    touching.min_by_key(|object| object.root().range().len())
}

/// The file of an id, if there is one.
pub(super) fn file_of(program: &Program, file: FileId) -> Option<&File> {
    program.files().get(file.0 as usize).map(|file| &**file)
}

/// The offset of a place, brought onto a character boundary of the text; `None` where there is no such file.
pub(super) fn floor(program: &Program, place: Place) -> Option<u32> {
    let text = file_of(program, place.file)?.source.text();
    let mut offset = (place.offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    Some(offset as u32)
}

/// The bytes of a scalar without its quotes: what a name is edited in.
pub(super) fn inner_span(file: FileId, node: NodeRef<'_>) -> Span {
    let range = node.range();
    let source = node.source();
    let is_quoted =
        source.len() >= 2 && (source.starts_with('"') || source.starts_with('\'')) && !node.is_alias();
    let quote = u32::from(is_quoted);
    Span::new(file, range.start + quote, range.end - quote)
}
